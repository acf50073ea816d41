//! A register's list for one actor: saved views, the query row, search words, a filter in the pack's language; all of it
//! compiled with his scope into one query.
mod ask;

use shian_pack::expr::{Compare, Node, Type};
use shian_pack::field::{Field, FieldKind};
use shian_pack::register::View;
use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::{Cursor, ListQuery, Record, Sort};

use crate::desk::Desk;
use crate::permit::{self, Bounds};
use crate::refusal::Refusal;
use crate::view::{Column, ListAsk, ListView, OptionView, Query, RowView, StateCount, ViewTab};
use crate::wording;

/// Rows of a page when the asker does not say, and at most.
const ROWS: u32 = 50;
const ROWS_MAX: u32 = 500;
/// Columns of a list that the pack does not choose.
const COLUMNS: usize = 7;
/// Tabs and states are counted in lists up to this length.
const COUNTED_MAX: i64 = 20_000;

/// What a list asks of the store, ready.
pub(crate) struct Asked<'a> {
    pub register: &'a Register,
    pub view: Option<&'a View>,
    filter: Option<Node>,
    search: Option<String>,
    sort: Vec<Sort>,
    pub after: Option<Cursor>,
    pub limit: u32,
    deleted: bool,
}

/// The page of a list.
pub(crate) fn list(desk: &mut Desk, ask: &ListAsk) -> Result<ListView, Refusal> {
    let asked = ready(desk, ask)?;
    let register = asked.register;
    let columns = columns(register, asked.view);
    let page = page(desk, &asked, &columns)?;
    let mut rows = Vec::with_capacity(page.0.len());
    for record in &page.0 {
        rows.push(row(desk, register, record, &columns)?);
    }
    let first = asked.after.is_none();
    let total = if first { Some(count(desk, &asked)?) } else { None };
    let short = total.is_some_and(|total| total <= COUNTED_MAX);
    Ok(ListView {
        register: register.id.clone(),
        title: register.title.clone(),
        measures: register.measures.clone(),
        views: tabs(desk, &asked, short)?,
        view: asked.view.map(|view| view.id.clone()).unwrap_or_default(),
        query: query_row(desk, register, ask)?,
        search: ask.search.clone().unwrap_or_default(),
        columns: columns.iter().map(|id| column(desk, register, id)).collect(),
        rows,
        total,
        next: page.1.map(|cursor| cursor.to_string()),
        sort: asked
            .sort
            .iter()
            .map(|sort| format!("{}{}", if sort.desc { "-" } else { "" }, sort.field))
            .collect(),
        can_create: permit::may_create(desk.actor, register, desk.live),
        states: if short { states(desk, &asked)? } else { Vec::new() },
        exports: exports(register),
    })
}

/// Checks the question and compiles it. NotFound for a register that is not in his menu.
pub(crate) fn ready<'a>(desk: &mut Desk<'a>, ask: &ListAsk) -> Result<Asked<'a>, Refusal> {
    let register = desk.live.register(&ask.register)?;
    if !permit::may_read(desk.actor, register, desk.live) {
        return Err(Refusal::NotFound);
    }
    if ask.deleted && permit::bounds(desk.actor, &register.access.delete, register, desk.live).is_nowhere() {
        return Err(Refusal::forbidden("您不能查看已删除的记录"));
    }
    let view = match ask.view.as_deref().filter(|view| !view.is_empty()) {
        Some(id) => Some(register.views.get(id).ok_or(Refusal::NotFound)?),
        None => None,
    };
    let filter = ask::filter(desk, register, view, ask)?;
    let sort = ask::sort(desk, register, view, &ask.sort)?;
    let after =
        ask.after.as_deref().filter(|after| !after.is_empty()).map(str::parse::<Cursor>).transpose()?;
    let limit = if ask.limit == 0 { ROWS } else { ask.limit.min(ROWS_MAX) };
    let search = ask.search.as_deref().map(str::trim).filter(|words| !words.is_empty()).map(str::to_string);
    Ok(Asked { register, view, filter, search, sort, after, limit, deleted: ask.deleted })
}

/// Rows and where the next page begins.
pub(crate) fn page(
    desk: &mut Desk,
    asked: &Asked,
    columns: &[String],
) -> Result<(Vec<Record>, Option<Cursor>), Refusal> {
    let scope = permit::read_scope(desk.actor, asked.register, desk.live);
    let fields: Vec<String> =
        columns.iter().filter(|id| asked.register.fields.contains_key(*id)).cloned().collect();
    let query = ListQuery {
        filter: asked.filter.as_ref(),
        search: asked.search.as_deref(),
        sort: &asked.sort,
        after: asked.after.as_ref(),
        limit: asked.limit,
        columns: Some(&fields),
        deleted: asked.deleted,
        ..plain(desk, asked.register, &scope)
    };
    let page = desk.tx.list(&query)?;
    Ok((page.rows, page.next))
}

pub(crate) fn count(desk: &mut Desk, asked: &Asked) -> Result<i64, Refusal> {
    let scope = permit::read_scope(desk.actor, asked.register, desk.live);
    let query = ListQuery {
        filter: asked.filter.as_ref(),
        search: asked.search.as_deref(),
        deleted: asked.deleted,
        ..plain(desk, asked.register, &scope)
    };
    Ok(desk.tx.count(&query)?)
}

/// A query for all rows in scope.
pub(crate) fn plain<'q>(
    desk: &Desk<'q>,
    register: &'q Register,
    scope: &'q shian_store::Scope,
) -> ListQuery<'q> {
    ListQuery {
        register,
        scope,
        filter: None,
        asked: shian_store::Asked { now: desk.now, me: Some(desk.actor.id) },
        search: None,
        sort: &[],
        after: None,
        limit: ROWS,
        columns: None,
        deleted: false,
    }
}

/// The view's columns, the register's, or the first that fit.
pub(crate) fn columns(register: &Register, view: Option<&View>) -> Vec<String> {
    if let Some(view) = view.filter(|view| !view.columns.is_empty()) {
        return view.columns.clone();
    }
    if !register.columns.is_empty() {
        return register.columns.clone();
    }
    let fits = |field: &&Field| match &field.kind {
        FieldKind::LongText
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => false,
        FieldKind::Text { .. }
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
        | FieldKind::Gtin => true,
    };
    register.fields.values().filter(fits).take(COLUMNS).map(|field| field.id.clone()).collect()
}

fn column(desk: &Desk, register: &Register, id: &str) -> Column {
    let field = register.fields.get(id);
    let numeric = field.is_some_and(|field| {
        matches!(field.kind, FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Money)
    });
    let sortable = match field {
        Some(field) => {
            ask::may_ask(desk, register, field)
                && !matches!(
                    field.kind,
                    FieldKind::Choices { .. }
                        | FieldKind::Refs { .. }
                        | FieldKind::Image { .. }
                        | FieldKind::File { .. }
                        | FieldKind::Table { .. }
                        | FieldKind::Checklist { .. }
                )
        }
        None => true,
    };
    Column {
        id: id.to_string(),
        title: wording::title_of(register, id),
        numeric,
        kind: field.map_or("fixed", |field| wording::kind_name(&field.kind)),
        unit: field.and_then(|field| wording::unit(&field.kind)).map(str::to_string),
        sortable,
    }
}

fn row(
    desk: &mut Desk,
    register: &Register,
    record: &Record,
    columns: &[String],
) -> Result<RowView, Refusal> {
    let mut cells = Vec::with_capacity(columns.len());
    for id in columns {
        cells.push(cell(desk, register, record, id)?);
    }
    Ok(RowView {
        register: register.id.clone(),
        id: record.id,
        name: record.name.clone(),
        number: record.number.clone(),
        version: record.version,
        state: record.state.clone(),
        state_title: wording::state_title(register, &record.state).to_string(),
        cells,
    })
}

/// One cell, masked where he may not look.
pub(crate) fn cell(
    desk: &mut Desk,
    register: &Register,
    record: &Record,
    id: &str,
) -> Result<String, Refusal> {
    let Some(field) = register.fields.get(id) else {
        return Ok(match id {
            "state" => wording::state_title(register, &record.state).to_string(),
            "number" => record.number.clone().unwrap_or_default(),
            "name" => record.name.clone(),
            "created_at" => record
                .created_at
                .with_timezone(&crate::clock::shanghai())
                .format("%Y-%m-%d %H:%M")
                .to_string(),
            "updated_at" => record
                .updated_at
                .with_timezone(&crate::clock::shanghai())
                .format("%Y-%m-%d %H:%M")
                .to_string(),
            _ => String::new(),
        });
    };
    let value = record.fields.get(id).unwrap_or(&Value::Null);
    let text = wording::value(desk, field, value)?;
    let masked = !text.is_empty() && !permit::sees(desk.actor, register, field, record.into(), desk.live);
    Ok(if masked { wording::masked(&field.kind, &text) } else { text })
}

fn tabs(desk: &mut Desk, asked: &Asked, counted: bool) -> Result<Vec<ViewTab>, Refusal> {
    let register = asked.register;
    let mut tabs = Vec::with_capacity(register.views.len());
    for view in register.views.values() {
        let count = match counted && asked.after.is_none() {
            true => {
                let scope = permit::read_scope(desk.actor, register, desk.live);
                let filter = view.filter.as_ref().map(|filter| &filter.node);
                let query = ListQuery { filter, ..plain(desk, register, &scope) };
                Some(desk.tx.count(&query)?)
            }
            false => None,
        };
        let chosen = asked.view.is_some_and(|chosen| chosen.id == view.id);
        tabs.push(ViewTab { id: view.id.clone(), title: view.title.clone(), count, chosen });
    }
    Ok(tabs)
}

fn states(desk: &mut Desk, asked: &Asked) -> Result<Vec<StateCount>, Refusal> {
    let register = asked.register;
    let scope = permit::read_scope(desk.actor, register, desk.live);
    let groups = desk.tx.group(&plain(desk, register, &scope), &["state".to_string()], None)?;
    let count = |id: &str| {
        let is = |values: &[Value]| matches!(values.first(), Some(Value::Text(state)) if state == id);
        groups.iter().find(|group| is(&group.0)).map_or(0, |group| group.1)
    };
    let state = |(id, title): (&String, &String)| StateCount {
        id: id.clone(),
        title: title.clone(),
        count: count(id),
    };
    Ok(register.states.iter().map(state).collect())
}

/// The query row: state, then choices, places, dates and refs of the list's columns.
fn query_row(desk: &mut Desk, register: &Register, ask: &ListAsk) -> Result<Vec<Query>, Refusal> {
    let given = |id: &str| ask.fields.get(id).cloned().unwrap_or_default();
    let mut row = Vec::new();
    if register.states.len() > 1 {
        let value = given("state");
        let option = |(id, title): (&String, &String)| OptionView {
            code: id.clone(),
            title: title.clone(),
            depth: 0,
            chosen: *id == value,
        };
        let options = register.states.iter().map(option).collect();
        row.push(Query {
            id: "state".into(),
            title: "状态".into(),
            input: crate::view::InputKind::Select,
            options,
            value,
            from: String::new(),
            to: String::new(),
        });
    }
    for field in register.fields.values().filter(|field| ask::is_asked(field)) {
        if !ask::may_ask(desk, register, field) {
            continue;
        }
        let value = given(&field.id);
        row.push(Query {
            id: field.id.clone(),
            title: field.title.clone(),
            input: ask::input(&field.kind),
            options: ask::options(desk, field, &value)?,
            value,
            from: given(&format!("{}.from", field.id)),
            to: given(&format!("{}.to", field.id)),
        });
    }
    Ok(row)
}

fn exports(register: &Register) -> Vec<OptionView> {
    let whole = register.exports.values().filter(|export| export.template.is_none());
    whole
        .map(|export| OptionView {
            code: export.id.clone(),
            title: export.title.clone(),
            depth: 0,
            chosen: false,
        })
        .collect()
}

/// A condition: this ref (or one of these refs) is that record.
pub(crate) fn points_to(register: &Register, field: &str, id: RecordId) -> Node {
    let target = Type::Ref(String::new());
    let many = register.fields.get(field).is_some_and(|field| matches!(field.kind, FieldKind::Refs { .. }));
    let ty = if many { Type::List(Box::new(target)) } else { target };
    let field = Box::new(Node::Field { id: field.to_string(), ty });
    let literal = Box::new(Node::Lit(Value::Int(id)));
    if many { Node::Contains(field, literal) } else { Node::Compare(Compare::Eq, field, literal) }
}

/// One live record that meets the condition, whoever may read it: for what an act depends on.
pub(crate) fn first(desk: &mut Desk, register: &Register, filter: &Node) -> Result<Option<Record>, Refusal> {
    let scope = permit::office_scope();
    let query =
        ListQuery { filter: Some(filter), limit: 1, columns: Some(&[]), ..plain(desk, register, &scope) };
    Ok(desk.tx.list(&query)?.rows.into_iter().next())
}

/// How many records of `child` that the actor may read point to `id`, and the newest few.
pub(crate) fn pointing(
    desk: &mut Desk,
    child: &Register,
    field: &str,
    id: RecordId,
    limit: u32,
) -> Result<(i64, Vec<Record>), Refusal> {
    let scope = permit::read_scope(desk.actor, child, desk.live);
    let filter = points_to(child, field, id);
    let newest = [Sort { field: "id".to_string(), desc: true }];
    let query = ListQuery {
        filter: Some(&filter),
        sort: &newest,
        limit,
        columns: Some(&[]),
        ..plain(desk, child, &scope)
    };
    let count = desk.tx.count(&query)?;
    let rows = if count == 0 { Vec::new() } else { desk.tx.list(&query)?.rows };
    Ok((count, rows))
}

/// Records that a lookup offers: by words, or the first ones.
pub(crate) fn offered(
    desk: &mut Desk,
    register: &Register,
    typed: &str,
    limit: u32,
) -> Result<Vec<Record>, Refusal> {
    let bounds = if register.seed.is_some_and(|seed| seed != shian_pack::register::Seed::Duties) {
        Bounds::All
    } else {
        permit::read_bounds(desk.actor, register, desk.live)
    };
    let scope = bounds.scope();
    let search = Some(typed).filter(|typed| !typed.is_empty());
    let query = ListQuery { search, limit, columns: Some(&[]), ..plain(desk, register, &scope) };
    Ok(desk.tx.list(&query)?.rows)
}

/// The whole list as CSV, page by page.
pub(crate) fn csv(desk: &mut Desk, ask: &ListAsk, most: usize) -> Result<Vec<u8>, Refusal> {
    let mut asked = ready(desk, ask)?;
    asked.limit = ROWS_MAX;
    let register = asked.register;
    let columns = columns(register, asked.view);
    let mut writer = csv::Writer::from_writer(vec![0xef, 0xbb, 0xbf]);
    let titles = columns.iter().map(|id| wording::title_of(register, id));
    writer.write_record(titles).map_err(|error| Refusal::internal(&error))?;
    let mut written = 0;
    loop {
        let (rows, next) = page(desk, &asked, &columns)?;
        for record in &rows {
            let mut cells = Vec::with_capacity(columns.len());
            for id in &columns {
                cells.push(safe(cell(desk, register, record, id)?));
            }
            writer.write_record(cells).map_err(|error| Refusal::internal(&error))?;
        }
        written += rows.len();
        if written > most {
            return Err(Refusal::conflict(format!("超过 {most} 行，请先缩小范围再导出")));
        }
        match next {
            Some(next) => asked.after = Some(next),
            None => return writer.into_inner().map_err(|error| Refusal::internal(&error.error())),
        }
    }
}

/// A spreadsheet must not take a text for a formula.
pub(crate) fn safe(cell: String) -> String {
    let number = cell.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if cell.starts_with(['=', '+', '@', '\t']) || (cell.starts_with('-') && !number) {
        format!("'{cell}")
    } else {
        cell
    }
}
