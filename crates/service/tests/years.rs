//! One office over two years of plans: what was done stays, what goes on is taken over, what is new is owed.
#![allow(clippy::unwrap_used)] // helpers beside the tests unwrap too

mod office;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use office::{actor, copy, text};
use shian_pack::{Catalogue, Start, pack_new};
use shian_service::view::ListAsk;
use shian_service::{Actor, Draft, Office, OfficeConfig, RoleHeld, SetClock};

const OLD: &str = "青山县2023年食品安全工作要点

一、加强源头治理
1.治理产地环境。开展土壤污染防治，受污染耕地安全利用率达到91%。（县农业农村局牵头，县生态环境局配合）
二、加强过程监管
1.规范网络食品。督促平台建立档案。（县市场监管局、县农业农村局负责）
2.开展食品抽检。全县食品抽检量达到4批次/千人。（县市场监管局牵头，县教育局配合）
";

/// Chapter 2 now begins with a new measure, the sampling is the second with a higher figure, the platforms are gone.
const NEW: &str = "青山县2024年食品安全工作要点

一、加强源头治理
1.治理产地环境。开展土壤污染防治，受污染耕地安全利用率达到91%。（县农业农村局牵头，县生态环境局配合）
二、加强过程监管
1.守护校园食品安全。落实校长陪餐制，学校食堂抽检覆盖率达到90%。（县教育局牵头，县市场监管局配合）
2.开展食品抽检。全县食品抽检量达到5批次/千人。（县市场监管局牵头，县教育局配合）
";

fn officer() -> Actor {
    actor(1, vec![RoleHeld { role: "office".into(), ..RoleHeld::default() }])
}

/// Ids and names of the register's records in a state.
fn in_state(office: &Office, register: &str, state: &str) -> Vec<(i64, String)> {
    let filter = Some(format!("state == '{state}'"));
    let ask = ListAsk { register: register.into(), filter, limit: 500, ..ListAsk::default() };
    office.list(&officer(), &ask).unwrap().rows.into_iter().map(|row| (row.id, row.name)).collect()
}

fn packs(folder: &Path) -> (PathBuf, PathBuf) {
    let (base, old, new) = (folder.join("base"), folder.join("qs-2023"), folder.join("qs-2024"));
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/base"), &base, &|_, text| text);
    let catalogue = Catalogue::default();
    pack_new(OLD.as_bytes(), "plan.txt", Start::Base(&base), &old, &catalogue).unwrap();
    pack_new(NEW.as_bytes(), "plan.txt", Start::Last(&old), &new, &catalogue).unwrap();
    (old, new)
}

#[test]
fn a_new_year_leaves_the_old_duties_takes_over_what_goes_on_and_owes_what_is_new() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = packs(folder.path());
    let clock = Arc::new(SetClock::on(NaiveDate::from_ymd_opt(2023, 9, 15).unwrap()));
    let config = OfficeConfig { data: folder.path().join("data"), database: None };
    let office = Office::open(config, clock.clone()).unwrap();
    office.apply_pack(&old, false).unwrap();
    office.open_due(office.today()).unwrap();
    let before = in_state(&office, "duty", "open");
    assert_eq!(before.len(), 6, "the same number in another chapter is another duty: {before:?}");
    let find = |name: &str| before.iter().find(|(_, known)| known == name).unwrap().0;
    let (samples, platforms) =
        (find("2 开展食品抽检（县市场监管局）"), find("1 规范网络食品（县市场监管局）"));
    let duty = office.look(&officer(), "duty", samples).unwrap();
    let plan = Draft::new().text("workplan", "每季度完成四分之一").text("leader", "李四");
    office.edit(&officer(), "duty", samples, duty.version, plan).unwrap();
    let reports = in_state(&office, "progress", "draft").len();

    clock.set(office.now() + chrono::Duration::days(200));
    office.apply_pack(&new, false).unwrap();
    let lapsed: Vec<i64> = in_state(&office, "duty", "past").into_iter().map(|(id, _)| id).collect();
    assert_eq!(lapsed.len(), 6, "the old year's stay, out of the way");
    assert!(lapsed.contains(&platforms));
    let now = in_state(&office, "duty", "open");
    assert_eq!(now.len(), 6, "{now:?}");
    let next = now.iter().find(|(_, name)| name == "2 开展食品抽检（县市场监管局）").unwrap().0;
    let duty = office.look(&officer(), "duty", next).unwrap();
    assert_eq!(text(&duty, "workplan"), "每季度完成四分之一");
    assert_eq!(text(&duty, "leader"), "李四");
    assert_eq!(text(&duty, "carried"), "2 开展食品抽检（县市场监管局）");
    let campus = now.iter().find(|(_, name)| name == "1 守护校园食品安全（县教育局）").unwrap().0;
    assert_eq!(text(&office.look(&officer(), "duty", campus).unwrap(), "carried"), "", "new this year");

    assert_eq!(in_state(&office, "progress", "draft").len(), reports, "what was owed is still owed");
    let opened = office.open_due(office.today()).unwrap();
    assert_eq!(opened, 6 * 2, "two quarters of the new year have begun; the old duties owe no more");
    let tile = |chapter: usize, no: usize| {
        let view = office.measures(&officer()).unwrap();
        view.chapters[chapter].tiles[no].duties
    };
    assert_eq!((tile(0, 0), tile(1, 0), tile(1, 1)), (2, 2, 2), "the pages count this year's");

    let duty = office.look(&officer(), "duty", next).unwrap();
    let other = Draft::new().text("workplan", "改为每月安排");
    office.edit(&officer(), "duty", next, duty.version, other).unwrap();
    let again = office.apply_pack(&new, false).unwrap();
    assert_eq!((again.duties.added, again.duties.changed, again.duties.removed), (0, 0, 0));
    assert_eq!(text(&office.look(&officer(), "duty", next).unwrap(), "workplan"), "改为每月安排");
}
