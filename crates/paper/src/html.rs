//! The document as the inside of a page: for looking at before it is made. Styles stand with the other pages'.
use std::fmt::Write;

use crate::document::{
    Align, Block, Chart, Colophon, Document, Inline, ParagraphKind, Place, RedHead, Signature, Table,
};
use crate::qr;

pub fn write(document: &Document) -> String {
    let mut out = String::new();
    for block in &document.blocks {
        // Writing to a String cannot fail.
        let _ = self::block(&mut out, document, block);
    }
    out
}

fn block(out: &mut String, document: &Document, block: &Block) -> std::fmt::Result {
    match block {
        Block::RedHead(head) => red_head(out, head),
        Block::Title(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
            writeln!(out, "<h2 class=\"p-title\">{}</h2>", lines.join("<br>"))
        }
        Block::Subtitle(text) => writeln!(out, "<p class=\"p-subtitle\">{}</p>", escaped(text)),
        Block::Heading { level, number, text } => {
            let tag = u32::from(*level) + 2;
            writeln!(out, "<h{tag} class=\"p-h{level}\">{number}{}</h{tag}>", inlines(text))
        }
        Block::Paragraph { kind, text } => {
            let class = match kind {
                ParagraphKind::Body => "p-body",
                ParagraphKind::To | ParagraphKind::Plain => "p-plain",
                ParagraphKind::Center => "p-center",
                ParagraphKind::Right => "p-right",
                ParagraphKind::Note => "p-note",
            };
            writeln!(out, "<p class=\"{class}\">{}</p>", inlines(text))
        }
        Block::Table(table) => self::table(out, table),
        Block::Chart(chart) => self::chart(out, chart),
        Block::Picture { name, .. } => {
            let known = document.pictures.contains_key(name);
            let said = if known { "［图片］" } else { "［没有图片］" };
            writeln!(out, "<p class=\"p-center\">{said}</p>")
        }
        Block::Qr { text, caption } => self::qr(out, text, caption),
        Block::Attachments(items) => {
            writeln!(out, "<p class=\"p-body\">附件：</p><ol class=\"p-attachments\">")?;
            items.iter().try_for_each(|item| writeln!(out, "<li>{}</li>", escaped(item)))?;
            writeln!(out, "</ol>")
        }
        Block::Signature(signature) => self::signature(out, signature),
        Block::Colophon(colophon) => self::colophon(out, colophon),
        Block::PageBreak => writeln!(out, "<hr class=\"p-break\">"),
    }
}

fn red_head(out: &mut String, head: &RedHead) -> std::fmt::Result {
    writeln!(out, "<header class=\"p-red\"><p class=\"p-issuer\">{}</p>", escaped(&head.title))?;
    match &head.issue {
        Some(issue) => writeln!(
            out,
            "<p class=\"p-center\">{}</p><p class=\"p-ends\"><span>{}</span><span>{}</span></p>",
            escaped(issue),
            escaped(&head.by),
            escaped(&head.date)
        )?,
        None if head.signer.is_empty() => {
            writeln!(out, "<p class=\"p-center\">{}</p>", escaped(&head.number))?;
        }
        None => writeln!(
            out,
            "<p class=\"p-ends\"><span>{}</span><span>签发人：{}</span></p>",
            escaped(&head.number),
            escaped(&head.signer)
        )?,
    }
    writeln!(out, "</header>")
}

fn table(out: &mut String, table: &Table) -> std::fmt::Result {
    let class = if table.plain { "p-table p-bare" } else { "p-table" };
    writeln!(
        out,
        "<div class=\"p-scroll\" tabindex=\"0\" role=\"group\" aria-label=\"表\"><table class=\"{class}\">"
    )?;
    if !table.caption.is_empty() {
        writeln!(out, "<caption>{}</caption>", escaped(&table.caption))?;
    }
    let whole: u32 = table.widths.iter().sum();
    for width in &table.widths {
        write!(out, "<col width=\"{}%\">", width * 100 / whole.max(1))?;
    }
    for row in table.grid() {
        write!(out, "<tr>")?;
        for (_, place) in row {
            match place {
                Place::Cell(cell) => {
                    let tag = if cell.head { "th" } else { "td" };
                    let align = match cell.align {
                        Align::Left => "p-left",
                        Align::Center => "p-mid",
                        Align::Right => "p-end",
                    };
                    write!(out, "<{tag} class=\"{align}\"")?;
                    if cell.columns > 1 {
                        write!(out, " colspan=\"{}\"", cell.columns)?;
                    }
                    if cell.rows > 1 {
                        write!(out, " rowspan=\"{}\"", cell.rows)?;
                    }
                    let lines: Vec<String> = cell.lines.iter().map(|line| inlines(line)).collect();
                    write!(out, ">{}</{tag}>", lines.join("<br>"))?;
                }
                Place::Gap => write!(out, "<td></td>")?,
                Place::Below(_) => {}
            }
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</table></div>")
}

fn chart(out: &mut String, chart: &Chart) -> std::fmt::Result {
    writeln!(out, "<table class=\"p-chart\"><caption>{}</caption>", escaped(&chart.title))?;
    for bar in &chart.bars {
        let class = if bar.behind { "p-behind" } else { "p-bar" };
        writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td><svg class=\"{class}\" viewBox=\"0 0 1000 24\" \
             preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"{}\" height=\"24\"/></svg></td>\
             <td>{}</td></tr>",
            escaped(&bar.label),
            bar.permille,
            escaped(&bar.text)
        )?;
    }
    writeln!(out, "</table>")
}

fn qr(out: &mut String, text: &str, caption: &str) -> std::fmt::Result {
    let Some(squares) = qr::squares(text) else { return Ok(()) };
    let side = squares.len();
    let mut path = String::new();
    for (y, row) in squares.iter().enumerate() {
        for (x, _) in row.iter().enumerate().filter(|(_, black)| **black) {
            write!(path, "M{x} {y}h1v1h-1z")?;
        }
    }
    writeln!(
        out,
        "<figure class=\"p-qr\"><svg viewBox=\"0 0 {side} {side}\" role=\"img\" aria-label=\"{}\"><path d=\"{path}\"/></svg>\
         <figcaption>{}</figcaption></figure>",
        escaped(caption),
        escaped(caption)
    )
}

fn signature(out: &mut String, signature: &Signature) -> std::fmt::Result {
    writeln!(out, "<div class=\"p-sign\">")?;
    signature.by.iter().try_for_each(|by| writeln!(out, "<p>{}</p>", escaped(by)))?;
    writeln!(out, "<p>{}</p></div>", escaped(&signature.date))
}

fn colophon(out: &mut String, colophon: &Colophon) -> std::fmt::Result {
    writeln!(out, "<footer class=\"p-colophon\">")?;
    if !colophon.copy.is_empty() {
        writeln!(out, "<p>抄送：{}。</p>", escaped(&colophon.copy))?;
    }
    let (by, date) = (escaped(&colophon.by), escaped(&colophon.date));
    writeln!(out, "<p class=\"p-ends\"><span>{by}</span><span>{date}印发</span></p></footer>")
}

fn inlines(line: &[Inline]) -> String {
    let mut out = String::new();
    for inline in line {
        let text = escaped(&inline.text);
        let text = if inline.look.underline { format!("<u>{text}</u>") } else { text };
        out.push_str(&if inline.look.bold { format!("<b>{text}</b>") } else { text });
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
