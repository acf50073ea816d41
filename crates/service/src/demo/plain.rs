//! A believable value of each field kind when the script says nothing: numbers carry right check digits, names are made up.
use chrono::NaiveDate;
use rust_decimal::Decimal;
use shian_pack::field::{Field, FieldKind, Need};
use shian_pack::{Fields, Value, identifier};

use super::dice::Dice;
use super::make::Maker;
use super::script::shifted;
use crate::check;
use crate::deadline::midnight;
use crate::desk::Sheet;
use crate::live;

/// Letters that a credit code may have, in the order of their values.
const CREDIT_LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Days back that a date without a recipe may lie.
const DAYS_BACK: i64 = 200;

impl Maker<'_> {
    /// A value of the field's kind; null where nothing can be made up (accounts).
    pub(super) fn plain(&mut self, sheet: &Sheet, field: &Field) -> Value {
        let today = self.script.today;
        match &field.kind {
            FieldKind::Text { .. } | FieldKind::LongText => Value::Text(self.plain_text(field)),
            FieldKind::Integer { .. } => Value::Int(self.dice.between(1, 20)),
            FieldKind::Decimal { digits, .. } => {
                Value::Decimal(Decimal::new(self.dice.between(10, 1_000), u32::from(*digits)))
            }
            FieldKind::Money => Value::Decimal(Decimal::new(self.dice.between(10_000, 500_000), 2)),
            FieldKind::Date => self.day_back(today).map_or(Value::Null, Value::Date),
            FieldKind::Time => self.day_back(today).map_or(Value::Null, |day| self.in_office_hours(day)),
            FieldKind::Bool => Value::Bool(self.dice.chance(500_000)),
            FieldKind::Choice { list } | FieldKind::Choices { list } => {
                let choices = self.live.pack.choices(list);
                if choices.is_empty() {
                    return Value::Null;
                }
                let code = Value::Text(choices[self.dice.place(choices.len())].code.clone());
                if check::is_many(&field.kind) { Value::List(vec![code]) } else { code }
            }
            FieldKind::Ref { .. } | FieldKind::Refs { .. } | FieldKind::Area | FieldKind::Body => {
                self.plain_ref(field)
            }
            FieldKind::Person => Value::Null,
            FieldKind::Phone => Value::Text(format!("199{}", self.dice.digits(8))),
            FieldKind::IdCard => Value::Text(self.id_card()),
            FieldKind::CreditCode => Value::Text(self.credit_code()),
            FieldKind::LicenceNo => {
                let head = format!("JY2{}{}", self.live.pack.area, self.dice.digits(6));
                Value::Text(proven(&head, "0123456789", identifier::licence_no))
            }
            FieldKind::Gtin => {
                Value::Text(proven(&format!("690{}", self.dice.digits(9)), "0123456789", identifier::gtin))
            }
            FieldKind::Geo => {
                let (lat, lon) = (self.dice.digits(6), self.dice.digits(6));
                Value::Text(format!("32.{lat},114.{lon}"))
            }
            FieldKind::Image { .. } => Value::List(vec![Value::Text(self.samples.image.clone())]),
            FieldKind::File { .. } => {
                Value::List(self.samples.texts.iter().take(1).cloned().map(Value::Text).collect())
            }
            FieldKind::Table { columns } => {
                let mut row = Fields::new();
                for column in columns.values() {
                    let needed = matches!(column.required, Need::Always);
                    let value = if needed { self.plain(sheet, column) } else { Value::Null };
                    row.insert(column.id.clone(), value);
                }
                Value::Rows(vec![row])
            }
            FieldKind::Checklist { source } => {
                let items = check::checklist_items(&self.live.pack, source, sheet);
                let row = |(item, _): (String, String)| {
                    Fields::from_iter([
                        ("item".to_string(), Value::Text(item)),
                        ("answer".to_string(), Value::Text(check::ANSWERS[0].0.to_string())),
                        ("note".to_string(), Value::Null),
                    ])
                };
                if items.is_empty() { Value::Null } else { Value::Rows(items.into_iter().map(row).collect()) }
            }
        }
    }

    fn plain_text(&mut self, field: &Field) -> String {
        let named = ["人", "姓名", "员"].iter().any(|end| field.title.ends_with(end));
        let person = |words: &[String], dice: &mut Dice| words[dice.place(words.len())].clone();
        match (self.script.words.get("surname"), self.script.words.get("given")) {
            (Some(surnames), Some(given)) if named => {
                format!("示例{}{}", person(surnames, &mut self.dice), person(given, &mut self.dice))
            }
            _ => format!("示例{}{}", field.title, self.seq),
        }
    }

    fn plain_ref(&mut self, field: &Field) -> Value {
        let target = live::target(&self.live.pack, &field.kind).unwrap_or_default();
        let pool = self.pool;
        let records = pool.of(&target);
        if records.is_empty() {
            return Value::Null;
        }
        let id = Value::Int(records[self.dice.place(records.len())].id);
        if check::is_many(&field.kind) { Value::List(vec![id]) } else { id }
    }

    fn day_back(&mut self, today: NaiveDate) -> Option<NaiveDate> {
        shifted(today, -self.dice.between(1, DAYS_BACK))
    }

    /// An instant of that day between half past eight and half past five.
    pub(super) fn in_office_hours(&mut self, day: NaiveDate) -> Value {
        let seconds = self.dice.between(8 * 3600 + 1800, 17 * 3600 + 1800);
        Value::Time(midnight(day) + chrono::Duration::seconds(seconds))
    }

    fn id_card(&mut self) -> String {
        let (year, month, day) =
            (self.dice.between(1958, 2001), self.dice.between(1, 12), self.dice.between(1, 28));
        let head = format!("{}{year}{month:02}{day:02}{}", self.live.pack.area, self.dice.digits(3));
        proven(&head, "0123456789X", identifier::id_card)
    }

    fn credit_code(&mut self) -> String {
        let tail = (0..7).map(|_| char::from(CREDIT_LETTERS[self.dice.place(CREDIT_LETTERS.len())]));
        let tail: String = tail.collect();
        let head = format!("92{}MA{tail}", self.live.pack.area);
        let letters = std::str::from_utf8(CREDIT_LETTERS).unwrap_or_default();
        proven(&head, letters, identifier::credit_code)
    }
}

/// The head with the one last sign that its check accepts; the head alone when there is none.
fn proven(head: &str, ends: &str, check: fn(&str) -> Result<String, String>) -> String {
    ends.chars().find_map(|end| check(&format!("{head}{end}")).ok()).unwrap_or_else(|| head.to_string())
}
