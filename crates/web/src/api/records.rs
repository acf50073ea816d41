//! `/api/v1/records/{register}`: lists, single records, and every act on them. What may be done is the service's to say.

use axum::{
    extract::{Path, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use shian_service::{
    Act, Refusal,
    programs::{Once, RowsAsk, Told},
    view::ListAsk,
};

use super::{
    caller::Caller,
    problem::{Answer, Fault, Problem},
    sent::{self, Asked, JSON_BYTES_MAX, Match},
};
use crate::signed::form_encode;

/// Records on a page, at most.
pub const ROWS_MAX: i64 = 500;
/// Parameters of a list.
pub const LIST: [&str; 10] =
    ["limit", "after", "sort", "filter", "search", "fields", "view", "expand", "count", "deleted"];

/// `GET /records/{register}`
pub async fn list(caller: Caller, Path(register): Path<String>, request: Request) -> Answer {
    let query = request.uri().query().map(str::to_owned);
    let asked = Asked::read(query.as_deref(), &LIST)?;
    let ask = RowsAsk {
        list: ListAsk {
            register: register.clone(),
            view: asked.text("view").map(str::to_owned),
            filter: asked.text("filter").map(str::to_owned),
            search: asked.text("search").map(str::to_owned),
            sort: asked.list("sort")?.unwrap_or_default(),
            after: asked.text("after").map(str::to_owned),
            limit: u32::try_from(asked.number("limit", (1, ROWS_MAX))?.unwrap_or(0)).unwrap_or(0),
            deleted: asked.yes("deleted")?,
            ..ListAsk::default()
        },
        count: asked.yes("count")?,
        ..sparse(&asked)?
    };
    let filter = ask.list.filter.clone();
    match caller.ask(move |office, actor| office.tell_list(actor, &ask)).await {
        Ok(rows) => {
            let mut response = json(StatusCode::OK, rows.body);
            if let Some(next) = rows.next {
                link_on(&mut response, &register, query.as_deref(), &next);
            }
            Ok(response)
        }
        Err(refusal) => Err(with_offsets(&caller, register, filter, refusal).await),
    }
}

/// `fields` and `expand`, as lists and single records take them.
fn sparse(asked: &Asked) -> Result<RowsAsk, Problem> {
    let names = match asked.text("expand") {
        None => false,
        Some("names") => true,
        Some(_) => return Err(Problem::malformed(Fault::parameter("expand", "只有 names"))),
    };
    Ok(RowsAsk { only: asked.list("fields")?, names, ..RowsAsk::default() })
}

/// A filter's mistakes with their places.
async fn with_offsets(
    caller: &Caller,
    register: String,
    filter: Option<String>,
    refusal: Refusal,
) -> Problem {
    let of_filter = |refusal: &Refusal| {
        let Refusal::Invalid { problems } = refusal else { return false };
        problems.iter().any(|problem| problem.field.as_deref() == Some("filter"))
    };
    let Some(filter) = filter.filter(|_| of_filter(&refusal)) else { return Problem::of_query(refusal) };
    let mistakes =
        caller.ask(move |office, actor| Ok(office.filter_mistakes(actor, &register, &filter))).await;
    let faults = mistakes.unwrap_or_default().into_iter().map(|mistake| Fault {
        offset: Some(mistake.offset),
        length: Some(mistake.length),
        ..Fault::parameter("filter", mistake.message)
    });
    Problem::of_query(refusal).with(faults.collect())
}

/// `Link: <…>; rel="next"`: the same question from the next row on.
fn link_on(response: &mut Response, register: &str, query: Option<&str>, next: &str) {
    let kept = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<&str> = kept.filter(|pair| !pair.starts_with("after=")).collect();
    let after = format!("after={next}");
    pairs.push(&after);
    let link = format!("</api/v1/records/{}?{}>; rel=\"next\"", form_encode(register), pairs.join("&"));
    if let Ok(link) = HeaderValue::from_str(&link) {
        response.headers_mut().insert(header::LINK, link);
    }
}

/// `GET /records/{register}/{id}`
pub async fn show(caller: Caller, Path((register, id)): Path<(String, String)>, request: Request) -> Answer {
    let asked = Asked::read(request.uri().query(), &["fields", "expand", "deleted"])?;
    let id = number(&id)?;
    let deleted = asked.yes("deleted")?;
    let ask = RowsAsk { list: ListAsk { deleted, ..ListAsk::default() }, ..sparse(&asked)? };
    let found = caller.ask(move |office, actor| office.tell_record(actor, &register, id, &ask)).await;
    let (version, body) = found.map_err(Problem::of_query)?;
    if sent::has(request.headers(), &version.to_string()) {
        return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), version));
    }
    Ok(tagged(json(StatusCode::OK, body.into_bytes()), version))
}

/// `POST /records/{register}`
pub async fn create(caller: Caller, Path(register): Path<String>, request: Request) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let (address, key) = (request.uri().path().to_owned(), sent::idempotency_key(request.headers())?);
    let (mut object, bytes) = sent::object(request, &["fields"], JSON_BYTES_MAX).await?;
    let fields = sent::fields(&mut object, true)?;
    let once = key.map(|key| Once::new(key, &[b"POST", address.as_bytes(), &bytes]));
    let told = caller.ask(move |office, actor| office.tell_create(actor, &register, &fields, once)).await;
    Ok(told_back(told.map_err(Problem::of_fields)?))
}

/// `PATCH /records/{register}/{id}`
pub async fn edit(caller: Caller, Path((register, id)): Path<(String, String)>, request: Request) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let id = number(&id)?;
    let matched = sent::if_match(request.headers())?;
    let (mut object, _) = sent::object(request, &["fields"], JSON_BYTES_MAX).await?;
    let fields = sent::fields(&mut object, true)?;
    let version = version(&caller, &register, id, matched).await?;
    let told =
        caller.ask(move |office, actor| office.tell_edit(actor, &register, (id, version), &fields)).await;
    Ok(told_back(told.map_err(Problem::of_fields)?))
}

/// `DELETE /records/{register}/{id}`
pub async fn delete(
    caller: Caller,
    Path((register, id)): Path<(String, String)>,
    request: Request,
) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let id = number(&id)?;
    let version = version(&caller, &register, id, sent::if_match(request.headers())?).await?;
    let act = Act::Delete { register, id, version, reason: None };
    let told = caller.ask(move |office, actor| office.tell(actor, act, None)).await;
    Ok(told_back(told.map_err(Problem::of_fields)?))
}

/// `POST /records/{register}/{id}/restore`
pub async fn restore(
    caller: Caller,
    Path((register, id)): Path<(String, String)>,
    request: Request,
) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let id = number(&id)?;
    let version = version(&caller, &register, id, sent::if_match(request.headers())?).await?;
    let act = Act::Restore { register, id, version };
    let told = caller.ask(move |office, actor| office.tell(actor, act, None)).await;
    Ok(told_back(told.map_err(Problem::of_fields)?))
}

/// `GET /records/{register}/{id}/steps`
pub async fn steps(caller: Caller, Path((register, id)): Path<(String, String)>, request: Request) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let id = number(&id)?;
    let steps = caller.ask(move |office, actor| office.tell_steps(actor, &register, id)).await;
    let steps = steps.map_err(Problem::of_query)?;
    Ok(json(StatusCode::OK, serde_json::json!({ "steps": steps }).to_string().into_bytes()))
}

/// `POST /records/{register}/{id}/steps/{step}`
pub async fn take(
    caller: Caller,
    Path((register, id, step)): Path<(String, String, String)>,
    request: Request,
) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let id = number(&id)?;
    let matched = sent::if_match(request.headers())?;
    let (address, key) = (request.uri().path().to_owned(), sent::idempotency_key(request.headers())?);
    let (mut object, bytes) = sent::object(request, &["fields", "reason"], JSON_BYTES_MAX).await?;
    let fields = sent::fields(&mut object, false)?;
    let reason = match object.remove("reason") {
        None | Some(serde_json::Value::Null) => None,
        Some(serde_json::Value::String(text)) if !text.contains('\0') => Some(text),
        Some(_) => return Err(Problem::malformed(Fault::pointer("/reason", "应为文字"))),
    };
    // The version is no part of what is asked: a repeated request finds the record moved on.
    let once = key.map(|key| Once::new(key, &[b"POST", address.as_bytes(), &bytes]));
    let version = version(&caller, &register, id, matched).await?;
    let told = caller
        .ask(move |office, actor| {
            office.tell_step(actor, &register, (id, version), (&step, &fields, reason), once)
        })
        .await;
    Ok(told_back(told.map_err(Problem::of_fields)?))
}

/// The version that the caller demands, or the one that stands if he demands none.
async fn version(caller: &Caller, register: &str, id: i64, matched: Match) -> Result<i64, Problem> {
    match matched {
        Match::Versions(versions) if versions.len() == 1 => Ok(versions[0]),
        Match::Any | Match::Versions(_) => {
            let register = register.to_owned();
            let current = caller.ask(move |office, actor| office.version(actor, &register, id)).await;
            let current = current.map_err(Problem::of_query)?;
            match matched {
                Match::Versions(versions) if !versions.contains(&current) => {
                    Err(Problem::new("stale", "记录已被改过，请重新读取")
                        .header(header::ETAG, format!("\"{current}\"")))
                }
                Match::Any | Match::Versions(_) => Ok(current),
            }
        }
    }
}

/// The id in an address; what is no number names nothing.
pub fn number(id: &str) -> Result<i64, Problem> {
    let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    id.parse().ok().filter(|_| plain).ok_or_else(|| Problem::of_query(Refusal::NotFound))
}

/// A JSON answer.
pub fn json(status: StatusCode, body: Vec<u8>) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

fn tagged(mut response: Response, version: i64) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn told_back(told: Told) -> Response {
    let status = if told.created { StatusCode::CREATED } else { StatusCode::OK };
    let mut response = tagged(json(status, told.body.into_bytes()), told.version);
    if told.created {
        let place = format!("/api/v1/records/{}/{}", told.register, told.id);
        if let Ok(place) = HeaderValue::from_str(&place) {
            response.headers_mut().insert(header::LOCATION, place);
        }
    }
    response
}
