//! The forms that write: a new record, an edited one, a step that asks something. One handler reads the form, one page
//! shows it; what comes back wrong comes back filled, with every mistake named at its field.

use axum::{
    extract::{Multipart, Path, RawQuery},
    response::{IntoResponse, Redirect},
};
use serde::Serialize;
use shian_service::{
    Draft, Office, Refusal,
    view::{FormView, RecordView},
};

use crate::{
    form::Sent,
    pages::{
        records::address,
        refused::{StalePage, Typed},
    },
    signed::{Answer, Refused, Signed},
};

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct FormPage {
    /// What the service tells.
    pub view: FormView,
    /// Where the form is sent.
    pub action: String,
    /// Where "cancel" leads.
    pub back: String,
    /// Under what name this browser keeps the unsent draft.
    pub draft_key: String,
    /// What is wrong with the reason.
    pub reason_error: Option<String>,
}

/// Which form.
#[derive(Debug, Clone, Default)]
pub struct Target {
    register: String,
    id: Option<i64>,
    step: Option<String>,
}

impl Target {
    fn action(&self) -> String {
        match (self.id, &self.step) {
            (None, _) => format!("/registers/{}/new", self.register),
            (Some(id), None) => format!("{}/edit", address(&self.register, id)),
            (Some(id), Some(step)) => format!("{}/steps/{step}", address(&self.register, id)),
        }
    }

    fn back(&self) -> String {
        self.id.map_or_else(|| format!("/registers/{}", self.register), |id| address(&self.register, id))
    }
}

impl FormPage {
    /// Lays out what the service tells.
    #[must_use]
    pub fn new(view: FormView, target: &Target) -> Self {
        let reason_error = view
            .problems
            .iter()
            .find(|problem| problem.field.as_deref() == Some("_reason"))
            .map(|p| p.message.clone());
        Self { action: target.action(), back: target.back(), draft_key: target.action(), reason_error, view }
    }
}

/// `GET /registers/{register}/new`; fields may be given in the address, as a related record does.
pub async fn new(signed: Signed, Path(register): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let pairs: Vec<(String, String)> =
        serde_urlencoded::from_str(query.as_deref().unwrap_or_default()).unwrap_or_default();
    show(signed, Target { register, id: None, step: None }, Sent::from_pairs(pairs).draft).await
}

/// `GET /records/{register}/{id}/edit`
pub async fn edit(signed: Signed, Path((register, id)): Path<(String, i64)>) -> Answer {
    show(signed, Target { register, id: Some(id), step: None }, Draft::default()).await
}

/// `GET /records/{register}/{id}/steps/{step}`
pub async fn step(signed: Signed, Path((register, id, step)): Path<(String, i64, String)>) -> Answer {
    show(signed, Target { register, id: Some(id), step: Some(step) }, Draft::default()).await
}

async fn show(signed: Signed, target: Target, draft: Draft) -> Answer {
    let wanted = target.clone();
    let view = signed
        .ask(move |office, actor| {
            office.form(actor, &wanted.register, wanted.id, wanted.step.as_deref(), &draft, &[])
        })
        .await?;
    signed.page("pages/form.html", FormPage::new(view, &target))
}

/// `POST /registers/{register}/new`
pub async fn create(signed: Signed, Path(register): Path<String>, form: Multipart) -> Answer {
    act(signed, Target { register, id: None, step: None }, read(form).await).await
}

/// `POST /records/{register}/{id}/edit`
pub async fn save(signed: Signed, Path((register, id)): Path<(String, i64)>, form: Multipart) -> Answer {
    act(signed, Target { register, id: Some(id), step: None }, read(form).await).await
}

/// `POST /records/{register}/{id}/steps/{step}`: from the step's form, or from a one-click button.
pub async fn take(
    signed: Signed,
    Path((register, id, step)): Path<(String, i64, String)>,
    form: Multipart,
) -> Answer {
    act(signed, Target { register, id: Some(id), step: Some(step) }, read(form).await).await
}

async fn read(form: Multipart) -> Result<Sent, Refusal> {
    Sent::read(form).await.map_err(Refusal::conflict)
}

async fn act(signed: Signed, target: Target, sent: Result<Sent, Refusal>) -> Answer {
    let sent = sent.map_err(|refusal| signed.refuse(refusal))?;
    let wanted = target.clone();
    let outcome = signed
        .attempt(move |office, actor| {
            let mut sent = sent;
            for upload in std::mem::take(&mut sent.files) {
                let key = office.keep_file(actor, &upload.name, &upload.bytes)?;
                sent.attach(&upload.field, key);
            }
            let done = write(office, actor, &wanted, &sent);
            Ok((done, sent.draft))
        })
        .await;
    let (done, draft) = outcome.map_err(|refusal| signed.refuse(refusal))?;
    match done {
        Ok(view) => Ok(Redirect::to(&format!("{}?done=1", address(&view.register, view.id))).into_response()),
        Err(Refusal::Invalid { problems }) => {
            let wanted = target.clone();
            let view = signed
                .ask(move |office, actor| {
                    office.form(actor, &wanted.register, wanted.id, wanted.step.as_deref(), &draft, &problems)
                })
                .await?;
            signed.page_again("pages/form.html", FormPage::new(view, &target))
        }
        Err(Refusal::Stale { yours, current }) => stale(&signed, &target, yours, current, draft).await,
        Err(other) => Err(signed.refuse(other)),
    }
}

fn write(
    office: &Office,
    actor: &shian_service::Actor,
    target: &Target,
    sent: &Sent,
) -> Result<RecordView, Refusal> {
    let draft = sent.draft.clone();
    match (target.id, &target.step) {
        (None, _) => office.create(actor, &target.register, draft),
        (Some(id), None) => office.edit(actor, &target.register, id, sent.version, draft),
        (Some(id), Some(step)) => {
            office.step(actor, &target.register, id, sent.version, step, draft, sent.reason.clone())
        }
    }
}

/// Somebody else was faster: both versions side by side, and what was typed is not lost.
async fn stale(
    signed: &Signed,
    target: &Target,
    yours: i64,
    current: Box<RecordView>,
    draft: Draft,
) -> Answer {
    let wanted = target.clone();
    let form: Result<FormView, Refused> = signed
        .ask(move |office, actor| {
            office.form(actor, &wanted.register, wanted.id, wanted.step.as_deref(), &draft, &[])
        })
        .await;
    let now = current.sections.iter().flat_map(|section| &section.fields);
    let now: std::collections::BTreeMap<_, _> =
        now.map(|field| (field.id.as_str(), field.text.clone())).collect();
    let typed = form.map_or_else(
        |_| Vec::new(),
        |form| {
            let fields = form.sections.into_iter().flat_map(|section| section.fields);
            fields
                .map(|field| {
                    let title_of = field.options.iter().find(|option| option.code == field.text);
                    let yours = title_of.map_or_else(
                        || {
                            if field.text_title.is_empty() {
                                field.text.clone()
                            } else {
                                field.text_title.clone()
                            }
                        },
                        |option| option.title.clone(),
                    );
                    Typed {
                        title: field.title,
                        yours,
                        current: now.get(field.id.as_str()).cloned().unwrap_or_default(),
                    }
                })
                .filter(|pair| pair.yours != pair.current)
                .collect()
        },
    );
    let address = address(&current.register, current.id);
    let page = StalePage { yours, typed, again: target.action(), address, current };
    let page = signed.page("pages/stale.html", page)?;
    Ok((axum::http::StatusCode::CONFLICT, page).into_response())
}
