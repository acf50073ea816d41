//! How long a plan of ten megabytes takes, and whether twice as much takes twice as long: `cargo bench -p shian-plan`.

#[path = "../../../benches/section.rs"]
mod file;

use std::path::Path;
use std::time::Instant;

fn main() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/pingqiao-2023/plan.txt");
    let Ok(plan) = std::fs::read_to_string(&source) else {
        println!("skipped: {} is not there", source.display());
        return;
    };
    let mut lines = String::from("## Plan compiler\n\n| document | size | time |\n|---|---|---|\n");
    for (name, piece) in [
        ("the plan over and over", plan.as_str()),
        ("one line", "区市场监管局牵头，抽检率达到98%、"),
        ("brackets", "（（（区市场监管局负责"),
        ("numbers", "1.1.1."),
    ] {
        for megabytes in [5, 10, 20] {
            let text = piece.repeat(megabytes * 1024 * 1024 / piece.len());
            let start = Instant::now();
            let read = shian_plan::compile(text.as_bytes(), "plan.txt");
            let measures = read.map_or(0, |c| c.plan.chapters.iter().map(|c| c.measures.len()).sum());
            let seconds = start.elapsed().as_secs_f64();
            lines += &format!("| {name}, {measures} measures | {megabytes} MB | {seconds:.2} s |\n");
        }
    }
    file::put("plan", &(lines + "\nAgain: `cargo bench -p shian-plan --bench ten_megabytes`."));
}
