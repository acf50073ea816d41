//! From an indicator's declaration to the sides that are judged, and what each of them depends on.
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use shian_pack::expr::{Expr, Node, Type, today};
use shian_pack::field::FieldKind;
use shian_pack::indicator::{Evidence, Having, Indicator, Shape, Tally};
use shian_pack::register::Seed;
use shian_pack::{Pack, Register};
use shian_store::verdict::{Need, Proof, Side};

use super::span::{Span, span};

/// A side with its place in the indicator.
pub struct Sided<'a> {
    pub indicator: &'a Indicator,
    /// `<indicator>` for a share, `<indicator>.count` and `<indicator>.per` for a rate.
    pub name: String,
    /// Digits after the point of what is weighed.
    pub digits: u8,
    pub side: Side<'a>,
}

/// All sides of all indicators of the pack, in their windows at `now`.
pub fn all(pack: &Pack, now: DateTime<Utc>) -> Vec<Sided<'_>> {
    let day = today(now);
    pack.indicators.values().flat_map(|one| of(pack, one, span(one.window, day), now)).collect()
}

/// The sides of one indicator in a window; none for one that is entered.
pub fn of<'a>(pack: &'a Pack, indicator: &'a Indicator, span: Span, now: DateTime<Utc>) -> Vec<Sided<'a>> {
    match &indicator.shape {
        Shape::Share(share) => {
            let Some(register) = pack.register(&share.of) else { return Vec::new() };
            let evidence = match &share.having {
                Having::Own(holds) => Proof::Own(&holds.node),
                Having::Linked { register, by, filter, need } => {
                    let Some(linked) = pack.register(register) else { return Vec::new() };
                    Proof::Linked {
                        register,
                        by,
                        dated: linked.when.is_some(),
                        filter: filter.as_ref().map(|filter| &filter.node),
                        need: needed(linked, need),
                    }
                }
            };
            let owes = share.owes.as_ref().and_then(|path| path_node(pack, register, path));
            let mut side = plain(register, share.filter.as_ref(), share.weigh.as_deref(), span, now);
            (side.evidence, side.owes) = (evidence, owes);
            let digits = share.weigh.as_deref().map_or(0, |field| digits(register, field));
            vec![Sided { indicator, name: indicator.id.clone(), digits, side }]
        }
        Shape::Rate(rate) => {
            let sides = [("count", Some(&rate.count)), ("per", rate.per.as_ref())];
            sides
                .into_iter()
                .filter_map(|(half, tally)| tallied(pack, indicator, half, tally?, span, now))
                .collect()
        }
        Shape::Entered(_) => Vec::new(),
    }
}

fn tallied<'a>(
    pack: &'a Pack,
    indicator: &'a Indicator,
    half: &str,
    tally: &'a Tally,
    span: Span,
    now: DateTime<Utc>,
) -> Option<Sided<'a>> {
    let register = pack.register(&tally.register)?;
    let side = plain(register, tally.filter.as_ref(), tally.sum.as_deref(), span, now);
    let digits = tally.sum.as_deref().map_or(0, |field| digits(register, field));
    Some(Sided { indicator, name: format!("{}.{half}", indicator.id), digits, side })
}

fn plain<'a>(
    register: &'a Register,
    filter: Option<&'a Expr>,
    weigh: Option<&'a str>,
    span: Span,
    now: DateTime<Utc>,
) -> Side<'a> {
    Side {
        no: 0,
        register: &register.id,
        dated: register.when.is_some(),
        filter: filter.map(|filter| &filter.node),
        weigh,
        owes: None,
        evidence: Proof::None,
        since: span.since,
        until: span.until,
        rolls: span.rolls,
        now,
    }
}

fn needed<'a>(register: &Register, need: &'a Evidence) -> Need<'a> {
    match need {
        Evidence::Count(count) => Need::Count(i64::from(*count)),
        Evidence::Sum { field, at_least } => {
            let scale = Decimal::from(10_i64.pow(u32::from(digits(register, field))));
            // A threshold finer than the field's last digit is reached by the next number the field can hold.
            let at_least = i64::try_from((*at_least * scale).ceil()).unwrap_or(i64::MAX);
            Need::Sum { field, at_least }
        }
    }
}

/// Digits after the point of a number field as the tables hold it.
pub fn digits(register: &Register, field: &str) -> u8 {
    match register.fields.get(field).map(|field| &field.kind) {
        Some(FieldKind::Decimal { digits, .. }) => *digits,
        Some(FieldKind::Money) => 2,
        Some(_) | None => 0,
    }
}

/// `regulator` or `business.regulator` as an expression.
fn path_node(pack: &Pack, register: &Register, path: &str) -> Option<Node> {
    let ty = Type::Ref(pack.seeded(Seed::Bodies)?.id.clone());
    let Some((by, id)) = path.split_once('.') else {
        return register.fields.contains_key(path).then(|| Node::Field { id: path.to_owned(), ty });
    };
    let target = pack.points_to(register.fields.get(by)?)?;
    Some(Node::Hop { by: by.to_owned(), register: target.id.clone(), id: id.to_owned(), ty })
}

impl Sided<'_> {
    /// Everything a verdict depends on besides the records and the window, as text: when it changes, all is judged anew.
    pub fn declared(&self) -> String {
        let side = &self.side;
        format!(
            "{} {} {} {:?} {:?} {:?} {:?} {:?}",
            side.register,
            side.dated,
            self.digits,
            side.filter,
            side.weigh,
            side.owes,
            side.evidence,
            self.indicator.window
        )
    }

    /// The expressions with the register they are asked of.
    pub fn nodes(&self) -> Vec<(&str, &Node)> {
        let side = &self.side;
        let mut nodes: Vec<(&str, &Node)> =
            side.filter.into_iter().chain(&side.owes).map(|node| (side.register, node)).collect();
        match &side.evidence {
            Proof::Own(holds) => nodes.push((side.register, holds)),
            Proof::Linked { register, filter: Some(filter), .. } => nodes.push((register, filter)),
            Proof::Linked { .. } | Proof::None => {}
        }
        nodes
    }

    /// Registers whose records a verdict depends on.
    pub fn registers(&self) -> Vec<&str> {
        let mut registers = vec![self.side.register];
        if let Proof::Linked { register, .. } = self.side.evidence {
            registers.push(register);
        }
        for (_, node) in self.nodes() {
            node.walk(&mut |node| {
                if let Node::Hop { register, .. } = node {
                    registers.push(register);
                }
            });
        }
        registers
    }

    /// Whether a verdict may change with the day alone, the window aside.
    pub fn ages(&self) -> bool {
        let mut ages = false;
        for (_, node) in self.nodes() {
            node.walk(&mut |node| {
                ages |= match node {
                    Node::Today | Node::Now => true,
                    Node::Rule { editions, .. } => {
                        editions.iter().any(|edition| edition.from.is_some() || edition.to.is_some())
                    }
                    _ => false,
                }
            });
        }
        ages
    }
}
