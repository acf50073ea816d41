//! A yearly appraisal 评议考核: what bodies get points for, each item by what an indicator says of the body.
use indexmap::IndexMap;
use rust_decimal::Decimal;

use crate::expr::Expr;

#[derive(Debug, Clone)]
pub struct Appraisal {
    pub id: String,
    pub title: String,
    /// Who is appraised: a condition over the register of bodies. None: every body.
    pub bodies: Option<Expr>,
    /// Register that the result is written to, one record per year, body and item, so that it is told and can be appealed.
    pub into: Option<String>,
    /// From the best to the worst.
    pub grades: Vec<Grade>,
    pub items: IndexMap<String, Item>,
}

/// 等次
#[derive(Debug, Clone)]
pub struct Grade {
    pub title: String,
    /// From this score (of 100) on.
    pub least: Decimal,
}

/// 考核项目
#[derive(Debug, Clone)]
pub struct Item {
    pub id: String,
    pub title: String,
    pub indicator: String,
    /// Full marks.
    pub points: Decimal,
    pub earns: Earns,
    pub of: Of,
    /// Fixed texts for other fields of the record it is written to.
    pub set: IndexMap<String, String>,
}

/// How an indicator's value becomes points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Earns {
    /// All points from this value on, below it their share.
    UpTo(Decimal),
    /// So many points are lost for each unit of the value.
    Loses(Decimal),
    /// Any value above nothing makes the whole appraisal the worst grade (一票否决).
    Vetoes,
}

/// Which part of the indicator is the body's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// What the body itself owes.
    Body,
    /// All of the area it works for.
    Area,
}

impl Item {
    /// The points for the indicator's value, between nothing and full marks.
    pub fn score(&self, value: Decimal) -> Decimal {
        let score = match &self.earns {
            Earns::UpTo(full) => self.points * value.checked_div(*full).unwrap_or(Decimal::ONE),
            Earns::Loses(each) => self.points - value * each,
            Earns::Vetoes => self.points,
        };
        score.clamp(Decimal::ZERO, self.points)
    }

    pub fn vetoes(&self, value: Decimal) -> bool {
        self.earns == Earns::Vetoes && value > Decimal::ZERO
    }
}

impl Appraisal {
    /// The grade of a score (of 100); the worst after a veto.
    pub fn grade(&self, score: Decimal, vetoed: bool) -> Option<&Grade> {
        let reached = self.grades.iter().find(|grade| !vetoed && score >= grade.least);
        reached.or_else(|| self.grades.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(earns: Earns) -> Item {
        Item {
            id: "one".into(),
            title: "一项".into(),
            indicator: "any".into(),
            points: Decimal::from(20),
            earns,
            of: Of::Body,
            set: IndexMap::new(),
        }
    }

    #[test]
    fn points_are_a_share_of_full_marks_or_lost_by_the_piece_never_below_nothing() {
        let scores =
            |earns: Earns, values: [i64; 4]| values.map(|value| item(earns.clone()).score(value.into()));
        let all = |expected: [i64; 4]| expected.map(Decimal::from);
        assert_eq!(scores(Earns::UpTo(80.into()), [0, 40, 80, 100]), all([0, 10, 20, 20]));
        assert_eq!(scores(Earns::Loses(5.into()), [0, 1, 4, 9]), all([20, 15, 0, 0]));
        assert_eq!(scores(Earns::Vetoes, [0, 1, 2, 3]), all([20, 20, 20, 20]));
        assert!(item(Earns::Vetoes).vetoes(1.into()) && !item(Earns::Vetoes).vetoes(0.into()));
    }

    #[test]
    fn a_grade_begins_at_its_score_and_a_veto_gives_the_worst() {
        let grade = |title: &str, least: i64| Grade { title: title.into(), least: least.into() };
        let appraisal = Appraisal {
            id: "yearly".into(),
            title: "考核".into(),
            bodies: None,
            into: None,
            grades: vec![grade("优秀", 90), grade("合格", 70), grade("不合格", 0)],
            items: IndexMap::new(),
        };
        let titles = [(90, false), (89, false), (69, false), (100, true)].map(|(score, vetoed)| {
            appraisal.grade(Decimal::from(score), vetoed).map(|grade| grade.title.as_str())
        });
        assert_eq!(titles, [Some("优秀"), Some("合格"), Some("不合格"), Some("不合格")]);
    }
}
