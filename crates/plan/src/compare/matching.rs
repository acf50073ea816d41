//! Which measure or target of one plan stands for which of another: the likest pairs first, each taken once.
use crate::plan::Plan;

/// Pairs (old, new) of the best likeness at or above `least`, each index in one pair at most, in the order of the old.
pub fn pairs(
    old: usize,
    new: usize,
    least: f64,
    likeness: impl Fn(usize, usize) -> f64,
) -> Vec<(usize, usize)> {
    let all = (0..old).flat_map(|o| (0..new).map(move |n| (o, n)));
    let mut scored: Vec<(f64, usize, usize)> = all.map(|(o, n)| (likeness(o, n), o, n)).collect();
    scored.retain(|(score, ..)| *score >= least);
    // Equal likeness: the one that stands nearest to its old place.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.abs_diff(a.2).cmp(&b.1.abs_diff(b.2))));
    let (mut old_taken, mut new_taken) = (vec![false; old], vec![false; new]);
    let mut pairs = Vec::new();
    for (_, o, n) in scored {
        if !old_taken[o] && !new_taken[n] {
            (old_taken[o], new_taken[n]) = (true, true);
            pairs.push((o, n));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// A text without marks and spaces, the plan's own year and the years beside it told by words: the same sentence a year
/// later is the same sentence.
pub fn plain(text: &str, plan: &Plan) -> String {
    let mut kept: String = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '%' | '.')).collect();
    if let Some(year) = plan.year {
        for (near, word) in [(year - 1, "上年"), (year, "本年"), (year + 1, "下年")] {
            kept = kept.replace(&format!("{near}年"), word);
        }
    }
    kept
}

/// 0 to 1: the share of common pairs of neighbouring characters.
pub fn alike(a: &str, b: &str) -> f64 {
    if a == b { 1.0 } else { strsim::sorensen_dice(a, b) }
}
