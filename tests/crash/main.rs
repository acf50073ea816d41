//! `kill -9` at random instants in the middle of imports, acts and `pack apply`: what is there afterwards is the old or the new,
//! never a half, and the office works on. On SQLite, and on PostgreSQL when there is a server to test on.
//!
//! SHIAN_CRASH_ROUNDS (kills per kind, default 4), SHIAN_CRASH_ROWS (default 400) and SHIAN_CRASH_SEED; the full proof, by hand:
//! `SHIAN_CRASH_ROUNDS=50 SHIAN_CRASH_ROWS=100000 cargo test --release -p shian-tests --test crash -- --nocapture`

/// Runs each test on both databases.
macro_rules! killed_on_both_databases {
    ($($test:ident)*) => {
        mod sqlite {
            $(#[test] fn $test() { super::$test(crate::kills::On::Sqlite); })*
        }
        mod postgres {
            $(#[test] fn $test() { super::$test(crate::kills::On::Postgres); })*
        }
    };
}

mod kills;
mod office;
#[path = "../../crates/store/tests/stage/mod.rs"]
mod stage;
mod store;
