//! A field of a register: what the fact *is*. How it looks is the page's business.
use indexmap::IndexMap;

use crate::expr::Expr;
use crate::register::Grant;

/// A declared field 字段.
#[derive(Debug, Clone)]
pub struct Field {
    /// ASCII snake_case, never changes.
    pub id: String,
    /// What people read.
    pub title: String,
    pub kind: FieldKind,
    /// 必填: always, never, or when an expression holds.
    pub required: Need,
    /// Visible-when; a field that is not shown is stored as null.
    pub shown: Option<Expr>,
    pub default: Option<Expr>,
    /// Must hold when the field is not null.
    pub check: Option<Expr>,
    /// What the person reads when `check` fails.
    pub says: Option<String>,
    /// Computed from the record and one hop of refs, stored.
    pub calc: Option<Expr>,
    /// Id of the engine effect that alone writes this field.
    pub from: Option<String>,
    /// Full-text searched.
    pub search: bool,
    /// Who sees the value unmasked; empty: everybody who may read the record.
    pub secret: Vec<Grant>,
    /// Title of the form section that begins at this field.
    pub section: Option<String>,
    /// Help under the label.
    pub hint: Option<String>,
    /// The declaration as written (`calc`, `check` …), for formulas in words and `pack diff`.
    pub source: IndexMap<String, String>,
}

#[derive(Debug, Clone, Default)]
pub enum Need {
    #[default]
    Never,
    Always,
    When(Expr),
}

/// Every kind of fact a field can hold. Closed on purpose: no `_ =>` on it, so the compiler lists what a new kind needs.
#[derive(Debug, Clone)]
pub enum FieldKind {
    /// `max`: characters, default 200.
    Text {
        max: u32,
    },
    /// Several lines, at most 20,000 characters.
    LongText,
    Integer {
        unit: Option<String>,
    },
    /// `digits` after the point (0 to 6); stored as a scaled integer.
    Decimal {
        digits: u8,
        unit: Option<String>,
    },
    /// 元, two digits; stored in fen.
    Money,
    Date,
    Time,
    Bool,
    /// One code of a choice list.
    Choice {
        list: ChoiceList,
    },
    /// Several codes of a choice list.
    Choices {
        list: ChoiceList,
    },
    /// One record of another register.
    Ref {
        register: String,
    },
    /// Several records of another register.
    Refs {
        register: String,
    },
    /// A record of the register seeded from areas.csv.
    Area,
    /// A record of the register seeded from bodies.csv.
    Body,
    /// An account of this office.
    Person,
    Phone,
    /// 居民身份证号, GB 11643 check digit.
    IdCard,
    /// 统一社会信用代码, GB 32100 check character.
    CreditCode,
    /// 食品生产/经营许可证编号, with check digit.
    LicenceNo,
    /// GTIN-8/12/13/14.
    Gtin,
    /// `lat,lon` in degrees, WGS-84, six digits.
    Geo,
    /// Attachments that are pictures.
    Image {
        many: bool,
    },
    /// Attachments.
    File {
        many: bool,
    },
    /// Sub-rows with columns of their own.
    Table {
        columns: IndexMap<String, Field>,
    },
    /// Answers to a checklist (checklists/*.csv).
    Checklist {
        source: ChecklistSource,
    },
}

/// Where the options of a choice come from.
#[derive(Debug, Clone)]
pub enum ChoiceList {
    /// `choices = { a = "甲", … }` in the register file.
    Inline(Vec<Choice>),
    /// `choices = "business_kind"`: tables/business_kind.csv with columns code,title[,parent].
    Table(String),
}

/// One option of a choice list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub code: String,
    pub title: String,
    /// Code of the option above it, in a tree.
    pub parent: Option<String>,
}

#[derive(Debug, Clone)]
pub enum ChecklistSource {
    /// `checklist = "general"`: checklists/general.csv
    Named(String),
    /// `checklist = "by:business.kind"`: the file whose name is the value of that path.
    By(String),
}
