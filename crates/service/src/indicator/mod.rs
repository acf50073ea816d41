//! Indicators 指标: from declarations to numbers. The store keeps verdicts; here is what they mean, when they are settled, and
//! how a number stands against its target.
mod light;
mod numbers;
mod page;
mod settle;
mod sides;
mod span;
mod words;

pub use light::{Standing, standing};
pub use numbers::{Number, Numbers, Part};
pub(crate) use numbers::{plain, shown};
pub use page::{IndicatorAsk, RowsOf};
pub use settle::{rebuild, refresh, rejudge, settle};
pub(crate) use sides::digits;
pub use sides::{Sided, all as sides};
pub use span::{Span, month_end, span};
pub use words::formula;
