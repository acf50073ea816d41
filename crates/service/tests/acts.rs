//! How many acts a second the desk takes, beside bare grouped inserts of the same rows; run by hand:
//! `cargo test --release -p shian-service --test acts -- --ignored --nocapture`. Both commit in groups from sixteen hands;
//! the difference is what permit, check, clocks and indicators cost.
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use shian_service::{Act, Actor, Draft, Office, OfficeConfig, RoleHeld, SystemClock};
use shian_store::{Checked, Location, Stamp, Store, StoreError};

const HANDS: usize = 16;
const EACH: usize = 500;

#[test]
#[ignore = "measures the machine, asserts nothing about time"]
fn acts_beside_bare_inserts() -> Result<(), Box<dyn std::error::Error>> {
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../pack/tests/packs/small");
    let data = tempfile::tempdir()?;
    let config = OfficeConfig { data: data.path().to_path_buf(), database: None };
    let office = Office::open(config, Arc::new(SystemClock))?;
    office.apply_pack(&pack, false)?;
    let officer = Actor {
        id: 1,
        roles: vec![RoleHeld { role: "office".into(), ..RoleHeld::default() }],
        ..Actor::default()
    };
    let place = |n: usize| {
        Draft::new()
            .text("name", format!("示例小吃店{n}"))
            .text("credit_code", "91411503MA40A1B28X")
            .text("premises", format!("示例路{n}号"))
            .text("area", office.pack().areas[1].name.clone())
            .text("kind", "restaurant")
            .text("phone", "13800000000")
    };
    let acts = rate(|n| {
        let act = Act::Create { register: "food_business".into(), draft: place(n) };
        office.act(&officer, act).map(|_| ()).map_err(|refusal| format!("{refusal:?}"))
    })?;
    let view = office.list(
        &officer,
        &shian_service::view::ListAsk { register: "food_business".into(), ..Default::default() },
    )?;
    let id = view.rows.first().map(|row| row.id).unwrap_or_default();
    let (pack, bare) = (office.pack(), tempfile::tempdir()?);
    drop(office);
    let full = Store::open(&Location::Sqlite(data.path().join("shian.db")), data.path())?;
    let register = pack.registers["food_business"].clone();
    let scope = Actor::system();
    let like = sample(&full, &register, id)?;
    let store = Store::open(&Location::Sqlite(bare.path().join("shian.db")), bare.path())?;
    store.migrate(&pack, false, chrono::Utc::now())?;
    let inserts = rate(|n| {
        let (register, mut checked) = (register.clone(), like.clone());
        checked.fields.insert("premises".into(), shian_pack::Value::Text(format!("示例路{n}号")));
        let stamp = Stamp { at: chrono::Utc::now(), by: scope.id, act: "create".into(), reason: None };
        store
            .write(move |tx| tx.insert(&register, checked, &stamp).map(|_| ()))
            .map_err(|e: StoreError| e.to_string())
    })?;
    println!("acts {acts:.0}/s, bare inserts {inserts:.0}/s: {:.0} %", acts / inserts * 100.0);
    Ok(())
}

/// The content of one record as the desk wrote it.
fn sample(store: &Store, register: &shian_pack::Register, id: i64) -> Result<Checked, StoreError> {
    let register = register.clone();
    store.write(move |tx| {
        let record = tx.get(&register, id, &shian_store::Scope::all())?.ok_or(StoreError::BrokenOff)?;
        Ok(Checked {
            state: record.state,
            number: None,
            name: record.name,
            area: record.area,
            area_id: record.area_id,
            body: record.body,
            owners: record.owners,
            date: record.date,
            fields: record.fields,
        })
    })
}

/// Acts a second from all hands.
fn rate(act: impl Fn(usize) -> Result<(), String> + Sync) -> Result<f64, String> {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let hands: Vec<_> = (0..HANDS)
            .map(|hand| {
                let act = &act;
                scope.spawn(move || (0..EACH).try_for_each(|n| act(hand * EACH + n)))
            })
            .collect();
        hands.into_iter().try_for_each(|hand| hand.join().map_err(|_| "a hand broke off".to_string())?)
    })?;
    Ok((HANDS * EACH) as f64 / begun.elapsed().as_secs_f64())
}
