//! The real program in a folder of its own: its verbs, its server on a free port, and a person's browser without scripts.
#![allow(dead_code)] // each test binary uses its part
#![allow(clippy::unwrap_used, clippy::panic)] // test code, though not in a #[test] function

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

pub const WORD: &str = "Right-Word-2023";

/// The repository.
pub fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn shian() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shian"));
    for name in ["SHIAN_DATA", "SHIAN_DATABASE", "SHIAN_LISTEN"] {
        command.env_remove(name);
    }
    command
}

/// Runs a verb to its end.
pub fn run(args: &[&str]) -> Output {
    shian().args(args).stdin(Stdio::null()).output().unwrap()
}

/// Runs a verb that must succeed; its standard output.
pub fn done(args: &[&str]) -> String {
    let output = run(args);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "shian {}: {error}", args.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// Opens an account with [`WORD`] as its password.
pub fn add_user(data: &Path, login: &str, roles: &[&str]) {
    let mut command = shian();
    command.args(["user", "add", login, "--name", login, "--data"]).arg(data);
    for role in roles {
        command.args(["--role", role]);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{WORD}").unwrap();
    assert!(child.wait().unwrap().success(), "user add {login}");
}

/// A served office; stops when dropped.
pub struct Served {
    child: Child,
    address: String,
}

impl Served {
    pub fn start(data: &Path) -> Self {
        let mut command = shian();
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, address: line.trim().to_owned() }
    }

    /// Signs in; later requests carry the session.
    pub fn person(&self, login: &str) -> Browser {
        let mut browser = Browser { address: self.address.clone(), cookie: String::new() };
        let page = browser.post("/signin", &[("name", login), ("password", WORD)]);
        assert_eq!(page.status, 303, "{login} comes in: {}", page.body);
        browser.cookie = page.cookie;
        browser
    }

    /// Resident memory of the program.
    pub fn memory_mb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or_default() / 1024
    }

    pub fn nobody(&self) -> Browser {
        Browser { address: self.address.clone(), cookie: String::new() }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One person's browser; does not follow redirects by itself.
pub struct Browser {
    address: String,
    cookie: String,
}

pub struct Page {
    pub status: u16,
    pub location: String,
    pub cookie: String,
    pub body: String,
}

impl Browser {
    pub fn get(&self, path: &str) -> Page {
        page(agent().get(format!("{}{path}", self.address)).header("cookie", &self.cookie).call().unwrap())
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let request = agent()
            .post(format!("{}{path}", self.address))
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin");
        page(request.send_form(form.iter().copied()).unwrap())
    }

    /// Sends a record's form, as browsers do where attachments may come along.
    pub fn send(&self, path: &str, form: &[(&str, &str)]) -> Page {
        let part = |(name, value): &(&str, &str)| {
            format!("--seam\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = form.iter().map(part).collect::<String>() + "--seam--\r\n";
        let request = agent()
            .post(format!("{}{path}", self.address))
            .header("cookie", &self.cookie)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "multipart/form-data; boundary=seam");
        page(request.send(body).unwrap())
    }

    /// Sends a record's form and opens where it leads.
    pub fn follow(&self, path: &str, form: &[(&str, &str)]) -> (String, Page) {
        let sent = self.send(path, form);
        assert_eq!(sent.status, 303, "POST {path}: {}", sent.body);
        let page = self.get(&sent.location);
        let bare = sent.location.split('?').next().unwrap_or_default();
        (bare.to_owned(), page)
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into()
}

fn page(mut response: ureq::http::Response<ureq::Body>) -> Page {
    let header = |name: &str| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let (location, cookie) = (header("location"), header("set-cookie"));
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    Page {
        status: response.status().as_u16(),
        location,
        cookie,
        body: response.body_mut().read_to_string().unwrap(),
    }
}
