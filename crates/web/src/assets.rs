//! Styles, scripts and icons: what `web/build.mjs` left in `web/dist`, embedded in a release build and read from the disk in
//! a debug build. File names carry a hash, so browsers may keep them for a year; nothing is compressed while serving.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::WebError;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

/// Which hashed file stands for which bundle, and which icons the sprite holds.
#[derive(Debug, Default, Deserialize)]
pub struct Manifest {
    files: BTreeMap<String, String>,
    icons: BTreeSet<String>,
}

impl Manifest {
    /// Reads the manifest.
    ///
    /// # Errors
    /// [`WebError::Assets`] if the bundle was never built.
    pub fn load() -> Result<Self, WebError> {
        let file = Dist::get("manifest.json").ok_or(WebError::Assets)?;
        serde_json::from_slice(&file.data).map_err(|_| WebError::Assets)
    }

    /// The address of a bundle, as `/assets/app-0123456789ab.css`; `None` for one that was not built.
    #[must_use]
    pub fn address(&self, name: &str) -> Option<String> {
        self.files.get(name).map(|file| format!("/assets/{file}"))
    }

    /// Whether the sprite draws this icon.
    #[must_use]
    pub fn has_icon(&self, name: &str) -> bool {
        self.icons.contains(name)
    }
}

/// `GET /assets/{name}`: the best precompressed form the browser takes.
pub async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(kind) = content_type(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let forms = [("br", ".br"), ("gzip", ".gz"), ("", "")];
    for (coding, suffix) in forms.into_iter().filter(|(coding, _)| accepted.contains(coding)) {
        let Some(file) = Dist::get(&format!("{name}{suffix}")) else { continue };
        let mut response = file.data.into_owned().into_response();
        let out = response.headers_mut();
        out.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
        out.insert(
            header::CACHE_CONTROL,
            header::HeaderValue::from_static("public, max-age=31536000, immutable"),
        );
        out.insert(header::VARY, header::HeaderValue::from_static("accept-encoding"));
        if !coding.is_empty() {
            out.insert(header::CONTENT_ENCODING, header::HeaderValue::from_static(coding));
        }
        return response;
    }
    StatusCode::NOT_FOUND.into_response()
}

fn content_type(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}
