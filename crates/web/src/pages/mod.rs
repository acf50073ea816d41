//! The pages: one file each, holding the handler and the struct its template reads.

pub mod parts;
pub mod preferences;
