//! Attachments 附件: kept once by the SM3 of their content under `<data>/files`, never inside the database.
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};

use crate::chain::{hex, sm3};
use crate::codec;
use crate::error::{AtPath, Result, StoreError};
use crate::store::Store;
use crate::tx::Tx;

/// What is known of an attachment besides its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInfo {
    /// SM3 in hexadecimal.
    pub hash: String,
    /// As it was called when it first came.
    pub name: String,
    pub size_bytes: i64,
    pub at: DateTime<Utc>,
}

/// Where a file with this hash lies; `None` for a text that is no hash.
pub(crate) fn place(folder: &Path, hash: &str) -> Option<PathBuf> {
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_hash.then(|| folder.join(&hash[..2]).join(hash))
}

/// Writes the whole file or nothing: beside its place, then moved there.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).at(folder)?;
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(format!(".{}-{number}.part", std::process::id()));
    let mut file = File::create(&draft).at(&draft)?;
    file.write_all(bytes).at(&draft)?;
    file.sync_all().at(&draft)?;
    fs::rename(&draft, path).at(path)?;
    File::open(folder).at(folder)?.sync_all().at(folder)
}

impl Store {
    /// Keeps an attachment; the hash is what a record's field holds. The same content is kept once.
    pub fn put_file(&self, bytes: Vec<u8>, name: &str, at: DateTime<Utc>) -> Result<String> {
        let hash = hex(&sm3(&bytes));
        let folder = self.shared().files.clone();
        let path = place(&folder, &hash).ok_or_else(|| StoreError::NoFile(hash.clone()))?;
        if !path.exists() {
            write_whole(&path, &bytes)?;
        }
        let (name, key) = (name.to_owned(), hash.clone());
        self.write(move |tx| {
            // A sweep may have come in between; sweeps and this run one after the other.
            if !path.exists() {
                write_whole(&path, &bytes)?;
            }
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            let sql = "INSERT INTO file (hash, name, size, at, uses) VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING";
            tx.execute(sql, &[key.into(), name.into(), size.into(), at.timestamp().into()]).map(|_| ())
        })?;
        Ok(hash)
    }

    /// The content of an attachment.
    pub fn file(&self, hash: &str) -> Result<Vec<u8>> {
        let missing = || StoreError::NoFile(hash.to_owned());
        let path = place(&self.shared().files, hash).ok_or_else(missing)?;
        match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(missing()),
            read => read.at(&path),
        }
    }

    /// Removes attachments that came before `before` and that no record ever took up; answers how many.
    pub fn sweep_files(&self, before: DateTime<Utc>) -> Result<usize> {
        let folder = self.shared().files.clone();
        self.write(move |tx| {
            let unused = "SELECT hash FROM file WHERE uses = 0 AND at < $1";
            let rows = tx.query(unused, &[before.timestamp().into()])?;
            let count = rows.len();
            for mut row in rows {
                let hash = row.text(0)?;
                if let Some(path) = place(&folder, &hash).filter(|path| path.exists()) {
                    fs::remove_file(&path).at(&path)?;
                }
                tx.execute("DELETE FROM file WHERE hash = $1", &[hash.into()])?;
            }
            Ok(count)
        })
    }
}

impl Tx {
    /// What is known of an attachment.
    pub fn file_info(&mut self, hash: &str) -> Result<Option<FileInfo>> {
        let sql = "SELECT hash, name, size, at FROM file WHERE hash = $1";
        let info = |mut row: crate::cell::Row| {
            let at = codec::time(row.int(3)?)?;
            Ok(FileInfo { hash: row.text(0)?, name: row.text(1)?, size_bytes: row.int(2)?, at })
        };
        self.query_row(sql, &[hash.into()])?.map(info).transpose()
    }
}
