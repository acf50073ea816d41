//! Any bytes are read or refused: random ones, and plans with pieces cut, doubled, swapped and changed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests may

use proptest::prelude::*;
use std::path::Path;

fn plans() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "txt"))
        .collect();
    files.sort();
    files.iter().map(|f| std::fs::read(f).unwrap()).collect()
}

/// A small generator with a fixed seed, so that a failure comes back.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below.max(1)
    }
}

#[test]
fn mutated_plans_are_read_or_refused() {
    let plans = plans();
    let mut dice = Dice(2023);
    for round in 0..400 {
        let mut bytes = plans[round % plans.len()].clone();
        for _ in 0..=dice.roll(6) {
            let (a, b) = (dice.roll(bytes.len()), dice.roll(bytes.len()));
            let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 400));
            match dice.roll(4) {
                0 => drop(bytes.drain(from..to)),
                1 => {
                    let piece = bytes[from..to].to_vec();
                    let at = dice.roll(bytes.len());
                    bytes.splice(at..at, piece);
                }
                2 => bytes[from..to].reverse(),
                _ => {
                    let noise = [
                        "（", ")", "负责", "%", "一、", "\n", "每", "\t", "|", "9", "〔", "等", "会同", "由",
                        "：", "“",
                    ];
                    let sign = noise[dice.roll(noise.len())];
                    bytes.splice(from..from, sign.bytes());
                }
            }
        }
        shian_plan::fuzz(&bytes);
        shian_plan::fuzz(String::from_utf8_lossy(&bytes).as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        shian_plan::fuzz(&bytes);
    }

    #[test]
    fn random_words_of_plans_are_read_or_refused(words in proptest::collection::vec(proptest::sample::select(vec![
        "一、", "（一）", "1.", "(2)", "①", "一是", "第一章", "\n", "。", "，", "；", "：", "、", "（", "）", "〔", "】", "区市场监管局", "各乡镇", "办", "牵头", "配合", "负责",
        "按职责分工", "会同", "由", "等", "责任单位：", "达到", "不低于", "98", "%", "百分之", "九十八", "八成", "每两年", "一次", "批次", "/千人", "以上", "其中", "\t", "|", "序号", "任务",
        "2023年", "工作要点", "附件", " ", "　", "“", "《", "\u{c}", "零点", "万", "率", "均", "分别", "6月底前", "--", "至",
    ]), 0..120)) {
        shian_plan::fuzz(words.concat().as_bytes());
    }
}
