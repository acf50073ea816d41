//! `plan.fixes.toml` (校正): corrects the reading of a document without touching the document.
//!
//! ```toml
//! [[replace]]                  # a slip of the pen: read these words instead, everywhere
//! find = "区粮食物质和储备局"
//! with = "区粮食和物质储备局"
//! why  = "笔误"
//!
//! [[target]]                   # one target: say how it reads, or that it is none
//! measure = "3.10"             # chapter.measure
//! name    = "规范化建设达标率"   # a part of its name or its sentence
//! set     = { op = ">=", value = "70", unit = "%", name = "…" }
//! # drop  = true
//!
//! [[duty]]                     # one duty: who does what, or that it is none
//! measure = "8.31"
//! text    = "相关成员单位"
//! set     = { lead = ["…"], cooperate = ["…"], responsible = ["…"] }
//!
//! [[title]]
//! measure = "1.2"
//! with    = "…"
//! ```
//! A fix that no longer matches is an error with its line: the document has changed under it. Spans stay those of the
//! document, also inside replaced words.

use crate::error::Note;
use crate::plan::{BodyName, Duty, Measure, Op, Plan, Span, Target};
use crate::signs::Signs;
use rust_decimal::Decimal;
use serde::Deserialize;
use toml::Spanned;

/// All fixes of one file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixes {
    #[serde(default)]
    replace: Vec<Spanned<Replace>>,
    #[serde(default)]
    target: Vec<Spanned<TargetFix>>,
    #[serde(default)]
    duty: Vec<Spanned<DutyFix>>,
    #[serde(default)]
    title: Vec<Spanned<TitleFix>>,
    /// Where lines begin, to name a fix's line.
    #[serde(skip)]
    line_ends: Vec<usize>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Replace {
    find: String,
    with: String,
    #[serde(rename = "why")]
    _why: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetFix {
    measure: String,
    name: String,
    set: Option<TargetWords>,
    #[serde(default)]
    drop: bool,
    #[serde(rename = "why")]
    _why: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetWords {
    op: Option<Op>,
    value: Option<Decimal>,
    unit: Option<String>,
    name: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DutyFix {
    measure: String,
    text: String,
    set: Option<DutyWords>,
    #[serde(default)]
    drop: bool,
    #[serde(rename = "why")]
    _why: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DutyWords {
    #[serde(default)]
    lead: Vec<String>,
    #[serde(default)]
    cooperate: Vec<String>,
    #[serde(default)]
    responsible: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TitleFix {
    measure: String,
    with: String,
    #[serde(rename = "why")]
    _why: Option<String>,
}

/// One replaced place: bytes in the document, and the bytes that stand there now.
pub(crate) struct Edit {
    old: Span,
    new: Span,
}

impl Fixes {
    /// Reads `plan.fixes.toml`.
    ///
    /// # Errors
    /// The note names the line where the file stops being fixes.
    pub fn parse(source: &str) -> Result<Fixes, Note> {
        let line_ends: Vec<usize> = source.match_indices('\n').map(|(i, _)| i).collect();
        let line = |at: usize| line_ends.partition_point(|end| *end < at) + 1;
        match toml::from_str::<Fixes>(source) {
            Ok(fixes) => Ok(Fixes { line_ends, ..fixes }),
            Err(error) => {
                let at = error.span().map_or(1, |span| line(span.start));
                Err(Note::wrong_fix("fix_unreadable", error.message().to_owned(), at))
            }
        }
    }

    fn line(&self, at: usize) -> usize {
        self.line_ends.partition_point(|end| *end < at) + 1
    }

    /// The text with all replacements, in the order of the document.
    pub(crate) fn replaced(&self, text: &str, notes: &mut Vec<Note>) -> (String, Vec<Edit>) {
        let mut places: Vec<(Span, &str)> = Vec::new();
        if !self.replace.is_empty() {
            let signs = Signs::of(text);
            for fix in &self.replace {
                let want = Signs::of(&fix.get_ref().find).norm;
                let found: Vec<_> = if want.is_empty() {
                    Vec::new()
                } else {
                    signs.norm.match_indices(&want).map(|(i, _)| i..i + want.len()).collect()
                };
                if found.is_empty() {
                    let line = self.line(fix.span().start);
                    notes.push(Note::wrong_fix(
                        "fix_unmatched",
                        format!("the document does not hold “{}”", fix.get_ref().find),
                        line,
                    ));
                }
                places.extend(found.into_iter().map(|at| (signs.span(&at), fix.get_ref().with.as_str())));
            }
        }
        places.sort_by_key(|(span, _)| span.start);
        places.dedup_by(|b, a| b.0.start < a.0.end);
        let (mut out, mut edits, mut next) = (String::with_capacity(text.len()), Vec::new(), 0);
        for (old, with) in places {
            out.push_str(&text[next..old.start]);
            let start = out.len();
            out.push_str(with);
            edits.push(Edit { old, new: Span { start, end: out.len() } });
            next = old.end;
        }
        out.push_str(&text[next..]);
        (out, edits)
    }

    /// Corrects a tree that was read.
    pub(crate) fn apply(&self, plan: &mut Plan, notes: &mut Vec<Note>) {
        let mut miss =
            |at: usize, message: String| notes.push(Note::wrong_fix("fix_unmatched", message, self.line(at)));
        for fix in &self.title {
            let words = fix.get_ref();
            match measure(plan, &words.measure) {
                Some(measure) => measure.title.clone_from(&words.with),
                None => miss(fix.span().start, format!("the plan has no measure {}", words.measure)),
            }
        }
        for fix in &self.target {
            let words = fix.get_ref();
            if !measure(plan, &words.measure).is_some_and(|m| fix_target(m, words)) {
                miss(fix.span().start, format!("measure {} has no target “{}”", words.measure, words.name));
            }
        }
        for fix in &self.duty {
            let words = fix.get_ref();
            if !measure(plan, &words.measure).is_some_and(|m| fix_duty(m, words)) {
                miss(fix.span().start, format!("measure {} has no duty “{}”", words.measure, words.text));
            }
        }
    }
}

/// The measure `chapter.number`.
fn measure<'a>(plan: &'a mut Plan, address: &str) -> Option<&'a mut Measure> {
    let (chapter, no) = address.split_once('.')?;
    let (chapter, no): (u32, u32) = (chapter.trim().parse().ok()?, no.trim().parse().ok()?);
    plan.chapters.iter_mut().filter(|c| c.no == chapter).flat_map(|c| &mut c.measures).find(|m| m.no == no)
}

fn fix_target(measure: &mut Measure, fix: &TargetFix) -> bool {
    let meant = |t: &Target| t.name.contains(&fix.name) || t.text.contains(&fix.name);
    for task in &mut measure.tasks {
        let Some(i) = task.targets.iter().position(meant) else { continue };
        if fix.drop {
            task.targets.remove(i);
        } else if let Some(set) = &fix.set {
            let target = &mut task.targets[i];
            target.op = set.op.unwrap_or(target.op);
            target.value = set.value.unwrap_or(target.value);
            target.unit = set.unit.clone().unwrap_or_else(|| target.unit.clone());
            target.name = set.name.clone().unwrap_or_else(|| target.name.clone());
        }
        return true;
    }
    false
}

fn fix_duty(measure: &mut Measure, fix: &DutyFix) -> bool {
    for task in &mut measure.tasks {
        let Some(duty) = task.duty.as_mut().filter(|d| d.text.contains(&fix.text)) else { continue };
        if fix.drop {
            task.duty = None;
        } else if let Some(set) = &fix.set {
            let span = duty.span;
            let bodies =
                |names: &[String]| names.iter().map(|name| BodyName { name: name.clone(), span }).collect();
            *duty = Duty {
                lead: bodies(&set.lead),
                cooperate: bodies(&set.cooperate),
                responsible: bodies(&set.responsible),
                text: std::mem::take(&mut duty.text),
                span,
            };
        }
        return true;
    }
    false
}

/// Turns spans of the replaced text into spans of the document.
pub(crate) fn restore(plan: &mut Plan, edits: &[Edit]) {
    if edits.is_empty() {
        return;
    }
    let back = |span: &mut Span| {
        *span = Span { start: place(span.start, edits, false), end: place(span.end, edits, true) }
    };
    back(&mut plan.span);
    for chapter in &mut plan.chapters {
        back(&mut chapter.span);
        for measure in &mut chapter.measures {
            back(&mut measure.span);
            for task in &mut measure.tasks {
                back(&mut task.span);
                task.targets.iter_mut().for_each(|t| back(&mut t.span));
                if let Some(duty) = &mut task.duty {
                    back(&mut duty.span);
                    let names = duty.lead.iter_mut().chain(&mut duty.cooperate).chain(&mut duty.responsible);
                    names.for_each(|n| back(&mut n.span));
                }
            }
        }
    }
}

/// Inside a replaced place every offset is its start, as an end its end.
fn place(at: usize, edits: &[Edit], end: bool) -> usize {
    let i = edits.partition_point(|e| if end { e.new.start < at } else { e.new.start <= at });
    let Some(edit) = i.checked_sub(1).and_then(|i| edits.get(i)) else { return at };
    if at >= edit.new.end && (!end || at > edit.new.end) {
        return edit.old.end + (at - edit.new.end);
    }
    if end { edit.old.end } else { edit.old.start }
}
