//! `shian backup|restore|verify`: keeping what is kept.
use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;
use shian_service::Office;

use crate::Place;
use crate::report::{Failure, Report};

#[derive(Args)]
pub struct Backup {
    /// 备份文件夹（新建） / folder to write, must not exist
    to: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Restore {
    /// 备份文件夹 / folder that `backup` wrote
    from: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    place: Place,
}

pub fn backup(ask: Backup, report: &Report) -> Result<(), Failure> {
    let bar = report.bar("备份");
    let done = ask.place.open()?.backup(&ask.to, &mut follow(&bar))?;
    bar.finish_and_clear();
    report.answer(&done, |b| format!("已备份到 {}：变更 {} 条，附件 {} 个", ask.to.display(), b.seq, b.files))
}

pub fn restore(ask: Restore, report: &Report) -> Result<(), Failure> {
    let database = match &ask.place.database {
        Some(url) => Some(url.clone()),
        None => ask.place.file()?.database,
    };
    let bar = report.bar("恢复");
    Office::restore_backup(&ask.from, &ask.place.data, database.as_deref(), &mut follow(&bar))?;
    bar.finish_and_clear();
    report
        .answer(&json!({ "restored": ask.place.data }), |_| format!("已恢复到 {}", ask.place.data.display()))
}

fn follow(bar: &ProgressBar) -> impl FnMut(u64, u64) + '_ {
    |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    }
}

pub fn verify(ask: Verify, report: &Report) -> Result<(), Failure> {
    let bar = report.bar("核验变更链");
    let faults = ask.place.open()?.verify(&mut follow(&bar))?;
    bar.finish_and_clear();
    let words = |_: &_| match faults.len() {
        0 => "变更链完整，记录与变更一致".to_owned(),
        n => faults.iter().map(|f| format!("{}\n", f.what)).collect::<String>() + &format!("共 {n} 处不符"),
    };
    report.answer(&json!({ "faults": faults.iter().map(|f| json!({ "seq": f.seq, "what": f.what })).collect::<Vec<_>>() }), words)?;
    if faults.is_empty() { Ok(()) } else { Err(Failure::refused("核验没有通过")) }
}
