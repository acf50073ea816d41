//! Accounts 账号管理 under three separated administrators 三员分立 (GB/T 22239): the system administrator opens and closes accounts, the
//! security administrator grants roles and unlocks, the audit administrator reads what both did. No one person holds two of them.
use serde::Serialize;
use shian_pack::value::RecordId;
use shian_store::{Account, Event, HeldRole, StoreError, Tx};

use crate::actor::Actor;
use crate::office::Office;
use crate::refusal::{Problem, Refusal};
use crate::session::{happened, hash, weakness};

/// May open, close and reset accounts.
pub const SYSTEM: &str = "admin.system";
/// May grant roles and unlock.
pub const SECURITY: &str = "admin.security";
/// May read the audit.
pub const AUDIT: &str = "admin.audit";

/// What a new account needs.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub login: String,
    pub name: String,
    pub password: String,
    pub roles: Vec<RoleAsk>,
    pub stands_for: Vec<RecordId>,
}

/// A role and the codes of the area and the body it is held for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAsk {
    pub role: String,
    pub area: Option<String>,
    pub body: Option<String>,
}

impl RoleAsk {
    /// `role`, or `role@code` where the code is a body's or an area's. A body's people also act in the body's area.
    pub fn read(office: &Office, text: &str) -> Self {
        let (role, code) =
            text.split_once('@').map_or((text, None), |(role, code)| (role, Some(code.to_owned())));
        let pack = office.pack();
        let body = code.as_ref().and_then(|code| pack.bodies.iter().find(|body| &body.code == code));
        match body {
            Some(body) => Self { role: role.to_owned(), area: body.area.clone(), body: code },
            None => Self { role: role.to_owned(), area: code, body: None },
        }
    }
}

/// An account as administrators see it.
#[derive(Debug, Clone, Serialize)]
pub struct AccountView {
    pub id: i64,
    pub login: String,
    pub name: String,
    pub roles: Vec<String>,
    pub locked: bool,
    pub closed: bool,
}

/// One line of the audit.
#[derive(Debug, Clone, Serialize)]
pub struct EventView {
    pub id: i64,
    pub at: chrono::DateTime<chrono::Utc>,
    pub who: String,
    pub what: String,
    pub detail: String,
    pub from: String,
}

impl Office {
    /// Opens an account. The office itself (the command line) may give it roles at once; the system administrator may not.
    pub fn add_account(&self, actor: &Actor, ask: NewAccount) -> Result<i64, Refusal> {
        demand(actor, SYSTEM, "新建账号是系统管理员的事")?;
        if !actor.is_system() && !ask.roles.is_empty() {
            return Err(Refusal::forbidden("授予角色是安全管理员的事"));
        }
        self.check_account(&ask)?;
        let roles = self.resolve_roles(&ask.roles)?;
        let now = self.now();
        let mut account = Account {
            id: 0,
            login: ask.login.trim().to_owned(),
            name: ask.name.trim().to_owned(),
            password: hash(&ask.password)?,
            roles,
            stands_for: ask.stands_for,
            failed: 0,
            locked_until: None,
            password_at: now,
            created_at: now,
            closed_at: None,
            given: !actor.is_system(),
        };
        let by = actor.id;
        self.store().write(move |tx| {
            if tx.account_by_login(&account.login)?.is_some() {
                return Err(Refusal::conflict(format!("账号 {} 已有", account.login)));
            }
            tx.save_account(&mut account)?;
            tx.note_event(&happened(now, Some(by), "account_added", &account.login, ""))?;
            Ok(account.id)
        })
    }

    /// Sets a password that the person must change, unlocks, and signs the account out everywhere.
    pub fn reset_password(&self, actor: &Actor, login: &str, password: &str) -> Result<(), Refusal> {
        demand(actor, SYSTEM, "重设密码是系统管理员的事")?;
        if let Some(why) = weakness(password, login) {
            return Err(invalid("password", "密码", why));
        }
        let hashed = hash(password)?;
        let now = self.now();
        self.change_account(actor, login, "password_reset", move |tx, account| {
            account.password = hashed;
            account.password_at = now;
            account.given = true;
            account.failed = 0;
            account.locked_until = None;
            tx.close_sessions(account.id)
        })
    }

    /// Replaces the roles of an account. Nobody grants himself.
    pub fn grant(&self, actor: &Actor, login: &str, roles: &[RoleAsk]) -> Result<(), Refusal> {
        demand(actor, SECURITY, "授予角色是安全管理员的事")?;
        if actor.login == login {
            return Err(Refusal::forbidden("不能给自己授予角色"));
        }
        let held = self.resolve_roles(roles)?;
        self.change_account(actor, login, "roles_granted", move |tx, account| {
            account.roles = held;
            tx.close_sessions(account.id)
        })
    }

    pub fn unlock(&self, actor: &Actor, login: &str) -> Result<(), Refusal> {
        demand(actor, SECURITY, "解锁是安全管理员的事")?;
        self.change_account(actor, login, "unlocked", |_, account| {
            account.failed = 0;
            account.locked_until = None;
            Ok(())
        })
    }

    /// Closes an account for good; what it did stays.
    pub fn close_account(&self, actor: &Actor, login: &str) -> Result<(), Refusal> {
        demand(actor, SYSTEM, "注销账号是系统管理员的事")?;
        if actor.login == login {
            return Err(Refusal::forbidden("不能注销自己的账号"));
        }
        let now = self.now();
        self.change_account(actor, login, "account_closed", move |tx, account| {
            account.closed_at = Some(now);
            tx.close_sessions(account.id)
        })
    }

    /// All accounts, for any of the three administrators.
    pub fn accounts(&self, actor: &Actor) -> Result<Vec<AccountView>, Refusal> {
        if ![SYSTEM, SECURITY, AUDIT].iter().any(|right| actor.may(right)) {
            return Err(Refusal::NotFound);
        }
        let now = self.now();
        let all = self.store().read(|tx| tx.accounts())?;
        Ok(all
            .iter()
            .map(|account| {
                let roles = self.actor_of(account).title;
                AccountView {
                    id: account.id,
                    login: account.login.clone(),
                    name: account.name.clone(),
                    roles: roles.split('、').filter(|r| !r.is_empty()).map(str::to_owned).collect(),
                    locked: account.locked_until.is_some_and(|until| until > now),
                    closed: account.closed_at.is_some(),
                }
            })
            .collect())
    }

    /// The audit of the door and of administration, newest first, only for the audit administrator.
    pub fn events(&self, actor: &Actor, before: Option<i64>, limit: u32) -> Result<Vec<EventView>, Refusal> {
        if !actor.may(AUDIT) {
            return Err(Refusal::NotFound);
        }
        let (events, accounts) = self
            .store()
            .read(move |tx| Ok::<_, StoreError>((tx.events(before, limit.min(500))?, tx.accounts()?)))?;
        let name = |id: Option<i64>| match id {
            Some(0) => "系统".to_owned(),
            Some(id) => {
                accounts.iter().find(|a| a.id == id).map_or_else(|| id.to_string(), |a| a.name.clone())
            }
            None => "未知".to_owned(),
        };
        Ok(events.into_iter().map(|e| seen(e, &name)).collect())
    }

    fn change_account(
        &self,
        actor: &Actor,
        login: &str,
        kind: &'static str,
        change: impl FnOnce(&mut Tx, &mut Account) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), Refusal> {
        let now = self.now();
        let (by, login) = (actor.id, login.to_owned());
        self.store().write(move |tx| {
            let Some(mut account) = tx.account_by_login(&login)? else { return Err(Refusal::NotFound) };
            change(tx, &mut account)?;
            tx.save_account(&mut account)?;
            Ok(tx.note_event(&happened(now, Some(by), kind, &login, ""))?)
        })?;
        self.holders().forget();
        Ok(())
    }

    fn check_account(&self, ask: &NewAccount) -> Result<(), Refusal> {
        let mut problems = Vec::new();
        let login = ask.login.trim();
        let plain = login.len() >= 2 && login.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        if !plain {
            problems.push(Problem::new("login", "账号", "账号至少两个字符，只用字母、数字和 . _ -"));
        }
        if ask.name.trim().is_empty() {
            problems.push(Problem::new("name", "姓名", "请写姓名"));
        }
        if let Some(why) = weakness(&ask.password, login) {
            problems.push(Problem::new("password", "密码", why));
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid { problems }) }
    }

    /// Resolves roles and their places; refuses two that exclude each other.
    fn resolve_roles(&self, asks: &[RoleAsk]) -> Result<Vec<HeldRole>, Refusal> {
        let pack = self.pack();
        for ask in asks {
            let Some(role) = pack.roles.get(&ask.role) else {
                return Err(invalid("role", "角色", &format!("没有角色 {}", ask.role)));
            };
            if let Some(other) = asks.iter().find(|o| o.role != ask.role && role.excludes.contains(&o.role)) {
                let title = pack.roles.get(&other.role).map_or(other.role.as_str(), |r| r.title.as_str());
                return Err(Refusal::conflict(format!("{}与{title}不能由一人兼任", role.title)));
            }
        }
        asks.iter().map(|ask| self.resolve_role(ask)).collect()
    }

    fn resolve_role(&self, ask: &RoleAsk) -> Result<HeldRole, Refusal> {
        let live = self.live();
        let mut held = HeldRole { role: ask.role.clone(), area: None, body: None };
        if let Some(code) = &ask.area {
            let path = live.directory.area(code).and_then(|id| live.directory.path(id));
            held.area =
                Some(path.ok_or_else(|| invalid("role", "角色", &format!("没有区划 {code}")))?.to_owned());
        }
        if let Some(code) = &ask.body {
            let id = live.directory.body(code);
            held.body = Some(id.ok_or_else(|| invalid("role", "角色", &format!("没有单位 {code}")))?);
        }
        Ok(held)
    }
}

fn demand(actor: &Actor, right: &str, why: &str) -> Result<(), Refusal> {
    if actor.may(right) { Ok(()) } else { Err(Refusal::forbidden(why)) }
}

fn invalid(field: &str, title: &str, why: &str) -> Refusal {
    Refusal::Invalid { problems: vec![Problem::new(field, title, why)] }
}

fn seen(event: Event, name: &dyn Fn(Option<i64>) -> String) -> EventView {
    let what = match event.kind.as_str() {
        "sign_in" => "登录",
        "sign_in_failed" => "登录失败",
        "sign_in_locked" => "锁定中登录",
        "locked" => "账号锁定",
        "account_added" => "新建账号",
        "account_closed" => "注销账号",
        "password_reset" => "重设密码",
        "password_changed" => "修改密码",
        "password_refused" => "修改密码时输错",
        "sessions_ended" => "退出其他设备",
        "roles_granted" => "授予角色",
        "unlocked" => "解锁",
        "token_added" => "新建令牌",
        "token_revoked" => "撤销令牌",
        "webhook_added" => "新建变更推送",
        "webhook_dropped" => "撤销变更推送",
        other => other,
    };
    EventView {
        id: event.id,
        at: event.at,
        who: name(event.by),
        what: what.into(),
        detail: event.detail,
        from: event.from,
    }
}
