//! Which fields an expression reads: what decides the order of computed fields and who must follow a change.
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
    let mut found = Reads::default();
    walk(node, &mut found);
    found
}

fn walk(node: &Node, found: &mut Reads) {
    match node {
        Node::Field { id, .. } => {
            found.fields.insert(id.clone());
        }
        Node::Hop { by, id, .. } => {
            found.fields.insert(by.clone());
            found.hops.insert((by.clone(), id.clone()));
        }
        Node::Lit(_) | Node::Today | Node::Now | Node::Me | Node::Rule { .. } => {}
        Node::Not(one)
        | Node::Negate(one)
        | Node::Size(one)
        | Node::Year(one)
        | Node::Month(one)
        | Node::Day(one)
        | Node::DateOf(one)
        | Node::BodyOf(one)
        | Node::Under(one, _) => walk(one, found),
        Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| walk(part, found)),
        Node::Compare(_, left, right)
        | Node::Arith(_, _, left, right)
        | Node::Contains(left, right)
        | Node::StartsWith(left, right)
        | Node::Workdays(left, right) => {
            walk(left, found);
            walk(right, found);
        }
        Node::If(_, test, then, other) => {
            walk(test, found);
            walk(then, found);
            walk(other, found);
        }
        Node::In(subject, items) => {
            walk(subject, found);
            items.iter().for_each(|item| walk(item, found));
        }
    }
}
