//! What an expression looks at: what decides the order of computed fields and who must follow a change.
use std::collections::BTreeSet;

use shian_pack::expr::Node;

/// Fields of the record itself, and fields read through a ref.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reads {
    pub fields: BTreeSet<String>,
    /// (ref field, field of the record it points to)
    pub hops: BTreeSet<(String, String)>,
}

/// All that `node` reads.
pub fn reads(node: &Node) -> Reads {
    let fields = node.fields().into_iter().map(str::to_string).collect();
    let (mut hops, mut open) = (BTreeSet::new(), vec![node]);
    while let Some(node) = open.pop() {
        if let Node::Hop { by, id, .. } = node {
            hops.insert((by.clone(), id.clone()));
        }
        open.extend(node.children());
    }
    Reads { fields, hops }
}
