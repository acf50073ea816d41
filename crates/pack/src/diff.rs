//! What one pack changes against another, in words: read before it is applied.
//!
//! This compares declarations. Whether records are there that would lose something, only the store can say.
use std::fmt::{self, Debug};

use indexmap::IndexMap;
use serde::Serialize;

use crate::field::{Choice, Field, FieldKind};
use crate::pack::Pack;
use crate::register::Register;

/// All differences, registers first, in the order of the files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PackDiff {
    pub changes: Vec<Change>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub turn: Turn,
    /// `food_business`, `food_business.phone`, `food_business.close`, an indicator's id …
    pub path: String,
    /// For the person who applies it.
    pub words: String,
    /// Values that are kept today could be lost.
    pub lossy: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    Added,
    Changed,
    Removed,
}

impl PackDiff {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub fn is_lossy(&self) -> bool {
        self.changes.iter().any(|change| change.lossy)
    }

    fn add(&mut self, turn: Turn, path: impl Into<String>, words: impl Into<String>, lossy: bool) {
        self.changes.push(Change { turn, path: path.into(), words: words.into(), lossy });
    }

    /// Compares named things of one sort; `differ` reports a thing that both have.
    fn each<T>(
        &mut self,
        pair: (&IndexMap<String, T>, &IndexMap<String, T>),
        sort: &Sort<'_, T>,
        mut differ: impl FnMut(&mut Self, &T, &T),
    ) {
        let (old, new) = pair;
        for (id, before) in old {
            match new.get(id) {
                Some(after) => differ(self, before, after),
                None => {
                    let words = format!("移除{}“{}”（{}）", sort.noun, (sort.title)(before), sort.path(id));
                    self.add(Turn::Removed, sort.path(id), words, sort.holds_data);
                }
            }
        }
        for (id, after) in new.iter().filter(|(id, _)| !old.contains_key(*id)) {
            let words = format!("新增{}“{}”（{}）", sort.noun, (sort.title)(after), sort.path(id));
            self.add(Turn::Added, sort.path(id), words, false);
        }
    }

    /// Things without data: any difference in the declaration is one change.
    fn plain<T: Debug>(&mut self, old: &IndexMap<String, T>, new: &IndexMap<String, T>, sort: &Sort<'_, T>) {
        self.each((old, new), sort, |_, _, _| {});
        for (id, before) in old {
            if let Some(after) = new.get(id).filter(|after| !alike(before, *after)) {
                let words = format!("修改{}“{}”（{}）", sort.noun, (sort.title)(after), sort.path(id));
                self.add(Turn::Changed, sort.path(id), words, false);
            }
        }
    }
}

/// A sort of thing that packs declare.
struct Sort<'a, T> {
    noun: &'static str,
    /// The register it belongs to; empty: none.
    within: &'a str,
    /// Its removal can lose what is kept.
    holds_data: bool,
    title: fn(&T) -> &str,
}

impl<T> Sort<'_, T> {
    fn path(&self, id: &str) -> String {
        if self.within.is_empty() { id.to_owned() } else { format!("{}.{id}", self.within) }
    }
}

/// What changes when `new` takes the place of `old`.
pub fn diff(old: &Pack, new: &Pack) -> PackDiff {
    let mut diff = PackDiff::default();
    let registers =
        Sort::<Register> { noun: "台账", within: "", holds_data: true, title: |one| &one.title };
    diff.each((&old.registers, &new.registers), &registers, register);
    let indicators =
        Sort { noun: "指标", within: "", holds_data: false, title: |one: &crate::Indicator| &one.title };
    diff.plain(&old.indicators, &new.indicators, &indicators);
    let roles =
        Sort { noun: "角色", within: "", holds_data: false, title: |one: &crate::pack::Role| &one.title };
    diff.plain(&old.roles, &new.roles, &roles);
    let tables =
        Sort { noun: "表", within: "", holds_data: false, title: |one: &crate::pack::Table| &one.name };
    diff.plain(&old.tables, &new.tables, &tables);
    diff.plain(&old.checklists, &new.checklists, &Sort { noun: "检查表", ..tables });
    let plan = |pack: &Pack| pack.plan.as_ref().map(|plan| plan.text.clone());
    let settings = [
        ("plan", "工作要点", plan(old) != plan(new)),
        ("targets", "目标", !alike(&old.targets, &new.targets)),
        ("areas", "区划", !alike(&old.areas, &new.areas)),
        ("bodies", "单位", !alike(&old.bodies, &new.bodies)),
        ("calendar", "工作日历", old.calendar != new.calendar),
    ];
    for (path, noun, _) in settings.iter().filter(|(_, _, differs)| *differs) {
        diff.add(Turn::Changed, *path, format!("修改{noun}"), false);
    }
    diff
}

fn register(diff: &mut PackDiff, old: &Register, new: &Register) {
    let within = new.id.as_str();
    if old.title != new.title {
        let words = format!("台账“{}”改名“{}”（{within}）", old.title, new.title);
        diff.add(Turn::Changed, within, words, false);
    }
    let fields = Sort::<Field> { noun: "字段", within, holds_data: true, title: |one| &one.title };
    diff.each((&old.fields, &new.fields), &fields, |diff, old, new| field(diff, within, old, new));
    let states = Sort::<String> { noun: "状态", within, holds_data: true, title: |title| title };
    diff.each((&old.states, &new.states), &states, |diff, old_title, title| {
        if old_title != title {
            diff.add(Turn::Changed, within, format!("状态“{old_title}”改名“{title}”（{within}）"), false);
        }
    });
    diff.plain(
        &old.steps,
        &new.steps,
        &Sort { noun: "步骤", within, holds_data: false, title: |one| &one.title },
    );
    let deadlines =
        Sort {
            noun: "期限", within, holds_data: false, title: |one: &crate::register::Deadline| &one.title
        };
    diff.plain(&old.deadlines, &new.deadlines, &deadlines);
    diff.plain(
        &old.views,
        &new.views,
        &Sort { noun: "视图", within, holds_data: false, title: |one| &one.title },
    );
    diff.plain(
        &old.exports,
        &new.exports,
        &Sort { noun: "导出", within, holds_data: false, title: |one| &one.title },
    );
    let rules = [
        ("权限", !alike(&old.access, &new.access)),
        ("范围", !alike(&old.scope, &new.scope)),
        ("唯一性", old.unique != new.unique),
        ("编号", old.number != new.number),
        ("业务日期", old.when != new.when),
        ("记录名称", old.name != new.name),
        ("周期", !alike(&old.every, &new.every)),
    ];
    for (noun, _) in rules.iter().filter(|(_, differs)| *differs) {
        diff.add(Turn::Changed, within, format!("修改台账“{}”的{noun}（{within}）", new.title), false);
    }
}

fn field(diff: &mut PackDiff, within: &str, old: &Field, new: &Field) {
    let path = format!("{within}.{}", new.id);
    if old.title != new.title {
        let words = format!("字段“{}”改名“{}”（{path}）", old.title, new.title);
        diff.add(Turn::Changed, &path, words, false);
    }
    if !alike(&old.kind, &new.kind) {
        let (from, to) = (kind_words(&old.kind), kind_words(&new.kind));
        let lossy = !keeps(&old.kind, &new.kind);
        let words = match (from == to, lossy) {
            (true, false) => format!("字段“{}”的{to}有改动（{path}）", new.title),
            (true, true) => format!("字段“{}”的{to}收窄，已有的值可能不合（{path}）", new.title),
            (false, false) => format!("字段“{}”由{from}改为{to}（{path}）", new.title),
            (false, true) => format!("字段“{}”由{from}改为{to}，已有的值可能丢失（{path}）", new.title),
        };
        diff.add(Turn::Changed, &path, words, lossy);
    }
    let mut rules: Vec<&str> = Vec::new();
    for key in ["required", "shown", "default", "check", "calc"] {
        if old.source.get(key) != new.source.get(key) {
            rules.push(key);
        }
    }
    for (key, differs) in [
        ("from", old.from != new.from),
        ("search", old.search != new.search),
        ("secret", old.secret != new.secret),
        ("section", old.section != new.section),
        ("hint", old.hint != new.hint),
        ("says", old.says != new.says),
    ] {
        if differs {
            rules.push(key);
        }
    }
    if !rules.is_empty() {
        let words = format!("字段“{}”的规定有改动：{}（{path}）", new.title, rules.join("、"));
        diff.add(Turn::Changed, &path, words, false);
    }
}

/// Whether every value of the old kind is a value of the new one.
fn keeps(old: &FieldKind, new: &FieldKind) -> bool {
    let codes_kept = |old: &[Choice], new: &[Choice]| {
        old.iter().all(|choice| new.iter().any(|other| other.code == choice.code))
    };
    match (old, new) {
        (FieldKind::Text { max: old }, FieldKind::Text { max: new }) => old <= new,
        (FieldKind::Integer { .. }, FieldKind::Integer { .. } | FieldKind::Decimal { .. }) => true,
        (FieldKind::Decimal { digits: old, .. }, FieldKind::Decimal { digits: new, .. }) => old <= new,
        (
            FieldKind::Choice { list: old },
            FieldKind::Choice { list: new } | FieldKind::Choices { list: new },
        )
        | (FieldKind::Choices { list: old }, FieldKind::Choices { list: new }) => match (old, new) {
            (crate::field::ChoiceList::Inline(old), crate::field::ChoiceList::Inline(new)) => {
                codes_kept(old, new)
            }
            (crate::field::ChoiceList::Table(old), crate::field::ChoiceList::Table(new)) => old == new,
            _ => false,
        },
        (
            FieldKind::Ref { register: old },
            FieldKind::Ref { register: new } | FieldKind::Refs { register: new },
        )
        | (FieldKind::Refs { register: old }, FieldKind::Refs { register: new }) => old == new,
        (FieldKind::Image { many: old }, FieldKind::Image { many: new } | FieldKind::File { many: new })
        | (FieldKind::File { many: old }, FieldKind::File { many: new }) => *new || !*old,
        (FieldKind::Table { columns: old }, FieldKind::Table { columns: new }) => {
            old.iter().all(|(id, column)| new.get(id).is_some_and(|other| keeps(&column.kind, &other.kind)))
        }
        (FieldKind::Checklist { .. }, FieldKind::Checklist { .. }) => true,
        (old, FieldKind::LongText) => is_text(old),
        (old, new) => std::mem::discriminant(old) == std::mem::discriminant(new),
    }
}

fn is_text(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Text { .. }
            | FieldKind::LongText
            | FieldKind::Phone
            | FieldKind::IdCard
            | FieldKind::CreditCode
            | FieldKind::LicenceNo
            | FieldKind::Gtin
    )
}

fn kind_words(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Text { .. } => "文本",
        FieldKind::LongText => "长文本",
        FieldKind::Integer { .. } => "整数",
        FieldKind::Decimal { .. } => "小数",
        FieldKind::Money => "金额",
        FieldKind::Date => "日期",
        FieldKind::Time => "时刻",
        FieldKind::Bool => "是否",
        FieldKind::Choice { .. } => "单选",
        FieldKind::Choices { .. } => "多选",
        FieldKind::Ref { .. } => "引用",
        FieldKind::Refs { .. } => "多个引用",
        FieldKind::Area => "区划",
        FieldKind::Body => "单位",
        FieldKind::Person => "人员",
        FieldKind::Phone => "电话",
        FieldKind::IdCard => "身份证号",
        FieldKind::CreditCode => "统一社会信用代码",
        FieldKind::LicenceNo => "许可证编号",
        FieldKind::Gtin => "商品条码",
        FieldKind::Geo => "坐标",
        FieldKind::Image { .. } => "图片",
        FieldKind::File { .. } => "附件",
        FieldKind::Table { .. } => "子表",
        FieldKind::Checklist { .. } => "检查表",
    }
}

/// Declared alike. The model has no equality of its own: its debug form is the declaration in full.
fn alike(a: &impl Debug, b: &impl Debug) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

impl fmt::Display for PackDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in &self.changes {
            let sign = match change.turn {
                Turn::Added => '+',
                Turn::Changed => '~',
                Turn::Removed => '-',
            };
            let loss = if change.lossy { "  ！会丢失数据" } else { "" };
            writeln!(f, "{sign} {}{loss}", change.words)?;
        }
        Ok(())
    }
}
