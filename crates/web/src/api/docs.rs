//! `/api/docs`: the API for people who write programs: how to come in, how to ask, what a refusal means, and each register with its
//! fields and addresses. Made from the same description as `/api/openapi.json`.

use axum::extract::Path;
use serde::Serialize;
use serde_json::Value;
use shian_service::Refusal;

use super::{caller::Caller, openapi, problem};
use crate::signed::{Answer, Signed};

/// The first page.
#[derive(Debug, Serialize)]
pub struct DocsPage {
    /// Registers that the reader is told of.
    pub registers: Vec<Named>,
    /// Addresses that are no register's.
    pub operations: Vec<Operation>,
    /// Every kind of refusal.
    pub problems: Vec<Kind>,
}

/// A register by name.
#[derive(Debug, Serialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// One operation.
#[derive(Debug, Serialize)]
pub struct Operation {
    /// `GET`
    pub method: String,
    /// Below `/api/v1`.
    pub path: String,
    /// What it does.
    pub summary: String,
    /// It can be opened in the browser as it stands.
    pub opens: bool,
}

/// A kind of refusal.
#[derive(Debug, Serialize)]
pub struct Kind {
    /// Its id.
    pub id: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Its title.
    pub title: &'static str,
}

/// One register's page.
#[derive(Debug, Serialize)]
pub struct RegisterPage {
    /// The register.
    pub register: Named,
    /// Its fields.
    pub fields: Vec<FieldLine>,
    /// Its addresses.
    pub operations: Vec<Operation>,
    /// A new record, as JSON.
    pub example: String,
}

/// One field.
#[derive(Debug, Serialize)]
pub struct FieldLine {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its JSON type in words: `string (date)`.
    pub kind: String,
    /// A new record needs it.
    pub required: bool,
    /// Nobody writes it.
    pub derived: bool,
    /// What else is to be known.
    pub note: String,
}

fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object();
    let all = paths.into_iter().flatten().flat_map(|(path, item)| {
        let methods = item.as_object().into_iter().flatten().filter(|(name, _)| *name != "parameters");
        methods.map(move |(method, operation)| Operation {
            method: method.to_uppercase(),
            path: path.clone(),
            summary: operation["summary"].as_str().unwrap_or_default().to_owned(),
            opens: method == "get" && !path.contains('{'),
        })
    });
    all.collect()
}

fn fields(document: &Value, register: &str) -> Vec<FieldLine> {
    let schemas = &document["components"]["schemas"];
    let needed = &schemas[format!("{register}.new")]["properties"]["fields"]["required"];
    let told = schemas[format!("{register}.fields")]["properties"].as_object();
    let given = &schemas[format!("{register}.change")]["properties"]["fields"]["properties"];
    let line = |(id, told): (&String, &Value)| {
        let schema = if given[id].is_object() { &given[id] } else { told };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let of_list = |list: &Value| {
            let items = list.as_array().into_iter().flatten().filter_map(Value::as_str);
            items.filter(|item| *item != "null").map(str::to_owned).collect::<Vec<_>>()
        };
        let mut kind = of_list(&schema["type"]).join(" | ");
        if let Some(format) = schema["format"].as_str() {
            kind = format!("{kind} ({format})");
        }
        let mut notes = of_list(&schema["enum"]);
        notes.extend(Some(text(&schema["description"])).filter(|note| !note.is_empty()));
        FieldLine {
            id: id.clone(),
            title: text(&schema["title"]),
            kind,
            required: needed.as_array().into_iter().flatten().any(|one| one.as_str() == Some(id)),
            derived: !given[id].is_object(),
            note: notes.join("、"),
        }
    };
    told.into_iter().flatten().map(line).collect()
}

fn caller(signed: &Signed) -> Caller {
    Caller { site: signed.site.clone(), actor: signed.actor.clone() }
}

/// Registers that the reader is told of, by name.
async fn told(signed: &Signed) -> Result<Vec<Named>, crate::signed::Refused> {
    let pack = signed.site.office.pack();
    let ids = openapi::told(&caller(signed)).await;
    let ids = ids.map_err(|_| signed.refuse(Refusal::NotFound))?;
    let named = |id: String| {
        let title = pack.register(&id).map(|register| register.title.clone()).unwrap_or_default();
        Named { id, title }
    };
    Ok(ids.into_iter().map(named).collect())
}

/// `GET /api/docs`
pub async fn show(signed: Signed) -> Answer {
    let registers = told(&signed).await?;
    let document = openapi::describe(&signed.site.office.pack(), &[]);
    let kind = |(id, status, title): &(&'static str, axum::http::StatusCode, &'static str)| Kind {
        id,
        status: status.as_u16(),
        title,
    };
    let problems = problem::ALL.iter().map(kind).collect();
    signed.page("pages/api.html", DocsPage { registers, operations: operations(&document), problems })
}

/// `GET /api/docs/{register}`
pub async fn register(signed: Signed, Path(id): Path<String>) -> Answer {
    let known = told(&signed).await?.into_iter().find(|known| known.id == id);
    let pack = signed.site.office.pack();
    let (Some(known), Some(register)) = (known, pack.register(&id)) else {
        return Err(signed.refuse(Refusal::NotFound));
    };
    let document = openapi::describe(&pack, &[register]);
    let mut operations = operations(&document);
    operations.retain(|operation| operation.path.starts_with("/records/"));
    let body = &document["paths"][format!("/records/{id}")]["post"]["requestBody"];
    let example = &body["content"]["application/json"]["example"];
    let example = serde_json::to_string_pretty(example).unwrap_or_default();
    let fields = fields(&document, &id);
    signed.page("pages/api_register.html", RegisterPage { register: known, fields, operations, example })
}

#[cfg(test)]
impl DocsPage {
    /// For the template's test.
    pub fn sample() -> Self {
        let operation =
            Operation { method: "GET".into(), path: "/me".into(), summary: "我是谁".into(), opens: true };
        Self {
            registers: vec![Named { id: "x".into(), title: "监督检查".into() }],
            operations: vec![operation],
            problems: vec![Kind { id: "invalid", status: 422, title: "有内容要改" }],
        }
    }
}

#[cfg(test)]
impl RegisterPage {
    /// For the template's test.
    pub fn sample() -> Self {
        let field = FieldLine {
            id: "date".into(),
            title: "检查日期".into(),
            kind: "string (date)".into(),
            required: true,
            derived: true,
            note: "当天".into(),
        };
        let operation = Operation {
            method: "POST".into(),
            path: "/records/x".into(),
            summary: "监督检查：登记".into(),
            opens: false,
        };
        Self {
            register: Named { id: "x".into(), title: "监督检查".into() },
            fields: vec![field],
            operations: vec![operation],
            example: "{}".into(),
        }
    }
}
