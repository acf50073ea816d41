//! Random rows for every register of a pack, by the kinds of its fields alone, written behind the desk's back: the tables are as
//! the desk would have written them, without history.
use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDate;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use shian_pack::field::{ChoiceList, FieldKind};
use shian_pack::indicator::{Having, Shape};
use shian_pack::{Pack, Register};

/// The register that most shares are of: about as many as a district has businesses.
const SUBJECTS: i64 = 15_000;
/// Other subjects.
const OTHERS: i64 = 1_500;
/// What is counted about them.
const EVIDENCE: i64 = 20_000;

struct Filler<'a> {
    pack: &'a Pack,
    random: ChaCha8Rng,
    /// Ids of each register so far.
    ids: HashMap<String, Vec<i64>>,
    /// Path of each area by its record.
    areas: Vec<(i64, String)>,
    next: i64,
}

pub fn fill(database: &Path, pack: &Pack, rows: i64) {
    let mut connection = Connection::open(database).expect("the database opens");
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -200000").unwrap();
    let (subjects, evidence) = counted(pack);
    let times = |id: &str| subjects.iter().filter(|subject| **subject == id).count();
    let most = subjects.iter().max_by_key(|id| times(id)).copied().unwrap_or_default();
    let open: Vec<&Register> = pack.registers.values().filter(|register| register.seed.is_none()).collect();
    let size = |register: &Register| {
        let is = |list: &[&str]| list.contains(&register.id.as_str());
        if register.id == most {
            Some(SUBJECTS)
        } else if is(&subjects) {
            Some(OTHERS)
        } else if is(&evidence) {
            Some(EVIDENCE)
        } else {
            None
        }
    };
    let sized: i64 = open.iter().filter_map(|register| size(register)).sum();
    let rest = open.iter().filter(|register| size(register).is_none()).count() as i64;
    let each = ((rows - sized) / rest.max(1)).max(10);
    let mut filler = Filler {
        pack,
        random: ChaCha8Rng::seed_from_u64(2023),
        ids: HashMap::new(),
        areas: Vec::new(),
        next: connection.query_row("SELECT last_id FROM head", [], |row| row.get(0)).unwrap(),
    };
    filler.learn(&connection);
    // Subjects first, so that evidence finds them.
    let (mut chosen, ballast): (Vec<&Register>, Vec<&Register>) =
        open.into_iter().partition(|register| size(register).is_some());
    chosen.sort_by_key(|register| (!subjects.contains(&register.id.as_str()), register.id.clone()));
    for register in &chosen {
        let count = size(register).unwrap_or(each);
        let ids = (filler.next + 1..=filler.next + count).collect();
        filler.next += count;
        filler.ids.insert(register.id.clone(), ids);
    }
    let write = connection.transaction().unwrap();
    let indexes = drop_indexes(&write);
    for register in chosen {
        filler.rows(&write, register);
    }
    for register in ballast {
        filler.ballast(&write, register, each);
    }
    write.execute_batch(&indexes.join(";")).unwrap();
    write.execute("UPDATE head SET last_id = ?1", [filler.next]).unwrap();
    write.commit().unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
}

/// Takes the registers' plain indexes away for the loading; answers the statements that bring them back.
fn drop_indexes(write: &rusqlite::Transaction) -> Vec<String> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name LIKE 'r\\_%' ESCAPE '\\' \
               AND sql LIKE 'CREATE INDEX%'";
    let mut all = write.prepare(sql).unwrap();
    let found: Vec<(String, String)> =
        all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    for (name, _) in &found {
        write.execute_batch(&format!("DROP INDEX \"{name}\"")).unwrap();
    }
    found.into_iter().map(|(_, sql)| sql).collect()
}

/// Registers that are subjects of shares, and those that are evidence or counted in rates.
fn counted(pack: &Pack) -> (Vec<&str>, Vec<&str>) {
    let (mut subjects, mut evidence) = (Vec::new(), Vec::new());
    for indicator in pack.indicators.values() {
        match &indicator.shape {
            Shape::Share(share) => {
                subjects.push(share.of.as_str());
                if let Having::Linked { register, .. } = &share.having {
                    evidence.push(register.as_str());
                }
            }
            Shape::Rate(rate) => {
                evidence.push(rate.count.register.as_str());
                evidence.extend(rate.per.iter().map(|per| per.register.as_str()));
            }
            Shape::Entered(_) => {}
        }
    }
    let when_both = evidence.clone();
    subjects.retain(|register| !when_both.contains(register));
    (subjects, evidence)
}

impl Filler<'_> {
    fn learn(&mut self, connection: &Connection) {
        for register in self.pack.registers.values().filter(|register| register.seed.is_some()) {
            let mut known =
                connection.prepare(&format!("SELECT _id, _area FROM \"r_{}\"", register.id)).unwrap();
            let found: Vec<(i64, String)> = known
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap()
                .map(Result::unwrap)
                .collect();
            self.ids.insert(register.id.clone(), found.iter().map(|(id, _)| *id).collect());
            if register.seed == Some(shian_pack::register::Seed::Areas) {
                self.areas = found;
            }
        }
    }

    fn rows(&mut self, write: &rusqlite::Transaction, register: &Register) {
        let fields: Vec<&str> = register.fields.keys().map(String::as_str).collect();
        let fixed = "_id, _state, _name, _version, _area, _body, _date, _created_at, _created_by, _updated_at, \
                     _updated_by, _deleted, _seq";
        let named: Vec<String> = fields.iter().map(|id| format!("\"{id}\"")).collect();
        let holes: Vec<String> = (1..=13 + fields.len()).map(|n| format!("?{n}")).collect();
        let columns = [vec![fixed.to_owned()], named].concat().join(", ");
        let sql =
            format!("INSERT OR IGNORE INTO \"r_{}\" ({columns}) VALUES ({})", register.id, holes.join(", "));
        let mut insert = write.prepare(&sql).unwrap();
        let bodies = self.pack.seeded(shian_pack::register::Seed::Bodies).map(|bodies| bodies.id.clone());
        let states: Vec<&String> = register.states.keys().collect();
        for id in self.ids[&register.id].clone() {
            let (_, area) = self.areas.choose(&mut self.random).cloned().unwrap_or_default();
            // An area has its own body.
            let at = self.areas.iter().position(|(_, path)| *path == area).unwrap_or_default();
            let body = bodies.as_ref().and_then(|bodies| self.ids.get(bodies)?.get(at).copied());
            // Most records are in their first state.
            let first = self.random.random_bool(0.7);
            let state =
                if first { states.first().copied() } else { states.choose(&mut self.random).copied() };
            let cells: Vec<Cell> = register.fields.values().map(|field| self.cell(id, field)).collect();
            let date = register
                .when
                .as_ref()
                .and_then(|when| register.fields.get_index_of(when))
                .map_or(Cell::Null, |at| cells[at].clone());
            let own = [
                id.into(),
                state.cloned().unwrap_or_default().into(),
                format!("记录{id}").into(),
                1.into(),
                area.into(),
                body.map_or(Cell::Null, Cell::Integer),
                date,
                1_690_000_000.into(),
                0.into(),
                1_690_000_000.into(),
                0.into(),
                0.into(),
                0.into(),
            ];
            insert.execute(rusqlite::params_from_iter(own.into_iter().chain(cells))).unwrap();
        }
    }

    /// Rows of a register that no indicator asks: only the fixed columns, so that the database is as large as it would be.
    fn ballast(&mut self, write: &rusqlite::Transaction, register: &Register, count: i64) {
        let state = register.states.keys().next().cloned().unwrap_or_default();
        let sql = format!(
            "WITH RECURSIVE n (id) AS (SELECT ?1 UNION ALL SELECT id + 1 FROM n WHERE id < ?2) \
             INSERT INTO \"r_{}\" (_id, _state, _name, _version, _area, _date, _created_at, _created_by, _updated_at, \
             _updated_by, _deleted, _seq) SELECT id, ?3, '记录' || id, 1, ?4, 19400 + id % 200, 1690000000, 0, \
             1690000000, 0, 0, 0 FROM n",
            register.id
        );
        let (_, area) = self.areas.choose(&mut self.random).cloned().unwrap_or_default();
        let (first, last) = (self.next + 1, self.next + count);
        write.execute(&sql, rusqlite::params![first, last, state, area]).unwrap();
        self.next = last;
    }

    fn one_of(&mut self, register: &str) -> Option<i64> {
        self.ids.get(register)?.choose(&mut self.random).copied()
    }

    fn cell(&mut self, id: i64, field: &shian_pack::Field) -> Cell {
        let seeded = |seed| self.pack.seeded(seed).map(|register| register.id.clone());
        let target = match &field.kind {
            FieldKind::Ref { register } => Some(register.clone()),
            FieldKind::Area => seeded(shian_pack::register::Seed::Areas),
            FieldKind::Body => seeded(shian_pack::register::Seed::Bodies),
            _ => None,
        };
        if let Some(target) = target {
            return self.one_of(&target).map_or(Cell::Null, Cell::Integer);
        }
        match &field.kind {
            FieldKind::Choice { list } => {
                let codes = match list {
                    ChoiceList::Inline(codes) => codes.as_slice(),
                    ChoiceList::Table(name) => {
                        self.pack.choices.get(name).map(Vec::as_slice).unwrap_or_default()
                    }
                };
                codes.choose(&mut self.random).map_or(Cell::Null, |choice| choice.code.clone().into())
            }
            FieldKind::Integer { .. } | FieldKind::Person => self.random.random_range(0..1000_i64).into(),
            FieldKind::Decimal { .. } | FieldKind::Money => self.random.random_range(0..100_000_i64).into(),
            FieldKind::Bool => i64::from(self.random.random_bool(0.6)).into(),
            FieldKind::Date => {
                let last = NaiveDate::from_ymd_opt(2023, 9, 15).unwrap();
                let last = (last - NaiveDate::default()).num_days();
                (last - self.random.random_range(0..620_i64)).into()
            }
            FieldKind::Time => self.random.random_range(1_640_000_000..1_694_000_000_i64).into(),
            FieldKind::Text { .. }
            | FieldKind::LongText
            | FieldKind::Phone
            | FieldKind::IdCard
            | FieldKind::CreditCode
            | FieldKind::LicenceNo
            | FieldKind::Gtin
            | FieldKind::Geo => format!("{}{id}", field.title).into(),
            FieldKind::Choices { .. }
            | FieldKind::Refs { .. }
            | FieldKind::Image { .. }
            | FieldKind::File { .. }
            | FieldKind::Table { .. }
            | FieldKind::Checklist { .. }
            | FieldKind::Ref { .. }
            | FieldKind::Area
            | FieldKind::Body => Cell::Null,
        }
    }
}

/// Rows of all registers.
pub fn count(database: &Path, pack: &Pack) -> i64 {
    let connection = Connection::open(database).unwrap();
    let rows = |id: &String| -> i64 {
        connection.query_row(&format!("SELECT count(*) FROM \"r_{id}\""), [], |row| row.get(0)).unwrap()
    };
    pack.registers.keys().map(rows).sum()
}

pub fn verdicts(database: &Path) -> i64 {
    let connection = Connection::open(database).unwrap();
    connection.query_row("SELECT count(*) FROM verdict", [], |row| row.get(0)).unwrap()
}

/// Id and version of a few records that are not deleted.
pub fn some_records(database: &Path, register: &str, count: u32) -> Vec<(i64, i64)> {
    let connection = Connection::open(database).unwrap();
    let sql = format!(
        "SELECT _id, _version FROM \"r_{register}\" WHERE _deleted = 0 AND _id % 97 = 3 ORDER BY _id LIMIT {count}"
    );
    let mut some = connection.prepare(&sql).unwrap();
    some.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}
