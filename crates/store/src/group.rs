//! Counting and summing a list by some of its columns: pivots, tiles, charts.
use rust_decimal::Decimal;
use shian_pack::value::Value;

use crate::codec;
use crate::error::{Result, StoreError};
use crate::layout::Storage;
use crate::list::{ListQuery, column_of};
use crate::sql::Sql;
use crate::tx::Tx;

/// Groups at most.
const GROUPS_MAX: i64 = 10_000;

/// The values of the columns grouped by, how many records, and their sum.
pub type Group = (Vec<Value>, i64, Option<Decimal>);

impl Tx {
    /// Groups the records of a list (its sort, place and limit do not matter) by fields or fixed columns, in their order; `sum`
    /// names a number field.
    pub fn group(&mut self, query: &ListQuery, by: &[String], sum: Option<&str>) -> Result<Vec<Group>> {
        let table = self.table(&query.register.id)?;
        let by = by.iter().map(|field| column_of(&table.layout, field)).collect::<Result<Vec<_>>>()?;
        let names: Vec<&str> = by.iter().map(|(name, _)| name.as_str()).collect();
        let digits = match sum.map(|field| column_of(&table.layout, field)).transpose()? {
            None => None,
            Some((name, column)) => match column.storage {
                Storage::Int => Some((name, 0)),
                Storage::Scaled(digits) => Some((name, u32::from(digits))),
                _ => return Err(StoreError::Filter(format!("{name} holds no numbers to add"))),
            },
        };
        let mut sql = Sql::new(self.dialect(), "SELECT ");
        for name in &names {
            sql.push(name).push(", ");
        }
        sql.push("count(*)");
        if let Some((name, _)) = &digits {
            sql.push(&format!(", CAST(sum({name}) AS {})", self.dialect().integer()));
        }
        query.push_where(&mut sql, &table, self.dialect())?;
        if !names.is_empty() {
            let names = names.join(", ");
            sql.push(" GROUP BY ").push(&names).push(" ORDER BY ").push(&names);
        }
        sql.push(" LIMIT ").bind(GROUPS_MAX);
        let rows = self.query(&sql.text, &sql.params)?;
        let group = |mut row: crate::cell::Row| {
            let values =
                by.iter().enumerate().map(|(at, (name, column))| codec::value(name, column, row.take(at)));
            let values = values.collect::<Result<Vec<_>>>()?;
            let sum = match &digits {
                Some((_, digits)) => row.maybe_int(by.len() + 1)?.map(|sum| Decimal::new(sum, *digits)),
                None => None,
            };
            Ok((values, row.int(by.len())?, sum))
        };
        rows.into_iter().map(group).collect()
    }
}
