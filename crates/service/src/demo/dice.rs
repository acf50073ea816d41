//! The one source of chance of the demo data: the same seed throws the same numbers on every machine. Whole numbers only,
//! since floats may differ from one processor to the next.
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One in a million: the unit of shares.
pub const MILLION: u32 = 1_000_000;

/// Throws of one batch.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// A stream of its own for each name, so that a batch that is added changes no other.
    pub fn named(seed: u64, name: &str) -> Self {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&hash.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from 0 up to, not with, `end`; 0 when there is none.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(end)) >> 64) as u64
    }

    /// A place in a list of `len`, which is not empty.
    pub fn place(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// A number from `low` up to and with `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = i128::from(high) - i128::from(low) + 1;
        if span <= 1 {
            return low;
        }
        low + self.below(u64::try_from(span).unwrap_or(u64::MAX)) as i64
    }

    /// Between them, mostly near `low`: the cube of an even throw.
    pub fn mostly_low(&mut self, low: i64, high: i64) -> i64 {
        let even = u128::from(self.below(1 << 32));
        let cube = (even * even * even) >> 64;
        let span = u128::from(high.abs_diff(low)) + 1;
        low + ((span * cube) >> 32) as i64
    }

    /// True in so many of a million cases.
    pub fn chance(&mut self, millionths: u32) -> bool {
        millionths >= MILLION || (millionths > 0 && self.below(u64::from(MILLION)) < u64::from(millionths))
    }

    /// So many digits.
    pub fn digits(&mut self, count: u32) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

/// Things with weights.
#[derive(Debug, Clone)]
pub struct Weighted<T> {
    pub items: Vec<T>,
    /// Sums of the weights up to and with each item.
    sums: Vec<u64>,
}

impl<T> Weighted<T> {
    pub fn new(pairs: impl IntoIterator<Item = (T, u64)>) -> Self {
        let (mut items, mut sums, mut sum) = (Vec::new(), Vec::new(), 0);
        for (item, weight) in pairs {
            sum += weight;
            items.push(item);
            sums.push(sum);
        }
        Self { items, sums }
    }

    /// One of them; None when all weights are zero.
    pub fn throw(&self, dice: &mut Dice) -> Option<&T> {
        let all = *self.sums.last()?;
        let at = dice.below(all);
        self.items.get(self.sums.partition_point(|sum| *sum <= at))
    }

    /// Several different ones, in their order.
    pub fn several(&self, count: usize, dice: &mut Dice) -> Vec<&T> {
        let mut taken: Vec<usize> = Vec::new();
        let mut left = count.min(self.items.len());
        for _ in 0..self.items.len() * 8 {
            if left == 0 {
                break;
            }
            let at = dice.below(self.sums.last().copied().unwrap_or(0));
            let place = self.sums.partition_point(|sum| *sum <= at);
            if place < self.items.len() && !taken.contains(&place) {
                taken.push(place);
                left -= 1;
            }
        }
        taken.sort_unstable();
        taken.iter().filter_map(|place| self.items.get(*place)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_own_throws_and_always_the_same() {
        let throws = |seed, name| {
            let mut dice = Dice::named(seed, name);
            (0..20).map(|_| dice.between(-3, 1_000_000)).collect::<Vec<_>>()
        };
        assert_eq!(throws(1, "a"), throws(1, "a"));
        assert_ne!(throws(1, "a"), throws(1, "b"));
        assert_ne!(throws(1, "a"), throws(2, "a"));
    }

    #[test]
    fn throws_stay_within_their_bounds_and_follow_the_weights() {
        let mut dice = Dice::named(7, "x");
        let few = Weighted::new([("a", 9), ("b", 1), ("never", 0)]);
        let mut seen = [0; 2];
        for _ in 0..10_000 {
            assert!((5..=9).contains(&dice.between(5, 9)));
            assert!((10..=40).contains(&dice.mostly_low(10, 40)));
            match few.throw(&mut dice) {
                Some(&"a") => seen[0] += 1,
                Some(&"b") => seen[1] += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!(seen[0] > 8_700 && seen[1] > 800, "{seen:?}");
        assert_eq!(few.several(2, &mut dice), [&"a", &"b"]);
    }
}
