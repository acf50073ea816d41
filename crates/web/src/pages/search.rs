//! `/search` 全站查找: over everything the reader may see.

use axum::extract::Query;
use serde::{Deserialize, Serialize};
use shian_service::view::SearchView;

use crate::signed::{Answer, Signed};

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct SearchPage {
    /// What was typed.
    pub text: String,
    /// None: nothing asked yet.
    pub view: Option<SearchView>,
}

/// The query of the address.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// `GET /search?q=`
pub async fn show(signed: Signed, Query(asked): Query<Asked>) -> Answer {
    let text = asked.q.trim().to_owned();
    let view = if text.is_empty() {
        None
    } else {
        let words = text.clone();
        Some(signed.ask(move |office, actor| office.search(actor, &words)).await?)
    };
    signed.page("pages/search.html", SearchPage { text, view })
}
