//! House rules the compiler does not know, read from the sources themselves. Each rule is one test; each is also tried on
//! a small wrong example, so that a rule cannot rot unseen.

#[path = "tidy/code.rs"]
mod code;
#[path = "tidy/edges.rs"]
mod edges;
#[path = "tidy/tree.rs"]
mod tree;

use std::collections::BTreeSet;
use tree::Source;

const FILE_LINES_MAX: usize = 500;
const ARCHITECTURE_LINES_MAX: usize = 200;

/// Ids of registers or indicators that are also words of the kernel itself, each with its reason.
const KERNEL_WORDS: [&str; 1] = ["person" /* a field kind */];

/// Ids this short are everyday words (`case`, `test`): too many innocent hits.
const SHORT_ID: usize = 4;

fn none(found: &[String], mend: &str) {
    assert!(found.is_empty(), "\n{}\nHow to mend: {mend}\n", found.join("\n"));
}

/// True for a file that is compiled only for tests, or is one.
fn is_test_file(path: &str) -> bool {
    path.starts_with("tests/")
        || path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.contains("/benches/")
}

/// Where the module `name`, declared in the file at `path`, keeps its file or folder.
fn module_place(path: &str, name: &str) -> String {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    match file {
        "lib.rs" | "main.rs" | "mod.rs" => format!("{folder}/{name}"),
        _ => format!("{folder}/{}/{name}", file.trim_end_matches(".rs")),
    }
}

/// Where the modules declared under `#[cfg(test)]` in this file keep theirs.
fn test_places(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
    let declared = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]");
    let names = declared.filter_map(|pair| pair[1].strip_prefix("mod ")?.strip_suffix(';'));
    names.map(|name| module_place(&source.path, name)).collect()
}

/// Rust files, each with what it shows.
type Rust = Vec<(Source, code::Facts)>;

/// Parses the sources that `may_show` something, by a look at their text: parsing all of them for each rule is slow.
fn parsed(sources: Vec<Source>, may_show: impl Fn(&str) -> bool) -> Rust {
    let shown = sources.into_iter().filter(|source| may_show(&source.text));
    let facts = |source: Source| match code::read(&source.text) {
        Ok(facts) => (source, facts),
        Err(e) => panic!("{}: {e}", source.path),
    };
    shown.map(facts).collect()
}

/// Of the files that go into the program, those that `may_show` something.
fn product(may_show: impl Fn(&str) -> bool) -> Rust {
    let mut sources = tree::files(&[".rs"]);
    let places: BTreeSet<String> = sources.iter().flat_map(test_places).collect();
    sources.retain(|source| {
        let stem = source.path.trim_end_matches(".rs");
        let of_tests = places.iter().any(|place| stem == place || stem.starts_with(&format!("{place}/")));
        !is_test_file(&source.path) && !of_tests
    });
    parsed(sources, may_show)
}

/// True for a text in which one of `words` stands.
fn holds(words: &[&str]) -> impl Fn(&str) -> bool {
    move |text| words.iter().any(|word| text.contains(word))
}

fn at(source: &Source, found: &[(usize, String)]) -> Vec<String> {
    found.iter().map(|(line, what)| format!("{}:{line}: {what}", source.path)).collect()
}

/// The facts of a wrong example.
fn example(text: &str) -> code::Facts {
    code::read(text).expect("the example is Rust")
}

#[test]
fn crates_import_only_along_the_listed_arrows() {
    none(&edges::unlisted(&edges::packages()), "see ARCHITECTURE.md for the arrows");
}

#[test]
fn the_arrow_rule_sees_a_wrong_edge_an_engine_that_imports_and_an_unlisted_crate() {
    let dependency =
        |name: &str, kind: Option<&str>| serde_json::json!({ "name": name, "path": "/x", "kind": kind });
    let packages: Vec<edges::Package> = serde_json::from_value(serde_json::json!([
        { "name": "shian-web", "manifest_path": "/h/crates/web/Cargo.toml",
          "dependencies": [dependency("shian-store", None), dependency("shian-service", None)] },
        { "name": "shian-draw", "manifest_path": "/h/engines/draw/Cargo.toml", "dependencies": [dependency("shian-pack", None)] },
        { "name": "shian-service", "manifest_path": "/h/crates/service/Cargo.toml",
          "dependencies": [dependency("shian-draw", None), dependency("shian-web", Some("dev"))] },
        { "name": "shian-new", "manifest_path": "/h/crates/new/Cargo.toml", "dependencies": [] },
    ]))
    .expect("the example is cargo's shape");
    let found = edges::unlisted(&packages).join("\n");
    assert_eq!(found.lines().count(), 3, "{found}");
    assert!(found.contains("shian-web must not import shian-store"), "{found}");
    assert!(found.contains("shian-draw must not import shian-pack"), "{found}");
    assert!(found.contains("shian-new is in no list"), "{found}");
}

fn too_long(sources: &[Source]) -> Vec<String> {
    let lines = |source: &Source| source.text.lines().count();
    let long = sources.iter().filter(|source| lines(source) > FILE_LINES_MAX);
    long.map(|source| format!("{}:{}: {} lines", source.path, FILE_LINES_MAX + 1, lines(source))).collect()
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let sources = tree::files(&[".rs", ".mjs", ".js", ".css", ".html"]);
    none(&too_long(&sources), "split the file by job, not by size");
}

#[test]
fn the_file_length_rule_counts_lines() {
    let of = |lines| Source { path: "a.rs".to_string(), text: "x\n".repeat(lines) };
    assert_eq!(too_long(&[of(FILE_LINES_MAX), of(FILE_LINES_MAX + 1)]), ["a.rs:501: 501 lines"]);
}

#[test]
fn no_function_is_longer_than_70_lines() {
    let rust = parsed(tree::files(&[".rs"]), |text| text.lines().count() > code::FUNCTION_LINES_MAX);
    let found: Vec<String> =
        rust.iter().flat_map(|(source, facts)| at(source, &facts.long_functions)).collect();
    none(&found, "move a part that has a name of its own into a function");
}

#[test]
fn the_function_length_rule_counts_from_signature_to_closing_brace() {
    let of = |lines| format!("struct S; impl S {{\nfn f() {{\n{}}}\n}}", "g();\n".repeat(lines));
    assert!(example(&of(68)).long_functions.is_empty());
    assert_eq!(example(&of(69)).long_functions, [(2, "f: 71 lines".to_string())]);
}

/// File stems of the packs' registers and the table names of their indicator files.
fn declared_ids() -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for source in tree::files(&[".toml"]).into_iter().filter(|source| source.path.starts_with("packs/")) {
        if source.path.contains("/registers/") {
            let stem = source.path.rsplit('/').next().unwrap_or("").trim_end_matches(".toml");
            ids.insert(stem.to_string());
        } else if source.path.contains("/indicators/") {
            let headings = source.text.lines().filter_map(|line| line.strip_prefix('[')?.split(']').next());
            ids.extend(headings.filter(|id| !id.contains('.')).map(str::to_string));
        }
    }
    ids.retain(|id| id.len() > SHORT_ID && !KERNEL_WORDS.contains(&id.as_str()));
    ids
}

fn named(ids: &BTreeSet<String>, texts: &[(usize, String)]) -> Vec<(usize, String)> {
    texts.iter().filter(|(_, text)| ids.contains(text)).cloned().collect()
}

#[test]
fn no_register_or_indicator_of_a_pack_is_named_in_rust() {
    let ids = declared_ids();
    let quoted: Vec<String> = ids.iter().map(|id| format!("\"{id}\"")).collect();
    let rust = product(|text| quoted.iter().any(|id| text.contains(id)));
    let found: Vec<String> =
        rust.iter().flat_map(|(source, facts)| at(source, &named(&ids, &facts.texts))).collect();
    none(&found, "the domain is data: let the pack say it, or ask the model for what the register is");
}

#[test]
fn the_id_rule_sees_a_literal_in_code_and_in_a_macro_but_not_in_a_test() {
    let ids = BTreeSet::from(["inspection".to_string()]);
    let facts = example(
        "fn f() { g(\"inspection\");\n h!(\"inspection\", \"an inspection\"); }\n#[cfg(test)] mod t { fn f() { g(\"inspection\"); } }",
    );
    let lines: Vec<usize> = named(&ids, &facts.texts).iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [1, 2]);
}

#[test]
fn nothing_outside_tests_can_panic_by_unwrap_or_expect_or_is_left_undone() {
    let rust = product(holds(&["unwrap", "expect(", "todo!", "unimplemented!", "dbg!"]));
    let found: Vec<String> = rust.iter().flat_map(|(source, facts)| at(source, &facts.panics)).collect();
    none(&found, "return the crate's error, or a Diagnostic; `assert!` only for a bug of our own");
}

#[test]
fn the_panic_rule_sees_five_ways_and_spares_tests_comments_and_parsers() {
    let facts = example(
        "// a.unwrap()\nfn f() { a.unwrap(); b.expect(\"x\"); todo!(); unimplemented!(); dbg!(1); h!(a.unwrap()); p.expect(Token); \"x.unwrap()\"; }\n#[test] fn t() { a.unwrap() }",
    );
    let found: Vec<&str> = facts.panics.iter().map(|(_, what)| what.as_str()).collect();
    assert_eq!(found, [".unwrap(", ".expect(", "todo!", "unimplemented!", "dbg!", ".unwrap()"]);
}

#[test]
fn every_match_on_field_kind_lists_all_kinds() {
    let rust = product(holds(&["FieldKind"]));
    let found: Vec<String> =
        rust.iter().flat_map(|(source, facts)| at(source, &facts.open_matches)).collect();
    none(&found, "write the other kinds out, so that a new kind makes the compiler list this place");
}

#[test]
fn the_field_kind_rule_sees_every_name_of_the_kind() {
    let open = example(
        "use a::FieldKind as K; fn f() { match k { FieldKind::Text => 1, _ => 2 };\n match k { K::Text => 1, other => 2 }; }\nimpl FieldKind { fn g() { match self {\n Self::Text => 1, _ => 2 } } }",
    );
    assert_eq!(open.open_matches.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 4]);
    let closed = example(
        "fn f() { match k { FieldKind::Text => 1, FieldKind::Date => 2 }; match n { 1 => 1, _ => 2 } }",
    );
    assert!(closed.open_matches.is_empty());
}

#[test]
fn no_module_is_named_for_its_form() {
    let rust = parsed(tree::files(&[".rs"]), |text| {
        code::FORM_NAMES.iter().any(|name| text.contains(&format!("mod {name}")))
    });
    let found: Vec<String> =
        rust.iter().flat_map(|(source, facts)| at(source, &facts.form_modules)).collect();
    none(&found, "name the module for its job");
}

#[test]
fn the_module_name_rule_sees_a_form_name() {
    assert_eq!(example("mod utils;\nmod permit;").form_modules, [(1, "utils".to_string())]);
}

/// Where `made` is made although only the store, the crates below it, and `maker` (the start of a path) may make it.
fn made_elsewhere(path: &str, made: &[(usize, String)], guarded: &str, maker: &str) -> Vec<(usize, String)> {
    let makers = ["crates/plan/", "crates/pack/", "crates/store/", "engines/", maker];
    if makers.iter().any(|place| path.starts_with(place)) {
        return Vec::new();
    }
    made.iter().filter(|(_, how)| how.split("::").any(|name| name == guarded)).cloned().collect()
}

#[test]
fn only_permit_makes_a_scope_for_the_store() {
    let rust = product(holds(&code::GUARDED));
    let found = rust.iter().flat_map(|(source, facts)| {
        at(source, &made_elsewhere(&source.path, &facts.made, "Scope", "crates/service/src/permit"))
    });
    none(
        &found.collect::<Vec<_>>(),
        "ask service::permit for the scope: who sees what is decided in one place",
    );
}

#[test]
fn only_check_makes_what_the_store_accepts() {
    let rust = product(holds(&code::GUARDED));
    let found = rust.iter().flat_map(|(source, facts)| {
        at(source, &made_elsewhere(&source.path, &facts.made, "Checked", "crates/service/src/check"))
    });
    none(&found.collect::<Vec<_>>(), "hand a Draft to service::check: a record is checked in one place");
}

#[test]
fn the_maker_rules_see_constructors_and_literals() {
    let facts = example(
        "fn f() { let a = Scope::all();\n let b = shian_store::Checked { areas: vec![] };\n let c = read(&scope); }\n#[test] fn t() { Scope::all() }",
    );
    let elsewhere = |path, guarded| made_elsewhere(path, &facts.made, guarded, "crates/service/src/permit");
    assert_eq!(elsewhere("crates/web/src/lib.rs", "Scope"), [(1, "Scope::all".to_string())]);
    assert_eq!(elsewhere("crates/service/src/desk.rs", "Checked"), [(2, "shian_store::Checked".to_string())]);
    assert!(elsewhere("crates/service/src/permit.rs", "Scope").is_empty());
}

fn without_reason(sources: &[Source]) -> Vec<String> {
    let bare = sources.iter().filter(|source| !source.text.starts_with("//!"));
    bare.map(|source| format!("{}:1: does not begin with //!", source.path)).collect()
}

#[test]
fn every_rust_file_begins_by_saying_why_it_exists() {
    none(
        &without_reason(&tree::files(&[".rs"])),
        "write one `//!` line: the job of the file, and what it never does",
    );
}

#[test]
fn the_first_line_rule_sees_a_bare_file() {
    let of = |text: &str| Source { path: "a.rs".to_string(), text: text.to_string() };
    assert_eq!(without_reason(&[of("fn f() {}"), of("//! Why.\n")]).len(), 1);
}

fn architecture_gaps(text: &str, folders: &[String]) -> Vec<String> {
    let lines = text.lines().count();
    let named =
        |folder: &str| text.contains(&format!("`{folder}`")) || text.contains(&format!("`{folder}/`"));
    let missing = folders.iter().filter(|folder| !named(folder));
    let mut found: Vec<String> =
        missing.map(|folder| format!("ARCHITECTURE.md:1: does not name `{folder}`")).collect();
    if lines > ARCHITECTURE_LINES_MAX {
        found.push(format!("ARCHITECTURE.md:{lines}: more than {ARCHITECTURE_LINES_MAX} lines"));
    }
    found
}

#[test]
fn the_architecture_page_is_short_and_names_every_crate() {
    let text = std::fs::read_to_string(tree::root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md exists");
    let folders: Vec<String> = edges::packages().iter().map(edges::Package::folder).collect();
    none(&architecture_gaps(&text, &folders), "say in one paragraph what the crate does and never does");
}

#[test]
fn the_architecture_rule_sees_a_missing_crate_and_a_long_page() {
    let text = format!("`crates/plan` reads.\n{}", "\n".repeat(ARCHITECTURE_LINES_MAX));
    let folders = ["crates/plan".to_string(), "crates/pack".to_string()];
    let found = architecture_gaps(&text, &folders);
    assert_eq!(
        found,
        ["ARCHITECTURE.md:1: does not name `crates/pack`", "ARCHITECTURE.md:201: more than 200 lines"]
    );
}

#[test]
fn modules_under_cfg_test_in_their_own_file_count_as_tests() {
    let of = |path: &str| Source {
        path: path.to_string(),
        text: "#[cfg(test)]\nmod checks;\nmod b;\n".to_string(),
    };
    assert_eq!(test_places(&of("crates/a/src/lib.rs")), ["crates/a/src/checks"]);
    assert_eq!(test_places(&of("crates/a/src/b.rs")), ["crates/a/src/b/checks"]);
    assert!(is_test_file("crates/a/tests/x.rs") && !is_test_file("crates/a/src/x.rs"));
}
