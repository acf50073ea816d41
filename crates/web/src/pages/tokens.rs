//! `/account/tokens` 访问令牌: by which a person lets programs act for him. A new one is shown once, in the answer to the form.

use std::collections::BTreeSet;

use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};
use shian_service::{NewToken, Problem, Refusal, TokenAsk, TokenReach, TokenView};

use crate::signed::{Answer, Refused, Signed};

/// How long a token may live, in days, as the form offers it.
const LIVES: [u32; 4] = [7, 30, 90, 365];

/// What the template reads.
#[derive(Debug, Default, Serialize)]
pub struct TokensPage {
    /// His tokens, newest first.
    pub tokens: Vec<TokenLine>,
    /// Registers that a token may be narrowed to.
    pub registers: Vec<Choice>,
    /// Lives to choose from.
    pub lives: Vec<u32>,
    /// The one that was just made.
    pub made: Option<NewToken>,
    /// What is wrong with what was typed.
    pub problems: Vec<Problem>,
    /// As typed.
    pub typed: Typed,
    /// One was just ended.
    pub ended: bool,
}

/// One token.
#[derive(Debug, Serialize)]
pub struct TokenLine {
    /// What the service tells.
    #[serde(flatten)]
    pub token: TokenView,
    /// Titles of the registers it is for; none: all.
    pub titles: Vec<String>,
}

/// A register to tick.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// It was ticked.
    pub chosen: bool,
}

/// The form as sent.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Typed {
    title: String,
    writes: bool,
    days: u32,
    some: bool,
    registers: BTreeSet<String>,
}

impl Typed {
    fn of(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "title" => typed.title = value,
                "writes" => typed.writes = value == "true",
                "days" => typed.days = value.parse().unwrap_or_default(),
                "reach" => typed.some = value == "some",
                "register" => typed.registers.extend(Some(value)),
                _ => {}
            }
        }
        typed
    }
}

/// The address's query after an act.
#[derive(Debug, Deserialize)]
pub struct After {
    done: Option<String>,
}

/// `GET /account/tokens`
pub async fn show(signed: Signed, Query(after): Query<After>) -> Answer {
    let typed = Typed { days: 90, ..Typed::default() };
    let page =
        page(&signed, TokensPage { ended: after.done.is_some(), typed, ..TokensPage::default() }).await?;
    signed.page("pages/tokens.html", page)
}

async fn page(signed: &Signed, page: TokensPage) -> Result<TokensPage, Refused> {
    signed
        .ask(move |office, actor| {
            let pack = office.pack();
            let title =
                |id: &String| pack.register(id).map_or_else(|| id.clone(), |known| known.title.clone());
            let line = |token: TokenView| TokenLine {
                titles: token.registers.iter().flatten().map(title).collect(),
                token,
            };
            let menu = office.menu(actor)?;
            let entries = menu.into_iter().flat_map(|group| group.entries);
            let registers = entries.map(|entry| Choice {
                chosen: page.typed.registers.contains(&entry.id),
                id: entry.id,
                title: entry.title,
            });
            Ok(TokensPage {
                tokens: office.tokens(actor)?.into_iter().map(line).collect(),
                registers: registers.collect(),
                lives: LIVES.to_vec(),
                ..page
            })
        })
        .await
}

/// `POST /account/tokens`
pub async fn add(signed: Signed, Form(pairs): Form<Vec<(String, String)>>) -> Answer {
    let typed = Typed::of(pairs);
    let registers = typed.some.then(|| typed.registers.clone());
    let reach = TokenReach { writes: typed.writes, registers };
    let ask = TokenAsk { title: typed.title.clone(), reach, days: typed.days };
    let problems = match signed.attempt(move |office, actor| office.add_token(actor, ask)).await {
        Ok(made) => {
            let typed = Typed { days: 90, ..Typed::default() };
            let page = page(&signed, TokensPage { made: Some(made), typed, ..TokensPage::default() }).await?;
            return signed.page("pages/tokens.html", page);
        }
        Err(Refusal::Invalid { problems }) => problems,
        Err(Refusal::Conflict { message }) => vec![Problem { field: None, title: String::new(), message }],
        Err(other) => return Err(signed.refuse(other)),
    };
    let page = page(&signed, TokensPage { problems, typed, ..TokensPage::default() }).await?;
    signed.page_again("pages/tokens.html", page)
}

/// `POST /account/tokens/{id}/revoke`
pub async fn revoke(signed: Signed, Path(id): Path<i64>) -> Answer {
    signed.ask(move |office, actor| office.revoke_token(actor, id)).await?;
    Ok(Redirect::to("/account/tokens?done=1").into_response())
}

#[cfg(test)]
impl TokensPage {
    /// Everything that could be shown, for the template's test.
    pub fn sample() -> Self {
        let at = chrono::DateTime::UNIX_EPOCH;
        let token = |id, revoked| TokenView {
            id,
            title: "检验系统".into(),
            writes: true,
            registers: Some(vec!["x".into()]),
            created_at: at,
            expires_at: at,
            used_at: Some(at),
            revoked,
            expired: false,
        };
        let line = |id, revoked| TokenLine { token: token(id, revoked), titles: vec!["抽检".into()] };
        Self {
            tokens: vec![line(2, false), line(1, true)],
            registers: vec![Choice { id: "x".into(), title: "抽检".into(), chosen: true }],
            lives: LIVES.to_vec(),
            made: Some(NewToken { token: "shian_0".into(), id: 2, expires_at: at }),
            problems: vec![Problem::new("title", "名称", "请给令牌起个名称")],
            typed: Typed { some: true, days: 30, ..Typed::default() },
            ended: true,
        }
    }
}
