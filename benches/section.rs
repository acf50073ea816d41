//! docs/benchmarks.md, one section a bench, each between two marks so that the others keep theirs. Included by every bench.
use std::path::Path;

/// Puts `text` between the marks of `name`; a file without them gets it at the end.
pub fn put(name: &str, text: &str) {
    println!("{text}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/benchmarks.md");
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let old = std::fs::read_to_string(&file).unwrap_or_else(|_| "# Benchmarks\n".to_owned());
    let section = format!("{begin}\n{}\n{end}", text.trim_end());
    let new = match (old.find(&begin), old.find(&end)) {
        (Some(from), Some(to)) => format!("{}{section}{}", &old[..from], &old[to + end.len()..]),
        _ => format!("{}\n\n{section}\n", old.trim_end()),
    };
    if let Err(error) = std::fs::write(&file, new) {
        eprintln!("{}: {error}", file.display());
    }
}
