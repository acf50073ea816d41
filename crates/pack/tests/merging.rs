//! A district over its base: what is replaced, what is added to, what stays.
#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]
use std::fs;
use std::path::Path;

use shian_pack::{Catalogue, Diagnostic, Pack, diff, read};
use tempfile::TempDir;

fn write(root: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

const BASE: &[(&str, &str)] = &[
    ("base/pack.toml", "id = \"base\"\ntitle = \"基础包\"\nyear = 2023\n[groups]\na = \"甲\"\nb = \"乙\"\n"),
    ("base/roles.toml", "office = { title = \"食安办\" }\nclerk = { title = \"文员\" }\n"),
    (
        "base/registers/shop.toml",
        "title = \"商店\"\ngroup = \"a\"\nname = \"{name}\"\n[fields]\nname = { title = \"名称\", type = \"text\" }\nsize = { title = \"面积\", type = \"integer\" }\n[states]\nopen = \"开\"\n[access]\nread = [\"office\"]\n[views]\nbig = { title = \"大\", where = \"size > 100\" }\n",
    ),
    (
        "base/registers/trip.toml",
        "title = \"车次\"\nname = \"{name}\"\n[fields]\nname = { title = \"名称\", type = \"text\" }\n[access]\nread = [\"office\"]\n",
    ),
    ("base/tables/kinds.csv", "code,title\na,旧\n"),
    (
        "base/indicators/shops.toml",
        "[big]\ntitle = \"大店率\"\nunit = \"%\"\nof = { register = \"shop\" }\nhaving = { where = \"size > 100\" }\n[small]\ntitle = \"小店率\"\nunit = \"%\"\nof = { register = \"shop\" }\nhaving = { where = \"size < 10\" }\n",
    ),
    ("base/demo.toml", "[shop]\ncount = 5\n[trip]\ncount = 1\n"),
];

const DISTRICT: &[(&str, &str)] = &[
    (
        "district/pack.toml",
        "id = \"district\"\ntitle = \"区包\"\nplace = \"某区\"\nyear = 2024\nextends = \"base\"\n[groups]\nb = \"乙改\"\nc = \"丙\"\n",
    ),
    ("district/roles.toml", "clerk = { title = \"书记员\" }\nguard = { title = \"协管员\" }\n"),
    (
        "district/registers/shop.toml",
        "amend = true\ntitle = \"门店\"\n[fields]\nsize = { title = \"建筑面积\", type = \"decimal\", digits = 1, unit = \"㎡\" }\nowner = { title = \"店主\", type = \"text\" }\n[views]\nsmall = { title = \"小\", where = \"size < 10\" }\n[access]\ncreate = [\"guard\"]\n",
    ),
    (
        "district/registers/trip.toml",
        "title = \"班次\"\nname = \"{code}\"\n[fields]\ncode = { title = \"编码\", type = \"text\" }\n[access]\nread = [\"office\"]\n",
    ),
    ("district/tables/kinds.csv", "code,title\nb,新\n"),
    (
        "district/indicators/own.toml",
        "[big]\ntitle = \"大店比例\"\nunit = \"%\"\nof = { register = \"shop\" }\nhaving = { where = \"size > 200\" }\n",
    ),
    ("district/demo.toml", "[trip]\ncount = 9\n"),
];

fn merged() -> Pack {
    let dir = TempDir::new().unwrap();
    write(dir.path(), BASE);
    write(dir.path(), DISTRICT);
    let read = read(&dir.path().join("district"), &Catalogue::default());
    if let Err(faults) = &read {
        faults.iter().for_each(|fault| eprintln!("{fault}\n"));
    }
    read.unwrap()
}

fn faults(files: &[(&str, &str)], pack: &str) -> Vec<Diagnostic> {
    let dir = TempDir::new().unwrap();
    write(dir.path(), files);
    read(&dir.path().join(pack), &Catalogue::default()).err().unwrap_or_default()
}

#[test]
fn an_amended_register_keeps_what_the_district_does_not_name() {
    let pack = merged();
    let shop = pack.register("shop").unwrap();
    assert_eq!(shop.title, "门店");
    assert_eq!(shop.group, "a");
    assert_eq!(shop.fields.keys().collect::<Vec<_>>(), ["name", "size", "owner"]);
    assert_eq!(shop.fields["size"].title, "建筑面积");
    assert_eq!(shop.views.keys().collect::<Vec<_>>(), ["big", "small"]);
    assert_eq!((shop.access.read.len(), shop.access.create.len()), (1, 1));
}

#[test]
fn without_amend_the_districts_register_stands_alone() {
    let trip = &merged().registers["trip"];
    assert_eq!(trip.title, "班次");
    assert_eq!(trip.fields.keys().collect::<Vec<_>>(), ["code"]);
}

#[test]
fn roles_groups_indicators_tables_and_demo_are_replaced_one_by_one() {
    let pack = merged();
    assert_eq!(pack.roles.keys().collect::<Vec<_>>(), ["office", "clerk", "guard"]);
    assert_eq!(pack.roles["clerk"].title, "书记员");
    assert_eq!(pack.groups.values().collect::<Vec<_>>(), ["甲", "乙改", "丙"]);
    assert_eq!(pack.indicators["big"].title, "大店比例");
    assert_eq!(pack.indicators["small"].title, "小店率");
    assert_eq!(pack.tables["kinds"].rows, [["b", "新"]]);
    assert_eq!(pack.demo["shop"]["count"].as_integer(), Some(5));
    assert_eq!(pack.demo["trip"]["count"].as_integer(), Some(9));
    assert_eq!((pack.year, pack.place.as_str(), pack.folders.len()), (2024, "某区", 2));
}

#[test]
fn the_digest_changes_with_any_file_of_either_folder() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), BASE);
    write(dir.path(), DISTRICT);
    let digest = || read(&dir.path().join("district"), &Catalogue::default()).unwrap().digest;
    let first = digest();
    assert_eq!(first, digest());
    write(dir.path(), &[("base/texts/note.md", "改了")]);
    let second = digest();
    assert_ne!(first, second);
    write(dir.path(), &[("district/tables/kinds.csv", "code,title\nc,新\n")]);
    assert_ne!(second, digest());
}

#[test]
fn packs_that_extend_each_other_are_refused() {
    let circle = [
        ("one/pack.toml", "id = \"one\"\ntitle = \"一\"\nyear = 2023\nextends = \"two\"\n"),
        ("two/pack.toml", "id = \"two\"\ntitle = \"二\"\nyear = 2023\nextends = \"one\"\n"),
    ];
    assert!(faults(&circle, "one").iter().any(|fault| fault.code.to_string() == "E009"));
}

#[test]
fn a_mistake_in_the_base_is_pointed_at_in_the_base() {
    let mut files = [BASE, DISTRICT].concat();
    files.push(("base/registers/trip2.toml", "title = \"x\"\nname = \"{y}\"\n[fields]\n"));
    let found = faults(&files, "district");
    assert_eq!(found.len(), 1);
    assert!(found[0].file.ends_with("base/registers/trip2.toml"));
}

#[test]
fn a_diff_says_in_words_what_changes_and_what_could_be_lost() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), BASE);
    write(dir.path(), DISTRICT);
    let pack = |name: &str| read(&dir.path().join(name), &Catalogue::default()).unwrap();
    assert!(diff(&pack("base"), &pack("base")).is_empty());
    let changes = diff(&pack("base"), &pack("district"));
    insta::assert_snapshot!(changes);
    assert!(changes.is_lossy());
    let lossy: Vec<&str> =
        changes.changes.iter().filter(|change| change.lossy).map(|change| change.path.as_str()).collect();
    assert_eq!(lossy, ["trip.name"], "only the field that goes holds data");
}
