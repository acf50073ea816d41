//! What a verb says: text for people, JSON for programs, a bar while it works, a reason when it fails.
use std::fmt::Display;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

/// Why a verb did not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Refused or failed; exit code 1.
    #[error("{0}")]
    Refused(String),
    /// Wrong arguments or configuration; exit code 2.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    pub fn usage(why: impl Into<String>) -> Self {
        Self::Usage(why.into())
    }

    pub fn refused(why: impl Display) -> Self {
        Self::Refused(why.to_string())
    }
}

impl From<shian_service::OfficeError> for Failure {
    fn from(e: shian_service::OfficeError) -> Self {
        Self::Refused(e.to_string())
    }
}

impl From<shian_service::Refusal> for Failure {
    fn from(e: shian_service::Refusal) -> Self {
        let mut words = e.to_string();
        if let shian_service::Refusal::Invalid { problems } = &e {
            for problem in problems {
                words += &format!("\n  {}：{}", problem.title, problem.message);
            }
        }
        Self::Refused(words)
    }
}

impl From<std::io::Error> for Failure {
    fn from(e: std::io::Error) -> Self {
        Self::Refused(e.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(e: serde_json::Error) -> Self {
        Self::Refused(e.to_string())
    }
}

/// Where a verb's answer goes.
pub struct Report {
    json: bool,
}

impl Report {
    pub fn is_json(&self) -> bool {
        self.json
    }

    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// The answer: `data` as JSON, or the lines that `text` makes of it.
    pub fn answer<T: Serialize>(&self, data: &T, text: impl FnOnce(&T) -> String) -> Result<(), Failure> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(data)?);
        } else {
            println!("{}", text(data).trim_end());
        }
        Ok(())
    }

    /// A bar on stderr; hidden by the library when that is no terminal.
    pub fn bar(&self, title: &str) -> ProgressBar {
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(title.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }

    pub fn fail(&self, failure: &Failure) -> ExitCode {
        if self.json {
            println!("{}", serde_json::json!({ "error": failure.to_string() }));
        }
        eprintln!("{failure}");
        match failure {
            Failure::Refused(_) => ExitCode::from(1),
            Failure::Usage(_) => ExitCode::from(2),
        }
    }
}
