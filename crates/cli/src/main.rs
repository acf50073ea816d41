//! The `shian` command: each verb in a file of its own; this one only names them and turns answers into exit codes.
//!
//! Exit codes: 0 done, 1 refused or failed (the reason is on stderr), 2 wrong usage.
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod config;
mod demo;
mod indicator;
mod keep;
mod pack;
mod plan;
mod report;
mod serve;
mod sheet;
mod token;
mod user;

use config::Place;
use report::{Failure, Report};

/// 食安：文件进，治理出。Runs a district's food safety from its yearly work plan.
#[derive(Parser)]
#[command(name = "shian", version, max_term_width = 110)]
struct Cli {
    /// 以 JSON 输出 / print JSON for programs
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// 读工作要点 / read a work plan
    #[command(subcommand)]
    Plan(plan::Verb),
    /// 治理包：新建、检查、比较、应用 / make, check, compare and apply a pack
    #[command(subcommand)]
    Pack(pack::Verb),
    /// 启动服务 / serve the office
    Serve(serve::Serve),
    /// 装入演示数据 / fill the office with demo data
    Demo(demo::Demo),
    /// 指标 / live numbers
    #[command(subcommand)]
    Indicator(indicator::Verb),
    /// 导入台账 / import rows into a register
    Import(sheet::Import),
    /// 导出台账 / export a register
    Export(sheet::Export),
    /// 账号 / accounts
    #[command(subcommand)]
    User(user::Verb),
    /// 程序用的访问令牌 / tokens for programs
    #[command(subcommand)]
    Token(token::Verb),
    /// 备份（可在运行中） / back up, also while serving
    Backup(keep::Backup),
    /// 从备份恢复 / restore a backup into an empty data folder
    Restore(keep::Restore),
    /// 核验变更链 / check the chain of changes
    Verify(keep::Verify),
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "warn,shian=info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    let report = Report::new(cli.json);
    match run(cli.verb, &report) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => report.fail(&failure),
    }
}

fn run(verb: Verb, report: &Report) -> Result<(), Failure> {
    match verb {
        Verb::Plan(verb) => plan::run(verb, report),
        Verb::Pack(verb) => pack::run(verb, report),
        Verb::Serve(ask) => serve::run(ask),
        Verb::Demo(ask) => demo::run(ask, report),
        Verb::Indicator(verb) => indicator::run(verb, report),
        Verb::Import(ask) => sheet::import(ask, report),
        Verb::Export(ask) => sheet::export(ask, report),
        Verb::User(verb) => user::run(verb, report),
        Verb::Token(verb) => token::run(verb, report),
        Verb::Backup(ask) => keep::backup(ask, report),
        Verb::Restore(ask) => keep::restore(ask, report),
        Verb::Verify(ask) => keep::verify(ask, report),
    }
}
