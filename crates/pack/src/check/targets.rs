//! Targets: the indicator exists and counts in the target's unit, the measure is in the plan.
use super::Checker;
use crate::diagnostic::Code;
use crate::read::At;

pub(super) fn check(c: &Checker<'_>) {
    for (n, target) in c.pack.targets.iter().enumerate() {
        let at = |key: &str| place(c, n, key);
        if let Some(id) = &target.indicator {
            match c.pack.indicator(id) {
                None => {
                    let known = c.pack.indicators.keys().map(String::as_str);
                    c.sources.unknown(at("indicator"), Code::Target, format!("没有指标 `{id}`"), id, known);
                }
                Some(indicator) if !same_unit(&indicator.unit, &target.unit) => {
                    let message = format!(
                        "目标的单位是“{}”，指标“{}”的单位是“{}”",
                        target.unit, indicator.title, indicator.unit
                    );
                    c.error(at("unit"), Code::Target, message);
                }
                Some(_) => {}
            }
        }
    }
}

fn place(c: &Checker<'_>, n: usize, key: &str) -> At {
    c.folder.targets.as_ref().map_or(c.folder.head.at, |map| map.place(&["target", &n.to_string(), key]))
}

/// Units as plans write them: width, spaces and a trailing 每…/年 of the period do not matter.
pub(crate) fn same_unit(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

fn plain(unit: &str) -> String {
    let plain: String = unit
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '％' => '%',
            '／' => '/',
            '㎏' => 'k',
            other => other,
        })
        .collect();
    plain.strip_suffix("/年").unwrap_or(&plain).replace("百分比", "%")
}
