//! The roster 名册: which accounts hold a role for a place or stand for a record, found by index. It follows every saving of an
//! account; what a role allows is decided above.
use shian_pack::value::RecordId;

use crate::account::Account;
use crate::cell::Row;
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;

/// Where accounts are looked for.
#[derive(Debug, Clone, Copy)]
pub enum Post<'a> {
    /// Wherever the role is held.
    Anywhere,
    /// Held for one of these areas (paths).
    Areas(&'a [String]),
    /// Held for one of these bodies.
    Bodies(&'a [RecordId]),
    /// Accounts that are among these ids or stand for one of these records.
    Owners(&'a [i64]),
}

impl Tx {
    /// Open accounts that hold the role there, by id.
    pub fn holders(&mut self, role: &str, post: Post) -> Result<Vec<i64>> {
        let mut sql = Sql::new(self.dialect(), "SELECT DISTINCT account FROM account_role WHERE role = ");
        sql.bind(role);
        match post {
            Post::Anywhere => {}
            Post::Areas(paths) => {
                sql.push(" AND area IN ").bind_all(paths.iter().map(String::as_str));
            }
            Post::Bodies(bodies) => {
                sql.push(" AND body IN ").bind_all(bodies.iter().copied());
            }
            Post::Owners(ids) => {
                sql.push(" AND (account IN ").bind_all(ids.iter().copied());
                sql.push(" OR account IN (SELECT account FROM account_stands WHERE record IN ");
                sql.bind_all(ids.iter().copied()).push("))");
            }
        }
        sql.push(" ORDER BY account");
        self.query(&sql.text, &sql.params)?.iter().map(|row: &Row| row.int(0)).collect()
    }

    /// Open accounts with any role held for the body, by id.
    pub fn staff_of(&mut self, body: RecordId) -> Result<Vec<i64>> {
        let sql = "SELECT DISTINCT account FROM account_role WHERE body = $1 ORDER BY account";
        self.query(sql, &[body.into()])?.iter().map(|row| row.int(0)).collect()
    }

    /// Brings the roster in step with the account.
    pub(crate) fn enrol(&mut self, account: &Account) -> Result<()> {
        self.execute("DELETE FROM account_role WHERE account = $1", &[account.id.into()])?;
        self.execute("DELETE FROM account_stands WHERE account = $1", &[account.id.into()])?;
        if account.closed_at.is_some() {
            return Ok(());
        }
        for held in &account.roles {
            let sql = "INSERT INTO account_role (role, area, body, account) VALUES ($1, $2, $3, $4) \
                       ON CONFLICT DO NOTHING";
            let area = held.area.as_deref().unwrap_or_default();
            let cells =
                [held.role.as_str().into(), area.into(), held.body.unwrap_or(0).into(), account.id.into()];
            self.execute(sql, &cells)?;
        }
        for record in &account.stands_for {
            let sql = "INSERT INTO account_stands (record, account) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            self.execute(sql, &[(*record).into(), account.id.into()])?;
        }
        Ok(())
    }

    /// Whether the accounts are of a time before there was a roster.
    pub(crate) fn lacks_roster(&mut self) -> Result<bool> {
        let of_old = "SELECT count(*) FROM account WHERE closed_at IS NULL AND roles <> '[]'";
        Ok(self.query_int("SELECT count(*) FROM account_role", &[])? == 0 && self.query_int(of_old, &[])? > 0)
    }

    pub(crate) fn enrol_all(&mut self) -> Result<()> {
        self.accounts()?.iter().try_for_each(|account| self.enrol(account))
    }
}
