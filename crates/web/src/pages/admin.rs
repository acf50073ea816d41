//! `/admin`: the pack as declared, accounts and roles, the audit. Which of the three administrators may do what is the
//! service's decision; these pages only show what it answers.

use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};
use shian_pack::Pack;
use shian_service::{
    Office, Problem, Refusal,
    admin::{AccountView, EventView, NewAccount, RoleAsk},
};

use crate::signed::{Answer, Signed};

const SYSTEM: &str = "admin.system";
const SECURITY: &str = "admin.security";
const EVENTS: u32 = 50;

/// The pack as declared.
#[derive(Debug, Serialize)]
pub struct PackPage {
    title: String,
    place: String,
    year: i32,
    digest: String,
    counts: Vec<Count>,
    registers: Vec<RegisterLine>,
    unbound: Vec<Unbound>,
}

#[derive(Debug, Serialize)]
struct Count {
    key: &'static str,
    number: usize,
}

#[derive(Debug, Serialize)]
struct RegisterLine {
    id: String,
    title: String,
    fields: usize,
    states: usize,
    steps: usize,
    clocks: usize,
    measures: Vec<u32>,
}

#[derive(Debug, Serialize)]
struct Unbound {
    name: String,
    measure: u32,
}

impl PackPage {
    /// Counts what a pack declares.
    #[must_use]
    pub fn new(pack: &Pack) -> Self {
        let count = |key, number| Count { key, number };
        let registers = pack.registers.values();
        let unbound = pack.targets.iter().filter(|target| target.indicator.is_none());
        Self {
            title: pack.title.clone(),
            place: pack.place.clone(),
            year: pack.year,
            digest: pack.digest.clone(),
            counts: vec![
                count("admin.registers", pack.registers.len()),
                count("admin.fields", registers.clone().map(|register| register.fields.len()).sum()),
                count("admin.steps", registers.clone().map(|register| register.steps.len()).sum()),
                count("admin.indicators", pack.indicators.len()),
                count("admin.targets", pack.targets.len()),
            ],
            unbound: unbound
                .map(|target| Unbound { name: target.name.clone(), measure: target.measure })
                .collect(),
            registers: registers
                .map(|register| RegisterLine {
                    id: register.id.clone(),
                    title: register.title.clone(),
                    fields: register.fields.len(),
                    states: register.states.len(),
                    steps: register.steps.len(),
                    clocks: register.deadlines.len(),
                    measures: register.measures.clone(),
                })
                .collect(),
        }
    }
}

/// `GET /admin/pack`
pub async fn pack(signed: Signed) -> Answer {
    let page = signed
        .ask(
            |office, actor| {
                if actor.may(SYSTEM) { Ok(PackPage::new(&office.pack())) } else { Err(Refusal::NotFound) }
            },
        )
        .await?;
    signed.page("pages/pack.html", page)
}

/// Accounts and their roles.
#[derive(Debug, Default, Serialize)]
pub struct UsersPage {
    users: Vec<AccountView>,
    roles: Vec<RoleLine>,
    system: bool,
    security: bool,
    problems: Vec<Problem>,
    login: String,
    name: String,
    done: bool,
}

#[derive(Debug, Serialize)]
struct RoleLine {
    id: String,
    title: String,
}

/// The address's query after an act.
#[derive(Debug, Deserialize)]
pub struct After {
    done: Option<String>,
}

/// `GET /admin/users`
pub async fn users(signed: Signed, Query(after): Query<After>) -> Answer {
    let page = UsersPage { done: after.done.is_some(), ..UsersPage::default() };
    let page = accounts(&signed, page).await?;
    signed.page("pages/users.html", page)
}

async fn accounts(signed: &Signed, page: UsersPage) -> Result<UsersPage, crate::signed::Refused> {
    signed
        .ask(move |office, actor| {
            let pack = office.pack();
            let roles = pack.roles.values();
            Ok(UsersPage {
                users: office.accounts(actor)?,
                roles: roles
                    .map(|role| RoleLine { id: role.id.clone(), title: role.title.clone() })
                    .collect(),
                system: actor.may(SYSTEM),
                security: actor.may(SECURITY),
                ..page
            })
        })
        .await
}

/// A new account as typed.
#[derive(Deserialize)]
pub struct NewUser {
    login: String,
    name: String,
    password: String,
}

/// `POST /admin/users`
pub async fn add(signed: Signed, Form(typed): Form<NewUser>) -> Answer {
    let (login, name) = (typed.login.clone(), typed.name.clone());
    let outcome = signed
        .attempt(move |office, actor| {
            let ask = NewAccount {
                login: typed.login,
                name: typed.name,
                password: typed.password,
                roles: Vec::new(),
                stands_for: Vec::new(),
            };
            office.add_account(actor, ask)
        })
        .await;
    match outcome {
        Ok(_) => Ok(Redirect::to("/admin/users?done=1").into_response()),
        Err(refusal) => again(signed, refusal, login, name).await,
    }
}

/// `POST /admin/users/{login}/…`, one button each.
#[derive(Deserialize)]
pub struct Manage {
    #[serde(default)]
    roles: String,
    #[serde(default)]
    password: String,
}

/// `POST /admin/users/{login}/{act}`
pub async fn manage(
    signed: Signed,
    Path((login, act)): Path<(String, String)>,
    Form(typed): Form<Manage>,
) -> Answer {
    let outcome = signed
        .attempt(move |office, actor| match act.as_str() {
            "roles" => office.grant(actor, &login, &roles(office, &typed.roles)),
            "unlock" => office.unlock(actor, &login),
            "password" => office.reset_password(actor, &login, &typed.password),
            "close" => office.close_account(actor, &login),
            _ => Err(Refusal::NotFound),
        })
        .await;
    match outcome {
        Ok(()) => Ok(Redirect::to("/admin/users?done=1").into_response()),
        Err(refusal) => again(signed, refusal, String::new(), String::new()).await,
    }
}

fn roles(office: &Office, lines: &str) -> Vec<RoleAsk> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| RoleAsk::read(office, line)).collect()
}

async fn again(signed: Signed, refusal: Refusal, login: String, name: String) -> Answer {
    let problems = match refusal {
        Refusal::Invalid { problems } => problems,
        Refusal::Conflict { message } => vec![Problem { field: None, title: String::new(), message }],
        other => return Err(signed.refuse(other)),
    };
    let page = accounts(&signed, UsersPage { problems, login, name, ..UsersPage::default() }).await?;
    signed.page_again("pages/users.html", page)
}

/// The audit of the door and of administration.
#[derive(Debug, Serialize)]
pub struct AuditPage {
    /// Newest first.
    pub events: Vec<EventView>,
    /// Where the older ones begin.
    pub older: Option<i64>,
}

/// From where on.
#[derive(Debug, Deserialize)]
pub struct Before {
    before: Option<i64>,
}

/// `GET /admin/audit`
pub async fn audit(signed: Signed, Query(from): Query<Before>) -> Answer {
    let events = signed.ask(move |office, actor| office.events(actor, from.before, EVENTS)).await?;
    let full = events.len() == EVENTS as usize;
    let older = events.last().filter(|_| full).map(|event| event.id);
    signed.page("pages/audit.html", AuditPage { events, older })
}

#[cfg(test)]
impl UsersPage {
    /// Everything an administrator could ever see, for the template's test.
    pub fn sample(users: Vec<AccountView>, problems: Vec<Problem>) -> Self {
        let roles = vec![RoleLine { id: "leader".into(), title: "领导".into() }];
        Self { users, problems, roles, system: true, security: true, done: true, ..Self::default() }
    }
}

#[cfg(test)]
impl PackPage {
    /// A small pack, for the template's test.
    pub fn sample() -> Self {
        let line = RegisterLine {
            id: "x".into(),
            title: "监督检查".into(),
            fields: 9,
            states: 4,
            steps: 4,
            clocks: 2,
            measures: vec![6],
        };
        Self {
            title: "平桥区 2023".into(),
            place: "平桥区".into(),
            year: 2023,
            digest: "66c7f0f462eeedd9d1f2".into(),
            counts: vec![Count { key: "admin.registers", number: 21 }],
            registers: vec![line],
            unbound: vec![Unbound { name: "某目标".into(), measure: 3 }],
        }
    }
}
