//! The office: a database, the applied pack and a clock. Opens, applies packs while it runs, and hands every act and look to a
//! desk in one transaction.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use shian_pack::{Diagnostic, Pack};
use shian_store::{Backup, Fault, Location, Migration, Progress, Store, StoreError, Tx};

use crate::actor::Actor;
use crate::clock::{Clock, day_of};
use crate::desk::Desk;
use crate::job::Room;
use crate::keep::PackShelf;
use crate::kept::KeptViews;
use crate::live::{Directory, Live};
use crate::refusal::Refusal;
use crate::restamp;
use crate::seed::{self, Seeded};
use crate::token::Holders;

/// How often a running office looks whether another process applied a pack.
const GLANCE: Duration = Duration::from_secs(1);

/// Where an office keeps its data.
#[derive(Debug, Clone)]
pub struct OfficeConfig {
    /// The data folder: database, attachments, the applied pack.
    pub data: PathBuf,
    /// URL of a PostgreSQL database; None: SQLite in the data folder.
    pub database: Option<String>,
}

/// Why the office itself could not do something. Acts of people are refused with [`Refusal`].
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// The pack is wrong; every mistake at once.
    #[error("治理包有 {} 处问题", .0.len())]
    Pack(Vec<Diagnostic>),
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record of the pack itself (area, body, duty) was not accepted.
    #[error("治理包的 {what} 没有写入：{why}")]
    Seed { what: String, why: String },
    /// The demo data cannot be made; every reason at once.
    #[error("演示数据没有装入：{}", .0.join("；"))]
    Demo(Vec<String>),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
}

/// What applying a pack did.
#[derive(Debug, Clone, Serialize)]
pub struct Applied {
    pub pack: String,
    pub title: String,
    /// What changed in the tables, line by line.
    pub changes: Vec<String>,
    pub areas: Seeded,
    pub bodies: Seeded,
    pub duties: Seeded,
    pub registers: usize,
    pub indicators: usize,
}

impl std::fmt::Display for Applied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}：台账 {} 本，指标 {} 个", self.title, self.registers, self.indicators)?;
        for change in &self.changes {
            writeln!(f, "  {change}")?;
        }
        write!(f, "区划 {}；单位 {}；责任 {}", self.areas, self.bodies, self.duties)
    }
}

/// A running office. Share it by `Arc`.
pub struct Office {
    store: Store,
    clock: Arc<dyn Clock>,
    shelf: PackShelf,
    live: RwLock<Arc<Live>>,
    glanced: Mutex<Instant>,
    holders: Holders,
    room: Arc<Room>,
    results: PathBuf,
    kept: KeptViews,
}

impl std::fmt::Debug for Office {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Office").field("pack", &self.pack().id).finish_non_exhaustive()
    }
}

impl Office {
    /// Opens the data folder (made if missing) with the pack that was applied last; without one it holds an empty pack.
    ///
    /// # Errors
    /// The database cannot be opened, or the kept pack does not read.
    pub fn open(config: OfficeConfig, clock: Arc<dyn Clock>) -> Result<Self, OfficeError> {
        std::fs::create_dir_all(&config.data)
            .map_err(|source| OfficeError::Io { path: config.data.clone(), source })?;
        let store = Store::open(&location(&config.data, config.database), &config.data)?;
        let shelf = PackShelf::new(&config.data);
        shelf.settle(store.read(Tx::noted_pack)?.as_deref())?;
        let live = match shelf.read()? {
            Some(pack) => alive(&store, Arc::new(pack))?,
            None => Live::new(Arc::<Pack>::default(), Directory::default()),
        };
        let (live, glanced) = (RwLock::new(Arc::new(live)), Mutex::new(Instant::now()));
        let (holders, room, results) = (Holders::default(), Arc::default(), config.data.join("results"));
        let kept = KeptViews::default();
        let office = Self { store, clock, shelf, live, glanced, holders, room, results, kept };
        office.refresh_indicators()?;
        Ok(office)
    }

    /// Brings the indicators to the pack and the day: windows that began, evidence that aged out. For the day's tick; cheap
    /// when nothing is to be done.
    ///
    /// # Errors
    /// The database's.
    pub fn refresh_indicators(&self) -> Result<(), StoreError> {
        let (live, now) = (self.held(), self.now());
        self.store.write(move |tx| {
            crate::waiting::refresh(tx, &live, false)?;
            crate::indicator::refresh(tx, &live.pack, now)
        })?;
        self.kept.clear();
        Ok(())
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The day in Shanghai.
    pub fn today(&self) -> NaiveDate {
        day_of(self.now())
    }

    pub fn pack(&self) -> Arc<Pack> {
        self.live().pack.clone()
    }

    /// Path of an area, by its code or name.
    pub fn area_path(&self, text: &str) -> Option<String> {
        let live = self.live();
        live.directory.area(text).and_then(|id| live.directory.path(id)).map(str::to_owned)
    }

    /// Whether a pack was applied.
    pub fn has_pack(&self) -> bool {
        !self.live().pack.id.is_empty()
    }

    /// Where long work is waited for.
    pub(crate) fn room(&self) -> &Arc<Room> {
        &self.room
    }

    /// Folder of the files that jobs make.
    pub(crate) fn results(&self) -> PathBuf {
        self.results.clone()
    }

    pub(crate) fn holders(&self) -> &Holders {
        &self.holders
    }

    pub(crate) fn kept(&self) -> &KeptViews {
        &self.kept
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The pack at work. Notices within a second that another process applied one.
    pub(crate) fn live(&self) -> Arc<Live> {
        let mut glanced = self.glanced.lock().unwrap_or_else(PoisonError::into_inner);
        if glanced.elapsed() >= GLANCE {
            *glanced = Instant::now();
            let held = self.held();
            if self.shelf.digest().is_some_and(|digest| digest != held.pack.digest)
                && let Err(error) = self.reload()
            {
                tracing::error!("a pack was applied elsewhere and cannot be read: {error}");
            }
        }
        drop(glanced);
        self.held()
    }

    fn held(&self) -> Arc<Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn swap(&self, live: Live) {
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
    }

    fn reload(&self) -> Result<(), OfficeError> {
        if let Some(pack) = self.shelf.read()? {
            self.swap(alive(&self.store, Arc::new(pack))?);
        }
        Ok(())
    }

    /// What applying `pack` would do to the tables.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn plan_pack(&self, pack: &Pack) -> Result<Migration, OfficeError> {
        Ok(self.store.plan_migration(pack)?)
    }

    /// Checks the pack in `dir`, brings the tables, areas, bodies and duties in step with it, keeps a copy, and works by it
    /// from then on. A change that would lose data is refused unless `allow_loss`.
    ///
    /// # Errors
    /// The pack is wrong, or the database refuses; the office goes on with the pack it had.
    pub fn apply_pack(&self, dir: &Path, allow_loss: bool) -> Result<Applied, OfficeError> {
        let pack = shian_pack::read(dir, &crate::engines::catalogue()).map_err(OfficeError::Pack)?;
        let pack = Arc::new(pack);
        let ready = self.shelf.lay_out(&pack)?;
        let (old, new, now) = (self.held().pack.clone(), pack.clone(), self.now());
        let rest = move |tx: &mut Tx, migration: &Migration| -> Result<_, OfficeError> {
            let mut written = BTreeSet::new();
            let seeded = seed::seed(tx, (&old, &new), now, &mut written).map_err(seeds)?;
            restamp::restamp(tx, (&old, &new), &migration.restamp, now, &mut written).map_err(seeds)?;
            crate::indicator::rejudge(tx, &new, now, &written)?;
            crate::indicator::refresh(tx, &new, now)?;
            Ok((migration.steps.clone(), seeded))
        };
        let (changes, [areas, bodies, duties]) = self.store.migrate_with(&pack, allow_loss, now, rest)?;
        self.shelf.put(ready)?;
        let applied = Applied {
            pack: pack.id.clone(),
            title: pack.title.clone(),
            changes,
            areas,
            bodies,
            duties,
            registers: pack.registers.len(),
            indicators: pack.indicators.len(),
        };
        self.swap(alive(&self.store, pack)?);
        Ok(applied)
    }

    /// After an act on areas or bodies.
    pub(crate) fn refresh_directory(&self) -> Result<(), Refusal> {
        let pack = self.held().pack.clone();
        match alive(&self.store, pack) {
            Ok(live) => self.swap(live),
            Err(error) => return Err(Refusal::internal(&error)),
        }
        Ok(())
    }

    /// Looks from one snapshot, at the actor's desk.
    pub(crate) fn at_desk<T>(
        &self,
        actor: &Actor,
        look: impl FnOnce(&mut Desk) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let live = self.live();
        let now = self.now();
        self.store.read(|tx| look(&mut Desk::new(tx, &live, actor, now)))
    }

    /// Copies database, attachments and pack to a new folder while the office runs.
    ///
    /// # Errors
    /// The folder exists, or cannot be written.
    pub fn backup(&self, to: &Path, progress: Progress) -> Result<Backup, OfficeError> {
        let backup = self.store.backup(to, progress)?;
        self.shelf.copy_to(to)?;
        Ok(backup)
    }

    /// Fills an empty data folder from a backup.
    ///
    /// # Errors
    /// The data folder is not empty, or the backup is none.
    pub fn restore_backup(
        from: &Path,
        data: &Path,
        database: Option<&str>,
        progress: Progress,
    ) -> Result<(), OfficeError> {
        let location = location(data, database.map(str::to_string));
        Store::restore(from, &location, data, progress)?;
        PackShelf::new(data).copy_from(from)
    }

    /// Recomputes the chain of changes and compares every record with its last one.
    ///
    /// # Errors
    /// The database cannot be read; what is wrong in it is in the answer.
    pub fn verify(&self, progress: Progress) -> Result<Vec<Fault>, OfficeError> {
        Ok(self.store.verify(progress)?)
    }
}

fn location(data: &Path, database: Option<String>) -> Location {
    match database {
        Some(url) => Location::Postgres(url),
        None => Location::Sqlite(data.join("shian.db")),
    }
}

/// What went wrong with the pack's own records.
fn seeds(refusal: Refusal) -> OfficeError {
    let why = match &refusal {
        Refusal::Invalid { problems } => {
            let lines: Vec<String> = problems.iter().map(|p| format!("{}：{}", p.title, p.message)).collect();
            lines.join("；")
        }
        other => other.to_string(),
    };
    OfficeError::Seed { what: "区划、单位或责任".to_string(), why }
}

fn alive(store: &Store, pack: Arc<Pack>) -> Result<Live, OfficeError> {
    store.catch_up()?;
    let directory = store.read(|tx: &mut Tx| Directory::load(tx, &pack)).map_err(seeds)?;
    Ok(Live::new(pack, directory))
}
