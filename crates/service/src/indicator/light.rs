//! How a number stands against its target and the time that has passed 亮灯.
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use shian_pack::Indicator;
use shian_pack::pack::{Op, Target};

use crate::view::Light;

/// A number against its target.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub light: Light,
    /// `落后 8.5 点`
    pub note: String,
    /// What is due by now; None when the target must hold at any time.
    pub due_by_now: Option<Decimal>,
}

/// Judges `value` on a day. A number that grows over the year must keep pace with the calendar; all others must hold always.
pub fn standing(
    value: Option<Decimal>,
    target: &Target,
    indicator: Option<&Indicator>,
    day: NaiveDate,
) -> Standing {
    let rising = matches!(target.op, Op::AtLeast | Op::MoreThan);
    let grows = rising && indicator.is_some_and(|indicator| indicator.cumulative);
    let digits = indicator.map_or(1, |indicator| u32::from(indicator.digits));
    let due_by_now = grows.then(|| (target.value * passed(target.due, day)).round_dp(digits.max(1)));
    let late = day > target.due;
    let (light, note) = match value {
        None if late => (Light::Late, format!("逾期 {} 天，没有数据", (day - target.due).num_days())),
        None => (Light::Waiting, "还没有数据".to_owned()),
        Some(value) if holds(value, target) => {
            let final_now = rising || late;
            if final_now {
                (Light::Met, "已达成".to_owned())
            } else {
                (Light::OnTrack, "在进度内".to_owned())
            }
        }
        Some(value) if late => {
            let days = (day - target.due).num_days();
            (Light::Late, format!("逾期 {days} 天，差 {}", gap(value, target.value, target, digits)))
        }
        Some(value) => match due_by_now {
            Some(due) if value >= due => (Light::OnTrack, "在进度内".to_owned()),
            due => {
                let wanted = due.unwrap_or(target.value);
                let word = if rising { "落后" } else { "相差" };
                (Light::Behind, format!("{word} {}", gap(value, wanted, target, digits)))
            }
        },
    };
    Standing { light, note, due_by_now }
}

/// Share of the target's year that has passed on a day, the day included; from 0 to 1.
pub fn passed(due: NaiveDate, day: NaiveDate) -> Decimal {
    let Some(start) = NaiveDate::from_ymd_opt(due.year(), 1, 1) else { return Decimal::ONE };
    let whole = Decimal::from((due - start).num_days() + 1);
    let gone = Decimal::from((day - start).num_days() + 1);
    (gone / whole).clamp(Decimal::ZERO, Decimal::ONE)
}

fn holds(value: Decimal, target: &Target) -> bool {
    match target.op {
        Op::AtLeast => value >= target.value,
        Op::MoreThan => value > target.value,
        Op::AtMost => value <= target.value,
        Op::LessThan => value < target.value,
        Op::Equal => value == target.value,
    }
}

fn gap(value: Decimal, wanted: Decimal, target: &Target, digits: u32) -> String {
    let distance = (wanted - value).abs().round_dp(digits.max(1)).normalize();
    if target.unit.starts_with('%') {
        format!("{distance} 点")
    } else {
        format!("{distance} {}", target.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(op: Op, value: i64) -> Target {
        Target {
            measure: 1,
            chapter: 1,
            name: "抽检覆盖率".into(),
            indicator: None,
            op,
            value: Decimal::from(value),
            unit: "%".into(),
            due: NaiveDate::from_ymd_opt(2023, 12, 31).unwrap(),
        }
    }

    fn indicator(cumulative: bool) -> Indicator {
        Indicator {
            id: "one".into(),
            title: "一".into(),
            unit: "%".into(),
            window: shian_pack::indicator::Window::Year,
            shape: shian_pack::indicator::Shape::Entered(shian_pack::indicator::Entered {
                register: "r".into(),
                field: "f".into(),
                filter: None,
            }),
            digits: 1,
            aliases: Vec::new(),
            cumulative,
            words: None,
            measures: Vec::new(),
        }
    }

    fn light(value: i64, op: Op, cumulative: bool, day: &str) -> Light {
        let day = day.parse().unwrap();
        standing(Some(Decimal::from(value)), &target(op, 90), Some(&indicator(cumulative)), day).light
    }

    #[test]
    fn a_growing_number_must_keep_pace_with_the_calendar() {
        assert_eq!(light(45, Op::AtLeast, true, "2023-06-30"), Light::OnTrack);
        assert_eq!(light(44, Op::AtLeast, true, "2023-06-30"), Light::Behind);
        assert_eq!(light(90, Op::AtLeast, true, "2023-06-30"), Light::Met);
        assert_eq!(light(89, Op::AtLeast, true, "2024-01-01"), Light::Late);
    }

    #[test]
    fn a_number_that_must_always_hold_is_behind_from_the_first_day() {
        assert_eq!(light(89, Op::AtLeast, false, "2023-01-01"), Light::Behind);
        assert_eq!(light(90, Op::AtMost, false, "2023-06-30"), Light::OnTrack);
        assert_eq!(light(91, Op::AtMost, false, "2023-06-30"), Light::Behind);
        assert_eq!(light(90, Op::AtMost, false, "2024-01-01"), Light::Met);
    }

    #[test]
    fn a_number_without_data_waits_until_it_is_late() {
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(standing(None, &target(Op::AtLeast, 90), None, day("2023-06-30")).light, Light::Waiting);
        assert_eq!(standing(None, &target(Op::AtLeast, 90), None, day("2024-01-01")).light, Light::Late);
    }

    #[test]
    fn the_note_says_how_far_behind() {
        let day = "2023-06-30".parse().unwrap();
        let note =
            standing(Some(Decimal::from(30)), &target(Op::AtLeast, 90), Some(&indicator(true)), day).note;
        assert_eq!(note, "落后 14.6 点");
    }
}
