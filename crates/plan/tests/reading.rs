//! Formats and refusals: the same plan from text in several encodings, Word, a web page and a PDF.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests may

use shian_plan::{PlanError, Role, compile};
use std::io::Write;

const PLAN: &str = "青河县2023年食品安全工作要点\n一、严把源头关\n（一）净化产地。受污染耕地安全利用率达到95%以上。（县农业农村局牵头，县自然资源局配合）\n（二）管住农药。抽检不少于120批次。（县市场监管局负责）\n";

fn holds_the_plan(bytes: &[u8], name: &str) {
    let plan = compile(bytes, name).unwrap_or_else(|e| panic!("{name}: {e}")).plan;
    assert_eq!(
        (plan.title.as_str(), plan.year, plan.place.as_str()),
        ("青河县2023年食品安全工作要点", Some(2023), "青河县"),
        "{name}"
    );
    let chapter = &plan.chapters[0];
    assert_eq!((chapter.no, chapter.title.as_str(), chapter.measures.len()), (1, "严把源头关", 2), "{name}");
    let measure = &chapter.measures[0];
    assert_eq!((measure.no, measure.title.as_str()), (1, "净化产地"), "{name}");
    let targets: Vec<String> = measure
        .tasks
        .iter()
        .flat_map(|t| &t.targets)
        .map(|t| format!("{}{}{}{}", t.name, t.op.sign(), t.value, t.unit))
        .collect();
    assert_eq!(targets, ["受污染耕地安全利用率>=95%"], "{name}");
    let duty = measure.tasks[0].duty.as_ref().expect("a duty");
    let bodies: Vec<_> = duty.bodies().map(|(role, body)| (role, body.name.as_str())).collect();
    assert_eq!(bodies, [(Role::Lead, "县农业农村局"), (Role::Cooperate, "县自然资源局")], "{name}");
}

#[test]
fn text_is_read_in_every_encoding() {
    holds_the_plan(PLAN.as_bytes(), "utf-8");
    holds_the_plan(format!("\u{FEFF}{}", PLAN.replace('\n', "\r\n")).as_bytes(), "utf-8 with mark");
    holds_the_plan(&encoding_rs::GB18030.encode(PLAN).0, "gb18030");
    for (mark, name) in [("\u{FEFF}", "with mark"), ("", "without mark")] {
        let units: Vec<u16> = format!("{mark}{PLAN}").encode_utf16().collect();
        holds_the_plan(
            &units.iter().flat_map(|u| u.to_le_bytes()).collect::<Vec<_>>(),
            &format!("utf-16 little {name}"),
        );
        holds_the_plan(
            &units.iter().flat_map(|u| u.to_be_bytes()).collect::<Vec<_>>(),
            &format!("utf-16 big {name}"),
        );
    }
}

fn zip(parts: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn document(body: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>"#
    )
}

#[test]
fn a_word_file_is_read() {
    let body: String = PLAN.lines().map(|l| format!("<w:p><w:r><w:t>{l}</w:t></w:r></w:p>")).collect();
    holds_the_plan(&zip(&[("word/document.xml", document(&body))]), "plan.docx");
}

#[test]
fn the_numbers_word_makes_are_read() {
    let numbered = |level: usize, text: &str| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#
        )
    };
    let mut lines = PLAN.lines();
    let mut body = format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", lines.next().unwrap());
    body += &numbered(0, lines.next().unwrap().strip_prefix("一、").unwrap());
    for line in lines {
        body += &numbered(1, line.split_once('）').unwrap().1);
    }
    let level = |n: usize, format: &str, text: &str| {
        format!(
            r#"<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{format}"/><w:lvlText w:val="{text}"/></w:lvl>"#
        )
    };
    let numbering = format!(
        r#"<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:abstractNum w:abstractNumId="3">{}{}</w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num></w:numbering>"#,
        level(0, "chineseCounting", "%1、"),
        level(1, "chineseCounting", "（%2）")
    );
    holds_the_plan(
        &zip(&[("word/document.xml", document(&body)), ("word/numbering.xml", numbering)]),
        "numbered.docx",
    );
}

#[test]
fn a_word_table_gives_measures_with_their_columns() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let row = |cells: &[&str]| format!("<w:tr>{}</w:tr>", cells.iter().map(|c| cell(c)).collect::<String>());
    let body = format!(
        "<w:p><w:r><w:t>青河县2023年食品安全任务清单</w:t></w:r></w:p><w:tbl>{}{}</w:tbl>",
        row(&["序号", "任务", "牵头单位", "配合单位"]),
        row(&["1", "抽检达到4批次/千人", "县市场监管局", "县农业农村局、县卫健委"])
    );
    let plan = compile(&zip(&[("word/document.xml", document(&body))]), "table.docx").unwrap().plan;
    let measure = &plan.chapters[0].measures[0];
    assert_eq!((plan.chapters[0].no, measure.no, measure.title.as_str()), (0, 1, "抽检达到4批次/千人"));
    let duty = measure.tasks.iter().find_map(|t| t.duty.as_ref()).unwrap();
    assert_eq!((duty.lead.len(), duty.cooperate.len()), (1, 2));
}

#[test]
fn a_web_page_is_read() {
    let body: String = PLAN.lines().map(|l| format!("<p>&emsp;{l}</p>\n")).collect();
    let page = format!(
        "<!DOCTYPE html><html><head><title>x</title><script>var a = '一、';</script></head><body><div>首页 &gt; 公开</div>{body}</body></html>"
    );
    holds_the_plan(page.as_bytes(), "page.html");
    holds_the_plan(page.as_bytes(), "saved without an ending");
}

/// A PDF as offices print it: Chinese by a standard character map, the font not embedded.
fn pdf(text: &str) -> Vec<u8> {
    let lines = text.lines().enumerate().map(|(i, line)| {
        let hex: String = line.encode_utf16().map(|u| format!("{u:04X}")).collect();
        format!("BT /F 12 Tf 1 0 0 1 72 {} Tm <{hex}> Tj ET\n", 760 - 20 * i)
    });
    let content: String = lines.collect();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 1200 842]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>".to_owned(),
        "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>/FontDescriptor 7 0 R>>".to_owned(),
        "<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 880/StemV 93>>".to_owned(),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        places.push(out.len());
        out += &format!("{} 0 obj\n{object}\nendobj\n", i + 1);
    }
    let table = out.len();
    out += &format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1);
    places.iter().for_each(|at| out += &format!("{at:010} 00000 n \n"));
    out += &format!("trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n", places.len() + 1);
    out.into_bytes()
}

#[test]
fn a_pdf_without_text_is_refused() {
    assert_eq!(compile(&pdf(""), "scan.pdf").unwrap_err(), PlanError::NoTextLayer);
}

#[test]
fn a_pdf_with_a_text_layer_is_read() {
    holds_the_plan(&pdf(PLAN), "plan.pdf");
}

#[test]
fn what_is_no_plan_is_refused_with_its_reason() {
    assert_eq!(compile(b"", "a").unwrap_err(), PlanError::Empty);
    assert_eq!(compile("\u{FEFF} \n\u{3000}\n".as_bytes(), "a").unwrap_err(), PlanError::Empty);
    assert!(matches!(compile(&[0, 1, 2, 0, 0, 5, 0, 0], "a").unwrap_err(), PlanError::Binary { .. }));
    assert!(matches!(
        compile(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01", "a.txt").unwrap_err(),
        PlanError::Binary { .. }
    ));
    assert!(matches!(
        compile("今天天气很好，我们去公园玩。\n明天再去。".as_bytes(), "a").unwrap_err(),
        PlanError::NotAPlan { .. }
    ));
    assert!(matches!(
        compile(&zip(&[("a.txt", "x".into())]), "a.docx").unwrap_err(),
        PlanError::Binary { .. }
    ));
    assert!(matches!(
        compile(b"PK\x03\x04 broken", "a.docx").unwrap_err(),
        PlanError::Damaged { format: "docx", .. }
    ));
    assert!(matches!(
        compile(b"%PDF-1.7 broken", "a.pdf").unwrap_err(),
        PlanError::Damaged { format: "PDF", .. }
    ));
    let mut locked = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(compile(&locked, "a.docx").unwrap_err(), PlanError::Encrypted);
}

#[test]
fn spans_point_at_the_words_in_the_document() {
    let plan = compile(PLAN.as_bytes(), "plan.txt").unwrap().plan;
    let task = &plan.chapters[0].measures[0].tasks[0];
    let at = |s: shian_plan::Span| &plan.text[s.start..s.end];
    assert_eq!(at(task.duty.as_ref().unwrap().lead[0].span), "县农业农村局");
    assert_eq!(at(task.targets[0].span), "受污染耕地安全利用率达到95%以上");
    assert!(at(plan.chapters[0].measures[1].span).starts_with("（二）管住农药"));
}
