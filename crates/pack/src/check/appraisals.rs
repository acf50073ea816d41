//! Appraisals: their indicators exist, items give points, the register they are written to has what it takes.
use rust_decimal::Decimal;

use super::Checker;
use crate::appraisal::{Appraisal, Earns, Item};
use crate::diagnostic::Code;
use crate::read::At;
use crate::register::Seed;

/// Fields of the register an appraisal is written to.
const WRITTEN: [&str; 6] = ["year", "body", "item", "points", "deducted", "reason"];

pub(super) fn check(c: &Checker<'_>) {
    for appraisal in c.pack.appraisals.values() {
        let at = |path: &[&str]| at(c, appraisal, path);
        if c.pack.seeded(Seed::Bodies).is_none() {
            c.error(at(&[]), Code::UnknownRegister, "考核要有一个 seed = \"bodies\" 的台账");
        }
        for item in appraisal.items.values() {
            check_item(c, appraisal, item);
        }
        let Some(into) = &appraisal.into else { continue };
        let Some(register) = c.register(into, at(&["into"])) else { continue };
        let missing: Vec<&str> =
            WRITTEN.into_iter().filter(|id| !register.fields.contains_key(*id)).collect();
        if !missing.is_empty() {
            let message = format!("台账“{}”缺少字段：{}", register.title, missing.join("、"));
            c.error(at(&["into"]), Code::Missing, message);
        }
        for item in appraisal.items.values() {
            for field in item.set.keys().filter(|field| !register.fields.contains_key(*field)) {
                let known = register.fields.keys().map(String::as_str);
                let message = format!("台账“{}”没有字段 `{field}`", register.title);
                c.sources.unknown(
                    at(&["items", &item.id, "set", field]),
                    Code::UnknownField,
                    message,
                    field,
                    known,
                );
            }
        }
    }
}

fn at(c: &Checker<'_>, appraisal: &Appraisal, path: &[&str]) -> At {
    c.folder.appraisals.place(&[&[appraisal.id.as_str()], path].concat())
}

fn check_item(c: &Checker<'_>, appraisal: &Appraisal, item: &Item) {
    let at = |key: &str| at(c, appraisal, &["items", &item.id, key]);
    if c.pack.indicator(&item.indicator).is_none() && !item.indicator.is_empty() {
        let known = c.pack.indicators.keys().map(String::as_str);
        let message = format!("没有指标 `{}`", item.indicator);
        c.sources.unknown(at("indicator"), Code::Indicator, message, &item.indicator, known);
    }
    if item.points <= Decimal::ZERO && item.earns != Earns::Vetoes {
        c.error(at("points"), Code::BadValue, format!("考核项目“{}”的分值应大于零", item.title));
    }
    if matches!(&item.earns, Earns::UpTo(n) | Earns::Loses(n) if *n <= Decimal::ZERO) {
        c.error(at("full"), Code::BadValue, format!("考核项目“{}”：full、lose 应大于零", item.title));
    }
}
