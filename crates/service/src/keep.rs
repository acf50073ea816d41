//! The applied pack's own copy in the data folder: what a restart reads. Laid out beside the old one before the tables change
//! and put in its place by renames after that, so a crash leaves the old or the new one: the one that the tables are of.
use std::fs;
use std::path::{Path, PathBuf};

use shian_pack::Pack;

use crate::office::OfficeError;

/// `<data>/pack`: one folder for each pack of the chain, and `applied` with the name of the first and the digest of all.
#[derive(Debug)]
pub(crate) struct PackShelf {
    home: PathBuf,
    next: PathBuf,
    last: PathBuf,
}

/// A copy that waits to be put in its place.
#[derive(Debug)]
pub(crate) struct Kept(());

impl PackShelf {
    pub fn new(data: &Path) -> Self {
        Self { home: data.join("pack"), next: data.join("pack.next"), last: data.join("pack.last") }
    }

    /// The kept pack; None: none was applied.
    pub fn read(&self) -> Result<Option<Pack>, OfficeError> {
        let Some((name, _)) = self.note() else { return Ok(None) };
        let pack = shian_pack::read(&self.home.join(name), &crate::engines::catalogue());
        pack.map(Some).map_err(OfficeError::Pack)
    }

    /// Finishes what a crash cut off: the tables are of the pack that still waits beside the old one. `noted`: its digest.
    pub fn settle(&self, noted: Option<&str>) -> Result<(), OfficeError> {
        let waits = note_in(&self.next).is_some_and(|(_, digest)| Some(digest.as_str()) == noted);
        if waits && self.digest().as_deref() != noted { self.put(Kept(())) } else { Ok(()) }
    }

    /// Digest of the kept pack.
    pub fn digest(&self) -> Option<String> {
        self.note().map(|(_, digest)| digest)
    }

    /// A crash between two renames leaves no `pack`; then the old one still lies beside it.
    fn note(&self) -> Option<(String, String)> {
        if !self.home.exists() && self.last.exists() {
            fs::rename(&self.last, &self.home).ok()?;
        }
        note_in(&self.home)
    }

    /// Copies the pack's folders beside the kept ones.
    pub fn lay_out(&self, pack: &Pack) -> Result<Kept, OfficeError> {
        clear(&self.next)?;
        make(&self.next)?;
        for folder in &pack.folders {
            copy(folder, &self.next.join(name_of(folder)))?;
        }
        let name = pack.folders.first().map(|folder| name_of(folder)).unwrap_or_default();
        let note = self.next.join("applied");
        fs::write(&note, format!("{name}\n{}\n", pack.digest)).map_err(at(&note))?;
        to_disk(&note)?;
        Ok(Kept(()))
    }

    /// Puts the laid out copy in the place of the old one.
    pub fn put(&self, _ready: Kept) -> Result<(), OfficeError> {
        clear(&self.last)?;
        if self.home.exists() {
            fs::rename(&self.home, &self.last).map_err(at(&self.home))?;
        }
        fs::rename(&self.next, &self.home).map_err(at(&self.next))?;
        clear(&self.last)
    }

    pub fn copy_to(&self, backup: &Path) -> Result<(), OfficeError> {
        if self.home.exists() { copy(&self.home, &backup.join("pack")) } else { Ok(()) }
    }

    pub fn copy_from(&self, backup: &Path) -> Result<(), OfficeError> {
        let kept = backup.join("pack");
        if !kept.exists() || self.home.exists() {
            return Ok(());
        }
        copy(&kept, &self.home)
    }
}

/// Name of the first folder and digest of all, as `applied` says.
fn note_in(folder: &Path) -> Option<(String, String)> {
    let text = fs::read_to_string(folder.join("applied")).ok()?;
    let (name, digest) = text.trim().split_once('\n')?;
    Some((name.to_string(), digest.to_string()))
}

fn to_disk(file: &Path) -> Result<(), OfficeError> {
    fs::File::open(file).and_then(|file| file.sync_all()).map_err(at(file))
}

fn name_of(folder: &Path) -> String {
    let canonical = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    canonical
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_else(|| "pack".to_string())
}

fn copy(from: &Path, to: &Path) -> Result<(), OfficeError> {
    make(to)?;
    for entry in fs::read_dir(from).map_err(at(from))? {
        let entry = entry.map_err(at(from))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target).map_err(at(&path))?;
            to_disk(&target)?;
        }
    }
    Ok(())
}

fn make(folder: &Path) -> Result<(), OfficeError> {
    fs::create_dir_all(folder).map_err(at(folder))
}

fn clear(folder: &Path) -> Result<(), OfficeError> {
    if folder.exists() { fs::remove_dir_all(folder).map_err(at(folder)) } else { Ok(()) }
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> OfficeError + use<> {
    let path = path.to_path_buf();
    move |source| OfficeError::Io { path, source }
}
