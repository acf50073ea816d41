//! `/signin` 登录: the way in and out. The session itself lives in the service; the cookie holds its token and nothing else.

use axum::{
    Form,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::{Deserialize, Serialize};
use shian_service::{Office, Refusal};

use crate::{
    pages::{preferences::own_page, refused},
    respond,
    router::Site,
    shell::{self, Shell},
    signed::{Refused, in_background},
    visit::{SESSION, Visit},
};

/// What the template reads.
#[derive(Debug, Default, Serialize)]
pub struct SignInPage {
    /// The plan this office runs, when it has one.
    pub plan: Option<PlanOutline>,
    /// What was typed as account.
    pub name: String,
    /// Where to go afterwards.
    pub next: String,
    /// Why one was not let in.
    pub problem: Option<String>,
}

/// The plan in a few lines, for the page's left half.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PlanOutline {
    /// The document's title.
    pub title: String,
    /// Its chapters.
    pub chapters: Vec<ChapterOutline>,
    /// How many measures.
    pub measures: usize,
    /// How many targets.
    pub targets: usize,
}

/// One chapter of the outline.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ChapterOutline {
    /// 一
    pub no: String,
    /// Its title.
    pub title: String,
    /// Numbers of its measures.
    pub measures: Vec<u32>,
}

/// Where one wanted to go.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    next: Option<String>,
}

/// What is typed.
#[derive(Deserialize)]
pub struct Credentials {
    name: String,
    password: String,
    next: Option<String>,
}

/// `GET /signin`
pub async fn show(State(site): State<Site>, visit: Visit, Query(wanted): Query<Wanted>) -> Response {
    let next = own_page(wanted.next.as_deref()).to_owned();
    draw(&site, &visit, SignInPage { next, ..SignInPage::default() }).await
}

/// `POST /signin`
pub async fn enter(State(site): State<Site>, visit: Visit, Form(typed): Form<Credentials>) -> Response {
    let next = own_page(typed.next.as_deref()).to_owned();
    let (name, password, from) = (typed.name.clone(), typed.password, visit.from.clone());
    let tried = in_background(&site.office, move |office| office.sign_in(&name, &password, &from)).await;
    match tried {
        Ok((token, _)) => (session_cookie(&site, Some(&token)), Redirect::to(&next)).into_response(),
        Err(refusal @ Refusal::Internal { .. }) => {
            refused::answer(&site, &Shell::outside(&visit), &visit, refusal).into_response()
        }
        Err(refusal) => {
            let page = SignInPage { name: typed.name, next, problem: Some(refusal.to_string()), plan: None };
            (StatusCode::UNPROCESSABLE_ENTITY, draw(&site, &visit, page).await).into_response()
        }
    }
}

/// `POST /signout`
pub async fn leave(State(site): State<Site>, visit: Visit) -> Result<Response, Refused> {
    if let Some(token) = visit.token.clone() {
        let ended = in_background(&site.office, move |office| office.sign_out(&token)).await;
        ended.map_err(|refusal| refused::answer(&site, &Shell::outside(&visit), &visit, refusal))?;
    }
    Ok((session_cookie(&site, None), Redirect::to("/signin")).into_response())
}

async fn draw(site: &Site, visit: &Visit, mut page: SignInPage) -> Response {
    let mut shell = Shell::outside(visit);
    let told = in_background(&site.office, |office| Ok((office.pack().place.clone(), outline(office)))).await;
    if let Ok((place, plan)) = told {
        shell.place = place;
        page.plan = plan;
    }
    respond::drawn(visit, site.templates.page("pages/signin.html", &shell, page))
}

fn session_cookie(site: &Site, token: Option<&str>) -> HeaderMap {
    let secure = if site.secure_cookie { "; Secure" } else { "" };
    let cookie = match token {
        Some(token) => format!("{SESSION}={token}; Path=/; HttpOnly; SameSite=Lax{secure}"),
        None => format!("{SESSION}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}"),
    };
    let mut headers = HeaderMap::new();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    headers
}

fn outline(office: &Office) -> Option<PlanOutline> {
    let pack = office.pack();
    let plan = pack.plan.as_ref()?;
    let chapters: Vec<_> = plan
        .chapters
        .iter()
        .map(|chapter| ChapterOutline {
            no: shell::chinese(chapter.no),
            title: chapter.title.clone(),
            measures: chapter.measures.iter().map(|measure| measure.no).collect(),
        })
        .collect();
    let measures = chapters.iter().map(|chapter| chapter.measures.len()).sum();
    Some(PlanOutline { title: plan.title.clone(), measures, targets: pack.targets.len(), chapters })
}
