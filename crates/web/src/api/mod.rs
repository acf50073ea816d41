//! The REST API for programs, `/api/v1`: addresses, the gate before them, and answers in JSON. It holds no rule: what a caller may
//! see and do is what the service answers, the same as for the pages. The contract is `docs/adr/0006-api.md`.

mod caller;
pub mod docs;
mod feed;
mod files;
mod hooks;
mod many;
mod numbers;
mod openapi;
mod problem;
mod rate;
mod records;
mod registers;
mod sent;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{delete, get, post},
};

use crate::router::Site;
use openapi::Descriptions;
use problem::Problem;
use rate::Limiter;

/// What the API remembers between requests.
pub struct Memory {
    limiter: Limiter,
    descriptions: Descriptions,
}

impl Memory {
    /// Lets each caller ask so often in a minute; 0: without limit.
    pub fn new(per_minute: u32) -> Self {
        Self { limiter: Limiter::new(per_minute), descriptions: Descriptions::default() }
    }
}

/// Everything under `/api` that answers in JSON.
pub fn routes(site: &Site) -> Router<Site> {
    let gate = middleware::from_fn_with_state(site.clone(), caller::gate);
    let v1 = Router::new()
        .merge(looks())
        .merge(record_routes())
        .method_not_allowed_fallback(|| async { Problem::new("method", "这个地址不接受这种方法") })
        .fallback(|| async { Problem::new("not-found", "没有这个地址") })
        .layer(DefaultBodyLimit::max(sent::JSON_BYTES_MAX))
        .layer(gate);
    Router::new().nest("/api/v1", v1).route("/api/openapi.json", get(openapi::show))
}

fn looks() -> Router<Site> {
    Router::new()
        .route("/me", get(registers::me))
        .route("/registers", get(registers::list))
        .route("/registers/{register}", get(registers::show))
        .route("/indicators", get(numbers::list))
        .route("/indicators/{id}", get(numbers::show))
        .route("/indicators/{id}/counting", get(numbers::counting))
        .route("/indicators/{id}/missing", get(numbers::missing))
        .route("/measures", get(numbers::measures))
        .route("/cockpit", get(numbers::cockpit))
        .route("/changes", get(feed::changes))
        .route("/files", post(files::upload))
        .route("/webhooks", get(hooks::list).post(hooks::add))
        .route("/webhooks/{id}", delete(hooks::drop))
        .route("/webhooks/{id}/deliveries", get(hooks::deliveries))
        .route("/webhooks/{id}/replay", post(hooks::replay))
        .route("/jobs", get(many::jobs))
        .route("/jobs/{id}", get(many::job))
        .route("/jobs/{id}/result", get(many::result))
}

fn record_routes() -> Router<Site> {
    Router::new()
        .route("/records/{register}", get(records::list).post(records::create))
        .route("/records/{register}/{id}", get(records::show).patch(records::edit).delete(records::delete))
        .route("/records/{register}/bulk", post(many::bulk))
        .route("/records/{register}/export", post(many::export))
        .route("/records/{register}/{id}/changes", get(feed::history))
        .route("/records/{register}/{id}/files/{key}", get(files::download))
        .route("/records/{register}/{id}/restore", post(records::restore))
        .route("/records/{register}/{id}/steps", get(records::steps))
        .route("/records/{register}/{id}/steps/{step}", post(records::take))
}
