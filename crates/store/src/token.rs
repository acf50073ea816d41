//! Personal tokens 访问令牌 of programs: only their digest is here. What a token opens is decided above.
use chrono::{DateTime, Utc};

use crate::cell::{Cell, Row};
use crate::codec;
use crate::error::{Result, StoreError};
use crate::tx::Tx;

/// A token of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// 0 until it is added.
    pub id: i64,
    pub account: i64,
    /// What its owner calls it.
    pub title: String,
    /// SM3 of the token, in hex.
    pub digest: String,
    /// May also write.
    pub writes: bool,
    /// The registers it is for; None: all that its owner reaches.
    pub registers: Option<Vec<String>>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Noted now and then, not at each use.
    pub used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

const SELECT: &str = "SELECT id, account, title, digest, writes, registers, created_at, expires_at, used_at, \
     revoked_at FROM token";

impl Tx {
    /// Adds a token and gives it its id.
    pub fn add_token(&mut self, token: &mut Token) -> Result<()> {
        token.id = self.next_id();
        let registers = token.registers.as_ref().map(serde_json::to_string).transpose();
        let registers = registers.map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let cells: [Cell; 8] = [
            token.id.into(),
            token.account.into(),
            token.title.as_str().into(),
            token.digest.as_str().into(),
            token.writes.into(),
            registers.into(),
            token.created_at.timestamp().into(),
            token.expires_at.timestamp().into(),
        ];
        self.execute(
            "INSERT INTO token (id, account, title, digest, writes, registers, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            &cells,
        )?;
        Ok(())
    }

    pub fn token(&mut self, digest: &str) -> Result<Option<Token>> {
        let sql = format!("{SELECT} WHERE digest = $1");
        self.query_row(&sql, &[digest.into()])?.map(token).transpose()
    }

    /// Tokens of an account, newest first, revoked and expired ones too.
    pub fn tokens(&mut self, account: i64) -> Result<Vec<Token>> {
        let sql = format!("{SELECT} WHERE account = $1 ORDER BY id DESC");
        self.query(&sql, &[account.into()])?.into_iter().map(token).collect()
    }

    /// Notes that it was used.
    pub fn use_token(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        self.execute("UPDATE token SET used_at = $1 WHERE id = $2", &[at.timestamp().into(), id.into()])
            .map(|_| ())
    }

    /// Ends a token of the account; false when it has none of that id that is still open.
    pub fn revoke_token(&mut self, account: i64, id: i64, at: DateTime<Utc>) -> Result<bool> {
        let sql = "UPDATE token SET revoked_at = $1 WHERE id = $2 AND account = $3 AND revoked_at IS NULL";
        Ok(self.execute(sql, &[at.timestamp().into(), id.into(), account.into()])? > 0)
    }
}

fn token(mut row: Row) -> Result<Token> {
    let registers = row.maybe_text(5)?.map(|text| serde_json::from_str(&text)).transpose();
    Ok(Token {
        id: row.int(0)?,
        account: row.int(1)?,
        title: row.text(2)?,
        digest: row.text(3)?,
        writes: row.int(4)? != 0,
        registers: registers.map_err(|error| StoreError::Corrupt(format!("a token's registers: {error}")))?,
        created_at: codec::time(row.int(6)?)?,
        expires_at: codec::time(row.int(7)?)?,
        used_at: row.maybe_int(8)?.map(codec::time).transpose()?,
        revoked_at: row.maybe_int(9)?.map(codec::time).transpose()?,
    })
}
