//! Draws pages: the templates of `web/templates`, with the few functions they may call. Undefined names are errors, so a
//! template and its page struct cannot drift apart. No rule and no look-up happens here.
//!
//! Functions: `t(key, place=value…)` text of the catalogue · `icon(name)` · `asset(name)` · filters: `num` thousands
//! separated, `day` 9月15日, `date` 2023-09-15, `moment` in the place's time.

use std::sync::Arc;

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value,
    value::{Kwargs, Serde},
};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::{
    WebError,
    assets::Manifest,
    format,
    messages::{Language, Messages},
    shell::{self, Shell},
    signed::form_encode,
};

#[derive(RustEmbed)]
#[folder = "../../web/templates"]
struct Files;

/// The environments of both languages.
#[derive(Debug)]
pub struct Templates {
    chinese: Environment<'static>,
    english: Environment<'static>,
}

impl Templates {
    /// Prepares both languages. `dev` reads changed templates again at each page.
    ///
    /// # Errors
    /// A missing bundle or a broken catalogue.
    pub fn load() -> Result<Self, WebError> {
        let manifest = Arc::new(Manifest::load()?);
        Ok(Self {
            chinese: environment(Language::Chinese, &manifest)?,
            english: environment(Language::English, &manifest)?,
        })
    }

    fn of(&self, language: Language) -> &Environment<'static> {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        }
    }

    /// Draws one page: `p` is the page's own struct, `shell` what surrounds it.
    ///
    /// # Errors
    /// The template's mistake, with its file and line.
    pub fn page<T: Serialize>(&self, name: &str, shell: &Shell, page: T) -> Result<String, WebError> {
        let layout = if shell.bare { "layout/bare.html" } else { "layout/page.html" };
        let context = minijinja::context! {
            layout,
            shell => Serde(shell),
            p => Serde(page),
        };
        let template = self.of(shell.language()).get_template(name).map_err(WebError::template)?;
        template.render(context).map_err(WebError::template)
    }

    /// Draws a piece of template source, as the examples of the parts page are.
    ///
    /// # Errors
    /// The source's mistake.
    pub fn fragment(&self, source: &str) -> Result<String, WebError> {
        self.chinese.render_named_str("example.html", source, ()).map_err(WebError::template)
    }
}

/// The sources of all templates, by name, in order.
pub fn sources() -> impl Iterator<Item = (String, String)> {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    names.into_iter().filter_map(|name| Some((name.to_string(), source(&name)?)))
}

fn source(name: &str) -> Option<String> {
    String::from_utf8(Files::get(name)?.data.into_owned()).ok()
}

fn environment(language: Language, manifest: &Arc<Manifest>) -> Result<Environment<'static>, WebError> {
    let messages = Messages::load(language)?;
    let mut env = Environment::new();
    env.set_loader(|name| Ok(source(name)));
    env.set_auto_reload(cfg!(debug_assertions));
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.add_function("t", move |key: &str, values: Kwargs| text(&messages, key, &values));
    let files = Arc::clone(manifest);
    env.add_function("asset", move |name: &str| {
        files.address(name).ok_or_else(|| missing(format!("no bundle {name}")))
    });
    let icons = Arc::clone(manifest);
    env.add_function("icon", move |name: &str| icon(&icons, name));
    env.add_filter("shape", shape);
    env.add_filter("permille", |value: u32| format!("{}.{}", value / 10, value % 10));
    env.add_filter("chinese", shell::chinese);
    env.add_filter("urlencode", |text: &str| form_encode(text));
    env.add_filter("num", |value: Value| format::thousands(&value.to_string()));
    env.add_filter("day", |value: &str| format::day(value));
    env.add_filter("date", |value: &str| format::date(value));
    env.add_filter("moment", |value: &str| format::moment(value));
    Ok(env)
}

fn text(messages: &Messages, key: &str, values: &Kwargs) -> Result<String, Error> {
    let mut places = Vec::new();
    for name in values.args() {
        places.push((name, values.get::<Value>(name)?.to_string()));
    }
    messages.text(key, &places).ok_or_else(|| missing(format!("no text {key}")))
}

fn icon(manifest: &Manifest, name: &str) -> Result<Value, Error> {
    let sprite = manifest.address("icons.svg").ok_or_else(|| missing("no icons.svg".to_owned()))?;
    if !manifest.has_icon(name) {
        return Err(missing(format!("no icon {name} in web/icons.txt")));
    }
    Ok(Value::from_safe_string(format!(
        r#"<svg class="i" aria-hidden="true"><use href="{sprite}#{name}"/></svg>"#
    )))
}

/// The class that draws a light of the service: one shape and colour for each meaning.
fn shape(light: &str) -> Result<&'static str, Error> {
    match light {
        "late" => Ok("late"),
        "behind" | "soon" => Ok("slow"),
        "on_track" => Ok("ok"),
        "met" => Ok("done"),
        "waiting" => Ok("wait"),
        "running" => Ok("run"),
        other => Err(missing(format!("no light {other}"))),
    }
}

fn missing(what: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, what)
}
