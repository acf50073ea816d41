//! A measure's own words, cut where something was read: the page marks targets, duties and tasks on the document itself.
use shian_plan::{Measure, Plan};

use crate::view::{Slice, SliceKind};

struct Mark {
    start: usize,
    end: usize,
    kind: SliceKind,
    no: u32,
}

/// `number_of`: the number of the measure's n-th target (from 0) on the page.
pub(super) fn slices(plan: &Plan, measure: &Measure, number_of: impl Fn(usize) -> u32) -> Vec<Slice> {
    let mut marks: Vec<Mark> = Vec::new();
    let (mut target_at, body) = (0, measure.tasks.first().map_or(measure.span.end, |task| task.span.start));
    if body > measure.span.start {
        marks.push(Mark { start: measure.span.start, end: body, kind: SliceKind::Title, no: 0 });
    }
    for (at, task) in measure.tasks.iter().enumerate() {
        let no = at as u32 + 1;
        let mut inner: Vec<Mark> = Vec::new();
        for target in &task.targets {
            inner.push(Mark {
                start: target.span.start,
                end: target.span.end,
                kind: SliceKind::Target,
                no: number_of(target_at),
            });
            target_at += 1;
        }
        if let Some(duty) = &task.duty {
            inner.push(Mark { start: duty.span.start, end: duty.span.end, kind: SliceKind::Duty, no: 0 });
        }
        inner.sort_by_key(|mark| (mark.start, mark.end));
        let first = inner.iter().map(|mark| mark.start).min().unwrap_or(task.span.end).min(task.span.end);
        marks.push(Mark {
            start: task.span.start,
            end: first.max(task.span.start),
            kind: SliceKind::Task,
            no,
        });
        marks.extend(inner);
    }
    cut(&plan.text, (measure.span.start, measure.span.end), marks)
}

/// Text between marks is plain; a mark that begins inside another one is left out.
fn cut(text: &str, (start, end): (usize, usize), marks: Vec<Mark>) -> Vec<Slice> {
    let mut slices = Vec::new();
    let mut at = start;
    let piece = |from: usize, to: usize| text.get(from..to).map(joined).unwrap_or_default();
    for mark in marks {
        if mark.start < at || mark.end > end || mark.end < mark.start {
            continue;
        }
        if mark.start > at {
            slices.push(Slice { text: piece(at, mark.start), kind: SliceKind::Plain, no: 0 });
        }
        slices.push(Slice { text: piece(mark.start, mark.end), kind: mark.kind, no: mark.no });
        at = mark.end;
    }
    if at < end {
        slices.push(Slice { text: piece(at, end), kind: SliceKind::Plain, no: 0 });
    }
    slices.retain(|slice| !slice.text.is_empty() || slice.kind == SliceKind::Task);
    slices
}

/// Hard line breaks of the document are not breaks of the sentence.
fn joined(text: &str) -> String {
    text.lines().map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_cut_reads_as_the_document_does() {
        let text = "(一)抓校园。开展抽检，覆盖率达到\n90%。(区局负责)完。";
        let at = |part: &str| text.find(part).unwrap();
        let mark = |from: &str, to: &str, kind, no| Mark { start: at(from), end: at(to), kind, no };
        let marks = vec![
            mark("(一)", "开展", SliceKind::Title, 0),
            mark("开展", "覆盖率", SliceKind::Task, 1),
            mark("覆盖率", "。(", SliceKind::Target, 1),
            mark("(区局", "完", SliceKind::Duty, 0),
        ];
        let slices = cut(text, (0, text.len()), marks);
        let whole: String = slices.iter().map(|slice| slice.text.as_str()).collect();
        assert_eq!(whole, text.replace('\n', ""));
        let kinds: Vec<SliceKind> = slices.iter().map(|slice| slice.kind).collect();
        use SliceKind::{Duty, Plain, Target, Task, Title};
        assert_eq!(kinds, [Title, Task, Target, Plain, Duty, Plain]);
    }
}
