//! What programs get (the REST API): records as typed values instead of words. The same permit, checks and acts as for people;
//! nothing is decided here that a page would not decide alike.
mod act;
mod given;
mod list;
mod row;
mod step;

pub use act::{Once, Told};
pub use given::{INTEGER_MAX, WHOLE_DIGITS_MAX};
pub use list::{Mistake, Rows, RowsAsk};
pub use step::StepTold;
