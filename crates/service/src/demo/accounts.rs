//! The accounts of the demo: opened by the office itself, each for the body, area and records that the script names.
use super::Filling;
use crate::actor::Actor;
use crate::admin::{NewAccount, RoleAsk};
use crate::refusal::Refusal;

impl Filling<'_> {
    pub(super) fn open_accounts(&mut self) -> Result<(), Refusal> {
        let (live, today) = (self.live.clone(), self.script.today);
        for ask in &self.script.accounts {
            let mut stands_for = Vec::new();
            if let Some(asked) = &ask.stands_for {
                let register = live.register(&asked.register)?;
                let filter = asked.filter.as_ref().map(|filter| &filter.node);
                let found = self.pool.which(&live, today, register, filter);
                match found.get(asked.pick - 1) {
                    Some(record) => stands_for.push(record.id),
                    None => self.report.left_out.push(format!("{} 所代表的{}", ask.login, register.title)),
                }
            }
            let roles = ask.roles.iter().map(|(role, area, body)| RoleAsk {
                role: role.clone(),
                area: area.clone(),
                body: body.clone().or_else(|| ask.body.clone()),
            });
            let account = NewAccount {
                login: ask.login.clone(),
                name: ask.name.clone(),
                password: ask.password.clone(),
                roles: roles.collect(),
                stands_for,
            };
            self.office.add_account(&Actor::system(), account).map_err(|refusal| match refusal {
                Refusal::Invalid { problems } => {
                    let lines: Vec<String> = problems.iter().map(|p| p.message.clone()).collect();
                    Refusal::conflict(format!("账号 {}：{}", ask.login, lines.join("；")))
                }
                other => other,
            })?;
            self.report.accounts.push(ask.login.clone());
        }
        Ok(())
    }
}
