//! The desk at work on a small pack: what people hand in, what they may, what follows.
mod office;

use office::{Setting, business, officer, township_inspector};
use shian_service::view::ListAsk;
use shian_service::{Draft, Refusal};

fn list(register: &str) -> ListAsk {
    ListAsk { register: register.into(), ..ListAsk::default() }
}

#[test]
fn applying_a_pack_seeds_its_areas_bodies_and_duties_and_twice_changes_nothing() {
    let (setting, applied) = Setting::new();
    assert_eq!((applied.areas.added, applied.bodies.added), (4, 6));
    let again = setting.apply();
    assert_eq!((again.areas.kept, again.areas.added, again.areas.changed), (4, 0, 0));
    assert_eq!((again.bodies.kept, again.duties.added, again.duties.changed), (6, 0, 0));
    let areas = setting.office.list(&officer(), &list("area")).unwrap();
    assert_eq!(areas.total, Some(4));
}

#[test]
fn a_business_is_registered_computed_and_found() {
    let (setting, _) = Setting::new();
    let view = setting.office.create(&officer(), "food_business", business("东镇")).unwrap();
    assert_eq!(view.name, "示例小吃店");
    assert_eq!(view.state_title, "正常");
    assert_eq!(view.area.as_deref(), Some("东镇"));
    assert_eq!(view.body.as_deref(), Some("东镇人民政府"), "the default is the body of the area");
    assert_eq!(office::text(&view, "risk_level"), "B级");
    assert_eq!(office::text(&view, "needs_chief"), "否");
    let found =
        setting.office.list(&officer(), &ListAsk { search: Some("小吃".into()), ..list("food_business") });
    assert_eq!(found.unwrap().rows.len(), 1);
}

#[test]
fn every_problem_is_told_at_once_with_its_field() {
    let (setting, _) = Setting::new();
    let draft = Draft::new()
        .text("name", "示例学校食堂")
        .text("credit_code", "91411503MA00000000")
        .text("area", "南镇")
        .text("kind", "school_canteen")
        .text("turnover", "1.234")
        .text("phone", "电话")
        .text("colour", "红");
    let refusal = setting.office.create(&officer(), "food_business", draft).unwrap_err();
    let Refusal::Invalid { problems } = refusal else { panic!("{refusal:?}") };
    let fields: Vec<&str> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    assert_eq!(fields, ["credit_code", "area", "turnover", "phone", "colour", "premises", "diners"]);
    assert!(problems.iter().all(|problem| !problem.message.is_empty()));
}

#[test]
fn two_people_at_one_record_do_not_overwrite_each_other() {
    let (setting, _) = Setting::new();
    let first = setting.office.create(&officer(), "food_business", business("东镇")).unwrap();
    let edit = |version, name: &str| {
        setting.office.edit(&officer(), "food_business", first.id, version, Draft::new().text("name", name))
    };
    let second = edit(first.version, "示例饭店").unwrap();
    assert_eq!(second.version, first.version + 1);
    assert_eq!(second.history[0].lines, ["名称 从 示例小吃店 到 示例饭店"]);
    let refusal = edit(first.version, "示例酒家").unwrap_err();
    let Refusal::Stale { yours, current } = refusal else { panic!("{refusal:?}") };
    assert_eq!((yours, current.version, current.name.as_str()), (first.version, second.version, "示例饭店"));
    let same = edit(second.version, "示例饭店").unwrap();
    assert_eq!(same.version, second.version, "a change that changes nothing leaves no trace");
}

#[test]
fn what_lies_outside_ones_area_is_not_known_to_exist() {
    let (setting, _) = Setting::new();
    let view = setting.office.create(&officer(), "food_business", business("东镇")).unwrap();
    let here = township_inspector(&setting, "东镇");
    let there = township_inspector(&setting, "西乡");
    assert!(setting.office.look(&here, "food_business", view.id).is_ok());
    let refusal = setting.office.look(&there, "food_business", view.id).unwrap_err();
    assert!(matches!(refusal, Refusal::NotFound));
    assert_eq!(setting.office.list(&there, &list("food_business")).unwrap().total, Some(0));
    let draft = Draft::new().text("name", "改名");
    let refusal = setting.office.edit(&there, "food_business", view.id, view.version, draft).unwrap_err();
    assert!(matches!(refusal, Refusal::NotFound));
    let refusal = setting.office.create(&there, "food_business", business("东镇")).unwrap_err();
    assert!(matches!(refusal, Refusal::Forbidden { .. }));
    let moved = Draft::new().text("area", "西乡").text("regulator", "西乡");
    let refusal = setting.office.edit(&here, "food_business", view.id, view.version, moved).unwrap_err();
    assert!(matches!(refusal, Refusal::Forbidden { .. }), "nobody moves a record out of his own reach");
}

#[test]
fn a_step_asks_checks_and_keeps_its_reason() {
    let (setting, _) = Setting::new();
    let view = setting.office.create(&officer(), "food_business", business("东镇")).unwrap();
    let close = |draft: Draft, reason: Option<&str>| {
        let reason = reason.map(str::to_string);
        setting.office.step(&officer(), "food_business", view.id, view.version, "close", draft, reason)
    };
    let refusal = close(Draft::new(), None).unwrap_err();
    let Refusal::Invalid { problems } = refusal else { panic!("{refusal:?}") };
    let fields: Vec<_> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
    assert_eq!(fields, ["reason", "closed_on"]);
    let refusal = close(Draft::new().text("closed_on", "2023-09-16"), Some("停业")).unwrap_err();
    assert!(matches!(refusal, Refusal::Invalid { .. }), "the day after today");
    let refusal =
        close(Draft::new().text("closed_on", "2023-09-15").text("name", "改"), Some("停业")).unwrap_err();
    assert!(matches!(refusal, Refusal::Invalid { .. }), "a step changes only what it asks for");
    let closed = close(Draft::new().text("closed_on", "2023-09-15"), Some("停业")).unwrap();
    assert_eq!((closed.state.as_str(), closed.history[0].reason.as_deref()), ("closed", Some("停业")));
    assert_eq!(closed.history[0].act_title, "注销");
    assert!(!closed.can_edit && closed.why_no_edit.is_some());
    let draft = Draft::new();
    let back = setting
        .office
        .step(&officer(), "food_business", view.id, closed.version, "reopen", draft, None)
        .unwrap();
    assert_eq!(back.state, "open");
    assert!(back.sections.iter().flat_map(|section| &section.fields).all(|field| field.id != "closed_on"));
}
