//! The door to the database: opens it, hands out transactions for reading and lines up those that write.
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread;

use crate::cell::Cell;
use crate::dialect::postgres::Postgres;
use crate::dialect::sqlite::Sqlite;
use crate::dialect::{Access, Connection};
use crate::error::{AtPath, Result, StoreError};
use crate::layout::Layouts;
use crate::schema;
use crate::tx::Tx;
use crate::writer::{self, Job};

/// Where the records are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A database file; made when it is missing.
    Sqlite(PathBuf),
    /// `postgres://user:password@host:port/database`, by which the database exists.
    Postgres(String),
}

/// Idle reading connections that are kept.
const IDLE_MAX: usize = 8;

/// The office's memory. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    writer: SyncSender<Job>,
    idle: Mutex<Vec<Tx>>,
}

/// What every transaction of a store sees.
pub(crate) struct Shared {
    pub location: Location,
    /// Folder of the attachments.
    pub files: PathBuf,
    layouts: RwLock<Arc<Layouts>>,
    /// Scopes (as SQL) that are known to let in many rows of a register.
    many: RwLock<HashSet<Asked>>,
}

/// A statement with its parameters.
type Asked = (String, Vec<Cell>);

/// Scopes remembered at most.
const MANY_MAX: usize = 10_000;

impl Shared {
    pub fn connect(&self, access: Access) -> Result<Connection> {
        Ok(match &self.location {
            Location::Sqlite(path) => Connection::Sqlite(Sqlite::open(path, access)?),
            Location::Postgres(url) => Connection::Postgres(Box::new(Postgres::open(url)?)),
        })
    }

    pub fn layouts(&self) -> Arc<Layouts> {
        self.layouts.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn knows_many(&self, scope: &Asked) -> bool {
        self.many.read().unwrap_or_else(PoisonError::into_inner).contains(scope)
    }

    pub fn learn_many(&self, scope: Asked) {
        let mut many = self.many.write().unwrap_or_else(PoisonError::into_inner);
        if many.len() < MANY_MAX {
            many.insert(scope);
        }
    }

    pub fn publish(&self, layouts: Layouts) {
        *self.layouts.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(layouts);
    }
}

impl Store {
    /// Opens the database and brings its system tables up to date. `data` is the office's folder: attachments are kept in
    /// `<data>/files`.
    pub fn open(location: &Location, data: &Path) -> Result<Self> {
        let files = data.join("files");
        std::fs::create_dir_all(&files).at(&files)?;
        if let Location::Sqlite(path) = location
            && let Some(folder) = path.parent()
        {
            std::fs::create_dir_all(folder).at(folder)?;
        }
        let shared = Arc::new(Shared {
            location: location.clone(),
            files,
            layouts: RwLock::default(),
            many: RwLock::default(),
        });
        schema::upgrade(&mut shared.connect(Access::Write)?)?;
        let mut tx = Tx::open(shared.clone(), Access::Write)?;
        let layouts = Layouts::load(&mut tx)?;
        shared.publish(layouts);
        if tx.lacks_roster()? {
            tx.begin_write(false)?;
            tx.enrol_all()?;
            tx.commit_write()?;
        }
        let (writer, jobs) = sync_channel(writer::QUEUE_MAX);
        thread::Builder::new()
            .name("store writer".to_owned())
            .spawn(move || writer::run(tx, &jobs))
            .at(Path::new("store writer"))?;
        Ok(Self { inner: Arc::new(Inner { shared, writer, idle: Mutex::default() }) })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }

    /// Takes up the tables as they are now: after a pack was applied, here or by another process.
    pub fn catch_up(&self) -> Result<()> {
        let layouts = self.read(Layouts::load)?;
        if layouts.edition != self.inner.shared.layouts().edition {
            self.inner.shared.publish(layouts);
        }
        Ok(())
    }

    /// Reads one consistent snapshot; never waits for the writer.
    pub fn read<T, E: From<StoreError>>(&self, work: impl FnOnce(&mut Tx) -> Result<T, E>) -> Result<T, E> {
        let mut tx = self.idle_reader()?;
        tx.begin_read()?;
        let done = work(&mut tx);
        if tx.end_read().is_ok() {
            let mut idle = self.inner.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < IDLE_MAX && tx.layouts.edition == self.inner.shared.layouts().edition {
                idle.push(tx);
            }
        }
        done
    }

    fn idle_reader(&self) -> Result<Tx> {
        let edition = self.inner.shared.layouts().edition;
        loop {
            let idle = self.inner.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                // Statements prepared before a table changed are of no use, nor is a connection that the server closed.
                Some(tx) if tx.layouts.edition == edition && tx.is_open() => return Ok(tx),
                Some(_) => {}
                None => return Tx::open(self.inner.shared.clone(), Access::Read),
            }
        }
    }

    /// Runs one act on the writer, in a savepoint, and answers when its group is committed. An `Err` takes back what the act
    /// wrote and nothing else. Do not call it from inside another act.
    pub fn write<T, E>(&self, act: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.hand_over(act, false)
    }

    /// Runs one long act (import, demo data) in a transaction of its own: all or nothing. Other acts wait meanwhile. On
    /// PostgreSQL a conflict may show only at the end.
    pub fn bulk<T, E>(&self, act: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.hand_over(act, true)
    }

    fn hand_over<T, E>(
        &self,
        act: impl FnOnce(&mut Tx) -> Result<T, E> + Send + 'static,
        alone: bool,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = sync_channel(1);
        let act: writer::Act = Box::new(move |tx| match tx.map_err(E::from).and_then(act) {
            Ok(value) => Some(Box::new(move |committed: Result<()>| {
                // A caller that went away needs no answer.
                let _ = answer.send(committed.map(|()| value).map_err(E::from));
            })),
            Err(error) => {
                let _ = answer.send(Err(error));
                None
            }
        });
        let sent = self.inner.writer.send(Job { act, alone });
        if sent.is_err() {
            return Err(StoreError::BrokenOff.into());
        }
        answered.recv().unwrap_or_else(|_| Err(StoreError::BrokenOff.into()))
    }
}
