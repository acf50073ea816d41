//! One official paper as Word and PDF: what the standard asks is read back out of the files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers beside the tests do
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;

use shian_paper::{Document, Fonts, Template, Value};

const ORDER: &str = include_str!("templates/order.html");

fn order() -> Document {
    let row = |n: usize| {
        let (area, of) = (format!("第{n}乡镇人民政府"), 10 + n);
        Value::from_pairs([("area", Value::from(area)), ("of", of.into()), ("done", (n + 3).into())])
    };
    let data = Value::from_pairs([
        ("seq", Value::from(12)),
        ("matter", "学校食堂抽检进度滞后".into()),
        ("body", "区市场监督管理局".into()),
        ("value", "48.3".into()),
        ("rows", (1..=40).map(row).collect::<Vec<_>>().into()),
        ("code", "https://shian.example/verify/3f9a".into()),
    ]);
    Template::read(ORDER).expect("the template is right").render(&data).expect("it renders")
}

fn fonts() -> Fonts {
    Fonts::find(Path::new("/nowhere")).expect("fonts-noto-cjk is installed")
}

fn part(docx: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(docx)).expect("a zip");
    let mut text = String::new();
    zip.by_name(name).expect(name).read_to_string(&mut text).expect("text");
    text
}

/// The paragraph that holds these words.
fn paragraph<'a>(document: &'a str, words: &str) -> &'a str {
    let at = document.find(words).unwrap_or_else(|| panic!("no {words}"));
    let start = document[..at].rfind("<w:p ").expect("a paragraph");
    let end = document[at..].find("</w:p>").expect("its end");
    &document[start..at + end]
}

#[test]
fn the_page_is_that_of_the_standard() {
    let document = part(&order().docx().unwrap(), "word/document.xml");
    // 37, 35, 28 and 26 mm; 28 characters of 16 pt on 156 mm; 22 lines on 225 mm.
    assert!(document.contains(r#"w:w="11906" w:h="16838""#), "A4");
    for margin in [r#"w:top="2098""#, r#"w:bottom="1984""#, r#"w:left="1587""#, r#"w:right="1474""#] {
        assert!(document.contains(margin), "{margin}");
    }
    assert!(document.contains(r#"<w:docGrid w:type="lines" w:linePitch="579""#), "22 lines");
    let body = paragraph(&document, "应抽检食堂");
    assert!(
        body.contains(r#"<w:spacing w:val="-5" />"#),
        "16 pt less 0.25 pt, 28 times, is at most 156 mm: {body}"
    );
}

#[test]
fn each_part_has_its_face_and_size() {
    let document = part(&order().docx().unwrap(), "word/document.xml");
    for (words, face, half_points) in [
        ("食品安全委员会办公室文件", "方正小标宋简体", 48),
        ("督办单", "方正小标宋简体", 44),
        ("存在问题", "黑体", 32),
        ("覆盖率偏低", "楷体_GB2312", 32),
        ("应抽检食堂", "仿宋_GB2312", 32),
        ("抄送：", "仿宋_GB2312", 28),
    ] {
        let paragraph = paragraph(&document, words);
        assert!(paragraph.contains(&format!(r#"w:eastAsia="{face}""#)), "{words}: {paragraph}");
        assert!(paragraph.contains(&format!(r#"<w:sz w:val="{half_points}" />"#)), "{words}: {paragraph}");
    }
    assert!(paragraph(&document, "应抽检食堂").contains(r#"w:line="579" w:lineRule="exact""#));
    assert!(paragraph(&document, "应抽检食堂").contains(r#"w:firstLine="632""#));
}

#[test]
fn headings_carry_their_numbers_in_order() {
    let document = part(&order().docx().unwrap(), "word/document.xml");
    let mut from = 0;
    for number in ["一、", "（一）", "1.", "（1）", "（二）", "二、"] {
        let tag = format!(">{number}</w:t>");
        from += document[from..].find(&tag).unwrap_or_else(|| panic!("{number} in its place"));
    }
}

#[test]
fn the_head_is_red_over_a_red_line() {
    let document = part(&order().docx().unwrap(), "word/document.xml");
    assert!(paragraph(&document, "办公室文件").contains(r#"<w:color w:val="D90000" />"#));
    let number = paragraph(&document, "平食安办〔2023〕12号");
    assert!(number.contains("<w:bottom") && number.contains(r#"w:color="D90000""#), "{number}");
}

#[test]
fn page_numbers_stand_outside_and_table_heads_are_repeated() {
    let docx = order().docx().unwrap();
    let (first, second) = (part(&docx, "word/footer1.xml"), part(&docx, "word/footer2.xml"));
    assert!(first.contains(r#"<w:jc w:val="right" />"#) && first.contains("PAGE"), "{first}");
    assert!(second.contains(r#"<w:jc w:val="left" />"#), "{second}");
    assert!(part(&docx, "word/settings.xml").contains("evenAndOddHeaders"));
    assert!(part(&docx, "word/document.xml").contains("<w:tblHeader />"));
}

/// Runs a program of the machine on a file; None, said plainly, where it is not installed.
fn run(program: &str, args: &[&str]) -> Option<String> {
    match Command::new(program).args(args).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(_) => {
            println!("skipped: {program} is not installed");
            None
        }
    }
}

#[test]
fn the_pdf_reads_back_and_its_table_goes_on_with_its_head() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order.pdf");
    std::fs::write(&path, order().pdf(&fonts()).unwrap()).unwrap();
    let Some(text) = run("pdftotext", &["-layout", path.to_str().unwrap(), "-"]) else { return };
    let bare: String = text.split(' ').collect();
    for words in [
        "办公室文件",
        "平食安办〔2023〕12号",
        "一、存在问题",
        "（一）覆盖率偏低",
        "— 1 —",
        "— 2 —",
        "第40乡镇人民政府",
        "抄送：",
    ] {
        assert!(bare.contains(&words.replace(' ', "")), "{words} is not in\n{text}");
    }
    assert!(text.matches("应抽检").count() >= 3, "the head stands on each page of the table\n{text}");
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        assert!(!line.starts_with(['，', '。', '、', '）', '”', '；']), "begins a line: {line}");
    }
}

#[test]
fn the_code_on_the_paper_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let (pdf, png) = (folder.path().join("order.pdf"), folder.path().join("page"));
    std::fs::write(&pdf, order().pdf(&fonts()).unwrap()).unwrap();
    if run("pdftoppm", &["-r", "110", "-png", pdf.to_str().unwrap(), png.to_str().unwrap()]).is_none() {
        return;
    }
    let mut pages: Vec<String> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path().display().to_string()).collect();
    pages.retain(|page| page.ends_with(".png"));
    let found = pages.iter().any(|page| {
        let output = Command::new("zbarimg").args(["-q", "--raw", page]).output();
        match output {
            Ok(output) => {
                String::from_utf8_lossy(&output.stdout).contains("https://shian.example/verify/3f9a")
            }
            Err(_) => {
                println!("skipped: zbarimg is not installed");
                true
            }
        }
    });
    assert!(found, "no page shows the code");
}

#[test]
fn word_opens_it_and_it_becomes_pages() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("order.docx");
    std::fs::write(&path, order().docx().unwrap()).unwrap();
    let home = format!("-env:UserInstallation=file://{}/home", folder.path().display());
    let out = folder.path().to_str().unwrap();
    let args = [home.as_str(), "--headless", "--convert-to", "pdf", "--outdir", out, path.to_str().unwrap()];
    if run("soffice", &args).is_none() {
        return;
    }
    if let Ok(keep) = std::env::var("SHIAN_LOOK") {
        std::fs::create_dir_all(&keep).unwrap();
        std::fs::copy(path.with_extension("pdf"), Path::new(&keep).join("word.pdf")).unwrap();
        std::fs::write(Path::new(&keep).join("own.pdf"), order().pdf(&fonts()).unwrap()).unwrap();
        std::fs::write(Path::new(&keep).join("order.html"), order().html()).unwrap();
    }
    let Some(text) = run("pdftotext", &["-layout", path.with_extension("pdf").to_str().unwrap(), "-"]) else {
        return;
    };
    let bare: String = text.split(' ').collect();
    let pages = text.matches('\u{c}').count();
    assert!((3..=5).contains(&pages), "{pages} pages");
    for words in ["办公室文件", "一、存在问题", "— 1 —", "第40乡镇人民政府", "抄送："]
    {
        assert!(bare.contains(&words.replace(' ', "")), "{words} is not in\n{text}");
    }
}
