//! `/dev/parts`: every part with the examples that stand in its file, for the people who build pages. Only with `--dev`.

use axum::{extract::State, response::Response};
use serde::Serialize;

use crate::{
    respond,
    router::Site,
    shell::Shell,
    templates::{self, Templates},
    visit::Visit,
};

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct PartsPage {
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    file: String,
    note: String,
    drawn: String,
}

impl PartsPage {
    /// Draws the examples of every file in `web/templates/parts`.
    pub fn draw(templates: &Templates) -> Result<Self, crate::WebError> {
        let mut parts = Vec::new();
        for (file, source) in templates::sources().filter(|(name, _)| name.starts_with("parts/")) {
            let (note, examples) = header(&source);
            parts.push(Part { drawn: templates.fragment(examples)?, note: note.to_owned(), file });
        }
        Ok(Self { parts })
    }
}

/// The comment on top of a part: what it is, and after `examples:` how it is used.
fn header(source: &str) -> (&str, &str) {
    let comment =
        source.strip_prefix("{#-").and_then(|rest| rest.split_once("-#}")).map_or("", |(comment, _)| comment);
    comment.split_once("examples:").unwrap_or((comment, ""))
}

/// `GET /dev/parts`
pub async fn show(State(site): State<Site>, visit: Visit) -> Response {
    let shell = Shell::outside(&visit);
    let page = PartsPage::draw(&site.templates);
    respond::drawn(&visit, page.and_then(|page| site.templates.page("pages/parts.html", &shell, page)))
}
