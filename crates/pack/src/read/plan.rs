//! The plan document of the pack, compiled with its fixes, its duties resolved to the pack's bodies.
use shian_plan::Plan;

use super::folder::Folder;
use super::source::Sources;
use crate::pack::{Body, Duty};

pub fn compile(_folder: &Folder, _sources: &Sources, _bodies: &[Body]) -> (Option<Plan>, Vec<Duty>) {
    (None, Vec::new())
}
