//! Lets a child work on an office of its own and kills it, again and again. A child is a test of this program that does nothing
//! unless it is told where to work.
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use shian_service::Office;
use shian_store::Location;

use crate::stage::admin;

/// Tell a child its folder, its PostgreSQL database if it has one, and what it works with.
const WORK_IN: &str = "SHIAN_CRASH_WORK_IN";
const DATABASE: &str = "SHIAN_CRASH_DATABASE";
const WORK_WITH: &str = "SHIAN_CRASH_WORK_WITH";

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// How large a table is that is worked on.
pub fn rows() -> i64 {
    number("SHIAN_CRASH_ROWS", 400) as i64
}

#[derive(Clone, Copy)]
pub enum On {
    Sqlite,
    Postgres,
}

/// A data folder, and on PostgreSQL a database; both gone when dropped.
pub struct Place {
    folder: tempfile::TempDir,
    /// Server and name.
    server: Option<(String, String)>,
}

impl Place {
    /// An empty one. `None`, said plainly, without a server to test on.
    pub fn new(on: On) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = match on {
            On::Sqlite => None,
            On::Postgres => {
                let Ok(server) = std::env::var("SHIAN_TEST_PG") else {
                    eprintln!("skipped on PostgreSQL: SHIAN_TEST_PG is not set");
                    return None;
                };
                let number = COUNT.fetch_add(1, Ordering::Relaxed);
                let name = format!("shian_crash_{}_{number}", std::process::id());
                admin(&server, &format!("CREATE DATABASE {name}"));
                Some((server, name))
            }
        };
        Some(Self { folder, server })
    }

    /// A place with what is in the backup.
    pub fn with(on: On, backup: &Path) -> Self {
        let place = Self::new(on).expect("a second place like the first");
        Office::restore_backup(backup, place.data(), place.database().as_deref(), &mut |_, _| {})
            .expect("the office is restored");
        place
    }

    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// URL of the PostgreSQL database.
    pub fn database(&self) -> Option<String> {
        let (server, name) = self.server.as_ref()?;
        let (base, _) = server.rsplit_once('/').expect("the URL names a database");
        Some(format!("{base}/{name}"))
    }

    pub fn location(&self) -> Location {
        location(self.data(), self.database())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            admin(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

pub fn location(data: &Path, database: Option<String>) -> Location {
    database.map_or_else(|| Location::Sqlite(data.join("shian.db")), Location::Postgres)
}

/// What a child was told.
pub struct Told {
    pub data: PathBuf,
    pub database: Option<String>,
    pub with: PathBuf,
}

/// `None` when this process is no child.
pub fn told() -> Option<Told> {
    let data = PathBuf::from(std::env::var_os(WORK_IN)?);
    let with = std::env::var_os(WORK_WITH).map(PathBuf::from).unwrap_or_default();
    Some(Told { data, database: std::env::var(DATABASE).ok(), with })
}

/// Starts a child in the place and kills it after a while; answers how long it took if it ended before that.
fn run_child(child: &str, place: &Place, with: &Path, kill_after: Duration) -> Option<Duration> {
    let me = std::env::current_exe().expect("this program has a path");
    let start = Instant::now();
    let mut command = Command::new(me);
    command.args(["--exact", child]).env(WORK_IN, place.data()).env(WORK_WITH, with);
    if let Some(database) = place.database() {
        command.env(DATABASE, database);
    }
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the child starts");
    let mut said = process.stdout.take().expect("the child can be heard");
    let (ended, end) = mpsc::channel();
    let listener = std::thread::spawn(move || {
        let mut words = String::new();
        // Ends when the child does; whoever waits may have gone.
        let _ = said.read_to_string(&mut words);
        let _ = ended.send(());
    });
    let done = end.recv_timeout(kill_after).ok().map(|()| start.elapsed());
    if done.is_none() {
        process.kill().expect("the child can be killed");
    }
    let status = process.wait().expect("the child is gone");
    listener.join().expect("the listener ends");
    assert!(done.is_none() || status.success(), "{child} failed by itself");
    done
}

/// A kind of work that is killed.
pub struct Kind<'a> {
    pub on: On,
    /// The test that does it.
    pub child: &'a str,
    /// The backup it begins with each time.
    pub before: &'a Path,
    /// A file or folder it works with.
    pub with: &'a Path,
}

/// Kills the child at random instants of its work, again and again. `whole` is handed the place after the child did all of it,
/// and what it answers goes with each killed place to `check`, which judges what is left.
pub fn kill_again_and_again<T>(kind: &Kind, whole: impl FnOnce(&Place) -> T, check: impl Fn(&Place, &T)) {
    let Kind { on, child, before, with } = *kind;
    let place = Place::with(on, before);
    let mut length =
        run_child(child, &place, with, Duration::from_secs(3_600)).expect("the child ends by itself");
    let expected = whole(&place);
    drop(place);
    let seed = number("SHIAN_CRASH_SEED", u64::from(std::process::id()));
    let mut random = (seed | 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let rounds = number("SHIAN_CRASH_ROUNDS", 4);
    let (mut killed, mut tried) = (0, 0);
    // A machine that gets less busy lets the child end before its instant; then the next ones come sooner.
    while killed < rounds && tried < rounds * 5 {
        tried += 1;
        // xorshift: instants need no better chance.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let place = Place::with(on, before);
        let instant = length.mul_f64((random % 10_000) as f64 / 10_000.0);
        println!("{child}: try {tried} of seed {seed}, killed after {instant:?} of {length:?}");
        match run_child(child, &place, with, instant) {
            Some(sooner) => length = length.min(sooner),
            None => killed += 1,
        }
        check(&place, &expected);
    }
    println!("{child}: killed {killed} times at work, {} rows, all sound", rows());
    assert!(killed > 0, "never killed at work");
}
