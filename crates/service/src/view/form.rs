//! A form to create, edit or step a record: sections of inputs, with what was typed and what is wrong with it.
use serde::Serialize;
use shian_pack::value::RecordId;

use crate::refusal::Problem;

/// Create (`id` none), edit, or step (`step` some).
#[derive(Debug, Clone, Serialize)]
pub struct FormView {
    pub register: String,
    pub register_title: String,
    pub id: Option<RecordId>,
    pub version: i64,
    pub step: Option<String>,
    /// `登记食品生产经营主体`, `修改 示例超市`, `责令整改`
    pub title: String,
    /// The verb on the button.
    pub button: String,
    pub sections: Vec<FormSection>,
    /// The step asks for a reason.
    pub reason: bool,
    pub reason_text: String,
    /// Everything to mend, for the summary on top.
    pub problems: Vec<Problem>,
    /// Other people's change that came between, in words.
    pub notice: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FormSection {
    pub title: String,
    pub fields: Vec<FormField>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FormField {
    pub id: String,
    pub title: String,
    pub kind: &'static str,
    pub input: InputKind,
    /// Current text (or what was typed); for one choice or ref: the code or id.
    pub text: String,
    /// What `text` reads as, for a ref shown by lookup.
    pub text_title: String,
    /// Chosen codes, ids or hashes, for many-valued inputs.
    pub many: Vec<OptionView>,
    pub options: Vec<OptionView>,
    /// Columns of a table, or of a checklist (`item`, `answer`, `note`).
    pub columns: Vec<FormField>,
    pub rows: Vec<RowInput>,
    pub required: bool,
    /// False: its condition does not hold now; shown when it does (the page may hide it, or show it folded).
    pub shown: bool,
    pub readonly: bool,
    pub unit: Option<String>,
    pub digits: Option<u8>,
    pub max: Option<u32>,
    pub hint: Option<String>,
    pub error: Option<String>,
}

/// Sub-row: one text per column; an empty last row is the page's business.
#[derive(Debug, Clone, Serialize)]
pub struct RowInput {
    /// What the row is about (a checklist's item), not typed.
    pub title: String,
    pub cells: Vec<String>,
}

/// Which control the page draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    Text,
    LongText,
    Number,
    Date,
    Time,
    /// Yes or no, or not said.
    Bool,
    /// One of `options`.
    Select,
    /// Several of `options`.
    Checks,
    /// One record, found by typing: ask `options` of the office.
    Lookup,
    /// Several records, found by typing.
    LookupMany,
    File,
    Files,
    /// Sub-rows.
    Rows,
    /// Items with three answers.
    Checklist,
    Geo,
}

/// One option of a choice or ref.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OptionView {
    /// Code of the choice, id of the record.
    pub code: String,
    pub title: String,
    /// Depth in a tree of choices, from 0.
    pub depth: u8,
    pub chosen: bool,
}
