//! QR codes as squares, and the small PNG that Word wants of them.
use qrcode::{Color, EcLevel, QrCode};

/// White squares around the code, as the standard asks.
const QUIET: usize = 4;
/// Pixels of one square in the picture.
const SCALE: usize = 6;

/// A code as rows of squares, true is black, with its quiet zone; None when the text is too long for a code.
pub fn squares(text: &str) -> Option<Vec<Vec<bool>>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let colors = code.to_colors();
    let side = width + 2 * QUIET;
    let at = |row: usize, column: usize| {
        let inside = (QUIET..QUIET + width).contains(&row) && (QUIET..QUIET + width).contains(&column);
        inside && colors[(row - QUIET) * width + column - QUIET] == Color::Dark
    };
    Some((0..side).map(|row| (0..side).map(|column| at(row, column)).collect()).collect())
}

/// The code as a PNG of one grey channel; the second number is its side in pixels.
pub fn png(text: &str) -> Option<(Vec<u8>, u32)> {
    let squares = squares(text)?;
    let side = squares.len() * SCALE;
    let mut raw = Vec::with_capacity(side * (side + 1));
    for row in &squares {
        let line: Vec<u8> = row.iter().flat_map(|black| [if *black { 0 } else { 255 }; SCALE]).collect();
        for _ in 0..SCALE {
            raw.push(0);
            raw.extend_from_slice(&line);
        }
    }
    let side = u32::try_from(side).ok()?;
    let mut head = Vec::from(side.to_be_bytes());
    head.extend_from_slice(&side.to_be_bytes());
    head.extend_from_slice(&[8, 0, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut out, b"IHDR", &head);
    chunk(&mut out, b"IDAT", &stored(&raw));
    chunk(&mut out, b"IEND", &[]);
    Some((out, side))
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(&(data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend_from_slice(name);
    out.extend_from_slice(data);
    let sum = crc(&out[start..]);
    out.extend_from_slice(&sum.to_be_bytes());
}

/// A zlib stream of stored blocks: the picture is small, and this needs no compressor.
fn stored(raw: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = raw.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        out.push(u8::from(blocks.peek().is_none()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in raw {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    out.extend_from_slice(&(b << 16 | a).to_be_bytes());
    out
}

fn crc(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}
