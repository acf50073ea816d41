//! Indicators 指标: from declarations to numbers. The store keeps verdicts; here is what they mean, when they are settled, and
//! how a number stands against its target.
mod light;
#[allow(dead_code, reason = "the page reads it")]
mod numbers;
mod settle;
mod sides;
#[allow(dead_code, reason = "the page reads it")]
mod span;
mod words;

pub use light::{Standing, standing};
pub use numbers::{Number, Numbers, Part};
pub use settle::{rebuild, refresh, settle};
pub use span::{Span, span};
pub use words::formula;
