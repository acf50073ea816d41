//! Text of a web page: paragraphs and tables, without scripts, styles and the page's head.

use super::sheet::Sheet;
use html5gum::{Token, Tokenizer};

/// Whether decoded text is a web page.
pub(crate) fn is_page(text: &str) -> bool {
    let start: String = text.trim_start().chars().take(2048).collect::<String>().to_ascii_lowercase();
    let tags = ["<p", "<div", "<table", "<br", "<span", "<td"].iter().filter(|t| start.contains(**t)).count();
    start.starts_with("<!doctype html")
        || start.contains("<html")
        || start.contains("<body")
        || (start.starts_with('<') && tags > 0 && start.contains("</"))
}

pub(crate) fn text(page: &str) -> String {
    let mut sheet = Sheet::default();
    let mut skipping: Option<Vec<u8>> = None;
    for Ok(token) in Tokenizer::new(page) {
        match token {
            Token::StartTag(tag) if skipping.is_none() => {
                let name: &[u8] = &tag.name;
                if matches!(
                    name,
                    b"script" | b"style" | b"head" | b"noscript" | b"select" | b"button" | b"textarea"
                ) && !tag.self_closing
                {
                    skipping = Some(name.to_vec());
                    continue;
                }
                let number = |key: &[u8]| {
                    let value = tag.attributes.get(key)?;
                    std::str::from_utf8(value).ok()?.trim().parse::<usize>().ok()
                };
                open(&mut sheet, name, number(b"colspan").unwrap_or(1), number(b"rowspan").unwrap_or(1));
            }
            Token::EndTag(tag) => {
                let name: &[u8] = &tag.name;
                match &skipping {
                    Some(until) if until.as_slice() == name => skipping = None,
                    // a head that is never closed ends where the body begins
                    Some(_) => {}
                    None => close(&mut sheet, name),
                }
            }
            Token::StartTag(tag) if skipping.as_deref() == Some(b"head") && *tag.name == *b"body" => {
                skipping = None
            }
            Token::String(words) if skipping.is_none() => sheet.words(&String::from_utf8_lossy(&words)),
            _ => {}
        }
    }
    sheet.finish()
}

fn open(sheet: &mut Sheet, name: &[u8], wide: usize, high: usize) {
    match name {
        b"table" => sheet.open_table(),
        b"tr" => sheet.open_row(),
        b"td" | b"th" => sheet.open_cell(wide, high),
        b"br" | b"hr" => sheet.line_end(),
        name if is_block(name) => sheet.line_end(),
        _ => {}
    }
}

fn close(sheet: &mut Sheet, name: &[u8]) {
    match name {
        b"table" => sheet.close_table(),
        b"tr" => sheet.close_row(),
        b"td" | b"th" => sheet.close_cell(),
        name if is_block(name) => sheet.line_end(),
        _ => {}
    }
}

fn is_block(name: &[u8]) -> bool {
    matches!(
        name,
        b"p" | b"div"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"li"
            | b"ul"
            | b"ol"
            | b"section"
            | b"article"
            | b"header"
            | b"footer"
            | b"nav"
            | b"blockquote"
            | b"dd"
            | b"dt"
            | b"dl"
            | b"pre"
            | b"center"
            | b"form"
            | b"title"
    )
}
