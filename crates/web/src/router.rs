//! Which address leads where. Handlers of pages stand in `pages`, those of programs in `api`.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, State},
    middleware,
    response::IntoResponse,
    routing::{get, post},
};
use shian_service::{Office, Refusal};

use crate::{
    WebConfig, WebError, api, assets, guard,
    pages::{
        account, admin, appraisals, cockpit, desk, forms, indicators, measures, notices, parts, preferences,
        records, refused, registers, search, signin, tokens,
    },
    shell::Shell,
    signed::Signed,
    templates::Templates,
    visit::Visit,
};

/// The largest form with its attachments.
const FORM_BYTES_MAX: usize = 50 << 20;

/// What every handler may reach.
#[derive(Clone)]
pub struct Site {
    /// The service.
    pub office: Arc<Office>,
    /// Draws pages.
    pub templates: Arc<Templates>,
    /// The session cookie goes over HTTPS only.
    pub secure_cookie: bool,
    /// What the API remembers.
    pub api: Arc<api::Memory>,
}

/// All routes, with the guard around them.
///
/// # Errors
/// A missing bundle or a broken catalogue.
pub fn router(office: Arc<Office>, config: &WebConfig) -> Result<Router, WebError> {
    let site = Site {
        office,
        templates: Arc::new(Templates::load()?),
        secure_cookie: config.secure_cookie,
        api: Arc::new(api::Memory::new(config.api_per_minute)),
    };
    let mut routes = pages().merge(writes()).merge(administration());
    if config.dev {
        routes = routes.route("/dev/parts", get(parts::show));
    }
    Ok(routes
        .fallback(nowhere)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn(guard::guard))
        .merge(api::routes(&site))
        .layer(tower_http::compression::CompressionLayer::new())
        .with_state(site))
}

fn pages() -> Router<Site> {
    Router::new()
        .route("/", get(cockpit::show))
        .route("/desk", get(desk::show))
        .route("/notices", get(notices::show).post(notices::mark))
        .route("/notices/{id}", get(notices::open))
        .route("/measures", get(measures::list))
        .route("/measures/{chapter}/{no}", get(measures::show))
        .route("/appraisals", get(appraisals::list))
        .route("/appraisals/{id}", get(appraisals::show).post(appraisals::issue))
        .route("/indicators", get(indicators::list))
        .route("/indicators/{id}", get(indicators::show))
        .route("/registers/{register}", get(registers::list))
        .route("/registers/{register}/export.csv", get(registers::export))
        .route("/registers/{register}/options/{field}", get(registers::options))
        .route("/records/{register}/{id}", get(records::show))
        .route("/records/{register}/{id}/chain", get(records::chain))
        .route("/files/{register}/{id}/{key}", get(records::file))
        .route("/search", get(search::show))
        .route("/api/docs", get(api::docs::show))
        .route("/api/docs/{register}", get(api::docs::register))
        .route("/healthz", get(|| async { "ok" }))
        .route("/assets/{name}", get(assets::serve))
}

fn writes() -> Router<Site> {
    Router::new()
        .route("/signin", get(signin::show).post(signin::enter))
        .route("/signout", post(signin::leave))
        .route("/preferences", post(preferences::set))
        .route("/account", get(account::show))
        .route("/account/tokens", get(tokens::show).post(tokens::add))
        .route("/account/tokens/{id}/revoke", post(tokens::revoke))
        .route("/account/password", post(account::password))
        .route("/account/sessions/{key}", post(account::end))
        .route("/registers/{register}/new", get(forms::new).post(forms::create))
        .route("/records/{register}/{id}/edit", get(forms::edit).post(forms::save))
        .route("/records/{register}/{id}/steps/{step}", get(forms::step).post(forms::take))
        .route("/records/{register}/{id}/delete", get(records::ask_delete).post(records::delete))
        .route("/records/{register}/{id}/restore", post(records::restore))
}

fn administration() -> Router<Site> {
    Router::new()
        .route("/admin/pack", get(admin::pack))
        .route("/admin/users", get(admin::users).post(admin::add))
        .route("/admin/users/{login}/{act}", post(admin::manage))
        .route("/admin/audit", get(admin::audit))
}

/// An address that leads nowhere reads like a record one may not see.
async fn nowhere(
    State(site): State<Site>,
    visit: Visit,
    signed: Result<Signed, crate::signed::Refused>,
) -> axum::response::Response {
    match signed {
        Ok(signed) => signed.refuse(Refusal::NotFound).into_response(),
        Err(_) => refused::answer(&site, &Shell::outside(&visit), &visit, Refusal::NotFound).into_response(),
    }
}
