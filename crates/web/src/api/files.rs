//! Attachments: uploaded first, then named by their key in a record's field; fetched through the record that holds them.

use axum::{
    extract::{Path, RawQuery, Request},
    http::StatusCode,
};
use serde_json::json;

use super::{
    caller::Caller,
    many::file_answer,
    problem::{Answer, Fault, Problem},
    records,
    sent::{self, Asked},
};

/// Bytes of an attachment.
const FILE_BYTES_MAX: usize = 50 << 20;
const NAME_MAX: usize = 200;

/// `POST /files?name=…`: the body is the file; answers the key that a field takes.
pub async fn upload(caller: Caller, request: Request) -> Answer {
    let asked = Asked::read(request.uri().query(), &["name"])?;
    let clean = |name: &&str| {
        !name.is_empty()
            && name.chars().count() <= NAME_MAX
            && !name.chars().any(|sign| sign.is_control() || matches!(sign, '/' | '\\'))
    };
    let wrong = || format!("请给出文件名，1 到 {NAME_MAX} 个字，不含斜线");
    let name = asked.text("name").filter(clean).map(str::to_owned);
    let name = name.ok_or_else(|| Problem::malformed(Fault::parameter("name", wrong())))?;
    let bytes = sent::bytes(request, FILE_BYTES_MAX).await?;
    if bytes.is_empty() {
        return Err(Problem::malformed(Fault::pointer("", "文件是空的")));
    }
    let size = bytes.len();
    let kept = name.clone();
    let key = caller.ask(move |office, actor| office.keep_file(actor, &kept, &bytes)).await;
    let body = json!({ "key": key.map_err(Problem::of_query)?, "name": name, "size": size });
    Ok(records::json(StatusCode::CREATED, body.to_string().into_bytes()))
}

/// `GET /records/{register}/{id}/files/{key}`
pub async fn download(
    caller: Caller,
    Path((register, id, key)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let id = records::number(&id)?;
    if key.contains('\0') {
        return Err(Problem::of_query(shian_service::Refusal::NotFound));
    }
    let found = caller.ask(move |office, actor| office.file(actor, &register, id, &key)).await;
    let (name, bytes) = found.map_err(Problem::of_query)?;
    Ok(file_answer("application/octet-stream", &name, bytes.into()))
}
