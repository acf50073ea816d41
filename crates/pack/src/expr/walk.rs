//! What an expression is made of: the way to every part of it, and the fields it reads.
use super::Node;

impl Node {
    /// The expressions directly inside this one.
    pub fn children(&self) -> Vec<&Node> {
        match self {
            Node::Lit(_)
            | Node::Field { .. }
            | Node::Hop { .. }
            | Node::Today
            | Node::Now
            | Node::Me
            | Node::Rule { .. } => Vec::new(),
            Node::And(nodes) | Node::Or(nodes) => nodes.iter().collect(),
            Node::In(node, nodes) => std::iter::once(&**node).chain(nodes).collect(),
            Node::If(_, condition, yes, no) => vec![condition, yes, no],
            Node::Compare(_, a, b)
            | Node::Arith(_, _, a, b)
            | Node::Contains(a, b)
            | Node::StartsWith(a, b)
            | Node::Workdays(a, b) => vec![a, b],
            Node::Not(node)
            | Node::Negate(node)
            | Node::Under(node, _)
            | Node::Size(node)
            | Node::Year(node)
            | Node::Month(node)
            | Node::Day(node)
            | Node::DateOf(node)
            | Node::BodyOf(node) => vec![node],
        }
    }

    /// Fields of the record itself that are read, the ref before a dot included; each once, in the order written.
    pub fn fields(&self) -> Vec<&str> {
        let mut found = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            if let Node::Field { id, .. } | Node::Hop { by: id, .. } = node
                && !found.contains(&id.as_str())
            {
                found.push(id.as_str());
            }
            open.extend(node.children().into_iter().rev());
        }
        found
    }
}
