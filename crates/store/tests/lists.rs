//! Lists, counts, groups, words and clocks, on both databases.
#![allow(clippy::expect_used, clippy::panic)]

mod stage;

use rust_decimal::Decimal;
use shian_pack::expr::{Compare, Node, Type};
use shian_pack::{Pack, Register, Value};
use shian_store::{
    Asked, Checked, Clause, Cursor, Deadline, DeadlineQuery, ListQuery, Scope, Sort, StoreError,
};
use stage::{Stage, at, checked, day, decimal, shops_and_visits, stamp, text};

on_both_databases! {
    pages_hold_every_row_once_in_every_order
    a_filter_and_a_scope_hold_together
    a_list_reads_only_the_columns_it_is_asked_for
    deleted_records_have_a_list_of_their_own
    counts_and_sums_agree_with_the_rows
    words_of_one_and_two_signs_are_found
    a_change_of_words_is_found_and_the_old_ones_are_not
    a_search_keeps_to_its_scope
    clocks_come_by_due_time_within_scope
    a_cursor_of_another_list_is_refused
    names_come_by_id
    a_scope_that_lets_in_many_rows_lists_the_same
}

/// A query for everything.
fn all<'a>(register: &'a Register, scope: &'a Scope) -> ListQuery<'a> {
    ListQuery {
        register,
        scope,
        filter: None,
        asked: Asked { now: at(0), me: Some(7) },
        search: None,
        sort: &[],
        after: None,
        limit: 100,
        columns: None,
        deleted: false,
    }
}

/// Twelve shops: areas 1/11/ and 1/12/ by turns, every third without a score, two with the same.
fn twelve(stage: &Stage) -> Pack {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = pack.registers["shop"].clone();
    stage
        .store
        .write(move |tx| {
            for n in 0..12_i64 {
                let score =
                    if n % 3 == 0 { Value::Null } else { Value::Decimal(Decimal::new((n * 7) % 10, 1)) };
                let fields = [
                    ("title", text(&format!("{}{n}号店", ["火锅", "烤鱼"][n as usize % 2]))),
                    ("score", score),
                    ("diners", Value::Int(n / 2)),
                    ("rent", decimal("0.10")),
                    ("kind", text(["a", "b"][n as usize % 2])),
                ];
                let place = Checked {
                    area: format!("1/1{}/", 1 + n % 2),
                    body: Some(40 + n % 4),
                    owners: vec![50 + n],
                    date: Some(day("2023-01-01") + chrono::Days::new(n as u64)),
                    ..checked(&format!("店{n}"), &fields)
                };
                tx.insert(&shop, place, &stamp("create"))?;
            }
            Ok::<_, StoreError>(())
        })
        .expect("twelve shops are written");
    pack
}

fn by(field: &str, desc: bool) -> Sort {
    Sort { field: field.to_owned(), desc }
}

fn pages_hold_every_row_once_in_every_order(stage: &Stage) {
    let pack = twelve(stage);
    let (shop, scope) = (&pack.registers["shop"], Scope::all());
    let sorts = [
        vec![],
        vec![by("score", false)],
        vec![by("score", true)],
        vec![by("kind", true), by("score", false)],
        vec![by("diners", false), by("score", true), by("name", false)],
        vec![by("id", false)],
        vec![by("area", false), by("date", true)],
    ];
    for sort in &sorts {
        let whole =
            stage.store.read(|tx| tx.list(&ListQuery { sort, ..all(shop, &scope) })).expect("it is listed");
        assert_eq!((whole.rows.len(), whole.next), (12, None));
        let wanted: Vec<i64> = whole.rows.iter().map(|row| row.id).collect();
        let (mut found, mut after) = (Vec::new(), None::<Cursor>);
        loop {
            let query = ListQuery { sort, after: after.as_ref(), limit: 5, ..all(shop, &scope) };
            let page = stage.store.read(|tx| tx.list(&query)).expect("it is listed");
            found.extend(page.rows.iter().map(|row| row.id));
            let Some(next) = page.next else { break };
            after = Some(next.to_string().parse().expect("a printed cursor is read back"));
        }
        assert_eq!(found, wanted, "{sort:?}");
    }
    let sort = [by("score", true)];
    let page = stage
        .store
        .read(|tx| tx.list(&ListQuery { sort: &sort, ..all(shop, &scope) }))
        .expect("it is listed");
    let scores: Vec<&Value> = page.rows.iter().map(|row| &row.fields["score"]).collect();
    assert_eq!((scores[0], scores[11]), (&decimal("0.90"), &Value::Null), "nulls are least");
}

fn is_kind(code: &str) -> Node {
    let field = Node::Field { id: "kind".to_owned(), ty: Type::Text };
    Node::Compare(Compare::Eq, Box::new(field), Box::new(Node::Lit(text(code))))
}

fn a_filter_and_a_scope_hold_together(stage: &Stage) {
    let pack = twelve(stage);
    let shop = &pack.registers["shop"];
    let filter = is_kind("a");
    let ids = |scope: &Scope, filter: Option<&Node>| {
        let page =
            stage.store.read(|tx| tx.list(&ListQuery { filter, ..all(shop, scope) })).expect("it is listed");
        page.rows.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&Scope::all(), Some(&filter)), [11, 9, 7, 5, 3, 1]);
    let area = Scope::any(vec![Clause::Area("1/12/".to_owned())]);
    assert!(ids(&area, Some(&filter)).is_empty());
    let wide =
        Scope::any(vec![Clause::Area("1/12/".to_owned()), Clause::Own(vec![50, 52]), Clause::Body(vec![40])]);
    assert_eq!(
        ids(&wide, Some(&filter)),
        [9, 5, 3, 1],
        "the scope's OR does not reach over the filter's AND"
    );
    assert!(ids(&Scope::none(), None).is_empty());
}

fn a_list_reads_only_the_columns_it_is_asked_for(stage: &Stage) {
    let pack = twelve(stage);
    let (shop, scope) = (&pack.registers["shop"], Scope::all());
    let columns = ["rent".to_owned(), "title".to_owned()];
    let query = ListQuery { columns: Some(&columns), limit: 1, ..all(shop, &scope) };
    let page = stage.store.read(|tx| tx.list(&query)).expect("it is listed");
    let fields: Vec<_> = page.rows[0].fields.iter().map(|(id, value)| (id.as_str(), value.clone())).collect();
    assert_eq!(fields, [("rent", decimal("0.10")), ("title", text("烤鱼11号店"))]);
    let columns = ["nothing".to_owned()];
    let wrong = stage.store.read(|tx| tx.list(&ListQuery { columns: Some(&columns), ..all(shop, &scope) }));
    assert!(matches!(wrong, Err(StoreError::NoField { .. })));
}

fn deleted_records_have_a_list_of_their_own(stage: &Stage) {
    let pack = twelve(stage);
    let (shop, scope) = (pack.registers["shop"].clone(), Scope::all());
    let register = shop.clone();
    stage.store.write(move |tx| tx.delete(&register, 4, 1, &stamp("delete"))).expect("it goes");
    let count = |deleted| {
        stage.store.read(|tx| tx.count(&ListQuery { deleted, ..all(&shop, &scope) })).expect("it is counted")
    };
    assert_eq!((count(false), count(true)), (11, 1));
}

fn counts_and_sums_agree_with_the_rows(stage: &Stage) {
    let pack = twelve(stage);
    let (shop, scope) = (&pack.registers["shop"], Scope::all());
    let query = all(shop, &scope);
    let by = ["kind".to_owned(), "area".to_owned()];
    let groups = stage.store.read(|tx| tx.group(&query, &by, Some("rent"))).expect("it is grouped");
    let tenth = |n: i64| Some(Decimal::new(n * 10, 2));
    assert_eq!(
        groups,
        [(vec![text("a"), text("1/11/")], 6, tenth(6)), (vec![text("b"), text("1/12/")], 6, tenth(6))]
    );
    let all_scores = stage.store.read(|tx| tx.group(&query, &[], Some("score"))).expect("it is summed");
    assert_eq!(all_scores, [(vec![], 12, Some("4.60".parse().expect("a decimal")))]);
    let none = stage.store.read(|tx| tx.group(&query, &[], Some("title")));
    assert!(matches!(none, Err(StoreError::Filter(_))));
    assert_eq!(stage.store.read(|tx| tx.count_up_to(&query, 5)).expect("it is counted"), 5);
    assert_eq!(stage.store.read(|tx| tx.count_up_to(&query, 50)).expect("it is counted"), 12);
}

fn found(stage: &Stage, shop: &Register, words: &str) -> i64 {
    let scope = Scope::all();
    stage
        .store
        .read(|tx| tx.count(&ListQuery { search: Some(words), ..all(shop, &scope) }))
        .expect("it is searched")
}

fn words_of_one_and_two_signs_are_found(stage: &Stage) {
    let pack = twelve(stage);
    let shop = &pack.registers["shop"];
    let count = |words| found(stage, shop, words);
    assert_eq!(
        (count("火锅"), count("鱼"), count("锅火"), count("火锅10号"), count("号店")),
        (6, 6, 0, 1, 12)
    );
    assert_eq!(
        (count("1"), count("火锅1"), count("１１号"), count("（）"), count("\"' OR 1")),
        (3, 1, 1, 0, 0)
    );
    assert_eq!(count("店 火锅"), 0, "a phrase does not reach from the name into a field");
}

fn a_change_of_words_is_found_and_the_old_ones_are_not(stage: &Stage) {
    let pack = twelve(stage);
    let shop = &pack.registers["shop"];
    let (register, next) = (shop.clone(), checked("面馆", &[("title", text("牛肉面"))]));
    stage.store.write(move |tx| tx.update(&register, 1, 1, next, &stamp("edit"))).expect("it changes");
    assert_eq!(
        (found(stage, shop, "牛肉"), found(stage, shop, "面馆"), found(stage, shop, "火锅0")),
        (1, 1, 0)
    );
}

fn a_search_keeps_to_its_scope(stage: &Stage) {
    let pack = twelve(stage);
    let (shop, visit) = (&pack.registers["shop"], &pack.registers["visit"]);
    stage.create(visit, checked("查火锅店", &[])).expect("it is written");
    let area = Scope::any(vec![Clause::Area("1/12/".to_owned())]);
    let (all, none) = (Scope::all(), Scope::none());
    let search = |scopes: &[(&Register, &Scope)]| {
        let hits = stage.store.read(|tx| tx.search(scopes, "火锅", 4)).expect("it is searched");
        hits.into_iter().map(|hit| (hit.register, hit.id)).collect::<Vec<_>>()
    };
    assert!(search(&[(shop, &area), (visit, &none)]).is_empty());
    let found = search(&[(shop, &all), (visit, &all)]);
    let of =
        |register: &str, ids: &[i64]| ids.iter().map(|id| (register.to_owned(), *id)).collect::<Vec<_>>();
    assert_eq!(found, [of("shop", &[11, 9, 7, 5]), of("visit", &[13])].concat());
}

fn clocks_come_by_due_time_within_scope(stage: &Stage) {
    let clock = |record: i64, due: i64, area: &str, owners: Vec<i64>| Deadline {
        record,
        clock: "publish".to_owned(),
        register: "visit".to_owned(),
        title: "公示".to_owned(),
        starts: at(0),
        due: at(due),
        warn_at: Some(at(due - 10)),
        met_at: None,
        area: area.to_owned(),
        body: None,
        owners,
        owes: "office".to_owned(),
    };
    let clocks =
        [clock(1, 300, "1/11/", vec![5, 6]), clock(2, 100, "1/11/", vec![]), clock(3, 200, "1/12/", vec![6])];
    stage
        .store
        .write(move |tx| {
            for clock in &clocks {
                tx.set_deadline(clock)?;
            }
            tx.set_deadline(&Deadline { due: at(400), ..clocks[0].clone() })?;
            tx.meet_deadline(2, "publish", at(90))
        })
        .expect("the clocks run");
    let due = |scope: &Scope, open| {
        let query = DeadlineQuery {
            scope,
            owes: Some("office"),
            register: None,
            open,
            due_before: Some(at(500)),
            limit: 10,
        };
        let clocks = stage.store.read(|tx| {
            let clocks = tx.deadlines(&query)?;
            assert_eq!(tx.count_deadlines(&query)?, clocks.len() as i64);
            Ok::<_, StoreError>(clocks)
        });
        clocks
            .expect("they are read")
            .into_iter()
            .map(|clock| (clock.record, clock.owners))
            .collect::<Vec<_>>()
    };
    assert_eq!(due(&Scope::all(), true), [(3, vec![6]), (1, vec![5, 6])]);
    assert_eq!(due(&Scope::all(), false).len(), 3);
    assert_eq!(due(&Scope::any(vec![Clause::Area("1/11/".to_owned())]), true), [(1, vec![5, 6])]);
    assert_eq!(due(&Scope::any(vec![Clause::Own(vec![5])]), true), [(1, vec![5, 6])]);
    stage.store.write(|tx| tx.cancel_deadline(1, "publish")).expect("it stops");
    assert_eq!(due(&Scope::all(), true), [(3, vec![6])]);
    let one = stage.store.read(|tx| tx.deadlines_of(2)).expect("it is read");
    assert_eq!((one.len(), one[0].met_at), (1, Some(at(90))));
}

fn a_cursor_of_another_list_is_refused(stage: &Stage) {
    let pack = twelve(stage);
    let (shop, scope) = (&pack.registers["shop"], Scope::all());
    let page =
        stage.store.read(|tx| tx.list(&ListQuery { limit: 2, ..all(shop, &scope) })).expect("it is listed");
    let sort = [by("score", true)];
    let query = ListQuery { sort: &sort, after: page.next.as_ref(), ..all(shop, &scope) };
    assert!(matches!(stage.store.read(|tx| tx.list(&query)), Err(StoreError::Cursor)));
    for wrong in ["", "zz", "5b", "é", "5b7b7d5d"] {
        assert!(wrong.parse::<Cursor>().is_err(), "{wrong}");
    }
}

fn names_come_by_id(stage: &Stage) {
    twelve(stage);
    let names = stage.store.read(|tx| tx.names("shop", &[2, 99, 3])).expect("they are read");
    assert_eq!((names.len(), names[&2].as_str(), names[&3].as_str()), (2, "店1", "店2"));
}

fn a_scope_that_lets_in_many_rows_lists_the_same(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let visit = pack.registers["visit"].clone();
    let fill = move |tx: &mut shian_store::Tx| {
        for n in 0..3_000_u64 {
            let area = format!("1/1{}/", n % 4 / 3);
            let date = Some(day("2023-01-01") + chrono::Days::new(n * 7 % 31));
            tx.insert(&visit, Checked { area, date, ..checked(&format!("查{n}"), &[]) }, &stamp("create"))?;
        }
        Ok::<_, StoreError>(())
    };
    stage.store.bulk(fill).expect("the visits are written");
    let visit = &pack.registers["visit"];
    for sort in [vec![], vec![by("on", true)], vec![by("date", false)]] {
        let page = |scope: &Scope, after: Option<&Cursor>, limit| {
            let query = ListQuery { sort: &sort, after, limit, ..all(visit, scope) };
            stage.store.read(|tx| tx.list(&query)).expect("it is listed")
        };
        let whole = page(&Scope::all(), None, 3_000);
        let within =
            whole.rows.iter().filter(|row| row.area == "1/10/").map(|row| row.id).collect::<Vec<_>>();
        assert_eq!(within.len(), 2_250);
        let scope = Scope::any(vec![Clause::Area("1/10/".to_owned())]);
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let part = page(&scope, after.as_ref(), 700);
            found.extend(part.rows.iter().map(|row| row.id));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, within, "{sort:?}");
    }
}
