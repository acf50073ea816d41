//! `shian import|export REGISTER FILE`.
use std::path::PathBuf;

use clap::Args;
use shian_service::{Actor, ImportAsk};

use crate::Place;
use crate::report::{Failure, Report};

#[derive(Args)]
pub struct Import {
    /// 台账 / register id
    register: String,
    /// .xlsx 或 .csv
    file: PathBuf,
    /// 只检查，不写入 / check only
    #[arg(long)]
    dry_run: bool,
    /// 有错的行跳过并列出，其余写入 / write the good rows, list the others
    #[arg(long)]
    good_rows: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Export {
    /// 台账 / register id
    register: String,
    /// .xlsx 或 .csv
    file: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub fn import(ask: Import, report: &Report) -> Result<(), Failure> {
    let bar = report.bar("导入");
    let how = ImportAsk { dry_run: ask.dry_run, good_rows_only: ask.good_rows };
    let office = ask.place.open()?;
    let done = office.import(&Actor::system(), &ask.register, &ask.file, &how, &mut |n, all| {
        bar.set_length(all);
        bar.set_position(n);
    })?;
    bar.finish_and_clear();
    report.answer(&done, |d| d.to_string())?;
    if done.refused() { Err(Failure::refused("有错误的行，没有写入")) } else { Ok(()) }
}

pub fn export(ask: Export, report: &Report) -> Result<(), Failure> {
    let bar = report.bar("导出");
    let rows =
        ask.place.open()?.export(&Actor::system(), &ask.register, &ask.file, &mut |n| bar.set_position(n))?;
    bar.finish_and_clear();
    report.answer(&serde_json::json!({ "rows": rows, "file": ask.file }), |_| {
        format!("导出 {rows} 行到 {}", ask.file.display())
    })
}
