//! Whose rows a query may see or touch. Made only by the service's `permit`; compiled here into every query.
use shian_pack::value::RecordId;

use crate::layout::{Layout, Owners, link_name};
use crate::sql::Sql;

/// The rows that somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(Reach);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reach {
    All,
    Any(Vec<Clause>),
}

/// Rows that are in, whatever the other clauses say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// In the area with this path, and below.
    Area(String),
    /// Of one of these bodies.
    Body(Vec<RecordId>),
    /// Owned by one of these records or accounts.
    Own(Vec<i64>),
}

impl Scope {
    /// Every row.
    pub fn all() -> Self {
        Self(Reach::All)
    }

    /// No row.
    pub fn none() -> Self {
        Self(Reach::Any(Vec::new()))
    }

    /// Rows that at least one clause lets in.
    pub fn any(clauses: Vec<Clause>) -> Self {
        Self(Reach::Any(clauses))
    }

    pub fn is_none(&self) -> bool {
        matches!(&self.0, Reach::Any(clauses) if clauses.is_empty())
    }

    /// Appends ` AND (…)`, or nothing when every row is in.
    pub(crate) fn push(&self, sql: &mut Sql, layout: &Layout) {
        self.push_with(sql, &|sql, owners| match layout.owners {
            Owners::None => {
                sql.push("1 = 0");
            }
            Owners::One => {
                sql.push("_own IN ").bind_all(owners.iter().copied());
            }
            Owners::Many => {
                let links = link_name(&layout.register, "_own");
                sql.push(&format!("_id IN (SELECT record FROM {links} WHERE target IN "));
                sql.bind_all(owners.iter().copied()).push(")");
            }
        });
    }

    /// The same over columns `_area` and `_body` of any table; `own` words the owner's clause.
    pub(crate) fn push_with(&self, sql: &mut Sql, own: &dyn Fn(&mut Sql, &[i64])) {
        let Reach::Any(clauses) = &self.0 else { return };
        sql.push(" AND (");
        for (at, clause) in clauses.iter().enumerate() {
            if at > 0 {
                sql.push(" OR ");
            }
            match clause {
                Clause::Area(path) => {
                    let bracket = clauses.len() > 1;
                    sql.push(if bracket { "(_area >= " } else { "_area >= " }).bind(path.as_str());
                    sql.push(" AND _area < ").bind(below(path)).push(if bracket { ")" } else { "" });
                }
                Clause::Body(bodies) => {
                    sql.push("_body IN ").bind_all(bodies.iter().copied());
                }
                Clause::Own(owners) => own(sql, owners),
            }
        }
        sql.push(if clauses.is_empty() { "1 = 0)" } else { ")" });
    }
}

/// The first text after every path that begins with `path` (which ends in `/`; `0` is the sign after it).
pub(crate) fn below(path: &str) -> String {
    format!("{}0", path.strip_suffix('/').unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn the_range_below_a_path_holds_its_children_and_not_its_neighbours() {
        let (path, end) = ("411503/411503101/", below("411503/411503101/"));
        let within = |other: &str| path <= other && other < end.as_str();
        assert!(within(path) && within("411503/411503101/9/"));
        assert!(!within("411503/") && !within("411503/411503102/") && !within("411503/4115031010/"));
    }
}
