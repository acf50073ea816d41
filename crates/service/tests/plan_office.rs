//! The office of the real district: its pack applies, its measures are workable from day one.
#![allow(clippy::unwrap_used)] // a helper beside the tests unwraps too

mod office;

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use office::{actor, text};
use shian_service::view::{Light, ListAsk, SliceKind};
use shian_service::{Actor, Draft, Office, OfficeConfig, RoleHeld, SetClock};

fn district() -> (tempfile::TempDir, Office, Arc<SetClock>) {
    let data = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock::on(NaiveDate::from_ymd_opt(2023, 9, 15).unwrap()));
    let config = OfficeConfig { data: data.path().to_path_buf(), database: None };
    let office = Office::open(config, clock.clone()).unwrap();
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/pingqiao-2023");
    office.apply_pack(&pack, false).unwrap();
    (data, office, clock)
}

fn officer() -> Actor {
    actor(1, vec![RoleHeld { role: "office".into(), ..RoleHeld::default() }])
}

#[test]
fn every_measure_is_workable_from_day_one() {
    let (_data, office, _) = district();
    let opened = office.open_due(office.today()).unwrap();
    assert!(opened > 0);
    assert_eq!(office.open_due(office.today()).unwrap(), 0, "opening twice opens nothing more");
    let view = office.measures(&officer()).unwrap();
    let tiles: Vec<_> = view.chapters.iter().flat_map(|chapter| &chapter.tiles).collect();
    assert_eq!(tiles.len(), 32);
    assert!(tiles.iter().all(|tile| tile.duties > 0), "every measure has someone who bears it");
    assert!(tiles.iter().all(|tile| tile.light == Light::Late), "two quarters were owed and nobody reported");
    let measure = office.measure(&officer(), 3, 11).unwrap();
    assert!(measure.slices.iter().any(|slice| slice.kind == SliceKind::Target && slice.no > 0));
    assert!(measure.slices.iter().any(|slice| slice.kind == SliceKind::Duty));
    assert!(measure.duties.iter().all(|duty| duty.owed > 0), "{:?}", measure.duties);
    let cockpit = office.cockpit(&officer()).unwrap();
    assert!(cockpit.late_count > 0 && !cockpit.late.is_empty());
    assert_eq!(cockpit.target_total, 33);
}

#[test]
fn a_body_reports_and_the_office_accepts_or_returns() {
    let (_data, office, clock) = district();
    office.open_due(office.today()).unwrap();
    let duties = ListAsk { register: "progress".into(), limit: 1, ..ListAsk::default() };
    let any = office.list(&officer(), &duties).unwrap().rows[0].id;
    let body = office.look(&officer(), "progress", any).unwrap();
    let body_name = body.body.clone().unwrap();
    let bodies = office
        .list(
            &officer(),
            &ListAsk { register: "body".into(), search: Some(body_name.clone()), ..ListAsk::default() },
        )
        .unwrap();
    let id = bodies.rows.iter().find(|row| row.name == body_name).unwrap().id;
    let bureau = actor(2, vec![RoleHeld { role: "bureau".into(), body: Some(id), ..RoleHeld::default() }]);
    let desk = office.desk(&bureau).unwrap();
    assert!(desk.late_count > 0, "two quarters are late");
    let item = &desk.late[0];
    assert_eq!(item.step.as_deref(), Some("submit"), "the desk names the step that stops the clock");
    let view = office.look(&bureau, "progress", item.link.id).unwrap();
    let report =
        Draft::new().text("summary", "已完成排查").text("percent", "50").text("submitted_on", "2023-09-15");
    let sent = office.step(&bureau, "progress", view.id, view.version, "submit", report, None).unwrap();
    assert_eq!(sent.state, "submitted");
    assert_eq!(office.desk(&bureau).unwrap().late_count, desk.late_count - 1);
    let waiting = office.desk(&officer()).unwrap();
    assert!(waiting.coming.iter().any(|item| item.link.id == view.id), "the review is owed by the office");
    let refused = office.step(&bureau, "progress", view.id, sent.version, "accept", Draft::new(), None);
    assert!(refused.is_err(), "nobody accepts his own report");
    clock.set(office.now() + chrono::Duration::days(1));
    let back = office
        .step(
            &officer(),
            "progress",
            view.id,
            sent.version,
            "return",
            Draft::new(),
            Some("请补充数据".into()),
        )
        .unwrap();
    assert_eq!((back.state.as_str(), text(&back, "summary").as_str()), ("returned", "已完成排查"));
    assert_eq!(office.desk(&bureau).unwrap().late_count, desk.late_count, "a returned report is owed again");
}
