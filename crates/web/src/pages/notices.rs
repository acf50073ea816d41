//! `/notices` 通知: what the reader was told, newest first; one click leads to the record and marks it read.

use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};
use shian_service::view::NoticesView;

use crate::signed::{Answer, Signed};

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct NoticesPage {
    /// What the service tells.
    pub view: NoticesView,
    /// Only unread ones are shown.
    pub unread: bool,
}

/// Which of them.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    show: String,
    before: Option<i64>,
}

/// `GET /notices`: unread ones, or all with `show=all`.
pub async fn show(signed: Signed, Query(asked): Query<Asked>) -> Answer {
    let unread = asked.show != "all";
    let view = signed.ask(move |office, actor| office.notices(actor, unread, asked.before)).await?;
    signed.page("pages/notices.html", NoticesPage { view, unread })
}

/// `GET /notices/{id}`: to its record.
pub async fn open(signed: Signed, Path(id): Path<i64>) -> Answer {
    let link = signed.ask(move |office, actor| office.open_notice(actor, id)).await?;
    let to =
        link.map_or_else(|| "/notices".to_owned(), |link| format!("/records/{}/{}", link.register, link.id));
    Ok(Redirect::to(&to).into_response())
}

/// Which are read; none named: all.
#[derive(Debug, Deserialize)]
pub struct Read {
    id: Option<i64>,
}

/// `POST /notices`: marks as read.
pub async fn mark(signed: Signed, Form(read): Form<Read>) -> Answer {
    signed.ask(move |office, actor| office.read_notices(actor, read.id)).await?;
    Ok(Redirect::to("/notices").into_response())
}
