//! A reader who is signed in: who he is, what surrounds his pages, and the one way to ask the service something for him.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use shian_service::{Actor, Office, Refusal};

use crate::{
    pages::refused,
    respond,
    router::Site,
    shell::{self, Shell},
    visit::Visit,
};

/// Everything a handler of a signed-in reader needs.
pub struct Signed {
    /// Draws and asks.
    pub site: Site,
    /// Who reads.
    pub actor: Arc<Actor>,
    /// How the page was asked for.
    pub visit: Visit,
    /// What surrounds the page.
    pub shell: Shell,
}

/// An answer that is not the page: sign-in, a refusal, a failure.
pub struct Refused(Box<Response>);

impl From<Response> for Refused {
    fn from(response: Response) -> Self {
        Self(Box::new(response))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// What a handler answers.
pub type Answer = Result<Response, Refused>;

impl FromRequestParts<Site> for Signed {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Refused> {
        let Ok(visit) = Visit::from_request_parts(parts, site).await;
        let Some(token) = visit.token.clone() else { return Err(to_sign_in(&visit)) };
        let seen = visit.clone();
        let found = in_background(&site.office, move |office| {
            let Some(actor) = office.actor(&token)? else { return Ok(None) };
            let shell = shell::around(office, &actor, &seen)?;
            Ok(Some((actor, shell)))
        });
        match found.await {
            Ok(Some((actor, _))) if actor.must_change && !visit.path.starts_with("/account") => {
                Err(to(&visit, "/account"))
            }
            Ok(Some((actor, shell))) => Ok(Self { site: site.clone(), actor: Arc::new(actor), visit, shell }),
            Ok(None) => Err(to_sign_in(&visit)),
            Err(refusal) => Err(refused::answer(site, &Shell::outside(&visit), &visit, refusal)),
        }
    }
}

impl Signed {
    /// Asks the service, off the threads that serve; a refusal becomes its page.
    ///
    /// # Errors
    /// The page that says why not.
    pub async fn ask<T, F>(&self, question: F) -> Result<T, Refused>
    where
        T: Send + 'static,
        F: FnOnce(&Office, &Actor) -> Result<T, Refusal> + Send + 'static,
    {
        self.attempt(question).await.map_err(|refusal| self.refuse(refusal))
    }

    /// Asks the service; the refusal is the handler's to answer, as a form does that comes back with its errors.
    ///
    /// # Errors
    /// The service's refusal.
    pub async fn attempt<T, F>(&self, question: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&Office, &Actor) -> Result<T, Refusal> + Send + 'static,
    {
        let actor = Arc::clone(&self.actor);
        in_background(&self.site.office, move |office| question(office, &actor)).await
    }

    /// The page of a refusal.
    pub fn refuse(&self, refusal: Refusal) -> Refused {
        refused::answer(&self.site, &self.shell, &self.visit, refusal)
    }

    /// Draws a page.
    ///
    /// # Errors
    /// Never a refusal; the signature lets a handler end with it.
    pub fn page<T: Serialize>(&self, template: &str, page: T) -> Answer {
        Ok(respond::drawn(&self.visit, self.site.templates.page(template, &self.shell, page)))
    }

    /// Draws a form that came back: 422, so that a program and a test see that nothing happened.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub fn page_again<T: Serialize>(&self, template: &str, page: T) -> Answer {
        let page = self.page(template, page)?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    }
}

/// The service is synchronous: its reads and its waiting for a commit must not hold a serving thread.
pub async fn in_background<T, F>(office: &Arc<Office>, question: F) -> Result<T, Refusal>
where
    T: Send + 'static,
    F: FnOnce(&Office) -> Result<T, Refusal> + Send + 'static,
{
    let office = Arc::clone(office);
    let asked = tokio::task::spawn_blocking(move || question(&office)).await;
    asked.unwrap_or_else(|stopped| Err(Refusal::internal(&stopped)))
}

fn to_sign_in(visit: &Visit) -> Refused {
    to(visit, &format!("/signin?next={}", form_encode(&visit.path)))
}

/// Another page than the one asked for.
fn to(visit: &Visit, page: &str) -> Refused {
    if visit.bare {
        // htmx would put that page into the middle of the old one.
        let moved = [("hx-redirect", page.to_owned())];
        return Refused::from((StatusCode::UNAUTHORIZED, moved).into_response());
    }
    Refused::from(Redirect::to(page).into_response())
}

/// Percent-encodes everything but letters, digits and the few signs that are safe in a query.
#[must_use]
pub fn form_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
