//! `/api/openapi.json`: the API described in OpenAPI 3.1, made from the applied pack. A caller is told of the registers he may
//! read; the system administrator, who sets programs up, of all; a stranger of none.

mod example;
mod paths;
mod schema;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use shian_pack::{Pack, Register};

use super::{
    caller::{self, Caller},
    problem::{Answer, Problem},
    records, sent,
};
use crate::router::Site;

/// What does not depend on the pack.
const BASE: &str = include_str!("base.json");
/// May be told of everything, for setting up programs.
const SYSTEM: &str = "admin.system";
/// Descriptions kept: about as many as there are kinds of reader.
const KEPT_MAX: usize = 64;

/// Descriptions that were made, by the pack's digest and the registers they tell of.
#[derive(Default)]
pub struct Descriptions(Mutex<HashMap<(String, Vec<String>), Bytes>>);

impl Descriptions {
    fn get(&self, pack: &Pack, registers: Vec<String>) -> Bytes {
        let key = (pack.digest.clone(), registers);
        if let Some(made) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return made.clone();
        }
        let told: Vec<&Register> = key.1.iter().filter_map(|id| pack.register(id)).collect();
        let made = Bytes::from(describe(pack, &told).to_string());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT_MAX {
            kept.clear();
        }
        kept.insert(key, made.clone());
        made
    }
}

/// The whole description.
pub fn describe(pack: &Pack, registers: &[&Register]) -> Value {
    let mut document: Value = serde_json::from_str(BASE).unwrap_or_default();
    for register in registers {
        paths::add(&mut document, pack, register);
    }
    document
}

/// Registers that a caller is told of.
pub async fn told(caller: &Caller) -> Result<Vec<String>, Problem> {
    let pack = caller.site.office.pack();
    if caller.actor.may(SYSTEM) {
        return Ok(pack.registers.keys().cloned().collect());
    }
    Ok(super::registers::reached(caller).await?.into_iter().map(|entry| entry.id).collect())
}

/// `GET /api/openapi.json`
pub async fn show(State(site): State<Site>, headers: HeaderMap) -> Response {
    let mut response = document(&site, &headers).await.unwrap_or_else(IntoResponse::into_response);
    caller::protect(response.headers_mut());
    response
}

async fn document(site: &Site, headers: &HeaderMap) -> Answer {
    let registers = match caller::known(site, headers).await? {
        Some(caller) => told(&caller).await?,
        None => Vec::new(),
    };
    let pack = site.office.pack();
    let tag = format!("{}-{}", pack.digest.get(..16).unwrap_or_default(), registers.len());
    let mut response = if sent::has(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kept = Arc::clone(&site.api);
        let made = tokio::task::spawn_blocking(move || kept.descriptions.get(&pack, registers)).await;
        let made = made.map_err(|stopped| Problem::of_query(shian_service::Refusal::internal(&stopped)))?;
        records::json(StatusCode::OK, made.to_vec())
    };
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}
