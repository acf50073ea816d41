//! Single sentences with what they hold: figures that are targets and figures that are none, duties in all their forms.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests may

use shian_plan::{Measure, Role, compile};

/// The rows of a table of sentences, and a plan with each as a measure.
fn measures(table: &str, ending: &str) -> Vec<(Vec<String>, Measure)> {
    let rows: Vec<Vec<String>> = table
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(|l| l.split('\t').map(str::to_owned).collect())
        .collect();
    let mut text = String::from("青河县2023年食品安全工作要点\n一、重点任务\n");
    for (i, row) in rows.iter().enumerate() {
        text += &format!("{}.项目名称。{}{ending}\n", i + 1, row[0]);
    }
    let plan = compile(text.as_bytes(), "plan.txt").expect("a plan").plan;
    let measures = plan.chapters.into_iter().flat_map(|c| c.measures);
    let read: Vec<_> = rows.into_iter().zip(measures).collect();
    assert!(
        read.iter().enumerate().all(|(i, (_, m))| m.no as usize == i + 1),
        "each sentence is one measure"
    );
    read
}

fn sorted(words: impl Iterator<Item = String>) -> Vec<String> {
    let mut words: Vec<String> = words.collect();
    words.sort();
    words
}

#[test]
fn targets_are_read_and_other_figures_left() {
    for (row, measure) in measures(include_str!("sentences/targets.tsv"), "。（县市场监管局负责）")
    {
        let found = measure.tasks.iter().flat_map(|t| &t.targets).map(|t| {
            let op = if t.op.sign() == ">=" { "" } else { t.op.sign() };
            format!("{op}{}{}", t.value, t.unit)
        });
        let wanted = row.get(1).map_or("", String::as_str).split_whitespace().map(str::to_owned);
        assert_eq!(sorted(found), sorted(wanted), "{}", row[0]);
    }
}

#[test]
fn duties_give_each_body_its_role() {
    for (row, measure) in measures(include_str!("sentences/duties.tsv"), "") {
        for (column, role) in [(1, Role::Lead), (2, Role::Cooperate), (3, Role::Responsible)] {
            let duties = measure.tasks.iter().filter_map(|t| t.duty.as_ref());
            let found =
                duties.flat_map(|d| d.bodies()).filter(|(r, _)| *r == role).map(|(_, b)| b.name.clone());
            let wanted = row.get(column).map_or("", String::as_str).split_whitespace().map(str::to_owned);
            assert_eq!(sorted(found), sorted(wanted), "{role:?} in {}", row[0]);
        }
    }
}
