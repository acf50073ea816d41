//! `/account` 我的账号: one's own password, browsers, and how the pages look. Who has a password that another
//! gave him is led here and nowhere else until he has changed it.

use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};
use shian_service::{
    Problem, Refusal,
    account::{OwnAccount, PasswordChange},
};

use crate::signed::{Answer, Signed};

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct AccountPage {
    /// What the service tells.
    pub own: OwnAccount,
    /// What is wrong with what was typed.
    pub problems: Vec<Problem>,
    /// What was done a moment ago, as a key of the catalogue.
    pub done: Option<&'static str>,
}

/// The address's query after an act.
#[derive(Debug, Deserialize)]
pub struct After {
    done: Option<String>,
}

/// `GET /account`
pub async fn show(signed: Signed, Query(after): Query<After>) -> Answer {
    let done = match after.done.as_deref() {
        Some("password") => Some("account.done_password"),
        Some("sessions") => Some("account.done_sessions"),
        _ => None,
    };
    let page = page(&signed, done, Vec::new()).await?;
    signed.page("pages/account.html", page)
}

async fn page(
    signed: &Signed,
    done: Option<&'static str>,
    problems: Vec<Problem>,
) -> Result<AccountPage, crate::signed::Refused> {
    let token = signed.visit.token.clone().unwrap_or_default();
    let own = signed.ask(move |office, actor| office.own_account(actor, &token)).await?;
    Ok(AccountPage { own, problems, done })
}

/// A new password as typed.
#[derive(Deserialize)]
pub struct Typed {
    current: String,
    new: String,
    again: String,
}

/// `POST /account/password`
pub async fn password(signed: Signed, Form(typed): Form<Typed>) -> Answer {
    let token = signed.visit.token.clone().unwrap_or_default();
    let ask = PasswordChange { current: typed.current, new: typed.new, again: typed.again };
    let outcome = signed.attempt(move |office, actor| office.change_password(actor, &token, &ask)).await;
    answer(signed, outcome, "password").await
}

/// `POST /account/sessions/{key}`, or `…/all`
pub async fn end(signed: Signed, Path(key): Path<String>) -> Answer {
    let token = signed.visit.token.clone().unwrap_or_default();
    let outcome = signed
        .attempt(move |office, actor| {
            office.end_sessions(actor, &token, (key != "all").then_some(key.as_str()))
        })
        .await;
    answer(signed, outcome, "sessions").await
}

async fn answer(signed: Signed, outcome: Result<(), Refusal>, done: &str) -> Answer {
    let problems = match outcome {
        Ok(()) => return Ok(Redirect::to(&format!("/account?done={done}")).into_response()),
        Err(Refusal::Invalid { problems }) => problems,
        Err(Refusal::Conflict { message }) => vec![Problem { field: None, title: String::new(), message }],
        Err(other) => return Err(signed.refuse(other)),
    };
    let page = page(&signed, None, problems).await?;
    signed.page_again("pages/account.html", page)
}
