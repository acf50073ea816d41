//! What a page shows, ready to show: every text in Chinese, every decision made. A page holds no rule.
mod appraisal;
mod chain;
mod form;
mod indicator;
mod list;
mod measure;
mod notice;
mod office;
mod record;

pub use appraisal::{AppraisalCell, AppraisalIssued, AppraisalItem, AppraisalRow, AppraisalView};
pub use chain::{ChainLink, ChainView, Counted};
pub use form::{FormField, FormSection, FormView, InputKind, OptionView, RowInput};
pub use indicator::{Half, IndicatorRow, IndicatorRows, IndicatorView, PartView, TrendPoint};
pub use list::{Column, ListAsk, ListView, Query, RowView, StateCount, ViewTab};
pub use measure::{
    ChapterView, CockpitView, DutyView, HeatCell, HeatColumn, HeatRow, LateRow, MeasureView, MeasuresView,
    MonthStatus, ProgressView, RegisterCount, Slice, SliceKind, TargetView, TileView,
};
pub use notice::{NoticeView, NoticesView};
pub use office::{DayCount, DeskItem, DeskView, HandedItem, MenuEntry, MenuGroup, SearchGroup, SearchView};
pub use record::{
    CellRow, DeadlineView, DueStatus, DuplicateView, FieldView, HistoryView, Link, RecordView, RelatedView,
    Section, StepView,
};

use serde::Serialize;

/// How something stands against the time that has passed. One light, one word, everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// 逾期
    Late,
    /// 落后
    Behind,
    /// 在进度内
    OnTrack,
    /// 已达成
    Met,
    /// 未到期, or nothing to judge by yet.
    #[default]
    Waiting,
}

impl Light {
    /// The word beside the shape.
    pub fn word(self) -> &'static str {
        match self {
            Self::Late => "逾期",
            Self::Behind => "落后",
            Self::OnTrack => "在进度内",
            Self::Met => "已达成",
            Self::Waiting => "未到期",
        }
    }
}
