//! Who acts: an account with the roles it holds, each for an area or a body. Rights are read from it by `permit` alone.
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shian_pack::value::RecordId;
use shian_store::{Account, HeldRole};

use crate::live::Live;

/// A person (or the system itself) at the desk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// Account id; 0 is the system itself.
    pub id: i64,
    pub login: String,
    pub name: String,
    /// Body and role in words: `区市场监管局 监管所`.
    pub title: String,
    pub roles: Vec<RoleHeld>,
    /// Records this person stands for: his person or staff record, the businesses he may act for.
    pub stands_for: Vec<RecordId>,
    /// What he may do besides registers: `admin.system`, `admin.security`, `admin.audit`, `accept` …
    pub may: BTreeSet<String>,
    /// His password was given by another. Until he has changed it he holds no role.
    pub must_change: bool,
    /// A program that acts for him by a token: what his rights are narrowed to.
    #[serde(skip)]
    pub reach: Option<TokenReach>,
}

/// What a token opens: never more than its owner may.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenReach {
    /// Also writes.
    pub writes: bool,
    /// Only these registers; None: all.
    pub registers: Option<BTreeSet<String>>,
}

/// A role held for a place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RoleHeld {
    pub role: String,
    /// Path of the area it is held for: codes, each ended by `/`. None: for no area.
    pub area: Option<String>,
    /// Body it is held for.
    pub body: Option<RecordId>,
}

impl Actor {
    /// The office itself: seeds, ticks, moves that follow from another record's. Never signed in.
    pub fn system() -> Self {
        Self {
            id: 0, login: "system".into(), name: "系统".into(), title: "自动".into(), ..Self::default()
        }
    }

    /// The actor an account is at the desk.
    pub(crate) fn of(account: &Account, live: &Live) -> Self {
        let mut actor = Self {
            id: account.id,
            login: account.login.clone(),
            name: account.name.clone(),
            stands_for: account.stands_for.clone(),
            ..Self::default()
        };
        for held in &account.roles {
            let Some(role) = live.pack.roles.get(&held.role) else { continue };
            actor.may.extend(role.may.iter().cloned());
            let place = place_of(held, live);
            // 区政府食安办 + 食安办 would say it twice.
            let words = format!("{place}{}", if place.ends_with(&role.title) { "" } else { &role.title });
            actor.title = if actor.title.is_empty() { words } else { format!("{}、{words}", actor.title) };
            actor.roles.push(RoleHeld { role: held.role.clone(), area: held.area.clone(), body: held.body });
        }
        actor
    }

    /// The same person as long as he goes by a password that another gave him: he may do nothing but change it.
    pub(crate) fn waiting_for_his_password(self) -> Self {
        Self { must_change: true, roles: Vec::new(), stands_for: Vec::new(), may: BTreeSet::new(), ..self }
    }

    pub fn is_system(&self) -> bool {
        self.id == 0
    }

    pub fn may(&self, what: &str) -> bool {
        self.is_system() || self.may.contains(what)
    }

    /// Whether he acts through a token that may only read.
    pub fn only_reads(&self) -> bool {
        self.reach.as_ref().is_some_and(|reach| !reach.writes)
    }

    /// Whether the token he acts through, if any, is for this register.
    pub fn reaches(&self, register: &str) -> bool {
        let registers = self.reach.as_ref().and_then(|reach| reach.registers.as_ref());
        registers.is_none_or(|registers| registers.contains(register))
    }
}

/// The place of a held role in words, for the person's title.
fn place_of<'l>(held: &HeldRole, live: &'l Live) -> &'l str {
    let body = held.body.and_then(|id| live.directory.body_name(id));
    body.or_else(|| held.area.as_deref().and_then(|path| live.directory.area_name(path))).unwrap_or_default()
}
