//! The office in the browser: pages drawn on the server over `shian-service`. It holds no rule and no SQL; what a reader may
//! see and do is what the service answers.

mod api;
mod assets;
mod form;
mod format;
mod guard;
mod messages;
mod pages;
mod respond;
mod router;
#[cfg(test)]
mod samples;
pub mod shell;
mod signed;
mod templates;
#[cfg(test)]
mod tests;
mod visit;

use std::{future::Future, net::SocketAddr, sync::Arc};

use shian_service::Office;

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
    /// Requests that a caller of the API has in a minute; 0: without limit.
    pub api_per_minute: u32,
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
    /// A template's mistake with its file and line. Not what the page held: that is people's data and this goes to the log.
    fn template(error: minijinja::Error) -> Self {
        let mut text = error.to_string();
        let mut cause: &dyn std::error::Error = &error;
        while let Some(next) = cause.source() {
            text.push_str(&format!("\n  because {next}"));
            cause = next;
        }
        Self::Template(text)
    }
}

/// Serves the office until ctrl-c or SIGTERM; requests that have begun are finished.
///
/// # Errors
/// A missing bundle, or a port that cannot be opened.
pub async fn serve(office: Arc<Office>, config: WebConfig) -> Result<(), WebError> {
    let failed = |source| WebError::Listen { address: config.listen, source };
    let app = router(office, &config)?.into_make_service_with_connect_info::<SocketAddr>();
    let listener = tokio::net::TcpListener::bind(config.listen).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    tracing::info!(%address, "serving");
    println!("http://{address}");
    axum::serve(listener, app).with_graceful_shutdown(stopped()).await.map_err(failed)
}

async fn stopped() {
    let interrupt = quietly(tokio::signal::ctrl_c());
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// A signal that cannot be listened for never comes.
async fn quietly(signal: impl Future<Output = std::io::Result<()>>) {
    if signal.await.is_err() {
        std::future::pending::<()>().await;
    }
}
