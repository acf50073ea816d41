//! The domain is data: two text files give a running office a new register with flow, page, history and indicator.
#![allow(clippy::unwrap_used)] // test code, also in the functions beside the tests
mod running;

use std::path::Path;

use running::{Browser, Served, add_user, copy, done, house};

/// Eight fields, four states, access.
const REGISTER: &str = r#"
title    = "食品快检车出动"
group    = "sampling"
measures = [21]
name     = "{plate} {date}"
number   = "KJ-{year}-{seq:4}"
when     = "date"
[scope]
area = "area"
[fields]
plate   = { title = "车牌", type = "text", required = true, search = true }
date    = { title = "出动日期", type = "date", required = true, check = "date <= today()", says = "出动日期不能晚于今天" }
area    = { title = "乡镇(街道)", type = "area", required = true }
kind    = { title = "任务", choices = { market = "市场巡检", school = "校园巡检" }, required = true }
batches = { title = "快检批次", type = "integer", required = true, check = "batches > 0", says = "批次须大于 0" }
found   = { title = "阳性批次", type = "integer", default = "0", check = "found <= batches", says = "阳性不能多于批次" }
rate    = { title = "阳性率", type = "decimal", digits = 2, calc = "found * 100 / batches" }
note    = { title = "说明", type = "long_text" }
[states]
planned  = "已派出"
back     = "已返回"
reviewed = "已复核"
void     = "作废"
[steps]
return = { title = "返回登记", from = ["planned"], to = "back", by = ["office"] }
review = { title = "复核", from = ["back"], to = "reviewed", by = ["office"], when = "found == 0 || note != null" }
cancel = { title = "作废", from = ["planned", "back"], to = "void", by = ["office"], reason = true }
[access]
read   = ["office", "township:area"]
create = ["office"]
edit   = { planned = ["office"], back = ["office"] }
"#;

const INDICATOR: &str = r#"
[van_batches]
title  = "快检车检测批次"
unit   = "批次"
window = "year"
count  = { register = "quick_van", where = "state == 'reviewed'", sum = "batches" }
"#;

fn apply(pack: &Path, data: &Path) {
    done(&["pack", "apply", &pack.to_string_lossy(), "--data", &data.to_string_lossy()]);
}

fn step(clerk: &Browser, record: &str, step: &str) {
    let form = clerk.get(&format!("{record}/steps/{step}"));
    assert_eq!(form.status, 200, "{step}: {}", form.body);
    let version = version(&form.body);
    let (_, page) = clerk.follow(&format!("{record}/steps/{step}"), &[("_version", &*version)]);
    assert_eq!(page.status, 200);
}

/// The version that the form would send back.
fn version(body: &str) -> String {
    let at = body.find("name=\"_version\"").unwrap_or_default();
    let rest = &body[at..];
    let value = rest.split("value=\"").nth(1).unwrap_or_default();
    value.split('"').next().unwrap_or_default().to_owned()
}

#[test]
fn two_text_files_give_a_running_office_a_register_with_page_history_and_indicator() {
    let folder = tempfile::tempdir().unwrap();
    copy(&house().join("packs"), folder.path());
    let (pack, data) = (folder.path().join("pingqiao-2023"), folder.path().join("data"));
    apply(&pack, &data);
    std::fs::write(data.join("shian.toml"), "today = \"2023-09-15\"\n").unwrap();
    add_user(&data, "ban", &["office"]);
    add_user(&data, "wuli", &["township@gov_102"]);
    let served = Served::start(&data);
    let clerk = served.person("ban");
    assert_eq!(clerk.get("/registers/quick_van").status, 404, "not there yet");

    std::fs::create_dir_all(pack.join("registers")).unwrap();
    std::fs::create_dir_all(pack.join("indicators")).unwrap();
    std::fs::write(pack.join("registers/quick_van.toml"), REGISTER).unwrap();
    std::fs::write(pack.join("indicators/quick_van.toml"), INDICATOR).unwrap();
    apply(&pack, &data);
    let begun = std::time::Instant::now();
    while clerk.get("/registers/quick_van").status != 200 {
        assert!(begun.elapsed().as_secs() < 120, "the running office never took up the applied pack");
    }

    let record = create(&clerk);
    step(&clerk, &record, "return");
    step(&clerk, &record, "review");
    let page = clerk.get(&record).body;
    for words in ["已复核", "返回登记", "复核", "豫S示例01", "KJ-"] {
        assert!(page.contains(words), "{words} is on the record's page");
    }
    assert!(clerk.get("/registers/quick_van").body.contains("豫S示例01"), "in the list");
    assert!(
        clerk.get("/indicators/van_batches").body.contains("18"),
        "the indicator counts its batches at once"
    );
    let township = served.person("wuli");
    assert_eq!(township.get(&record).status, 404, "the record lies in another township");
    assert_eq!(township.get("/registers/quick_van/new").status, 403, "townships only read");
    assert!(done(&["verify", "--data", &data.to_string_lossy()]).contains("完整"));
}

/// Sends a wrong form, reads what is wrong, sends a right one; the record's address.
fn create(clerk: &Browser) -> String {
    let area = area(clerk);
    let wrong = clerk.send(
        "/registers/quick_van/new",
        &[("plate", "豫S示例01"), ("batches", "0"), ("date", "2999-01-01")],
    );
    for words in ["批次须大于 0", "出动日期不能晚于今天", "豫S示例01"] {
        assert!(wrong.body.contains(words), "{words}");
    }
    let right = [
        ("plate", "豫S示例01"),
        ("date", "2023-06-01"),
        ("area", &*area),
        ("kind", "market"),
        ("batches", "18"),
        ("found", "0"),
    ];
    let (record, page) = clerk.follow("/registers/quick_van/new", &right);
    assert_eq!(page.status, 200);
    record
}

/// The id of 明港镇 among the form's options.
fn area(clerk: &Browser) -> String {
    let form = clerk.get("/registers/quick_van/new").body;
    let before = form.split(">明港镇<").next().unwrap_or_default();
    let value = before.rsplit("value=\"").next().unwrap_or_default();
    value.split('"').next().unwrap_or_default().to_owned()
}
