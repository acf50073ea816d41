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

/// How SQLite is to find the rows of a scope. It guesses that a range lets in few; where it lets in many, walking along the
/// order of the list and leaving out the others is far quicker than sorting them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    ByScope,
    AlongOrder,
}

impl Way {
    /// A sign that keeps a column from being looked up in an index.
    fn sign(self) -> &'static str {
        match self {
            Way::ByScope => "",
            Way::AlongOrder => "+",
        }
    }
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

    pub(crate) fn is_all(&self) -> bool {
        self.0 == Reach::All
    }

    pub fn is_none(&self) -> bool {
        matches!(&self.0, Reach::Any(clauses) if clauses.is_empty())
    }

    /// Appends ` AND (…)`, or nothing when every row is in.
    pub(crate) fn push(&self, sql: &mut Sql, layout: &Layout) {
        self.push_for(sql, layout, Way::ByScope);
    }

    /// The same, hinting how the rows are to be found.
    pub(crate) fn push_for(&self, sql: &mut Sql, layout: &Layout, way: Way) {
        let sign = way.sign();
        self.push_with(sql, way, &|sql, owners| match layout.owners {
            Owners::None => {
                sql.push("1 = 0");
            }
            Owners::One => {
                sql.push(sign).push("_own IN ").bind_all(owners.iter().copied());
            }
            Owners::Many => {
                let links = link_name(&layout.register, "_own");
                sql.push(&format!("{sign}_id IN (SELECT record FROM {links} WHERE target IN "));
                sql.bind_all(owners.iter().copied()).push(")");
            }
        });
    }

    /// The same over columns `_area` and `_body` of any table; `own` words the owner's clause.
    pub(crate) fn push_with(&self, sql: &mut Sql, way: Way, own: &dyn Fn(&mut Sql, &[i64])) {
        let Reach::Any(clauses) = &self.0 else { return };
        let sign = way.sign();
        sql.push(" AND (");
        for (at, clause) in clauses.iter().enumerate() {
            if at > 0 {
                sql.push(" OR ");
            }
            match clause {
                Clause::Area(path) => {
                    sql.push("(").push(sign).push("_area >= ").bind(path.as_str());
                    sql.push(" AND ").push(sign).push("_area < ").bind(below(path)).push(")");
                }
                Clause::Body(bodies) => {
                    sql.push(sign).push("_body IN ").bind_all(bodies.iter().copied());
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
