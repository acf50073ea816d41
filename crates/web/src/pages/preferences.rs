//! `POST /preferences`: large type, dark theme, language. Kept in cookies, so that the first byte of a page is already right.

use axum::{
    Form,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::visit::PREFERENCES;

const YEAR_SECONDS: u32 = 31_536_000;

/// The button pressed, and the page it stands on.
#[derive(Debug, Deserialize)]
pub struct Preference {
    theme: Option<String>,
    view: Option<String>,
    lang: Option<String>,
    back: Option<String>,
}

/// Sets the cookie and goes back to the page.
pub async fn set(Form(wish): Form<Preference>) -> Response {
    let mut headers = HeaderMap::new();
    for (name, value) in PREFERENCES.iter().zip([&wish.theme, &wish.view, &wish.lang]) {
        let Some(value) = value.as_deref().filter(|value| value.chars().all(|c| c.is_ascii_lowercase()))
        else {
            continue;
        };
        let cookie = format!("{name}={value}; Path=/; Max-Age={YEAR_SECONDS}; SameSite=Lax; HttpOnly");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    (headers, Redirect::to(own_page(wish.back.as_deref()))).into_response()
}

/// Only a path of this site: a foreign address in the form must not send the reader away.
#[must_use]
pub fn own_page(path: Option<&str>) -> &str {
    match path {
        Some(path)
            if path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n', '\r']) =>
        {
            path
        }
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::own_page;

    #[test]
    fn one_is_never_sent_to_another_site() {
        assert_eq!(own_page(Some("/measures/11?x=1")), "/measures/11?x=1");
        assert_eq!(own_page(Some("//evil.example")), "/");
        assert_eq!(own_page(Some("/\\evil.example")), "/");
        assert_eq!(own_page(Some("https://evil.example")), "/");
        assert_eq!(own_page(None), "/");
    }
}
