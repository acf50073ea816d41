//! `shian token add|list|revoke`: personal tokens for programs, from the machine the office runs on.
use std::collections::BTreeSet;

use clap::Subcommand;
use shian_service::{Actor, TokenAsk, TokenReach};

use crate::Place;
use crate::report::{Failure, Report};

#[derive(Subcommand)]
pub enum Verb {
    /// 新建令牌，只显示这一次 / make a token, shown this once
    Add {
        /// 账号 / whose
        login: String,
        /// 名称 / what it is called
        #[arg(long, default_value = "命令行")]
        title: String,
        /// 也可写；缺省只读 / may also write
        #[arg(long)]
        write: bool,
        /// 只用于这些台账，可重复；缺省全部 / only these registers
        #[arg(long)]
        register: Vec<String>,
        /// 有效天数 / days it lives
        #[arg(long, default_value_t = 90)]
        days: u32,
        #[command(flatten)]
        place: Place,
    },
    /// 列出账号的令牌 / list the tokens of an account
    List {
        login: String,
        #[command(flatten)]
        place: Place,
    },
    /// 撤销令牌 / end a token
    Revoke {
        login: String,
        id: i64,
        #[command(flatten)]
        place: Place,
    },
}

pub fn run(verb: Verb, report: &Report) -> Result<(), Failure> {
    match verb {
        Verb::Add { login, title, write, register, days, place } => {
            let office = place.open()?;
            let person = office.person(&Actor::system(), &login)?;
            let registers = (!register.is_empty()).then(|| register.into_iter().collect::<BTreeSet<_>>());
            let reach = TokenReach { writes: write, registers };
            let made = office.add_token(&person, TokenAsk { title, reach, days })?;
            report.answer(&made, |made| made.token.clone())
        }
        Verb::List { login, place } => {
            let office = place.open()?;
            let tokens = office.tokens(&office.person(&Actor::system(), &login)?)?;
            report.answer(&tokens, |tokens| {
                let line = |token: &shian_service::TokenView| {
                    let over = match (token.revoked, token.expired) {
                        (true, _) => "已撤销",
                        (false, true) => "已到期",
                        (false, false) => "有效",
                    };
                    let scope = if token.writes { "读写" } else { "只读" };
                    let registers =
                        token.registers.as_ref().map_or("全部台账".to_owned(), |ids| ids.join("、"));
                    format!(
                        "{:6} {over} {scope} {registers} 到期 {} {}\n",
                        token.id,
                        token.expires_at.date_naive(),
                        token.title
                    )
                };
                tokens.iter().map(line).collect()
            })
        }
        Verb::Revoke { login, id, place } => {
            let office = place.open()?;
            office.revoke_token(&office.person(&Actor::system(), &login)?, id)?;
            report.answer(&id, |id| format!("令牌 {id} 已撤销"))
        }
    }
}
