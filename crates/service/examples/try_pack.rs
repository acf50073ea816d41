//! Scratch.
use shian_service::*;
use std::sync::Arc;
fn main() {
    let data = std::path::PathBuf::from("/tmp/try-pack");
    let _ = std::fs::remove_dir_all(&data);
    let t = std::time::Instant::now();
    let day = chrono::NaiveDate::from_ymd_opt(2023, 9, 15).unwrap();
    let office = Office::open(OfficeConfig { data, database: None }, Arc::new(SetClock::on(day))).unwrap();
    println!("open {:?}", t.elapsed());
    let t = std::time::Instant::now();
    match office.apply_pack(std::path::Path::new("packs/pingqiao-2023"), false) {
        Ok(a) => println!(
            "areas {} bodies {} duties {} registers {} indicators {} steps {}",
            a.areas,
            a.bodies,
            a.duties,
            a.registers,
            a.indicators,
            a.changes.len()
        ),
        Err(e) => {
            println!("{e}");
            return;
        }
    }
    println!("apply {:?}", t.elapsed());
    let t = std::time::Instant::now();
    println!("due {:?} {:?}", office.open_due(day), t.elapsed());
    let a = Actor::system();
    let m = office.menu(&a);
    println!("{}", serde_json::to_string(&m.ok()).unwrap_or_default().chars().take(600).collect::<String>());
    for c in office.measures(&a).iter() {
        println!("{}", serde_json::to_string(c).unwrap_or_default().chars().take(1500).collect::<String>());
    }
    println!(
        "{}",
        serde_json::to_string(&office.measure(&a, 8, 29).ok())
            .unwrap_or_default()
            .chars()
            .take(2500)
            .collect::<String>()
    );
}
