//! `/api/v1/registers`: which registers the caller reaches, and what each declares; `/api/v1/me`: who he is.

use axum::{
    extract::{Path, RawQuery},
    http::StatusCode,
};
use serde_json::{Value, json};
use shian_pack::{
    Pack, Register,
    field::{Field, FieldKind, Need},
};
use shian_service::{Refusal, kind_name, view::MenuEntry};

use super::{
    caller::Caller,
    problem::{Answer, Problem},
    records,
    sent::Asked,
};

/// `GET /me`
pub async fn me(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let actor = &caller.actor;
    let roles: Vec<Value> = actor
        .roles
        .iter()
        .map(|held| json!({ "role": held.role, "area": held.area, "body": held.body }))
        .collect();
    let token =
        actor.reach.as_ref().map(|reach| json!({ "writes": reach.writes, "registers": reach.registers }));
    let body = json!({
        "id": actor.id, "login": actor.login, "name": actor.name, "title": actor.title, "roles": roles, "token": token,
    });
    Ok(records::json(StatusCode::OK, body.to_string().into_bytes()))
}

/// Registers that the caller may read.
pub async fn reached(caller: &Caller) -> Result<Vec<MenuEntry>, Problem> {
    let menu = caller.ask(|office, actor| office.menu(actor)).await.map_err(Problem::of_query)?;
    Ok(menu.into_iter().flat_map(|group| group.entries).collect())
}

/// `GET /registers`
pub async fn list(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let registers: Vec<Value> = reached(&caller)
        .await?
        .into_iter()
        .map(|entry| json!({ "id": entry.id, "title": entry.title, "can_create": entry.can_create }))
        .collect();
    Ok(records::json(StatusCode::OK, json!({ "registers": registers }).to_string().into_bytes()))
}

/// `GET /registers/{register}`
pub async fn show(caller: Caller, Path(register): Path<String>, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let entry = reached(&caller).await?.into_iter().find(|entry| entry.id == register);
    let entry = entry.ok_or_else(|| Problem::of_query(Refusal::NotFound))?;
    let pack = caller.site.office.pack();
    let known = pack.register(&register).ok_or_else(|| Problem::of_query(Refusal::NotFound))?;
    let body = declared(&pack, known, entry.can_create);
    Ok(records::json(StatusCode::OK, body.to_string().into_bytes()))
}

/// What a register declares, for a program that draws forms or maps columns.
fn declared(pack: &Pack, register: &Register, can_create: bool) -> Value {
    let states: Vec<Value> =
        register.states.iter().map(|(id, title)| json!({ "id": id, "title": title })).collect();
    let steps: Vec<Value> = register
        .steps
        .values()
        .filter(|step| step.after.is_none())
        .map(|step| {
            json!({ "id": step.id, "title": step.title, "from": step.from, "to": step.to, "asks": step.asks,
                    "reason": step.reason })
        })
        .collect();
    let views: Vec<Value> =
        register.views.values().map(|view| json!({ "id": view.id, "title": view.title })).collect();
    json!({
        "id": register.id,
        "title": register.title,
        "can_create": can_create,
        "measures": register.measures,
        "when": register.when,
        "unique": register.unique,
        "fields": register.fields.values().map(|field| field_json(pack, field)).collect::<Vec<_>>(),
        "states": states,
        "steps": steps,
        "views": views,
    })
}

fn field_json(pack: &Pack, field: &Field) -> Value {
    let required = match field.required {
        Need::Never => "never",
        Need::Always => "always",
        Need::When(_) => "when",
    };
    let mut told = json!({
        "id": field.id,
        "title": field.title,
        "kind": kind_name(&field.kind),
        "required": required,
        "derived": field.calc.is_some() || field.from.is_some(),
        "secret": !field.secret.is_empty(),
    });
    let extra = match &field.kind {
        FieldKind::Text { max } => Some(("max", json!(max))),
        FieldKind::Decimal { digits, .. } => Some(("digits", json!(digits))),
        FieldKind::Money => Some(("digits", json!(2))),
        FieldKind::Choice { list } | FieldKind::Choices { list } => {
            let choices = pack
                .choices(list)
                .iter()
                .map(|choice| json!({ "code": choice.code, "title": choice.title, "parent": choice.parent }));
            Some(("choices", Value::Array(choices.collect())))
        }
        FieldKind::Ref { register } | FieldKind::Refs { register } => Some(("to", json!(register))),
        FieldKind::Area => Some(("to", json!(seeded(pack, shian_pack::register::Seed::Areas)))),
        FieldKind::Body => Some(("to", json!(seeded(pack, shian_pack::register::Seed::Bodies)))),
        FieldKind::Table { columns } => {
            Some(("columns", columns.values().map(|column| field_json(pack, column)).collect()))
        }
        FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Checklist { .. } => None,
    };
    if let Some((key, value)) = extra {
        told[key] = value;
    }
    if let Some(hint) = &field.hint {
        told["hint"] = json!(hint);
    }
    if let Some(unit) = shian_service::unit(&field.kind) {
        told["unit"] = json!(unit);
    }
    told
}

fn seeded(pack: &Pack, seed: shian_pack::register::Seed) -> Option<&str> {
    pack.seeded(seed).map(|register| register.id.as_str())
}
