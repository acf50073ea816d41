//! `shian plan compile|compare`: what the plan compiler reads out of a document, and out of two.
use std::path::{Path, PathBuf};

use clap::Subcommand;
use shian_plan::{Comparison, Directory, Plan};

use crate::report::{Failure, Report};

#[derive(Subcommand)]
pub enum Verb {
    /// 读出章、条、责任单位与指标 / read chapters, measures, duties and targets
    Compile {
        /// .txt .docx .pdf .html
        file: PathBuf,
    },
    /// 对照两年的要点 / what the new plan keeps, changes, adds and drops
    Compare {
        /// 上一份 / the old plan
        old: PathBuf,
        /// 这一份 / the new plan
        new: PathBuf,
    },
}

pub fn run(verb: Verb, report: &Report) -> Result<(), Failure> {
    match verb {
        Verb::Compile { file } => report.answer(&compile(&file)?, outline),
        Verb::Compare { old, new } => {
            let found = shian_plan::compare(&compile(&old)?, &compile(&new)?, &Directory::default());
            report.answer(&found, Comparison::to_string)
        }
    }
}

fn compile(file: &Path) -> Result<Plan, Failure> {
    let bytes = std::fs::read(file).map_err(|e| Failure::usage(format!("{}: {e}", file.display())))?;
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let compiled = shian_plan::compile(&bytes, &name)
        .map_err(|e| Failure::refused(format!("{}: {e}", file.display())))?;
    for note in &compiled.diagnostics {
        eprintln!("{}: {}", note.code, note.message);
    }
    Ok(compiled.plan)
}

fn outline(plan: &Plan) -> String {
    let mut out = format!("{}\n", plan.title);
    for chapter in &plan.chapters {
        out += &format!("\n{} {}\n", chapter.no, chapter.title);
        for measure in &chapter.measures {
            out += &format!("  ({}) {}\n", measure.no, measure.title);
            for task in &measure.tasks {
                if let Some(duty) = &task.duty {
                    out += &format!("      责任 {}\n", duty.text);
                }
                for target in &task.targets {
                    out += &format!(
                        "      目标 {} {} {}{}\n",
                        target.name,
                        target.op.sign(),
                        target.value,
                        target.unit
                    );
                }
            }
        }
    }
    out
}
