//! How one field of the demo data is drawn: the kinds of recipe, read from TOML against the field they are for.
use std::collections::BTreeSet;

use chrono::NaiveDate;
use indexmap::IndexMap;
use rust_decimal::{Decimal, RoundingStrategy};
use shian_pack::field::{Field, FieldKind};
use shian_pack::{Expr, Register, Value};
use toml::{Table, Value as Toml};

use super::dice::Weighted;
use super::script::Reader;
use crate::check;
use crate::draft::Input;
use crate::expression;
use crate::live;

/// The first case that holds draws the value; without one the field is blank.
pub struct Recipe {
    pub cases: Vec<Case>,
}

pub struct Case {
    pub when: Option<Expr>,
    /// The case depends on the state: a day in the future is then brought back to today instead of left out.
    pub by_state: bool,
    /// Millionths that stay blank.
    pub blank: u32,
    pub how: How,
}

pub enum How {
    /// By the field's kind.
    Plain,
    Pick {
        items: Weighted<Value>,
        many: Option<(u64, u64)>,
        turn: bool,
        least: u64,
        slot: usize,
    },
    /// In units of the last digit.
    Range {
        low: i64,
        high: i64,
        digits: u32,
        spread: Spread,
    },
    Dates {
        from: NaiveDate,
        to: NaiveDate,
        future: bool,
    },
    After {
        field: String,
        days: (i64, i64),
        future: bool,
    },
    Text(Vec<Hole>),
    Value(Expr),
    Ref(Choice),
    Rows {
        count: (u64, u64),
        columns: IndexMap<String, Recipe>,
    },
    Files(u64, u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    Even,
    Low,
    High,
}

/// Which records a ref points to.
pub struct Choice {
    pub register: String,
    pub filter: Option<Expr>,
    pub code: Option<String>,
    /// (field there, path here)
    pub same: Vec<(String, String)>,
    pub each: bool,
    pub weigh: Option<String>,
    pub many: Option<(u64, u64)>,
    pub slot: usize,
}

/// A part of a text.
pub enum Hole {
    Plain(String),
    Word(String),
    Seq(usize),
    Digits(u32),
    Path(String),
}

impl Reader<'_> {
    pub fn recipe(&mut self, register: &Register, field: &Field, raw: &Toml) -> Option<Recipe> {
        let Toml::Table(table) = raw else {
            self.wrong("应为 { pick = … } 这样的表");
            return None;
        };
        let Some(cases) = table.get("cases") else {
            let case = self.case(register, field, table, None, false)?;
            return Some(Recipe { cases: vec![case] });
        };
        self.only(table, &["cases", "blank"]);
        let mut read = Vec::new();
        for case in cases.as_array().into_iter().flatten().filter_map(Toml::as_table) {
            let when = self.condition(register, case.get("when"));
            let by_state =
                when.as_ref().is_some_and(|when| expression::reads(&when.node).fields.contains("state"));
            read.extend(self.case(register, field, case, when, by_state));
        }
        Some(Recipe { cases: read })
    }

    fn case(
        &mut self,
        register: &Register,
        field: &Field,
        table: &Table,
        when: Option<Expr>,
        by_state: bool,
    ) -> Option<Case> {
        let blank = table.get("blank").map_or(0, |blank| self.share(Some(blank)));
        let kinds = ["pick", "range", "dates", "after", "text", "value", "ref", "rows", "files"];
        let found: Vec<&str> = kinds.into_iter().filter(|kind| table.contains_key(*kind)).collect();
        self.only(
            table,
            &[&kinds[..], &["when", "blank", "many", "turn", "least", "spread", "days", "future"]].concat(),
        );
        let how = match found.as_slice() {
            [] => How::Plain,
            ["pick"] => self.pick(field, table)?,
            ["range"] => self.range(field, table)?,
            ["dates"] => self.dates(table)?,
            ["after"] => self.after(register, table)?,
            ["text"] => How::Text(self.holes(register, table.get("text")?.as_str().unwrap_or_default())),
            ["value"] => {
                How::Value(self.expression(register, table.get("value")?.as_str().unwrap_or_default())?)
            }
            ["ref"] => How::Ref(self.choice(field, table.get("ref")?.as_table()?)?),
            ["rows"] => self.rows(register, field, table.get("rows")?.as_table()?)?,
            ["files"] => {
                let count = self.count(table.get("files")?);
                How::Files(count.0, count.1)
            }
            more => {
                self.wrong(format!("{} 只能写一种", more.join("、")));
                return None;
            }
        };
        Some(Case { when, by_state, blank, how })
    }

    fn pick(&mut self, field: &Field, table: &Table) -> Option<How> {
        let pairs = self.weights(table.get("pick"));
        let mut items = Vec::with_capacity(pairs.len());
        for (code, weight) in pairs {
            match literal(self.live, field, &code) {
                Ok(value) => items.push((value, weight)),
                Err(message) => self.wrong(format!("{code}：{message}")),
            }
        }
        let flag = |key: &str| table.get(key).and_then(Toml::as_bool).unwrap_or(false);
        Some(How::Pick {
            items: Weighted::new(items),
            many: table.get("many").map(|many| self.count(many)),
            turn: flag("turn"),
            least: table.get("least").map_or(0, |least| self.count(least).0),
            slot: self.slot(),
        })
    }

    fn range(&mut self, field: &Field, table: &Table) -> Option<How> {
        let digits = digits_of(&field.kind);
        let ends = table.get("range").and_then(Toml::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut numbers = Vec::new();
        for end in ends {
            let number = end.as_integer().map(Decimal::from);
            // The shortest spelling of the float is what was written.
            let number = number.or_else(|| end.as_float()?.to_string().parse().ok());
            let units = number.and_then(|number| {
                let mut number =
                    number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
                number.rescale(digits);
                i64::try_from(number.mantissa()).ok()
            });
            numbers.extend(units);
        }
        let spread = match table.get("spread").and_then(Toml::as_str) {
            None => Spread::Even,
            Some("low") => Spread::Low,
            Some("high") => Spread::High,
            Some(other) => {
                self.wrong(format!("spread 应为 low 或 high，不是 {other}"));
                Spread::Even
            }
        };
        match numbers.as_slice() {
            [low, high] if low <= high => Some(How::Range { low: *low, high: *high, digits, spread }),
            _ => {
                self.wrong("range 应为 [最小, 最大]");
                None
            }
        }
    }

    fn dates(&mut self, table: &Table) -> Option<How> {
        let ends = table.get("dates").and_then(Toml::as_array).map(Vec::as_slice).unwrap_or_default();
        let future = table.get("future").and_then(Toml::as_bool).unwrap_or(false);
        match ends {
            [from, to] => {
                let (from, to) = (self.day(from), self.day(to));
                Some(How::Dates { from: from?, to: to?, future })
            }
            _ => {
                self.wrong("dates 应为 [从, 到]");
                None
            }
        }
    }

    fn after(&mut self, register: &Register, table: &Table) -> Option<How> {
        let field = table.get("after").and_then(Toml::as_str).unwrap_or_default().to_string();
        self.known_path(register, &field);
        let days = table.get("days").and_then(Toml::as_array).map(Vec::as_slice).unwrap_or_default();
        let days: Vec<i64> = days.iter().filter_map(Toml::as_integer).collect();
        let future = table.get("future").and_then(Toml::as_bool).unwrap_or(false);
        match days.as_slice() {
            [low, high] if low <= high => Some(How::After { field, days: (*low, *high), future }),
            _ => {
                self.wrong("days 应为 [最少, 最多]");
                None
            }
        }
    }

    fn known_path(&mut self, register: &Register, path: &str) {
        if self.live.pack.follow(register, path).is_err() {
            self.wrong(format!("{}里没有 {path}", register.title));
        }
    }

    fn holes(&mut self, register: &Register, text: &str) -> Vec<Hole> {
        let mut holes = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            if start > 0 {
                holes.push(Hole::Plain(rest[..start].to_string()));
            }
            let Some(length) = rest[start..].find('}') else {
                self.wrong("{ 没有配对的 }");
                return holes;
            };
            let hole = &rest[start + 1..start + length];
            rest = &rest[start + length + 1..];
            let (name, width) = hole.split_once(':').unwrap_or((hole, "0"));
            let width = width.parse().unwrap_or(0);
            let words = self.live.pack.demo.get("words").and_then(|words| words.get(name));
            holes.push(match name {
                "seq" => Hole::Seq(width as usize),
                "digit" => Hole::Digits(width),
                _ if words.is_some() => Hole::Word(name.to_string()),
                path => {
                    self.known_path(register, path);
                    Hole::Path(path.to_string())
                }
            });
        }
        if !rest.is_empty() {
            holes.push(Hole::Plain(rest.to_string()));
        }
        holes
    }

    fn choice(&mut self, field: &Field, table: &Table) -> Option<Choice> {
        self.only(table, &["where", "same", "each", "weigh", "many", "code"]);
        let live = self.live;
        let target = live::target(&live.pack, &field.kind).and_then(|id| live.pack.registers.get(&id));
        let Some(target) = target else {
            self.wrong("不是引用字段，不能写 ref");
            return None;
        };
        let filter = self.condition(target, table.get("where"));
        let same = table.get("same").and_then(Toml::as_array).into_iter().flatten();
        let pair = |text: &str| {
            let (there, here) = text.split_once('=').unwrap_or((text, text));
            (there.trim().to_string(), here.trim().to_string())
        };
        let same: Vec<(String, String)> = same.filter_map(Toml::as_str).map(pair).collect();
        for (there, _) in &same {
            self.known_path(target, there);
        }
        let text = |key: &str| table.get(key).and_then(Toml::as_str).map(str::to_owned);
        Some(Choice {
            register: target.id.clone(),
            filter,
            code: text("code"),
            same,
            each: table.get("each").and_then(Toml::as_bool).unwrap_or(false),
            weigh: text("weigh"),
            many: table.get("many").map(|many| self.count(many)),
            slot: self.slot(),
        })
    }

    fn rows(&mut self, register: &Register, field: &Field, table: &Table) -> Option<How> {
        let FieldKind::Table { columns } = &field.kind else {
            self.wrong("不是子表，不能写 rows");
            return None;
        };
        let count = table.get("n").map_or((1, 1), |n| self.count(n));
        let mut recipes = IndexMap::new();
        for (id, raw) in table.get("columns").and_then(Toml::as_table).into_iter().flatten() {
            match columns.get(id) {
                Some(column) => {
                    recipes.extend(self.recipe(register, column, raw).map(|recipe| (id.clone(), recipe)));
                }
                None => self.wrong(format!("子表没有 {id} 列")),
            }
        }
        Some(How::Rows { count, columns: recipes })
    }
}

/// The value that a text stands for in a field.
pub fn literal(live: &crate::live::Live, field: &Field, text: &str) -> Result<Value, String> {
    let input = Input::Text(text.to_string());
    let value =
        check::parse(&live.pack, field, &input, &mut NoRefs).map_err(|messages| messages.join("；"))?;
    Ok(match value {
        // One of many: the recipe says how many are taken.
        Value::List(mut items) if items.len() == 1 => items.remove(0),
        value => value,
    })
}

struct NoRefs;

impl check::Refs for NoRefs {
    fn resolve(&mut self, _: &check::Target, _: &str) -> Result<i64, String> {
        Err("引用请写 ref = { code = … }".to_string())
    }
}

/// Digits after the point of the numbers in a field.
pub fn digits_of(kind: &FieldKind) -> u32 {
    match kind {
        FieldKind::Decimal { digits, .. } => u32::from(*digits),
        FieldKind::Money => 2,
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Choice { .. }
        | FieldKind::Choices { .. }
        | FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => 0,
    }
}

impl Recipe {
    /// What must be drawn before: fields, and `state`.
    pub fn needs(&self) -> BTreeSet<String> {
        let mut needs = BTreeSet::new();
        let root = |path: &str| path.split('.').next().unwrap_or(path).to_string();
        for case in &self.cases {
            for expr in case.when.iter() {
                needs.extend(expression::reads(&expr.node).fields);
            }
            match &case.how {
                How::Value(expr) => needs.extend(expression::reads(&expr.node).fields),
                How::After { field, .. } => {
                    needs.insert(root(field));
                }
                How::Text(holes) => {
                    let paths = holes.iter().filter_map(|hole| match hole {
                        Hole::Path(path) => Some(root(path)),
                        Hole::Plain(_) | Hole::Word(_) | Hole::Seq(_) | Hole::Digits(_) => None,
                    });
                    needs.extend(paths);
                }
                How::Ref(choice) => needs.extend(choice.same.iter().map(|(_, here)| root(here))),
                How::Rows { columns, .. } => needs.extend(columns.values().flat_map(Recipe::needs)),
                How::Plain | How::Pick { .. } | How::Range { .. } | How::Dates { .. } | How::Files(..) => {}
            }
        }
        needs
    }
}
