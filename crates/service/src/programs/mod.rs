//! What programs get (the REST API): records as typed values instead of words. The same permit, checks and acts as for people;
//! nothing is decided here that a page would not decide alike.
mod act;
mod bulk;
mod export;
mod feed;
mod given;
mod list;
mod row;
mod step;

pub use act::{Once, Told};
pub use bulk::{AT_ONCE_MAX, Bulk, BulkReport, BulkRow, BulkTold, Mend, ROWS_MAX, RowDone, Way};
pub use export::ExportAsk;
pub use feed::Feed;
pub use given::{INTEGER_MAX, WHOLE_DIGITS_MAX};
pub use list::{Mistake, Rows, RowsAsk};
pub use step::StepTold;

pub(crate) use act::KEPT;
pub(crate) use bulk::{KIND as BULK, work as work_bulk};
pub(crate) use export::{KIND as EXPORT, work as work_export};
