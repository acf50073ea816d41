//! What every request passes: a nonce and a number to quote, the check against forged requests, the security headers.
//! Who may do what is not decided here; that is `service`'s work.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use rand::{Rng, distr::Alphanumeric};

/// The random word by which a page's own scripts are known to the browser.
#[derive(Debug, Clone)]
pub struct Nonce(pub String);

/// The number of this request: shown on error pages and written to the log, so that a caller can be helped.
#[derive(Debug, Clone)]
pub struct RequestNumber(pub String);

const NONCE_LENGTH: usize = 22;
const NUMBER_LENGTH: usize = 8;

/// Middleware around every route.
pub async fn guard(mut request: Request, next: Next) -> Response {
    let nonce = random(NONCE_LENGTH);
    let number = random(NUMBER_LENGTH).to_uppercase();
    let asset = request.uri().path().starts_with("/assets/");
    let mut response = if forged(request.method(), request.headers()) {
        StatusCode::FORBIDDEN.into_response()
    } else {
        tracing::debug!(number, method = %request.method(), path = request.uri().path(), "request");
        request.extensions_mut().insert(Nonce(nonce.clone()));
        request.extensions_mut().insert(RequestNumber(number.clone()));
        next.run(request).await
    };
    protect(response.headers_mut(), &nonce, &number, asset);
    response
}

/// A browser says by `Sec-Fetch-Site` where a request comes from, an older one by `Origin`; a program sends neither and
/// then must bring its own credentials, which a foreign page cannot add. No token in the forms is needed.
pub fn forged(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return false;
    }
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(&HeaderName::from_static("sec-fetch-site")) {
        return !matches!(site, "same-origin" | "none");
    }
    if let Some(origin) = text(&header::ORIGIN) {
        let host = text(&header::HOST).unwrap_or_default();
        return origin.split_once("://").is_none_or(|(_, from)| from != host);
    }
    text(&header::AUTHORIZATION).is_none()
}

fn protect(headers: &mut HeaderMap, nonce: &str, number: &str, asset: bool) {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_SECURITY_POLICY, &policy);
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(header::REFERRER_POLICY, "same-origin");
    put(HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(self), microphone=()");
    put(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(HeaderName::from_static("x-request-id"), number);
    if !asset {
        put(header::CACHE_CONTROL, "no-store");
        put(header::VARY, "hx-request, cookie, accept-encoding");
    }
}

fn random(length: usize) -> String {
    rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, Method};

    use super::forged;

    fn with(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_post_from_another_site_is_refused() {
        assert!(forged(&Method::POST, &with(&[("sec-fetch-site", "cross-site")])));
        assert!(forged(&Method::POST, &with(&[("sec-fetch-site", "same-site")])));
        assert!(forged(
            &Method::POST,
            &with(&[("origin", "https://evil.example"), ("host", "shian.example")])
        ));
        assert!(forged(&Method::POST, &with(&[("origin", "null"), ("host", "shian.example")])));
        assert!(forged(&Method::DELETE, &with(&[])));
    }

    #[test]
    fn a_post_from_our_own_page_or_a_program_with_credentials_passes() {
        assert!(!forged(&Method::POST, &with(&[("sec-fetch-site", "same-origin")])));
        assert!(!forged(
            &Method::POST,
            &with(&[("origin", "https://shian.example"), ("host", "shian.example")])
        ));
        assert!(!forged(&Method::POST, &with(&[("authorization", "Bearer x")])));
        assert!(!forged(&Method::GET, &with(&[("sec-fetch-site", "cross-site")])));
    }
}
