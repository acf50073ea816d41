//! The numbers Word makes for list paragraphs: formats, counters and the text around them.

use super::docx::attribute;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

#[derive(Clone, Debug, Default)]
struct Level {
    format: String,
    /// `第%1章`, `（%1）`, `%1.%2`
    text: String,
    start: u32,
}

#[derive(Default)]
pub(crate) struct Numbering {
    /// List → its form.
    forms: HashMap<String, String>,
    /// Form → its levels.
    levels: HashMap<String, Vec<Level>>,
    /// Style → list and level.
    styles: HashMap<String, (String, usize)>,
    counters: HashMap<String, Vec<u32>>,
}

const DEPTH: usize = 9;

impl Numbering {
    pub fn read(numbering: &str, styles: &str) -> Numbering {
        let mut out = Numbering::default();
        let (mut form, mut list, mut level) = (String::new(), String::new(), 0);
        each_tag(numbering, |tag, name| {
            let value = || attribute(tag, "val").unwrap_or_default();
            match name {
                b"abstractNum" => form = attribute(tag, "abstractNumId").unwrap_or_default(),
                b"lvl" => {
                    level = attribute(tag, "ilvl").and_then(|v| v.parse().ok()).unwrap_or(0).min(DEPTH - 1)
                }
                b"num" => list = attribute(tag, "numId").unwrap_or_default(),
                b"abstractNumId" => {
                    out.forms.insert(list.clone(), value());
                }
                b"numFmt" => out.level(&form, level).format = value(),
                b"lvlText" => out.level(&form, level).text = value(),
                b"start" => out.level(&form, level).start = value().parse().unwrap_or(1),
                _ => {}
            }
        });
        let (mut style, mut style_level) = (String::new(), 0);
        each_tag(styles, |tag, name| match name {
            b"style" => (style, style_level) = (attribute(tag, "styleId").unwrap_or_default(), 0),
            b"ilvl" => {
                style_level = attribute(tag, "val").and_then(|v| v.parse().ok()).unwrap_or(0).min(DEPTH - 1)
            }
            b"numId" => {
                let list = attribute(tag, "val").unwrap_or_default();
                out.styles.insert(style.clone(), (list, style_level));
            }
            _ => {}
        });
        out
    }

    fn level(&mut self, form: &str, level: usize) -> &mut Level {
        let levels = self.levels.entry(form.to_owned()).or_insert_with(|| vec![Level::default(); DEPTH]);
        &mut levels[level]
    }

    /// The next number of a paragraph, if it has one.
    pub fn next(&mut self, list: Option<&str>, level: Option<usize>, style: Option<&str>) -> Option<String> {
        let by_style = style.and_then(|s| self.styles.get(s)).cloned();
        let list = list.map(str::to_owned).or(by_style.as_ref().map(|s| s.0.clone()))?;
        let level = level.or(by_style.map(|s| s.1)).unwrap_or(0).min(DEPTH - 1);
        let form = self.forms.get(&list).filter(|_| list != "0")?.clone();
        let levels = self.levels.get(&form)?;
        let counters = self.counters.entry(form).or_insert_with(|| vec![0; DEPTH]);
        for (i, counter) in counters.iter_mut().enumerate() {
            let start = levels[i].start.max(1);
            match i.cmp(&level) {
                std::cmp::Ordering::Less => *counter = (*counter).max(start),
                std::cmp::Ordering::Equal => *counter = if *counter == 0 { start } else { *counter + 1 },
                std::cmp::Ordering::Greater => *counter = 0,
            }
        }
        if levels[level].format == "bullet" || levels[level].format == "none" {
            return None;
        }
        let mut text = levels[level].text.clone();
        for (i, counter) in counters.iter().enumerate().take(level + 1) {
            text = text.replace(&format!("%{}", i + 1), &printed(*counter, &levels[i].format));
        }
        Some(text)
    }
}

fn each_tag(xml: &str, mut act: impl FnMut(&BytesStart<'_>, &[u8])) {
    let mut reader = Reader::from_str(xml);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(tag) | Event::Empty(tag) => act(&tag, tag.local_name().as_ref()),
            Event::Eof => return,
            _ => {}
        }
    }
}

fn printed(n: u32, format: &str) -> String {
    match format {
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "ideographDigital"
        | "taiwaneseCountingThousand"
        | "chineseLegalSimplified"
        | "japaneseDigitalTenThousand" => chinese(n),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&n) => {
            char::from_u32(0x245F + n).map(String::from).unwrap_or_default()
        }
        "upperLetter" if (1..=26).contains(&n) => {
            char::from_u32(64 + n).map(String::from).unwrap_or_default()
        }
        "lowerLetter" if (1..=26).contains(&n) => {
            char::from_u32(96 + n).map(String::from).unwrap_or_default()
        }
        "upperRoman" if (1..=12).contains(&n) => {
            char::from_u32(0x215F + n).map(String::from).unwrap_or_default()
        }
        _ => n.to_string(),
    }
}

/// 1 → 一, 12 → 十二, 105 → 一百零五
fn chinese(n: u32) -> String {
    let digit = |d: u32| "零一二三四五六七八九".chars().nth(d as usize).map(String::from).unwrap_or_default();
    match n {
        0..=9 => digit(n),
        10..=19 => format!("十{}", if n == 10 { String::new() } else { digit(n - 10) }),
        20..=99 => {
            format!("{}十{}", digit(n / 10), if n.is_multiple_of(10) { String::new() } else { digit(n % 10) })
        }
        100..=999 => {
            let rest = match n % 100 {
                0 => String::new(),
                r @ 1..=9 => format!("零{}", digit(r)),
                r @ 10..=19 => format!("一{}", chinese(r)),
                r => chinese(r),
            };
            format!("{}百{rest}", digit(n / 100))
        }
        _ => n.to_string(),
    }
}
