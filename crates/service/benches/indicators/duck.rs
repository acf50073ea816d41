//! The same rows and the same questions to DuckDB, from PyPI, in a Python environment of its own in the target folder.
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use serde::Deserialize;
use shian_pack::Pack;
use shian_service::indicator::sides;

/// What DuckDB said.
#[derive(Debug, Deserialize)]
pub struct Answer {
    pub version: String,
    pub threads: i64,
    /// Seconds to read the rows from CSV, and to answer all questions (median of five).
    pub load: f64,
    pub asked: f64,
    /// Counting and whole of each side.
    pub sums: HashMap<String, (i64, i64)>,
}

impl Answer {
    pub fn load(&self) -> Duration {
        Duration::from_secs_f64(self.load)
    }

    pub fn asked(&self) -> Duration {
        Duration::from_secs_f64(self.asked)
    }
}

/// None, said plainly, without Python or DuckDB.
pub fn ask(target: &Path, database: &Path, pack: &Pack, now: DateTime<Utc>) -> Option<Answer> {
    let folder = target.join("bench").join("duckdb");
    std::fs::create_dir_all(&folder).ok()?;
    let python = folder.join("venv/bin/python");
    if !python.exists() {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "duckdb"]))?;
    }
    let connection = Connection::open(database).ok()?;
    let mut registers: BTreeSet<String> = BTreeSet::new();
    let mut questions = serde_json::Map::new();
    for sided in sides(pack, now) {
        registers.extend(sided.registers().into_iter().map(str::to_owned));
        questions.insert(sided.name.clone(), sided.side.question().ok()?.into());
    }
    let mut tables = serde_json::Map::new();
    for register in &registers {
        let file = folder.join(format!("{register}.csv"));
        tables.insert(format!("r_{register}"), export(&connection, register, &file).into());
    }
    let ask = serde_json::json!({ "folder": folder, "tables": tables, "questions": questions });
    std::fs::write(folder.join("ask.json"), ask.to_string()).ok()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/indicators/duck.py");
    let answered = Command::new(&python).arg(script).arg(folder.join("ask.json")).output().ok()?;
    if !answered.status.success() {
        eprintln!("DuckDB was not asked: {}", String::from_utf8_lossy(&answered.stderr));
        return None;
    }
    serde_json::from_slice(&answered.stdout).inspect_err(|error| eprintln!("DuckDB's answer: {error}")).ok()
}

fn run(command: &mut Command) -> Option<()> {
    let done = command.status();
    if !done.as_ref().is_ok_and(std::process::ExitStatus::success) {
        eprintln!("DuckDB was not asked: {command:?} gave {done:?}");
        return None;
    }
    Some(())
}

/// Writes a register's table as CSV; answers its columns as DuckDB declares them.
fn export(connection: &Connection, register: &str, file: &Path) -> String {
    let mut columns: Vec<(String, bool)> = Vec::new();
    let mut info =
        connection.prepare(&format!("SELECT name, type FROM pragma_table_info('r_{register}')")).unwrap();
    let mut rows = info.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        columns.push((row.get(0).unwrap(), row.get::<_, String>(1).unwrap() == "TEXT"));
    }
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let mut out = csv::Writer::from_path(file).unwrap();
    let mut all = connection.prepare(&format!("SELECT {} FROM \"r_{register}\"", names.join(", "))).unwrap();
    let mut rows = all.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        for at in 0..names.len() {
            match row.get_ref(at).unwrap() {
                ValueRef::Integer(number) => out.write_field(number.to_string()).unwrap(),
                ValueRef::Text(text) => out.write_field(text).unwrap(),
                _ => out.write_field("").unwrap(),
            }
        }
        out.write_record(None::<&[u8]>).unwrap();
    }
    out.flush().unwrap();
    let declared: Vec<String> = columns
        .iter()
        .map(|(name, text)| format!("\"{name}\" {}", if *text { "VARCHAR" } else { "BIGINT" }))
        .collect();
    declared.join(", ")
}
