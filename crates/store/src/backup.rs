//! Backup of a running office into a folder, and an office from such a folder.
//!
//! A backup is `backup.json`, `office.db` (SQLite) or `office.dump` (PostgreSQL, made by `pg_dump`), and `files/`. It is written
//! beside its place and moved there when it is whole. The database is copied first: what it names is then surely among the files.
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use crate::error::{AtPath, Result, StoreError};
use crate::store::{Location, Store};
use crate::verify::{Meter, Progress, head};

/// The only form of backups there is so far.
const FORMAT: u32 = 1;

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    format: u32,
    /// `sqlite` or `postgres`.
    pub database: String,
    /// Number of the last change in it.
    pub seq: i64,
    /// Its hash.
    pub hash: String,
    /// Attachments.
    pub files: u64,
}

/// Folders and files on the way to a backup.
struct Parts {
    manifest: PathBuf,
    sqlite: PathBuf,
    dump: PathBuf,
    files: PathBuf,
}

impl Parts {
    fn of(folder: &Path) -> Self {
        let part = |name: &str| folder.join(name);
        Self {
            manifest: part("backup.json"),
            sqlite: part("office.db"),
            dump: part("office.dump"),
            files: part("files"),
        }
    }
}

impl Store {
    /// Writes a backup to `folder`, which must not exist yet, while the office goes on working.
    pub fn backup(&self, folder: &Path, progress: Progress) -> Result<Backup> {
        if folder.exists() {
            let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
            return Err(StoreError::Io { path: folder.to_owned(), source });
        }
        let mut name = folder.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let draft = folder.with_file_name(name);
        if draft.exists() {
            fs::remove_dir_all(&draft).at(&draft)?;
        }
        fs::create_dir_all(&draft).at(&draft)?;
        let parts = Parts::of(&draft);
        let (database, (seq, hash)) = match &self.shared().location {
            Location::Sqlite(path) => ("sqlite", copy_sqlite(path, &parts.sqlite)?),
            Location::Postgres(url) => ("postgres", self.dump_postgres(url, &parts.dump)?),
        };
        let files = copy_files(&self.shared().files, &parts.files, progress)?;
        let backup = Backup { format: FORMAT, database: database.to_owned(), seq, hash, files };
        let json =
            serde_json::to_vec_pretty(&backup).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        crate::files::write_whole(&parts.manifest, &json)?;
        fs::rename(&draft, folder).at(folder)?;
        Ok(backup)
    }

    /// The dump and the head are of one snapshot.
    fn dump_postgres(&self, url: &str, to: &Path) -> Result<(i64, String)> {
        self.read(|tx| {
            let mut row = tx
                .query_row("SELECT pg_export_snapshot()", &[])?
                .ok_or_else(|| StoreError::Corrupt("no snapshot".to_owned()))?;
            let snapshot = format!("--snapshot={}", row.text(0)?);
            let head = head(tx)?;
            let arguments = ["-Fc", "--no-owner", "--no-privileges", &snapshot, "-d", url, "-f"];
            run("pg_dump", Command::new("pg_dump").args(arguments).arg(to))?;
            File::open(to).at(to)?.sync_all().at(to)?;
            Ok(head)
        })
    }

    /// Makes an office from a backup: an empty PostgreSQL database, or a file that does not exist yet, and its folder.
    pub fn restore(folder: &Path, location: &Location, data: &Path, progress: Progress) -> Result<Self> {
        let parts = Parts::of(folder);
        let manifest = fs::read(&parts.manifest).at(&parts.manifest)?;
        let backup: Backup = serde_json::from_slice(&manifest)
            .map_err(|error| StoreError::Restore(format!("backup.json: {error}")))?;
        if backup.format != FORMAT {
            return Err(StoreError::Restore(format!("format {} is not known here", backup.format)));
        }
        copy_files(&parts.files, &data.join("files"), progress)?;
        match (location, backup.database.as_str()) {
            (Location::Sqlite(path), "sqlite") => restore_sqlite(&parts.sqlite, path)?,
            (Location::Postgres(url), "postgres") => restore_postgres(&parts.dump, url)?,
            (_, other) => return Err(StoreError::Restore(format!("the backup is of a {other} database"))),
        }
        let store = Self::open(location, data)?;
        if store.head()? == (backup.seq, backup.hash) {
            Ok(store)
        } else {
            Err(StoreError::Restore("the database is not the one that was backed up".to_owned()))
        }
    }
}

fn copy_sqlite(from: &Path, to: &Path) -> Result<(i64, String)> {
    let connection = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    File::open(to).at(to)?.sync_all().at(to)?;
    let copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let head = copy.query_row("SELECT seq, hash FROM head", [], |row| {
        let hash: Vec<u8> = row.get(1)?;
        Ok((row.get(0)?, crate::chain::hex(&hash)))
    })?;
    Ok(head)
}

fn restore_sqlite(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        return Err(StoreError::Restore(format!("{} exists already", to.display())));
    }
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).at(folder)?;
    copy_whole(from, to)
}

fn restore_postgres(from: &Path, url: &str) -> Result<()> {
    let mut connection = crate::dialect::postgres::Postgres::open(url)?;
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()";
    let taken = connection.query(tables, &[])?.first().map_or(Ok(0), |row| row.int(0))? > 0;
    if taken {
        return Err(StoreError::Restore("the database is not empty".to_owned()));
    }
    let arguments = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", "-d", url];
    run("pg_restore", Command::new("pg_restore").args(arguments).arg(from))
}

fn run(program: &'static str, command: &mut Command) -> Result<()> {
    let output =
        command.output().map_err(|error| StoreError::Program { program, message: error.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    Err(StoreError::Program { program, message: String::from_utf8_lossy(&output.stderr).trim().to_owned() })
}

/// Copies what is not there yet; answers how many attachments there are.
fn copy_files(from: &Path, to: &Path, progress: Progress) -> Result<u64> {
    fs::create_dir_all(to).at(to)?;
    let mut names = Vec::new();
    for folder in entries(from)? {
        for file in entries(&folder)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if crate::files::place(to, &name).is_some() {
                names.push((file, name));
            }
        }
    }
    let mut meter = Meter::new(progress, i64::try_from(names.len()).unwrap_or(0) + 1);
    meter.more(1);
    for (file, name) in &names {
        if let Some(place) = crate::files::place(to, name).filter(|place| !place.exists()) {
            copy_whole(file, &place)?;
        }
        meter.more(1);
    }
    Ok(names.len() as u64)
}

fn copy_whole(from: &Path, to: &Path) -> Result<()> {
    let folder = to.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).at(folder)?;
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let draft = to.with_file_name(name);
    fs::copy(from, &draft).at(&draft)?;
    File::open(&draft).at(&draft)?.sync_all().at(&draft)?;
    fs::rename(&draft, to).at(to)
}

/// Paths in a folder, in order; none if there is no folder.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).at(folder)? {
        found.push(entry.at(folder)?.path());
    }
    found.sort();
    Ok(found)
}
