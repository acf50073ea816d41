//! An office with the small pack behind the real router, and callers with tokens.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use chrono::NaiveDate;
use serde_json::Value;
use shian_service::{Actor, NewAccount, Office, OfficeConfig, RoleAsk, SetClock, TokenAsk, TokenReach};
use shian_web::WebConfig;
use tower::ServiceExt;

pub const PASSWORD: &str = "Nine-lives-2023";

pub struct Stage {
    pub office: Arc<Office>,
    pub clock: Arc<SetClock>,
    pub router: Router,
    pub data: tempfile::TempDir,
}

/// An answer, taken apart.
#[derive(Debug, Clone)]
pub struct Told {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub bytes: Vec<u8>,
}

impl Told {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("it is ASCII"))
    }
}

/// With the day 2023-09-15, an officer, an inspector of each township, an administrator.
pub fn stage() -> Stage {
    stage_with(0)
}

pub fn stage_with(per_minute: u32) -> Stage {
    let data = tempfile::tempdir().expect("a folder");
    let day = NaiveDate::from_ymd_opt(2023, 9, 15).expect("a day");
    let clock = Arc::new(SetClock::on(day));
    let config = OfficeConfig { data: data.path().to_path_buf(), database: None };
    let office = Arc::new(Office::open(config, clock.clone()).expect("it opens"));
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pack/tests/packs/small");
    office.apply_pack(&pack, false).expect("it applies");
    for (login, role) in [
        ("officer", "office"),
        ("east", "inspector@410001101"),
        ("west", "inspector@410001102"),
        ("system", "sysadmin"),
    ] {
        let ask = NewAccount {
            login: login.into(),
            name: login.into(),
            password: PASSWORD.into(),
            roles: vec![RoleAsk::read(&office, role)],
            stands_for: Vec::new(),
        };
        office.add_account(&Actor::system(), ask).expect("an account");
    }
    let config = WebConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        secure_cookie: false,
        dev: false,
        api_per_minute: per_minute,
    };
    let router = shian_web::router(office.clone(), &config).expect("run `npm run build` in web/ first");
    Stage { office, clock, router, data }
}

impl Stage {
    /// A token that does all its owner may.
    pub fn token(&self, login: &str) -> String {
        self.narrow(login, true, None)
    }

    pub fn narrow(&self, login: &str, writes: bool, registers: Option<&[&str]>) -> String {
        let person = self.office.person(&Actor::system(), login).expect("a person");
        let registers = registers.map(|ids| ids.iter().map(ToString::to_string).collect::<BTreeSet<_>>());
        let ask = TokenAsk { title: "测试".into(), reach: TokenReach { writes, registers }, days: 30 };
        self.office.add_token(&person, ask).expect("a token").token
    }

    pub async fn send(&self, request: Request<Body>) -> Told {
        let response = self.router.clone().oneshot(request).await.expect("it answers");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.expect("it is whole").to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Told { status: parts.status, headers: parts.headers, body, bytes }
    }

    pub async fn get(&self, token: &str, path: &str) -> Told {
        self.ask("GET", token, path, &[], None).await
    }

    pub async fn post(&self, token: &str, path: &str, body: Value) -> Told {
        self.ask("POST", token, path, &[], Some(body)).await
    }

    pub async fn ask(
        &self,
        method: &str,
        token: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Told {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        request = request.header("authorization", format!("Bearer {token}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.send(request.body(body).expect("a request")).await
    }

    /// A shop in a township, by its office; its id.
    pub async fn shop(&self, name: &str, township: &str) -> i64 {
        let told =
            self.post(&self.token("officer"), "/records/food_business", shop(self, name, township)).await;
        assert_eq!(told.status, 201, "{}", told.body);
        told.body["id"].as_i64().expect("an id")
    }

    /// Id of an area.
    pub fn area(&self, name: &str) -> i64 {
        let ask = shian_service::view::ListAsk {
            register: "area".into(),
            search: Some(name.into()),
            ..Default::default()
        };
        let officer = self.office.person(&Actor::system(), "officer").expect("a person");
        self.office.list(&officer, &ask).expect("a list").rows[0].id
    }
}

/// What a new shop needs.
pub fn shop(stage: &Stage, name: &str, township: &str) -> Value {
    serde_json::json!({ "fields": {
        "name": name, "credit_code": "91410100MA3X000008", "premises": format!("{name}路 1 号"),
        "area": stage.area(township), "kind": "restaurant", "phone": "13800000000",
        "turnover": "1234.5", "area_m2": "60",
    } })
}
