//! The workbook that people fill in: headed columns with notes, drop-downs of any length from a hidden sheet, and how each
//! column is filled with an example.
use std::io::{Seek, Write};

use rust_xlsxwriter::{DataValidation, Format as Style, Formula, Note, Workbook, Worksheet, XlsxError};
use shian_pack::Register;
use shian_pack::field::{Field, FieldKind, Need};

use super::{columns, unusable};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::office::Office;
use crate::permit;
use crate::refusal::Refusal;
use crate::wording;

/// The last row that a drop-down serves.
const LAST: u32 = 100_000;
/// Name of the hidden sheet.
const OPTIONS: &str = "选项";

impl Office {
    /// An empty workbook for an import into the register.
    ///
    /// # Errors
    /// NotFound or Forbidden for who may not register there.
    pub fn template(
        &self,
        actor: &Actor,
        register: &str,
        to: impl Write + Seek + Send,
    ) -> Result<(), Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            if !permit::may_create(desk.actor, register, desk.live) {
                let seen = permit::may_read(desk.actor, register, desk.live);
                let why = format!("您无权登记{}", register.title);
                return Err(if seen { Refusal::forbidden(why) } else { Refusal::NotFound });
            }
            book(desk, register)
                .and_then(|mut book| book.save_to_writer(to))
                .map_err(|error| unusable("工作簿写不了", error))
        })
    }
}

fn book(desk: &Desk, register: &Register) -> Result<Workbook, XlsxError> {
    let fields: Vec<&Field> = register.fields.values().filter(|field| columns::fills(field)).collect();
    let ids: Vec<String> = fields.iter().map(|field| field.id.clone()).collect();
    let headers = columns::headers(register, &ids);
    let mut book = Workbook::new();
    let (mut form, mut guide, mut options) = (Worksheet::new(), Worksheet::new(), Worksheet::new());
    form.set_name("填报")?.set_freeze_panes(1, 0)?;
    guide.set_name("填写说明")?;
    options.set_name(OPTIONS)?.set_hidden(true);
    let bold = Style::new().set_bold();
    for (at, title) in ["列", "必填", "怎么填", "示例"].iter().enumerate() {
        guide.write_string_with_format(0, at as u16, *title, &bold)?;
    }
    let mut lists = 0;
    for (at, (field, header)) in fields.iter().zip(&headers).enumerate() {
        let column = at as u16;
        let must = matches!(field.required, Need::Always);
        let star = if must { "*" } else { "" };
        form.write_string_with_format(0, column, format!("{header}{star}"), &bold)?;
        form.set_column_width(column, (header.chars().count() * 2 + 6) as f64)?;
        let titles = titles(desk, field);
        let how = how(field, titles.as_ref().and_then(|titles| titles.first()));
        form.insert_note(0, column, &Note::new(&how.0))?;
        for (cell, text) in [header.as_str(), if must { "是" } else { "" }, &how.0, &how.1].iter().enumerate()
        {
            guide.write_string(at as u32 + 1, cell as u16, *text)?;
        }
        let Some(titles) = titles.filter(|titles| !titles.is_empty()) else { continue };
        for (row, title) in titles.iter().enumerate() {
            options.write_string(row as u32, lists, title)?;
        }
        if !crate::check::is_many(&field.kind) {
            let letter = rust_xlsxwriter::utility::column_number_to_name(lists);
            let source = format!("={OPTIONS}!${letter}$1:${letter}${}", titles.len());
            let list = DataValidation::new().allow_list_formula(Formula::new(source));
            form.add_data_validation(1, column, LAST, column, &list)?;
        }
        lists += 1;
    }
    book.push_worksheet(form);
    book.push_worksheet(guide);
    book.push_worksheet(options);
    Ok(book)
}

/// What a drop-down offers; None: the field has none.
fn titles(desk: &Desk, field: &Field) -> Option<Vec<String>> {
    if let Some(list) = wording::choices(&field.kind) {
        return Some(desk.live.pack.choices(list).iter().map(|choice| choice.title.clone()).collect());
    }
    let directory = &desk.live.directory;
    let mut names: Vec<(i64, String)> = match &field.kind {
        FieldKind::Bool => return Some(vec!["是".to_string(), "否".to_string()]),
        FieldKind::Area => directory.areas.iter().map(|(id, area)| (*id, area.name.clone())).collect(),
        FieldKind::Body => directory.bodies.iter().map(|(id, body)| (*id, body.name.clone())).collect(),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Choice { .. }
        | FieldKind::Choices { .. }
        | FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => return None,
    };
    names.sort();
    Some(names.into_iter().map(|(_, name)| name).collect())
}

/// How a column is filled, and an example.
fn how(field: &Field, first: Option<&String>) -> (String, String) {
    let choice = first.cloned().unwrap_or_default();
    let (how, example) = match &field.kind {
        FieldKind::Text { max } => (format!("文字，最多 {max} 字"), "示例".to_string()),
        FieldKind::LongText => ("文字，可分行".to_string(), "示例".to_string()),
        FieldKind::Integer { .. } => ("整数".to_string(), "12".to_string()),
        FieldKind::Decimal { digits, .. } => (format!("数字，最多 {digits} 位小数"), "12".to_string()),
        FieldKind::Money => ("金额（元），最多 2 位小数".to_string(), "1200.50".to_string()),
        FieldKind::Date => ("日期".to_string(), "2023-09-15".to_string()),
        FieldKind::Time => ("日期和时间".to_string(), "2023-09-15 10:45".to_string()),
        FieldKind::Bool => ("是或否".to_string(), "是".to_string()),
        FieldKind::Choice { .. } | FieldKind::Area | FieldKind::Body => {
            ("从下拉列表中选".to_string(), choice)
        }
        FieldKind::Choices { .. } => ("可写几个，用、隔开，选项见“选项”表".to_string(), choice),
        FieldKind::Ref { .. } => ("对方的名称或编号".to_string(), "示例".to_string()),
        FieldKind::Refs { .. } => {
            ("对方的名称或编号，几个用、隔开".to_string(), "示例一、示例二".to_string())
        }
        FieldKind::Person => ("账号".to_string(), "示例".to_string()),
        FieldKind::Phone => ("手机号，或带区号的固定电话".to_string(), "0376-3701234".to_string()),
        FieldKind::IdCard => ("18 位身份证号，单元格设为文本".to_string(), String::new()),
        FieldKind::CreditCode => ("18 位统一社会信用代码".to_string(), String::new()),
        FieldKind::LicenceNo => ("许可证编号，SC、JY 或 YB 开头".to_string(), String::new()),
        FieldKind::Gtin => ("商品条码，单元格设为文本".to_string(), String::new()),
        FieldKind::Geo => ("纬度,经度".to_string(), "32.101520,114.126310".to_string()),
        FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => ("在页面上填".to_string(), String::new()),
    };
    let unit = wording::unit(&field.kind).map(|unit| format!("，单位：{unit}")).unwrap_or_default();
    let hint = field.hint.as_ref().map(|hint| format!("。{hint}")).unwrap_or_default();
    (format!("{how}{unit}{hint}"), example)
}
