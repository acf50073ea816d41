//! A comparison as a Markdown page that officials read: what is new, what changed, what fell away, what stays.
use std::fmt;

use super::{Change, Comparison, MeasureAt, MeasureChange, TargetAt, TargetChange};
use crate::plan::Role;

/// The role as officials say it.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Lead => "牵头",
        Role::Cooperate => "配合",
        Role::Responsible => "负责",
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# 两年要点对照\n\n上一份：{}\n\n这一份：{}", self.old_title, self.new_title)?;
        let count = |change| self.measures.iter().filter(|m| m.change == change).count();
        writeln!(f, "\n## 措施：{}\n", counts(count))?;
        for change in [Change::New, Change::Changed, Change::Dropped, Change::Kept] {
            for measure in self.measures.iter().filter(|m| m.change == change) {
                write!(f, "{measure}")?;
            }
        }
        let count = |change| self.targets.iter().filter(|t| t.change == change).count();
        writeln!(f, "\n## 目标：{}\n", counts(count))?;
        for change in [Change::New, Change::Changed, Change::Dropped, Change::Kept] {
            for target in self.targets.iter().filter(|t| t.change == change) {
                writeln!(f, "{target}")?;
            }
        }
        Ok(())
    }
}

fn counts(of: impl Fn(Change) -> usize) -> String {
    let told = [Change::New, Change::Changed, Change::Dropped, Change::Kept].map(|change| {
        let count = of(change);
        format!("{change} {count}")
    });
    told.join("，")
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Change::Kept => "沿用",
            Change::Changed => "修改",
            Change::New => "新增",
            Change::Dropped => "取消",
        })
    }
}

impl fmt::Display for MeasureAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} {}", self.chapter, self.measure, self.title)
    }
}

impl fmt::Display for MeasureChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "- {}：", self.change)?;
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old == new => writeln!(f, "{new}")?,
            (Some(old), Some(new)) => writeln!(f, "{new}（原 {old}）")?,
            (Some(one), None) | (None, Some(one)) => writeln!(f, "{one}")?,
            (None, None) => writeln!(f)?,
        }
        let lines = [
            ("增加单位", &self.bodies_added),
            ("减少单位", &self.bodies_removed),
            ("增加", &self.sentences_added),
            ("删去", &self.sentences_removed),
        ];
        for (what, list) in &lines[..2] {
            if !list.is_empty() {
                writeln!(f, "  - {what}：{}", list.join("、"))?;
            }
        }
        for (what, list) in &lines[2..] {
            for sentence in *list {
                writeln!(f, "  - {what}：{sentence}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for TargetAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chapter, measure, name, op, value, unit } = self;
        write!(f, "{chapter}.{measure} {name} {} {value} {unit}", op.sign())
    }
}

impl fmt::Display for TargetChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "- {}：", self.change)?;
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if self.change == Change::Changed => write!(f, "{new}（原 {old}）"),
            (_, Some(one)) | (Some(one), None) => write!(f, "{one}"),
            (None, None) => Ok(()),
        }
    }
}
