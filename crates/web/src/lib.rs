//! The office in the browser: pages drawn on the server over `shian-service`. It holds no rule and no SQL; what a reader may
//! see and do is what the service answers.

mod assets;
mod format;
mod guard;
mod messages;
mod pages;
mod respond;
mod router;
pub mod shell;
mod templates;
mod visit;

use std::net::SocketAddr;

pub use router::router;

/// How to serve.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Address and port; port 0 takes a free one, which is printed.
    pub listen: SocketAddr,
    /// Send the session cookie over HTTPS only. Off only on loopback.
    pub secure_cookie: bool,
    /// Show `/dev/parts`.
    pub dev: bool,
}

/// Why the office cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// Styles and scripts were never bundled.
    #[error(
        "web/dist holds no bundle: run `make setup` (or `npm ci && npm run build` in web/), then build again"
    )]
    Assets,
    /// A message catalogue cannot be read.
    #[error("web/messages/{file}: {reason}")]
    Messages {
        /// The catalogue.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A template is wrong.
    #[error("template: {0}")]
    Template(String),
    /// The port cannot be opened, or the connection broke.
    #[error("cannot serve on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

impl WebError {
    /// A template's mistake with everything minijinja knows about it: file, line, the names in reach.
    fn template(error: minijinja::Error) -> Self {
        let mut text = format!("{error:#}");
        let mut cause: &dyn std::error::Error = &error;
        while let Some(next) = cause.source() {
            text.push_str(&format!("\n  because {next:#}"));
            cause = next;
        }
        Self::Template(text)
    }
}
