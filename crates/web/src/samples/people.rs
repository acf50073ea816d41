//! Accounts and administration as the service might tell them.

use shian_service::{
    Problem,
    account::{OwnAccount, SessionView},
};

use super::moment;
use crate::pages::account::AccountPage;

pub fn account() -> AccountPage {
    let session = |key: &str, here| SessionView {
        key: key.into(),
        opened_at: moment(),
        seen_at: moment(),
        from: "10.1.2.3".into(),
        here,
    };
    let own = OwnAccount {
        login: "shian".into(),
        name: "示例周主任".into(),
        title: "区食安办食安办".into(),
        password_at: moment(),
        must_change: false,
        sessions: vec![session("a1", true), session("b2", false)],
    };
    AccountPage {
        own,
        problems: vec![Problem::new("current", "现在的密码", "现在的密码不对")],
        done: Some("account.done_password"),
    }
}
