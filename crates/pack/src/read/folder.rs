//! The files of a pack and its bases, found, read and merged into one tree: the district's word goes over the base's.
use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use sm3::{Digest, Sm3};

use super::source::{At, Sources};
use super::table::Sheet;
use super::tree::{self, Entry, Item, Map, What};
use crate::diagnostic::Code;

/// Packs that extend each other, at most.
const DEPTH: usize = 4;
/// Bytes of one file of a pack, at most.
const FILE_BYTES: u64 = 20 * 1024 * 1024;

/// What stands in the folder of a pack.
const FILES: [&str; 20] = [
    "pack.toml",
    "roles.toml",
    "targets.toml",
    "demo.toml",
    "areas.csv",
    "bodies.csv",
    "plan.fixes.toml",
    "comparison.md",
    "plan.txt",
    "plan.docx",
    "plan.pdf",
    "plan.html",
    "registers",
    "indicators",
    "appraisals",
    "tables",
    "checklists",
    "demo",
    "exports",
    "texts",
];

/// Sub-tables of a register that `amend = true` adds to, entry by entry.
const AMENDED: [&str; 8] = ["scope", "fields", "states", "steps", "deadlines", "access", "views", "exports"];

/// All of a pack as trees and sheets.
pub struct Folder {
    pub head: Map,
    pub registers: IndexMap<String, (PathBuf, Map)>,
    pub indicators: Map,
    pub appraisals: Map,
    pub tables: IndexMap<String, Sheet>,
    pub checklists: IndexMap<String, Sheet>,
    pub roles: Map,
    pub targets: Option<Map>,
    pub bodies: Option<Sheet>,
    pub areas: Option<Sheet>,
    pub demo: IndexMap<String, toml::Value>,
    /// The plan's file and its bytes.
    pub plan: Option<(At, PathBuf, Vec<u8>)>,
    pub fixes: Option<At>,
    /// Nearest first.
    pub folders: Vec<PathBuf>,
    pub digest: String,
}

impl Folder {
    /// None when there is no readable pack.toml; the reason is among the faults.
    pub fn load(dir: &Path, sources: &Sources) -> Option<Self> {
        let mut reader = Reader { sources, sm3: Sm3::new(), folders: Vec::new() };
        let mut folder = reader.load(dir, None)?;
        folder.folders = reader.folders;
        folder.digest = reader.sm3.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(folder)
    }
}

struct Reader<'a> {
    sources: &'a Sources,
    sm3: Sm3,
    folders: Vec<PathBuf>,
}

impl Reader<'_> {
    fn load(&mut self, dir: &Path, named_at: Option<At>) -> Option<Folder> {
        let path = dir.join("pack.toml");
        if !path.is_file() {
            let at = named_at.unwrap_or_else(|| self.sources.add(&path, ""));
            let code = if named_at.is_some() { Code::Extends } else { Code::File };
            self.sources.error(at, code, format!("找不到 {}", path.display()));
            return None;
        }
        let head = self.toml(&path)?;
        self.folders.push(dir.to_owned());
        let base = self.base(dir, &head);
        let mut folder = base.unwrap_or_else(|| Folder::empty(&head));
        let head_at = head.at;
        folder.merge_head(head);
        self.registers(dir, &mut folder);
        self.declared(&dir.join("indicators"), "指标", &mut folder.indicators);
        self.declared(&dir.join("appraisals"), "考核", &mut folder.appraisals);
        for (name, sheet) in self.sheets(&dir.join("tables")) {
            folder.tables.insert(name, sheet);
        }
        for (name, sheet) in self.sheets(&dir.join("checklists")) {
            folder.checklists.insert(name, sheet);
        }
        if let Some(roles) = self.toml_if(&dir.join("roles.toml")) {
            overlay(&mut folder.roles, roles);
        }
        folder.targets = self.toml_if(&dir.join("targets.toml")).or(folder.targets);
        folder.bodies = self.sheet_if(&dir.join("bodies.csv")).or(folder.bodies);
        folder.areas = self.sheet_if(&dir.join("areas.csv")).or(folder.areas);
        self.demo(&dir.join("demo.toml"), &mut folder);
        for path in self.list(&dir.join("demo"), "toml") {
            self.demo(&path, &mut folder);
        }
        self.plan(dir, &mut folder);
        self.strays(dir, head_at);
        self.digest_rest(&dir.join("exports"));
        self.digest_rest(&dir.join("texts"));
        Some(folder)
    }

    /// `extends = "base"` names the folder beside this one.
    fn base(&mut self, dir: &Path, head: &Map) -> Option<Folder> {
        let item = head.get("extends")?;
        let What::Text(name) = &item.what else {
            super::keys::wrong(self.sources, item, "extends", "文本");
            return None;
        };
        let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
        if !plain {
            let help = "写旁边那个文件夹的名字，如 extends = \"base\"";
            self.sources.error_with_help(item.at, Code::Extends, format!("`{name}` 不是文件夹名"), help);
            return None;
        }
        let beside = match dir.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.join(name),
            _ => dir.join("..").join(name),
        };
        if self.folders.len() >= DEPTH || self.folders.iter().any(|folder| same(folder, &beside)) {
            self.sources.error(
                item.at,
                Code::Extends,
                format!("`{name}` 的继承成环或层数过多（最多 {DEPTH} 层）"),
            );
            return None;
        }
        self.load(&beside, Some(item.at))
    }

    fn registers(&mut self, dir: &Path, folder: &mut Folder) {
        for path in self.list(&dir.join("registers"), "toml") {
            let (Some(id), Some(mut map)) = (stem(&path), self.toml(&path)) else { continue };
            super::keys::check_id(self.sources, &id, map.at.top());
            let amend = map.entries.shift_remove("amend");
            match (amend.map(|entry| (entry.key, entry.item.what)), folder.registers.get_mut(&id)) {
                (Some((_, What::Bool(true))), Some((_, base))) => amend_register(base, map),
                (Some((at, What::Bool(true))), None) => {
                    let message = format!("上级包里没有台账 `{id}`，无从修改");
                    self.sources.error(at, Code::UnknownRegister, message);
                }
                (Some((at, what)), _) if !matches!(what, What::Bool(_)) => {
                    self.sources.error(at, Code::Shape, "`amend` 应为 true 或 false");
                }
                _ => {
                    folder.registers.insert(id, (path, map));
                }
            }
        }
    }

    /// Several declarations per file; the district's go over the base's of the same id.
    fn declared(&mut self, dir: &Path, what: &str, into: &mut Map) {
        let mut seen: Vec<String> = Vec::new();
        for path in self.list(dir, "toml") {
            let Some(map) = self.toml(&path) else { continue };
            for (id, entry) in map.entries {
                if seen.contains(&id) {
                    self.sources.error(entry.key, Code::Indicator, format!("{what} `{id}` 在本包里写了两次"));
                }
                seen.push(id.clone());
                into.entries.insert(id, entry);
            }
        }
    }

    fn demo(&mut self, path: &Path, folder: &mut Folder) {
        let Some(map) = self.toml_if(path) else { return };
        // The tree keeps places, the generator wants plain values: parsed once more, errors are already reported.
        let text = self.sources.text(map.at);
        for (key, value) in text.parse::<toml::Table>().unwrap_or_default() {
            match (folder.demo.get_mut(&key), value) {
                // `[register.<id>]` stands in several files, one per group of registers.
                (Some(toml::Value::Table(known)), toml::Value::Table(more)) => known.extend(more),
                (_, value) => {
                    folder.demo.insert(key, value);
                }
            }
        }
    }

    fn plan(&mut self, dir: &Path, folder: &mut Folder) {
        for end in ["txt", "docx", "pdf", "html"] {
            let path = dir.join(format!("plan.{end}"));
            let Ok(bytes) = fs::read(&path) else { continue };
            self.hash(&path, &bytes);
            let at =
                self.sources.add(&path, &String::from_utf8_lossy(if end == "txt" { &bytes } else { b"" }));
            folder.plan = Some((at, path, bytes));
            // The base's corrections are of the base's document.
            folder.fixes = None;
            break;
        }
        let fixes = dir.join("plan.fixes.toml");
        if fixes.is_file() {
            folder.fixes = self.text(&fixes);
        }
    }

    fn sheets(&mut self, dir: &Path) -> Vec<(String, Sheet)> {
        let paths = self.list(dir, "csv");
        let sheets = paths.iter().filter_map(|path| Some((stem(path)?, self.sheet_if(path)?)));
        sheets.collect()
    }

    fn sheet_if(&mut self, path: &Path) -> Option<Sheet> {
        if !path.is_file() {
            return None;
        }
        let at = self.text(path)?;
        Some(Sheet::parse(self.sources, at, &stem(path)?))
    }

    fn toml_if(&mut self, path: &Path) -> Option<Map> {
        if path.is_file() { self.toml(path) } else { None }
    }

    fn toml(&mut self, path: &Path) -> Option<Map> {
        let at = self.text(path)?;
        Some(tree::parse(self.sources, at))
    }

    fn text(&mut self, path: &Path) -> Option<At> {
        if fs::metadata(path).is_ok_and(|meta| meta.len() > FILE_BYTES) {
            let at = self.sources.add(path, "");
            self.sources.error(at, Code::File, "文件过大（最多 20 MB）");
            return None;
        }
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let at = self.sources.add(path, "");
                self.sources.error(at, Code::File, format!("读不了文件：{error}"));
                return None;
            }
        };
        self.hash(path, &bytes);
        match decoded(path, &bytes) {
            // Notepad's byte order mark is not part of the text.
            Some(text) => Some(self.sources.add(path, text.trim_start_matches('\u{feff}'))),
            None => {
                let at = self.sources.add(path, "");
                let help = "用记事本“另存为”，编码选 UTF-8";
                self.sources.error_with_help(at, Code::File, "文件不是 UTF-8 编码", help);
                None
            }
        }
    }

    /// Files with that ending, by name.
    fn list(&self, dir: &Path, ending: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|e| e == ending))
            .collect();
        paths.sort();
        paths
    }

    fn digest_rest(&mut self, dir: &Path) {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        paths.sort();
        for path in paths {
            let bytes = fs::read(&path).unwrap_or_default();
            self.hash(&path, &bytes);
        }
    }

    /// A file that nothing reads is probably a name misspelt. Hidden files and read-me files are nobody's business.
    fn strays(&self, dir: &Path, head: At) {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        let free = |name: &str| {
            name.starts_with(['.', '~']) || name.ends_with('~') || name.to_lowercase().starts_with("readme")
        };
        for name in names.iter().filter(|name| !free(name) && !FILES.contains(&name.as_str())) {
            let message = format!("治理包里没有 `{name}` 这种文件");
            self.sources.unknown(head.top(), Code::File, message, name, FILES);
        }
    }

    /// Name and length before the content, so that no two sets of files hash alike.
    fn hash(&mut self, path: &Path, bytes: &[u8]) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.sm3.update(format!("{name}\0{}\0", bytes.len()));
        self.sm3.update(bytes);
    }
}

impl Folder {
    fn empty(head: &Map) -> Self {
        let none = Map::empty(head.at.top());
        Self {
            head: none.clone(),
            registers: IndexMap::new(),
            indicators: none.clone(),
            appraisals: none.clone(),
            tables: IndexMap::new(),
            checklists: IndexMap::new(),
            roles: none,
            targets: None,
            bodies: None,
            areas: None,
            demo: IndexMap::new(),
            plan: None,
            fixes: None,
            folders: Vec::new(),
            digest: String::new(),
        }
    }

    /// The district's keys over the base's; menu groups are added one by one.
    fn merge_head(&mut self, head: Map) {
        let groups = self.head.entries.shift_remove("groups");
        self.head = head;
        let Some(base) = groups else { return };
        match (base.item.what.clone(), self.head.entries.get_mut("groups").map(|entry| &mut entry.item.what))
        {
            (What::Map(mut merged), Some(What::Map(own))) => {
                overlay(&mut merged, own.clone());
                *own = merged;
            }
            (_, None) => {
                self.head.entries.insert("groups".to_owned(), base);
            }
            _ => {}
        }
    }
}

fn overlay(base: &mut Map, over: Map) {
    base.at = over.at;
    base.entries.extend(over.entries);
}

fn amend_register(base: &mut Map, amendment: Map) {
    for (key, entry) in amendment.entries {
        let under = base.entries.get_mut(&key).map(|entry| &mut entry.item);
        match (under, entry) {
            (
                Some(Item { what: What::Map(under), .. }),
                Entry { item: Item { what: What::Map(over), .. }, .. },
            ) if AMENDED.contains(&key.as_str()) => under.entries.extend(over.entries),
            (_, entry) => {
                base.entries.insert(key, entry);
            }
        }
    }
}

/// UTF-8; a table also as Excel saves it in China, in GB18030.
fn decoded<'a>(path: &Path, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(Cow::Borrowed(text)),
        Err(_) if path.extension().is_some_and(|ending| ending == "csv") => {
            encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes)
        }
        Err(_) => None,
    }
}

fn stem(path: &Path) -> Option<String> {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned())
}

fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
