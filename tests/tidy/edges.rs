//! The arrows between our crates. An edge that is not listed here is an error: a new one is the gravest kind of change.

use serde::Deserialize;
use std::process::Command;

/// Who may import whom, inside the house. Engines stand in `engines/` and import none of ours.
const ARROWS: [(&str, &[&str]); 8] = [
    ("shian-plan", &[]),
    // Pure as an engine: a document's words in, bytes out.
    ("shian-paper", &[]),
    ("shian-pack", &["shian-plan"]),
    ("shian-store", &["shian-pack", "shian-plan"]),
    ("shian-service", &["shian-store", "shian-pack", "shian-plan", "shian-paper"]),
    ("shian-web", &["shian-service", "shian-pack", "shian-plan"]),
    ("shian-lake", &["shian-service", "shian-pack", "shian-plan"]),
    ("shian-cli", &["shian-web", "shian-service", "shian-pack", "shian-plan"]),
];

/// The crate that calls the engines.
const CALLS_ENGINES: &str = "shian-service";

/// The crate of whole-house tests: it may import anything.
const TESTS: &str = "shian-tests";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// One of our crates, as cargo tells it.
#[derive(Deserialize)]
pub struct Package {
    pub name: String,
    pub manifest_path: String,
    pub dependencies: Vec<Dependency>,
}

/// A dependency as declared: `path` is set for our own crates, `kind` is null for a normal one.
#[derive(Deserialize)]
pub struct Dependency {
    pub name: String,
    pub path: Option<String>,
    pub kind: Option<String>,
}

impl Package {
    /// Where it stands, from the root: `crates/plan`.
    pub fn folder(&self) -> String {
        let root = super::tree::root().canonicalize().expect("the root exists");
        let folder = std::path::Path::new(&self.manifest_path).parent().expect("a manifest has a folder");
        folder.strip_prefix(root).unwrap_or(folder).to_string_lossy().replace('\\', "/")
    }

    fn is_engine(&self) -> bool {
        self.manifest_path.replace('\\', "/").contains("/engines/")
    }
}

/// The workspace's crates.
pub fn packages() -> Vec<Package> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(super::tree::root())
        .output()
        .expect("cargo metadata runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Metadata>(&output.stdout).expect("cargo metadata prints JSON").packages
}

/// Every edge that no arrow allows, with what to do about it. Edges of tests (`dev-dependencies`) are free.
pub fn unlisted(packages: &[Package]) -> Vec<String> {
    let engines: Vec<&str> = packages.iter().filter(|p| p.is_engine()).map(|p| p.name.as_str()).collect();
    let mut found = Vec::new();
    for package in packages.iter().filter(|package| package.name != TESTS) {
        let listed = ARROWS.iter().find(|(name, _)| *name == package.name).map(|(_, to)| *to);
        if listed.is_none() && !package.is_engine() {
            found.push(format!(
                "{}: {} is in no list; give it a row in ARROWS",
                package.manifest_path, package.name
            ));
        }
        let ours =
            package.dependencies.iter().filter(|d| d.path.is_some() && d.kind.as_deref() != Some("dev"));
        for dependency in ours {
            let to = dependency.name.as_str();
            let allowed = listed.is_some_and(|listed| listed.contains(&to))
                || package.name == CALLS_ENGINES && engines.contains(&to);
            if !allowed {
                found.push(format!(
                    "{}: {} must not import {to}; hand the value over, or list the edge in ARROWS with its reason in an ADR",
                    package.manifest_path, package.name
                ));
            }
        }
    }
    found
}
