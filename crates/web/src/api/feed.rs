//! What happened: the feed of all changes that the caller may know of, and the history of one record.

use axum::{
    extract::{Path, RawQuery},
    http::StatusCode,
};

use super::{
    caller::Caller,
    problem::{Answer, Problem},
    records,
    sent::Asked,
};

const CHANGES: usize = 100;
const CHANGES_MAX: i64 = 500;

/// `GET /changes?after=seq`
pub async fn changes(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    let asked = Asked::read(query.as_deref(), &["after", "limit"])?;
    let after = asked.number("after", (0, i64::MAX))?.unwrap_or(0);
    let limit = asked.number("limit", (1, CHANGES_MAX))?;
    let limit = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(CHANGES);
    let feed = caller.ask(move |office, actor| office.feed(actor, after, limit)).await;
    Ok(records::json(StatusCode::OK, feed.map_err(Problem::of_query)?.body))
}

/// `GET /records/{register}/{id}/changes`
pub async fn history(
    caller: Caller,
    Path((register, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let id = records::number(&id)?;
    let body = caller.ask(move |office, actor| office.tell_changes(actor, &register, id)).await;
    Ok(records::json(StatusCode::OK, body.map_err(Problem::of_query)?))
}
