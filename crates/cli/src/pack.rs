//! `shian pack new|check|coverage|diff|apply`.
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;
use shian_pack::{Diagnostic, NewError, NewReport, Start};
use shian_service::catalogue;

use crate::Place;
use crate::report::{Failure, Report};

#[derive(Subcommand)]
pub enum Verb {
    /// 从工作要点写出一个治理包 / write a thin pack from a plan document
    New {
        /// 工作要点文件 / the plan document
        #[arg(long)]
        plan: PathBuf,
        /// 基础包 / the pack it extends
        #[arg(long, default_value = "packs/base", conflicts_with = "from")]
        base: PathBuf,
        /// 上一年的治理包：沿用它的单位、区域、绑定，并对照两年要点 / last year's pack, to go on from
        #[arg(long)]
        from: Option<PathBuf>,
        dir: PathBuf,
    },
    /// 检查，一次说完所有问题 / check, all mistakes at once
    Check { dir: PathBuf },
    /// 每项措施有没有责任、台账、流程、指标和目标 / what stands behind each measure
    Coverage { dir: PathBuf },
    /// 与正在使用的治理包比较 / what it would change in the running office
    Diff {
        dir: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// 应用到数据目录 / apply to the office
    Apply {
        dir: PathBuf,
        /// 允许会丢数据的变更 / let changes lose data
        #[arg(long)]
        allow_loss: bool,
        #[command(flatten)]
        place: Place,
    },
}

pub fn run(verb: Verb, report: &Report) -> Result<(), Failure> {
    match verb {
        Verb::New { plan, base, from, dir } => {
            new(&plan, from.as_deref().map_or(Start::Base(&base), Start::Last), &dir, report)
        }
        Verb::Check { dir } => check(dir, report),
        Verb::Coverage { dir } => coverage(dir, report),
        Verb::Diff { dir, place } => diff(dir, place, report),
        Verb::Apply { dir, allow_loss, place } => apply(dir, allow_loss, place, report),
    }
}

fn new(plan: &Path, start: Start<'_>, dir: &Path, report: &Report) -> Result<(), Failure> {
    let bytes = std::fs::read(plan).map_err(|e| Failure::usage(format!("{}: {e}", plan.display())))?;
    let name = plan.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let written = shian_pack::pack_new(&bytes, &name, start, dir, &catalogue()).map_err(|e| match &e {
        NewError::Base(found) | NewError::Check(found) => refused(found, report),
        _ => Failure::refused(e),
    })?;
    report.answer(&written, NewReport::to_string)
}

fn read(dir: &Path, report: &Report) -> Result<shian_pack::Pack, Failure> {
    shian_pack::read(dir, &catalogue()).map_err(|found| refused(&found, report))
}

fn refused(found: &[Diagnostic], report: &Report) -> Failure {
    for diagnostic in found {
        eprintln!("{diagnostic}\n");
    }
    if report.is_json() {
        println!("{}", json!({ "diagnostics": found }));
    }
    Failure::refused(format!("{} 处问题，治理包没有通过检查", found.len()))
}

fn check(dir: PathBuf, report: &Report) -> Result<(), Failure> {
    let pack = read(&dir, report)?;
    let unbound = pack.targets.iter().filter(|t| t.indicator.is_none()).count();
    let data = json!({
        "id": pack.id, "registers": pack.registers.len(), "indicators": pack.indicators.len(),
        "duties": pack.duties.len(), "targets": pack.targets.len(), "unbound": unbound,
    });
    report.answer(&data, |_| {
        format!(
            "{}：台账 {}，指标 {}，责任 {}，目标 {}（未绑定 {unbound}）。没有问题。",
            pack.title,
            pack.registers.len(),
            pack.indicators.len(),
            pack.duties.len(),
            pack.targets.len()
        )
    })
}

fn coverage(dir: PathBuf, report: &Report) -> Result<(), Failure> {
    let found = shian_pack::coverage(&read(&dir, report)?);
    report.answer(&found, shian_pack::Coverage::to_string)?;
    if found.is_whole() { Ok(()) } else { Err(Failure::refused(format!("{} 处缺口", found.gaps.len()))) }
}

fn diff(dir: PathBuf, place: Place, report: &Report) -> Result<(), Failure> {
    let new = read(&dir, report)?;
    let office = place.open()?;
    let changes = shian_pack::diff(&office.pack(), &new);
    let migration = office.plan_pack(&new)?;
    let data = json!({
        "changes": changes,
        "tables": migration.steps, "losses": migration.losses, "obstacles": migration.obstacles,
    });
    report.answer(&data, |_| {
        let mut out = if changes.is_empty() { "没有变化\n".to_owned() } else { changes.to_string() };
        for loss in &migration.losses {
            out += &format!("！会丢失：{loss}\n");
        }
        for obstacle in &migration.obstacles {
            out += &format!("✗ 不能应用：{obstacle}\n");
        }
        out
    })
}

fn apply(dir: PathBuf, allow_loss: bool, place: Place, report: &Report) -> Result<(), Failure> {
    read(&dir, report)?;
    let office = place.open()?;
    let applied = office.apply_pack(&dir, allow_loss)?;
    report.answer(&applied, |a| a.to_string())
}
