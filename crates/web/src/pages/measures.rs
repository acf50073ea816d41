//! `/measures` 要点与责任, and one measure: the document's own words beside duties, targets, live numbers and progress.

use std::sync::Arc;

use axum::extract::Path;
use serde::Serialize;
use shian_service::view::{MeasureView, MeasuresView};

use crate::signed::{Answer, Signed};

const FIRST_DUTIES: usize = 10;

/// The list of all measures.
#[derive(Debug, Serialize)]
pub struct MeasuresPage {
    /// What the service tells.
    pub view: Arc<MeasuresView>,
    /// How many measures.
    pub measures: usize,
}

/// One measure.
#[derive(Debug, Serialize)]
pub struct MeasurePage {
    /// What the service tells, its duties late first.
    pub view: MeasureView,
    /// So many bodies stand open; a duty of all townships has dozens.
    pub first_duties: usize,
}

impl MeasurePage {
    /// Lays out what the service tells.
    #[must_use]
    pub fn new(mut view: MeasureView) -> Self {
        view.duties.sort_by_key(|duty| (duty.light, duty.role != "lead"));
        Self { view, first_duties: FIRST_DUTIES }
    }
}

/// `GET /measures`
pub async fn list(signed: Signed) -> Answer {
    let view = signed.ask(|office, actor| office.measures(actor)).await?;
    let measures = view.chapters.iter().map(|chapter| chapter.tiles.len()).sum();
    signed.page("pages/measures.html", MeasuresPage { view, measures })
}

/// `GET /measures/{chapter}/{no}`
pub async fn show(signed: Signed, Path((chapter, no)): Path<(u32, u32)>) -> Answer {
    let view = signed.ask(move |office, actor| office.measure(actor, chapter, no)).await?;
    signed.page("pages/measure.html", MeasurePage::new(view))
}
