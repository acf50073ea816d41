//! Draws every page with everything in it: a template that names what its struct lacks, a text the catalogue lacks or an icon
//! the sprite lacks fails here, not before a reader. `SHIAN_PAGES=folder` writes the pages there, to look at.

use std::collections::BTreeMap;

use serde::Serialize;
use shian_service::{
    Problem,
    admin::{AccountView, EventView},
    view::{Half, MeasuresView, SearchGroup, SearchView},
};

use crate::{
    api::docs,
    messages::Language,
    pages::{
        admin, appraisals, cockpit, desk, forms, indicators, measures, notices, parts, records, refused,
        registers, search, signin, tokens,
    },
    samples,
    shell::{MenuGroup, MenuItem, Reader, Shell},
    templates::{self, Templates},
};

fn shell() -> Shell {
    let item = |title: &str, icon, href: &str| MenuItem {
        title: title.into(),
        icon,
        href: href.into(),
        here: href == "/",
        ..MenuItem::default()
    };
    let work = vec![item("menu.cockpit", "layout-dashboard", "/"), item("menu.desk", "checklist", "/desk")];
    let plan =
        vec![item("menu.measures", "file-text", "/measures"), item("menu.search", "search", "/search")];
    let tabs = [work.clone(), plan.clone()].concat();
    Shell {
        lang: Language::Chinese.code(),
        theme: "light",
        view: "normal",
        nonce: "nonce".into(),
        path: "/".into(),
        place: "信阳市平桥区".into(),
        today_words: "2023年9月15日 周五".into(),
        year_share: "70.6".into(),
        user: Some(Reader { name: "示例·周明".into(), title: "区食安办".into(), unread: 7 }),
        menu: vec![
            MenuGroup { title: "menu.work".into(), items: work, ..MenuGroup::default() },
            MenuGroup { title: "menu.plan".into(), items: plan, ..MenuGroup::default() },
            MenuGroup {
                title: "检查与整改".into(),
                items: vec![item("监督检查", "table", "/registers/x")],
                folds: true,
                here: true,
            },
        ],
        tabs,
        ..Shell::default()
    }
}

/// Every page's template with a struct to draw it.
struct Gallery {
    templates: Templates,
    drawn: BTreeMap<&'static str, String>,
}

impl Gallery {
    fn hang<T: Serialize>(&mut self, template: &'static str, page: T) {
        let drawn = self
            .templates
            .page(template, &shell(), page)
            .unwrap_or_else(|error| panic!("{template}: {error}"));
        self.drawn.insert(template, drawn);
    }

    fn hang_all() -> Self {
        let templates = Templates::load().expect("run `npm run build` in web/ first");
        let mut all = Self { templates, drawn: BTreeMap::new() };
        all.hang_plan();
        all.hang_records();
        all.hang_programs();
        all.hang_refusals();
        all.hang_administration();
        all.hang_door();
        all
    }

    fn hang_plan(&mut self) {
        self.hang("pages/cockpit.html", cockpit::CockpitPage::new(samples::cockpit().into()));
        let view = MeasuresView {
            title: "2023 年平桥区食品安全工作要点".into(),
            place: "平桥区".into(),
            year: 2023,
            time_permille: 706,
            chapters: samples::chapters(),
        };
        self.hang("pages/measures.html", measures::MeasuresPage { view: view.into(), measures: 18 });
        self.hang("pages/measure.html", measures::MeasurePage::new(samples::measure()));
        let all = ["bureaus", "townships"]
            .map(|id| indicators::Named { id: id.into(), title: "评议考核".into() });
        let done = Some(appraisals::Done { added: 12, changed: 3, kept: 1 });
        let view = Some(samples::appraisal());
        self.hang("pages/appraisal.html", appraisals::AppraisalPage { all: all.into(), view, done });
        let rows = |half| Some(samples::rows(half));
        let asked = indicators::Asked { area: Some("411503/".into()), ..Default::default() };
        self.hang(
            "pages/indicator.html",
            indicators::IndicatorPage::new(
                samples::indicator(),
                rows(Half::Missing),
                rows(Half::Counting),
                &asked,
            ),
        );
        let other = indicators::Named { id: "x".into(), title: "食品抽检量".into() };
        self.hang(
            "pages/indicators.html",
            indicators::IndicatorsPage {
                targets: samples::targets(),
                unbound: samples::targets(),
                others: vec![other],
            },
        );
    }

    fn hang_records(&mut self) {
        let asked = vec![("after".to_owned(), "x".to_owned()), ("q.kind".to_owned(), "a".to_owned())];
        self.hang("pages/list.html", registers::ListPage::new(samples::list(), &asked));
        self.hang("pages/record.html", records::RecordPage::new(samples::record(), true));
        let address = "/records/some_register/12".to_owned();
        let (title, register) = ("示例超市".to_owned(), ("some".to_owned(), "核查处置".to_owned()));
        let chain = samples::chain();
        self.hang(
            "pages/chain.html",
            records::ChainPage { title, register, address: address.clone(), chain },
        );
        self.hang("pages/delete.html", records::DeletePage { view: samples::record(), address });
        self.hang("pages/form.html", forms::FormPage::new(samples::form(), &forms::Target::default()));
        self.hang("pages/notices.html", notices::NoticesPage { view: samples::notices(), unread: true });
        self.hang("pages/desk.html", desk::DeskPage::new(samples::desk(), Vec::new()));
        let hits = vec![samples::link("some", 1, "示例超市")];
        let group = SearchGroup { register: "some".into(), title: "食品生产经营主体".into(), hits };
        let view = Some(SearchView { text: "示例".into(), groups: vec![group] });
        self.hang("pages/search.html", search::SearchPage { text: "示例".into(), view });
    }

    fn hang_programs(&mut self) {
        self.hang("pages/tokens.html", tokens::TokensPage::sample());
        self.hang("pages/api.html", docs::DocsPage::sample());
        self.hang("pages/api_register.html", docs::RegisterPage::sample());
    }

    fn hang_refusals(&mut self) {
        let typed = refused::Typed { title: "名称".into(), yours: "甲".into(), current: "乙".into() };
        let stale = refused::StalePage::without_form(2, Box::new(samples::record()));
        self.hang("pages/stale.html", refused::StalePage { typed: vec![typed], ..stale });
        let refused = refused::RefusedPage {
            title: "refused.not_found",
            message: "没有找到，或者您无权查看".into(),
            number: "A1B2C3D4".into(),
        };
        self.hang("pages/refused.html", refused);
    }

    fn hang_door(&mut self) {
        let chapters = samples::chapters().into_iter().map(|chapter| signin::ChapterOutline {
            no: crate::shell::chinese(chapter.no),
            title: chapter.title,
            measures: chapter.tiles.iter().map(|tile| tile.no).collect(),
        });
        let plan = signin::PlanOutline {
            title: "2023 年平桥区食品安全工作要点".into(),
            chapters: chapters.collect(),
            measures: 32,
            targets: 33,
        };
        let problem = Some("账号或密码不对。连续输错 5 次，账号锁定 15 分钟。".to_owned());
        self.hang(
            "pages/signin.html",
            signin::SignInPage { plan: Some(plan), problem, ..Default::default() },
        );
        let examples = parts::PartsPage::draw(&self.templates).unwrap_or_else(|error| panic!("{error}"));
        self.hang("pages/parts.html", examples);
    }
}

impl Gallery {
    fn hang_administration(&mut self) {
        let account = AccountView {
            id: 1,
            login: "xinren".into(),
            name: "示例新人".into(),
            roles: vec!["领导".into()],
            locked: true,
            closed: false,
        };
        let problems = vec![Problem::new("password", "密码", "密码至少 10 位")];
        self.hang("pages/account.html", samples::account());
        self.hang("pages/users.html", admin::UsersPage::sample(vec![account], problems));
        let event = EventView {
            id: 1,
            at: samples::moment(),
            who: "系统管理员".into(),
            what: "新建账号".into(),
            detail: "xinren".into(),
            from: "127.0.0.1".into(),
        };
        self.hang("pages/audit.html", admin::AuditPage { events: vec![event], older: Some(1) });
        self.hang("pages/pack.html", admin::PackPage::sample());
    }
}

#[test]
fn every_page_draws_with_everything_in_it() {
    let gallery = Gallery::hang_all();
    if let Ok(folder) = std::env::var("SHIAN_PAGES") {
        for (template, html) in &gallery.drawn {
            let file = std::path::Path::new(&folder).join(template.trim_start_matches("pages/"));
            std::fs::write(file, html).unwrap();
        }
    }
    let all: Vec<_> =
        templates::sources().map(|(name, _)| name).filter(|name| name.starts_with("pages/")).collect();
    let missing: Vec<_> = all.iter().filter(|name| !gallery.drawn.contains_key(name.as_str())).collect();
    assert!(missing.is_empty(), "no test draws {missing:?}");
}

#[test]
fn no_page_needs_what_the_content_security_policy_forbids() {
    for (template, html) in Gallery::hang_all().drawn {
        for forbidden in [" style=\"", " onclick=", " onchange=", "<style", "javascript:"] {
            assert!(!html.contains(forbidden), "{template} holds {forbidden}");
        }
        for script in html.split("<script").skip(1) {
            let allowed =
                script.contains("nonce=\"nonce\"") || script.starts_with(" type=\"application/json\"");
            assert!(allowed, "{template}: a script without nonce");
        }
    }
}

#[test]
fn an_htmx_request_gets_the_main_column_alone() {
    let templates = Templates::load().expect("run `npm run build` in web/ first");
    let shell = Shell { bare: true, ..shell() };
    let page = registers::ListPage::new(samples::list(), &[]);
    let html = templates.page("pages/list.html", &shell, page).unwrap();
    assert!(!html.contains("<nav class=\"side\""), "the menu is not sent again");
    assert!(html.contains("<title>食品生产经营主体"), "the window's title changes");
}

#[test]
fn what_people_typed_is_shown_and_never_run() {
    let templates = Templates::load().expect("run `npm run build` in web/ first");
    let mut record = samples::record();
    record.name = "<script>alert(1)</script>".into();
    let html =
        templates.page("pages/record.html", &shell(), records::RecordPage::new(record, false)).unwrap();
    assert!(html.contains("&lt;script&gt;alert(1)"), "escaped");
    assert!(!html.contains("<script>alert(1)"), "not run");
}
