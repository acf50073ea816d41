//! How often a caller may ask: so many requests in a minute, counted by credential, in memory.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const WINDOW: Duration = Duration::from_secs(60);
/// Callers remembered; when there are more, the windows that are over are swept.
const CALLERS_MAX: usize = 10_000;

/// Counts requests.
#[derive(Debug)]
pub struct Limiter {
    /// 0: no limit.
    per_minute: u32,
    windows: Mutex<HashMap<u64, (Instant, u32)>>,
}

/// Where a caller stands after one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Requests in a minute.
    pub limit: u32,
    /// What is left of them.
    pub remaining: u32,
    /// Seconds until they are all there again.
    pub reset_seconds: u64,
    /// This one was too many.
    pub over: bool,
}

impl Limiter {
    /// Lets each caller ask so often in a minute; 0: without limit.
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute, windows: Mutex::default() }
    }

    /// Counts one request of `caller`; None when there is no limit.
    pub fn count(&self, caller: u64, now: Instant) -> Option<Standing> {
        if self.per_minute == 0 {
            return None;
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= CALLERS_MAX {
            windows.retain(|_, (began, _)| now.duration_since(*began) < WINDOW);
        }
        let (began, used) = windows.entry(caller).or_insert((now, 0));
        if now.duration_since(*began) >= WINDOW {
            (*began, *used) = (now, 0);
        }
        let over = *used >= self.per_minute;
        if !over {
            *used += 1;
        }
        let left = WINDOW.saturating_sub(now.duration_since(*began));
        Some(Standing {
            limit: self.per_minute,
            remaining: self.per_minute - *used,
            reset_seconds: left.as_secs() + 1,
            over,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Limiter;

    #[test]
    fn a_caller_who_asked_too_often_waits_for_the_next_minute_and_nobody_else_does() {
        let (limiter, start) = (Limiter::new(2), Instant::now());
        let over = |caller, at| limiter.count(caller, at).expect("there is a limit").over;
        assert_eq!(
            [over(1, start), over(1, start), over(1, start), over(2, start)],
            [false, false, true, false]
        );
        let later = start + Duration::from_secs(61);
        assert!(!over(1, later));
        assert!(Limiter::new(0).count(1, start).is_none());
    }
}
