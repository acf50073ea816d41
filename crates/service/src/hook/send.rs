//! One delivery as a POST, signed as standardwebhooks.com describes: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use shian_store::{Delivery, Webhook};
use ureq::http::Uri;
use ureq::unversioned::transport::DefaultConnector;

use super::KEY_MARK;
use super::guarded::{Guarded, Net};

/// How long an address may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Characters of a reason that are kept.
const WHY_MAX: usize = 200;

/// Sends deliveries; follows no redirect and uses no proxy, which would lead past the guard.
pub struct Sender {
    agent: ureq::Agent,
}

impl Sender {
    pub fn new(allowed: Vec<Net>) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent("shian-webhook")
            .build();
        let guarded = Guarded { allowed, inner: Default::default() };
        Self { agent: ureq::Agent::with_parts(config, DefaultConnector::default(), guarded) }
    }

    /// The status of success, or the status of failure (if it came that far) and why.
    pub fn send(
        &self,
        hook: &Webhook,
        delivery: &Delivery,
        now: DateTime<Utc>,
    ) -> Result<i64, (Option<i64>, String)> {
        let (id, at) = (delivery.id.to_string(), now.timestamp().to_string());
        let answer = self
            .agent
            .post(&hook.url)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", &at)
            .header("webhook-signature", sign(&hook.secret, &id, &at, &delivery.body))
            .send(&delivery.body);
        match answer {
            Ok(answer) if answer.status().is_success() => Ok(i64::from(answer.status().as_u16())),
            Ok(answer) => Err((Some(i64::from(answer.status().as_u16())), answer.status().to_string())),
            Err(error) => Err((None, error.to_string().chars().take(WHY_MAX).collect())),
        }
    }
}

/// `v1,` and the HMAC-SHA256 of id, time and body in base64.
fn sign(secret: &str, id: &str, at: &str, body: &str) -> String {
    let key = BASE64_STANDARD.decode(secret.trim_start_matches(KEY_MARK)).unwrap_or_default();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return String::new() };
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// Whether a webhook can lead there at all; whether it may is decided when it is sent.
pub fn is_address(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let scheme = uri.scheme_str().is_some_and(|scheme| scheme == "http" || scheme == "https");
    let bare = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    scheme && bare && uri.host().is_some_and(|host| !host.is_empty()) && !url.contains('#')
}

#[cfg(test)]
mod tests {
    use super::{is_address, sign};

    #[test]
    fn a_signature_is_the_one_the_standard_gives_as_an_example() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn only_http_addresses_without_credentials_are_taken() {
        for url in ["http://a.example/x", "https://a.example:8443/x?y=z"] {
            assert!(is_address(url), "{url}");
        }
        for url in ["file:///etc/passwd", "gopher://a", "http://", "//a", "http://u:p@a", "https://a/#b", "x"]
        {
            assert!(!is_address(url), "{url}");
        }
    }
}
