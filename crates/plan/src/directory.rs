//! Bodies of a place by the names documents give them (单位别名): from a printed name to the pack's body.

use crate::plan::{BodyName, Plan};
use std::collections::{BTreeMap, HashMap};

/// Names and aliases of bodies, each with the pack's id.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    ids: HashMap<String, String>,
}

/// A plan's bodies by the directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Printed name → the pack's id.
    pub known: BTreeMap<String, String>,
    /// Names the directory does not hold, where each first stands.
    pub unknown: Vec<BodyName>,
}

impl Directory {
    /// Adds a name or alias; what stood there before is replaced and given back.
    pub fn insert(&mut self, name: &str, id: &str) -> Option<String> {
        self.ids.insert(key(name), id.to_owned())
    }

    /// The id of a printed name. 各乡镇、办、管委会 is one entry, in any spelling of its inner marks.
    #[must_use]
    pub fn id(&self, name: &str) -> Option<&str> {
        self.ids.get(&key(name)).map(String::as_str)
    }

    /// Looks every body of the plan up.
    #[must_use]
    pub fn resolve(&self, plan: &Plan) -> Resolved {
        let mut out = Resolved::default();
        let duties = plan
            .chapters
            .iter()
            .flat_map(|c| &c.measures)
            .flat_map(|m| &m.tasks)
            .filter_map(|t| t.duty.as_ref());
        for (_, body) in duties.flat_map(|d| d.bodies()) {
            if let Some(id) = self.id(&body.name) {
                out.known.insert(body.name.clone(), id.to_owned());
            } else if !out.unknown.iter().any(|u| u.name == body.name) {
                out.unknown.push(body.clone());
            }
        }
        out
    }
}

/// One spelling: no spaces, one form of brackets; in a group of 各 no inner marks and no 政府 at its end.
fn key(name: &str) -> String {
    let folded: String = name.chars().filter(|c| !c.is_whitespace()).map(crate::signs::fold).collect();
    let plain = folded.replace('[', "(").replace(']', ")");
    if !plain.starts_with('各') {
        return plain;
    }
    let bare: String = plain.chars().filter(|c| !matches!(c, '、' | '，' | '(' | ')' | '/')).collect();
    bare.strip_suffix("人民政府").or_else(|| bare.strip_suffix("政府")).unwrap_or(&bare).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_townships_is_one_entry_in_any_spelling() {
        let mut directory = Directory::default();
        directory.insert("各乡镇、办、管委会", "townships");
        assert_eq!(directory.id("各乡镇、办、管委会政府"), Some("townships"));
        assert_eq!(directory.id("各乡镇办管委会"), Some("townships"));
        assert_eq!(directory.id("区市场监管局"), None);
    }
}
