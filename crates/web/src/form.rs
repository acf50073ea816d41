//! A form as the browser sends it → the service's draft. No check happens here: every text goes on as typed.
//!
//! Names: `field` · `field@ref` for a lookup, whose text ends in `#id` when one was chosen · `field.0.column` for sub-rows ·
//! `_version`, `_reason` for the act itself. A field that may hold several values is preceded by an empty one.

use axum::extract::Multipart;
use indexmap::IndexMap;
use shian_service::{Draft, Input};

/// A form taken apart.
#[derive(Debug, Default)]
pub struct Sent {
    /// Field values.
    pub draft: Draft,
    /// The version the reader saw.
    pub version: i64,
    /// Why, for steps that ask.
    pub reason: Option<String>,
    /// Files by field.
    pub files: Vec<Upload>,
}

/// A file that came with the form.
#[derive(Debug)]
pub struct Upload {
    /// The field it is for.
    pub field: String,
    /// Its name on the sender's disk.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Sent {
    /// Reads a multipart form.
    ///
    /// # Errors
    /// What is wrong with the transfer, for the person.
    pub async fn read(mut form: Multipart) -> Result<Self, String> {
        let mut pairs = Vec::new();
        let mut files = Vec::new();
        while let Some(part) = form.next_field().await.map_err(|error| error.body_text())? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(file) if !file.is_empty() => {
                    let bytes = part.bytes().await.map_err(|error| error.body_text())?.to_vec();
                    files.push(Upload { field: name, name: file, bytes });
                }
                Some(_) => {}
                None => pairs.push((name, part.text().await.map_err(|error| error.body_text())?)),
            }
        }
        Ok(Self { files, ..Self::from_pairs(pairs) })
    }

    /// Reads pairs, as an address's query or a simple form holds them.
    #[must_use]
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut sent = Self::default();
        let mut values: IndexMap<String, Vec<String>> = IndexMap::new();
        let mut rows: IndexMap<String, IndexMap<u32, IndexMap<String, Input>>> = IndexMap::new();
        for (name, text) in pairs {
            match name.as_str() {
                "_version" => sent.version = text.parse().unwrap_or_default(),
                "_reason" => sent.reason = Some(text).filter(|text| !text.trim().is_empty()),
                _ => match sub_row(&name) {
                    Some((field, number, column)) => {
                        let row = rows.entry(field.to_owned()).or_default().entry(number).or_default();
                        row.insert(column.to_owned(), Input::Text(text));
                    }
                    None => {
                        let (field, text) = match name.strip_suffix("@ref") {
                            Some(field) => (field.to_owned(), chosen(&text)),
                            None => (name, text),
                        };
                        values.entry(field).or_default().push(text);
                    }
                },
            }
        }
        for (field, texts) in values {
            sent.draft.set(field, one_or_many(texts));
        }
        for (field, mut numbered) in rows {
            numbered.sort_keys();
            let filled = numbered.into_values().filter(|row| row.values().any(is_typed));
            sent.draft.set(field, Input::Rows(filled.collect()));
        }
        sent
    }

    /// Adds what the kept files are called inside the office, beside those the field already held.
    pub fn attach(&mut self, field: &str, key: String) {
        let mut held = match self.draft.get(field) {
            Some(Input::Many(held)) => held.clone(),
            Some(Input::Text(held)) if !held.is_empty() => vec![held.clone()],
            _ => Vec::new(),
        };
        held.push(key);
        self.draft.set(field, Input::Many(held));
    }
}

fn one_or_many(mut texts: Vec<String>) -> Input {
    if texts.len() == 1 {
        return Input::Text(texts.remove(0));
    }
    texts.retain(|text| !text.is_empty());
    Input::Many(texts)
}

fn is_typed(input: &Input) -> bool {
    !matches!(input, Input::Text(text) if text.trim().is_empty())
}

fn sub_row(name: &str) -> Option<(&str, u32, &str)> {
    let (field, rest) = name.split_once('.')?;
    let (number, column) = rest.split_once('.')?;
    Some((field, number.parse().ok()?, column))
}

/// The id at the end of `示例超市 #12`; text without one goes on as typed, and the service says what it makes of it.
fn chosen(text: &str) -> String {
    match text.rsplit_once('#') {
        Some((_, id)) if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) => id.to_owned(),
        _ => text.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use shian_service::Input;

    use super::Sent;

    fn sent(pairs: &[(&str, &str)]) -> Sent {
        Sent::from_pairs(pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
    }

    #[test]
    fn a_lookup_hands_on_the_id_that_was_chosen() {
        let form = sent(&[("business@ref", "示例超市 #12"), ("note", "见 #12"), ("_version", "3")]);
        assert_eq!(form.draft.get("business"), Some(&Input::Text("12".into())));
        assert_eq!(form.draft.get("note"), Some(&Input::Text("见 #12".into())));
        assert_eq!(form.version, 3);
    }

    #[test]
    fn unticking_the_last_box_empties_the_field() {
        assert_eq!(sent(&[("did", "")]).draft.get("did"), Some(&Input::Text(String::new())));
        assert_eq!(sent(&[("did", ""), ("did", "a")]).draft.get("did"), Some(&Input::Many(vec!["a".into()])));
    }

    #[test]
    fn sub_rows_keep_their_order_and_empty_ones_are_dropped() {
        let form = sent(&[("items.10.what", "乙"), ("items.2.what", "甲"), ("items.11.what", " ")]);
        let Some(Input::Rows(rows)) = form.draft.get("items") else { panic!("rows are read as rows") };
        let whats: Vec<_> = rows.iter().map(|row| row["what"].clone()).collect();
        assert_eq!(whats, [Input::Text("甲".into()), Input::Text("乙".into())]);
    }
}
