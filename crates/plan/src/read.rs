//! From a file's bytes to its text. The content decides on the format, the name only where the content is silent.

mod text;

use crate::error::PlanError;

/// The largest file that is read, in megabytes. Offsets in `signs` are 32-bit.
const LIMIT_MB: usize = 64;

/// The document's text.
pub(crate) fn text(bytes: &[u8], _file_name: &str) -> Result<String, PlanError> {
    if bytes.len() > LIMIT_MB * 1024 * 1024 {
        return Err(PlanError::TooLarge { limit_mb: LIMIT_MB });
    }
    text::decode(bytes)
}
