//! `/registers/{id}`: one register's list, with its saved questions as tabs, a query row, sorting, a cursor and its export.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, RawQuery},
    http::header,
    response::IntoResponse,
};
use serde::Serialize;
use shian_service::view::{ListAsk, ListView, OptionView, Query};

use crate::signed::{Answer, Signed, form_encode};

/// Queries shown before "more".
const FIRST_QUERIES: usize = 2;
const PAGE_ROWS: u32 = 25;

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct ListPage {
    /// What the service tells.
    pub view: ListView,
    /// The query row.
    pub first_queries: Vec<Query>,
    /// What folds below it.
    pub more_queries: Vec<Query>,
    /// Some of what folds is asked for.
    pub more_open: bool,
    /// Sorted columns and how, in the words of `aria-sort`.
    pub sorted: BTreeMap<String, &'static str>,
    /// Where a click on a column's head leads.
    pub sort_links: BTreeMap<String, String>,
    /// Back to the first page, when this is a later one.
    pub first: Option<String>,
    /// The next page.
    pub next: Option<String>,
    /// The same list as a file.
    pub export: String,
}

impl ListPage {
    /// Lays out what the service tells. `pairs` is the query of the address as it came.
    #[must_use]
    pub fn new(mut view: ListView, pairs: &[(String, String)]) -> Self {
        let home = format!("/registers/{}", view.register);
        drop_said_columns(&mut view);
        let mut first_queries = std::mem::take(&mut view.query);
        let more_queries = first_queries.split_off(first_queries.len().min(FIRST_QUERIES));
        let asked = |query: &Query| !(query.value.is_empty() && query.from.is_empty() && query.to.is_empty());
        let sorted: BTreeMap<_, _> = view.sort.iter().map(|key| direction(key)).collect();
        let sort_links = view
            .columns
            .iter()
            .filter(|column| column.sortable)
            .map(|column| {
                let turn = sorted.get(&column.id) == Some(&"ascending");
                let key = if turn { format!("-{}", column.id) } else { column.id.clone() };
                (column.id.clone(), with(&home, pairs, &[("sort", Some(&key)), ("after", None)]))
            })
            .collect();
        let later = pairs.iter().any(|(key, _)| key == "after");
        Self {
            more_open: more_queries.iter().any(asked),
            first: later.then(|| with(&home, pairs, &[("after", None)])),
            next: view.next.as_ref().map(|after| with(&home, pairs, &[("after", Some(after))])),
            export: with(&format!("{home}/export.csv"), pairs, &[("after", None)]),
            first_queries,
            more_queries,
            sorted,
            sort_links,
            view,
        }
    }
}

/// The list begins with the record's name and ends with its state: a column that says one of them again gives way.
fn drop_said_columns(view: &mut ListView) {
    let says_name = |place: usize| view.rows.iter().all(|row| row.cells.get(place) == Some(&row.name));
    let said: Vec<usize> = (0..view.columns.len())
        .filter(|place| view.columns[*place].id == "state" || (!view.rows.is_empty() && says_name(*place)))
        .collect();
    for place in said.into_iter().rev() {
        view.columns.remove(place);
        for row in &mut view.rows {
            row.cells.remove(place);
        }
    }
}

fn direction(key: &str) -> (String, &'static str) {
    match key.strip_prefix('-') {
        Some(id) => (id.to_owned(), "descending"),
        None => (key.to_owned(), "ascending"),
    }
}

/// The address with some of its query replaced; empty values are left out, so addresses stay short enough to send on.
fn with(path: &str, pairs: &[(String, String)], changes: &[(&str, Option<&str>)]) -> String {
    let kept = pairs
        .iter()
        .filter(|(key, value)| !value.is_empty() && !changes.iter().any(|(name, _)| name == key))
        .map(|(key, value)| (key.as_str(), value.as_str()));
    let new = changes.iter().filter_map(|(key, value)| Some((*key, (*value)?)));
    let query: Vec<_> =
        kept.chain(new).map(|(key, value)| format!("{}={}", form_encode(key), form_encode(value))).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// Reads the address's query: `view`, `search`, `sort`, `after`, and `q.field` for the query row.
fn ask(register: &str, pairs: &[(String, String)]) -> ListAsk {
    let one = |name: &str| {
        pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, v)| v.clone())
    };
    let fields = pairs.iter().filter(|(_, value)| !value.trim().is_empty());
    ListAsk {
        register: register.to_owned(),
        view: one("view"),
        search: one("search"),
        sort: one("sort").into_iter().collect(),
        after: one("after"),
        limit: PAGE_ROWS,
        fields: fields
            .filter_map(|(key, value)| Some((key.strip_prefix("q.")?.to_owned(), value.trim().to_owned())))
            .collect(),
        ..ListAsk::default()
    }
}

fn pairs(query: Option<&str>) -> Vec<(String, String)> {
    serde_urlencoded::from_str(query.unwrap_or_default()).unwrap_or_default()
}

/// `GET /registers/{register}`
pub async fn list(signed: Signed, Path(register): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let pairs = pairs(query.as_deref());
    let asked = ask(&register, &pairs);
    let view = signed.ask(move |office, actor| office.list(actor, &asked)).await?;
    signed.page("pages/list.html", ListPage::new(view, &pairs))
}

/// `GET /registers/{register}/export.csv`: the list as asked, all its pages.
pub async fn export(signed: Signed, Path(register): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let asked = ask(&register, &pairs(query.as_deref()));
    let file = signed.ask(move |office, actor| office.list_csv(actor, &asked)).await?;
    let name = format!("attachment; filename=\"{register}.csv\"");
    Ok((
        [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)],
        file,
    )
        .into_response())
}

/// `GET /registers/{register}/options/{field}?q=`: what a lookup field offers while one types.
pub async fn options(
    signed: Signed,
    Path((register, field)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let typed =
        pairs(query.as_deref()).into_iter().find(|(key, _)| key == "q").map_or(String::new(), |(_, q)| q);
    let found: Vec<OptionView> =
        signed.ask(move |office, actor| office.options(actor, &register, &field, &typed)).await?;
    Ok(Json(found).into_response())
}

#[cfg(test)]
mod tests {
    use super::{ListPage, ask};
    use crate::samples;

    fn pairs(query: &str) -> Vec<(String, String)> {
        super::pairs(Some(query))
    }

    #[test]
    fn the_address_of_a_list_says_all_that_is_asked() {
        let asked = ask(
            "sample",
            &pairs("view=failed&search=%E9%9F%AD%E8%8F%9C&q.date.from=2023-01-01&q.state=&sort=-date"),
        );
        assert_eq!(asked.view.as_deref(), Some("failed"));
        assert_eq!(asked.search.as_deref(), Some("韭菜"));
        assert_eq!(asked.fields.get("date.from").map(String::as_str), Some("2023-01-01"));
        assert!(!asked.fields.contains_key("state"), "an empty choice asks nothing");
        assert_eq!(asked.sort, ["-date"]);
    }

    #[test]
    fn paging_sorting_and_export_keep_what_is_asked() {
        let page = ListPage::new(samples::list(), &pairs("q.kind=a&after=zzz&sort=-diners"));
        assert_eq!(page.next.as_deref(), Some("/registers/some_register?q.kind=a&sort=-diners&after=abc"));
        assert_eq!(page.export, "/registers/some_register/export.csv?q.kind=a&sort=-diners");
        assert_eq!(page.sort_links["diners"], "/registers/some_register?q.kind=a&sort=diners");
    }

    #[test]
    fn a_column_that_repeats_the_name_or_the_state_gives_way() {
        let mut list = samples::list();
        list.columns[0].id = "name".into();
        list.columns[3].id = "state".into();
        for row in &mut list.rows {
            row.cells[0] = row.name.clone();
        }
        let page = ListPage::new(list, &[]);
        let ids: Vec<_> = page.view.columns.iter().map(|column| column.id.as_str()).collect();
        assert_eq!(ids, ["area", "diners"]);
        assert!(page.view.rows.iter().all(|row| row.cells.len() == 2));
    }
}
