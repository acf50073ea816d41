//! Which address leads where. Handlers stand in `pages`; the API of programs is merged here when it comes.

use std::sync::Arc;

use axum::{
    Router, middleware,
    routing::{get, post},
};

use crate::{WebConfig, WebError, assets, guard, pages, templates::Templates};

/// What every handler may reach.
#[derive(Clone)]
pub struct Site {
    /// Draws pages.
    pub templates: Arc<Templates>,
}

/// All routes, with the guard around them.
///
/// # Errors
/// A missing bundle or a broken catalogue.
pub fn router(config: &WebConfig) -> Result<Router, WebError> {
    let site = Site { templates: Arc::new(Templates::load()?) };
    let mut routes = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/assets/{name}", get(assets::serve))
        .route("/preferences", post(pages::preferences::set));
    if config.dev {
        routes = routes.route("/dev/parts", get(pages::parts::show));
    }
    Ok(routes
        .layer(tower_http::compression::CompressionLayer::new())
        .layer(middleware::from_fn(guard::guard))
        .with_state(site))
}
