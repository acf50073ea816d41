//! What a person should look at in a plan that was read: a missing head, numbers that jump, bodies without a name.

use crate::error::Note;
use crate::plan::Plan;
use std::collections::HashSet;

pub(crate) fn look(plan: &Plan, notes: &mut Vec<Note>) {
    if plan.title.is_empty() {
        notes.push(Note::warning("no_title", "no line names the plan".to_owned(), None));
    }
    if plan.year.is_none() {
        notes.push(Note::warning(
            "no_year",
            "the document does not say which year it is for".to_owned(),
            None,
        ));
    }
    if plan.place.is_empty() {
        notes.push(Note::warning("no_place", "the document does not say whose plan it is".to_owned(), None));
    }
    let mut last: Option<(u32, u32)> = None;
    let mut seen = HashSet::new();
    for chapter in &plan.chapters {
        for measure in &chapter.measures {
            let at = (chapter.no, measure.no);
            if !seen.insert(at) {
                let message = format!("measure {}.{} stands twice", at.0, at.1);
                notes.push(Note::warning("measure_twice", message, Some(measure.span)));
            }
            let follows = last.is_none_or(|(_, no)| measure.no == no + 1 || measure.no == 1);
            if !follows {
                let message = format!("measure {}.{} does not follow the number before it", at.0, at.1);
                notes.push(Note::warning("number_jumps", message, Some(measure.span)));
            }
            last = Some(at);
        }
    }
}
