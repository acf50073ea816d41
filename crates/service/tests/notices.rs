//! Who is told of what: by the step's declaration, by his rights at that moment and at the moment he reads it.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers beside the tests do

#[path = "../../store/tests/stage/mod.rs"]
mod stage;

mod office;

use office::{EAST, OFFICER, OWNER, Setting, WEST, business, officer, owner, township_inspector};
use shian_service::view::{NoticesView, RecordView};
use shian_service::{Actor, Draft, RoleAsk};
use stage::Stage;

on_both_databases! {
    a_step_tells_those_it_names_where_they_hold_the_role_and_not_who_takes_it
    a_notice_shows_nothing_of_a_record_that_its_reader_may_not_see_any_more
    notices_are_read_one_by_one_or_all_at_once_and_only_by_whom_they_are_for
    a_closed_account_is_told_nothing
    what_waits_without_a_clock_is_on_the_desk_of_whose_turn_it_is_and_what_was_handed_on_is_followed
    records_from_before_their_state_was_declared_to_wait_are_found
}

fn setting(stage: &Stage) -> Setting {
    let (setting, _) = Setting::with(match &stage.location {
        shian_store::Location::Postgres(url) => Some(url.clone()),
        shian_store::Location::Sqlite(_) => None,
    });
    setting.apply_changed(|name, text| match name {
        "inspection.toml" => text.replace(
            "asks = [\"result\"] }",
            "asks = [\"result\"], notifies = [\"office\", \"inspector:area\"] }",
        ),
        "food_business.toml" => {
            text.replace("asks = [\"closed_on\"]", "asks = [\"closed_on\"], notifies = [\"business:own\"]")
        }
        _ => text,
    });
    for (login, role) in [
        ("office1", "office"),
        ("east1", "inspector@410001101"),
        ("west1", "inspector@410001102"),
        ("owner1", "business"),
    ] {
        hold(&setting, login, &[role]);
    }
    setting
}

fn hold(setting: &Setting, login: &str, roles: &[&str]) {
    let roles: Vec<RoleAsk> = roles.iter().map(|text| RoleAsk::read(&setting.office, text)).collect();
    setting.office.grant(&Actor::system(), login, &roles).unwrap();
}

fn account(id: i64) -> Actor {
    Actor { id, ..Actor::default() }
}

fn inspect(setting: &Setting) -> RecordView {
    inspect_with(setting, "不符合")
}

fn inspect_with(setting: &Setting, result: &str) -> RecordView {
    let east = township_inspector(setting, "东镇");
    let place = business("东镇").text("owner", OWNER.to_string());
    setting.office.create(&officer(), "food_business", place).unwrap();
    let draft = Draft::new().text("business", "示例小吃店").text("inspectors", EAST.to_string());
    let view = setting.office.create(&east, "inspection", draft.text("date", "2023年9月15日")).unwrap();
    let result = Draft::new().text("result", result);
    setting.office.step(&east, "inspection", view.id, view.version, "submit", result, None).unwrap()
}

fn all(setting: &Setting, actor: &Actor) -> NoticesView {
    setting.office.notices(actor, false, None).unwrap()
}

fn a_step_tells_those_it_names_where_they_hold_the_role_and_not_who_takes_it(stage: &Stage) {
    let setting = setting(stage);
    let inspected = inspect(&setting);
    let told = all(&setting, &officer());
    assert_eq!((told.unread, told.items.len()), (1, 1));
    let notice = &told.items[0];
    assert_eq!((notice.kind.as_str(), notice.matter.as_str()), ("step", "提交"));
    assert_eq!(notice.sender, "east1");
    assert_eq!(
        notice.link.as_ref().map(|link| (link.id, link.name.clone())),
        Some((inspected.id, inspected.name))
    );
    for other in [EAST, WEST, OWNER] {
        assert_eq!(setting.office.unread(&account(other)).unwrap(), 0, "account {other}");
    }
    let place = business("东镇").text("premises", "示例路２号").text("owner", OWNER.to_string());
    let view = setting.office.create(&officer(), "food_business", place).unwrap();
    let draft = Draft::new().text("closed_on", "2023-09-15");
    let why = Some("店主要求".to_string());
    setting.office.step(&officer(), "food_business", view.id, view.version, "close", draft, why).unwrap();
    let told = all(&setting, &owner());
    assert_eq!(told.items[0].words, "店主要求", "the reason is what is said with it");
}

fn a_notice_shows_nothing_of_a_record_that_its_reader_may_not_see_any_more(stage: &Stage) {
    let setting = setting(stage);
    inspect(&setting);
    let (_, told) = (hold(&setting, "office1", &[]), account(OFFICER));
    let told = all(&setting, &told);
    let notice = &told.items[0];
    assert!(notice.hidden && notice.link.is_none());
    assert_eq!((notice.matter.as_str(), notice.words.as_str(), notice.sender.as_str()), ("", "", ""));
    assert_eq!(setting.office.open_notice(&account(OFFICER), notice.id).unwrap(), None);
}

fn notices_are_read_one_by_one_or_all_at_once_and_only_by_whom_they_are_for(stage: &Stage) {
    let setting = setting(stage);
    let first = inspect(&setting);
    let id = all(&setting, &officer()).items[0].id;
    assert!(setting.office.open_notice(&owner(), id).is_err(), "not his");
    setting.office.read_notices(&owner(), Some(id)).unwrap();
    assert_eq!(setting.office.unread(&officer()).unwrap(), 1, "nor read by him");
    let link = setting.office.open_notice(&officer(), id).unwrap().unwrap();
    assert_eq!(link.id, first.id);
    assert_eq!(setting.office.unread(&officer()).unwrap(), 0);
    assert!(setting.office.notices(&officer(), true, None).unwrap().items.is_empty());
    assert!(all(&setting, &officer()).items[0].read);
    setting.office.read_notices(&officer(), None).unwrap();
}

fn a_closed_account_is_told_nothing(stage: &Stage) {
    let setting = setting(stage);
    setting.office.close_account(&Actor::system(), "office1").unwrap();
    inspect(&setting);
    assert_eq!(setting.office.unread(&officer()).unwrap(), 0);
}

/// An inspection waits when it is checked; nothing has a clock.
fn waits(name: &str, text: String) -> String {
    if name != "inspection.toml" {
        return text;
    }
    let clocks = text.find("[deadlines]").unwrap()..text.find("[access]").unwrap();
    let text = text.replace(&text[clocks], "");
    text.replace("[scope]", "waits = [\"checked\"]\n[scope]")
}

fn what_waits_without_a_clock_is_on_the_desk_of_whose_turn_it_is_and_what_was_handed_on_is_followed(
    stage: &Stage,
) {
    let setting = setting(stage);
    setting.apply_changed(waits);
    let view = inspect_with(&setting, "符合");
    setting.pass(chrono::Duration::days(3));
    let desk = setting.office.desk(&officer()).unwrap();
    let item = &desk.waiting[0];
    assert_eq!((desk.waiting.len(), item.link.id), (1, view.id));
    assert_eq!((item.step.as_deref(), item.words.as_str()), (Some("publish"), "已等 3 天"));
    assert_eq!(item.owes, "east1", "who brought it");
    let (east, west) = (township_inspector(&setting, "东镇"), township_inspector(&setting, "西乡"));
    assert!(setting.office.desk(&west).unwrap().waiting.is_empty(), "it is not in his area");
    let handed = setting.office.desk(&east).unwrap().handed;
    assert_eq!((handed[0].next.as_str(), handed[0].days, handed[0].open), ("食安办", 3, true));
    setting
        .office
        .step(&officer(), "inspection", view.id, view.version, "publish", Draft::new(), None)
        .unwrap();
    assert!(setting.office.desk(&officer()).unwrap().waiting.is_empty());
    let handed = setting.office.desk(&east).unwrap().handed;
    assert_eq!((handed[0].link.state_title.as_str(), handed[0].open), ("已公示", false));
    setting.pass(chrono::Duration::days(15));
    assert!(setting.office.desk(&east).unwrap().handed.is_empty(), "settled long ago");
}

fn records_from_before_their_state_was_declared_to_wait_are_found(stage: &Stage) {
    let setting = setting(stage);
    let view = inspect(&setting);
    setting.apply_changed(waits);
    let desk = setting.office.desk(&officer()).unwrap();
    assert_eq!(desk.waiting.iter().map(|item| item.link.id).collect::<Vec<_>>(), [view.id]);
}
