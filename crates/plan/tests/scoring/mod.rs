//! The scoring of a compiled plan against its truth, in short: sets of (measure, thing), F1 of each field.
//!
//! Kept equal, as in the scoring that judges the project: full- and half-width signs, spaces, quotes, the inner marks of
//! a group of 各, 万 and its zeros, 次/年 and 次.

use serde_json::Value;
use shian_plan::{Plan, Role};
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Score {
    fields: [(usize, usize, usize); 5],
    pub wrong: Vec<String>,
}

type Key = (i64, i64);

impl Score {
    /// F1 of measures, titles, duties, targets, head.
    pub fn fields(&self) -> [f64; 5] {
        self.fields.map(|(hits, missing, extra)| {
            if missing + extra == 0 { 1.0 } else { 2.0 * hits as f64 / (2 * hits + missing + extra) as f64 }
        })
    }

    fn add(&mut self, field: usize, want: &[String], got: &[String]) {
        let mut rest = got.to_vec();
        for w in want {
            if let Some(i) = rest.iter().position(|g| g == w) {
                rest.remove(i);
                self.fields[field].0 += 1;
            } else {
                self.fields[field].1 += 1;
                self.wrong.push(format!("- {w}"));
            }
        }
        self.fields[field].2 += rest.len();
        self.wrong.extend(rest.iter().map(|g| format!("+ {g}")));
    }
}

fn plain(s: &str) -> String {
    let kept = s.chars().filter(|c| !c.is_whitespace() && !"“”\"‘’'「」『』【】".contains(*c));
    kept.map(|c| match c {
        '（' | '〔' | '[' => '(',
        '）' | '〕' | ']' => ')',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap(),
        other => other,
    })
    .collect()
}

fn title(s: &str) -> String {
    plain(s).trim_matches(|c| "。.:;,、·".contains(c)).to_owned()
}

fn body(s: &str) -> String {
    let s = plain(s);
    if !s.starts_with('各') {
        return s;
    }
    let bare: String = s.chars().filter(|c| !"、,()/".contains(*c)).collect();
    bare.strip_suffix("人民政府").or_else(|| bare.strip_suffix("政府")).unwrap_or(&bare).to_owned()
}

fn unit(u: &str) -> String {
    let u = plain(u).replace(['·', '.'], "");
    let mut parts = u.split('/');
    let what = parts.next().unwrap_or("");
    let what = what.strip_prefix('个').filter(|w| !w.is_empty()).unwrap_or(what);
    let per: Vec<&str> = parts
        .filter(|p| !matches!(*p, "人" | "年" | "年度" | "人年" | "年人"))
        .map(|p| if p == "季" { "季度" } else { p })
        .collect();
    std::iter::once(what).chain(per).collect::<Vec<_>>().join("/")
}

fn target(key: Key, value: f64, u: &str, op: &str) -> String {
    let u = unit(u);
    let (value, u) = match u.strip_prefix('万').filter(|w| !w.is_empty()) {
        Some(rest) => (value * 10_000.0, unit(rest)),
        None => (value, u),
    };
    let op = if op == "=" && u == "%" && value == 100.0 { ">=" } else { op };
    format!("target {key:?} {op} {value:.4} {u}")
}

fn texts<'a>(value: &'a Value, key: &str) -> Vec<&'a str> {
    value[key].as_array().map(|a| a.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

const ROLES: [(&str, Role); 3] =
    [("lead", Role::Lead), ("cooperate", Role::Cooperate), ("responsible", Role::Responsible)];

pub fn score(truth: &Value, plan: &Plan) -> Score {
    let mut out = Score::default();
    let mut head = vec![
        format!("title {}", title(truth["title"].as_str().unwrap_or(""))),
        format!("year {}", truth["year"]),
        format!("place {}", plain(truth["place"].as_str().unwrap_or(""))),
    ];
    head.extend(
        list(truth, "chapters")
            .iter()
            .map(|c| format!("chapter {} {}", c["no"], title(c["title"].as_str().unwrap_or("")))),
    );
    let mut got = vec![
        format!("title {}", title(&plan.title)),
        format!("year {}", plan.year.unwrap_or(0)),
        format!("place {}", plain(&plan.place)),
    ];
    got.extend(plan.chapters.iter().map(|c| format!("chapter {} {}", c.no, title(&c.title))));
    out.add(4, &head, &got);

    let wanted: BTreeMap<Key, &Value> = list(truth, "measures")
        .iter()
        .map(|m| ((m["chapter"].as_i64().unwrap(), m["no"].as_i64().unwrap()), m))
        .collect();
    let measures = plan
        .chapters
        .iter()
        .flat_map(|c| c.measures.iter().map(move |m| ((i64::from(c.no), i64::from(m.no)), m)));
    let found: BTreeMap<Key, &shian_plan::Measure> = measures.collect();
    let names = |keys: Vec<&Key>| keys.into_iter().map(|k| format!("measure {k:?}")).collect::<Vec<_>>();
    out.add(0, &names(wanted.keys().collect()), &names(found.keys().collect()));
    for (key, want) in &wanted {
        if let Some(measure) = found.get(key) {
            one(&mut out, *key, want, measure, truth);
        }
    }
    out
}

fn one(out: &mut Score, key: Key, want: &Value, got: &shian_plan::Measure, truth: &Value) {
    let (wanted, mut printed) = (title(want["title"].as_str().unwrap_or("")), title(&got.title));
    let loose = want["title_loose"].as_bool().unwrap_or(false);
    if loose
        && (wanted.starts_with(&printed) && printed.chars().count() >= 6
            || printed.starts_with(&wanted) && printed.chars().count() <= 80)
    {
        printed.clone_from(&wanted);
    }
    out.add(1, &[format!("title {key:?} {wanted}")], &[format!("title {key:?} {printed}")]);

    let spelled = |name: &str| {
        let alternatives = truth["body_alt"].as_object().into_iter().flatten();
        let right = alternatives
            .filter(|(_, alt)| alt.as_array().is_some_and(|a| a.iter().any(|x| x.as_str() == Some(name))))
            .map(|(k, _)| k.clone())
            .next();
        body(&right.unwrap_or_else(|| name.to_owned()))
    };
    let pairs = |key_of: &str| -> Vec<String> {
        let all = list(want, key_of)
            .iter()
            .flat_map(|d| ROLES.iter().flat_map(|(r, _)| texts(d, r).into_iter().map(move |b| (*r, b))));
        unique(all.map(|(r, b)| format!("duty {key:?} {} {r}", spelled(b))).collect())
    };
    let wanted = pairs("duties");
    let optional = pairs("optional_duties");
    let duties = got.tasks.iter().filter_map(|t| t.duty.as_ref()).flat_map(|d| d.bodies());
    let role = |r: Role| ROLES.iter().find(|(_, x)| *x == r).unwrap().0;
    let printed =
        unique(duties.map(|(r, b)| format!("duty {key:?} {} {}", spelled(&b.name), role(r))).collect());
    let printed: Vec<String> =
        printed.into_iter().filter(|p| wanted.contains(p) || !optional.contains(p)).collect();
    out.add(2, &wanted, &printed);
    targets(out, key, want, got);
}

fn unique(mut all: Vec<String>) -> Vec<String> {
    all.sort();
    all.dedup();
    all
}

fn targets(out: &mut Score, key: Key, want: &Value, got: &shian_plan::Measure) {
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    let mut rest: Vec<(f64, String, String)> = Vec::new();
    for t in got.tasks.iter().flat_map(|t| &t.targets) {
        let value: f64 = t.value.to_string().parse().unwrap();
        rest.push((value, t.unit.clone(), target(key, value, &t.unit, t.op.sign())));
    }
    let (mut wanted, mut printed) = (Vec::new(), Vec::new());
    for t in list(want, "targets") {
        let (op, u, value) =
            (t["op"].as_str().unwrap_or(""), t["unit"].as_str().unwrap_or(""), number(&t["value"]));
        let first = target(key, value, u, op);
        let ops = std::iter::once(op).chain(texts(t, "op_alt"));
        let all: Vec<String> = ops
            .flat_map(|o| {
                std::iter::once(u).chain(texts(t, "unit_alt")).map(move |u| target(key, value, u, o))
            })
            .collect();
        if let Some(i) = rest.iter().position(|(_, _, r)| all.contains(r)) {
            rest.remove(i);
            printed.push(first.clone());
        }
        wanted.push(first);
    }
    for t in list(want, "optional_targets") {
        let u = t["unit"].as_str().unwrap_or("");
        let i = rest.iter().position(|(v, ru, _)| {
            (v - number(&t["value"])).abs() < 1e-9 && (u == "*" || unit(ru) == unit(u))
        });
        i.map(|i| rest.remove(i));
    }
    printed.extend(rest.into_iter().map(|(_, _, r)| r));
    out.add(3, &wanted, &printed);
}
