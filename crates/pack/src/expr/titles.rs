//! The titles that a pack gives to what expressions name.
use super::Titles;
use crate::field::{ChoiceList, FieldKind};
use crate::pack::Pack;
use crate::register::Register;

/// A pack seen from one register's record.
#[derive(Debug, Clone, Copy)]
pub struct PackTitles<'a> {
    pub pack: &'a Pack,
    pub register: &'a Register,
}

fn title(register: &Register, id: &str) -> String {
    if let Some(field) = register.fields.get(id) {
        return field.title.clone();
    }
    match id {
        "id" => register.title.clone(),
        "state" => "状态".to_owned(),
        "number" => "编号".to_owned(),
        "created_at" => "登记时间".to_owned(),
        "updated_at" => "更新时间".to_owned(),
        other => other.to_owned(),
    }
}

impl Titles for PackTitles<'_> {
    fn field(&self, id: &str) -> String {
        title(self.register, id)
    }

    fn hop(&self, register: &str, id: &str) -> String {
        self.pack.register(register).map_or_else(|| id.to_owned(), |register| title(register, id))
    }

    fn choice(&self, list: &str, code: &str) -> String {
        let inline = list.split_once('.').and_then(|(register, field)| {
            let register = self.pack.register(register)?;
            if field == "state" {
                return register.states.get(code).cloned();
            }
            let field = register.fields.get(field)?;
            let (FieldKind::Choice { list: ChoiceList::Inline(choices) }
            | FieldKind::Choices { list: ChoiceList::Inline(choices) }) = &field.kind
            else {
                return None;
            };
            choices.iter().find(|choice| choice.code == code).map(|choice| choice.title.clone())
        });
        let tabled = || {
            let choices = self.pack.choices.get(list)?;
            choices.iter().find(|choice| choice.code == code).map(|choice| choice.title.clone())
        };
        inline.or_else(tabled).unwrap_or_else(|| format!("“{code}”"))
    }

    fn rule(&self, name: &str) -> String {
        let newest = self.pack.rules.get(name).and_then(|editions| editions.last());
        let unit = || {
            let table = self.pack.tables.get("rules")?;
            let at = table.columns.iter().position(|column| column == "unit")?;
            table.rows.iter().rev().find(|row| row.first().is_some_and(|cell| cell == name))?.get(at).cloned()
        };
        newest.map_or_else(
            || "规定的数".to_owned(),
            |edition| format!("{}{}（法定）", edition.value.normalize(), unit().unwrap_or_default()),
        )
    }
}
