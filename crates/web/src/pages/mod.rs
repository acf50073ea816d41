//! The pages: one file each, holding the handlers and the structs their templates read.

pub mod account;
pub mod admin;
pub mod appraisals;
pub mod cockpit;
pub mod desk;
pub mod forms;
pub mod indicators;
pub mod measures;
pub mod notices;
pub mod parts;
pub mod preferences;
pub mod records;
pub mod refused;
pub mod registers;
pub mod search;
pub mod signin;
pub mod tokens;
