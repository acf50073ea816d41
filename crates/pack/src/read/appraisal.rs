//! appraisals/*.toml: several appraisals per file, each with its items.
use indexmap::IndexMap;
use rust_decimal::Decimal;

use super::folder::Folder;
use super::formula::Formulas;
use super::keys::{self, Keys};
use super::source::Sources;
use super::tree::{Map, What};
use crate::appraisal::{Appraisal, Earns, Grade, Item, Of};
use crate::diagnostic::Code;
use crate::expr::Schema;

pub fn all(folder: &Folder, sources: &Sources, schema: &Schema) -> IndexMap<String, Appraisal> {
    let mut appraisals = IndexMap::new();
    for (id, entry) in &folder.appraisals.entries {
        keys::check_id(sources, id, entry.key);
        match &entry.item.what {
            What::Map(map) => {
                appraisals.insert(id.clone(), read(id, map, sources, schema));
            }
            _ => keys::wrong(sources, &entry.item, id, "表 {…}"),
        }
    }
    appraisals
}

fn read(id: &str, map: &Map, sources: &Sources, schema: &Schema) -> Appraisal {
    let keys = Keys::new(sources, map);
    let register = schema.bodies.as_deref().unwrap_or_default();
    let appraisal = Appraisal {
        id: id.to_owned(),
        title: keys.must("title"),
        bodies: Formulas { schema, register }.condition(&keys, "bodies"),
        into: keys.text("into"),
        grades: grades(&keys),
        items: keys
            .maps("items")
            .into_iter()
            .map(|(id, map)| (id.to_owned(), item(id, map, sources)))
            .collect(),
    };
    if !keys.has("items") {
        keys.missing("items");
    }
    keys.close();
    appraisal
}

/// `grades = { "优秀" = 90, "良好" = 80 }`: from the best down.
fn grades(keys: &Keys<'_>) -> Vec<Grade> {
    let Some(map) = keys.map("grades") else { return Vec::new() };
    let mut grades: Vec<Grade> = Vec::new();
    for (title, entry) in &map.entries {
        let least = match &entry.item.what {
            What::Number(text) => Decimal::from_str_exact(text).ok(),
            _ => None,
        };
        let Some(least) = least else {
            keys::wrong(keys.sources(), &entry.item, title, "数字");
            continue;
        };
        if grades.last().is_some_and(|before| before.least <= least) {
            keys.sources().error(entry.key, Code::BadValue, format!("等次“{title}”应低于前一个：从高到低写"));
        }
        grades.push(Grade { title: title.clone(), least });
    }
    grades
}

fn item(id: &str, map: &Map, sources: &Sources) -> Item {
    let keys = Keys::new(sources, map);
    keys::check_id(sources, id, map.at);
    let set = keys.map("set").map(|map| &map.entries).into_iter().flatten();
    let set = set
        .filter_map(|(field, entry)| Some((field.clone(), keys::text_of(sources, &entry.item, field)?.text)));
    let item = Item {
        id: id.to_owned(),
        title: keys.must("title"),
        indicator: keys.must("indicator"),
        points: keys.decimal("points").unwrap_or_default(),
        earns: earns(&keys),
        of: of(&keys),
        set: set.collect(),
    };
    keys.close();
    item
}

/// One of `full`, `lose`, `veto`; nothing: full marks at 100.
fn earns(keys: &Keys<'_>) -> Earns {
    let ways = ["full", "lose", "veto"].into_iter().filter(|key| keys.has(key)).count();
    if ways > 1 {
        keys.sources().error(keys.at(), Code::BadValue, "full、lose、veto 只能写一个");
    }
    let (full, lose, veto) = (keys.decimal("full"), keys.decimal("lose"), keys.flag("veto"));
    match (full, lose) {
        _ if veto => Earns::Vetoes,
        (_, Some(each)) => Earns::Loses(each),
        (full, None) => Earns::UpTo(full.unwrap_or(Decimal::ONE_HUNDRED)),
    }
}

fn of(keys: &Keys<'_>) -> Of {
    let Some(word) = keys.word("of") else { return Of::Body };
    match word.text.as_str() {
        "body" => Of::Body,
        "area" => Of::Area,
        other => {
            let message = "`of` 是 body（本单位应办的）或 area（所辖区域的）";
            keys.sources().unknown(word.at, Code::BadValue, message.to_owned(), other, ["body", "area"]);
            Of::Body
        }
    }
}
