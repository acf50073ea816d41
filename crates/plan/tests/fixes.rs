//! `plan.fixes.toml`: corrections of the reading, and fixes that no longer match.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests may

use shian_plan::{Fixes, Level, compile_with_fixes};

const PLAN: &str = "青河县2023年食品安全工作要点\n一、严把源头关\n（一）净化产地。安全利用率达到95%以上。（县农业\n农村局牵头，县粮食物质局配合）\n（二）管住农药。抽检不少于120批次。（县市场监管局负责）\n";

#[test]
fn a_replaced_name_keeps_the_span_of_the_document() {
    let fixes =
        Fixes::parse("[[replace]]\nfind = \"县粮食物质局\"\nwith = \"县粮食和物资储备局\"\n").unwrap();
    let compiled = compile_with_fixes(PLAN.as_bytes(), "plan.txt", &fixes).unwrap();
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    let plan = compiled.plan;
    assert_eq!(plan.text, PLAN);
    let duty = plan.chapters[0].measures[0].tasks[0].duty.as_ref().unwrap();
    assert_eq!(duty.cooperate[0].name, "县粮食和物资储备局");
    let span = duty.cooperate[0].span;
    assert_eq!(&plan.text[span.start..span.end], "县粮食物质局");
    let later = plan.chapters[0].measures[1].tasks[0].duty.as_ref().unwrap().responsible[0].span;
    assert_eq!(&plan.text[later.start..later.end], "县市场监管局");
}

#[test]
fn words_are_found_across_line_ends() {
    let fixes = Fixes::parse("[[replace]]\nfind = \"县农业农村局\"\nwith = \"县农业局\"\n").unwrap();
    let plan = compile_with_fixes(PLAN.as_bytes(), "plan.txt", &fixes).unwrap().plan;
    assert_eq!(plan.chapters[0].measures[0].tasks[0].duty.as_ref().unwrap().lead[0].name, "县农业局");
}

#[test]
fn targets_duties_and_titles_are_corrected() {
    let fixes = Fixes::parse(
        "[[target]]\nmeasure = \"1.1\"\nname = \"安全利用率\"\nset = { value = \"96\", op = \">\" }\n[[target]]\nmeasure = \"1.2\"\nname = \"抽检\"\ndrop = true\n\
         [[duty]]\nmeasure = \"1.2\"\ntext = \"县市场监管局\"\nset = { lead = [\"县食安办\"] }\n[[title]]\nmeasure = \"1.1\"\nwith = \"净化\"\n",
    )
    .unwrap();
    let compiled = compile_with_fixes(PLAN.as_bytes(), "plan.txt", &fixes).unwrap();
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    let [first, second] = compiled.plan.chapters[0].measures.as_slice() else { panic!("two measures") };
    assert_eq!(first.title, "净化");
    let target = &first.tasks[0].targets[0];
    assert_eq!((target.op.sign(), target.value.to_string().as_str()), (">", "96"));
    assert!(second.tasks.iter().all(|t| t.targets.is_empty()));
    assert_eq!(second.tasks[0].duty.as_ref().unwrap().lead[0].name, "县食安办");
}

#[test]
fn a_fix_that_no_longer_matches_is_an_error_with_its_line() {
    let source = "[[replace]]\nfind = \"没有的词\"\nwith = \"x\"\n\n[[target]]\nmeasure = \"9.9\"\nname = \"抽检\"\ndrop = true\n";
    let compiled = compile_with_fixes(PLAN.as_bytes(), "plan.txt", &Fixes::parse(source).unwrap()).unwrap();
    let errors: Vec<_> =
        compiled.diagnostics.iter().filter(|n| n.level == Level::Error).map(|n| n.fix_line).collect();
    assert_eq!(errors, [Some(1), Some(5)]);
}

#[test]
fn a_file_that_holds_no_fixes_is_refused_with_its_line() {
    assert_eq!(Fixes::parse("\n[[replace]]\nfnd = 1\n").unwrap_err().fix_line, Some(3));
}
