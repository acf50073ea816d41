//! The document as Word in the form of GB/T 9704: page, grid, styles, page numbers outside. Fonts are named, not embedded: the
//! offices that write such papers have 仿宋_GB2312 and 方正小标宋简体.
mod parts;
mod table;

use std::io::Cursor;

use docx_rs::{
    AlignmentType, DocGrid, DocGridType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum,
    PageOrientationType, Paragraph, Run, RunFonts, SpecialIndentType, Style, StyleType,
};

use crate::PaperError;
use crate::document::Document;
use crate::form::{Form, Page, points, twips};

/// Typefaces by their use; a reader without them sees the nearest.
pub const BODY: &str = "仿宋_GB2312";
pub const HEI: &str = "黑体";
pub const KAI: &str = "楷体_GB2312";
pub const TITLE: &str = "方正小标宋简体";
const PAGE_NUMBER: &str = "宋体";

pub const RED: &str = "D90000";
pub const GREY: &str = "595959";

/// Millimetres from the page's foot to its number: 7 mm below the text.
const NUMBER_BELOW_MM: f32 = 7.0;
/// 四号
const NUMBER_PT: i32 = 14;

pub fn write(document: &Document) -> Result<Vec<u8>, PaperError> {
    let page = document.form.page(document.landscape);
    let mut docx = styles(sheet(document, &page), &page);
    for block in &document.blocks {
        docx = parts::block(docx, document, &page, block);
    }
    let mut parts = docx.build();
    parts.document = mended(parts.document);
    let mut out = Cursor::new(Vec::new());
    parts.pack(&mut out).map_err(|error| PaperError::Write(error.to_string()))?;
    Ok(out.into_inner())
}

/// Page, margins, grid and page numbers.
fn sheet(document: &Document, page: &Page) -> Docx {
    let footer_mm = page.bottom_mm - NUMBER_BELOW_MM - 5.0;
    let margin = PageMargin {
        top: twips(page.top_mm),
        bottom: twips(page.bottom_mm),
        left: twips(page.left_mm),
        right: twips(page.right_mm),
        header: twips(15.0),
        footer: twips(footer_mm),
        gutter: 0,
    };
    let (width, height) = (twips(page.width_mm) as u32, twips(page.height_mm) as u32);
    let mut docx = Docx::new().page_size(width, height).page_margin(margin);
    if document.landscape {
        docx = docx.page_orient(PageOrientationType::Landscape);
    }
    // Lines only: a grid of characters narrower than the type is drawn with gaps by LibreOffice. `tracking` sets 28 to a line.
    let pitch = (page.line_pt * 20.0).round() as usize;
    let grid = DocGrid::new().grid_type(DocGridType::Lines).line_pitch(pitch);
    docx.document = docx.document.doc_grid(grid);
    match document.form {
        Form::Official => {
            let outside = |align| Footer::new().add_paragraph(numbered(page, align));
            docx.footer(outside(AlignmentType::Right)).even_footer(outside(AlignmentType::Left))
        }
        Form::Sheet => docx.footer(Footer::new().add_paragraph(numbered(page, AlignmentType::Center))),
        Form::Certificate => docx,
    }
}

fn numbered(page: &Page, align: AlignmentType) -> Paragraph {
    let inset = if page.chars > 0 { NUMBER_PT * 20 } else { 0 };
    let dash = |text: &str| Run::new().add_text(text).size(NUMBER_PT as usize * 2).fonts(fonts(PAGE_NUMBER));
    Paragraph::new()
        .style("PageNumber")
        .align(align)
        .indent(Some(inset), None, Some(inset), None)
        .add_run(dash("— "))
        .add_page_num(PageNum::new())
        .add_run(dash(" —"))
}

/// One face for Chinese, Latin and digits: else Word sets digits in another.
pub fn fonts(face: &str) -> RunFonts {
    RunFonts::new().ascii(face).hi_ansi(face).east_asia(face).cs(face)
}

/// Points as Word's half points.
pub fn half(points: f32) -> usize {
    (points * 2.0).round() as usize
}

/// Lines of exactly so many points.
pub fn exact(points: f32) -> LineSpacing {
    LineSpacing::new()
        .line_rule(LineSpacingType::Exact)
        .line((points * 20.0).round() as i32)
        .before(0)
        .after(0)
}

/// Two characters in at the first line.
pub fn two_in(paragraph: Paragraph, page: &Page) -> Paragraph {
    let width = ((page.body_pt + page.tracking_pt()) * 40.0).round() as i32;
    paragraph.indent(None, Some(SpecialIndentType::FirstLine(width)), None, None)
}

/// Twips of the type area's width.
pub fn inner(page: &Page) -> usize {
    twips(page.width_mm - page.left_mm - page.right_mm) as usize
}

fn styles(docx: Docx, page: &Page) -> Docx {
    let body = half(page.body_pt);
    let heading = |level: usize, face: &str| {
        Style::new(format!("Heading{level}"), StyleType::Paragraph)
            .name(format!("heading {level}"))
            .based_on("Normal")
            .size(body)
            .color("000000")
            .fonts(fonts(face))
            .outline_lvl(level - 1)
            .line_spacing(exact(page.line_pt))
    };
    docx.default_fonts(fonts(BODY))
        .default_size(body)
        .default_line_spacing(exact(page.line_pt))
        .add_style(heading(1, HEI))
        .add_style(heading(2, KAI))
        .add_style(heading(3, BODY))
        .add_style(heading(4, BODY))
        .add_style(
            Style::new("Title", StyleType::Paragraph)
                .name("Title")
                .based_on("Normal")
                .size(half(page.title_pt))
                .fonts(fonts(TITLE))
                .align(AlignmentType::Center),
        )
        .add_style(
            Style::new("PageNumber", StyleType::Paragraph)
                .name("footer")
                .based_on("Normal")
                .size(NUMBER_PT as usize * 2)
                .fonts(fonts(PAGE_NUMBER))
                .line_spacing(exact(20.0)),
        )
}

/// What the library does not know: repeated head rows (rows that may not split are the heads), and that footers are named
/// before the page's size.
fn mended(document: Vec<u8>) -> Vec<u8> {
    const MARK: &str = "<w:cantSplit />";
    let text = match String::from_utf8(document) {
        Ok(text) => text.replace(MARK, &format!("{MARK}<w:tblHeader />")),
        Err(error) => return error.into_bytes(),
    };
    let Some(start) = text.rfind("<w:sectPr>").map(|at| at + "<w:sectPr>".len()) else {
        return text.into_bytes();
    };
    let Some(feet) = text[start..].find("<w:footerReference").map(|at| at + start) else {
        return text.into_bytes();
    };
    let end = text[feet..].find("</w:sectPr>").map_or(text.len(), |at| at + feet);
    [&text[..start], &text[feet..end], &text[start..feet], &text[end..]].concat().into_bytes()
}

/// How much nearer the characters of the body stand, in twips, rounded so that the line still holds its 28.
pub fn tracking(page: &Page) -> i32 {
    (page.tracking_pt() * 20.0).floor() as i32
}

/// Points in English Metric Units, as Word sizes pictures.
pub fn emu(mm: f32) -> u32 {
    (points(mm) * 12_700.0).round() as u32
}
