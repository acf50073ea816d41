//! `/desk` 我的工作: what waits for me, late first, each row with the one thing to do.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use shian_service::view::{DeskView, MenuEntry};

use crate::signed::{Answer, Signed};

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct DeskPage {
    /// What the service tells.
    pub view: DeskView,
    /// 九月
    pub month: String,
    /// Heads of the little calendar, Monday first.
    pub weekdays: [&'static str; 7],
    /// Its days, with empty ones before the first.
    pub weeks: Vec<Day>,
    /// Registers the reader may add to.
    pub create: Vec<MenuEntry>,
}

/// A day of the little calendar; `no` 0 is the empty space before the first.
#[derive(Debug, Default, Serialize)]
pub struct Day {
    no: u32,
    count: i64,
    today: bool,
    off: bool,
}

const MONTHS: [&str; 12] =
    ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"];
const OFTEN: usize = 6;

impl DeskPage {
    /// Lays out what the service tells.
    #[must_use]
    pub fn new(view: DeskView, create: Vec<MenuEntry>) -> Self {
        let first = view.calendar.first().map_or(view.today, |day| day.day);
        Self {
            month: MONTHS[first.month0() as usize].to_owned(),
            weekdays: ["一", "二", "三", "四", "五", "六", "日"],
            weeks: weeks(&view, first),
            create: create.into_iter().filter(|entry| entry.can_create).take(OFTEN).collect(),
            view,
        }
    }
}

fn weeks(view: &DeskView, first: NaiveDate) -> Vec<Day> {
    let mut days = Vec::new();
    if view.calendar.is_empty() {
        return days;
    }
    days.resize_with(first.weekday().num_days_from_monday() as usize, Day::default);
    days.extend(view.calendar.iter().map(|day| Day {
        no: day.day.day(),
        count: day.count,
        today: day.day == view.today,
        off: !day.workday,
    }));
    days
}

/// `GET /desk`
pub async fn show(signed: Signed) -> Answer {
    let (view, menu) = signed.ask(|office, actor| Ok((office.desk(actor)?, office.menu(actor)?))).await?;
    let create = menu.into_iter().flat_map(|group| group.entries).collect();
    signed.page("pages/desk.html", DeskPage::new(view, create))
}
