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
