//! Where the office lives: flags over environment over `shian.toml` in the data folder.
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use clap::Args;
use serde::Deserialize;
use shian_service::{Clock, Office, OfficeConfig, ShiftedClock, SystemClock};

use crate::report::Failure;

/// The office's data folder and database.
#[derive(Args, Clone)]
pub struct Place {
    /// 数据目录 / data folder
    #[arg(long, env = "SHIAN_DATA", default_value = "data")]
    pub data: PathBuf,
    /// PostgreSQL 地址；缺省用数据目录里的 SQLite / database URL, otherwise SQLite in the data folder
    #[arg(long, env = "SHIAN_DATABASE")]
    pub database: Option<String>,
}

/// `shian.toml` in the data folder; every key may be absent.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// A demo office lives on this day; absent: the machine's clock.
    pub today: Option<NaiveDate>,
    /// PostgreSQL URL.
    pub database: Option<String>,
    /// `address:port` to listen on.
    pub listen: Option<String>,
    /// Cookies only over HTTPS; true behind a TLS proxy.
    pub secure_cookie: Option<bool>,
    /// `[api]`: the REST API.
    #[serde(default)]
    pub api: Api,
    /// `[webhooks]`: who may be told of changes.
    #[serde(default)]
    pub webhooks: Webhooks,
}

/// Where webhooks may lead besides public addresses.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Private addresses and ranges, such as `10.1.0.0/16`.
    pub allow: Vec<String>,
}

/// How the REST API serves.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Requests that a caller has in a minute; 0: without limit.
    pub per_minute: u32,
}

impl Default for Api {
    fn default() -> Self {
        Self { per_minute: 12_000 }
    }
}

impl Place {
    /// Reads `shian.toml`, an empty one when it is absent.
    pub fn file(&self) -> Result<File, Failure> {
        let path = self.data.join("shian.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map_err(|e| Failure::usage(format!("{}: {e}", path.display()))),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(File::default()),
            Err(e) => Err(Failure::usage(format!("{}: {e}", path.display()))),
        }
    }

    /// Makes the office live on `day` from its next start on, unless its `shian.toml` says something else already.
    pub fn stand_on(&self, day: NaiveDate) -> Result<(), Failure> {
        if self.file()?.today.is_some() {
            return Ok(());
        }
        let path = self.data.join("shian.toml");
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(&path, format!("# 演示办公室停在这一天\ntoday = \"{day}\"\n{old}"))?;
        Ok(())
    }

    pub fn open(&self) -> Result<Office, Failure> {
        let file = self.file()?;
        let clock: Arc<dyn Clock> = match file.today {
            Some(day) => Arc::new(ShiftedClock::to(day)),
            None => Arc::new(SystemClock),
        };
        let database = self.database.clone().or(file.database);
        Ok(Office::open(OfficeConfig { data: self.data.clone(), database }, clock)?)
    }
}
