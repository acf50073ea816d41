//! One record as one actor sees it: masked where he may not look, with the steps he may take and the reasons for the others.

use shian_pack::field::{Field, FieldKind};
use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::{Change, Record};

use crate::check::{self, ANSWERS};
use crate::desk::{Desk, Sheet};
use crate::follow::{ids, why_not};
use crate::permit::{self, Place};
use crate::refusal::Refusal;
use crate::view::{CellRow, FieldView, HistoryView, Link, RecordView, RelatedView, Section, StepView};
use crate::{live, wording};

/// The newest few of each kind of related records.
const RELATED_SHOWN: u32 = 5;
/// Changes on the page; the rest is in the audit log.
const HISTORY_SHOWN: usize = 200;

/// The record, if the actor may read it.
pub(crate) fn look(desk: &mut Desk, register: &Register, id: RecordId) -> Result<RecordView, Refusal> {
    let record = desk.readable(register, id)?;
    view(desk, register, &record)
}

/// The page of a record that the actor may read (or has just written).
pub(crate) fn view(desk: &mut Desk, register: &Register, record: &Record) -> Result<RecordView, Refusal> {
    let mut sheet = Sheet::of(register, record);
    desk.look_through(&mut sheet)?;
    let can_edit = permit::may_edit(desk.actor, register, record, desk.live);
    let why_no_edit = (!can_edit).then(|| crate::act::why_not_edit(desk, register, record).to_string());
    let may_delete = permit::may_delete(desk.actor, register, record, desk.live);
    let area = desk.live.directory.area_name(&record.area).map(str::to_string);
    let body = record.body.and_then(|body| desk.live.directory.body_name(body)).map(str::to_string);
    Ok(RecordView {
        register: register.id.clone(),
        register_title: register.title.clone(),
        id: record.id,
        version: record.version,
        name: record.name.clone(),
        number: record.number.clone(),
        state: record.state.clone(),
        state_title: wording::state_title(register, &record.state).to_string(),
        deleted: record.deleted,
        dated: register.when.is_some(),
        area,
        body,
        sections: sections(desk, &sheet, record)?,
        steps: steps(desk, register, record)?,
        can_edit,
        why_no_edit,
        can_delete: may_delete && !record.deleted,
        can_restore: may_delete && record.deleted && record.merged_into.is_none(),
        deadlines: crate::clocks::of_record(desk, register, record)?,
        history: history(desk, register, record)?,
        related: related(desk, register, record)?,
        exports: exports(desk, &sheet, record),
        measures: register.measures.clone(),
        created_at: record.created_at,
        updated_at: record.updated_at,
        updated_by: wording::account_name(desk, record.updated_by)?,
    })
}

fn sections(desk: &mut Desk, sheet: &Sheet, record: &Record) -> Result<Vec<Section>, Refusal> {
    let mut sections: Vec<Section> = Vec::new();
    for field in sheet.register.fields.values() {
        if let Some(title) = &field.section {
            sections.push(Section { title: title.clone(), fields: Vec::new() });
        } else if sections.is_empty() {
            sections.push(Section { title: String::new(), fields: Vec::new() });
        }
        let shown = field.shown.as_ref().is_none_or(|shown| desk.truth(&shown.node, sheet));
        if !shown {
            continue;
        }
        let view = field_view(desk, sheet, field, record.into())?;
        if let Some(section) = sections.last_mut() {
            section.fields.push(view);
        }
    }
    sections.retain(|section| !section.fields.is_empty());
    Ok(sections)
}

fn field_view(desk: &mut Desk, sheet: &Sheet, field: &Field, place: Place) -> Result<FieldView, Refusal> {
    let register = sheet.register;
    let value = sheet.get(&field.id);
    let masked = !permit::sees(desk.actor, register, field, place, desk.live);
    let mut text = wording::value(desk, field, value)?;
    if masked && !text.is_empty() {
        text = wording::masked(&field.kind, &text);
    } else if let (Some(unit), false) = (wording::unit(&field.kind), text.is_empty()) {
        text = format!("{text} {unit}");
    }
    let words = field.calc.as_ref().map(|calc| wording::formula(&calc.node, register, &desk.live.pack));
    let mut view = FieldView {
        id: field.id.clone(),
        title: field.title.clone(),
        kind: wording::kind_name(&field.kind),
        text,
        value: if masked { Value::Null } else { value.clone() },
        link: None,
        links: Vec::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        masked,
        hint: field.hint.clone(),
        derived: field.calc.is_some() || field.from.is_some(),
        words,
    };
    if !masked {
        lead_on(desk, sheet, field, value, &mut view)?;
    }
    Ok(view)
}

/// Links of refs and attachments, sub-rows of tables and checklists.
fn lead_on(
    desk: &mut Desk,
    sheet: &Sheet,
    field: &Field,
    value: &Value,
    view: &mut FieldView,
) -> Result<(), Refusal> {
    if let Some(target) = live::target(&desk.live.pack, &field.kind) {
        let mut links = Vec::new();
        for id in ids(Some(value)) {
            links.extend(link(desk, &target, id)?);
        }
        match value {
            Value::List(_) => view.links = links,
            _ => view.link = links.into_iter().next(),
        }
        return Ok(());
    }
    match &field.kind {
        FieldKind::Image { .. } | FieldKind::File { .. } => {
            let Value::List(hashes) = value else { return Ok(()) };
            for hash in hashes {
                view.links.push(file_link(desk, &check::as_text(hash))?);
            }
        }
        FieldKind::Table { columns } => {
            let Value::Rows(rows) = value else { return Ok(()) };
            view.columns = columns.values().map(|column| column.title.clone()).collect();
            for row in rows {
                let mut cells = Vec::with_capacity(columns.len());
                for (id, column) in columns {
                    cells.push(wording::value(desk, column, row.get(id).unwrap_or(&Value::Null))?);
                }
                view.rows.push(CellRow { cells });
            }
        }
        FieldKind::Checklist { source } => {
            let Value::Rows(rows) = value else { return Ok(()) };
            let items = check::checklist_items(&desk.live.pack, source, sheet);
            view.columns = vec!["检查项".into(), "结果".into(), "说明".into()];
            view.rows = rows.iter().map(|row| answer_row(row, &items)).collect();
        }
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Choice { .. }
        | FieldKind::Choices { .. }
        | FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo => {}
    }
    Ok(())
}

fn answer_row(row: &shian_pack::Fields, items: &[(String, String)]) -> CellRow {
    let text = |id: &str| row.get(id).map(check::as_text).unwrap_or_default();
    let item = text("item");
    let title = items.iter().find(|(id, _)| *id == item).map(|(id, title)| format!("{id} {title}"));
    let answer = text("answer");
    let word =
        ANSWERS.iter().find(|(code, _)| *code == answer).map_or(answer.clone(), |(_, word)| (*word).into());
    CellRow { cells: vec![title.unwrap_or(item), word, text("note")] }
}

/// A link to a record; None when the actor may not go there.
pub(crate) fn link(desk: &mut Desk, register: &str, id: RecordId) -> Result<Option<Link>, Refusal> {
    let live = desk.live;
    let Some(register) = live.pack.registers.get(register) else { return Ok(None) };
    match desk.readable(register, id) {
        Ok(record) => Ok(Some(link_to(register, &record))),
        Err(Refusal::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

pub(crate) fn link_to(register: &Register, record: &Record) -> Link {
    Link {
        register: register.id.clone(),
        id: record.id,
        name: record.name.clone(),
        state_title: wording::state_title(register, &record.state).to_string(),
        key: None,
    }
}

fn file_link(desk: &mut Desk, hash: &str) -> Result<Link, Refusal> {
    let name = desk.tx.file_info(hash)?.map_or_else(|| "附件".to_string(), |info| info.name);
    Ok(Link {
        register: "files".into(),
        id: 0,
        name,
        state_title: String::new(),
        key: Some(hash.to_string()),
    })
}

/// Steps out of the record's state: what is not possible stays, with its reason. Steps he can never take are left out.
pub(crate) fn steps(desk: &mut Desk, register: &Register, record: &Record) -> Result<Vec<StepView>, Refusal> {
    let mut views = Vec::new();
    for step in
        register.steps.values().filter(|step| step.after.is_none() && step.from.contains(&record.state))
    {
        if !permit::may_step(desk.actor, register, step, record, desk.live) {
            continue;
        }
        let why_not = why_not(desk, register, step, record)?;
        views.push(StepView {
            id: step.id.clone(),
            title: step.title.clone(),
            possible: why_not.is_none(),
            why_not,
            asks: step.asks.clone(),
            reason: step.reason,
            to_title: wording::state_title(register, &step.to).to_string(),
        });
    }
    Ok(views)
}

fn exports(desk: &Desk, sheet: &Sheet, record: &Record) -> Vec<Link> {
    let offered = sheet.register.exports.values().filter(|export| export.template.is_some());
    offered
        .filter(|export| export.shown.as_ref().is_none_or(|shown| desk.truth(&shown.node, sheet)))
        .map(|export| Link {
            register: sheet.register.id.clone(),
            id: record.id,
            name: export.title.clone(),
            state_title: String::new(),
            key: Some(export.id.clone()),
        })
        .collect()
}

/// Who changed what, in business words, newest first.
fn history(desk: &mut Desk, register: &Register, record: &Record) -> Result<Vec<HistoryView>, Refusal> {
    let changes = desk.tx.changes(register, record.id)?;
    let mut views = Vec::with_capacity(changes.len().min(HISTORY_SHOWN));
    for change in changes.iter().rev().take(HISTORY_SHOWN) {
        views.push(HistoryView {
            at: change.at,
            who: wording::account_name(desk, change.by)?,
            act: change.act.clone(),
            act_title: act_title(register, &change.act),
            lines: lines(desk, register, record, change)?,
            reason: change.reason.clone(),
            seq: change.seq,
            hash: change.hash.clone(),
        });
    }
    Ok(views)
}

/// The act in words: a step by its title.
pub(crate) fn act_title(register: &Register, act: &str) -> String {
    match act {
        "create" => "登记",
        "edit" => "修改",
        "delete" => "删除",
        "restore" => "恢复",
        "merge" => "合并",
        "migrate" => "随治理包更新",
        "follow" => "随关联记录更新",
        step => return register.steps.get(step).map_or_else(|| step.to_string(), |step| step.title.clone()),
    }
    .to_string()
}

fn lines(
    desk: &mut Desk,
    register: &Register,
    record: &Record,
    change: &Change,
) -> Result<Vec<String>, Refusal> {
    if change.before.is_empty() {
        return Ok(Vec::new());
    }
    let mut lines = Vec::new();
    if let (Some(Value::Text(was)), Some(Value::Text(is))) =
        (change.before.get("_state"), change.after.get("_state"))
    {
        let title = |state| wording::state_title(register, state);
        lines.push(format!("状态 从 {} 到 {}", title(was), title(is)));
    }
    for (id, field) in &register.fields {
        let (was, is) = (change.before.get(id), change.after.get(id));
        if was.is_none() && is.is_none() {
            continue;
        }
        let place = Place::from(record);
        if !permit::sees(desk.actor, register, field, place, desk.live) {
            lines.push(format!("{} 已修改", field.title));
            continue;
        }
        let was = wording::value(desk, field, was.unwrap_or(&Value::Null))?;
        let is = wording::value(desk, field, is.unwrap_or(&Value::Null))?;
        lines.push(match (was.is_empty(), is.is_empty()) {
            (true, _) => format!("{} 填为 {}", field.title, short(&is)),
            (false, true) => format!("{} 清空，原为 {}", field.title, short(&was)),
            (false, false) if was == is => format!("{} 有修改", field.title),
            (false, false) => format!("{} 从 {} 到 {}", field.title, short(&was), short(&is)),
        });
    }
    Ok(lines)
}

fn short(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.chars().count() <= 60 { text } else { text.chars().take(60).chain(['…']).collect() }
}

/// What points here, register by register, as far as the actor may read it.
fn related(desk: &mut Desk, register: &Register, record: &Record) -> Result<Vec<RelatedView>, Refusal> {
    let live = desk.live;
    let mut views = Vec::new();
    if register.seed.is_some_and(|seed| seed != shian_pack::register::Seed::Duties) {
        return Ok(views);
    }
    for (child, field) in &live.shape(register).children {
        let child = live.register(child)?;
        if !permit::may_read(desk.actor, child, live) {
            continue;
        }
        let (count, rows) = crate::list::pointing(desk, child, field, record.id, RELATED_SHOWN)?;
        let can_create = permit::may_create(desk.actor, child, live);
        if count == 0 && !can_create {
            continue;
        }
        let twice = live.shape(register).children.iter().filter(|(other, _)| *other == child.id).count() > 1;
        let title = match child.fields.get(field) {
            Some(field) if twice => format!("{}（{}）", child.title, field.title),
            _ => child.title.clone(),
        };
        views.push(RelatedView {
            register: child.id.clone(),
            title,
            by: field.clone(),
            count,
            rows: rows.iter().map(|row| link_to(child, row)).collect(),
            can_create,
        });
    }
    Ok(views)
}
