//! From an outline's items to the tree: titles, tasks, duties and targets of each measure.

use crate::duty::{self, Found};
use crate::outline::{ChapterItems, Item, Part};
use crate::plan::{Chapter, Duty, Measure, Target, Task};
use crate::signs::{At, Signs};
use crate::table::Column;
use crate::target;

pub(crate) struct Reader<'a> {
    pub signs: &'a Signs,
    pub year: Option<i32>,
}

impl Reader<'_> {
    pub fn chapter(&self, items: &ChapterItems) -> Chapter {
        let mut measures: Vec<Measure> = items.measures.iter().map(|m| self.measure(m)).collect();
        let (mut title, mut span) = (String::new(), None);
        if let Some(head) = &items.head {
            title = self.title(head);
            span = Some(self.signs.span(&whole(&head.parts)));
            if measures.is_empty() {
                let own = self.measure(head);
                if own.tasks.iter().any(|t| t.duty.is_some() || !t.targets.is_empty()) {
                    measures.push(Measure { no: 1, ..own });
                }
            }
        }
        let spans = measures.iter().map(|m| m.span).chain(span);
        let span = spans.reduce(crate::plan::Span::join).unwrap_or_default();
        Chapter { no: items.no, title, measures, span }
    }

    fn measure(&self, item: &Item) -> Measure {
        let title = self.title(item);
        let tasks = self.tasks(item);
        Measure { no: item.no, title, tasks, span: self.signs.span(&whole(&item.parts)) }
    }

    /// The head up to the first 。 or ：, without number and duty; of a row, its task.
    fn title(&self, item: &Item) -> String {
        let at = match item.parts.first() {
            Some(Part::Text(at)) => item.words..at.end,
            Some(Part::Row(cells)) => {
                let task = cells.iter().find(|(c, at)| *c == Column::Task && !at.is_empty());
                let at = task.map_or(item.words..item.words, |(_, at)| at.clone());
                item.words.clamp(at.start, at.end)..at.end
            }
            None => return String::new(),
        };
        let mut at = at;
        // a duty that matters to the title stands near it
        let near = self.signs.str(&at).char_indices().nth(150).map_or(at.end, |(i, _)| at.start + i);
        let mut duties = duty::find(self.signs, &Part::Text(at.start..near));
        // a duty before the words it owns
        while duties.first().is_some_and(|d| !d.inline && d.at.start == at.start && d.at.end < at.end) {
            at.start = duties.remove(0).at.end;
        }
        let text = self.signs.str(&at);
        let stop = text.find(['。', '：']).unwrap_or(text.len());
        let stop = duties.iter().find(|d| !d.inline).map_or(stop, |d| stop.min(d.at.start - at.start));
        let words = text[..stop].trim_end_matches(['，', '、']);
        let title = self.signs.raw(&(at.start..at.start + words.len()));
        shortened(unmarked(&title))
    }

    /// Each duty closes the sentences before it; what follows the last has none.
    fn tasks(&self, item: &Item) -> Vec<Task> {
        let mut found: Vec<Found> = item.parts.iter().flat_map(|p| duty::find(self.signs, p)).collect();
        found = duty::joined(found);
        let mut tasks: Vec<Task> = Vec::new();
        let mut open: Vec<At> = Vec::new();
        let (mut next, mut taken) = (0, 0);
        for range in item.parts.iter().flat_map(words) {
            let range = if range.contains(&item.words) { item.words..range.end } else { range };
            let mut start = range.start;
            while next < found.len() && found[next].at.start < range.end {
                open.push(start..found[next].at.start.max(start));
                start = found[next].at.end.max(start);
                taken = found[next].at.end.max(taken);
                self.close(&mut tasks, &mut open, Some(&found[next]));
                next += 1;
            }
            let start = if taken >= range.end { range.end } else { start };
            if start < range.end {
                open.push(start..range.end);
            }
        }
        for rest in &found[next..] {
            self.close(&mut tasks, &mut open, Some(rest));
        }
        self.close(&mut tasks, &mut open, None);
        tasks
    }

    fn close(&self, tasks: &mut Vec<Task>, open: &mut Vec<At>, duty: Option<&Found>) {
        let ranges: Vec<At> = std::mem::take(open).into_iter().filter(|r| r.start < r.end).collect();
        let duty: Option<Duty> = duty.map(|d| d.duty(self.signs));
        let text: String = ranges.iter().map(|r| self.signs.raw(r)).collect::<String>();
        let text = text.trim_matches(['。', '；', '，']).to_owned();
        if text.is_empty() && duty.is_none() {
            return;
        }
        let mut targets: Vec<Target> = Vec::new();
        for range in &ranges {
            target::find(self.signs, range, self.year, &mut targets);
        }
        let spans = ranges.iter().map(|r| self.signs.span(r)).chain(duty.as_ref().map(|d| d.span));
        let span = spans.reduce(crate::plan::Span::join).unwrap_or_default();
        tasks.push(Task { text, duty, targets, span });
    }
}

/// The words of a part that are read: a paragraph, or the cells of a row that hold text.
fn words(part: &Part) -> Vec<At> {
    match part {
        Part::Text(at) => vec![at.clone()],
        Part::Row(cells) => cells
            .iter()
            .filter(|(c, at)| matches!(c, Column::Task | Column::Text) && !at.is_empty())
            .map(|(_, at)| at.clone())
            .collect(),
    }
}

fn whole(parts: &[Part]) -> At {
    parts.iter().map(Part::at).reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or(0..0)
}

/// Without marks around a title: 【】, **.
fn unmarked(title: &str) -> &str {
    title.trim_matches(|c: char| matches!(c, '*' | '#' | '、' | '.' | '．' | '。' | ':' | '：' | ';' | '；'))
}

/// A sentence that serves as a title is cut at a length that fits one line of a page.
fn shortened(title: &str) -> String {
    title.chars().take(78).collect()
}
