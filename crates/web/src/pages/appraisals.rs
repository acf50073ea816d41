//! `/appraisals` 评议考核: bodies from the best to the worst, each number leading to what it came from.

use axum::{
    extract::{Path, Query},
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};
use shian_service::view::AppraisalView;

use super::indicators::Named;
use crate::signed::{Answer, Signed};

/// One appraisal, or that there is none.
#[derive(Debug, Serialize)]
pub struct AppraisalPage {
    /// All that the reader may open, as tabs.
    pub all: Vec<Named>,
    /// The one that is open.
    pub view: Option<AppraisalView>,
    /// What writing it down just did.
    pub done: Option<Done>,
}

/// Counts of records after writing a result.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Done {
    /// New records.
    pub added: usize,
    /// Brought up to date.
    pub changed: usize,
    /// Left as they are.
    pub kept: usize,
}

/// The address's query.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    added: Option<usize>,
    changed: Option<usize>,
    kept: Option<usize>,
}

/// `GET /appraisals`: the first one.
pub async fn list(signed: Signed) -> Answer {
    open(signed, None, None).await
}

/// `GET /appraisals/{id}`
pub async fn show(signed: Signed, Path(id): Path<String>, Query(after): Query<After>) -> Answer {
    let done = match (after.added, after.changed, after.kept) {
        (Some(added), Some(changed), Some(kept)) => Some(Done { added, changed, kept }),
        _ => None,
    };
    open(signed, Some(id), done).await
}

async fn open(signed: Signed, id: Option<String>, done: Option<Done>) -> Answer {
    let page = signed
        .ask(move |office, actor| {
            let all = office.appraisals(actor);
            let id = id.or_else(|| all.first().map(|(id, _)| id.clone()));
            let view = id.map(|id| office.appraisal(actor, &id)).transpose()?;
            let all = all.into_iter().map(|(id, title)| Named { id, title }).collect();
            Ok(AppraisalPage { all, view, done })
        })
        .await?;
    signed.page("pages/appraisal.html", page)
}

/// `POST /appraisals/{id}`: writes the result into the register it is told in.
pub async fn issue(signed: Signed, Path(id): Path<String>) -> Answer {
    let back = format!("/appraisals/{id}");
    let done = signed.ask(move |office, actor| office.issue_appraisal(actor, &id)).await?;
    let query = format!("added={}&changed={}&kept={}", done.added, done.changed, done.kept);
    Ok(Redirect::to(&format!("{back}?{query}")).into_response())
}
