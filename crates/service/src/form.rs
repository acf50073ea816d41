//! The form to create, edit or step a record: what may be filled in, with its options, what stands there (or was typed), and
//! what is wrong with it.
use shian_pack::field::{Choice, Field, FieldKind};
use shian_pack::register::Step;
use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::Record;

use crate::check::{self, ANSWERS, Given, as_text};
use crate::desk::{Desk, Sheet};
use crate::draft::{Draft, Input};
use crate::follow::{ids, why_not};
use crate::permit::{self, Place};
use crate::refusal::{Problem, Refusal};
use crate::view::{FormField, FormSection, FormView, InputKind, OptionView, RowInput};
use crate::{live, wording};

/// Longer choice lists are looked up by typing.
const OPTIONS_MAX: usize = 60;

/// The form as it stands now; `draft` and `problems` from the last try, or the prefill of a new record.
pub(crate) fn form(
    desk: &mut Desk,
    register: &Register,
    id: Option<RecordId>,
    step: Option<&str>,
    draft: &Draft,
    problems: &[Problem],
) -> Result<FormView, Refusal> {
    let Some(id) = id else { return new_form(desk, register, draft, problems) };
    let record = desk.readable(register, id)?;
    let step = step.map(|step| register.steps.get(step).ok_or(Refusal::NotFound)).transpose()?;
    let mut sheet = Sheet::of(register, &record);
    match step {
        Some(step) => {
            if !permit::may_step(desk.actor, register, step, &record, desk.live) {
                return Err(Refusal::forbidden(format!("您不能办理“{}”", step.title)));
            }
            if let Some(why) = why_not(desk, register, step, &record)? {
                return Err(Refusal::conflict(why));
            }
            sheet.fixed.state.clone_from(&step.to);
        }
        None if !permit::may_edit(desk.actor, register, &record, desk.live) => {
            return Err(crate::act::why_not_edit(desk, register, &record));
        }
        None => {}
    }
    let given = step.map_or(Given::Old((&*record).into()), Given::Step);
    check::apply(desk, &mut sheet, draft, &given)?;
    check::derive(desk, &mut sheet, false)?;
    let (title, button) = match step {
        Some(step) => (format!("{} {}", step.title, record.name), step.title.clone()),
        None => (format!("修改 {}", record.name), "保存修改".to_string()),
    };
    let sections = sections(desk, &sheet, Some(&record), step, draft, problems)?;
    Ok(FormView {
        register: register.id.clone(),
        register_title: register.title.clone(),
        id: Some(id),
        version: record.version,
        step: step.map(|step| step.id.clone()),
        title,
        button,
        sections,
        reason: step.is_some_and(|step| step.reason),
        reason_text: String::new(),
        problems: problems.to_vec(),
        notice: None,
    })
}

fn new_form(
    desk: &mut Desk,
    register: &Register,
    draft: &Draft,
    problems: &[Problem],
) -> Result<FormView, Refusal> {
    if !permit::may_create(desk.actor, register, desk.live) {
        let seen = permit::may_read(desk.actor, register, desk.live);
        return Err(if seen {
            Refusal::forbidden(format!("您不能登记{}", register.title))
        } else {
            Refusal::NotFound
        });
    }
    let mut sheet = Sheet::blank(register);
    let first_time = problems.is_empty();
    let wrong = check::apply(desk, &mut sheet, draft, &Given::New)?;
    check::fill_own(desk, &mut sheet)?;
    check::derive(desk, &mut sheet, true)?;
    let typed = if first_time && wrong.is_empty() { &Draft::new() } else { draft };
    let sections = sections(desk, &sheet, None, None, typed, problems)?;
    Ok(FormView {
        register: register.id.clone(),
        register_title: register.title.clone(),
        id: None,
        version: 0,
        step: None,
        title: format!("登记{}", register.title),
        button: "登记".to_string(),
        sections,
        reason: false,
        reason_text: String::new(),
        problems: problems.to_vec(),
        notice: None,
    })
}

fn sections(
    desk: &mut Desk,
    sheet: &Sheet,
    record: Option<&Record>,
    step: Option<&Step>,
    draft: &Draft,
    problems: &[Problem],
) -> Result<Vec<FormSection>, Refusal> {
    let mut sections = vec![FormSection { title: String::new(), fields: Vec::new() }];
    for field in sheet.register.fields.values() {
        if let Some(title) = &field.section {
            sections.push(FormSection { title: title.clone(), fields: Vec::new() });
        }
        let derived = field.calc.is_some() || field.from.is_some();
        let asked = step.is_none_or(|step| check::step_takes(step, field));
        let place = record.map(Place::from);
        let seen =
            place.is_none_or(|place| permit::sees(desk.actor, sheet.register, field, place, desk.live));
        if derived || !asked || !seen {
            continue;
        }
        let mut view = input(desk, sheet, field)?;
        view.shown = field.shown.as_ref().is_none_or(|shown| desk.truth(&shown.node, sheet));
        if step.is_some() && !view.shown {
            continue;
        }
        view.required =
            step.is_some_and(|step| step.asks.contains(&field.id)) || check::needed(desk, sheet, field);
        view.error = problems
            .iter()
            .find(|problem| problem.field.as_ref() == Some(&field.id))
            .map(|problem| problem.message.clone());
        if let Some(typed) = draft.get(&field.id) {
            retype(&mut view, typed);
        }
        if let Some(section) = sections.last_mut() {
            section.fields.push(view);
        }
    }
    sections.retain(|section| !section.fields.is_empty());
    Ok(sections)
}

/// What was typed stays in the form, right or wrong.
fn retype(view: &mut FormField, typed: &Input) {
    match typed {
        Input::Text(text) => {
            view.text.clone_from(text);
            for option in &mut view.options {
                option.chosen = option.code == *text;
            }
        }
        Input::Many(texts) => {
            for option in &mut view.options {
                option.chosen = texts.contains(&option.code);
            }
        }
        Input::Rows(rows) => {
            let text = |input: Option<&Input>| match input {
                Some(Input::Text(text)) => text.clone(),
                Some(Input::Value(value)) => as_text(value),
                Some(Input::Many(_) | Input::Rows(_)) | None => String::new(),
            };
            if view.input == InputKind::Rows {
                let cells = |row: &indexmap::IndexMap<String, Input>| {
                    view.columns.iter().map(|column| text(row.get(&column.id))).collect()
                };
                view.rows =
                    rows.iter().map(|row| RowInput { title: String::new(), cells: cells(row) }).collect();
            } else {
                for row in rows {
                    let item = text(row.get("item"));
                    let found = view.rows.iter_mut().find(|line| line.cells.first() == Some(&item));
                    if let Some(line) = found {
                        line.cells = vec![item, text(row.get("answer")), text(row.get("note"))];
                    }
                }
            }
        }
        Input::Value(_) => {}
    }
}

/// One field's control with what stands in it.
fn input(desk: &mut Desk, sheet: &Sheet, field: &Field) -> Result<FormField, Refusal> {
    let value = sheet.get(&field.id);
    let mut view = bare(field);
    match &field.kind {
        FieldKind::Choice { list } => {
            let chosen = as_text(value);
            view.options = options(desk.live.pack.choices(list), |code| code == chosen);
            view.text = chosen;
        }
        FieldKind::Choices { list } => {
            let chosen: Vec<String> = match value {
                Value::List(items) => items.iter().map(as_text).collect(),
                _ => Vec::new(),
            };
            view.options = options(desk.live.pack.choices(list), |code| chosen.iter().any(|one| one == code));
        }
        FieldKind::Ref { .. } | FieldKind::Area | FieldKind::Body | FieldKind::Person => {
            view.text = as_text(value);
            view.text_title = wording::value(desk, field, value)?;
            few_refs(desk, field, &mut view)?;
        }
        FieldKind::Refs { register } => {
            for id in ids(Some(value)) {
                let title = wording::ref_name(desk, register, id)?;
                view.many.push(OptionView { code: id.to_string(), title, depth: 0, chosen: true });
            }
        }
        FieldKind::Image { .. } | FieldKind::File { .. } => {
            let Value::List(hashes) = value else { return Ok(view) };
            for hash in hashes.iter().map(as_text) {
                let title = desk.tx.file_info(&hash)?.map_or_else(|| "附件".to_string(), |info| info.name);
                view.many.push(OptionView { code: hash, title, depth: 0, chosen: true });
            }
        }
        FieldKind::Table { columns } => table(desk, sheet, columns, value, &mut view)?,
        FieldKind::Checklist { source } => {
            let items = check::checklist_items(&desk.live.pack, source, sheet);
            view.options = ANSWERS
                .iter()
                .map(|(code, word)| OptionView {
                    code: (*code).into(),
                    title: (*word).into(),
                    depth: 0,
                    chosen: false,
                })
                .collect();
            view.rows = items.iter().map(|(item, title)| answered(item, title, value)).collect();
        }
        FieldKind::Time => {
            if let Value::Time(at) = value {
                view.text = at.with_timezone(&crate::clock::shanghai()).format("%Y-%m-%dT%H:%M").to_string();
            }
        }
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Bool
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo => view.text = as_text(value),
    }
    Ok(view)
}

fn table(
    desk: &mut Desk,
    sheet: &Sheet,
    columns: &indexmap::IndexMap<String, Field>,
    value: &Value,
    view: &mut FormField,
) -> Result<(), Refusal> {
    let empty = Sheet { fields: shian_pack::Fields::new(), ..sheet.clone() };
    for column in columns.values() {
        let mut head = input(desk, &empty, column)?;
        head.required = matches!(column.required, shian_pack::field::Need::Always);
        view.columns.push(head);
    }
    if let Value::Rows(rows) = value {
        for row in rows {
            let cells = columns.keys().map(|id| row.get(id).map(as_text).unwrap_or_default()).collect();
            view.rows.push(RowInput { title: String::new(), cells });
        }
    }
    Ok(())
}

fn answered(item: &str, title: &str, value: &Value) -> RowInput {
    let row = match value {
        Value::Rows(rows) => {
            rows.iter().find(|row| matches!(row.get("item"), Some(Value::Text(found)) if found == item))
        }
        _ => None,
    };
    let text = |id: &str| row.and_then(|row| row.get(id)).map(as_text).unwrap_or_default();
    RowInput { title: format!("{item} {title}"), cells: vec![item.to_string(), text("answer"), text("note")] }
}

/// Areas and bodies are few: all of them are offered. Others are looked up.
fn few_refs(desk: &mut Desk, field: &Field, view: &mut FormField) -> Result<(), Refusal> {
    if !matches!(field.kind, FieldKind::Area | FieldKind::Body) {
        return Ok(());
    }
    let all = refs(desk, field, "", OPTIONS_MAX as u32 + 1)?;
    if all.len() <= OPTIONS_MAX {
        view.input = InputKind::Select;
        view.options =
            all.into_iter().map(|option| OptionView { chosen: option.code == view.text, ..option }).collect();
    }
    Ok(())
}

/// A field's control without anything in it.
fn bare(field: &Field) -> FormField {
    let (mut digits, mut max) = (None, None);
    let input = match &field.kind {
        FieldKind::Text { max: most } => {
            max = Some(*most);
            InputKind::Text
        }
        FieldKind::LongText => {
            max = Some(20_000);
            InputKind::LongText
        }
        FieldKind::Integer { .. } => {
            digits = Some(0);
            InputKind::Number
        }
        FieldKind::Decimal { digits: most, .. } => {
            digits = Some(*most);
            InputKind::Number
        }
        FieldKind::Money => {
            digits = Some(2);
            InputKind::Number
        }
        FieldKind::Date => InputKind::Date,
        FieldKind::Time => InputKind::Time,
        FieldKind::Bool => InputKind::Bool,
        FieldKind::Choice { .. } => InputKind::Select,
        FieldKind::Choices { .. } => InputKind::Checks,
        FieldKind::Ref { .. } | FieldKind::Area | FieldKind::Body | FieldKind::Person => InputKind::Lookup,
        FieldKind::Refs { .. } => InputKind::LookupMany,
        FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin => InputKind::Text,
        FieldKind::Geo => InputKind::Geo,
        FieldKind::Image { many } | FieldKind::File { many } => {
            if *many {
                InputKind::Files
            } else {
                InputKind::File
            }
        }
        FieldKind::Table { .. } => InputKind::Rows,
        FieldKind::Checklist { .. } => InputKind::Checklist,
    };
    FormField {
        id: field.id.clone(),
        title: field.title.clone(),
        kind: wording::kind_name(&field.kind),
        input,
        text: String::new(),
        text_title: String::new(),
        many: Vec::new(),
        options: Vec::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        required: false,
        shown: true,
        readonly: false,
        unit: wording::unit(&field.kind).map(str::to_string),
        digits,
        max,
        hint: field.hint.clone(),
        error: None,
    }
}

/// Choices as options, children under their parents.
pub(crate) fn options(choices: &[Choice], chosen: impl Fn(&str) -> bool) -> Vec<OptionView> {
    let depth = |choice: &Choice| {
        let (mut depth, mut at) = (0u8, choice.parent.as_deref());
        while let Some(code) = at.filter(|_| depth < 8) {
            depth += 1;
            at =
                choices.iter().find(|choice| choice.code == code).and_then(|choice| choice.parent.as_deref());
        }
        depth
    };
    let option = |choice: &Choice| OptionView {
        code: choice.code.clone(),
        title: choice.title.clone(),
        depth: depth(choice),
        chosen: chosen(&choice.code),
    };
    let mut sorted = Vec::with_capacity(choices.len());
    let mut stack: Vec<&Choice> = choices.iter().rev().filter(|choice| choice.parent.is_none()).collect();
    while let Some(choice) = stack.pop() {
        sorted.push(option(choice));
        stack.extend(choices.iter().rev().filter(|child| child.parent.as_deref() == Some(&choice.code)));
    }
    if sorted.len() < choices.len() {
        return choices.iter().map(option).collect();
    }
    sorted
}

/// What a lookup offers while one types: records the actor may read, accounts that are open, choices whose title fits.
pub(crate) fn refs(
    desk: &mut Desk,
    field: &Field,
    typed: &str,
    limit: u32,
) -> Result<Vec<OptionView>, Refusal> {
    let typed = typed.trim();
    let option = |code: String, title: String| OptionView { code, title, depth: 0, chosen: false };
    if let Some(list) = wording::choices(&field.kind) {
        let fits = |found: &OptionView| found.title.contains(typed) || found.code == typed;
        let all = options(desk.live.pack.choices(list), |_| false);
        return Ok(all.into_iter().filter(fits).take(limit as usize).collect());
    }
    if matches!(field.kind, FieldKind::Person) {
        let accounts = desk.tx.accounts()?;
        let fits = accounts
            .into_iter()
            .filter(|account| account.closed_at.is_none())
            .filter(|account| account.name.contains(typed) || account.login.contains(typed));
        return Ok(fits
            .take(limit as usize)
            .map(|account| option(account.id.to_string(), account.name))
            .collect());
    }
    let Some(target) = live::target(&desk.live.pack, &field.kind) else { return Ok(Vec::new()) };
    let register = desk.live.register(&target)?;
    let rows = crate::list::offered(desk, register, typed, limit)?;
    Ok(rows.into_iter().map(|record| option(record.id.to_string(), record.name)).collect())
}
