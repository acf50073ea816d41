//! What the store's tests play on: a pack made by hand and an empty store on each database.
#![allow(dead_code)] // each test file takes what it needs
#![allow(clippy::expect_used)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, NaiveDate, Utc};
use indexmap::IndexMap;
use shian_pack::field::{ChoiceList, Field, FieldKind, Need};
use shian_pack::register::{Access, Register, ScopeRule, Template};
use shian_pack::{Pack, Value};
use shian_store::{Checked, Location, Record, Stamp, Store, StoreError};

/// An empty store of its own, gone when dropped.
pub struct Stage {
    pub store: Store,
    pub location: Location,
    pub folder: tempfile::TempDir,
    server: Option<(String, String)>,
}

impl Stage {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = Location::Sqlite(folder.path().join("office.db"));
        let store = Store::open(&location, folder.path()).expect("an empty store opens");
        Self { store, location, folder, server: None }
    }

    /// `None`, said plainly, without a server to test on.
    pub fn postgres() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var("SHIAN_TEST_PG") else {
            eprintln!("skipped on PostgreSQL: SHIAN_TEST_PG is not set");
            return None;
        };
        let name = format!("shian_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        admin(&server, &format!("CREATE DATABASE {name}"));
        let (base, _) = server.rsplit_once('/').expect("the URL names a database");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = Location::Postgres(format!("{base}/{name}"));
        let store = Store::open(&location, folder.path()).expect("an empty store opens");
        Some(Self { store, location, folder, server: Some((server, name)) })
    }

    pub fn is_sqlite(&self) -> bool {
        self.server.is_none()
    }

    pub fn database_file(&self) -> PathBuf {
        self.folder.path().join("office.db")
    }

    /// Runs SQL behind the store's back.
    pub fn tamper(&self, sql: &str) {
        match &self.location {
            Location::Sqlite(path) => {
                let db = rusqlite::Connection::open(path).expect("the file opens");
                db.busy_timeout(std::time::Duration::from_secs(10)).expect("a timeout");
                db.execute_batch(sql).expect("the statement runs");
            }
            Location::Postgres(url) => admin(url, sql),
        }
    }

    pub fn apply(&self, pack: &Pack) {
        self.store.migrate(pack, false, at(0)).expect("the pack applies");
    }

    pub fn create(&self, register: &Register, checked: Checked) -> Result<Record, StoreError> {
        let register = register.clone();
        self.store.write(move |tx| tx.insert(&register, checked, &stamp("create")))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            admin(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

pub fn admin(url: &str, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (client, connection) =
            tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the server answers");
        let done = tokio::spawn(connection);
        client.batch_execute(sql).await.expect("the statement runs");
        drop(client);
        done.await.expect("the connection ends").expect("the connection ends well");
    });
}

/// Runs each test on both databases.
#[macro_export]
macro_rules! on_both_databases {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[test] fn $test() { super::$test(&super::stage::Stage::sqlite()); })*
        }
        mod postgres {
            $(#[test] fn $test() {
                if let Some(stage) = super::stage::Stage::postgres() { super::$test(&stage); }
            })*
        }
    };
}

/// So many seconds after a fixed morning.
pub fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_690_000_000 + seconds, 0).expect("a time")
}

pub fn stamp(act: &str) -> Stamp {
    Stamp { at: at(0), by: 7, act: act.to_owned(), reason: None }
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

pub fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().expect("a decimal"))
}

pub fn field(id: &str, kind: FieldKind) -> Field {
    Field {
        id: id.to_owned(),
        title: format!("题{id}"),
        kind,
        required: Need::Never,
        shown: None,
        default: None,
        check: None,
        says: None,
        calc: None,
        from: None,
        search: false,
        secret: Vec::new(),
        section: None,
        hint: None,
        source: IndexMap::new(),
    }
}

pub fn plain_text() -> FieldKind {
    FieldKind::Text { max: 200 }
}

pub fn choice() -> FieldKind {
    FieldKind::Choice { list: ChoiceList::Inline(Vec::new()) }
}

pub fn register(id: &str, fields: Vec<Field>) -> Register {
    Register {
        id: id.to_owned(),
        title: format!("台账{id}"),
        group: String::new(),
        measures: Vec::new(),
        name: Template { parts: Vec::new() },
        number: None,
        when: None,
        unique: Vec::new(),
        scope: ScopeRule::default(),
        fields: fields.into_iter().map(|field| (field.id.clone(), field)).collect(),
        states: [("open".to_owned(), "正常".to_owned()), ("closed".to_owned(), "注销".to_owned())]
            .into_iter()
            .collect(),
        waits: None,
        steps: IndexMap::new(),
        deadlines: IndexMap::new(),
        access: Access::default(),
        views: IndexMap::new(),
        columns: Vec::new(),
        exports: IndexMap::new(),
        seed: None,
        every: None,
        file: PathBuf::new(),
    }
}

pub fn pack(registers: Vec<Register>) -> Pack {
    Pack {
        id: "test".to_owned(),
        registers: registers.into_iter().map(|register| (register.id.clone(), register)).collect(),
        ..Pack::default()
    }
}

/// Shops, and visits to them: a ref, many refs, owners, numbers, a unique key, every kind of storage.
pub fn shops_and_visits() -> Pack {
    let mut shop = register(
        "shop",
        vec![
            Field { search: true, ..field("title", plain_text()) },
            field("code", FieldKind::CreditCode),
            field("kind", choice()),
            field("diners", FieldKind::Integer { unit: None }),
            field("score", FieldKind::Decimal { digits: 2, unit: None }),
            field("rent", FieldKind::Money),
            field("opened", FieldKind::Date),
            field("seen", FieldKind::Time),
            field("good", FieldKind::Bool),
            field("keeper", FieldKind::Person),
            field("staff", FieldKind::Refs { register: "shop".to_owned() }),
            field("photos", FieldKind::Image { many: true }),
            field("rows", FieldKind::Table { columns: columns(vec![field("n", FieldKind::Money)]) }),
        ],
    );
    shop.unique = vec![vec!["code".to_owned(), "kind".to_owned()]];
    shop.scope = ScopeRule {
        area: Some("area".to_owned()),
        body: Some("body".to_owned()),
        own: Some("keeper".to_owned()),
    };
    let mut visit = register(
        "visit",
        vec![
            field("shop", FieldKind::Ref { register: "shop".to_owned() }),
            field("on", FieldKind::Date),
            field("people", FieldKind::Refs { register: "shop".to_owned() }),
        ],
    );
    visit.number = Some("JC-{year}-{seq:6}".to_owned());
    visit.when = Some("on".to_owned());
    visit.scope =
        ScopeRule { area: Some("shop.area".to_owned()), body: None, own: Some("people".to_owned()) };
    pack(vec![shop, visit])
}

pub fn columns(fields: Vec<Field>) -> IndexMap<String, Field> {
    fields.into_iter().map(|field| (field.id.clone(), field)).collect()
}

pub fn checked(name: &str, fields: &[(&str, Value)]) -> Checked {
    Checked {
        state: "open".to_owned(),
        name: name.to_owned(),
        area: "1/11/".to_owned(),
        fields: fields.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect(),
        ..Checked::default()
    }
}
