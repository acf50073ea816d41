//! The files of a new pack, each with the words an IT person needs to go on.
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::binding::Bound;
use super::next::Last;
use super::{Draft, NewError, NewTarget};
use crate::indicator::Indicator;
use crate::register::{Register, Seed};

/// Characters that a register's title has at least to tell what a sentence is about.
const TELLING: usize = 4;

/// Stands for the area's code, which no plan prints.
const AREA_CODE: &str = "000000";

pub fn write(draft: &Draft<'_>, bytes: &[u8], file_name: &str, out: &Path) -> Result<Vec<PathBuf>, NewError> {
    let mut files = vec![
        (plan_name(file_name), bytes.to_vec()),
        ("bodies.csv".to_owned(), bodies(draft)),
        ("targets.toml".to_owned(), targets(draft).into_bytes()),
    ];
    let mut written = Vec::new();
    if let Some(last) = &draft.last {
        written = last.take_over(out)?;
        files.push(("pack.toml".to_owned(), next_head(draft, last).into_bytes()));
        files.push(("comparison.md".to_owned(), last.comparison.to_string().into_bytes()));
    } else {
        files.push(("pack.toml".to_owned(), head(draft).into_bytes()));
        files.push(("areas.csv".to_owned(), areas(draft)));
        if draft.base.roles.is_empty() {
            files.push(("roles.toml".to_owned(), ROLES.as_bytes().to_vec()));
        }
    }
    for (name, content) in files {
        let path = out.join(name);
        fs::write(&path, content).map_err(|source| NewError::Write { path: path.clone(), source })?;
        written.push(path);
    }
    Ok(written)
}

const ROLES: &str = "office = { title = \"食安办\", may = [\"accept\", \"instruct\"] }\n";

fn plan_name(file_name: &str) -> String {
    let ending = Path::new(file_name).extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let ending = match ending.as_str() {
        "docx" | "pdf" | "html" => ending.as_str(),
        "htm" => "html",
        _ => "txt",
    };
    format!("plan.{ending}")
}

fn place<'a>(draft: &Draft<'a>) -> &'a str {
    if draft.plan.place.is_empty() { "本区" } else { &draft.plan.place }
}

fn head(draft: &Draft<'_>) -> String {
    let (place, year) = (place(draft), draft.year);
    let title = if draft.plan.title.is_empty() {
        format!("{place}{year}年食品安全工作")
    } else {
        draft.plan.title.clone()
    };
    let mut text = format!(
        "# 由工作要点生成，要点原文在旁边的 plan 文件里；读错之处写进 plan.fixes.toml，不改原文。\n\
         id      = {}\ntitle   = {}\nextends = {}\nplace   = {}\nyear    = {year}\n\
         area    = {} # 六位区划代码，请与 areas.csv 一起改成真的\n",
        quoted(&draft.id),
        quoted(&title),
        quoted(&draft.base_id),
        quoted(place),
        quoted(AREA_CODE),
    );
    text.push_str(MEASURES);
    for (id, measures) in measures(draft) {
        text.push_str(&format!("{id} = {:?}\n", printed(&measures)));
    }
    text
}

const MEASURES: &str =
    "\n# 台账和指标服务于要点的哪几项措施（章.序号）；没有列出的不挂在任何措施下。\n[measures]\n";

/// Last year's head with this year in it.
fn next_head(draft: &Draft<'_>, last: &Last<'_>) -> String {
    let mut head = last.head();
    let old = head.get("year").and_then(toml::Value::as_integer).unwrap_or_default();
    let title = head.get("title").and_then(toml::Value::as_str).unwrap_or_default();
    let title = title.replace(&old.to_string(), &draft.year.to_string());
    head.insert("id".to_owned(), draft.id.as_str().into());
    head.insert("title".to_owned(), title.into());
    head.insert("year".to_owned(), i64::from(draft.year).into());
    head.remove("measures");
    let mut text =
        format!("# 由 {} 与新的工作要点生成；两年要点的对照在 comparison.md。\n{head}", draft.base_id);
    text.push_str(MEASURES);
    let mut serves = last.serves();
    for (id, found) in measures(draft) {
        let new = found.into_iter().filter(|place| !last.knows(*place));
        serves.entry(id).or_default().extend(new);
    }
    for (id, measures) in serves.iter().filter(|(_, measures)| !measures.is_empty()) {
        text.push_str(&format!("{id} = {:?}\n", printed(measures)));
    }
    text
}

fn printed(measures: &[(u32, u32)]) -> Vec<String> {
    measures.iter().map(|(chapter, measure)| format!("{chapter}.{measure}")).collect()
}

/// Measures by the id of what serves them: each indicator that a target means or comes near to, the registers it counts,
/// and each register whose name the measure speaks of.
fn measures(draft: &Draft<'_>) -> IndexMap<String, Vec<(u32, u32)>> {
    let mut serves: IndexMap<String, Vec<(u32, u32)>> = IndexMap::new();
    let mut add = |id: &str, place: (u32, u32)| {
        let measures = serves.entry(id.to_owned()).or_default();
        if !measures.contains(&place) {
            measures.push(place);
        }
    };
    for target in &draft.targets {
        let (Bound::To(id) | Bound::Near(id)) = &target.bound else { continue };
        let counted = draft.base.indicator(id).map(Indicator::registers).unwrap_or_default();
        for id in counted.into_iter().chain([id.as_str()]) {
            add(id, (target.chapter, target.measure));
        }
    }
    for chapter in &draft.plan.chapters {
        for measure in &chapter.measures {
            let text: String = measure.tasks.iter().map(|task| task.text.as_str()).collect();
            let spoken = |register: &&Register| {
                register.title.chars().count() >= TELLING && text.contains(&register.title)
            };
            for register in draft.base.registers.values().filter(spoken) {
                add(&register.id, (chapter.no, measure.no));
            }
        }
    }
    serves
}

fn bodies(draft: &Draft<'_>) -> Vec<u8> {
    let rows = draft.bodies.iter().map(|body| {
        vec![
            body.code.clone(),
            body.name.clone(),
            body.kind.clone(),
            body.aliases.join("|"),
            body.area.clone().unwrap_or_default(),
            body.members.join("|"),
        ]
    });
    table(&["code", "name", "kind", "aliases", "area", "members"], rows)
}

fn areas(draft: &Draft<'_>) -> Vec<u8> {
    let kind = draft.base.kinds(Seed::Areas).first().map(|choice| choice.code.as_str());
    let root = [AREA_CODE, place(draft), kind.unwrap_or("district"), "", "0"];
    table(&["code", "name", "kind", "parent", "population"], [root.map(str::to_owned).to_vec()])
}

fn table(columns: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = writer.write_record(columns);
    for row in rows {
        let _ = writer.write_record(&row);
    }
    writer.into_inner().unwrap_or_default()
}

fn targets(draft: &Draft<'_>) -> String {
    let mut text = String::from(
        "# 要点的目标与指标的绑定。没有 indicator 的还未绑定，页面会照实说明；# 行里是相近的指标，确认后去掉 #。\n",
    );
    for target in &draft.targets {
        text.push_str(&entry(target, draft));
    }
    text
}

fn entry(target: &NewTarget, draft: &Draft<'_>) -> String {
    let binding = match &target.bound {
        Bound::To(id) => format!("indicator = {}\n", quoted(id)),
        Bound::Near(id) => {
            let title = draft.base.indicator(id).map_or("", |indicator| indicator.title.as_str());
            format!("# indicator = {} # 相近：{title}\n", quoted(id))
        }
        Bound::Nothing => "# indicator = \"\" # 没有找到单位和名称都相近的指标\n".to_owned(),
    };
    format!(
        "\n[[target]]\nchapter   = {}\nmeasure   = {}\nname      = {}\n{binding}op        = \"{}\"\nvalue     = {}\nunit      = {}\n",
        target.chapter,
        target.measure,
        quoted(&target.name),
        target.op.sign(),
        target.value,
        quoted(&target.unit),
    )
}

/// As TOML writes a text.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
