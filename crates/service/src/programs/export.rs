//! A whole list as a file, made by a job: JSON lines with typed values, or a sheet as people read it.
use std::fs::File;
use std::io::{BufWriter, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::row::Telling;
use crate::actor::Actor;
use crate::job::Doing;
use crate::list;
use crate::office::Office;
use crate::refusal::Refusal;
use crate::sheet::Format;
use crate::view::ListAsk;

/// The kind of job.
pub(crate) const KIND: &str = "export";
/// Rows read at once.
const PAGE: u32 = 500;

/// What is to be exported, and how.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ExportAsk {
    pub register: String,
    /// `ndjson`, `csv`, `xlsx`.
    pub format: String,
    pub view: Option<String>,
    pub filter: Option<String>,
    pub search: Option<String>,
    pub sort: Vec<String>,
}

impl ExportAsk {
    fn list(&self) -> ListAsk {
        ListAsk {
            register: self.register.clone(),
            view: self.view.clone(),
            filter: self.filter.clone(),
            search: self.search.clone(),
            sort: self.sort.clone(),
            limit: PAGE,
            ..ListAsk::default()
        }
    }
}

impl Office {
    /// Asks for an export; the job's number.
    ///
    /// # Errors
    /// As for the list itself.
    pub fn ask_export(&self, actor: &Actor, ask: &ExportAsk) -> Result<i64, Refusal> {
        self.at_desk(actor, |desk| list::ready(desk, &ask.list()).map(|_| ()))?;
        let asked = serde_json::to_value(ask).map_err(|error| Refusal::internal(&error))?;
        self.ask_job(actor, KIND, asked)
    }
}

/// The job. Begun again, it writes the file anew.
pub(crate) fn work(office: &Office, actor: &Actor, doing: &Doing) -> Result<Json, Refusal> {
    let ask: ExportAsk =
        serde_json::from_value(doing.asked.clone()).map_err(|error| Refusal::internal(&error))?;
    let folder = office.results();
    let broken = |error: std::io::Error| Refusal::internal(&error);
    std::fs::create_dir_all(&folder).map_err(broken)?;
    let draft = folder.join(format!("{}.part", doing.id));
    let file = BufWriter::new(File::create(&draft).map_err(broken)?);
    let rows = match ask.format.as_str() {
        "csv" => office.export_to(actor, &ask.list(), Format::Csv, file)?,
        "xlsx" => office.export_to(actor, &ask.list(), Format::Xlsx, file)?,
        _ => lines(office, actor, &ask, file, doing)?,
    };
    std::fs::rename(&draft, folder.join(doing.id.to_string())).map_err(broken)?;
    Ok(json!({ "file": format!("{}-{}.{}", ask.register, doing.id, ask.format), "rows": rows }))
}

fn lines(
    office: &Office,
    actor: &Actor,
    ask: &ExportAsk,
    mut file: impl Write,
    doing: &Doing,
) -> Result<u64, Refusal> {
    let broken = |error: std::io::Error| Refusal::internal(&error);
    let told = office.at_desk(actor, |desk| {
        let mut asked = list::ready(desk, &ask.list())?;
        let telling = Telling::new(desk, asked.register, None, false);
        let (ids, whole) = (telling.ids(), list::count(desk, &asked)?);
        let (mut told, mut line) = (0, Vec::new());
        loop {
            let (rows, next) = list::page(desk, &asked, &ids)?;
            for record in &rows {
                line.clear();
                telling.push(desk, std::slice::from_ref(record), &mut line)?;
                line.push(b'\n');
                file.write_all(&line).map_err(broken)?;
            }
            told += rows.len() as u64;
            doing.tell(i64::try_from(told).unwrap_or(i64::MAX), whole);
            match next {
                Some(next) => asked.after = Some(next),
                None => break,
            }
        }
        Ok(told)
    })?;
    file.flush().map_err(broken)?;
    Ok(told)
}
