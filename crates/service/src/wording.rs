//! Values in the words people read: choices by title, refs by name, money and numbers grouped, days as days.
use rust_decimal::Decimal;
use shian_pack::expr::{Node, Titles};
use shian_pack::field::{ChoiceList, Field, FieldKind};
use shian_pack::value::RecordId;
use shian_pack::{Pack, Register, Value};

use crate::check::ANSWERS;
use crate::clock::shanghai;
use crate::desk::{Desk, Sheet};
use crate::live;
use crate::refusal::Refusal;

/// A field's kind by name, for pages and API.
pub fn kind_name(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text { .. } => "text",
        FieldKind::LongText => "long_text",
        FieldKind::Integer { .. } => "integer",
        FieldKind::Decimal { .. } => "decimal",
        FieldKind::Money => "money",
        FieldKind::Date => "date",
        FieldKind::Time => "time",
        FieldKind::Bool => "bool",
        FieldKind::Choice { .. } => "choice",
        FieldKind::Choices { .. } => "choices",
        FieldKind::Ref { .. } => "ref",
        FieldKind::Refs { .. } => "refs",
        FieldKind::Area => "area",
        FieldKind::Body => "body",
        FieldKind::Person => "person",
        FieldKind::Phone => "phone",
        FieldKind::IdCard => "id_card",
        FieldKind::CreditCode => "credit_code",
        FieldKind::LicenceNo => "licence_no",
        FieldKind::Gtin => "gtin",
        FieldKind::Geo => "geo",
        FieldKind::Image { .. } => "image",
        FieldKind::File { .. } => "file",
        FieldKind::Table { .. } => "table",
        FieldKind::Checklist { .. } => "checklist",
    }
}

/// The unit behind the number, if the kind has one.
pub fn unit(kind: &FieldKind) -> Option<&str> {
    match kind {
        FieldKind::Integer { unit } | FieldKind::Decimal { unit, .. } => unit.as_deref(),
        FieldKind::Money => Some("元"),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Choice { .. }
        | FieldKind::Choices { .. }
        | FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => None,
    }
}

/// The choices of a choice field.
pub fn choices(kind: &FieldKind) -> Option<&ChoiceList> {
    match kind {
        FieldKind::Choice { list } | FieldKind::Choices { list } => Some(list),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => None,
    }
}

/// A value in words, without its unit. Refs by the name of the record they point to.
pub(crate) fn value(desk: &mut Desk, field: &Field, value: &Value) -> Result<String, Refusal> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "是" } else { "否" }.to_string(),
        Value::Int(number) => match live::target(&desk.live.pack, &field.kind) {
            Some(register) => ref_name(desk, &register, *number)?,
            None if matches!(field.kind, FieldKind::Person) => account_name(desk, *number)?,
            None => grouped(&number.to_string()),
        },
        Value::Decimal(number) => decimal(number),
        Value::Text(text) => match choices(&field.kind) {
            Some(list) => choice_title(&desk.live.pack, list, text),
            None => text.clone(),
        },
        Value::Date(day) => day.to_string(),
        Value::Time(at) => at.with_timezone(&shanghai()).format("%Y-%m-%d %H:%M").to_string(),
        Value::List(items) if matches!(field.kind, FieldKind::Image { .. } | FieldKind::File { .. }) => {
            format!("{} 个附件", items.len())
        }
        Value::List(items) => {
            let mut words = Vec::with_capacity(items.len());
            for item in items {
                words.push(self::value(desk, field, item)?);
            }
            words.join("、")
        }
        Value::Rows(rows) => rows_in_words(field, rows),
    })
}

fn rows_in_words(field: &Field, rows: &[shian_pack::Fields]) -> String {
    if !matches!(field.kind, FieldKind::Checklist { .. }) {
        return format!("{} 行", rows.len());
    }
    let count = |answer: &str| {
        rows.iter()
            .filter(|row| matches!(row.get("answer"), Some(Value::Text(given)) if given == answer))
            .count()
    };
    let parts: Vec<String> = ANSWERS
        .iter()
        .map(|(code, word)| (word, count(code)))
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{word} {count} 项"))
        .collect();
    parts.join("，")
}

/// The name of a record that a ref points to.
pub(crate) fn ref_name(desk: &mut Desk, register: &str, id: RecordId) -> Result<String, Refusal> {
    if let Some(name) = desk.live.directory.body_name(id) {
        return Ok(name.to_string());
    }
    Ok(desk.name_of(register, id)?.map_or_else(|| format!("#{id}"), |record| record.name.clone()))
}

/// Whose account it is; 0 is the system.
pub(crate) fn account_name(desk: &mut Desk, id: i64) -> Result<String, Refusal> {
    if id == 0 {
        return Ok("系统".to_string());
    }
    if id == desk.actor.id {
        return Ok(desk.actor.name.clone());
    }
    Ok(desk.tx.account(id)?.map_or_else(|| format!("账号 {id}"), |account| account.name))
}

/// The title of a choice; the code itself when the list no longer has it.
pub fn choice_title(pack: &Pack, list: &ChoiceList, code: &str) -> String {
    pack.choices(list)
        .iter()
        .find(|choice| choice.code == code)
        .map_or_else(|| code.to_string(), |choice| choice.title.clone())
}

/// The words at a path of the sheet (`name`, `business.name`), for names.
pub(crate) fn at_path(desk: &mut Desk, sheet: &Sheet, path: &str) -> Result<String, Refusal> {
    let at = sheet.at(path);
    match path.split_once('.') {
        None => match sheet.register.fields.get(path) {
            Some(field) => value(desk, field, &at),
            None => Ok(fixed(sheet.register, path, &at)),
        },
        Some((by, there)) => {
            let live = desk.live;
            let target = sheet
                .register
                .fields
                .get(by)
                .and_then(|field| live::target(&live.pack, &field.kind))
                .and_then(|target| live.pack.registers.get(&target));
            match target.and_then(|target| target.fields.get(there).map(|field| (target, field))) {
                Some((_, field)) => value(desk, field, &at),
                None => Ok(target.map(|target| fixed(target, there, &at)).unwrap_or_default()),
            }
        }
    }
}

fn fixed(register: &Register, path: &str, value: &Value) -> String {
    match value {
        Value::Text(state) if path == "state" => state_title(register, state).to_string(),
        other => crate::check::as_text(other),
    }
}

pub fn state_title<'a>(register: &'a Register, state: &'a str) -> &'a str {
    register.states.get(state).map_or(state, String::as_str)
}

/// A decimal with its digits, grouped when it is long.
pub fn decimal(number: &Decimal) -> String {
    grouped(&number.to_string())
}

/// `12345.60` → `12,345.60`; up to four digits stay as they are (2023 is a year).
fn grouped(number: &str) -> String {
    let (sign, bare) = number.strip_prefix('-').map_or(("", number), |bare| ("-", bare));
    let (whole, rest) = bare.split_once('.').map_or((bare, None), |(whole, rest)| (whole, Some(rest)));
    let mut out = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && whole.len() > 4 && (whole.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push('.');
        out.push_str(rest);
    }
    out
}

/// What one may know of a value one may not see: its kind, a little of both ends.
pub fn masked(kind: &FieldKind, text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let keep = |head: usize, tail: usize| {
        if signs.len() < head + tail + 3 {
            return "＊＊＊".to_string();
        }
        let hidden = signs.len() - head - tail;
        signs[..head].iter().chain(vec!['*'; hidden].iter()).chain(&signs[signs.len() - tail..]).collect()
    };
    match kind {
        FieldKind::Phone => keep(3, 4),
        FieldKind::IdCard => keep(6, 2),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Choice { .. }
        | FieldKind::Choices { .. }
        | FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => "＊＊＊".to_string(),
    }
}

/// An expression in plain Chinese, on a register's record.
pub fn formula(node: &Node, register: &Register, pack: &Pack) -> String {
    shian_pack::expr::words(node, &RegisterTitles { register, pack })
}

struct RegisterTitles<'a> {
    register: &'a Register,
    pack: &'a Pack,
}

impl Titles for RegisterTitles<'_> {
    fn field(&self, id: &str) -> String {
        title_of(self.register, id)
    }

    fn hop(&self, register: &str, id: &str) -> String {
        self.pack.registers.get(register).map_or_else(|| id.to_string(), |register| title_of(register, id))
    }

    fn choice(&self, list: &str, code: &str) -> String {
        let found = match list.split_once('.') {
            Some((register, "state")) => {
                self.pack.registers.get(register).and_then(|register| register.states.get(code)).cloned()
            }
            Some((register, field)) => {
                let field = self.pack.registers.get(register).and_then(|register| register.fields.get(field));
                field.and_then(|field| choices(&field.kind)).map(|list| choice_title(self.pack, list, code))
            }
            None => Some(choice_title(self.pack, &ChoiceList::Table(list.to_string()), code)),
        };
        found.unwrap_or_else(|| code.to_string())
    }

    fn rule(&self, name: &str) -> String {
        let Some(table) = self.pack.tables.get("rules") else { return name.to_string() };
        let column = |id: &str| table.columns.iter().position(|column| column == id);
        let (Some(id), Some(title)) = (column("name"), column("title")) else { return name.to_string() };
        let row = table.rows.iter().find(|row| row.get(id).is_some_and(|found| found == name));
        row.and_then(|row| row.get(title)).cloned().unwrap_or_else(|| name.to_string())
    }
}

/// A field's title, or that of a fixed column.
pub fn title_of(register: &Register, id: &str) -> String {
    if let Some(field) = register.fields.get(id) {
        return field.title.clone();
    }
    match id {
        "state" => "状态",
        "number" => "编号",
        "name" => "名称",
        "created_at" => "登记时间",
        "updated_at" => "最近修改",
        other => other,
    }
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_grouped_and_years_are_not() {
        for (number, words) in [
            ("2023", "2023"),
            ("12345", "12,345"),
            ("-1234567.50", "-1,234,567.50"),
            ("0.05", "0.05"),
            ("100000", "100,000"),
        ] {
            assert_eq!(grouped(number), words);
        }
    }

    #[test]
    fn a_masked_value_keeps_its_kind_and_hides_the_rest() {
        assert_eq!(masked(&FieldKind::Phone, "13812345678"), "138****5678");
        assert_eq!(masked(&FieldKind::IdCard, "411503199001011234"), "411503**********34");
        assert_eq!(masked(&FieldKind::Phone, "12315"), "＊＊＊");
        assert_eq!(masked(&FieldKind::Text { max: 200 }, "秘密"), "＊＊＊");
    }
}
