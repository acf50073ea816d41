//! Reads a government work plan (工作要点, 工作计划, 重点工作安排) into chapters, measures, duties and targets.
//!
//! ```text
//! bytes → read (text, docx, html, pdf) → lines → blocks → head + outline → measure (duty, target) → Plan
//! ```
//! The crate knows how Chinese plans are written and nothing of any place, body or register. It never panics and
//! takes linear time; what it is unsure of it says in [`Note`]s.

mod blocks;
mod body;
pub mod compare;
mod directory;
mod duty;
mod error;
mod fixes;
mod head;
mod lines;
mod marker;
mod measure;
mod notes;
mod numeral;
mod outline;
mod plan;
mod read;
mod signs;
mod table;
mod target;

pub use compare::{Comparison, compare};
pub use directory::{Directory, Resolved};
pub use error::{Level, Note, PlanError};
pub use fixes::Fixes;
pub use plan::{BodyName, Chapter, Duty, Measure, Op, Plan, Role, Span, Target, Task};

/// A plan and what a person should look at in it.
#[derive(Clone, Debug)]
pub struct Compiled {
    pub plan: Plan,
    pub diagnostics: Vec<Note>,
}

/// Reads a document of any format; `file_name` is only a hint, the content decides.
///
/// # Errors
/// The document is empty, too large, binary, encrypted, damaged, without text, or no plan.
pub fn compile(bytes: &[u8], file_name: &str) -> Result<Compiled, PlanError> {
    compile_with_fixes(bytes, file_name, &Fixes::default())
}

/// Reads a document and corrects the reading; fixes that no longer match are error notes.
///
/// # Errors
/// As [`compile`].
pub fn compile_with_fixes(bytes: &[u8], file_name: &str, fixes: &Fixes) -> Result<Compiled, PlanError> {
    let text = read::text(bytes, file_name)?;
    let mut diagnostics = Vec::new();
    let (words, edits) = fixes.replaced(&text, &mut diagnostics);
    let mut plan = plan_of(words)?;
    fixes::restore(&mut plan, &edits);
    plan.span.end = text.len();
    plan.text = text;
    fixes.apply(&mut plan, &mut diagnostics);
    notes::look(&plan, &mut diagnostics);
    Ok(Compiled { plan, diagnostics })
}

/// For fuzzing: any bytes at all must be read or refused, never panic.
pub fn fuzz(bytes: &[u8]) {
    if let Ok(compiled) = compile(bytes, "fuzz") {
        assert!(compiled.plan.span.end <= compiled.plan.text.len(), "spans lie within the text");
    }
}

fn plan_of(text: String) -> Result<Plan, PlanError> {
    let paper = blocks::paper(&text);
    if paper.signs.len() == 0 {
        return Err(PlanError::Empty);
    }
    let head = head::head(&paper);
    let items = outline::outline(&paper, &paper.blocks[head.body.clone()]);
    let reader = measure::Reader { signs: &paper.signs, year: head.year };
    let chapters = chapters(&reader, &items);
    let mut tasks = chapters.iter().flat_map(|c| &c.measures).flat_map(|m| &m.tasks);
    if chapters.iter().all(|c| c.measures.is_empty()) {
        return Err(PlanError::NotAPlan { reason: "no numbered measure was found" });
    }
    if head.title.is_none() && !tasks.any(|t| t.duty.is_some() || !t.targets.is_empty()) {
        return Err(PlanError::NotAPlan { reason: "no title of a plan, no duty and no target was found" });
    }
    let title = head.title.as_ref().map(|t| plain_title(&paper.signs.raw(t))).unwrap_or_default();
    let span = Span { start: 0, end: text.len() };
    Ok(Plan { title, year: head.year, place: head.place, text, chapters, span })
}

/// Chapters do not depend on each other: those of a large document are read on all cores.
fn chapters(reader: &measure::Reader<'_>, items: &[outline::ChapterItems]) -> Vec<Chapter> {
    const LARGE: usize = 200_000;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if reader.signs.len() < LARGE || cores == 1 {
        return items.iter().map(|c| reader.chapter(c)).collect();
    }
    std::thread::scope(|scope| {
        let read =
            |part: &[outline::ChapterItems]| part.iter().map(|c| reader.chapter(c)).collect::<Vec<_>>();
        let parts = items.chunks(items.len().div_ceil(cores).max(1));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || read(part))).collect();
        let done = running
            .into_iter()
            .map(|part| part.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)));
        done.flatten().collect()
    })
}

/// A title without the remark in brackets after it: （征求意见稿）; a year there belongs to it.
fn plain_title(raw: &str) -> String {
    match raw.rfind(['（', '(', '〔', '【', '[']) {
        Some(open)
            if raw.ends_with(['）', ')', '〕', '】', ']'])
                && open > 0
                && !raw[open..].contains(char::is_numeric) =>
        {
            raw[..open].to_owned()
        }
        _ => raw.to_owned(),
    }
}
