//! Fields, and every place in a register that names one.
use super::Checker;
use crate::diagnostic::Code;
use crate::field::{ChecklistSource, ChoiceList, Field, FieldKind, Need};
use crate::path::{End, FIXED};
use crate::read::At;
use crate::register::{Part, Register};

pub(super) fn check(c: &Checker<'_>, register: &Register) {
    for field in register.fields.values() {
        check_field(c, register, field, &["fields", &field.id]);
        if FIXED.contains(&field.id.as_str()) {
            let message = format!("`{}` 是每条记录固有的列，不能用作字段标识", field.id);
            c.error(c.at(register, &["fields", &field.id]), Code::BadId, message);
        }
    }
    check_calc_circles(c, register);
    for part in &register.name.parts {
        if let Part::Path(path) = part {
            c.follow(register, path, c.at(register, &["name"]));
        }
    }
    check_number(c, register);
    check_when(c, register);
    for (n, set) in register.unique.iter().enumerate() {
        for (k, id) in set.iter().enumerate() {
            named(c, register, id, c.at(register, &["unique", &n.to_string(), &k.to_string()]));
        }
    }
    check_lists(c, register);
    check_group(c, register);
    for export in register.exports.values() {
        let Some(template) = &export.template else { continue };
        // A name, not a path: a pack reads nothing outside its own folder.
        let named = !template.contains(['/', '\\']);
        if !named || !c.pack.folders.iter().any(|folder| folder.join("exports").join(template).is_file()) {
            let message = format!("exports/ 里没有模板 `{template}`");
            c.error(c.at(register, &["exports", &export.id, "template"]), Code::UnknownTable, message);
        }
    }
}

fn check_field(c: &Checker<'_>, register: &Register, field: &Field, path: &[&str]) {
    let at = |key: &str| c.at(register, &[path, &[key]].concat());
    let whole = c.at(register, path);
    match &field.kind {
        FieldKind::Choice { list } | FieldKind::Choices { list } => check_choices(c, list, at("choices")),
        FieldKind::Ref { register } | FieldKind::Refs { register } if !register.is_empty() => {
            c.register(register, at("ref"));
        }
        FieldKind::Checklist { source } => check_checklist(c, register, source, at("checklist")),
        FieldKind::Table { columns } => {
            for column in columns.values() {
                check_field(c, register, column, &[path, &["columns", &column.id]].concat());
            }
        }
        FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. } => {}
    }
    let written_by_machine = field.calc.is_some() || field.from.is_some();
    if written_by_machine && !matches!(field.required, Need::Never) {
        let help = "去掉 required：人不能填这个字段";
        let message = format!("`{}` 由系统写入，不能要求必填", field.id);
        c.sources.error_with_help(at("required"), Code::FieldKind, message, help);
    }
    if written_by_machine && field.default.is_some() {
        c.error(at("default"), Code::FieldKind, format!("`{}` 由系统写入，不能有默认值", field.id));
    }
    if field.search && !field.secret.is_empty() {
        let help = "去掉 search：检索到了就等于看到了";
        let message = format!("`{}` 是涉密字段（secret），不能全文检索", field.id);
        c.sources.error_with_help(at("search"), Code::FieldKind, message, help);
    }
    if field.title.chars().count() > 40 {
        c.error(whole, Code::BadValue, "title 超过 40 字；说明写在 hint");
    }
}

/// Computed fields may use each other, but not in a circle.
fn check_calc_circles(c: &Checker<'_>, register: &Register) {
    let reads = |id: &str| -> Vec<&str> {
        let calc = register.fields.get(id).and_then(|field| field.calc.as_ref());
        calc.map(|calc| calc.node.fields()).unwrap_or_default()
    };
    for field in register.fields.values().filter(|field| field.calc.is_some()) {
        let mut seen: Vec<&str> = Vec::new();
        let mut open = reads(&field.id);
        while let Some(id) = open.pop() {
            if !seen.contains(&id) {
                seen.push(id);
                open.extend(reads(id));
            }
        }
        if seen.contains(&field.id.as_str()) {
            let at = c.at(register, &["fields", &field.id, "calc"]);
            c.error(at, Code::Cycle, format!("计算字段 `{}` 绕一圈用到自己", field.id));
        }
    }
}

fn check_choices(c: &Checker<'_>, list: &ChoiceList, at: At) {
    let ChoiceList::Table(name) = list else {
        if c.pack.choices(list).is_empty() && c.sources.is_clean() {
            c.error(at, Code::BadValue, "选项表是空的");
        }
        return;
    };
    match c.folder.tables.get(name) {
        None => {
            let known = c.pack.tables.keys().map(String::as_str);
            c.sources.unknown(at, Code::UnknownTable, format!("tables/ 里没有 `{name}.csv`"), name, known);
        }
        Some(sheet) if !sheet.has("code") || !sheet.has("title") => {
            let message = format!("tables/{name}.csv 不是选项表：须有 code 和 title 两列");
            c.error(at, Code::UnknownTable, message);
        }
        Some(_) => {}
    }
}

fn check_checklist(c: &Checker<'_>, register: &Register, source: &ChecklistSource, at: At) {
    match source {
        ChecklistSource::Named(name) if !c.pack.checklists.contains_key(name) => {
            let known = c.pack.checklists.keys().map(String::as_str);
            let message = format!("checklists/ 里没有 `{name}.csv`");
            c.sources.unknown(at, Code::UnknownTable, message, name, known);
        }
        ChecklistSource::Named(_) => {}
        ChecklistSource::By(path) => {
            let Some(end) = c.follow(register, path, at) else { return };
            let list = match end {
                End::Field(Field { kind: FieldKind::Choice { list }, .. }) => list,
                End::Field(_) | End::Fixed(_) => {
                    c.error(at, Code::FieldKind, format!("`{path}` 不是单选字段，不能用来选检查表"));
                    return;
                }
            };
            let choices = c.pack.choices(list);
            if !choices.is_empty() && !choices.iter().any(|one| c.pack.checklists.contains_key(&one.code)) {
                let message = format!("`{path}` 的选项中没有一个有检查表（checklists/<代码>.csv）");
                c.error(at, Code::UnknownTable, message);
            }
        }
    }
}

/// `JC-{year}-{seq:6}`: the number runs, so `seq` must be there.
fn check_number(c: &Checker<'_>, register: &Register) {
    let Some(number) = &register.number else { return };
    let at = c.at(register, &["number"]);
    let holes = number.split('{').skip(1).map(|rest| rest.split_once('}').map_or("", |(hole, _)| hole));
    let mut runs = false;
    for hole in holes {
        let (name, width) = hole.split_once(':').unwrap_or((hole, "1"));
        let known = ["year", "month", "day", "seq"];
        if !known.contains(&name) || !width.parse::<u8>().is_ok_and(|width| (1..=12).contains(&width)) {
            let message = format!("编号里没有 `{{{hole}}}` 这种空位");
            c.sources.unknown(at, Code::BadValue, message, name, known);
        }
        runs |= name == "seq";
    }
    if !runs {
        c.error(at, Code::BadValue, "编号须含流水号 {seq:位数}");
    }
}

fn check_when(c: &Checker<'_>, register: &Register) {
    let Some(when) = &register.when else { return };
    let at = c.at(register, &["when"]);
    if let Some(field) = named(c, register, when, at)
        && !matches!(field.kind, FieldKind::Date)
    {
        c.error(at, Code::FieldKind, format!("业务日期 `{when}` 须是 date 字段"));
    }
}

/// Columns of lists, views, exports and the public page.
fn check_lists(c: &Checker<'_>, register: &Register) {
    let column = |path: &str, at: At| {
        c.follow(register, path, at);
    };
    for (n, id) in register.columns.iter().enumerate() {
        column(id, c.at(register, &["columns", &n.to_string()]));
    }
    for view in register.views.values() {
        for (n, id) in view.columns.iter().enumerate() {
            column(id, c.at(register, &["views", &view.id, "columns", &n.to_string()]));
        }
        for (n, id) in view.sort.iter().enumerate() {
            column(id.trim_start_matches('-'), c.at(register, &["views", &view.id, "sort", &n.to_string()]));
        }
    }
    for export in register.exports.values() {
        for (n, id) in export.columns.iter().enumerate() {
            column(id, c.at(register, &["exports", &export.id, "columns", &n.to_string()]));
        }
    }
    for (n, id) in register.access.public.iter().flat_map(|public| &public.fields).enumerate() {
        let at = c.at(register, &["access", "public", "fields", &n.to_string()]);
        if let Some(field) = named(c, register, id, at)
            && !field.secret.is_empty()
        {
            c.error(at, Code::FieldKind, format!("`{id}` 是涉密字段（secret），不能公开"));
        }
    }
}

fn check_group(c: &Checker<'_>, register: &Register) {
    if !register.group.is_empty() && !c.pack.groups.contains_key(&register.group) {
        let message = format!("pack.toml 的 [groups] 里没有 `{}`", register.group);
        let known = c.pack.groups.keys().map(String::as_str);
        c.sources.unknown(c.at(register, &["group"]), Code::BadValue, message, &register.group, known);
    }
}

/// A field of the register itself, not a fixed column and without a hop.
pub(super) fn named<'a>(c: &Checker<'a>, register: &'a Register, id: &str, at: At) -> Option<&'a Field> {
    let field = register.fields.get(id);
    if field.is_none() {
        let message = format!("台账“{}”没有字段 `{id}`", register.title);
        c.sources.unknown(at, Code::UnknownField, message, id, register.fields.keys().map(String::as_str));
    }
    field
}
