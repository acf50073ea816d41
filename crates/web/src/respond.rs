//! Turns a drawn page, or the failure to draw it, into an answer.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};

use crate::{WebError, visit::Visit};

/// The page, or a bare 500 with the mistake in the log: the page that would explain it could not be drawn either.
pub fn drawn(visit: &Visit, page: Result<String, WebError>) -> Response {
    match page {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(number = visit.number, %error, "page cannot be drawn");
            let words = format!("页面画不出来，已记入日志。请报编号 {}。", visit.number);
            (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
        }
    }
}
