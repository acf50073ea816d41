//! Every rule of a pack, broken once: the mistake is found, pointed at and named.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use shian_pack::{Catalogue, Diagnostic, EffectSig, Type, read};

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs")
}

fn faults(dir: &Path) -> Vec<Diagnostic> {
    read(dir, &Catalogue::default()).err().unwrap_or_default()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}

#[test]
fn one_pack_with_twelve_mistakes_prints_twelve_pointed_diagnostics() {
    let found = faults(&packs().join("twelve"));
    let printed: Vec<String> = found.iter().map(ToString::to_string).collect();
    let root = format!("{}/", packs().display());
    insta::assert_snapshot!(printed.join("\n\n").replace(&root, ""));
    assert_eq!(found.len(), 12);
}

/// File of the small pack, text in it, what it becomes, code, the text that is pointed at.
type Slip = (&'static str, &'static str, &'static str, &'static str, &'static str);

const BUSINESS: &str = "registers/food_business.toml";
const INSPECTION: &str = "registers/inspection.toml";
const INDICATORS: &str = "indicators/sampling.toml";

const SLIPS: &[Slip] = &[
    ("pack.toml", "id    =", "ident =", "E005", "ident"),
    ("pack.toml", "year  = 2023", "year = \"2023\"", "E003", "\"2023\""),
    ("pack.toml", "year  = 2023", "year = = 2023", "E002", "="),
    ("pack.toml", "[groups]", "extends = \"nowhere\"\n[groups]", "E009", "\"nowhere\""),
    (BUSINESS, "title    = \"食品经营主体\"\n", "", "E004", "group    = \"subject\""),
    (BUSINESS, "diners      =", "Diners =", "E007", "Diners"),
    (BUSINESS, "type = \"money\"", "type = \"money\", digits = 2", "E005", "digits"),
    (BUSINESS, "\"business_kind\"", "\"business_kinds\"", "E104", "\"business_kinds\""),
    (BUSINESS, "\"credit_code\", \"premises\"", "\"credit_code\", \"premise\"", "E102", "\"premise\""),
    (BUSINESS, "default = \"'b'\"", "default = \"'e'\"", "E201", "'e'"),
    (BUSINESS, "shown = \"needs_chief\"", "shown = \"diners\"", "E201", "diners"),
    (BUSINESS, "kind.under('canteen')\", req", "kind.under('cantine')\", req", "E201", "'cantine'"),
    (BUSINESS, "rule('chief_school_diners')", "rule('chief')", "E201", "'chief'"),
    (BUSINESS, "body = \"regulator\"", "body = \"kind\"", "E306", "\"kind\""),
    (BUSINESS, "own  = \"owner\"\n", "", "E306", "\"business:own\""),
    (BUSINESS, "\"business:own\"", "\"buisness:own\"", "E303", "\"buisness:own\""),
    (
        BUSINESS,
        "\"inspector:area\"] }\ndelete",
        "\"inspector:arae\"] }\ndelete",
        "E006",
        "\"inspector:arae\"",
    ),
    (BUSINESS, "edit   = { open", "edit   = { opened", "E301", "[\"office\", \"inspector:area\"]"),
    (BUSINESS, "\"risk_level\"] }", "\"phone\"] }", "E101", "\"phone\""),
    (BUSINESS, "type = \"phone\", secret", "type = \"phone\", search = true, secret", "E101", "true"),
    (BUSINESS, "unless_open = [\"inspection\"]", "unless_open = [\"area\"]", "E102", "\"area\""),
    (BUSINESS, "group    = \"subject\"", "group    = \"subjects\"", "E006", "\"subjects\""),
    (BUSINESS, "asks = [\"closed_on\"]", "asks = [\"needs_chief\"]", "E101", "\"needs_chief\""),
    (INSPECTION, "ref = \"food_business\"", "ref = \"business\"", "E103", "\"business\""),
    (INSPECTION, "\"JC-{year}-{seq:6}\"", "\"JC-{year}\"", "E006", "\"JC-{year}\""),
    (INSPECTION, "when     = \"date\"", "when     = \"note\"", "E101", "\"note\""),
    (INSPECTION, "{business.name}", "{business.nam}", "E102", "\"{business.nam} {date}\""),
    (INSPECTION, "\"by:business.kind\"", "\"by:business.name\"", "E101", "\"by:business.name\""),
    (INSPECTION, "opens = \"rectification\"", "opens = \"sample\"", "E102", "\"sample\""),
    (INSPECTION, "rectification.closed", "rectification.close", "E301", "\"rectification.close\""),
    (INSPECTION, "\"20 workdays\"", "\"20 workday s\"", "E006", "\"20 workday s\""),
    (INSPECTION, "starts = \"date\"", "starts = \"result\"", "E305", "\"result\""),
    (
        INSPECTION,
        "asks = [\"result\"]",
        "asks = [\"result\"], run = \"risk.conclude\"",
        "E307",
        "\"risk.conclude\"",
    ),
    (INSPECTION, "format = \"xlsx\"", "format = \"xls\"", "E006", "\"xls\""),
    (
        INSPECTION,
        "after = \"rectification.closed\"",
        "after = \"rectification.open\", opens = \"rectification\"",
        "E304",
        "\"rectification.open\"",
    ),
    ("registers/sample.toml", "digits = 3", "digits = 7", "E006", "7"),
    ("registers/area.toml", "population =", "people =", "E004", "\"areas\""),
    (
        INDICATORS,
        "by = \"business\", where = \"scheme",
        "by = \"food\", where = \"scheme",
        "E401",
        "\"food\"",
    ),
    (
        INDICATORS,
        "register = \"food_business\", where = \"state == 'open' && k",
        "register = \"shop\", where = \"state == 'open' && k",
        "E103",
        "\"shop\"",
    ),
    (INDICATORS, "[chiefs]\n", "[chiefs]\nowes = \"owner\"\n", "E401", "\"owner\""),
    (
        INSPECTION,
        "format = \"xlsx\"",
        "format = \"pdf\", template = \"../pack.toml\"",
        "E104",
        "\"../pack.toml\"",
    ),
    (INDICATORS, "sum = \"weight\"", "sum = \"food\"", "E401", "\"food\""),
    (INDICATORS, "count  = { register = \"sample\", sum = \"weight\" }", "", "E401", "[sampled_kg]"),
    (INDICATORS, "window = \"24 months\"", "window = \"2 years\"", "E006", "\"2 years\""),
    (
        INDICATORS,
        "{ register = \"sample\", sum = \"weight\" }",
        "{ register = \"food_business\" }",
        "E401",
        "\"food_business\"",
    ),
    ("targets.toml", "\"food_samples\"", "\"food_sample\"", "E402", "\"food_sample\""),
    ("targets.toml", "unit      = \"批次/千人\"", "unit      = \"%\"", "E402", "\"%\""),
    (
        "registers/progress.toml",
        "calc = \"duty.body\"",
        "calc = \"body_of(area)\"",
        "E304",
        "\"body_of(area)\"",
    ),
    ("targets.toml", "measure   = 1", "measure   = 4", "E402", "4"),
    ("plan.txt", "县教育局", "县体育局", "E503", "县体育局"),
    ("registers/progress.toml", "at = \"period\"", "at = \"did\"", "E101", "\"did\""),
    ("registers/progress.toml", "by = \"duty\"", "by = \"body\"", "E101", "\"body\""),
    ("roles.toml", "\"secadmin\", \"auditor\"", "\"secadmim\", \"auditor\"", "E303", "\"secadmim\""),
    (
        "areas.csv",
        "410001101,东镇,township,410001,",
        "410001101,东镇,township,,",
        "E501",
        "410001101,东镇,township,,20000",
    ),
    ("areas.csv", "60000", "六万", "E501", "410001,小县,county,,六万"),
    (
        "bodies.csv",
        "dongzhen|xixiang",
        "dongzheng|xixiang",
        "E502",
        "townships,各乡镇街道,collective,各乡镇|各乡镇、街道,410001,dongzheng|xixiang|chengguan",
    ),
    ("bodies.csv", "code,name,kind", "code,title,kind", "E008", "code,title,kind,aliases,area,members"),
    (
        "tables/business_kind.csv",
        "restaurant,餐馆,catering",
        "restaurant,餐馆,dining",
        "E008",
        "restaurant,餐馆,dining",
    ),
    (
        "tables/rules.csv",
        "2022-01-01,,新办法",
        "2021-01-01,,新办法",
        "E403",
        "publish_workdays,15,工作日,2021-01-01,,新办法",
    ),
    ("tables/workdays.csv", "2023-10-08,workday", "2023-10-08,work", "E008", "2023-10-08,work,调休"),
];

#[test]
fn each_rule_points_at_the_place_where_it_is_broken() {
    let mut missed = Vec::new();
    for (file, right, wrong, code, pointed) in SLIPS {
        let dir = tempfile::tempdir().unwrap();
        copy(&packs().join("small"), dir.path());
        let path = dir.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(right), "{file} has no {right}");
        let text = text.replacen(right, wrong, 1);
        fs::write(&path, &text).unwrap();
        let found = faults(dir.path());
        let hit = found.iter().any(|fault| {
            fault.code.to_string() == *code
                && fault.file == path
                && text[fault.span.clone()].starts_with(pointed)
                && text.lines().nth(fault.line - 1).is_some_and(|line| line.contains(pointed))
        });
        if !hit {
            let printed: Vec<String> = found.iter().map(ToString::to_string).collect();
            missed.push(format!(
                "{file}: {wrong}: {code} at {pointed} is not among:\n{}",
                printed.join("\n\n")
            ));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

#[test]
fn the_reference_of_the_format_explains_every_code() {
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pack-format.md");
    let reference = fs::read_to_string(reference).unwrap();
    for (.., code, _) in SLIPS {
        assert!(reference.contains(code), "{code}");
    }
}

#[test]
fn a_correction_that_no_longer_matches_is_pointed_at_by_its_line() {
    let dir = tempfile::tempdir().unwrap();
    copy(&packs().join("small"), dir.path());
    let fixes = "[[replace]]\nfind = \"县教育局\"\nwith = \"县教育局\"\n\n[[replace]]\nfind = \"县体委\"\nwith = \"县教育局\"\n";
    fs::write(dir.path().join("plan.fixes.toml"), fixes).unwrap();
    let found = faults(dir.path());
    assert_eq!(found.len(), 1);
    assert!(found[0].file.ends_with("plan.fixes.toml"));
    assert_eq!((found[0].code.to_string().as_str(), found[0].line), ("E503", 5));
}

#[test]
fn an_engine_is_checked_by_what_it_takes_and_gives() {
    let effect = |takes: &[(&str, Type)], gives: &[(&str, Type)]| {
        let typed =
            |list: &[(&str, Type)]| list.iter().map(|(id, ty)| ((*id).to_owned(), ty.clone())).collect();
        Catalogue {
            effects: vec![EffectSig { id: "risk.conclude".into(), takes: typed(takes), gives: typed(gives) }],
        }
    };
    let dir = tempfile::tempdir().unwrap();
    copy(&packs().join("small"), dir.path());
    let path = dir.path().join(INSPECTION);
    let text = fs::read_to_string(&path).unwrap();
    let text = text
        .replace("asks = [\"result\"]", "run = \"risk.conclude\"")
        .replace("fail = \"不符合\" } }", "fail = \"不符合\" }, from = \"risk.conclude\" }");
    fs::write(&path, text).unwrap();
    let judged = |catalogue: Catalogue| {
        let found = read(dir.path(), &catalogue).err().unwrap_or_default();
        found.iter().map(|fault| format!("{} {}", fault.code, fault.message)).collect::<Vec<_>>()
    };
    assert_eq!(judged(effect(&[("date", Type::Date)], &[("result", Type::Text)])), Vec::<String>::new());
    assert!(
        judged(effect(&[("score", Type::Int)], &[("result", Type::Text)]))[0].contains("要读字段 `score`")
    );
    assert!(
        judged(effect(&[("date", Type::Bool)], &[("result", Type::Text)]))[0].contains("`date` 类型不对")
    );
    assert!(judged(effect(&[], &[("result", Type::Date)]))[0].contains("`result` 不是这种类型"));
    assert_eq!(
        judged(effect(&[], &[("score", Type::Int)])).len(),
        2,
        "result is not written, score not declared"
    );
}

#[test]
fn a_folder_without_pack_toml_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let found = faults(dir.path());
    assert_eq!(found.len(), 1);
    assert!(found[0].to_string().contains("pack.toml"));
}

#[test]
fn a_file_that_nothing_reads_is_named() {
    let dir = tempfile::tempdir().unwrap();
    copy(&packs().join("small"), dir.path());
    fs::rename(dir.path().join("targets.toml"), dir.path().join("target.toml")).unwrap();
    fs::write(dir.path().join("README.md"), "给同事的话").unwrap();
    let found = faults(dir.path());
    assert_eq!(found.len(), 1);
    assert!(
        found[0].message.contains("`target.toml`")
            && found[0].help.as_ref().unwrap().contains("targets.toml")
    );
}

#[test]
fn a_file_in_another_encoding_is_named() {
    let dir = tempfile::tempdir().unwrap();
    copy(&packs().join("small"), dir.path());
    fs::write(dir.path().join("roles.toml"), b"office = { title = \"\xca\xb3\xb0\xb2\xb0\xec\" }\n").unwrap();
    let found = faults(dir.path());
    assert!(found.iter().any(|f| f.code.to_string() == "E001" && f.file.ends_with("roles.toml")));
}

#[test]
fn a_table_is_read_as_excel_saves_it_in_china() {
    let dir = tempfile::tempdir().unwrap();
    copy(&packs().join("small"), dir.path());
    fs::write(
        dir.path().join("tables/business_kind.csv"),
        b"code,title,parent\ncanteen,\xca\xb3\xcc\xc3,\nschool_canteen,\xd1\xa7\xd0\xa3,canteen\n",
    )
    .unwrap();
    let pack = read(dir.path(), &Catalogue::default()).unwrap();
    assert_eq!(pack.choices["business_kind"][0].title, "食堂");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever is typed into a file, reading ends with a pack or with diagnostics that can be printed.
    #[test]
    fn reading_a_spoilt_pack_never_panics(
        file in prop::sample::select(vec!["pack.toml", BUSINESS, INSPECTION, INDICATORS, "targets.toml", "areas.csv"]),
        at in 0.0f64..1.0,
        cut in 0usize..40,
        put in prop_oneof!["\\PC{0,12}", prop::sample::select(vec![
            "\"", "'", "[", "]", "{", "}", "=", ".", "\"\"\"", "\n[fields]\n", "1e9", "0x_", "true", "[[a]]", "#", ",", "\u{feff}",
            "999999999999999999999", "'a' == ", "\\u0000", "= {}", "= []",
        ]).prop_map(str::to_owned)],
    ) {
        let dir = tempfile::tempdir().unwrap();
        copy(&packs().join("small"), dir.path());
        let path = dir.path().join(file);
        let text: Vec<char> = fs::read_to_string(&path).unwrap().chars().collect();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = (at * text.len() as f64) as usize;
        let spoilt: String =
            text[..at].iter().copied().chain(put.chars()).chain(text.iter().skip(at + cut).copied()).collect();
        fs::write(&path, spoilt).unwrap();
        for fault in faults(dir.path()) {
            prop_assert!(!fault.render(true).is_empty());
        }
    }
}
