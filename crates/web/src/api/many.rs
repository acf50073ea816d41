//! Many records at once: bulk writes, exports as files, and the jobs that do the long ones.

use axum::{
    extract::{Path, RawQuery, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use shian_service::{
    JobView, Refusal,
    programs::{Bulk, BulkReport, BulkRow, BulkTold, ExportAsk, Once, ROWS_MAX, RowDone, Way},
};

use super::{
    caller::Caller,
    problem::{Answer, Fault, Problem},
    records,
    sent::{self, Asked},
};
use crate::signed::form_encode;

/// Bytes of a body with many records.
const BULK_BYTES_MAX: usize = 32 << 20;

/// `POST /records/{register}/bulk`
pub async fn bulk(caller: Caller, Path(register): Path<String>, request: Request) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let (address, key) = (request.uri().path().to_owned(), sent::idempotency_key(request.headers())?);
    let later = prefers_async(request.headers());
    let (mut object, bytes) = sent::object(request, &["records", "mode"], BULK_BYTES_MAX).await?;
    let way = match object.remove("mode").as_ref().map(|mode| mode.as_str()) {
        None | Some(Some("all")) => Way::All,
        Some(Some("good")) => Way::Good,
        Some(_) => return Err(Problem::malformed(Fault::pointer("/mode", "all 或 good"))),
    };
    let rows = match object.remove("records") {
        Some(serde_json::Value::Array(rows)) if !rows.is_empty() && rows.len() <= ROWS_MAX => rows,
        _ => {
            let detail = format!("应为 1 到 {ROWS_MAX} 个对象的数组");
            return Err(Problem::malformed(Fault::pointer("/records", detail)));
        }
    };
    let read = |(at, row): (usize, serde_json::Value)| {
        serde_json::from_value::<BulkRow>(row)
            .map_err(|error| Problem::malformed(Fault::pointer(format!("/records/{at}"), error.to_string())))
    };
    let rows = rows.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    let once = key.map(|key| Once::new(key, &[b"POST", address.as_bytes(), &bytes]));
    let bulk = Bulk { register, way, rows };
    let told = caller.ask(move |office, actor| office.bulk(actor, bulk, later, once)).await;
    match told.map_err(Problem::of_fields)? {
        BulkTold::Now(report) => done(way, report),
        BulkTold::Later(id) => accepted(&caller, id).await,
    }
}

/// RFC 7240.
fn prefers_async(headers: &HeaderMap) -> bool {
    let said = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    said.flat_map(|line| line.split(',')).any(|one| one.trim().eq_ignore_ascii_case("respond-async"))
}

/// All or nothing with a bad row is a refusal; good rows only is an answer row by row.
fn done(way: Way, report: BulkReport) -> Answer {
    if way == Way::All && report.refused > 0 {
        let faults = report.rows.iter().filter(|row| row.refused.is_some()).flat_map(faults);
        return Err(Problem::new("invalid", format!("{} 行要改，全部没有写入", report.refused))
            .with(faults.collect()));
    }
    Ok(records::json(StatusCode::OK, json!(report).to_string().into_bytes()))
}

fn faults(row: &RowDone) -> Vec<Fault> {
    let at = format!("/records/{}", row.row);
    if row.problems.is_empty() {
        return vec![Fault::pointer(at, row.detail.clone().unwrap_or_default())];
    }
    let fault = |mend: &shian_service::programs::Mend| {
        let pointer = match mend.field.as_deref() {
            Some(member) if member.starts_with('/') => format!("{at}{member}"),
            Some(field) => format!("{at}/fields/{}", field.replace('~', "~0")),
            None => at.clone(),
        };
        Fault::pointer(pointer, &mend.message)
    };
    row.problems.iter().map(fault).collect()
}

/// What an export's body says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Export {
    #[serde(default)]
    format: Option<String>,
    #[serde(default)]
    view: Option<String>,
    #[serde(default)]
    filter: Option<String>,
    #[serde(default)]
    search: Option<String>,
    #[serde(default)]
    sort: Vec<String>,
}

/// `POST /records/{register}/export`
pub async fn export(caller: Caller, Path(register): Path<String>, request: Request) -> Answer {
    Asked::read(request.uri().query(), &[])?;
    let members = ["format", "view", "filter", "search", "sort"];
    let (object, _) = sent::object(request, &members, sent::JSON_BYTES_MAX).await?;
    let asked: Export = serde_json::from_value(serde_json::Value::Object(object))
        .map_err(|error| Problem::malformed(Fault::pointer("", error.to_string())))?;
    let format = asked.format.unwrap_or_else(|| "ndjson".to_owned());
    if !["ndjson", "csv", "xlsx"].contains(&format.as_str()) {
        return Err(Problem::malformed(Fault::pointer("/format", "ndjson、csv 或 xlsx")));
    }
    let texts = [&asked.view, &asked.filter, &asked.search];
    if texts.into_iter().flatten().chain(&asked.sort).any(|text| text.contains('\0')) {
        return Err(Problem::malformed(Fault::pointer("", "不能含有 NUL")));
    }
    let (view, filter, search, sort) = (asked.view, asked.filter, asked.search, asked.sort);
    let ask = ExportAsk { register, format, view, filter, search, sort };
    let id = caller.ask(move |office, actor| office.ask_export(actor, &ask)).await;
    accepted(&caller, id.map_err(Problem::of_body)?).await
}

async fn accepted(caller: &Caller, id: i64) -> Answer {
    let job = caller.ask(move |office, actor| office.job(actor, id)).await.map_err(Problem::of_query)?;
    let mut response = records::json(StatusCode::ACCEPTED, told(&job).to_string().into_bytes());
    if let Ok(place) = HeaderValue::from_str(&format!("/api/v1/jobs/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    if job.ended_at.is_none() {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    Ok(response)
}

fn told(job: &JobView) -> serde_json::Value {
    let file = job.result.as_ref().is_some_and(|result| result["file"].is_string());
    let file = file.then(|| format!("/api/v1/jobs/{}/result", job.id));
    json!({
        "id": job.id, "kind": job.kind, "title": job.title, "state": job.state, "done": job.done, "whole": job.whole,
        "created_at": job.created_at, "started_at": job.started_at, "ended_at": job.ended_at,
        "result": job.result, "result_file": file,
    })
}

/// `GET /jobs`: the caller's own.
pub async fn jobs(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let jobs = caller.ask(|office, actor| office.jobs(actor)).await.map_err(Problem::of_query)?;
    let jobs: Vec<_> = jobs.iter().map(told).collect();
    Ok(records::json(StatusCode::OK, json!({ "jobs": jobs }).to_string().into_bytes()))
}

/// `GET /jobs/{id}`
pub async fn job(caller: Caller, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let id = records::number(&id)?;
    let job = caller.ask(move |office, actor| office.job(actor, id)).await.map_err(Problem::of_query)?;
    Ok(records::json(StatusCode::OK, told(&job).to_string().into_bytes()))
}

/// `GET /jobs/{id}/result`: the file it made.
pub async fn result(caller: Caller, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let id = records::number(&id)?;
    let found = caller.ask(move |office, actor| office.job_file(actor, id)).await;
    let (path, name) = found.map_err(Problem::of_query)?;
    let gone = |_| Problem::of_query(Refusal::NotFound);
    let file = tokio::fs::File::open(path).await.map_err(gone)?;
    let body = axum::body::Body::from_stream(tokio_util::io::ReaderStream::new(file));
    let kind = match name.rsplit('.').next() {
        Some("csv") => "text/csv; charset=utf-8",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/x-ndjson",
    };
    Ok(file_answer(kind, &name, body))
}

/// A file as an answer.
pub fn file_answer(kind: &'static str, name: &str, body: axum::body::Body) -> Response {
    let name = form_encode(name).replace('/', "%2F");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{name}")),
    ];
    (headers, body).into_response()
}
