//! What a request says about its reader before anyone knows who he is: cookies, preferences, whether htmx asks.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use crate::{
    guard::{Nonce, RequestNumber},
    messages::Language,
};

/// Cookie that holds the session's token and nothing else.
pub const SESSION: &str = "shian";
/// Cookies of the three preferences.
pub const PREFERENCES: [&str; 3] = ["theme", "view", "lang"];

/// One request, as far as drawing an answer needs it.
#[derive(Debug, Clone)]
pub struct Visit {
    /// For the page's scripts.
    pub nonce: String,
    /// To quote when something goes wrong.
    pub number: String,
    /// Path and query.
    pub path: String,
    /// Asked by htmx: answer with the main column alone.
    pub bare: bool,
    /// Large type.
    pub elder: bool,
    /// Dark theme.
    pub dark: bool,
    /// Language of the chrome.
    pub language: Language,
    /// The session's token.
    pub token: Option<String>,
    /// The address the reader connects from, as the log should keep it.
    pub from: String,
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let english = cookie(&parts.headers, "lang").is_some_and(|value| value == "en");
        let extension = |found: Option<String>| found.unwrap_or_default();
        Ok(Self {
            nonce: extension(parts.extensions.get::<Nonce>().map(|nonce| nonce.0.clone())),
            number: extension(parts.extensions.get::<RequestNumber>().map(|number| number.0.clone())),
            path: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            bare: parts.headers.contains_key("hx-request"),
            elder: cookie(&parts.headers, "view").is_some_and(|value| value == "elder"),
            dark: cookie(&parts.headers, "theme").is_some_and(|value| value == "dark"),
            language: if english { Language::English } else { Language::Chinese },
            token: cookie(&parts.headers, SESSION),
            from: parts
                .extensions
                .get::<axum::extract::ConnectInfo<std::net::SocketAddr>>()
                .map_or_else(String::new, |from| from.0.ip().to_string()),
        })
    }
}

pub fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}
