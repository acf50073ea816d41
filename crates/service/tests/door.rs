//! The door and its three administrators on a small pack.
#![allow(clippy::unwrap_used)] // helpers beside the tests unwrap too

mod office;

use chrono::Duration;
use office::Setting;
use shian_service::account::PasswordChange;
use shian_service::{Actor, NewAccount, Refusal, RoleAsk};

const WORD: &str = "Right-Word-2023";

fn add(setting: &Setting, login: &str, roles: &[&str]) -> Result<i64, Refusal> {
    let roles = roles.iter().map(|text| RoleAsk::read(&setting.office, text)).collect();
    let ask = NewAccount {
        login: login.into(),
        name: format!("示例{login}"),
        password: WORD.into(),
        roles,
        stands_for: Vec::new(),
    };
    setting.office.add_account(&Actor::system(), ask)
}

fn enter(setting: &Setting, login: &str) -> Actor {
    setting.office.sign_in(login, WORD, "test").unwrap().1
}

#[test]
fn a_person_comes_in_with_the_roles_of_his_account_and_goes_out_again() {
    let (setting, _) = Setting::new();
    add(&setting, "wang", &["inspector@410001101"]).unwrap();
    let (token, actor) = setting.office.sign_in("wang", WORD, "10.0.0.1").unwrap();
    assert_eq!(actor.roles[0].role, "inspector");
    assert!(actor.roles[0].area.as_deref().is_some_and(|path| path.ends_with("410001101/")));
    assert!(actor.title.ends_with("执法人员"));
    assert_eq!(setting.office.actor(&token).unwrap().map(|a| a.login), Some("wang".into()));
    setting.office.sign_out(&token).unwrap();
    assert_eq!(setting.office.actor(&token).unwrap(), None);
    assert_eq!(setting.office.actor("made-up").unwrap(), None);
}

#[test]
fn five_wrong_passwords_lock_the_account_even_against_the_right_one() {
    let (setting, _) = Setting::new();
    add(&setting, "wang", &["office"]).unwrap();
    for _ in 0..5 {
        assert!(matches!(setting.office.sign_in("wang", "wrong", ""), Err(Refusal::Locked { .. })));
    }
    let locked = setting.office.sign_in("wang", WORD, "").unwrap_err();
    assert!(locked.to_string().contains("15 分钟后"), "{locked}");
    setting.pass(Duration::minutes(16));
    assert!(setting.office.sign_in("wang", WORD, "").is_ok(), "the lock opens by itself");
}

#[test]
fn a_session_ends_when_nobody_uses_it_and_when_the_account_is_closed() {
    let (setting, _) = Setting::new();
    add(&setting, "wang", &["office"]).unwrap();
    add(&setting, "xitong", &["sysadmin"]).unwrap();
    let (token, _) = setting.office.sign_in("wang", WORD, "").unwrap();
    setting.pass(Duration::minutes(29));
    assert!(setting.office.actor(&token).unwrap().is_some());
    setting.pass(Duration::minutes(31));
    assert!(setting.office.actor(&token).unwrap().is_none(), "idle");
    let (token, _) = setting.office.sign_in("wang", WORD, "").unwrap();
    setting.office.close_account(&enter(&setting, "xitong"), "wang").unwrap();
    assert!(setting.office.actor(&token).unwrap().is_none(), "closed");
    assert!(setting.office.sign_in("wang", WORD, "").is_err());
}

#[test]
fn no_one_person_holds_two_of_the_three_administrators() {
    let (setting, _) = Setting::new();
    for pair in [["sysadmin", "secadmin"], ["secadmin", "auditor"], ["auditor", "sysadmin"]] {
        let refused = add(&setting, "both", &pair).unwrap_err();
        assert!(matches!(refused, Refusal::Conflict { .. }), "{pair:?}: {refused:?}");
    }
}

#[test]
fn each_administrator_does_his_own_part_and_no_other() {
    let (setting, _) = Setting::new();
    for (login, role) in
        [("xitong", "sysadmin"), ("anquan", "secadmin"), ("shenji", "auditor"), ("ban", "office")]
    {
        add(&setting, login, &[role]).unwrap();
    }
    let [system, security, audit, clerk] =
        ["xitong", "anquan", "shenji", "ban"].map(|login| enter(&setting, login));
    let office = &setting.office;
    let new = |roles: Vec<RoleAsk>| NewAccount {
        login: "new".into(),
        name: "示例新人".into(),
        password: WORD.into(),
        roles,
        stands_for: Vec::new(),
    };
    let role = |text: &str| vec![RoleAsk::read(office, text)];
    for other in [&security, &audit, &clerk] {
        assert!(
            matches!(office.add_account(other, new(vec![])), Err(Refusal::Forbidden { .. })),
            "{}",
            other.login
        );
    }
    assert!(matches!(office.add_account(&system, new(role("office"))), Err(Refusal::Forbidden { .. })));
    office.add_account(&system, new(vec![])).unwrap();
    for other in [&system, &audit, &clerk] {
        assert!(
            matches!(office.grant(other, "new", &role("office")), Err(Refusal::Forbidden { .. })),
            "{}",
            other.login
        );
    }
    office.grant(&security, "new", &role("office")).unwrap();
    assert!(
        matches!(office.grant(&security, "anquan", &role("office")), Err(Refusal::Forbidden { .. })),
        "himself"
    );
    for other in [&system, &security, &clerk] {
        assert!(matches!(office.events(other, None, 50), Err(Refusal::NotFound)), "{}", other.login);
    }
    let kinds: Vec<String> = office.events(&audit, None, 50).unwrap().into_iter().map(|e| e.what).collect();
    assert!(kinds.contains(&"授予角色".to_string()) && kinds.contains(&"新建账号".to_string()), "{kinds:?}");
    assert!(matches!(office.accounts(&clerk), Err(Refusal::NotFound)));
    assert_eq!(office.accounts(&audit).unwrap().len(), 9, "five of this test, four of every test office");
}

#[test]
fn a_weak_password_is_refused_with_the_reason() {
    let (setting, _) = Setting::new();
    for (word, why) in [("short1A", "10 位"), ("alllowercase", "三种"), ("Wang-2023-xx", "账号")] {
        let ask = NewAccount {
            login: "wang".into(),
            name: "示例王".into(),
            password: word.into(),
            roles: vec![],
            stands_for: vec![],
        };
        let Err(Refusal::Invalid { problems }) = setting.office.add_account(&Actor::system(), ask) else {
            panic!("{word} was taken")
        };
        assert!(problems[0].message.contains(why), "{word}: {}", problems[0].message);
    }
}

#[test]
fn an_unknown_login_and_a_wrong_password_are_told_alike() {
    let (setting, _) = Setting::new();
    add(&setting, "wang", &["office"]).unwrap();
    let unknown = setting.office.sign_in("nobody", WORD, "").unwrap_err().to_string();
    assert_eq!(unknown, setting.office.sign_in("wang", "wrong", "").unwrap_err().to_string());
}

fn change(current: &str, new: &str, again: &str) -> PasswordChange {
    PasswordChange { current: current.into(), new: new.into(), again: again.into() }
}

#[test]
fn a_person_changes_his_password_and_every_other_browser_is_signed_out() {
    let (setting, _) = Setting::new();
    add(&setting, "wang", &["office"]).unwrap();
    let (other, _) = setting.office.sign_in("wang", WORD, "10.0.0.2").unwrap();
    let (here, actor) = setting.office.sign_in("wang", WORD, "10.0.0.1").unwrap();
    let own = setting.office.own_account(&actor, &here).unwrap();
    assert_eq!(own.sessions.len(), 2);
    assert!(own.sessions[0].here && own.sessions[0].from == "10.0.0.1");
    setting
        .office
        .change_password(&actor, &here, &change(WORD, "Other-Word-2024", "Other-Word-2024"))
        .unwrap();
    assert!(setting.office.actor(&here).unwrap().is_some(), "this browser stays");
    assert!(setting.office.actor(&other).unwrap().is_none(), "the other one is out");
    assert!(setting.office.sign_in("wang", WORD, "").is_err());
    assert!(setting.office.sign_in("wang", "Other-Word-2024", "").is_ok());
}

#[test]
fn a_new_password_is_refused_with_every_reason_at_once() {
    let (setting, _) = Setting::new();
    add(&setting, "wang", &["office"]).unwrap();
    let (token, actor) = setting.office.sign_in("wang", WORD, "").unwrap();
    let fields = |ask: PasswordChange| match setting.office.change_password(&actor, &token, &ask) {
        Err(Refusal::Invalid { problems }) => {
            problems.into_iter().filter_map(|problem| problem.field).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(fields(change("wrong", "Other-Word-2024", "Other-Word-2024")), ["current"]);
    assert_eq!(fields(change(WORD, "short", "shorter")), ["new", "again"]);
    assert_eq!(fields(change(WORD, WORD, WORD)), ["new"], "the same one again");
    for _ in 0..5 {
        let _ = setting.office.change_password(&actor, &token, &change("wrong", "x", "x"));
    }
    let locked =
        setting.office.change_password(&actor, &token, &change(WORD, "Other-Word-2024", "Other-Word-2024"));
    assert!(matches!(locked, Err(Refusal::Conflict { .. })), "a stolen browser does not try for long");
}

#[test]
fn a_password_given_by_another_opens_nothing_until_it_is_changed() {
    let (setting, _) = Setting::new();
    add(&setting, "wang", &["office"]).unwrap();
    add(&setting, "xitong", &["sysadmin"]).unwrap();
    setting.office.reset_password(&enter(&setting, "xitong"), "wang", "Given-Word-2023").unwrap();
    let (token, given) = setting.office.sign_in("wang", "Given-Word-2023", "").unwrap();
    assert!(given.must_change && given.roles.is_empty() && given.stands_for.is_empty());
    assert!(setting.office.menu(&given).unwrap().is_empty(), "he may read nothing");
    setting
        .office
        .change_password(&given, &token, &change("Given-Word-2023", "Other-Word-2024", "Other-Word-2024"))
        .unwrap();
    let own = setting.office.actor(&token).unwrap().unwrap();
    assert!(!own.must_change && own.roles.len() == 1);
}

#[test]
fn a_person_signs_out_his_other_browsers_and_nobody_elses() {
    let (setting, _) = Setting::new();
    add(&setting, "wang", &["office"]).unwrap();
    add(&setting, "li", &["office"]).unwrap();
    let (strange, _) = setting.office.sign_in("li", WORD, "").unwrap();
    let (lost, _) = setting.office.sign_in("wang", WORD, "").unwrap();
    let (here, actor) = setting.office.sign_in("wang", WORD, "").unwrap();
    let keys: Vec<String> =
        setting.office.own_account(&actor, &here).unwrap().sessions.into_iter().map(|s| s.key).collect();
    assert!(
        matches!(setting.office.end_sessions(&actor, &here, Some(&keys[0])), Err(Refusal::NotFound)),
        "not this one"
    );
    assert!(matches!(setting.office.end_sessions(&actor, &here, Some("")), Err(Refusal::NotFound)));
    setting.office.end_sessions(&actor, &here, Some(&keys[1])).unwrap();
    assert!(setting.office.actor(&lost).unwrap().is_none());
    assert!(setting.office.actor(&strange).unwrap().is_some());
}
