//! Indicators: their registers exist, the evidence points at the subject, what is summed is a number, periods have a date.
use super::{Checker, fields::named};
use crate::diagnostic::Code;
use crate::field::FieldKind;
use crate::indicator::{Evidence, Having, Indicator, Shape, Share, Tally, Window};
use crate::path::End;
use crate::read::At;
use crate::register::Register;

pub(super) fn check(c: &Checker<'_>) {
    for indicator in c.pack.indicators.values() {
        match &indicator.shape {
            Shape::Share(share) => check_share(c, indicator, share),
            Shape::Rate(rate) => {
                check_tally(c, indicator, &rate.count, "count");
                if let Some(register) = c.pack.register(&rate.count.register) {
                    dated(c, indicator, register, at(c, indicator, &["count", "register"]));
                }
                if let Some(per) = &rate.per {
                    check_tally(c, indicator, per, "per");
                }
            }
            Shape::Entered(entered) => {
                let register = c.register(&entered.register, at(c, indicator, &["entered", "register"]));
                if let Some(register) = register {
                    dated(c, indicator, register, at(c, indicator, &["entered", "register"]));
                    numeric(c, register, &entered.field, at(c, indicator, &["entered", "field"]));
                }
            }
        }
    }
}

fn at(c: &Checker<'_>, indicator: &Indicator, path: &[&str]) -> At {
    c.folder.indicators.place(&[&[indicator.id.as_str()], path].concat())
}

fn check_share(c: &Checker<'_>, indicator: &Indicator, share: &Share) {
    let Some(of) = c.register(&share.of, at(c, indicator, &["of", "register"])) else { return };
    if let Some(weigh) = &share.weigh {
        numeric(c, of, weigh, at(c, indicator, &["of", "weigh"]));
    }
    if let Some(owes) = &share.owes {
        let at = at(c, indicator, &["owes"]);
        let body = c.follow(of, owes, at).is_none_or(|end| match end {
            End::Field(field) => matches!(field.kind, FieldKind::Body),
            End::Fixed(_) => false,
        });
        if !body {
            c.error(at, Code::Indicator, format!("`{owes}` 不是 body 字段，说不清缺的由谁补"));
        }
    }
    let Having::Linked { register, by, need, .. } = &share.having else {
        dated(c, indicator, of, at(c, indicator, &["of", "register"]));
        return;
    };
    let Some(evidence) = c.register(register, at(c, indicator, &["having", "register"])) else { return };
    let by_at = at(c, indicator, &["having", "by"]);
    if let Some(field) = named(c, evidence, by, by_at) {
        let many = matches!(&field.kind, FieldKind::Refs { register } if *register == of.id);
        if !many && c.pack.points_to(field).is_none_or(|to| to.id != of.id) {
            let message = format!("`{by}` 须指向“{}”（of 的台账），否则说不清谁算、谁缺", of.title);
            let right = c.pack.ref_back(evidence, &of.id).map(|field| format!("用 by = \"{}\"", field.id));
            c.sources.error_with_help(by_at, Code::Indicator, message, right.unwrap_or_default());
        }
    }
    if let Evidence::Sum { field, .. } = need {
        numeric(c, evidence, field, at(c, indicator, &["having", "sum"]));
    }
    dated(c, indicator, evidence, at(c, indicator, &["having", "register"]));
}

fn check_tally(c: &Checker<'_>, indicator: &Indicator, tally: &Tally, key: &str) {
    let Some(register) = c.register(&tally.register, at(c, indicator, &[key, "register"])) else { return };
    if let Some(sum) = &tally.sum {
        numeric(c, register, sum, at(c, indicator, &[key, "sum"]));
    }
}

/// A window needs the business date of what is counted.
fn dated(c: &Checker<'_>, indicator: &Indicator, register: &Register, at: At) {
    if indicator.window != Window::Always && register.when.is_none() {
        let help = "在那个台账里写 when = \"日期字段\"";
        let message = format!("指标有统计期，“{}”却没有业务日期 `when`", register.title);
        c.sources.error_with_help(at, Code::Indicator, message, help);
    }
}

fn numeric(c: &Checker<'_>, register: &Register, id: &str, at: At) {
    let Some(field) = named(c, register, id, at) else { return };
    let fits = matches!(field.kind, FieldKind::Integer { .. } | FieldKind::Decimal { .. } | FieldKind::Money);
    if !fits {
        c.error(at, Code::Indicator, format!("`{id}` 不是数，不能求和"));
    }
}
