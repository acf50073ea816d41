//! An indicator 指标: a declared measure over registers.
use crate::expr::Expr;

#[derive(Debug, Clone)]
pub struct Indicator {
    pub id: String,
    pub title: String,
    pub unit: String,
    pub window: Window,
    pub shape: Shape,
    /// Digits shown.
    pub digits: u8,
    /// Other names it goes by in plans, to bind targets by name.
    pub aliases: Vec<String>,
    /// Grows over the year (a tick shows what is due by now), or must always hold.
    pub cumulative: bool,
    /// The formula in plain Chinese, when the pack words it itself; else made from the shape.
    pub words: Option<String>,
    pub measures: Vec<u32>,
}

impl Indicator {
    /// The registers it counts: its subjects and its evidence.
    pub fn registers(&self) -> Vec<&str> {
        match &self.shape {
            Shape::Share(share) => match &share.having {
                Having::Own(_) => vec![&share.of],
                Having::Linked { register, .. } => vec![&share.of, register],
            },
            Shape::Rate(rate) => vec![&rate.count.register],
            Shape::Entered(entered) => vec![&entered.register],
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// Now: no period.
    Always,
    Month,
    Quarter,
    Year,
    /// Rolling.
    Months(u32),
}

#[derive(Debug, Clone)]
pub enum Shape {
    Share(Share),
    Rate(Rate),
    /// Entered in the register `from`: latest value of a field per body or area.
    Entered(Entered),
}

/// Subjects that hold, of all subjects: one verdict per subject. The value is the share, times 100 where the unit is %.
#[derive(Debug, Clone)]
pub struct Share {
    pub of: String,
    pub filter: Option<Expr>,
    /// Weigh each subject by this field (亩 over 亩) instead of one.
    pub weigh: Option<String>,
    pub having: Having,
    /// Path in the subject to the body that owes what is missing; None: the body of the subject's scope.
    pub owes: Option<String>,
}

#[derive(Debug, Clone)]
pub enum Having {
    /// The evidence is in the subject.
    Own(Expr),
    /// The evidence is in records of another register that point here by `by`.
    Linked { register: String, by: String, filter: Option<Expr>, need: Evidence },
}

#[derive(Debug, Clone)]
pub enum Evidence {
    /// At least so many records.
    Count(u32),
    /// The sum of a field reaches a number.
    Sum { field: String, at_least: rust_decimal::Decimal },
}

/// Count or sum, per count or sum, times a factor.
#[derive(Debug, Clone)]
pub struct Rate {
    pub count: Tally,
    pub per: Option<Tally>,
    pub times: rust_decimal::Decimal,
}

#[derive(Debug, Clone)]
pub struct Tally {
    pub register: String,
    pub filter: Option<Expr>,
    /// Sum this field; none: count records.
    pub sum: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Entered {
    pub register: String,
    pub field: String,
    pub filter: Option<Expr>,
}
