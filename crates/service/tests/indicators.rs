//! Indicators against a slow count in plain Rust: after random writes on both databases every number must be the same, for the
//! whole place and for each area and body, and so must the two lists.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use rust_decimal::Decimal;
use shian_pack::value::{Fields, RecordId, Value};
use shian_pack::{Catalogue, Pack};
use shian_service::indicator::{IndicatorAsk, Numbers, Part, formula, rebuild, refresh, settle};
use shian_service::view::Half;
use shian_service::{Actor, Draft, Input, Office, OfficeConfig, RoleHeld, SetClock};
use shian_store::{Checked, Record, Stamp, StoreError};

#[path = "../../store/tests/stage/mod.rs"]
mod stage;

use stage::Stage;

on_both_databases! {
    every_number_is_that_of_a_slow_count
    evidence_that_ages_out_no_longer_counts_after_the_days_refresh
}

const AREAS: [&str; 3] = ["1/", "1/11/", "1/12/"];

fn folder_of_pack() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/measured")
}

fn pack() -> Pack {
    shian_pack::read(&folder_of_pack(), &Catalogue::default())
        .unwrap_or_else(|found| panic!("{}", found.iter().map(ToString::to_string).collect::<String>()))
}

/// Noon in Shanghai.
fn noon(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(4, 0, 0).unwrap().and_utc()
}

// ---- the slow count ----

struct Slow<'a> {
    records: &'a BTreeMap<RecordId, Record>,
    today: NaiveDate,
}

/// A subject: area, body, weight, counts.
type Judged = (String, Option<i64>, Decimal, bool);

impl Slow<'_> {
    fn live(&self, register: &'static str) -> impl Iterator<Item = &Record> {
        self.records.values().filter(move |record| record.register == register && !record.deleted)
    }

    fn at<'r>(&'r self, record: &Record, by: &str) -> Option<&'r Record> {
        int(record, by).and_then(|id| self.records.get(&id))
    }

    fn in_year(&self, record: &Record) -> bool {
        record.date.is_some_and(|date| date.year() == self.today.year())
    }

    fn in_quarter(&self, record: &Record) -> bool {
        self.in_year(record) && record.date.is_some_and(|d| d.month0() / 3 == self.today.month0() / 3)
    }

    fn younger(&self, record: &Record, months: u32) -> bool {
        record.date.is_some_and(|date| date > self.today - Months::new(months))
    }

    fn visits<'r>(&'r self, shop: &Record) -> impl Iterator<Item = &'r Record> {
        let id = shop.id;
        self.live("visit").filter(move |visit| int(visit, "shop") == Some(id))
    }

    fn share(&self, id: &str) -> Vec<Judged> {
        let one = Decimal::ONE;
        match id {
            "covered" => self
                .live("shop")
                .filter(|shop| shop.state == "open" && text(shop, "kind") == Some("canteen"))
                .map(|shop| {
                    let counts = int(shop, "grade").is_some_and(|grade| grade >= 2)
                        && self.visits(shop).any(|v| self.in_year(v) && text(v, "result") == Some("pass"));
                    (shop.area.clone(), int(shop, "owes"), one, counts)
                })
                .collect(),
            "twice" => self
                .live("shop")
                .filter(|shop| shop.state == "open")
                .map(|shop| {
                    let visits = self.visits(shop).filter(|visit| self.younger(visit, 24)).count();
                    (shop.area.clone(), shop.body, one, visits >= 2)
                })
                .collect(),
            "hours" => self
                .live("shop")
                .map(|shop| {
                    let visits = self.visits(shop).filter(|v| self.in_year(v) && v.state == "done");
                    let hours: Decimal = visits.map(|visit| decimal(visit, "hours")).sum();
                    (shop.area.clone(), shop.body, one, hours >= Decimal::from(40))
                })
                .collect(),
            "land" => self
                .live("shop")
                .filter(|shop| text(shop, "kind") == Some("shop"))
                .map(|shop| {
                    let good = |shop: &Record| int(shop, "grade").is_some_and(|grade| grade >= 3);
                    let counts = good(shop) || self.at(shop, "partner").is_some_and(good);
                    (shop.area.clone(), shop.body, decimal(shop, "land"), counts)
                })
                .collect(),
            "closed_failures" => self
                .live("visit")
                .filter(|visit| self.in_quarter(visit) && text(visit, "result") == Some("fail"))
                .map(|visit| (visit.area.clone(), visit.body, one, visit.state == "done"))
                .collect(),
            other => panic!("{other} is no share"),
        }
    }

    fn value(&self, id: &str, area: Option<&str>, body: Option<i64>) -> Option<Decimal> {
        let within = |at: &str, of: Option<i64>| {
            area.is_none_or(|area| at.starts_with(area)) && body.is_none_or(|body| of == Some(body))
        };
        let of_canteen =
            |v: &Record| self.at(v, "shop").is_some_and(|shop| text(shop, "kind") == Some("canteen"));
        let here = |record: &&Record| within(&record.area, record.body);
        match id {
            "per_thousand" => {
                let passed = |v: &&Record| self.in_year(v) && text(v, "result") == Some("pass");
                let count = self.live("visit").filter(here).filter(passed).count();
                let towns = self.live("place").filter(here).filter(|p| text(p, "kind") == Some("township"));
                let people: i64 = towns.filter_map(|place| int(place, "population")).sum();
                (Decimal::from(count)).checked_div(people.into()).map(|share| share * Decimal::from(1000))
            }
            "mean_hours" => {
                let chosen: Vec<&Record> = self
                    .live("visit")
                    .filter(here)
                    .filter(|visit| self.younger(visit, 12) && of_canteen(visit))
                    .collect();
                let hours: Decimal = chosen.iter().map(|visit| decimal(visit, "hours")).sum();
                hours.checked_div(chosen.len().into())
            }
            "settled" => {
                let before = self.today - Days::new(30);
                let old = |shop: &&Record| date(shop, "opened").is_some_and(|opened| opened <= before);
                Some(self.live("shop").filter(here).filter(old).count().into())
            }
            "entered" => self
                .live("entry")
                .filter(here)
                .filter(|entry| !matches!(entry.fields["value"], Value::Null))
                .max_by_key(|entry| (entry.date, entry.id))
                .map(|entry| decimal(entry, "value")),
            share => {
                let subjects = self.share(share);
                let here = || subjects.iter().filter(|(at, of, ..)| within(at, *of));
                let counting: Decimal = here().filter(|(.., counts)| *counts).map(|(_, _, w, _)| *w).sum();
                let whole: Decimal = here().map(|(_, _, w, _)| *w).sum();
                counting.checked_div(whole).map(|share| share * Decimal::ONE_HUNDRED)
            }
        }
    }
}

fn int(record: &Record, id: &str) -> Option<i64> {
    if let Value::Int(value) = record.fields[id] { Some(value) } else { None }
}

fn text<'r>(record: &'r Record, id: &str) -> Option<&'r str> {
    if let Value::Text(value) = &record.fields[id] { Some(value) } else { None }
}

fn date(record: &Record, id: &str) -> Option<NaiveDate> {
    if let Value::Date(value) = record.fields[id] { Some(value) } else { None }
}

fn decimal(record: &Record, id: &str) -> Decimal {
    if let Value::Decimal(value) = record.fields[id] { value } else { Decimal::ZERO }
}

// ---- random writes ----

#[derive(Debug, Clone)]
struct Act {
    register: &'static str,
    /// Which of the register's records: none of them is a new one.
    pick: Option<prop::sample::Index>,
    kill: bool,
    state: bool,
    area: usize,
    body: Option<i64>,
    days: i64,
    numbers: [i64; 3],
    flags: [bool; 2],
    null: u8,
    partner: prop::sample::Index,
}

fn act() -> impl Strategy<Value = Act> {
    let register =
        prop::sample::select(vec!["shop", "shop", "visit", "visit", "visit", "visit", "place", "entry"]);
    let what =
        (register, prop::option::of(any::<prop::sample::Index>()), prop::bool::weighted(0.15), any::<bool>());
    let place = (0..3_usize, prop::option::of(901..904_i64), -800..60_i64);
    let rest = (prop::array::uniform3(0..30_i64), any::<[bool; 2]>(), 0..12_u8, any::<prop::sample::Index>());
    (what, place, rest).prop_map(
        |((register, pick, kill, state), (area, body, days), (numbers, flags, null, partner))| Act {
            register,
            pick,
            kill,
            state,
            area,
            body,
            days,
            numbers,
            flags,
            null,
            partner,
        },
    )
}

impl Act {
    fn checked(&self, records: &BTreeMap<RecordId, Record>, today: NaiveDate) -> Checked {
        let shops: Vec<&Record> = records.values().filter(|record| record.register == "shop").collect();
        let shop = (!shops.is_empty()).then(|| *self.partner.get(&shops));
        let day = today + chrono::TimeDelta::days(self.days);
        let [a, b, c] = self.numbers;
        let body = self.body.map_or(Value::Null, Value::Int);
        let word = |flag: bool, yes: &str, no: &str| Value::Text(if flag { yes } else { no }.to_owned());
        let partner = shop.map_or(Value::Null, |shop| Value::Int(shop.id));
        let fields: Vec<(&str, Value)> = match self.register {
            "shop" => vec![
                ("keeper", body.clone()),
                ("owes", if self.flags[1] { Value::Int(901) } else { Value::Null }),
                ("kind", word(self.flags[0], "canteen", "shop")),
                ("grade", Value::Int(a % 5)),
                ("land", Value::Decimal(Decimal::new(b * 37, 2))),
                ("opened", Value::Date(day)),
                ("partner", partner.clone()),
            ],
            "visit" => vec![
                ("shop", partner.clone()),
                ("date", Value::Date(day)),
                ("result", word(self.flags[0], "pass", "fail")),
                ("hours", Value::Decimal(Decimal::new(c * 15, 1))),
            ],
            "place" => vec![
                ("kind", word(self.flags[0], "township", "county")),
                ("population", Value::Int(a * 1000)),
            ],
            _ => vec![("date", Value::Date(day)), ("value", Value::Decimal(Decimal::new(a * b, 1)))],
        };
        let mut fields: Fields = fields.into_iter().map(|(id, value)| (id.to_owned(), value)).collect();
        if let Some((_, value)) = fields.get_index_mut(usize::from(self.null)) {
            *value = Value::Null;
        }
        let dated = matches!(self.register, "visit" | "entry");
        let state = match (self.register, self.state) {
            ("shop", true) | ("visit", false) => "open",
            ("shop", false) => "closed",
            ("visit", true) => "done",
            _ => "",
        };
        let date = if let Some(Value::Date(date)) = fields.get("date") { Some(*date) } else { None };
        Checked {
            state: state.to_owned(),
            area: AREAS[self.area].to_owned(),
            body: self.body,
            date: date.filter(|_| dated),
            fields,
            ..Checked::default()
        }
    }
}

fn stamp(now: DateTime<Utc>) -> Stamp {
    Stamp { at: now, by: 1, act: "edit".into(), reason: None }
}

/// Writes what the act says and settles the indicators in the same transaction; answers the record as it is now.
fn write(
    stage: &Stage,
    pack: &'static Pack,
    records: &BTreeMap<RecordId, Record>,
    act: &Act,
    today: NaiveDate,
) -> Record {
    let register = &pack.registers[act.register];
    let known: Vec<&Record> = records.values().filter(|record| record.register == act.register).collect();
    let old = act.pick.filter(|_| !known.is_empty()).map(|pick| (*pick.get(&known)).clone());
    let (checked, kill, now) = (act.checked(records, today), act.kill, noon(today));
    let done = stage.store.write(move |tx| -> Result<Record, StoreError> {
        let stamp = stamp(now);
        let new = match &old {
            None => tx.insert(register, checked, &stamp)?,
            Some(old) if old.deleted => tx.restore(register, old.id, old.version, &stamp)?,
            Some(old) if kill => tx.delete(register, old.id, old.version, &stamp)?,
            Some(old) => tx.update(register, old.id, old.version, checked, &stamp)?,
        };
        settle(tx, pack, now, old.as_ref(), &new)?;
        Ok(new)
    });
    done.expect("the record is written")
}

fn compare(stage: &Stage, pack: &Pack, records: &BTreeMap<RecordId, Record>, today: NaiveDate) {
    let slow = Slow { records, today };
    let numbers = stage.store.read(|tx| Numbers::read(tx, pack, noon(today))).expect("the numbers are read");
    for indicator in pack.indicators.values() {
        let parts = [
            (None, None),
            (Some("1/"), None),
            (Some("1/11/"), None),
            (None, Some(901)),
            (Some("1/12/"), Some(902)),
        ];
        for (area, body) in parts {
            let fast = numbers.of(indicator, Part { area, body, month: None }).value;
            let wanted = slow.value(&indicator.id, area, body);
            let places = |value: Option<Decimal>| value.map(|value| value.round_dp(10).normalize());
            assert_eq!(places(fast), places(wanted), "{} in {area:?} of {body:?} on {today}", indicator.id);
        }
    }
    for id in ["covered", "twice", "hours", "land", "closed_failures"] {
        let side = stage.store.read(|tx| tx.measured()).unwrap().into_iter().find(|known| known.name == id);
        let side = side.expect("the side is judged").side;
        let subjects = slow.share(id);
        let counting = subjects.iter().filter(|(.., counts)| *counts).count() as i64;
        let halves = stage.store.read(|tx| tx.halves(side, None, None)).unwrap();
        assert_eq!(halves, (counting, subjects.len() as i64 - counting), "the two lists of {id}");
    }
}

fn every_number_is_that_of_a_slow_count(stage: &Stage) {
    let pack: &'static Pack = Box::leak(Box::new(pack()));
    stage.apply(pack);
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(proptest::test_runner::Config::default(), rng);
    let mut today: NaiveDate = "2023-02-20".parse().unwrap();
    let mut records: BTreeMap<RecordId, Record> = BTreeMap::new();
    let renew = |today: NaiveDate| {
        stage.store.write(move |tx| refresh(tx, pack, noon(today))).expect("the day's refresh");
    };
    renew(today);
    let acts = if stage.is_sqlite() { 600 } else { 250 };
    for at in 0..acts {
        let act = act().new_tree(&mut runner).unwrap().current();
        let record = write(stage, pack, &records, &act, today);
        records.insert(record.id, record);
        if at % 8 == 0 {
            compare(stage, pack, &records, today);
        }
        if at % 25 == 24 {
            today = today + Days::new(act.numbers[0].unsigned_abs() + 1);
            renew(today);
            compare(stage, pack, &records, today);
        }
    }
    stage.store.bulk(move |tx| rebuild(tx, pack, noon(today))).expect("all is judged anew");
    compare(stage, pack, &records, today);
}

fn evidence_that_ages_out_no_longer_counts_after_the_days_refresh(stage: &Stage) {
    let pack: &'static Pack = Box::leak(Box::new(pack()));
    stage.apply(pack);
    let on = |day: &str| noon(day.parse().unwrap());
    stage.store.write(move |tx| refresh(tx, pack, on("2023-06-30"))).unwrap();
    let checked = |fields: &[(&str, Value)], date: Option<&str>| Checked {
        state: "open".into(),
        area: "1/11/".into(),
        date: date.and_then(|day| day.parse().ok()),
        fields: fields.iter().map(|(id, value)| ((*id).to_owned(), value.clone())).collect(),
        ..Checked::default()
    };
    let shop = checked(&[], None);
    let visit = move |shop: i64, day: &str| {
        checked(&[("shop", Value::Int(shop)), ("date", Value::Date(day.parse().unwrap()))], Some(day))
    };
    stage
        .store
        .write(move |tx| -> Result<(), StoreError> {
            let now = on("2023-06-30");
            let shop = tx.insert(&pack.registers["shop"], shop, &stamp(now))?;
            settle(tx, pack, now, None, &shop)?;
            for day in ["2021-07-01", "2022-03-01"] {
                let visit = tx.insert(&pack.registers["visit"], visit(shop.id, day), &stamp(now))?;
                settle(tx, pack, now, None, &visit)?;
            }
            Ok(())
        })
        .unwrap();
    let twice = |day: &str| {
        let now = on(day);
        stage.store.write(move |tx| refresh(tx, pack, now)).unwrap();
        let numbers = stage.store.read(|tx| Numbers::read(tx, pack, now)).unwrap();
        numbers.of(&pack.indicators["twice"], Part::default()).value
    };
    assert_eq!(twice("2023-06-30"), Some(Decimal::ONE_HUNDRED));
    assert_eq!(twice("2023-07-01"), Some(Decimal::ZERO), "the visit of two years ago is out");
}

#[test]
fn the_page_is_right_in_the_same_second_and_its_lists_keep_to_what_one_may_read() {
    let folder = tempfile::tempdir().unwrap();
    let config = OfficeConfig { data: folder.path().to_owned(), database: None };
    let clock = Arc::new(SetClock::on("2023-06-30".parse().unwrap()));
    let office = Office::open(config, clock).unwrap();
    office.apply_pack(&folder_of_pack(), false).unwrap();
    let actor = |role: &str, area: Option<&str>| Actor {
        id: 5,
        roles: vec![RoleHeld { role: role.into(), area: area.map(str::to_owned), body: None }],
        ..Actor::default()
    };
    let staff = actor("office", None);
    let draft = |pairs: &[(&str, &str)]| {
        pairs.iter().fold(Draft::default(), |mut draft, (id, text)| {
            draft.0.insert((*id).to_owned(), Input::Text((*text).to_owned()));
            draft
        })
    };
    let canteen = |name, area| draft(&[("name", name), ("area", area), ("kind", "canteen"), ("grade", "3")]);
    let east = office.create(&staff, "shop", canteen("东镇小学食堂", "11")).unwrap();
    office.create(&staff, "shop", canteen("西乡小学食堂", "12")).unwrap();
    let id = east.id.to_string();
    let visit = draft(&[("shop", &id), ("date", "2023-05-04"), ("result", "pass")]);
    let visit = office.create(&staff, "visit", visit).unwrap();

    let now = IndicatorAsk::default();
    let view = office.indicator(&staff, "covered", &now).unwrap();
    assert_eq!((view.value.as_deref(), view.counting, view.missing), (Some("50"), Some(1), Some(1)));
    let month = |at: usize| view.trend[at].value.as_deref();
    assert_eq!((month(3), month(4), month(5), month(6)), (Some("0"), Some("50"), Some("50"), None));
    let areas: Vec<_> = view.by_area.iter().map(|part| (part.name.as_str(), part.value.as_deref())).collect();
    assert_eq!(areas, [("东镇", Some("100")), ("西乡", Some("0"))]);

    let names = |actor: &Actor, half| -> Vec<String> {
        let rows = office.indicator_rows(actor, "covered", half, None, None, 10).unwrap().rows;
        rows.into_iter().map(|row| row.link.name).collect()
    };
    assert_eq!(names(&staff, Half::Counting), ["东镇小学食堂"]);
    assert_eq!(names(&staff, Half::Missing), ["西乡小学食堂"]);
    let keeper = actor("keeper", Some("1/11/"));
    assert_eq!(office.indicator(&keeper, "covered", &now).unwrap().value.as_deref(), Some("50"));
    assert_eq!(names(&keeper, Half::Missing), [""; 0], "西乡 is not his");
    assert!(office.indicator(&actor("guest", None), "covered", &now).is_err());

    office.delete(&staff, "visit", visit.id, visit.version, None).unwrap();
    assert_eq!(office.indicator(&staff, "covered", &now).unwrap().value.as_deref(), Some("0"));
    let before = IndicatorAsk { period: Some("2022".into()), area: None, body: None };
    assert_eq!(office.indicator(&staff, "covered", &before).unwrap().value.as_deref(), Some("0"));
}

#[test]
fn a_formula_is_said_in_plain_chinese() {
    let pack = pack();
    let said = |id: &str| formula(&pack, &pack.indicators[id]);
    assert_eq!(
        said("covered"),
        "分母：经营主体（状态为正常，且业态为食堂）。分子：其中本年有检查（结果为合格，且对象的等级不少于2）的。"
    );
    assert_eq!(said("hours"), "分母：经营主体。分子：其中本年检查（状态为办结）的学时合计不少于40的。");
    assert_eq!(
        said("per_thousand"),
        "本年检查（结果为合格）的条数，除以行政区划（类别为“township”）的常住人口之和，再乘以1000。"
    );
    assert_eq!(said("entered"), "取填报中最近填报的数值。");
}
