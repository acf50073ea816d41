//! What a person asks of a list, turned into a condition: the saved view, a filter as text, the query row. A field that he sees
//! masked cannot be asked about, or the answer would tell it.
use shian_pack::expr::{Compare, Node, Type};
use shian_pack::field::{Field, FieldKind};
use shian_pack::register::View;
use shian_pack::{Register, Value};
use shian_store::Sort;

use crate::check::{Finder, as_text, parse};
use crate::desk::Desk;
use crate::draft::Input;
use crate::permit::{self, Bounds};
use crate::refusal::{Problem, Refusal};
use crate::view::{InputKind, ListAsk, OptionView};
use crate::{form, wording};

/// Choices longer than this are not drawn in the query row.
const OPTIONS_MAX: usize = 80;

/// Whether the answer may depend on this field for this actor: he sees it wherever he sees the record.
pub(super) fn may_ask(desk: &Desk, register: &Register, field: &Field) -> bool {
    if field.secret.is_empty() {
        return true;
    }
    let unmasked = permit::bounds(desk.actor, &field.secret, register, desk.live);
    unmasked == Bounds::All || unmasked == permit::read_bounds(desk.actor, register, desk.live)
}

/// View, filter and query row together.
pub(super) fn filter(
    desk: &mut Desk,
    register: &Register,
    view: Option<&View>,
    ask: &ListAsk,
) -> Result<Option<Node>, Refusal> {
    let mut parts: Vec<Node> = Vec::new();
    parts.extend(view.and_then(|view| view.filter.as_ref()).map(|filter| filter.node.clone()));
    if let Some(source) = ask.filter.as_deref().filter(|source| !source.trim().is_empty()) {
        parts.push(written(desk, register, source)?);
    }
    let mut problems = Vec::new();
    for (key, text) in ask.fields.iter().filter(|(_, text)| !text.trim().is_empty()) {
        match queried(desk, register, key, text) {
            Ok(node) => parts.push(node),
            Err(Refusal::Invalid { problems: more }) => problems.extend(more),
            Err(other) => return Err(other),
        }
    }
    if !problems.is_empty() {
        return Err(Refusal::Invalid { problems });
    }
    Ok(match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(Node::And(parts)),
    })
}

/// A filter as written, checked against the fields.
fn written(desk: &Desk, register: &Register, source: &str) -> Result<Node, Refusal> {
    let expr = desk.live.filter(register, source).map_err(|errors| {
        let problem =
            |error: &shian_pack::expr::ExprError| Problem::new("filter", "筛选", error.message.clone());
        Refusal::Invalid { problems: errors.iter().map(problem).collect() }
    })?;
    let reads = crate::expression::reads(&expr.node);
    let secret = |register: &Register, id: &str| {
        register.fields.get(id).is_some_and(|field| !may_ask(desk, register, field))
    };
    let through = |(by, at): &(String, String)| {
        let target =
            register.fields.get(by).and_then(|field| crate::live::target(&desk.live.pack, &field.kind));
        target
            .and_then(|target| desk.live.pack.registers.get(&target))
            .is_some_and(|target| secret(target, at))
    };
    if reads.fields.iter().any(|id| secret(register, id)) || reads.hops.iter().any(through) {
        return Err(Refusal::forbidden("筛选里用了您看不到的字段"));
    }
    Ok(expr.node.clone())
}

/// One entry of the query row: `field`, `field.from`, `field.to`, or `state`.
fn queried(desk: &mut Desk, register: &Register, key: &str, text: &str) -> Result<Node, Refusal> {
    if key == "state" {
        let state = Node::Field { id: "state".into(), ty: Type::Choice(format!("{}.state", register.id)) };
        return Ok(equals(state, Value::Text(text.trim().to_string())));
    }
    let (id, op) = match key.rsplit_once('.') {
        Some((id, "from")) => (id, Compare::Ge),
        Some((id, "to")) => (id, Compare::Le),
        _ => (key, Compare::Eq),
    };
    let unknown = || invalid(key, key, format!("没有“{key}”这个条件"));
    let field = register.fields.get(id).ok_or_else(unknown)?;
    if !may_ask(desk, register, field) {
        return Err(Refusal::forbidden(format!("您看不到{}，不能按它查询", field.title)));
    }
    let live = desk.live;
    if op == Compare::Eq
        && let Some(node) = special(desk, register, field, text)
    {
        return Ok(node);
    }
    let mut finder = Finder::new(desk);
    let value = parse(&live.pack, field, &Input::Text(text.to_string()), &mut finder);
    finder.finish()?;
    let value = value.map_err(|messages| invalid(id, &field.title, messages.join("；")))?;
    let node = node_of(live, register, field);
    Ok(match (&field.kind, value) {
        (FieldKind::Choices { .. } | FieldKind::Refs { .. }, Value::List(items)) => {
            let has = |item| Node::Contains(Box::new(node.clone()), Box::new(Node::Lit(item)));
            Node::Or(items.into_iter().map(has).collect())
        }
        (FieldKind::Time, Value::Date(day)) => {
            let day = Node::Lit(Value::Date(day));
            Node::Compare(op, Box::new(Node::DateOf(Box::new(node))), Box::new(day))
        }
        (_, value) => Node::Compare(op, Box::new(node), Box::new(Node::Lit(value))),
    })
}

fn equals(node: Node, value: Value) -> Node {
    Node::Compare(Compare::Eq, Box::new(node), Box::new(Node::Lit(value)))
}

fn invalid(id: &str, title: &str, message: String) -> Refusal {
    Refusal::Invalid { problems: vec![Problem::new(id, title, message)] }
}

/// The field with its type.
fn node_of(live: &crate::live::Live, register: &Register, field: &Field) -> Node {
    let known = live.schema().registers.get(&register.id).and_then(|shape| shape.fields.get(&field.id));
    Node::Field { id: field.id.clone(), ty: known.cloned().unwrap_or(Type::Null) }
}

/// Conditions that mean more than equality: a choice and all below it, an area and all below it, words in a text.
fn special(desk: &Desk, register: &Register, field: &Field, text: &str) -> Option<Node> {
    let node = || Box::new(node_of(desk.live, register, field));
    let text = text.trim();
    match &field.kind {
        FieldKind::Choice { list } => {
            let below = below(desk.live.pack.choices(list), text);
            (!below.is_empty()).then(|| Node::Under(node(), below))
        }
        FieldKind::Area => {
            let id = text.parse().ok().or_else(|| desk.live.directory.area(text))?;
            let path = desk.live.directory.path(id)?;
            let inside = desk.live.directory.areas.iter().filter(|(_, entry)| entry.path.starts_with(path));
            let mut ids: Vec<i64> = inside.map(|(id, _)| *id).collect();
            ids.sort_unstable();
            Some(Node::In(node(), ids.into_iter().map(|id| Node::Lit(Value::Int(id))).collect()))
        }
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo => Some(Node::Contains(node(), Box::new(Node::Lit(Value::Text(text.to_string()))))),
        FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Choices { .. }
        | FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Body
        | FieldKind::Person
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => None,
    }
}

/// A code of the list and all codes below it; the code itself may be given by title.
fn below(choices: &[shian_pack::Choice], text: &str) -> Vec<String> {
    let Some(root) = choices.iter().find(|choice| choice.code == text || choice.title == text) else {
        return Vec::new();
    };
    let mut codes = vec![root.code.clone()];
    let mut at = 0;
    while let Some(code) = codes.get(at).cloned() {
        let children = choices.iter().filter(|choice| choice.parent.as_ref() == Some(&code));
        let new: Vec<String> =
            children.map(|choice| choice.code.clone()).filter(|c| !codes.contains(c)).collect();
        codes.extend(new);
        at += 1;
    }
    codes
}

/// As asked, else the view's, else newest business date first.
pub(super) fn sort(
    desk: &Desk,
    register: &Register,
    view: Option<&View>,
    asked: &[String],
) -> Result<Vec<Sort>, Refusal> {
    let wanted: Vec<String> = if !asked.is_empty() {
        asked.to_vec()
    } else if let Some(view) = view.filter(|view| !view.sort.is_empty()) {
        view.sort.clone()
    } else {
        register.when.iter().map(|when| format!("-{when}")).collect()
    };
    let mut sort = Vec::with_capacity(wanted.len());
    for one in wanted {
        let (field, desc) = match one.strip_prefix('-') {
            Some(field) => (field.to_string(), true),
            None => (one, false),
        };
        let fixed =
            matches!(field.as_str(), "id" | "state" | "number" | "name" | "created_at" | "updated_at");
        match register.fields.get(&field) {
            Some(known) if may_ask(desk, register, known) => {}
            None if fixed => {}
            _ => return Err(invalid("sort", "排序", format!("不能按“{field}”排序"))),
        }
        sort.push(Sort { field, desc });
    }
    Ok(sort)
}

/// Fields of the query row: what people narrow a list by.
pub(super) fn is_asked(field: &Field) -> bool {
    match &field.kind {
        FieldKind::Choice { .. }
        | FieldKind::Choices { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Date
        | FieldKind::Bool
        | FieldKind::Ref { .. } => true,
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Time
        | FieldKind::Refs { .. }
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => false,
    }
}

pub(super) fn input(kind: &FieldKind) -> InputKind {
    match kind {
        FieldKind::Choice { .. } | FieldKind::Choices { .. } | FieldKind::Area | FieldKind::Body => {
            InputKind::Select
        }
        FieldKind::Date => InputKind::Date,
        FieldKind::Bool => InputKind::Bool,
        FieldKind::Ref { .. } => InputKind::Lookup,
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Time
        | FieldKind::Refs { .. }
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => InputKind::Text,
    }
}

/// What the query row offers.
pub(super) fn options(desk: &mut Desk, field: &Field, value: &str) -> Result<Vec<OptionView>, Refusal> {
    if let Some(list) = wording::choices(&field.kind) {
        let all = form::options(desk.live.pack.choices(list), |code| code == value);
        return Ok(if all.len() <= OPTIONS_MAX { all } else { Vec::new() });
    }
    if matches!(field.kind, FieldKind::Bool) {
        let option = |code: &str, title: &str| OptionView {
            code: code.into(),
            title: title.into(),
            depth: 0,
            chosen: code == value,
        };
        return Ok(vec![option("true", "是"), option("false", "否")]);
    }
    if !matches!(field.kind, FieldKind::Area | FieldKind::Body) {
        return chosen(desk, field, value);
    }
    let directory = &desk.live.directory;
    let mut named: Vec<(&str, OptionView)> = if matches!(field.kind, FieldKind::Area) {
        let option = |(id, entry): (&i64, &'_ crate::live::AreaEntry)| {
            option_of(*id, &entry.name, depth(&entry.path), value)
        };
        directory.areas.iter().map(|(id, entry)| (entry.path.as_str(), option((id, entry)))).collect()
    } else {
        let bodies = directory.bodies.iter();
        bodies.map(|(id, entry)| (entry.code.as_str(), option_of(*id, &entry.name, 0, value))).collect()
    };
    named.sort_by(|left, right| left.0.cmp(right.0));
    Ok(named.into_iter().map(|(_, option)| option).collect())
}

/// A lookup shows what was chosen.
fn chosen(desk: &mut Desk, field: &Field, value: &str) -> Result<Vec<OptionView>, Refusal> {
    if value.is_empty() {
        return Ok(Vec::new());
    }
    let live = desk.live;
    let mut finder = Finder::new(desk);
    let found = parse(&live.pack, field, &Input::Text(value.to_string()), &mut finder);
    finder.finish()?;
    let Ok(found) = found else { return Ok(Vec::new()) };
    let title = wording::value(desk, field, &found)?;
    Ok(vec![OptionView { chosen: true, code: as_text(&found), title, depth: 0 }])
}

fn option_of(id: i64, name: &str, depth: u8, value: &str) -> OptionView {
    let code = id.to_string();
    OptionView { chosen: code == value, code, title: name.to_string(), depth }
}

fn depth(path: &str) -> u8 {
    u8::try_from(path.matches('/').count().saturating_sub(1)).unwrap_or(u8::MAX)
}
