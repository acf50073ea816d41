//! The pack's demo data as declared: which registers are filled with how much, and how each field is drawn. Read from the raw
//! TOML of `demo.toml` and `demo/*.toml`; the format stands at the head of that file. Every mistake is told at once.
use chrono::{Days, NaiveDate};
use indexmap::IndexMap;
use shian_pack::expr::Place;
use shian_pack::field::Field;
use shian_pack::{Expr, Register};
use toml::{Table, Value as Toml};

use super::dice::{MILLION, Weighted};
use super::recipe::Recipe;
use crate::live::{self, Live};

/// What fills an office.
pub struct Script {
    pub today: NaiveDate,
    pub words: IndexMap<String, Vec<String>>,
    pub accounts: Vec<AccountAsk>,
    pub batches: Vec<Batch>,
}

/// An account of the demo.
#[derive(Default)]
pub struct AccountAsk {
    pub login: String,
    pub name: String,
    pub password: String,
    /// Code of the body where the person works.
    pub body: Option<String>,
    /// (role, area code, body code)
    pub roles: Vec<(String, Option<String>, Option<String>)>,
    pub stands_for: Option<StandsFor>,
}

/// The n-th record (from 1) that meets the condition.
pub struct StandsFor {
    pub register: String,
    pub filter: Option<Expr>,
    pub pick: usize,
}

/// Records of one register that are made alike.
pub struct Batch {
    /// The register, or `register-name of the batch`.
    pub key: String,
    pub register: String,
    pub amount: Amount,
    pub over: Option<Over>,
    pub states: Vec<StateCase>,
    pub fields: IndexMap<String, Recipe>,
}

pub enum Amount {
    Count(u64),
    /// So many for each record that the field may point to.
    Per {
        by: String,
        rules: Vec<Rule>,
    },
    /// As the register falls due.
    Every,
}

/// The first rule that holds for a subject says how many it has.
pub struct Rule {
    pub filter: Option<Expr>,
    /// Millionths of the subjects that have any.
    pub share: u32,
    pub count: (u64, u64),
}

/// One in each period.
pub struct Over {
    pub period: Period,
    pub from: NaiveDate,
    pub to: NaiveDate,
    /// Millionths of the periods that are not left out.
    pub share: u32,
    /// Field that receives the period's name.
    pub at: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Day,
    Workday,
    Week,
    Month,
    Quarter,
    Year,
}

pub struct StateCase {
    pub when: Option<Expr>,
    pub states: Weighted<String>,
}

/// Reads and remembers what is wrong, with its place.
pub struct Reader<'a> {
    pub live: &'a Live,
    pub scale: &'a str,
    pub today: NaiveDate,
    pub mistakes: Vec<String>,
    /// Slots for what recipes remember from record to record.
    pub slots: usize,
    /// Where in the script it reads.
    pub place: String,
}

impl Script {
    /// # Errors
    /// All mistakes, each with its place.
    pub fn read(live: &Live, scale: &str) -> Result<Self, Vec<String>> {
        let raw = &live.pack.demo;
        let Some(today) = raw.get("today").and_then(Toml::as_str).and_then(|text| text.parse().ok()) else {
            return Err(vec!["治理包里没有演示数据：demo.toml 要写明 today = \"2023-09-15\"".to_string()]);
        };
        let mut reader = Reader { live, scale, today, mistakes: Vec::new(), slots: 0, place: String::new() };
        let words = reader.words(raw.get("words"));
        let accounts = reader.accounts(raw.get("account"));
        let mut batches = Vec::new();
        let registers = raw.get("register").and_then(Toml::as_table);
        for (key, what) in registers.into_iter().flatten() {
            reader.place = format!("[register.{key}]");
            match what {
                Toml::Table(table) => batches.extend(reader.batch(key, table)),
                _ => reader.wrong("应为一个表"),
            }
        }
        if reader.mistakes.is_empty() {
            Ok(Self { today, words, accounts, batches })
        } else {
            Err(reader.mistakes)
        }
    }
}

impl Reader<'_> {
    pub fn wrong(&mut self, what: impl std::fmt::Display) {
        self.mistakes.push(format!("{}：{what}", self.place));
    }

    fn words(&mut self, raw: Option<&Toml>) -> IndexMap<String, Vec<String>> {
        let list = |words: &Toml| -> Vec<String> {
            let items = words.as_array().into_iter().flatten();
            items.filter_map(Toml::as_str).map(str::to_owned).collect()
        };
        let tables = raw.and_then(Toml::as_table).into_iter().flatten();
        tables.map(|(name, words)| (name.clone(), list(words))).filter(|(_, list)| !list.is_empty()).collect()
    }

    fn accounts(&mut self, raw: Option<&Toml>) -> Vec<AccountAsk> {
        let mut accounts = Vec::new();
        for table in raw.and_then(Toml::as_array).into_iter().flatten().filter_map(Toml::as_table) {
            let text = |table: &Table, key: &str| table.get(key).and_then(Toml::as_str).map(str::to_owned);
            let login = text(table, "login").unwrap_or_default();
            self.place = format!("[[account]] {login}");
            let roles = table.get("roles").and_then(Toml::as_array).into_iter().flatten();
            let roles = roles
                .filter_map(Toml::as_table)
                .map(|role| (text(role, "role").unwrap_or_default(), text(role, "area"), text(role, "body")));
            let roles: Vec<_> = roles.collect();
            let stands_for =
                table.get("stands_for").and_then(Toml::as_table).and_then(|ask| self.stands_for(ask));
            accounts.push(AccountAsk {
                login,
                name: text(table, "name").unwrap_or_default(),
                password: text(table, "password").unwrap_or_default(),
                body: text(table, "body"),
                roles,
                stands_for,
            });
        }
        accounts
    }

    fn stands_for(&mut self, ask: &Table) -> Option<StandsFor> {
        let id = ask.get("register").and_then(Toml::as_str).unwrap_or_default();
        let Some(register) = self.live.pack.registers.get(id) else {
            self.wrong(format!("没有台账 {id}"));
            return None;
        };
        let filter = self.condition(register, ask.get("where"));
        let pick = ask.get("pick").and_then(Toml::as_integer).unwrap_or(1);
        Some(StandsFor { register: id.to_string(), filter, pick: usize::try_from(pick).unwrap_or(1).max(1) })
    }

    fn batch(&mut self, key: &str, table: &Table) -> Option<Batch> {
        let id = key.split('-').next().unwrap_or(key);
        let live = self.live;
        let Some(register) = live.pack.registers.get(id) else {
            self.wrong(format!("没有台账 {id}"));
            return None;
        };
        self.only(table, &["count", "per", "over", "states", "fields"]);
        let amount = match (table.get("count"), table.get("per"), &register.every) {
            (None, None, Some(_)) => Amount::Every,
            (Some(count), None, _) => Amount::Count(self.count(count).0),
            (None, Some(per), _) => self.per(register, per)?,
            _ => {
                self.wrong("要写 count 或 per，且只写一个");
                return None;
            }
        };
        let over = table.get("over").and_then(|over| self.over(register, over));
        let states = table.get("states").map(|states| self.states(register, states)).unwrap_or_default();
        let mut fields = IndexMap::new();
        for (field, recipe) in table.get("fields").and_then(Toml::as_table).into_iter().flatten() {
            self.place = format!("[register.{key}.fields] {field}");
            match register.fields.get(field) {
                None => self.wrong(format!("{}没有这个字段", register.title)),
                Some(found) if found.calc.is_some() => self.wrong("计算字段自动算，不能写"),
                Some(found) => {
                    fields.extend(self.recipe(register, found, recipe).map(|r| (field.clone(), r)));
                }
            }
        }
        let register = id.to_string();
        Some(Batch { key: key.to_string(), register, amount, over, states, fields })
    }

    /// Whatever else is written is a mistake.
    pub fn only(&mut self, table: &Table, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
            self.wrong(format!("不认识 {key}（可写 {}）", known.join("、")));
        }
    }

    /// A number or a span of numbers, for the asked scale.
    pub fn count(&mut self, raw: &Toml) -> (u64, u64) {
        let (raw, times) = self.scaled(raw);
        let number = |raw: &Toml| raw.as_integer().and_then(|n| u64::try_from(n).ok());
        match raw {
            Toml::Array(ends) if ends.len() == 2 => {
                match (ends.first().and_then(number), ends.last().and_then(number)) {
                    (Some(low), Some(high)) if low <= high => (low * times, high * times),
                    _ => self.count_wrong(),
                }
            }
            other => number(other).map_or_else(|| self.count_wrong(), |n| (n * times, n * times)),
        }
    }

    fn count_wrong(&mut self) -> (u64, u64) {
        self.wrong("个数应为整数，或 [最少, 最多]");
        (0, 0)
    }

    /// The value for the asked scale: a city is six districts when it is not written.
    fn scaled<'t>(&self, raw: &'t Toml) -> (&'t Toml, u64) {
        const CITY: u64 = 6;
        let Toml::Table(scales) = raw else { return (raw, 1) };
        match (scales.get(self.scale), scales.get("district"), scales.values().next()) {
            (Some(found), _, _) => (found, 1),
            (None, Some(district), _) if self.scale == "city" => (district, CITY),
            (None, _, Some(any)) => (any, 1),
            (None, _, None) => (raw, 1),
        }
    }

    fn per(&mut self, register: &Register, raw: &Toml) -> Option<Amount> {
        let by = raw.get("by").and_then(Toml::as_str).unwrap_or_default().to_string();
        let target = register.fields.get(&by).and_then(|field| self.target(field));
        let Some(target) = target.and_then(|id| self.live.pack.registers.get(&id)) else {
            self.wrong(format!("per.by 应为引用字段，{by} 不是"));
            return None;
        };
        let mut rules = Vec::new();
        for rule in raw.get("rules").and_then(Toml::as_array).into_iter().flatten() {
            let filter = self.condition(target, rule.get("where"));
            let share = self.share(rule.get("share"));
            let count = rule.get("n").map_or((1, 1), |n| self.count(n));
            rules.push(Rule { filter, share, count });
        }
        Some(Amount::Per { by, rules })
    }

    fn target(&self, field: &Field) -> Option<String> {
        live::target(&self.live.pack, &field.kind)
    }

    /// Millionths; all when nothing is written.
    pub fn share(&mut self, raw: Option<&Toml>) -> u32 {
        let Some(raw) = raw else { return MILLION };
        let raw = self.scaled(raw).0;
        match raw.as_float().or(raw.as_integer().map(|n| n as f64)) {
            Some(share) if (0.0..=1.0).contains(&share) => (share * f64::from(MILLION)).round() as u32,
            _ => {
                self.wrong("比例应在 0 到 1 之间");
                MILLION
            }
        }
    }

    fn over(&mut self, register: &Register, raw: &Toml) -> Option<Over> {
        let period = match raw.get("period").and_then(Toml::as_str) {
            Some("day") => Period::Day,
            Some("workday") => Period::Workday,
            Some("week") => Period::Week,
            Some("month") => Period::Month,
            Some("quarter") => Period::Quarter,
            Some("year") => Period::Year,
            _ => {
                self.wrong("over.period 应为 day、workday、week、month、quarter 或 year");
                return None;
            }
        };
        let from = raw.get("from").map(|from| self.scaled(from).0).and_then(|from| self.day(from));
        let to = raw.get("to").map(|to| self.scaled(to).0).map_or(Some(self.today), |to| self.day(to));
        let at = raw.get("at").and_then(Toml::as_str).map(str::to_owned);
        if let Some(at) = at.as_ref().filter(|at| !register.fields.contains_key(*at)) {
            self.wrong(format!("{}没有字段 {at}", register.title));
        }
        let share = self.share(raw.get("share"));
        Some(Over { period, from: from?, to: to?, share, at })
    }

    /// `2023-01-01`, `today`, `today-20`.
    pub fn day(&mut self, raw: &Toml) -> Option<NaiveDate> {
        let text = raw.as_str().unwrap_or_default();
        let found = match text.strip_prefix("today") {
            None => text.parse().ok(),
            Some("") => Some(self.today),
            Some(shift) => shift.trim().parse::<i64>().ok().and_then(|days| shifted(self.today, days)),
        };
        if found.is_none() {
            self.wrong(format!("“{text}”不是日期，应为 2023-01-01、today 或 today-20"));
        }
        found
    }

    fn states(&mut self, register: &Register, raw: &Toml) -> Vec<StateCase> {
        match raw {
            Toml::Array(cases) => cases
                .iter()
                .map(|case| StateCase {
                    when: self.condition(register, case.get("when")),
                    states: self.state_weights(register, case.get("is")),
                })
                .collect(),
            other => {
                vec![StateCase { when: None, states: self.state_weights(register, Some(other)) }]
            }
        }
    }

    fn state_weights(&mut self, register: &Register, raw: Option<&Toml>) -> Weighted<String> {
        let pairs = self.weights(raw);
        for (state, _) in pairs.iter().filter(|(state, _)| !register.states.contains_key(state)) {
            self.wrong(format!("{}没有状态 {state}", register.title));
        }
        Weighted::new(pairs)
    }

    /// `{ a = 3, b = 0.5 }` in thousandths.
    pub fn weights(&mut self, raw: Option<&Toml>) -> Vec<(String, u64)> {
        let Some(table) = raw.and_then(Toml::as_table).filter(|table| !table.is_empty()) else {
            self.wrong("应为 { 代码 = 权重, … }");
            return Vec::new();
        };
        let weight = |raw: &Toml| {
            raw.as_float().or(raw.as_integer().map(|n| n as f64)).filter(|weight| *weight >= 0.0)
        };
        let mut pairs = Vec::with_capacity(table.len());
        for (code, raw) in table {
            match weight(raw) {
                Some(weight) => pairs.push((code.clone(), (weight * 1000.0).round() as u64)),
                None => self.wrong(format!("{code} 的权重应为数字")),
            }
        }
        pairs
    }

    /// A condition on a record of the register; nothing written: none.
    pub fn condition(&mut self, register: &Register, raw: Option<&Toml>) -> Option<Expr> {
        let source = raw?.as_str().unwrap_or_default();
        let parsed = Expr::parse_condition(source, &self.live.schema().scene(&register.id, Place::Form));
        self.parsed(source, parsed)
    }

    pub fn expression(&mut self, register: &Register, source: &str) -> Option<Expr> {
        let parsed = Expr::parse(source, &self.live.schema().scene(&register.id, Place::Form));
        self.parsed(source, parsed)
    }

    fn parsed(
        &mut self,
        source: &str,
        parsed: Result<Expr, Vec<shian_pack::expr::ExprError>>,
    ) -> Option<Expr> {
        match parsed {
            Ok(expr) => Some(expr),
            Err(errors) => {
                for error in errors {
                    self.wrong(format!("{error}（{source}）"));
                }
                None
            }
        }
    }

    /// A slot of its own for a recipe.
    pub fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }
}

/// So many days later or, with a minus, earlier.
pub fn shifted(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    let by = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(by) } else { day.checked_add_days(by) }
}
