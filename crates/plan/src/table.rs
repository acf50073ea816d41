//! Tables in plain text: cells parted by tabs, `|` or frames, by commas, or by blanks under a line of heads.
//!
//! A table begins with a line of heads (序号 任务 牵头单位 …); without one, tabs and blanks are only blanks.

use crate::lines::{Line, width};
use crate::plan::Role;
use crate::signs::{fold, is_space};

/// What a column holds, by its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    /// 序号
    No,
    /// 任务, 事项, 指标: its cell is the row's title
    Task,
    /// 措施, 目标, 要求: read for figures and duties like any text
    Text,
    /// 牵头单位, 配合单位, 责任单位
    Duty(Role),
    /// 单位 beside a column of bodies: what the figures are counted in
    Unit,
    /// 时限, 备注, 联系人, 类别: not read
    Other,
}

/// How cells are parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parting {
    Tab,
    Bar,
    Comma,
    Blanks,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    parting: Parting,
    pub columns: Vec<Column>,
    /// For tables parted by blanks: where each column begins.
    starts: Vec<usize>,
}

/// A cell's text and its offset in the document.
pub(crate) type Cell<'a> = (&'a str, usize);

/// What a line is to a table.
pub(crate) enum Fit<'a> {
    Cells(Vec<Cell<'a>>),
    /// A rule between rows (`|---|---|`, `├──┼──┤`).
    Rule,
    /// One cell over the whole width.
    Single(Cell<'a>),
    Outside,
}

const BARS: [char; 5] = ['|', '│', '┃', '║', '｜'];

/// Reads a line of heads.
pub(crate) fn heads(line: &Line<'_>) -> Option<Table> {
    // a head names a number, a body or a role
    let named =
        line.end_column <= 400 && line.text.contains(['序', '单', '部', '责', '牵', '主', '编', '项']);
    if !named {
        return None;
    }
    let parting = [Parting::Bar, Parting::Tab, Parting::Comma, Parting::Blanks];
    parting.into_iter().find_map(|parting| {
        let cells = split(line, parting)?;
        let mut columns: Vec<Column> = cells.iter().map(|(text, _)| column(text)).collect::<Option<_>>()?;
        let known = columns.iter().filter(|c| **c != Column::Other).count();
        let duty = columns.iter().any(|c| matches!(c, Column::Duty(_)));
        let works = columns.iter().any(|c| matches!(c, Column::Task | Column::Text));
        if columns.len() < 2 || known < 2 || !works || !(duty || columns.contains(&Column::No)) {
            return None;
        }
        settle_task(&mut columns, &cells);
        settle_unit(&mut columns, &cells);
        let starts = cells.iter().map(|(_, at)| start_column(line, *at)).collect();
        Some(Table { parting, columns, starts })
    })
}

/// One column is the task: the first that says so, else the first of text.
fn settle_task(columns: &mut [Column], cells: &[Cell<'_>]) {
    let of = |want: Column| columns.iter().position(|c| *c == want);
    let best = ["任务", "事项", "项目", "指标", "内容"].iter().find_map(|w| {
        (0..columns.len()).find(|&i| columns[i] == Column::Task && squeezed(cells[i].0).contains(w))
    });
    let Some(task) = best.or(of(Column::Task)).or(of(Column::Text)) else { return };
    for (i, column) in columns.iter_mut().enumerate() {
        if *column == Column::Task || i == task {
            *column = if i == task { Column::Task } else { Column::Text };
        }
    }
}

/// 单位 means a unit where another column says who is responsible.
fn settle_unit(columns: &mut [Column], cells: &[Cell<'_>]) {
    let duties = columns.iter().filter(|c| matches!(c, Column::Duty(_))).count();
    let plain = |i: &usize| matches!(squeezed(cells[*i].0).as_str(), "单位" | "计量单位");
    if duties > 1
        && let Some(i) = (0..columns.len()).find(plain)
    {
        columns[i] = Column::Unit;
    }
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !is_space(*c)).map(fold).collect()
}

/// The meaning of a head; `None` for words that are no head.
fn column(text: &str) -> Option<Column> {
    let whole = squeezed(text);
    if whole.is_empty() {
        return Some(Column::Other);
    }
    // a remark in brackets changes nothing: 责任单位（第一个为牵头单位）
    let s = whole.split(['(', '[']).next().filter(|s| !s.is_empty()).unwrap_or(&whole).to_owned();
    if s.chars().count() > 14 || s.contains(['。', '；']) || s.contains("，") {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|w| s.contains(w));
    let column = if has(&["序号", "编号"]) || s == "号" || s == "项" || s.eq_ignore_ascii_case("no") {
        Column::No
    } else if has(&[
        "时限",
        "时间",
        "期限",
        "进度",
        "日期",
        "备注",
        "责任人",
        "联系",
        "领导",
        "负责人",
        "类别",
        "领域",
        "类型",
        "分类",
        "电话",
        "签",
        "状态",
        "实绩",
        "基数",
        "现状",
        "上年",
        "去年",
        "完成情况",
    ]) {
        Column::Other
    } else if has(&["牵头", "主办", "主责"]) {
        Column::Duty(Role::Lead)
    } else if has(&["配合", "协办", "协助", "参与", "参加", "协同"]) {
        Column::Duty(Role::Cooperate)
    } else if has(&["责任", "负责", "承办", "单位", "部门", "落实主体", "实施主体"]) {
        Column::Duty(Role::Responsible)
    } else if has(&["任务", "事项", "项目", "指标", "内容", "工作", "举措"]) {
        Column::Task
    } else if has(&["措施", "目标", "要求", "标准", "做法", "成效", "成果", "值", "步骤"]) {
        Column::Text
    } else {
        return None;
    };
    Some(column)
}

fn start_column(line: &Line<'_>, at: usize) -> usize {
    line.text.get(..at - line.start).unwrap_or("").chars().map(width).sum()
}

fn trimmed(text: &str, base: usize) -> Cell<'_> {
    let skipped = text.len() - text.trim_start_matches(is_space).len();
    (text.trim_matches(is_space), base + skipped)
}

fn split<'a>(line: &Line<'a>, parting: Parting) -> Option<Vec<Cell<'a>>> {
    let (text, base) = (line.text, line.start);
    let by = |is: fn(char) -> bool| -> Vec<Cell<'a>> {
        let mut at = 0;
        text.split_inclusive(is)
            .map(|piece| {
                let cell = trimmed(piece.trim_end_matches(is), base + at);
                at += piece.len();
                cell
            })
            .collect()
    };
    let cells = match parting {
        Parting::Tab => by(|c| c == '\t'),
        Parting::Comma => by(|c| c == ','),
        Parting::Bar => {
            let mut cells = by(|c| BARS.contains(&c));
            if line.trimmed().starts_with(BARS) {
                cells.remove(0);
            }
            if text.ends_with(BARS)
                && !text.trim_end_matches(BARS).is_empty()
                && cells.last().is_some_and(|c| c.0.is_empty())
            {
                cells.pop();
            }
            cells
        }
        Parting::Blanks => by_blanks(text, base),
    };
    (cells.len() >= 2).then_some(cells)
}

/// Pieces parted by two blanks or one wide blank.
fn by_blanks(text: &str, base: usize) -> Vec<Cell<'_>> {
    let mut cells: Vec<Cell<'_>> = Vec::new();
    let (mut start, mut blanks) = (None::<usize>, 0);
    for (i, c) in text.char_indices() {
        if is_space(c) {
            blanks += width(c);
            continue;
        }
        match start {
            Some(from) if blanks >= 2 => {
                cells.push((text[from..i].trim_end_matches(is_space), base + from));
                start = Some(i);
            }
            None => start = Some(i),
            Some(_) => {}
        }
        blanks = 0;
    }
    if let Some(from) = start {
        cells.push((text[from..].trim_end_matches(is_space), base + from));
    }
    cells
}

impl Table {
    /// Reads a line as part of this table.
    pub fn fit<'a>(&self, line: &Line<'a>) -> Fit<'a> {
        if is_rule(line.text) {
            return Fit::Rule;
        }
        let Some(cells) = split(line, self.parting) else {
            return self.alone(line);
        };
        let cells = if self.parting == Parting::Blanks { self.placed(line, cells) } else { cells };
        let filled: Vec<&Cell<'_>> = cells.iter().filter(|c| !c.0.is_empty()).collect();
        match filled.as_slice() {
            [] => Fit::Rule,
            [one]
                if cells[0].0 == one.0
                    && self.columns.len() > 2
                    && !one.0.chars().all(|c| fold(c).is_ascii_digit()) =>
            {
                Fit::Single(**one)
            }
            _ => Fit::Cells(cells),
        }
    }

    /// A row with a number in its column, after the table was left.
    pub fn numbered_row<'a>(&self, line: &Line<'a>) -> Option<Vec<Cell<'a>>> {
        let no = self.columns.iter().position(|c| *c == Column::No)?;
        let Fit::Cells(cells) = self.fit(line) else { return None };
        let number = cells.get(no)?.0;
        let numbered = !number.is_empty()
            && number.chars().count() <= 4
            && number.chars().any(|c| fold(c).is_ascii_digit());
        (numbered && cells.len() == self.columns.len()).then_some(cells)
    }

    /// A line without any parting: in a table of blanks it may carry on one cell.
    fn alone<'a>(&self, line: &Line<'a>) -> Fit<'a> {
        let cell = trimmed(line.text, line.start);
        let second = self.starts.get(1).copied().unwrap_or(0);
        if self.parting == Parting::Blanks && line.indent + 2 >= second && second > 0 {
            return Fit::Cells(self.placed(line, vec![cell]));
        }
        Fit::Outside
    }

    /// Each piece in the column whose head begins nearest.
    fn placed<'a>(&self, line: &Line<'a>, pieces: Vec<Cell<'a>>) -> Vec<Cell<'a>> {
        let mut cells: Vec<Cell<'a>> = vec![("", line.start); self.columns.len()];
        let all = pieces.len() == self.columns.len();
        for (i, piece) in pieces.into_iter().enumerate() {
            let at = start_column(line, piece.1);
            let near =
                self.starts.iter().enumerate().min_by_key(|(_, s)| s.abs_diff(at)).map_or(0, |(i, _)| i);
            let slot = if all { i } else { near };
            let slot = (slot..cells.len()).find(|&s| cells[s].0.is_empty()).unwrap_or(slot);
            cells[slot] = piece;
        }
        cells
    }
}

fn is_rule(text: &str) -> bool {
    text.chars().all(|c| {
        is_space(c)
            || BARS.contains(&c)
            || matches!(c, '-' | '=' | '+' | ':' | '\u{2500}'..='\u{257F}' | '—' | '－')
    })
}
