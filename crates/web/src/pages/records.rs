//! `/records/{register}/{id}`: one record with its sections, what may be done next, its clocks, its history.

use axum::{
    Form,
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};
use shian_service::view::{ChainView, RecordView, StepView};

use crate::signed::{Answer, Signed, form_encode};

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct RecordPage {
    /// What the service tells.
    pub view: RecordView,
    /// `/records/{register}/{id}`
    pub address: String,
    /// The steps, the first possible one marked as the page's one primary act.
    pub steps: Vec<StepLine>,
    /// An act has just been done.
    pub done: bool,
}

/// A step on the page.
#[derive(Debug, Serialize)]
pub struct StepLine {
    /// What the service tells.
    #[serde(flatten)]
    pub step: StepView,
    /// The one primary act of the page.
    pub primary: bool,
    /// Asks nothing: one click does it.
    pub one_click: bool,
}

impl RecordPage {
    /// Lays out what the service tells.
    #[must_use]
    pub fn new(mut view: RecordView, done: bool) -> Self {
        let first = view.steps.iter().position(|step| step.possible);
        let steps = std::mem::take(&mut view.steps).into_iter().enumerate();
        let steps = steps
            .map(|(place, step)| StepLine {
                primary: Some(place) == first,
                one_click: step.asks.is_empty() && !step.reason,
                step,
            })
            .collect();
        Self { address: address(&view.register, view.id), view, steps, done }
    }
}

/// Where a record is shown.
#[must_use]
pub fn address(register: &str, id: i64) -> String {
    format!("/records/{register}/{id}")
}

/// The address's query after an act.
#[derive(Debug, Deserialize)]
pub struct After {
    done: Option<String>,
}

/// `GET /records/{register}/{id}`
pub async fn show(
    signed: Signed,
    Path((register, id)): Path<(String, i64)>,
    Query(after): Query<After>,
) -> Answer {
    let view = signed.ask(move |office, actor| office.look(actor, &register, id)).await?;
    signed.page("pages/record.html", RecordPage::new(view, after.done.is_some()))
}

/// What a record set in motion and what set it in motion.
#[derive(Debug, Serialize)]
pub struct ChainPage {
    /// The record one came from.
    pub title: String,
    /// Its register, by id and title.
    pub register: (String, String),
    /// Where it is shown.
    pub address: String,
    /// What the service tells.
    pub chain: ChainView,
}

/// `GET /records/{register}/{id}/chain` 事件链
pub async fn chain(signed: Signed, Path((register, id)): Path<(String, i64)>) -> Answer {
    let page = signed
        .ask(move |office, actor| {
            let view = office.look(actor, &register, id)?;
            let chain = office.chain(actor, &register, id)?;
            let address = address(&register, id);
            Ok(ChainPage { title: view.name, register: (register, view.register_title), address, chain })
        })
        .await?;
    signed.page("pages/chain.html", page)
}

/// The page that asks once more before a record is deleted.
#[derive(Debug, Serialize)]
pub struct DeletePage {
    /// The record.
    pub view: RecordView,
    /// Where it is shown.
    pub address: String,
}

/// `GET /records/{register}/{id}/delete`
pub async fn ask_delete(signed: Signed, Path((register, id)): Path<(String, i64)>) -> Answer {
    let view = signed.ask(move |office, actor| office.look(actor, &register, id)).await?;
    let address = address(&view.register, view.id);
    signed.page("pages/delete.html", DeletePage { view, address })
}

/// What the buttons of a record send.
#[derive(Debug, Deserialize)]
pub struct Pressed {
    version: i64,
    reason: Option<String>,
}

/// `POST /records/{register}/{id}/delete`
pub async fn delete(
    signed: Signed,
    Path((register, id)): Path<(String, i64)>,
    Form(pressed): Form<Pressed>,
) -> Answer {
    let home = format!("/registers/{register}");
    signed
        .ask(move |office, actor| office.delete(actor, &register, id, pressed.version, pressed.reason))
        .await?;
    Ok(Redirect::to(&home).into_response())
}

/// `POST /records/{register}/{id}/restore`
pub async fn restore(
    signed: Signed,
    Path((register, id)): Path<(String, i64)>,
    Form(pressed): Form<Pressed>,
) -> Answer {
    let back = address(&register, id);
    signed.ask(move |office, actor| office.restore(actor, &register, id, pressed.version)).await?;
    Ok(Redirect::to(&format!("{back}?done=1")).into_response())
}

/// `GET /files/{register}/{id}/{key}`: an attachment, to whoever may see the record it hangs on.
pub async fn file(signed: Signed, Path((register, id, key)): Path<(String, i64, String)>) -> Answer {
    let (name, bytes) = signed.ask(move |office, actor| office.file(actor, &register, id, &key)).await?;
    let disposition = format!("attachment; filename*=UTF-8''{}", form_encode(&name).replace('/', "%2F"));
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}
