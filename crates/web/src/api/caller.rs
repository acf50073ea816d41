//! Who asks: a program by its token, or a person's own browser by its session. One gate before every address of the API.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Instant,
};

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use shian_service::{Actor, Office, Refusal};

use super::{
    problem::{self, PROBLEM_JSON, Problem},
    rate::Standing,
};
use crate::{
    guard,
    router::Site,
    signed::in_background,
    visit::{SESSION, cookie},
};

/// Who asks, and whom to ask.
#[derive(Clone)]
pub struct Caller {
    /// The office and what draws pages.
    pub site: Site,
    /// Who asks.
    pub actor: Arc<Actor>,
}

impl Caller {
    /// Asks the service, off the threads that serve.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn ask<T, F>(&self, question: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&Office, &Actor) -> Result<T, Refusal> + Send + 'static,
    {
        let actor = Arc::clone(&self.actor);
        in_background(&self.site.office, move |office| question(office, &actor)).await
    }
}

impl FromRequestParts<Site> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let actor = parts.extensions.get::<Arc<Actor>>().cloned().ok_or_else(nobody)?;
        Ok(Self { site: site.clone(), actor })
    }
}

fn nobody() -> Problem {
    Problem::new("unauthorized", "请用令牌（Authorization: Bearer）或先登录")
}

/// What brings a caller in.
enum Credential {
    Token(String),
    Session(String),
}

/// A request that says `Authorization` is never let in by its cookie instead: the check against forged requests rests on it.
fn credential(headers: &HeaderMap) -> Option<Credential> {
    if let Some(said) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = said.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| Credential::Token(token.trim().to_owned()));
    }
    cookie(headers, SESSION).map(Credential::Session)
}

async fn who(site: &Site, credential: &Credential) -> Result<Option<Arc<Actor>>, Refusal> {
    match credential {
        Credential::Token(token) => {
            if let Some(known) = site.office.known_holder(token) {
                return Ok(Some(known));
            }
            let token = token.clone();
            in_background(&site.office, move |office| office.holder(&token)).await
        }
        Credential::Session(token) => {
            let token = token.clone();
            let actor = in_background(&site.office, move |office| office.actor(&token)).await?;
            Ok(actor.map(Arc::new))
        }
    }
}

/// Who asks, where a stranger is welcome too.
pub async fn known(site: &Site, headers: &HeaderMap) -> Result<Option<Caller>, Problem> {
    let Some(credential) = credential(headers) else { return Ok(None) };
    let actor = who(site, &credential).await.map_err(Problem::of_query)?;
    Ok(actor.map(|actor| Caller { site: site.clone(), actor }))
}

/// Finds out who asks, counts the request, and lets it through with the caller in its extensions.
pub async fn gate(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut standing = None;
    let answered = admitted(&site, request, next, &mut standing).await;
    let mut response = problems_only(answered.unwrap_or_else(IntoResponse::into_response));
    protect(response.headers_mut());
    if let Some(standing) = standing {
        tell(response.headers_mut(), standing);
    }
    response
}

/// What the library refuses by itself (an address that is no UTF-8, say) is told like every other problem.
fn problems_only(response: Response) -> Response {
    let status = response.status();
    let told = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == PROBLEM_JSON);
    if told || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let kind =
        problem::ALL.iter().find(|(_, known, _)| *known == status).map_or("malformed", |(kind, ..)| kind);
    Problem::new(kind, status.canonical_reason().unwrap_or_default()).into_response()
}

async fn admitted(
    site: &Site,
    mut request: Request,
    next: Next,
    standing: &mut Option<Standing>,
) -> Result<Response, Problem> {
    if guard::forged(request.method(), request.headers()) {
        return Err(Problem::new("forbidden", "请求来自别的网站，或没有带令牌"));
    }
    let Some(credential) = credential(request.headers()) else { return Err(nobody()) };
    let Some(actor) = who(site, &credential).await.map_err(Problem::of_query)? else { return Err(nobody()) };
    *standing = site.api.limiter.count(key(&credential), Instant::now());
    if let Some(standing) = standing.filter(|standing| standing.over) {
        let seconds = standing.reset_seconds.to_string();
        let detail = format!("每分钟最多 {} 次，请 {seconds} 秒后再试", standing.limit);
        return Err(Problem::new("too-many", detail).header(header::RETRY_AFTER, seconds));
    }
    if actor.only_reads() && !request.method().is_safe() {
        return Err(Problem::new("forbidden", "这个令牌只能读"));
    }
    request.extensions_mut().insert(actor);
    Ok(next.run(request).await)
}

fn key(credential: &Credential) -> u64 {
    let mut hasher = DefaultHasher::new();
    match credential {
        Credential::Token(text) | Credential::Session(text) => text.hash(&mut hasher),
    }
    hasher.finish()
}

/// Headers of every answer. An answer of the API is data: nothing in it may run, and nobody keeps it.
pub fn protect(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    headers.append(header::VARY, HeaderValue::from_static("authorization, cookie"));
}

fn tell(headers: &mut HeaderMap, standing: Standing) {
    let pairs = [
        ("ratelimit-limit", u64::from(standing.limit)),
        ("ratelimit-remaining", u64::from(standing.remaining)),
        ("ratelimit-reset", standing.reset_seconds),
    ];
    for (name, number) in pairs {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(number));
    }
}
