//! From a file's bytes to its text. The content decides on the format, the name only where the content is silent.

mod docx;
mod html;
mod numbering;
mod pdf;
mod radicals;
mod sheet;
mod text;

use crate::error::PlanError;

/// The largest file that is read, in megabytes. Offsets in `signs` are 32-bit.
const LIMIT_MB: usize = 64;

/// The document's text.
pub(crate) fn text(bytes: &[u8], file_name: &str) -> Result<String, PlanError> {
    if bytes.len() > LIMIT_MB * 1024 * 1024 {
        return Err(PlanError::TooLarge { limit_mb: LIMIT_MB });
    }
    let head = &bytes[..bytes.len().min(1024)];
    let holds = |mark: &[u8]| head.windows(mark.len()).any(|w| w == mark);
    let text = if bytes.starts_with(b"PK\x03\x04") {
        docx::text(bytes)?
    } else if holds(b"%PDF-") {
        pdf::text(bytes)?
    } else if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Err(compound(bytes));
    } else {
        plain(bytes, file_name)?
    };
    let text = radicals::folded(&text);
    if text.chars().all(char::is_whitespace) { Err(PlanError::Empty) } else { Ok(text) }
}

fn plain(bytes: &[u8], file_name: &str) -> Result<String, PlanError> {
    let text = text::decode(bytes)?;
    let lower = file_name.to_ascii_lowercase();
    let named = (lower.ends_with(".html") || lower.ends_with(".htm")) && text.contains("</");
    Ok(if named || html::is_page(&text) { html::text(&text) } else { text })
}

/// An OLE file: a `.docx` behind a password, or an old `.doc`.
fn compound(bytes: &[u8]) -> PlanError {
    let mark: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    if bytes.windows(mark.len()).any(|w| w == mark) {
        PlanError::Encrypted
    } else {
        PlanError::Binary { found: "an old .doc file: save it as .docx" }
    }
}
