//! What surrounds every page: place, reader, menu, the date and how much of the year has passed, and how the reader wants
//! to see it. Made once per request, from the request and from what the service says the reader may open.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use shian_service::{Actor, Office, Refusal};

use crate::{messages::Language, visit::Visit};

/// The surroundings of a page, as the layouts read them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Shell {
    /// `zh-CN` or `en`.
    pub lang: &'static str,
    /// `light` or `dark`.
    pub theme: &'static str,
    /// `normal` or `elder`.
    pub view: &'static str,
    /// Marks our own scripts for the content security policy.
    pub nonce: String,
    /// Answer to an htmx request: main column only.
    pub bare: bool,
    /// Path and query of this page, to come back to.
    pub path: String,
    /// The place the pack is for.
    pub place: String,
    /// 2023年9月15日 周五
    pub today_words: String,
    /// Share of the year that has passed, in percent with one digit.
    pub year_share: String,
    /// Who reads; none before sign-in.
    pub user: Option<Reader>,
    /// The menu at the side.
    pub menu: Vec<MenuGroup>,
    /// The menu of four at the bottom of a phone.
    pub tabs: Vec<MenuItem>,
}

/// Who is signed in.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reader {
    /// The person's name.
    pub name: String,
    /// Body and role in words.
    pub title: String,
    /// Notices not read, counted to a hundred.
    pub unread: i64,
}

/// A group of the menu.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MenuGroup {
    /// Heading, or a `menu.` key of the catalogue.
    pub title: String,
    /// Entries the reader may open.
    pub items: Vec<MenuItem>,
    /// A group of registers: folds, as there are many.
    pub folds: bool,
    /// Holds the page shown now.
    pub here: bool,
}

/// An entry of the menu.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MenuItem {
    /// Text, or a `menu.` key of the catalogue.
    pub title: String,
    /// Name of an icon of the sprite.
    pub icon: &'static str,
    /// Where it leads.
    pub href: String,
    /// How many wait behind it.
    pub count: Option<i64>,
    /// The count is of late things.
    pub late: bool,
    /// The page shown now.
    pub here: bool,
}

impl Shell {
    /// The language the page is drawn in.
    #[must_use]
    pub fn language(&self) -> Language {
        if self.lang == Language::English.code() { Language::English } else { Language::Chinese }
    }
}

impl Shell {
    /// The surroundings for someone who is not signed in.
    #[must_use]
    pub fn outside(visit: &Visit) -> Self {
        Self {
            lang: visit.language.code(),
            theme: if visit.dark { "dark" } else { "light" },
            view: if visit.elder { "elder" } else { "normal" },
            nonce: visit.nonce.clone(),
            bare: visit.bare,
            path: visit.path.clone(),
            ..Self::default()
        }
    }
}

/// Rights that open a page of administration, with its entry in the menu.
const ADMIN: [(&str, &[&str], &str, &str); 3] = [
    ("/admin/pack", &["admin.system"], "menu.pack", "packages"),
    ("/admin/users", &["admin.system", "admin.security"], "menu.users", "shield-lock"),
    ("/admin/audit", &["admin.audit"], "menu.audit", "history"),
];

/// The surroundings for a reader who is signed in: his menu holds what he may open and nothing else.
///
/// # Errors
/// The service's refusal.
pub fn around(office: &Office, actor: &Actor, visit: &Visit) -> Result<Shell, Refusal> {
    let today = office.today();
    let item = |title: &str, icon, href: &str| MenuItem {
        title: title.to_owned(),
        icon,
        href: href.to_owned(),
        here: is_here(&visit.path, href),
        ..MenuItem::default()
    };
    let work = vec![
        item("menu.cockpit", "layout-dashboard", "/"),
        item("menu.desk", "checklist", "/desk"),
        item("menu.notices", "bell", "/notices"),
    ];
    let mut plan = vec![
        item("menu.measures", "file-text", "/measures"),
        item("menu.indicators", "target-arrow", "/indicators"),
    ];
    if !office.appraisals(actor).is_empty() {
        plan.push(item("menu.appraisals", "star", "/appraisals"));
    }
    let mut menu = vec![group("menu.work", work.clone()), group("menu.plan", plan.clone())];
    for registers in office.menu(actor)? {
        let entries = registers.entries.iter();
        let items =
            entries.map(|entry| item(&entry.title, "table", &format!("/registers/{}", entry.id))).collect();
        menu.push(MenuGroup { folds: true, ..group(&registers.title, items) });
    }
    let admin = ADMIN.iter().filter(|(_, rights, ..)| rights.iter().any(|right| actor.may(right)));
    menu.push(group("menu.admin", admin.map(|(href, _, title, icon)| item(title, icon, href)).collect()));
    menu.retain(|group| !group.items.is_empty());
    let tabs =
        work.into_iter().take(2).chain([plan[0].clone(), item("menu.search", "search", "/search")]).collect();
    Ok(Shell {
        place: office.pack().place.clone(),
        today_words: today_words(today),
        year_share: year_share(today),
        user: Some(Reader {
            name: actor.name.clone(),
            title: actor.title.clone(),
            unread: office.unread(actor)?,
        }),
        menu,
        tabs,
        ..Shell::outside(visit)
    })
}

fn group(title: &str, items: Vec<MenuItem>) -> MenuGroup {
    MenuGroup { title: title.to_owned(), here: items.iter().any(|item| item.here), items, folds: false }
}

fn is_here(path: &str, href: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    match href {
        "/" => path == "/",
        _ => {
            path == href
                || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'))
                || shows_record(path, href)
        }
    }
}

/// A record's page belongs to its register's entry.
fn shows_record(path: &str, href: &str) -> bool {
    let register = href.strip_prefix("/registers/");
    let record = path.strip_prefix("/records/").and_then(|rest| rest.split('/').next());
    register.is_some() && register == record
}

fn today_words(today: NaiveDate) -> String {
    let weekday = ["一", "二", "三", "四", "五", "六", "日"][today.weekday().num_days_from_monday() as usize];
    format!("{}年{}月{}日 周{weekday}", today.year(), today.month(), today.day())
}

/// Days passed of the year in percent, one digit, rounded down: `70.6`.
fn year_share(today: NaiveDate) -> String {
    let days = if today.leap_year() { 366 } else { 365 };
    let permille = today.ordinal() * 1000 / days;
    format!("{}.{}", permille / 10, permille % 10)
}

/// A number up to 99 in Chinese: 十一, 二十, 三十二.
#[must_use]
pub fn chinese(number: u32) -> String {
    let digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match (number / 10, number % 10) {
        (0, ones) => digits[ones as usize].to_owned(),
        (1, ones) => format!("十{}", digits[ones as usize]),
        (tens @ 2..=9, ones) => format!("{}十{}", digits[tens as usize], digits[ones as usize]),
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{chinese, is_here, today_words, year_share};

    #[test]
    fn numbers_read_as_the_document_writes_them() {
        let read: Vec<_> = [1, 10, 11, 20, 32].map(chinese).into();
        assert_eq!(read, ["一", "十", "十一", "二十", "三十二"]);
    }

    #[test]
    fn the_bar_says_how_much_of_the_year_is_gone() {
        let today = NaiveDate::from_ymd_opt(2023, 9, 15).unwrap();
        assert_eq!(year_share(today), "70.6");
        assert_eq!(today_words(today), "2023年9月15日 周五");
    }

    #[test]
    fn the_menu_marks_where_one_is() {
        assert!(is_here("/registers/sample?after=1", "/registers/sample"));
        assert!(is_here("/records/sample/12/edit", "/registers/sample"));
        assert!(!is_here("/registers/sample_plan", "/registers/sample"));
        assert!(!is_here("/desk", "/"));
    }
}
