//! A list leaves as a sheet: the rows that the actor may read, as he may see them, page by page from one snapshot.
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use super::write::Out;
use super::{Format, columns, unusable};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::list;
use crate::office::Office;
use crate::refusal::Refusal;
use crate::view::ListAsk;

/// Rows read at once.
const PAGE: u32 = 500;

impl Office {
    /// Writes every record that the actor may read, with all columns, to a `.csv` or `.xlsx` file; answers how many.
    ///
    /// # Errors
    /// NotFound for a register that is not his; Conflict for a file that cannot be written.
    pub fn export(
        &self,
        actor: &Actor,
        register: &str,
        path: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<u64, Refusal> {
        let format = Format::of(path)?;
        let ask = ListAsk {
            register: register.to_string(),
            sort: vec!["created_at".to_string()],
            ..ListAsk::default()
        };
        self.at_desk(actor, |desk| {
            list::ready(desk, &ask)?;
            let file = File::create(path).map_err(|error| unusable("文件建不了", error))?;
            let all = columns::all(desk.live.register(register)?);
            stream(desk, &ask, &all, format, BufWriter::new(file), progress)
        })
    }

    /// Writes the list as asked, in the columns that it shows; answers how many rows.
    ///
    /// # Errors
    /// As [`Office::list`].
    pub fn export_to(
        &self,
        actor: &Actor,
        ask: &ListAsk,
        format: Format,
        to: impl Write + Send,
    ) -> Result<u64, Refusal> {
        self.at_desk(actor, |desk| {
            let asked = list::ready(desk, ask)?;
            let shown = list::columns(asked.register, asked.view);
            stream(desk, ask, &shown, format, to, &mut |_| ())
        })
    }
}

fn stream(
    desk: &mut Desk,
    ask: &ListAsk,
    shown: &[String],
    format: Format,
    to: impl Write + Send,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, Refusal> {
    let mut asked = list::ready(desk, ask)?;
    asked.limit = PAGE;
    let register = asked.register;
    let mut out = Out::new(format, to, columns::headers(register, shown))?;
    let mut written = 0;
    let mut cells = Vec::with_capacity(shown.len());
    loop {
        let (rows, next) = list::page(desk, &asked, shown)?;
        for record in &rows {
            cells.clear();
            for id in shown {
                cells.push(columns::cell(desk, register, record, id)?);
            }
            out.row(&cells, &[])?;
        }
        written += rows.len() as u64;
        progress(written);
        match next {
            Some(next) => asked.after = Some(next),
            None => break,
        }
    }
    out.finish()?;
    Ok(written)
}
