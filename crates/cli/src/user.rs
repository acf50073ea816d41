//! `shian user add|reset|list`: accounts, from the machine the office runs on. The first administrator is made here.
use std::io::{BufRead, IsTerminal};

use clap::Subcommand;
use serde::Serialize;
use shian_service::{Actor, NewAccount, RoleAsk};

use crate::Place;
use crate::report::{Failure, Report};

#[derive(Subcommand)]
pub enum Verb {
    /// 新建账号；密码从标准输入读一行，终端上则生成一个 / password: one line of stdin, generated on a terminal
    Add {
        login: String,
        /// 姓名 / name
        #[arg(long)]
        name: String,
        /// 角色，可重复：role、role@区划代码、role@单位代码 / role, role@area code or role@body code
        #[arg(long, required = true)]
        role: Vec<String>,
        #[command(flatten)]
        place: Place,
    },
    /// 重设密码并解锁 / new password, unlocks
    Reset {
        login: String,
        #[command(flatten)]
        place: Place,
    },
    /// 列出账号 / list accounts
    List {
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Serialize)]
struct Made {
    login: String,
    /// Only when it was generated here.
    password: Option<String>,
}

pub fn run(verb: Verb, report: &Report) -> Result<(), Failure> {
    match verb {
        Verb::Add { login, name, role, place } => {
            let (password, generated) = password()?;
            let office = place.open()?;
            let roles = role.iter().map(|text| RoleAsk::read(&office, text)).collect();
            let ask = NewAccount {
                login: login.clone(),
                name,
                password: password.clone(),
                roles,
                stands_for: Vec::new(),
            };
            office.add_account(&Actor::system(), ask)?;
            told(report, login, generated.then_some(password))
        }
        Verb::Reset { login, place } => {
            let (password, generated) = password()?;
            place.open()?.reset_password(&Actor::system(), &login, &password)?;
            told(report, login, generated.then_some(password))
        }
        Verb::List { place } => {
            let accounts = place.open()?.accounts(&Actor::system())?;
            report.answer(&accounts, |all| {
                all.iter().map(|a| format!("{:16} {:12} {}\n", a.login, a.name, a.roles.join("、"))).collect()
            })
        }
    }
}

fn told(report: &Report, login: String, password: Option<String>) -> Result<(), Failure> {
    report.answer(&Made { login, password }, |made| match &made.password {
        Some(word) => format!("{} 的密码：{word}（首次登录后请修改）", made.login),
        None => format!("{} 已就绪", made.login),
    })
}

/// The password, and whether it was made here.
fn password() -> Result<(String, bool), Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Ok((shian_service::generated_password(), true));
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line)?;
    let word = line.trim_end_matches(['\r', '\n']).to_owned();
    if word.is_empty() { Ok((shian_service::generated_password(), true)) } else { Ok((word, false)) }
}
