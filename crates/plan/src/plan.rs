//! The plan tree (工作要点): what every other crate sees of a document. Nothing here reads text.
//!
//! Every node carries its byte span in [`Plan::text`], so that a page can show the document and what was read from
//! it side by side.

use rust_decimal::Decimal;
use serde::ser::{SerializeTuple, Serializer};
use serde::{Deserialize, Serialize};

/// Byte offsets into [`Plan::text`], end exclusive. Printed in JSON as `[start, end]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// The smallest span that holds both.
    #[must_use]
    pub fn join(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut pair = serializer.serialize_tuple(2)?;
        pair.serialize_element(&self.start)?;
        pair.serialize_element(&self.end)?;
        pair.end()
    }
}

/// One year's plan of one place.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    pub title: String,
    /// The year the plan is for; `None` when the document does not say.
    pub year: Option<i32>,
    /// The place as the title prints it (平桥区, 临渡市望川区); empty when the document does not say.
    pub place: String,
    /// The whole decoded document; all spans point into it.
    #[serde(skip)]
    pub text: String,
    pub chapters: Vec<Chapter>,
    pub span: Span,
}

/// The highest numbered heading (一、, 第一章 …). A plan without chapters has one, number 0, without title.
#[derive(Clone, Debug, Serialize)]
pub struct Chapter {
    pub no: u32,
    pub title: String,
    pub measures: Vec<Measure>,
    pub span: Span,
}

/// The numbered unit below a chapter (措施), its number as printed: running over the chapters or starting anew.
#[derive(Clone, Debug, Serialize)]
pub struct Measure {
    pub no: u32,
    pub title: String,
    pub tasks: Vec<Task>,
    pub span: Span,
}

/// Sentences of a measure with the duty that owns them; the last ones may have none.
#[derive(Clone, Debug, Serialize)]
pub struct Task {
    pub text: String,
    pub duty: Option<Duty>,
    pub targets: Vec<Target>,
    pub span: Span,
}

/// A formula that gives bodies their work (牵头, 配合, 责任单位).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Duty {
    pub lead: Vec<BodyName>,
    pub cooperate: Vec<BodyName>,
    pub responsible: Vec<BodyName>,
    pub text: String,
    pub span: Span,
}

impl Duty {
    /// All bodies with their roles, in the order lead, cooperate, responsible.
    pub fn bodies(&self) -> impl Iterator<Item = (Role, &BodyName)> {
        let lead = self.lead.iter().map(|name| (Role::Lead, name));
        let cooperate = self.cooperate.iter().map(|name| (Role::Cooperate, name));
        lead.chain(cooperate).chain(self.responsible.iter().map(|name| (Role::Responsible, name)))
    }
}

/// What a duty makes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 牵头, 主办, 为主
    Lead,
    /// 配合, 协办, 协助, 参与, 参加; whoever follows a lead with 按职责分工负责
    Cooperate,
    /// 负责 in any other form, a bare list, 责任单位
    Responsible,
}

/// A body as printed, without inner spaces. Printed in JSON as its name alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BodyName {
    pub name: String,
    pub span: Span,
}

impl Serialize for BodyName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

/// A figure to be reached (目标).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    pub name: String,
    pub op: Op,
    /// In `unit`; 百分之九十八 is 98, 3.5 万亩 stays 3.5.
    pub value: Decimal,
    /// As printed, a rate of time or head after a slash: `%`, `批次/千人`, `次/两年`, `学时/年`.
    pub unit: String,
    /// The sentence the figure stands in.
    pub text: String,
    pub span: Span,
}

/// How a figure is to be compared with the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = ">")]
    MoreThan,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = "<")]
    LessThan,
    #[serde(rename = "=")]
    Equal,
}

impl Op {
    /// The sign as the JSON prints it.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Op::AtLeast => ">=",
            Op::MoreThan => ">",
            Op::AtMost => "<=",
            Op::LessThan => "<",
            Op::Equal => "=",
        }
    }
}
