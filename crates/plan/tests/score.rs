//! Scores the compiler against plans with their truth and prints the table.
//!
//! Two collections: the plans in `tests/plans`, and, where `SHIAN_SHARED` holds them, those in `data/plans` there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests may

mod scoring;

use scoring::{Score, score};
use std::path::{Path, PathBuf};

fn shared_plans() -> Option<PathBuf> {
    let root = std::env::var("SHIAN_SHARED")
        .map_or_else(|_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let plans = root.join("data/plans");
    plans.is_dir().then_some(plans)
}

fn scores(folder: &Path) -> Vec<(String, Score)> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    let truths = names.iter().filter(|p| p.to_string_lossy().ends_with(".truth.json"));
    truths
        .map(|truth| {
            let text = PathBuf::from(truth.to_string_lossy().replace(".truth.json", ".txt"));
            let truth: serde_json::Value = serde_json::from_slice(&std::fs::read(truth).unwrap()).unwrap();
            let compiled = shian_plan::compile(&std::fs::read(&text).unwrap(), "plan.txt")
                .unwrap_or_else(|e| panic!("{}: {e}", text.display()));
            (text.file_stem().unwrap().to_string_lossy().into_owned(), score(&truth, &compiled.plan))
        })
        .collect()
}

fn print(scores: &[(String, Score)]) {
    println!("{:20} measures  titles  duties targets    head", "document");
    for (name, s) in scores {
        let row: Vec<String> = s.fields().iter().map(|f| format!("{f:7.4}")).collect();
        println!("{name:20}  {}", row.join(" "));
        s.wrong.iter().for_each(|w| println!("    {w}"));
    }
}

#[test]
fn every_plan_of_ours_is_read_as_its_truth_says() {
    let scores = scores(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans"));
    print(&scores);
    assert!(scores.len() >= 12, "{} plans", scores.len());
    for (name, s) in &scores {
        assert!(s.fields().iter().all(|f| *f >= 0.97), "{name} is read worse than 0.97 in a field");
    }
}

#[test]
fn the_shared_plans_are_read_as_their_truth_says() {
    let Some(folder) = shared_plans() else {
        println!("skipped: no shared plans (set SHIAN_SHARED to the folder that holds data/plans)");
        return;
    };
    let scores = scores(&folder);
    print(&scores);
    for (name, s) in &scores {
        let least = if name == "pingqiao-2023" { 1.0 } else { 0.97 };
        assert!(s.fields().iter().all(|f| *f >= least), "{name} is read worse than {least} in a field");
    }
}
