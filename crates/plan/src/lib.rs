//! plan
/// A compiled work plan 工作要点.
#[derive(Debug, Clone)]
pub struct Plan {}
