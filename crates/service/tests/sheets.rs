//! Sheets in and out: what a sheet says wrong comes back in words and nothing is written; what leaves comes back as it was.
#![allow(clippy::unwrap_used, clippy::panic)] // test code, though not in a #[test] function

mod office;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use calamine::{Data, Reader, Xlsx};
use office::{Setting, officer};
use rust_xlsxwriter::Workbook;
use shian_pack::FieldKind;
use shian_service::sheet::Format;
use shian_service::view::ListAsk;
use shian_service::{
    Actor, Draft, ImportAsk, ImportReport, Office, OfficeConfig, Refusal, RoleHeld, RowProblem, SetClock,
};
use tempfile::TempDir;

const CHECK: ImportAsk = ImportAsk { dry_run: true, good_rows_only: false };
const ALL: ImportAsk = ImportAsk { dry_run: false, good_rows_only: false };
const GOOD: ImportAsk = ImportAsk { dry_run: false, good_rows_only: true };

fn import(office: &Office, register: &str, path: &Path, ask: &ImportAsk) -> ImportReport {
    office.import(&officer(), register, path, ask, &mut |_, _| ()).unwrap()
}

fn count(office: &Office, register: &str) -> i64 {
    let ask = ListAsk { register: register.into(), ..ListAsk::default() };
    office.list(&officer(), &ask).unwrap().total.unwrap()
}

fn write(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// An office with the district's pack and small demo data.
fn filled() -> (Office, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let config = OfficeConfig { data: data.path().to_path_buf(), database: None };
    let office = Office::open(config, Arc::new(SetClock::on(office::today()))).unwrap();
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/pingqiao-2023");
    office.apply_pack(&pack, false).unwrap();
    office.fill_demo("small", 1, &mut |_, _, _| ()).unwrap();
    (office, data)
}

const HEADER: [&str; 11] = [
    "名称",
    "统一社会信用代码",
    "经营场所",
    "所在乡镇",
    "监管单位",
    "业态",
    "联系电话",
    "就餐人数",
    "年营业额",
    "面积",
    "风险等级",
];
const CODE: &str = "91410100MA3X000008";

/// A row that is right, with some cells changed.
fn row(at: usize, changed: &[(&str, &str)]) -> Vec<String> {
    let place = format!("示例路{at}号");
    let right = ["示例店", CODE, &place, "东镇", "", "餐馆", "13800000000", "", "1000.5", "20", "A级"];
    let cell = |(title, right): (&&str, &&str)| {
        let changed = changed.iter().find(|(column, _)| column == title);
        changed.map_or_else(|| (*right).to_string(), |(_, cell)| (*cell).to_string())
    };
    HEADER.iter().zip(right.iter()).map(cell).collect()
}

/// One mistake each: the column it is in, and the cells that make it.
fn mistakes() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    let canteen = ("业态", "食堂");
    vec![
        ("名称", vec![("名称", "")]),
        ("名称", vec![("名称", Box::leak("长".repeat(201).into_boxed_str()))]),
        ("统一社会信用代码", vec![("统一社会信用代码", "")]),
        ("统一社会信用代码", vec![("统一社会信用代码", "91410100MA3X00000")]),
        ("统一社会信用代码", vec![("统一社会信用代码", "91410100MA3X000009")]),
        ("统一社会信用代码", vec![("统一社会信用代码", "91410100MA3X00I008")]),
        ("经营场所", vec![("经营场所", "")]),
        ("所在乡镇", vec![("所在乡镇", "没有这个镇")]),
        ("所在乡镇", vec![("所在乡镇", "")]),
        ("监管单位", vec![("监管单位", "没有这个所")]),
        ("业态", vec![("业态", "火箭")]),
        ("联系电话", vec![("联系电话", "12")]),
        ("就餐人数", vec![canteen]),
        ("就餐人数", vec![canteen, ("就餐人数", "十二")]),
        ("就餐人数", vec![canteen, ("就餐人数", "12.5")]),
        ("就餐人数", vec![canteen, ("就餐人数", "-5")]),
        ("就餐人数", vec![("就餐人数", "12")]),
        ("年营业额", vec![("年营业额", "很多")]),
        ("面积", vec![("面积", "20.123")]),
        ("风险等级", vec![("风险等级", "Z级")]),
    ]
}

/// A workbook of these rows under the header.
fn workbook(folder: &TempDir, rows: &[Vec<String>]) -> PathBuf {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let header: Vec<String> = HEADER.iter().map(|title| (*title).to_string()).collect();
    for (at, row) in [&[header], rows].concat().iter().enumerate() {
        sheet.write_row(at as u32, 0, row).unwrap();
    }
    let path = folder.path().join("sheet.xlsx");
    book.save(&path).unwrap();
    path
}

#[test]
fn twenty_kinds_of_mistake_come_back_as_twenty_problems_and_nothing_is_written() {
    let (setting, _) = Setting::new();
    let folder = tempfile::tempdir().unwrap();
    let mistakes = mistakes();
    assert_eq!(mistakes.len(), 20);
    let mut rows: Vec<Vec<String>> =
        mistakes.iter().enumerate().map(|(at, (_, changed))| row(at, changed)).collect();
    rows.push(row(100, &[]));
    let path = workbook(&folder, &rows);
    let report = import(&setting.office, "food_business", &path, &ALL);
    let found: Vec<(u64, &str)> =
        report.problems.iter().map(|problem| (problem.row, problem.column.as_str())).collect();
    let wanted: Vec<(u64, &str)> =
        mistakes.iter().enumerate().map(|(at, (column, _))| (at as u64 + 2, *column)).collect();
    assert_eq!(found, wanted, "{report}");
    assert!(report.refused());
    assert_eq!((report.rows, report.written), (21, 0));
    assert_eq!(count(&setting.office, "food_business"), 0);
    assert!(setting.office.verify(&mut |_, _| ()).unwrap().is_empty());

    let mut marked = Vec::new();
    setting.office.mark_import(&path, &report, Cursor::new(&mut marked)).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(marked)).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let reasons: Vec<String> = sheet.rows().map(|row| row.last().unwrap().to_string()).collect();
    assert_eq!(reasons[0], "要改的地方");
    assert_eq!(reasons.iter().filter(|reason| !reason.is_empty()).count(), 21);
    assert!(reasons[8].contains("没有这个镇"), "{reasons:?}");
}

#[test]
fn good_rows_alone_are_written_when_that_is_asked_for_and_doubles_are_found_within_the_sheet() {
    let (setting, _) = Setting::new();
    let folder = tempfile::tempdir().unwrap();
    let rows = [row(1, &[]), row(1, &[]), row(2, &[("业态", "火箭")]), row(3, &[])];
    let path = workbook(&folder, &rows);
    let checked = import(&setting.office, "food_business", &path, &CHECK);
    assert_eq!((checked.written, checked.problems.len()), (0, 3), "{checked}");
    let report = import(&setting.office, "food_business", &path, &GOOD);
    assert_eq!((report.rows, report.written), (4, 2), "{report}");
    let lines: Vec<u64> = report.problems.iter().map(|problem| problem.row).collect();
    assert_eq!(lines, [3, 3, 4]);
    assert_eq!(count(&setting.office, "food_business"), 2);
    assert!(setting.office.verify(&mut |_, _| ()).unwrap().is_empty());
}

#[test]
fn columns_that_are_unknown_doubled_or_missing_stop_the_sheet_before_its_rows() {
    let (setting, _) = Setting::new();
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "a.csv", "名称*,name,星座,统一社会信用代码,所在乡镇,状态\n甲,乙,丙,丁,戊,己\n");
    let report = import(&setting.office, "food_business", &path, &GOOD);
    let problem =
        |column: &str, message: &str| RowProblem { row: 1, column: column.into(), message: message.into() };
    let wanted = [
        problem("name", "这一列写了两次"),
        problem("星座", "食品经营主体没有这一列，请改名或删去"),
        problem("经营场所", "缺少这一列"),
        problem("业态", "缺少这一列"),
    ];
    assert_eq!(report.problems, wanted);
    assert_eq!(report.ignored, ["状态"]);
    assert_eq!((report.rows, report.written), (1, 0));
}

#[test]
fn a_sheet_in_the_encoding_of_chinese_windows_is_read() {
    let (setting, _) = Setting::new();
    let folder = tempfile::tempdir().unwrap();
    let text =
        format!("名称,统一社会信用代码,经营场所,所在乡镇,业态\n示例小吃店,{CODE},示例路１号,东镇,餐馆\n");
    let path = folder.path().join("gbk.csv");
    std::fs::write(&path, encoding_rs::GB18030.encode(&text).0).unwrap();
    let report = import(&setting.office, "food_business", &path, &ALL);
    assert_eq!((report.written, report.problems.len()), (1, 0), "{report}");
}

#[test]
fn who_may_not_register_may_not_import_and_sees_only_his_rows_leave() {
    let (setting, _) = Setting::new();
    let folder = tempfile::tempdir().unwrap();
    let path = workbook(&folder, &[row(1, &[]), row(2, &[("所在乡镇", "西乡")])]);
    let nobody = office::actor(9, vec![RoleHeld { role: "business".into(), ..RoleHeld::default() }]);
    let refused = setting.office.import(&nobody, "food_business", &path, &ALL, &mut |_, _| ());
    assert!(matches!(refused, Err(Refusal::Forbidden { .. } | Refusal::NotFound)), "{refused:?}");
    let inspector = office::township_inspector(&setting, "东镇");
    let report = setting.office.import(&inspector, "food_business", &path, &GOOD, &mut |_, _| ()).unwrap();
    assert_eq!(report.written, 1, "{report}");
    assert_eq!(report.problems[0].row, 3);
    import(&setting.office, "food_business", &workbook(&folder, &[row(2, &[("所在乡镇", "西乡")])]), &ALL);
    let out = folder.path().join("out.csv");
    assert_eq!(setting.office.export(&inspector, "food_business", &out, &mut |_| ()).unwrap(), 1);
    assert_eq!(setting.office.export(&officer(), "food_business", &out, &mut |_| ()).unwrap(), 2);
}

#[test]
fn what_was_exported_is_imported_elsewhere_as_it_was() {
    let (one, data) = filled();
    let (two, _other) = {
        let data = tempfile::tempdir().unwrap();
        let config = OfficeConfig { data: data.path().to_path_buf(), database: None };
        let office = Office::open(config, Arc::new(SetClock::on(office::today()))).unwrap();
        let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/pingqiao-2023");
        office.apply_pack(&pack, false).unwrap();
        (office, data)
    };
    let system = Actor::system();
    for format in ["csv", "xlsx"] {
        let (out, back) = (data.path().join(format!("a.{format}")), data.path().join("b.csv"));
        let register = if format == "csv" { "laboratory" } else { "cook_team" };
        let rows = one.export(&system, register, &out, &mut |_| ()).unwrap();
        let report = two.import(&system, register, &out, &ALL, &mut |_, _| ()).unwrap();
        assert_eq!((report.written, report.problems.len()), (rows, 0), "{report}");
        two.export(&system, register, &back, &mut |_| ()).unwrap();
        one.export(&system, register, &data.path().join("a.csv"), &mut |_| ()).unwrap();
        let text = |path: &Path| {
            let text = std::fs::read_to_string(path).unwrap();
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(text(&data.path().join("a.csv")), text(&back), "{register}");
    }
}

#[test]
fn every_register_of_the_demo_reads_back_what_it_wrote() {
    let (office, data) = filled();
    let mut strange = Vec::new();
    let system = Actor::system();
    for (id, register) in &office.pack().registers {
        let out = data.path().join(format!("{id}.xlsx"));
        let rows = office.export(&system, id, &out, &mut |_| ()).unwrap();
        if rows == 0 {
            continue;
        }
        let report = office.import(&system, id, &out, &CHECK, &mut |_, _| ()).unwrap();
        assert_eq!(report.rows, rows, "{}", register.title);
        // A name may be borne by two, a unique key is taken already, a new record is in its first state, and an attachment
        // or a sub-table that must be there does not fit in a cell.
        let expected = ["重名", "里已有相同的", "没有这一项，请删去", "请上传"];
        let no_cell = |column: &str| {
            let mut fields = register.fields.values().filter(|field| field.title == column);
            fields.any(|field| matches!(field.kind, FieldKind::Table { .. } | FieldKind::Checklist { .. }))
        };
        let is_strange = |problem: &&RowProblem| {
            expected.iter().all(|part| !problem.message.contains(part)) && !no_cell(&problem.column)
        };
        strange.extend(report.problems.iter().find(is_strange).map(|problem| format!("{id}: {problem:?}")));
    }
    assert_eq!(strange, Vec::<String>::new());
}

#[test]
fn a_template_has_the_columns_that_an_import_takes_and_lists_of_any_length() {
    let (setting, _) = Setting::new();
    let mut bytes = Vec::new();
    setting.office.template(&officer(), "food_business", Cursor::new(&mut bytes)).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["填报", "填写说明", "选项"]);
    let form = book.worksheet_range("填报").unwrap();
    let titles: Vec<String> = form.rows().next().unwrap().iter().map(Data::to_string).collect();
    assert!(titles.contains(&"名称*".to_string()) && titles.contains(&"风险等级".to_string()), "{titles:?}");
    assert!(!titles.contains(&"须配总监".to_string()), "computed: {titles:?}");
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "empty.csv", &titles.join(","));
    let report = import(&setting.office, "food_business", &path, &ALL);
    assert_eq!((report.rows, report.problems.len()), (0, 0), "{report}");
}

#[test]
fn a_list_leaves_as_it_is_asked_for() {
    let (setting, _) = Setting::new();
    let officer = officer();
    setting.office.create(&officer, "food_business", office::business("东镇")).unwrap();
    let shop = Draft::new().text("name", "=1+1").text("premises", "示例路２号");
    let shop = Draft(office::business("西乡").0.into_iter().chain(shop.0).collect());
    setting.office.create(&officer, "food_business", shop).unwrap();
    let ask = ListAsk { register: "food_business".into(), search: Some("1".into()), ..ListAsk::default() };
    let mut bytes = Vec::new();
    assert_eq!(setting.office.export_to(&officer, &ask, Format::Csv, &mut bytes).unwrap(), 1);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("\u{feff}名称,业态,所在乡镇,联系电话"), "{text}");
    assert!(text.contains("'=1+1"), "a spreadsheet would compute it: {text}");
}
