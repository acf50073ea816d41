//! What surrounds every page: place, reader, menu, the date and how much of the year has passed, and how the reader wants
//! to see it. Made once per request, from the request and from what the service says the reader may open.

use serde::Serialize;

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
    /// For whom he works here.
    pub body: String,
    /// His roles in words.
    pub roles: String,
}

/// A group of the menu.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MenuGroup {
    /// Heading.
    pub title: String,
    /// Entries the reader may open.
    pub items: Vec<MenuItem>,
}

/// An entry of the menu.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MenuItem {
    /// Text.
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
