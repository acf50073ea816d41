//! `/measures` 要点与责任, and one measure: the document's own words beside duties, targets, live numbers and progress.

use axum::extract::Path;
use serde::Serialize;
use shian_service::view::{MeasureView, MeasuresView};

use crate::signed::{Answer, Signed};

/// The list of all measures.
#[derive(Debug, Serialize)]
pub struct MeasuresPage {
    /// What the service tells.
    pub view: MeasuresView,
    /// How many measures.
    pub measures: usize,
}

/// One measure.
#[derive(Debug, Serialize)]
pub struct MeasurePage {
    /// What the service tells.
    pub view: MeasureView,
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
    signed.page("pages/measure.html", MeasurePage { view })
}
