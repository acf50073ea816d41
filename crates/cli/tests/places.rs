//! Any place, any year: a pack written from a plan document alone checks, applies and serves.
#![allow(clippy::unwrap_used)] // test code, also in the functions beside the tests
mod running;

use std::path::{Path, PathBuf};

use running::{Served, add_user, copy, done, house};

/// The plans of the shared folder; without it, some of the project's own.
fn plans() -> Vec<PathBuf> {
    let shared = std::env::var("SHIAN_SHARED").map_or_else(|_| house().join("../shared"), PathBuf::from);
    let folder = shared.join("data/plans");
    if !folder.is_dir() {
        println!("skipped: the shared plans, no folder {}", folder.display());
        return ["luhe-2021", "donghu-2022", "anning-2023"].map(own_plan).to_vec();
    }
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|end| end == "txt")).collect();
    found.sort();
    found
}

fn own_plan(name: &str) -> PathBuf {
    house().join("crates/plan/tests/plans").join(format!("{name}.txt"))
}

fn measures(plan: &Path) -> usize {
    let json = done(&["plan", "compile", &plan.to_string_lossy(), "--json"]);
    json.matches("\"tasks\":").count()
}

#[test]
fn a_pack_from_each_plan_checks_and_lists_what_it_could_not_bind() {
    let folder = tempfile::tempdir().unwrap();
    copy(&house().join("packs/base"), &folder.path().join("base"));
    let base = folder.path().join("base");
    for plan in plans() {
        let name = plan.file_stem().unwrap().to_string_lossy().into_owned();
        let pack = folder.path().join(&name);
        let told = done(&[
            "pack",
            "new",
            "--json",
            "--plan",
            &plan.to_string_lossy(),
            "--base",
            &base.to_string_lossy(),
            &pack.to_string_lossy(),
        ]);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["measures"], measures(&plan), "{name}");
        let checked: serde_json::Value =
            serde_json::from_str(&done(&["pack", "check", "--json", &pack.to_string_lossy()])).unwrap();
        let unbound =
            told["targets"].as_array().unwrap().iter().filter(|t| t["bound"]["to"].is_null()).count();
        assert_eq!(checked["unbound"], unbound, "{name}: what it lists is what is missing");
    }
}

#[test]
fn an_office_for_another_place_serves_its_measures_and_bodies() {
    let folder = tempfile::tempdir().unwrap();
    copy(&house().join("packs/base"), &folder.path().join("base"));
    let plan = own_plan("qingshui-2024");
    let (base, pack, data) =
        (folder.path().join("base"), folder.path().join("next"), folder.path().join("data"));
    done(&[
        "pack",
        "new",
        "--plan",
        &plan.to_string_lossy(),
        "--base",
        &base.to_string_lossy(),
        &pack.to_string_lossy(),
    ]);
    done(&["pack", "apply", &pack.to_string_lossy(), "--data", &data.to_string_lossy()]);
    add_user(&data, "ban", &["office"]);
    let served = Served::start(&data);
    assert_eq!(served.nobody().get("/").status, 303, "nobody is sent to the door");
    let page = served.person("ban").get("/measures");
    assert_eq!(page.status, 200);
    let compiled: serde_json::Value =
        serde_json::from_str(&done(&["plan", "compile", &plan.to_string_lossy(), "--json"])).unwrap();
    for chapter in compiled["chapters"].as_array().unwrap() {
        for measure in chapter["measures"].as_array().unwrap() {
            let title = measure["title"].as_str().unwrap();
            assert!(page.body.contains(title), "{title}");
        }
    }
}

/// The shared plan of a province a year later, with changes we know: a higher figure, a body more, a measure gone (the
/// numbers after it move), a measure new.
fn a_year_later(plan: &str) -> String {
    let changes = [
        ("2019", "2020"),
        ("受污染耕地安全利用率达到91%左右", "受污染耕地安全利用率达到93%左右"),
        ("省财政厅配合", "省财政厅、省审计厅配合"),
        ("五、保持高压严打", "##"),
        ("六、推动社会共治", "五、推动社会共治"),
        ("七、压实各方责任", "六、压实各方责任"),
    ];
    let mut text = changes.iter().fold(plan.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    let (gone, next) = (text.find("##").unwrap(), text.find("五、推动社会共治").unwrap());
    text.replace_range(gone..next, "");
    text + "\n　　七、建设智慧监管\n　　推广婴幼儿配方乳粉追溯，追溯覆盖率达到99%。(省市场监管局负责)\n"
}

#[test]
fn next_years_pack_names_each_change_and_serves() {
    let Some(plan) = plans().into_iter().find(|plan| plan.ends_with("jiangheng-2019.txt")) else {
        println!("skipped: jiangheng-2019 is one of the shared plans");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    copy(&house().join("packs/base"), &folder.path().join("base"));
    let next = a_year_later(&std::fs::read_to_string(&plan).unwrap());
    std::fs::write(at("next.txt"), next).unwrap();
    done(&["pack", "new", "--plan", &plan.to_string_lossy(), "--base", &at("base"), &at("jh-2019")]);
    let told = done(&["pack", "new", "--plan", &at("next.txt"), "--from", &at("jh-2019"), &at("jh-2020")]);
    assert_eq!(
        told.lines().filter(|line| line.starts_with("- ") && !line.contains("沿用")).collect::<Vec<_>>(),
        [
            "- 新增：7.1 建设智慧监管",
            "- 修改：1.1 健全法规制度",
            "- 修改：2.1 严格源头治理",
            "- 取消：5.1 保持高压严打",
            "- 新增：7.1 追溯覆盖率 >= 99 %",
            "- 修改：2.1 受污染耕地安全利用率 >= 93 %（原 2.1 受污染耕地安全利用率 >= 91 %）",
        ],
        "{told}"
    );
    assert!(told.contains("增加单位：省审计厅"), "{told}");
    assert!(told.contains("沿用：5.1 推动社会共治（原 6.1 推动社会共治）"), "{told}");

    let data = folder.path().join("data");
    done(&["pack", "apply", &at("jh-2019"), "--data", &at("data")]);
    done(&["pack", "apply", &at("jh-2020"), "--data", &at("data")]);
    add_user(&data, "ban", &["office"]);
    let served = Served::start(&data);
    let page = served.person("ban").get("/measures");
    assert_eq!(page.status, 200);
    assert!(page.body.contains("建设智慧监管") && !page.body.contains("保持高压严打"), "the new year's");
}
