//! `/api/v1/webhooks`: addresses that are told of changes; for the system administrator alone.

use axum::{
    extract::{Path, RawQuery, Request},
    http::{HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use shian_service::{Again, HookAsk};

use super::{
    caller::Caller,
    problem::{Answer, Fault, Problem},
    records,
    sent::{self, Asked},
};

const DELIVERIES: i64 = 50;
const DELIVERIES_MAX: i64 = 200;

/// What a new webhook's body says.
#[derive(Deserialize)]
struct New {
    title: String,
    url: String,
    #[serde(default)]
    registers: Option<Vec<String>>,
    #[serde(default)]
    acts: Option<Vec<String>>,
}

/// What is to be sent once more: exactly one of them.
#[derive(Deserialize)]
struct Replay {
    #[serde(default)]
    delivery: Option<i64>,
    #[serde(default)]
    after: Option<i64>,
}

fn read<T: for<'a> Deserialize<'a>>(object: Map<String, Value>) -> Result<T, Problem> {
    serde_json::from_value(Value::Object(object))
        .map_err(|error| Problem::malformed(Fault::pointer("", error.to_string())))
}

/// `GET /webhooks`
pub async fn list(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let hooks = caller.ask(|office, actor| office.hooks(actor)).await.map_err(Problem::of_query)?;
    Ok(records::json(StatusCode::OK, json!({ "webhooks": hooks }).to_string().into_bytes()))
}

/// `POST /webhooks`: answers the key that deliveries are signed with, this once.
pub async fn add(caller: Caller, request: Request) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let members = ["title", "url", "registers", "acts"];
    let (object, _) = sent::object(request, &members, sent::JSON_BYTES_MAX).await?;
    let new: New = read(object)?;
    if new.title.contains('\0') {
        return Err(Problem::malformed(Fault::pointer("/title", "不能含有 NUL")));
    }
    let ask = HookAsk { title: new.title, url: new.url, registers: new.registers, acts: new.acts };
    let made = caller.ask(move |office, actor| office.add_hook(actor, ask)).await;
    let (hook, secret) = made.map_err(Problem::of_body)?;
    let mut told = json!(hook);
    told["secret"] = json!(secret);
    let mut response = records::json(StatusCode::CREATED, told.to_string().into_bytes());
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/webhooks/{}", hook.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// `DELETE /webhooks/{id}`
pub async fn drop(caller: Caller, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let id = records::number(&id)?;
    caller.ask(move |office, actor| office.drop_hook(actor, id)).await.map_err(Problem::of_query)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /webhooks/{id}/deliveries`
pub async fn deliveries(caller: Caller, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let asked = Asked::read(query.as_deref(), &["before", "limit"])?;
    let id = records::number(&id)?;
    let before = asked.number("before", (0, i64::MAX))?;
    let limit = asked.number("limit", (1, DELIVERIES_MAX))?.unwrap_or(DELIVERIES);
    let limit = u32::try_from(limit).unwrap_or(1);
    let found = caller.ask(move |office, actor| office.deliveries(actor, id, before, limit)).await;
    let body = json!({ "deliveries": found.map_err(Problem::of_query)? });
    Ok(records::json(StatusCode::OK, body.to_string().into_bytes()))
}

/// `POST /webhooks/{id}/replay`
pub async fn replay(caller: Caller, Path(id): Path<String>, request: Request) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let id = records::number(&id)?;
    let (object, _) = sent::object(request, &["delivery", "after"], sent::JSON_BYTES_MAX).await?;
    let what = match read(object)? {
        Replay { delivery: Some(delivery), after: None } => Again::Delivery(delivery),
        Replay { delivery: None, after: Some(seq) } if seq >= 0 => Again::After(seq),
        Replay { .. } => return Err(Problem::malformed(Fault::pointer("", "delivery 与 after 给出一个"))),
    };
    caller.ask(move |office, actor| office.send_again(actor, id, what)).await.map_err(Problem::of_query)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
