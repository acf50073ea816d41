//! Views that are computed once for many: never older than the last commit, never another's.
#![allow(clippy::unwrap_used)]

mod office;

use std::sync::Arc;

use office::{Setting, business, officer, township_inspector};
use shian_service::indicator::IndicatorAsk;
use shian_service::{Actor, Draft};

/// A school's canteen that needs a chief and has none.
fn canteen(area: &str, premises: &str) -> Draft {
    business(area).text("kind", "school_canteen").text("diners", "300").text("premises", premises)
}

fn chiefs(setting: &Setting, actor: &Actor) -> (Option<String>, Option<String>) {
    let view = setting.office.indicator(actor, "chiefs", &IndicatorAsk::default()).unwrap();
    (view.numerator.clone(), view.denominator.clone())
}

/// The clock stands still: nothing but the commit tells the views apart.
#[test]
fn a_look_after_an_act_in_the_same_second_shows_the_new_number() {
    let (setting, _) = Setting::new();
    let (office, officer) = (&setting.office, officer());
    let whole = |counting: &str, of: &str| (Some(counting.to_owned()), Some(of.to_owned()));
    assert_eq!(chiefs(&setting, &officer), whole("0", "0"));
    let shop = office.create(&officer, "food_business", canteen("东镇", "一")).unwrap();
    assert_eq!(chiefs(&setting, &officer), whole("0", "1"));
    let chief = Draft::new().text("chief", "示例总监");
    office.edit(&officer, "food_business", shop.id, shop.version, chief).unwrap();
    assert_eq!(chiefs(&setting, &officer), whole("1", "1"));
    let before = office.cockpit(&officer).unwrap();
    let inspection = Draft::new()
        .text("business", shop.id.to_string())
        .text("date", "2023-01-05")
        .text("inspectors", officer.id.to_string());
    office.create(&officer, "inspection", inspection).unwrap();
    let after = office.cockpit(&officer).unwrap();
    assert_eq!(after.late_count, before.late_count + 1, "its publishing is late already");
}

#[test]
fn nobody_is_shown_what_another_may_see() {
    let (setting, _) = Setting::new();
    let officer = officer();
    let (east, west) = (township_inspector(&setting, "东镇"), township_inspector(&setting, "西乡"));
    let shop = setting.office.create(&officer, "food_business", canteen("东镇", "一")).unwrap();
    let inspection = Draft::new()
        .text("business", shop.id.to_string())
        .text("date", "2023-01-05")
        .text("inspectors", officer.id.to_string());
    setting.office.create(&officer, "inspection", inspection).unwrap();
    let late = |actor: &Actor| setting.office.cockpit(actor).unwrap().late_count;
    // In this order the widest view is kept before the narrowest is asked for.
    assert_eq!((late(&officer), late(&east), late(&west)), (1, 1, 0));
    assert!(
        setting.office.cockpit(&office::actor(99, Vec::new())).unwrap().late.is_empty(),
        "a stranger sees nothing"
    );
}

#[test]
fn many_who_look_at_once_share_one_view() {
    let (setting, _) = Setting::new();
    let first = setting.office.cockpit(&officer()).unwrap();
    let views: Vec<_> = std::thread::scope(|threads| {
        let looks: Vec<_> =
            (0..8).map(|_| threads.spawn(|| setting.office.cockpit(&officer()).unwrap())).collect();
        looks.into_iter().map(|look| look.join().unwrap()).collect()
    });
    assert!(views.iter().all(|view| Arc::ptr_eq(view, &first)));
    setting.pass(chrono::Duration::minutes(2));
    let later = setting.office.cockpit(&officer()).unwrap();
    assert!(!Arc::ptr_eq(&later, &first), "what tells the time is not kept for long");
}
