//! What was measured, in words.
use std::time::Duration;

use super::Measured;

fn ms(duration: Duration) -> String {
    let ms = duration.as_secs_f64() * 1000.0;
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

/// Mean number of running processes in the last five minutes: above the number of cores, all times are too long.
fn load() -> String {
    let all = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    all.split_whitespace().nth(1).unwrap_or("not known").to_owned()
}

pub fn text(measured: &Measured) -> String {
    let middle = measured.changes.get(measured.changes.len() / 2).copied().unwrap_or_default();
    let worst = measured.changes.last().copied().unwrap_or_default();
    let mut lines = vec![
        "## Indicators".to_owned(),
        String::new(),
        format!(
            "{} indicators ({} sides) on {} rows, SQLite, one run; {} verdicts. Load of the machine (processes wanting a core): {}.",
            measured.indicators,
            measured.sides,
            measured.rows,
            measured.verdicts,
            load()
        ),
        String::new(),
        "| what | time |".to_owned(),
        "|---|---|".to_owned(),
        format!(
            "| every number straight from the rows, one reader per core, nothing written | {} |",
            ms(measured.asked)
        ),
        format!("| first pass: every verdict judged and written | {} |", ms(measured.first_pass)),
    ];
    if let Some(duck) = &measured.duck {
        lines.push(format!(
            "| DuckDB {}, {} threads: the same questions on the same rows, loaded from CSV | {} |",
            duck.version,
            duck.threads,
            ms(duck.load() + duck.asked())
        ));
        lines.push(format!(
            "| … of which answering, everything in memory, median of five | {} |",
            ms(duck.asked())
        ));
    }
    lines.extend([
        format!(
            "| all numbers of the place and of each area, as the cockpit reads them | {} |",
            ms(measured.read)
        ),
        format!(
            "| one act, its settling and commit, then all numbers: median and worst of {} | {}, {} |",
            measured.changes.len(),
            ms(middle),
            ms(worst)
        ),
        String::new(),
        "Again: `cargo bench -p shian-service --bench indicators`.".to_owned(),
    ]);
    if let Some(duck) = &measured.duck {
        let ratio =
            |ours: Duration, theirs: Duration| format!("{:.1}", ours.as_secs_f64() / theirs.as_secs_f64());
        lines.push(format!(
            "First pass against DuckDB from the same rows on disk: {} times; numbers alone against DuckDB's warm memory: {} times.",
            ratio(measured.first_pass, duck.load() + duck.asked()),
            ratio(measured.asked, duck.asked())
        ));
        lines.push(if measured.differ.is_empty() {
            "All sums agree with DuckDB's.".to_owned()
        } else {
            format!("Sums that differ from DuckDB's: {}.", measured.differ.join(", "))
        });
    }
    lines.join("\n") + "\n"
}
