//! An office with the small pack in a folder of its own, on a day that stands still.
#![allow(dead_code)] // each test binary uses its part
#![allow(clippy::unwrap_used, clippy::panic)] // test code, though not in a #[test] function

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use shian_service::view::{ListAsk, RecordView};
use shian_service::{Actor, Applied, Draft, NewAccount, Office, OfficeConfig, RoleHeld, SetClock};
use tempfile::TempDir;

/// 2023-09-15, a Friday.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 9, 15).unwrap()
}

/// Accounts in the order they are opened.
pub const OFFICER: i64 = 1;
pub const EAST: i64 = 2;
pub const WEST: i64 = 3;
pub const OWNER: i64 = 4;

pub struct Setting {
    pub office: Arc<Office>,
    pub clock: Arc<SetClock>,
    database: Option<String>,
    data: TempDir,
}

pub fn small() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../pack/tests/packs/small")
}

impl Setting {
    pub fn new() -> (Self, Applied) {
        Self::with(None)
    }

    /// `database`: URL of an empty PostgreSQL database; None: SQLite in the folder.
    pub fn with(database: Option<String>) -> (Self, Applied) {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::on(today()));
        let config = OfficeConfig { data: data.path().to_path_buf(), database: database.clone() };
        let office = Office::open(config, clock.clone()).unwrap();
        let mut accounts = ["office1", "east1", "west1", "owner1"].into_iter().map(|login| {
            let (name, password) = (login.to_string(), "Nine-lives-2023".to_string());
            let ask =
                NewAccount { login: name.clone(), name, password, roles: Vec::new(), stands_for: Vec::new() };
            office.add_account(&Actor::system(), ask).unwrap()
        });
        let ids = [accounts.next(), accounts.next(), accounts.next(), accounts.next()].map(Option::unwrap);
        drop(accounts);
        assert_eq!(ids, [OFFICER, EAST, WEST, OWNER], "the first ids of an empty office");
        let applied = office.apply_pack(&small(), false).unwrap();
        (Self { office: Arc::new(office), clock, database, data }, applied)
    }

    /// Lets time go by.
    pub fn pass(&self, time: chrono::Duration) {
        self.clock.set(self.office.now() + time);
    }

    /// The same data folder, opened anew.
    pub fn reopen(&self) -> Office {
        let config = OfficeConfig { data: self.data.path().to_path_buf(), database: self.database.clone() };
        Office::open(config, self.clock.clone()).unwrap()
    }

    /// Applies the small pack with its registers' texts changed.
    pub fn apply_changed(&self, change: impl Fn(&str, String) -> String) -> Applied {
        let changed = self.data.path().join("changed");
        copy(&small(), &changed, &change);
        self.office.apply_pack(&changed, false).unwrap()
    }

    pub fn apply(&self) -> Applied {
        self.office.apply_pack(&small(), false).unwrap()
    }
}

pub fn copy(from: &Path, to: &Path, change: &impl Fn(&str, String) -> String) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            copy(&path, &to.join(name), change);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            std::fs::write(to.join(&name), change(&name.to_string_lossy(), text)).unwrap();
        }
    }
}

pub fn actor(id: i64, roles: Vec<RoleHeld>) -> Actor {
    Actor { id, login: format!("u{id}"), name: format!("示例{id}"), roles, ..Actor::default() }
}

pub fn officer() -> Actor {
    actor(OFFICER, vec![RoleHeld { role: "office".into(), ..RoleHeld::default() }])
}

/// An inspector of one township and of its government's.
pub fn township_inspector(setting: &Setting, township: &str) -> Actor {
    let ask = |register: &str, name: &str| ListAsk {
        register: register.into(),
        search: Some(name.into()),
        ..ListAsk::default()
    };
    let area = setting.office.list(&officer(), &ask("area", township)).unwrap();
    let body = setting.office.list(&officer(), &ask("body", township)).unwrap();
    let code = match township {
        "东镇" => "410001101",
        "西乡" => "410001102",
        other => panic!("no township {other}"),
    };
    assert_eq!(area.rows.len(), 1);
    let held = RoleHeld {
        role: "inspector".into(),
        area: Some(format!("410001/{code}/")),
        body: Some(body.rows[0].id),
    };
    actor(if township == "东镇" { EAST } else { WEST }, vec![held])
}

/// The owner of a business, who sees his own.
pub fn owner() -> Actor {
    actor(OWNER, vec![RoleHeld { role: "business".into(), ..RoleHeld::default() }])
}

/// A shop with everything that must be filled in.
pub fn business(area: &str) -> Draft {
    Draft::new()
        .text("name", "示例小吃店")
        .text("credit_code", "91410100MA3X000008")
        .text("premises", "示例路１号")
        .text("area", area)
        .text("kind", "餐馆")
        .text("phone", "138 0000 0000")
}

/// What the page shows in a field.
pub fn text(view: &RecordView, field: &str) -> String {
    let fields = view.sections.iter().flat_map(|section| &section.fields);
    fields.clone().find(|found| found.id == field).map(|found| found.text.clone()).unwrap_or_default()
}
