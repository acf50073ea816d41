//! Every text a page shows, by language: `web/messages/zh.toml` is whole, `en.toml` may lag and falls back to Chinese.
//! A text may hold `{name}` places. A key that no catalogue has is an error, so that the template test finds it.

use std::collections::BTreeMap;

use rust_embed::RustEmbed;

use crate::WebError;

#[derive(RustEmbed)]
#[folder = "../../web/messages"]
struct Files;

/// A language a reader may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// 中文
    Chinese,
    /// English
    English,
}

impl Language {
    /// The value of the `lang` attribute and of the cookie.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }
}

/// The texts of one language, `section.key` to text.
#[derive(Debug, Clone, Default)]
pub struct Messages(BTreeMap<String, String>);

impl Messages {
    /// Reads the catalogue of a language, laid over the Chinese one.
    ///
    /// # Errors
    /// [`WebError::Messages`] names the file and what is wrong with it.
    pub fn load(language: Language) -> Result<Self, WebError> {
        let mut texts = BTreeMap::new();
        read("zh.toml", &mut texts)?;
        if language == Language::English {
            read("en.toml", &mut texts)?;
        }
        Ok(Self(texts))
    }

    /// The text under a key, its `{places}` filled.
    #[must_use]
    pub fn text(&self, key: &str, values: &[(&str, String)]) -> Option<String> {
        let mut text = self.0.get(key)?.clone();
        for (place, value) in values {
            text = text.replace(&format!("{{{place}}}"), value);
        }
        Some(text)
    }
}

fn read(file: &str, texts: &mut BTreeMap<String, String>) -> Result<(), WebError> {
    let bad = |reason: String| WebError::Messages { file: file.to_owned(), reason };
    let data = Files::get(file).ok_or_else(|| bad("the file is missing".to_owned()))?;
    let source = String::from_utf8(data.data.into_owned()).map_err(|error| bad(error.to_string()))?;
    let sections: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(&source).map_err(|error| bad(error.to_string()))?;
    for (section, entries) in sections {
        for (key, text) in entries {
            texts.insert(format!("{section}.{key}"), text);
        }
    }
    Ok(())
}
