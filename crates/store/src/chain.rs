//! The SM3 hash chain over all changes: each row's hash covers the row and the hash before it.
use sm3::{Digest, Sm3};

/// An SM3 hash.
pub type Hash = [u8; 32];

/// The image of a record that is no more, its register having been dropped.
pub const NOTHING: Hash = [0; 32];

/// What a change row says, before it is hashed.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    pub seq: i64,
    /// Seconds since 1970-01-01 UTC.
    pub at: i64,
    pub by: i64,
    pub act: &'a str,
    pub register: &'a str,
    pub record: i64,
    /// JSON objects with their keys in order.
    pub before: &'a str,
    pub after: &'a str,
    pub reason: Option<&'a str>,
    /// Hash of the whole record after the change.
    pub image: &'a [u8],
}

/// SM3 of `bytes`.
pub fn sm3(bytes: &[u8]) -> Hash {
    Sm3::digest(bytes).into()
}

impl Link<'_> {
    /// The hash of this row, following the row whose hash is `previous`: SM3 of one JSON object, its keys in this order.
    pub fn hash(&self, previous: &[u8]) -> Hash {
        let mut text = Vec::with_capacity(400 + self.before.len() + self.after.len());
        let mut key = |name: &str, value: &dyn Fn(&mut Vec<u8>)| {
            text.extend_from_slice(if text.is_empty() { b"{\"" } else { b",\"" });
            text.extend_from_slice(name.as_bytes());
            text.extend_from_slice(b"\":");
            value(&mut text);
        };
        key("seq", &|out| push_int(out, self.seq));
        key("at", &|out| push_int(out, self.at));
        key("by", &|out| push_int(out, self.by));
        key("act", &|out| push_text(out, self.act));
        key("register", &|out| push_text(out, self.register));
        key("record", &|out| push_int(out, self.record));
        key("before", &|out| out.extend_from_slice(self.before.as_bytes()));
        key("after", &|out| out.extend_from_slice(self.after.as_bytes()));
        key("reason", &|out| match self.reason {
            Some(reason) => push_text(out, reason),
            None => out.extend_from_slice(b"null"),
        });
        key("image", &|out| push_text(out, &hex(self.image)));
        key("previous", &|out| push_text(out, &hex(previous)));
        text.push(b'}');
        sm3(&text)
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Appends a whole number.
pub fn push_int(out: &mut Vec<u8>, number: i64) {
    use std::io::Write;
    // Writing to memory does not fail.
    let _ = write!(out, "{number}");
}

/// Appends a JSON string.
pub fn push_text(out: &mut Vec<u8>, text: &str) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sm3_answers_the_standards_example() {
        assert_eq!(hex(&sm3(b"abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    }

    #[test]
    fn every_part_of_a_row_and_the_row_before_it_count_in_the_hash() {
        let link = Link {
            seq: 1,
            at: 2,
            by: 3,
            act: "edit",
            register: "r",
            record: 4,
            before: "{}",
            after: "{\"a\":1}",
            reason: None,
            image: &[1],
        };
        let others = [
            Link { seq: 2, ..link },
            Link { at: 3, ..link },
            Link { by: 4, ..link },
            Link { act: "x", ..link },
            Link { register: "s", ..link },
            Link { record: 5, ..link },
            Link { before: "{\"a\":2}", ..link },
            Link { after: "{}", ..link },
            Link { reason: Some(""), ..link },
            Link { image: &[2], ..link },
        ];
        let mut hashes: Vec<Hash> = others.iter().map(|other| other.hash(&[0; 32])).collect();
        hashes.push(link.hash(&[0; 32]));
        hashes.push(link.hash(&[1; 32]));
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 12);
    }
}
