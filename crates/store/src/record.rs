//! Records: what one is, how it is written, and how a row becomes one again.
use chrono::{DateTime, NaiveDate, Utc};
use shian_pack::value::{Fields, RecordId, Value};

use crate::cell::{Cell, Row};
use crate::chain::{Hash, push_int, push_text, sm3};
use crate::codec;
use crate::error::{Result, StoreError};
use crate::layout::{Owners, Storage, Table};

/// A row of a register 记录.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub id: RecordId,
    pub register: String,
    pub state: String,
    pub number: Option<String>,
    /// How it is called.
    pub name: String,
    /// Grows by one with every change.
    pub version: i64,
    /// Path of the area it belongs to, or empty.
    pub area: String,
    pub area_id: Option<RecordId>,
    pub body: Option<RecordId>,
    /// Records or accounts that own it.
    pub owners: Vec<i64>,
    /// Business date.
    pub date: Option<NaiveDate>,
    pub created_at: DateTime<Utc>,
    pub created_by: i64,
    pub updated_at: DateTime<Utc>,
    pub updated_by: i64,
    pub deleted: bool,
    /// The record that took its place when duplicates were merged.
    pub merged_into: Option<RecordId>,
    /// Number of its last change.
    pub seq: i64,
    /// In the order of the declaration.
    pub fields: Fields,
}

/// In a [`Checked`], the id of the record itself (`own = "id"`), which a new one does not know yet.
pub const SELF: RecordId = 0;

/// A record's content after all checks of the pack. Only the service's `check` makes one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Checked {
    pub state: String,
    /// `None`: the next running number if the register has them; on a change: as it is.
    pub number: Option<String>,
    pub name: String,
    /// Path of the area, or empty.
    pub area: String,
    pub area_id: Option<RecordId>,
    pub body: Option<RecordId>,
    pub owners: Vec<i64>,
    pub date: Option<NaiveDate>,
    /// Fields that are missing are null.
    pub fields: Fields,
}

/// Who does what, when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    pub at: DateTime<Utc>,
    /// Account id; 0 is the system itself.
    pub by: i64,
    /// `create`, `edit`, `delete`, `restore`, `merge`, or the id of a step.
    pub act: String,
    pub reason: Option<String>,
}

impl Checked {
    /// The fields as the table holds them, in its order.
    fn fit(fields: Fields, table: &Table) -> Result<Fields> {
        let columns = &table.layout.columns;
        if let Some(unknown) = fields.keys().find(|id| !columns.contains_key(*id)) {
            let register = table.layout.register.clone();
            return Err(StoreError::NoField { register, field: unknown.clone() });
        }
        let mut fields = fields;
        if !fields.keys().eq(columns.keys()) {
            let mut given = fields;
            fields = columns
                .keys()
                .map(|id| (id.clone(), given.get_mut(id).map(std::mem::take).unwrap_or_default()))
                .collect();
        }
        for ((id, value), column) in fields.iter_mut().zip(columns.values()) {
            *value = codec::fit(id, column, std::mem::take(value))?;
        }
        Ok(fields)
    }

    /// A record that does not exist yet.
    pub(crate) fn into_record(self, table: &Table, id: RecordId, seq: i64, stamp: &Stamp) -> Result<Record> {
        let named = |given: RecordId| if given == SELF { id } else { given };
        Ok(Record {
            id,
            register: table.layout.register.clone(),
            state: self.state,
            number: self.number,
            name: self.name,
            version: 1,
            area: self.area,
            area_id: self.area_id.map(named),
            body: self.body.map(named),
            owners: self.owners.into_iter().map(named).collect(),
            date: self.date,
            created_at: stamp.at,
            created_by: stamp.by,
            updated_at: stamp.at,
            updated_by: stamp.by,
            deleted: false,
            merged_into: None,
            seq,
            fields: Self::fit(self.fields, table)?,
        })
    }

    /// What `old` becomes.
    pub(crate) fn onto(self, old: &Record, table: &Table, seq: i64, stamp: &Stamp) -> Result<Record> {
        let number = self.number.clone().or_else(|| old.number.clone());
        let new = self.into_record(table, old.id, seq, stamp)?;
        Ok(Record {
            number,
            version: old.version + 1,
            created_at: old.created_at,
            created_by: old.created_by,
            deleted: old.deleted,
            merged_into: old.merged_into,
            ..new
        })
    }
}

impl Record {
    /// The whole row, in the order of the table's columns.
    pub(crate) fn cells(&self, table: &Table) -> Result<Vec<Cell>> {
        let own = match table.layout.owners {
            Owners::None => Cell::Null,
            Owners::One => self.owners.first().copied().into(),
            Owners::Many => codec::json_text(&id_list(&self.owners)).into(),
        };
        let mut cells = Vec::with_capacity(crate::layout::FIXED.len() + self.fields.len() + 1);
        cells.extend([
            self.id.into(),
            self.state.as_str().into(),
            self.number.as_deref().into(),
            self.name.as_str().into(),
            self.version.into(),
            self.area.as_str().into(),
            self.body.into(),
            own,
            self.date.map(codec::days).into(),
            self.created_at.timestamp().into(),
            self.created_by.into(),
            self.updated_at.timestamp().into(),
            self.updated_by.into(),
            self.deleted.into(),
            self.merged_into.into(),
            self.seq.into(),
            self.area_id.into(),
        ]);
        for ((id, value), column) in self.fields.iter().zip(table.layout.columns.values()) {
            cells.push(codec::cell(id, column, value)?);
        }
        Ok(cells)
    }

    /// The record in a row of the fixed columns and the fields at these positions of the table.
    pub(crate) fn from_row(table: &Table, fields: &[usize], mut row: Row) -> Result<Self> {
        let layout = &table.layout;
        let owners = match row.take(7) {
            Cell::Int(id) => vec![id],
            Cell::Text(text) => serde_json::from_str(&text).map_err(|error| {
                StoreError::Corrupt(format!("the owners of {}: {error}", layout.register))
            })?,
            Cell::Null | Cell::Bytes(_) => Vec::new(),
        };
        let fixed = crate::layout::FIXED.len();
        let mut values = Fields::with_capacity(fields.len());
        for (at, position) in fields.iter().enumerate() {
            if let Some((id, column)) = layout.columns.get_index(*position) {
                values.insert(id.clone(), codec::value(id, column, row.take(fixed + at))?);
            }
        }
        Ok(Self {
            id: row.int(0)?,
            register: layout.register.clone(),
            state: row.text(1)?,
            number: row.maybe_text(2)?,
            name: row.text(3)?,
            version: row.int(4)?,
            area: row.text(5)?,
            body: row.maybe_int(6)?,
            owners,
            date: row.maybe_int(8)?.map(codec::date).transpose()?,
            created_at: codec::time(row.int(9)?)?,
            created_by: row.int(10)?,
            updated_at: codec::time(row.int(11)?)?,
            updated_by: row.int(12)?,
            deleted: row.int(13)? != 0,
            merged_into: row.maybe_int(14)?,
            seq: row.int(15)?,
            area_id: row.maybe_int(16)?,
            fields: values,
        })
    }

    /// The fixed columns that people change, by the names they have in the history, in order.
    fn parts(&self) -> [(&'static str, Value); 7] {
        let text = |text: &str| Value::Text(text.to_owned());
        [
            ("_area", if self.area.is_empty() { Value::Null } else { text(&self.area) }),
            ("_body", self.body.map_or(Value::Null, Value::Int)),
            ("_date", self.date.map_or(Value::Null, Value::Date)),
            ("_name", text(&self.name)),
            ("_number", self.number.as_deref().map_or(Value::Null, text)),
            ("_own", if self.owners.is_empty() { Value::Null } else { id_list(&self.owners) }),
            ("_state", text(&self.state)),
        ]
    }

    /// The canonical JSON of everything that is not null.
    pub(crate) fn json(&self, table: &Table) -> String {
        let mut object = Object::default();
        for (id, value) in &self.parts() {
            object.put(id, value);
        }
        for at in &table.sorted {
            if let Some((id, value)) = self.fields.get_index(*at) {
                object.put(id, value);
            }
        }
        object.close()
    }

    /// The canonical JSON of what differs from `old`: as it was, as it is. A value that went away or came new is null there.
    pub(crate) fn difference(&self, old: &Record, table: &Table) -> (String, String) {
        let (mut before, mut after) = (Object::default(), Object::default());
        let mut put = |id: &str, was: &Value, is: &Value| {
            if was != is {
                before.put_always(id, was);
                after.put_always(id, is);
            }
        };
        for ((id, was), (_, is)) in old.parts().iter().zip(&self.parts()) {
            put(id, was, is);
        }
        put("_deleted", &Value::Bool(old.deleted), &Value::Bool(self.deleted));
        let into = |record: &Record| record.merged_into.map_or(Value::Null, Value::Int);
        put("_into", &into(old), &into(self));
        for at in &table.sorted {
            if let (Some((id, was)), Some((_, is))) = (old.fields.get_index(*at), self.fields.get_index(*at))
            {
                put(id, was, is);
            }
        }
        (before.close(), after.close())
    }

    /// SM3 of the whole record: what `verify` compares the row with. `json` is [`json`](Self::json).
    pub(crate) fn image(&self, json: &str) -> Hash {
        let mut text = Vec::with_capacity(json.len() + 120);
        push_text(&mut text, &self.register);
        let numbers = [
            self.id,
            self.version,
            i64::from(self.deleted),
            self.merged_into.unwrap_or(0),
            self.area_id.unwrap_or(0),
            self.created_at.timestamp(),
            self.created_by,
            self.updated_at.timestamp(),
            self.updated_by,
        ];
        for number in numbers {
            text.push(b' ');
            push_int(&mut text, number);
        }
        text.extend_from_slice(json.as_bytes());
        sm3(&text)
    }

    /// The ids in a many-valued ref.
    pub(crate) fn ids(value: &Value) -> Vec<i64> {
        match value {
            Value::List(items) => {
                let mut ids: Vec<i64> = items
                    .iter()
                    .filter_map(|item| if let Value::Int(id) = item { Some(*id) } else { None })
                    .collect();
                ids.sort_unstable();
                ids.dedup();
                ids
            }
            _ => Vec::new(),
        }
    }

    /// Attachment hashes in all its fields.
    pub(crate) fn files(&self, table: &Table) -> Vec<String> {
        let of_files = self.fields.values().zip(table.layout.columns.values());
        of_files
            .filter(|(_, column)| column.storage == Storage::Files)
            .flat_map(|(value, _)| match value {
                Value::List(items) => items.as_slice(),
                _ => &[],
            })
            .filter_map(|item| if let Value::Text(hash) = item { Some(hash.clone()) } else { None })
            .collect()
    }
}

fn id_list(ids: &[i64]) -> Value {
    Value::List(ids.iter().copied().map(Value::Int).collect())
}

/// A JSON object being written, its keys in the order they come.
#[derive(Default)]
struct Object(Vec<u8>);

impl Object {
    fn put(&mut self, key: &str, value: &Value) {
        if *value != Value::Null {
            self.put_always(key, value);
        }
    }

    fn put_always(&mut self, key: &str, value: &Value) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        push_text(&mut self.0, key);
        self.0.push(b':');
        codec::push_json(&mut self.0, value);
    }

    fn close(mut self) -> String {
        if self.0.is_empty() {
            self.0.push(b'{');
        }
        self.0.push(b'}');
        String::from_utf8(self.0).unwrap_or_default()
    }
}
