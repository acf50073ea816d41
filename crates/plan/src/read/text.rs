//! Plain text in UTF-8, UTF-16 or GB18030.

use crate::error::PlanError;
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// Decodes text, refusing what is none.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, PlanError> {
    if bytes.is_empty() {
        return Err(PlanError::Empty);
    }
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, bom)) => encoding.decode_without_bom_handling(&bytes[bom..]).0.into_owned(),
        None => by_guess(bytes)?,
    };
    if text.chars().all(|c| c.is_whitespace() || c == '\u{FEFF}') {
        return Err(PlanError::Empty);
    }
    Ok(text)
}

fn by_guess(bytes: &[u8]) -> Result<String, PlanError> {
    if let Some(encoding) = wide(bytes) {
        return Ok(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    if bytes.iter().filter(|b| **b == 0).count() * 200 > bytes.len() {
        return Err(PlanError::Binary { found: "zero bytes" });
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return sane(text.to_owned());
    }
    let (text, broken) = GB18030.decode_without_bom_handling(bytes);
    if !broken {
        return sane(text.into_owned());
    }
    let lossy = UTF_8.decode_without_bom_handling(bytes).0;
    let better = if bad(&lossy) <= bad(&text) { lossy } else { text };
    if bad(&better) * 50 > better.chars().count() {
        return Err(PlanError::Binary { found: "bytes that are no text in UTF-8, UTF-16 or GB18030" });
    }
    sane(better.into_owned())
}

fn bad(text: &str) -> usize {
    text.chars().filter(|c| *c == '\u{FFFD}').count()
}

/// Text with many control signs is something else.
fn sane(text: String) -> Result<String, PlanError> {
    let control = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
    if control * 50 > text.chars().count() {
        return Err(PlanError::Binary { found: "control signs" });
    }
    Ok(text)
}

/// UTF-16 without a mark: line ends and Chinese signs tell the order of the bytes.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    if !bytes.len().is_multiple_of(2) || bytes.len() < 8 {
        return None;
    }
    let pairs = || bytes.chunks_exact(2).take(4096);
    let count = |high: usize| {
        pairs()
            .filter(|p| {
                (0x4E..=0x9F).contains(&p[high]) || p[high] == 0x30 || p[high] == 0xFF || p[high] == 0
            })
            .count()
    };
    let line_ends = |pair: [u8; 2]| pairs().filter(|p| **p == pair).count();
    let total = pairs().count();
    let fits = |high: usize, end: [u8; 2]| line_ends(end) > 0 && count(high) * 100 > total * 97;
    if fits(1, [b'\n', 0]) && std::str::from_utf8(bytes).is_err() | bytes.contains(&0) {
        Some(UTF_16LE)
    } else if fits(0, [0, b'\n']) {
        Some(UTF_16BE)
    } else {
        None
    }
}
