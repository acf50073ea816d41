//! Parents that go round: the codes of a table or the areas of a place, in linear time.
use std::collections::{HashMap, HashSet};

/// The codes that come back to themselves when one follows `above`.
pub(super) fn circles<'a>(above: &HashMap<&'a str, &'a str>) -> HashSet<&'a str> {
    let (mut settled, mut round) = (HashSet::new(), HashSet::new());
    for start in above.keys().copied() {
        let (mut path, mut on_path, mut at) = (Vec::new(), HashSet::new(), start);
        let closed = loop {
            if settled.contains(at) {
                break false;
            }
            if !on_path.insert(at) {
                break true;
            }
            path.push(at);
            match above.get(at) {
                Some(parent) => at = parent,
                None => break false,
            }
        };
        if closed {
            round.extend(path.iter().copied().skip_while(|code| *code != at));
        }
        settled.extend(path);
    }
    round
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_back_to_itself_is_in_a_circle() {
        let above = HashMap::from([("a", "b"), ("b", "c"), ("c", "b"), ("d", "a"), ("e", "f"), ("g", "g")]);
        assert_eq!(circles(&above), HashSet::from(["b", "c", "g"]));
    }

    #[test]
    fn a_long_chain_is_followed_once() {
        let codes: Vec<String> = (0..200_000).map(|n| n.to_string()).collect();
        let above = codes.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        assert!(circles(&above).is_empty());
    }
}
