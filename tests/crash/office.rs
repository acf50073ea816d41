//! The office: a sheet that is imported, acts with all that follows from them, and a changed pack that is applied.
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use shian_pack::Pack;
use shian_service::indicator::{Numbers, Part, rebuild};
use shian_service::{Actor, Draft, ImportAsk, Office, OfficeConfig, SetClock, catalogue};
use shian_store::{Asked, ListQuery, Scope, Store};

use crate::kills::{Kind, On, Place, Told, kill_again_and_again, rows, told};

/// A number of the law's own form, made up.
const CODE: &str = "91410100MA3X000008";
const SUBJECTS: &str = "food_business";

fn clock() -> SetClock {
    SetClock::on(NaiveDate::from_ymd_opt(2023, 9, 15).expect("a day"))
}

fn now() -> DateTime<Utc> {
    shian_service::Clock::now(&clock())
}

fn open(data: &Path, database: Option<String>) -> Office {
    let config = OfficeConfig { data: data.to_path_buf(), database };
    Office::open(config, Arc::new(clock())).expect("the office opens")
}

fn open_as_child(told: &Told) -> Office {
    open(&told.data, told.database.clone())
}

fn small() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/pack/tests/packs/small")
}

/// The small pack with other formulas, places and names, a field less, a field more, a wider one, other areas, another register.
fn changed(to: &Path) {
    copy(&small(), to, &|file, text| {
        match file {
        "food_business.toml" => text
            .replace("name     = \"{name}\"", "name     = \"{name}（{premises}）\"")
            .replace("body = \"regulator\"\n", "")
            .replace(" && diners >= rule('chief_school_diners')", "")
            .replace("digits = 2, unit = \"㎡\"", "digits = 3, unit = \"㎡\"")
            .replace("risk_level  = { title = \"风险等级\", choices = { a = \"A级\", b = \"B级\", c = \"C级\", d = \"D级\" }, default = \"'b'\" }", "grade = { title = \"量化等级\", type = \"text\" }")
            .replace(", \"risk_level\"]", "]")
            .replace("required = true }\narea  ", "required = true, search = true }\narea  "),
        "areas.csv" => text.replace("西乡,township,410001,10000", "西乡,township,410001,12000\n410001103,南乡,township,410001,8000"),
        "demo.toml" => text.replace("risk_level", "grade"),
        _ => text,
    }
    });
    let van = "title = \"快检车\"\ngroup = \"work\"\nname = \"{plate}\"\n[fields]\nplate = { title = \"车牌\", type = \"text\", required = true }\n[access]\nread = [\"office\"]\n";
    std::fs::write(to.join("registers/van.toml"), van).expect("it is written");
}

fn copy(from: &Path, to: &Path, change: &impl Fn(&str, String) -> String) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the pack is there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            copy(&path, &to.join(name), change);
        } else {
            let text = std::fs::read_to_string(&path).expect("it is text");
            std::fs::write(to.join(&name), change(&name, text)).expect("it is written");
        }
    }
}

/// A sheet of so many businesses; every third is a school's canteen.
fn write_sheet(to: &Path) {
    let mut sheet =
        "名称,统一社会信用代码,经营场所,所在乡镇,业态,联系电话,就餐人数,面积,风险等级\n".to_owned();
    for n in 0..rows() {
        let area = ["东镇", "西乡", "城关街道"][n as usize % 3];
        let (kind, diners) =
            if n % 3 == 0 { ("学校食堂", (n % 300).to_string()) } else { ("餐馆", String::new()) };
        writeln!(sheet, "第{n}家,{CODE},示例路{n}号,{area},{kind},13800000000,{diners},{}.25,A级", n % 500)
            .expect("a line");
    }
    std::fs::write(to, sheet).expect("the sheet is written");
}

fn import(office: &Office, sheet: &Path) {
    let ask = ImportAsk { dry_run: false, good_rows_only: false };
    let report = office.import(&Actor::system(), SUBJECTS, sheet, &ask, &mut |_, _| ()).expect("an import");
    assert_eq!(report.written as i64, rows(), "{report}");
}

#[test]
fn child_imports_a_sheet() {
    let Some(told) = told() else { return };
    import(&open_as_child(&told), &told.with);
}

#[test]
fn child_acts_at_the_desk() {
    let Some(told) = told() else { return };
    let office = open_as_child(&told);
    let acts = rows() / 100 + 50;
    std::thread::scope(|threads| {
        for part in 0..4 {
            let office = &office;
            threads.spawn(move || {
                for n in (part..acts).step_by(4) {
                    act(office, n).expect("an act");
                }
            });
        }
    });
}

/// A business comes, is corrected and sampled.
fn act(office: &Office, n: i64) -> Result<(), shian_service::Refusal> {
    let system = Actor::system();
    let canteen = Draft::new()
        .text("name", "新食堂")
        .text("credit_code", CODE)
        .text("premises", format!("新路{n}号"))
        .text("area", "西乡")
        .text("kind", "school_canteen")
        .text("diners", "80")
        .text("phone", "13800000000");
    let shop = office.create(&system, SUBJECTS, canteen)?;
    let more = Draft::new().text("diners", "180").text("chief", "示例总监");
    let shop = office.edit(&system, SUBJECTS, shop.id, shop.version, more)?;
    let sample = Draft::new()
        .text("business", shop.id.to_string())
        .text("food", "面粉")
        .text("date", "2023-09-01")
        .text("scheme", "food")
        .text("weight", "1.5");
    let sample = office.create(&system, "sample", sample)?;
    let passed = Draft::new().text("passed", "true");
    office.step(&system, "sample", sample.id, sample.version, "report", passed, None)?;
    Ok(())
}

#[test]
fn child_applies_a_pack() {
    let Some(told) = told() else { return };
    open_as_child(&told).apply_pack(&told.with, true).expect("the pack applies");
}

fn store(place: &Place) -> Store {
    Store::open(&place.location(), place.data()).expect("the store opens")
}

/// Hands every live record of a register on.
fn each(store: &Store, pack: &Pack, register: &str, mut see: impl FnMut(shian_store::Record)) {
    let (register, scope) = (&pack.registers[register], Scope::all());
    let mut after = None;
    loop {
        let query = ListQuery {
            register,
            scope: &scope,
            filter: None,
            asked: Asked { now: now(), me: None },
            search: None,
            sort: &[],
            after: after.as_ref(),
            limit: 5_000,
            columns: None,
            deleted: false,
        };
        let page = store.read(|tx| tx.list(&query)).expect("it is listed");
        page.rows.into_iter().for_each(&mut see);
        let Some(next) = page.next else { return };
        after = Some(next);
    }
}

/// Every number of every indicator, as it is kept.
fn numbers(store: &Store, pack: &Pack) -> String {
    let numbers = store.read(|tx| Numbers::read(tx, pack, now())).expect("the numbers are read");
    let of = |indicator| format!("{:?}", numbers.of(indicator, Part::default()));
    pack.indicators.values().map(of).collect::<Vec<_>>().join("\n")
}

/// What the office knows, the times aside: records with their places and names, and the numbers.
fn known(store: &Store, pack: &Pack) -> (u64, String) {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    for register in pack.registers.keys() {
        each(store, pack, register, |record| {
            let place = (&record.area, record.area_id, record.body, &record.owners, record.date);
            format!("{} {} {} {place:?} {:?}", record.id, record.state, record.name, record.fields)
                .hash(&mut hasher);
        });
    }
    (hasher.finish(), numbers(store, pack))
}

fn read_pack(folder: &Path) -> Pack {
    shian_pack::read(folder, &catalogue())
        .unwrap_or_else(|found| panic!("{}", found.iter().map(ToString::to_string).collect::<String>()))
}

/// An office with the small pack, with the sheet's businesses if it is given, backed up into the folder.
fn office(on: On, sheet: Option<&Path>, backup: &Path) -> Option<()> {
    let place = Place::new(on)?;
    let office = open(place.data(), place.database());
    office.apply_pack(&small(), false).expect("the pack applies");
    if let Some(sheet) = sheet {
        import(&office, sheet);
    }
    office.backup(backup, &mut |_, _| {}).expect("it is backed up");
    Some(())
}

/// Opens again, is found clean, and counts as it should.
fn restart(place: &Place) -> Arc<Pack> {
    let office = open(place.data(), place.database());
    assert_eq!(office.verify(&mut |_, _| {}).expect("it is verified"), []);
    office.pack()
}

fn an_import_that_is_killed_leaves_all_rows_or_none(on: On) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (before, sheet) = (folder.path().join("whole"), folder.path().join("sheet.csv"));
    write_sheet(&sheet);
    if office(on, None, &before).is_none() {
        return;
    }
    let kind = Kind { on, child: "office::child_imports_a_sheet", before: &before, with: &sheet };
    kill_again_and_again(
        &kind,
        |_| (),
        |place, ()| {
            let (pack, mut found) = (restart(place), 0);
            each(&store(place), &pack, SUBJECTS, |_| found += 1);
            assert!(found == 0 || found == rows(), "{found} of {} rows", rows());
        },
    );
}

fn acts_that_are_killed_leave_records_and_numbers_that_agree(on: On) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (before, sheet) = (folder.path().join("whole"), folder.path().join("sheet.csv"));
    write_sheet(&sheet);
    if office(on, Some(&sheet), &before).is_none() {
        return;
    }
    let kind = Kind { on, child: "office::child_acts_at_the_desk", before: &before, with: Path::new("") };
    kill_again_and_again(
        &kind,
        |_| (),
        |place, ()| {
            let (pack, store) = (restart(place), store(place));
            let kept = numbers(&store, &pack);
            let judge = pack.clone();
            store.bulk(move |tx| rebuild(tx, &judge, now())).expect("all is judged anew");
            assert_eq!(kept, numbers(&store, &pack), "numbers that do not follow from the records");
            let next = act(&open(place.data(), place.database()), i64::MAX);
            next.expect("the office works on");
        },
    );
}

fn applying_a_pack_that_is_killed_leaves_the_old_or_the_new(on: On) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (before, sheet) = (folder.path().join("whole"), folder.path().join("sheet.csv"));
    write_sheet(&sheet);
    if office(on, Some(&sheet), &before).is_none() {
        return;
    }
    let next = folder.path().join("small");
    changed(&next);
    let (old, new) = (read_pack(&small()), read_pack(&next));
    let kind = Kind { on, child: "office::child_applies_a_pack", before: &before, with: &next };
    let untouched = Place::with(on, &before);
    let was = known(&store(&untouched), &old);
    drop(untouched);
    let whole = |place: &Place| known(&store(place), &new);
    kill_again_and_again(&kind, whole, |place, is| {
        let pack = restart(place);
        let now = known(&store(place), &pack);
        if pack.digest == old.digest {
            assert!(now == was, "the old pack on tables that are not its own");
            open(place.data(), place.database()).apply_pack(&next, true).expect("it is applied after all");
        }
        assert!(known(&store(place), &new) == *is, "not what an apply without a crash leaves");
    });
}

killed_on_both_databases! {
    an_import_that_is_killed_leaves_all_rows_or_none
    acts_that_are_killed_leave_records_and_numbers_that_agree
    applying_a_pack_that_is_killed_leaves_the_old_or_the_new
}
