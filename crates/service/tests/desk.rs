//! The desk at work on a small pack: what people hand in, what they may, what follows.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers beside the tests do

#[path = "../../store/tests/stage/mod.rs"]
mod stage;

mod office;

use chrono::NaiveDate;
use office::{EAST, OWNER, Setting, business, officer, owner, text, township_inspector};
use shian_service::view::{ListAsk, RecordView};
use shian_service::{Actor, Draft, Refusal};
use stage::Stage;

on_both_databases! {
    applying_a_pack_seeds_its_areas_bodies_and_duties_and_twice_changes_nothing
    a_business_is_registered_computed_and_found
    an_inspector_of_one_township_need_not_say_which
    every_problem_is_told_at_once_with_its_field
    two_people_at_one_record_do_not_overwrite_each_other
    what_lies_outside_ones_area_is_not_known_to_exist
    a_step_asks_checks_and_keeps_its_reason
    clocks_run_in_working_days_and_stop_when_met
    an_order_opens_a_rectification_and_its_end_moves_the_inspection_on
    what_is_computed_through_a_ref_follows_it
    a_secret_is_masked_for_those_it_is_not_meant_for
    duplicates_are_found_and_what_pointed_to_them_points_to_the_one_that_stays
    a_deleted_record_goes_to_the_bin_and_comes_back
    a_restart_reads_the_applied_pack_again
    a_changed_formula_reaches_the_records_that_are_there
    the_days_work_opens_what_is_owed_once
    what_others_hold_on_to_is_not_deleted
}

impl Setting {
    fn at(stage: &Stage) -> (Self, shian_service::Applied) {
        Self::with(match &stage.location {
            shian_store::Location::Postgres(url) => Some(url.clone()),
            shian_store::Location::Sqlite(_) => None,
        })
    }
}

fn list(register: &str) -> ListAsk {
    ListAsk { register: register.into(), ..ListAsk::default() }
}

fn applying_a_pack_seeds_its_areas_bodies_and_duties_and_twice_changes_nothing(stage: &Stage) {
    let (setting, applied) = Setting::at(stage);
    assert_eq!((applied.areas.added, applied.bodies.added), (4, 6));
    let again = setting.apply();
    assert_eq!((again.areas.kept, again.areas.added, again.areas.changed), (4, 0, 0));
    assert_eq!((again.bodies.kept, again.duties.added, again.duties.changed), (6, 0, 0));
    let areas = setting.office.list(&officer(), &list("area")).unwrap();
    assert_eq!(areas.total, Some(4));
}

fn a_business_is_registered_computed_and_found(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
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

fn an_inspector_of_one_township_need_not_say_which(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    let east = office::township_inspector(&setting, "东镇");
    let form = setting.office.form(&east, "food_business", None, None, &Draft::new(), &[]).unwrap();
    let area = form.sections.iter().flat_map(|section| &section.fields).find(|field| field.id == "area");
    assert!(area.is_some_and(|field| !field.text.is_empty()), "filled in");
    let mut draft = business("西乡");
    draft.0.shift_remove("area");
    let view = setting.office.create(&east, "food_business", draft.clone()).unwrap();
    assert_eq!(view.area.as_deref(), Some("东镇"));
    let Err(Refusal::Invalid { problems }) = setting.office.create(&officer(), "food_business", draft) else {
        panic!("the office makes records for every township and must say for which");
    };
    assert!(problems.iter().any(|problem| problem.field.as_deref() == Some("area")), "{problems:?}");
}

fn every_problem_is_told_at_once_with_its_field(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
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

fn two_people_at_one_record_do_not_overwrite_each_other(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
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

fn what_lies_outside_ones_area_is_not_known_to_exist(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
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

fn a_step_asks_checks_and_keeps_its_reason(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
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

/// A checked inspection of a business in 东镇 that belongs to the owner.
fn inspected(setting: &Setting) -> (RecordView, RecordView) {
    let east = township_inspector(setting, "东镇");
    let place = business("东镇").text("owner", OWNER.to_string());
    let place = setting.office.create(&officer(), "food_business", place).unwrap();
    let draft = Draft::new().text("business", "示例小吃店").text("inspectors", EAST.to_string());
    let view = setting.office.create(&east, "inspection", draft.text("date", "2023年9月15日")).unwrap();
    let result = Draft::new().text("result", "不符合");
    (place, setting.office.step(&east, "inspection", view.id, view.version, "submit", result, None).unwrap())
}

fn clocks_run_in_working_days_and_stop_when_met(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    let (_, view) = inspected(&setting);
    assert_eq!(view.number.as_deref(), Some("JC-2023-000001"));
    assert_eq!(view.area.as_deref(), Some("东镇"), "the area comes through the business");
    assert_eq!(view.deadlines.len(), 1, "no start, no clock: {:?}", view.deadlines);
    let clock = &view.deadlines[0];
    assert_eq!(
        clock.due,
        NaiveDate::from_ymd_opt(2023, 10, 19).unwrap(),
        "six holidays off, two weekend days worked"
    );
    assert_eq!((clock.owes.as_str(), clock.words.as_str()), ("食安办", "还有 20 个工作日"));
    assert_eq!(setting.office.desk(&officer()).unwrap().total, 1);
    setting.clock.set(setting.office.now() + chrono::Duration::days(39));
    let desk = setting.office.desk(&officer()).unwrap();
    assert_eq!((desk.late_count, desk.late[0].step.as_deref()), (1, Some("publish")));
    let publish = ("inspection", view.id, view.version);
    let view = setting
        .office
        .step(&officer(), publish.0, publish.1, publish.2, "publish", Draft::new(), None)
        .unwrap();
    assert_eq!(view.deadlines[0].words, "逾期 3 个工作日办结");
    assert_eq!(setting.office.desk(&officer()).unwrap().total, 0);
}

fn an_order_opens_a_rectification_and_its_end_moves_the_inspection_on(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    let east = township_inspector(&setting, "东镇");
    let (place, view) = inspected(&setting);
    let due = Draft::new().text("correct_by", "2023-09-20");
    let ordered =
        setting.office.step(&east, "inspection", view.id, view.version, "order", due, None).unwrap();
    assert_eq!(ordered.state, "correcting");
    let clocks: Vec<&str> = ordered.deadlines.iter().map(|clock| clock.title.as_str()).collect();
    assert_eq!(clocks, ["整改期限", "公示期限"]);
    let child = setting.office.list(&owner(), &list("rectification")).unwrap();
    assert_eq!(child.rows[0].name, "整改 JC-2023-000001", "the opened record points back");
    let close = || {
        let place = setting.office.look(&officer(), "food_business", place.id).unwrap();
        let closed = Draft::new().text("closed_on", "2023-09-15");
        let reason = Some("停业".to_string());
        setting.office.step(&officer(), "food_business", place.id, place.version, "close", closed, reason)
    };
    let refusal = close().unwrap_err();
    let Refusal::Conflict { message } = refusal else { panic!("{refusal:?}") };
    assert!(message.contains("未结的监督检查"), "{message}");
    let child = setting.office.look(&owner(), "rectification", child.rows[0].id).unwrap();
    let done = Draft::new().text("done", "已清洗消毒");
    setting.office.step(&owner(), "rectification", child.id, child.version, "finish", done, None).unwrap();
    let settled = setting.office.look(&east, "inspection", view.id).unwrap();
    assert_eq!((settled.state.as_str(), settled.history[0].act_title.as_str()), ("checked", "整改完成"));
    let step = ("inspection", view.id, settled.version);
    setting.office.step(&officer(), step.0, step.1, step.2, "publish", Draft::new(), None).unwrap();
    assert_eq!(close().unwrap().state, "closed");
}

fn what_is_computed_through_a_ref_follows_it(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    let (place, view) = inspected(&setting);
    let west = township_inspector(&setting, "西乡");
    assert!(setting.office.look(&west, "inspection", view.id).is_err());
    let moved = Draft::new().text("area", "西乡").text("regulator", "西乡");
    setting.office.edit(&officer(), "food_business", place.id, place.version, moved).unwrap();
    let followed = setting.office.look(&west, "inspection", view.id).unwrap();
    assert_eq!(followed.area.as_deref(), Some("西乡"), "rights move with the area");
    assert_eq!(followed.history[0].act_title, "随关联记录更新");
    assert!(setting.office.look(&township_inspector(&setting, "东镇"), "inspection", view.id).is_err());
}

fn a_secret_is_masked_for_those_it_is_not_meant_for(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    let (place, _) = inspected(&setting);
    let seen = |actor: &Actor| text(&setting.office.look(actor, "food_business", place.id).unwrap(), "phone");
    assert_eq!(seen(&officer()), "13800000000");
    assert_eq!(seen(&owner()), "138****0000");
    let listed = setting.office.list(&owner(), &list("food_business")).unwrap();
    assert_eq!(listed.rows[0].cells[3], "138****0000");
    let asked = ListAsk { filter: Some("phone == '13800000000'".into()), ..list("food_business") };
    assert!(setting.office.list(&owner(), &asked).is_err(), "a filter would tell it");
    assert_eq!(setting.office.list(&officer(), &asked).unwrap().total, Some(1));
    let sorted = ListAsk { sort: vec!["phone".into()], ..list("food_business") };
    assert!(setting.office.list(&owner(), &sorted).is_err(), "so would an order");
}

fn duplicates_are_found_and_what_pointed_to_them_points_to_the_one_that_stays(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    let (place, view) = inspected(&setting);
    let second = business("东镇").text("premises", "示例路2号").text("name", "示例 小吃店");
    let second = setting.office.create(&officer(), "food_business", second).unwrap();
    let found = setting.office.duplicates(&officer(), "food_business").unwrap();
    assert!(found.iter().any(|group| group.by == "统一社会信用代码" && group.rows.len() == 2));
    assert!(matches!(setting.office.duplicates(&owner(), "food_business"), Err(Refusal::Forbidden { .. })));
    let refusal = setting.office.merge(&owner(), "food_business", second.id, &[place.id], None).unwrap_err();
    assert!(matches!(refusal, Refusal::NotFound), "he does not know of the other one");
    setting.office.merge(&officer(), "food_business", second.id, &[place.id], None).unwrap();
    let moved = setting.office.look(&officer(), "inspection", view.id).unwrap();
    let points =
        moved.sections.iter().flat_map(|section| &section.fields).find(|field| field.id == "business");
    assert_eq!(points.unwrap().link.as_ref().unwrap().id, second.id);
    assert_eq!(setting.office.list(&officer(), &list("food_business")).unwrap().total, Some(1));
}

fn a_deleted_record_goes_to_the_bin_and_comes_back(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    let view = setting.office.create(&officer(), "food_business", business("东镇")).unwrap();
    setting.office.delete(&officer(), "food_business", view.id, view.version, Some("重复".into())).unwrap();
    let east = township_inspector(&setting, "东镇");
    assert!(matches!(setting.office.look(&east, "food_business", view.id), Err(Refusal::NotFound)));
    let bin = ListAsk { deleted: true, ..list("food_business") };
    assert!(matches!(setting.office.list(&east, &bin), Err(Refusal::Forbidden { .. })));
    assert_eq!(setting.office.list(&officer(), &bin).unwrap().total, Some(1));
    let gone = setting.office.look(&officer(), "food_business", view.id).unwrap();
    assert!(gone.deleted && gone.can_restore && !gone.can_edit);
    let back = setting.office.restore(&officer(), "food_business", view.id, gone.version).unwrap();
    assert!(!back.deleted && setting.office.look(&east, "food_business", view.id).is_ok());
}

fn a_restart_reads_the_applied_pack_again(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    setting.office.create(&officer(), "food_business", business("东镇")).unwrap();
    let again = setting.reopen();
    assert_eq!((again.pack().id.as_str(), again.has_pack()), ("small", true));
    assert_eq!(again.list(&officer(), &list("food_business")).unwrap().total, Some(1));
}

fn a_changed_formula_reaches_the_records_that_are_there(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    let canteen = business("东镇").text("kind", "school_canteen").text("diners", "80");
    let view = setting.office.create(&officer(), "food_business", canteen).unwrap();
    assert_eq!(text(&view, "needs_chief"), "否");
    setting.apply_changed(|file, text| match file {
        "food_business.toml" => text.replace("diners >= rule('chief_school_diners')", "diners >= 50"),
        _ => text,
    });
    let view = setting.office.look(&officer(), "food_business", view.id).unwrap();
    assert_eq!(text(&view, "needs_chief"), "是");
    assert_eq!(view.history[0].act_title, "随关联记录更新");
    let chiefless = ListAsk { view: Some("no_chief".into()), ..list("food_business") };
    assert_eq!(setting.office.list(&officer(), &chiefless).unwrap().total, Some(1));
}

fn the_days_work_opens_what_is_owed_once(stage: &Stage) {
    let (setting, applied) = Setting::at(stage);
    let opened = setting.office.tick().unwrap().opened;
    assert_eq!(opened, applied.duties.added * 3, "three quarters have begun");
    assert_eq!(setting.office.tick().unwrap().opened, 0);
    setting.clock.set(setting.office.now() + chrono::Duration::days(30));
    assert_eq!(setting.office.tick().unwrap().opened, applied.duties.added, "the fourth has begun now");
    let late = setting.office.cockpit(&officer()).unwrap();
    assert_eq!(late.late_count as usize, applied.duties.added * 3, "nobody reported by 10 October");
}

fn what_others_hold_on_to_is_not_deleted(stage: &Stage) {
    let (setting, _) = Setting::at(stage);
    let (place, _) = inspected(&setting);
    let refusal =
        setting.office.delete(&officer(), "food_business", place.id, place.version, None).unwrap_err();
    let Refusal::Conflict { message } = refusal else { panic!("{refusal:?}") };
    assert!(message.contains("监督检查"), "{message}");
}
