//! The page of a refusal: what happened, in the service's words, and one way on. The same for every handler.

use axum::{http::StatusCode, response::IntoResponse};
use serde::Serialize;
use shian_service::{Refusal, view::RecordView};

use crate::{respond, router::Site, shell::Shell, signed::Refused, visit::Visit};

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct RefusedPage {
    /// Key of the heading in the catalogue.
    pub title: &'static str,
    /// What the service says.
    pub message: String,
    /// To quote on the telephone.
    pub number: String,
}

/// Two versions of one record, after somebody else was faster.
#[derive(Debug, Serialize)]
pub struct StalePage {
    /// The version the reader worked on.
    pub yours: i64,
    /// What stands now.
    pub current: Box<RecordView>,
    /// What the reader had typed, by title.
    pub typed: Vec<Typed>,
    /// Where the record is.
    pub address: String,
    /// Where the form starts again.
    pub again: String,
}

/// One field as typed, beside what stands now.
#[derive(Debug, Serialize)]
pub struct Typed {
    /// The field's title.
    pub title: String,
    /// What the reader typed.
    pub yours: String,
    /// What stands now.
    pub current: String,
}

/// Answers any refusal with its page and its status.
pub fn answer(site: &Site, shell: &Shell, visit: &Visit, refusal: Refusal) -> Refused {
    let (status, title) = match &refusal {
        Refusal::NotFound => (StatusCode::NOT_FOUND, "refused.not_found"),
        Refusal::Forbidden { .. } => (StatusCode::FORBIDDEN, "refused.forbidden"),
        Refusal::Invalid { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "refused.invalid"),
        Refusal::Stale { .. } => (StatusCode::CONFLICT, "refused.stale"),
        Refusal::Conflict { .. } => (StatusCode::CONFLICT, "refused.conflict"),
        Refusal::Locked { .. } => (StatusCode::FORBIDDEN, "refused.forbidden"),
        Refusal::Internal { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "refused.internal"),
    };
    let page = match refusal {
        Refusal::Stale { yours, current } => {
            let page = StalePage::without_form(yours, current);
            site.templates.page("pages/stale.html", shell, page)
        }
        other => {
            let number = match &other {
                Refusal::Internal { reference } => reference.clone(),
                _ => visit.number.clone(),
            };
            let page = RefusedPage { title, message: words(other), number };
            site.templates.page("pages/refused.html", shell, page)
        }
    };
    Refused::from((status, respond::drawn(visit, page)).into_response())
}

fn words(refusal: Refusal) -> String {
    match refusal {
        Refusal::Invalid { problems } => {
            problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("；")
        }
        other => other.to_string(),
    }
}

impl StalePage {
    /// After a click, when nothing was typed.
    #[must_use]
    pub fn without_form(yours: i64, current: Box<RecordView>) -> Self {
        let address = format!("/records/{}/{}", current.register, current.id);
        Self { yours, again: address.clone(), address, typed: Vec::new(), current }
    }
}
