//! What a request says, read strictly: its query, its preconditions, its JSON. Whatever does not read is a problem, never a
//! guess.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde_json::{Map, Value};

use super::problem::{Fault, Problem};

/// Bytes of a JSON body.
pub const JSON_BYTES_MAX: usize = 2 << 20;
const KEY_MAX: usize = 200;

/// A query's parameters, each at most once.
#[derive(Debug, Default)]
pub struct Asked(Vec<(String, String)>);

impl Asked {
    /// Reads the query; parameters that the address does not know are refused.
    pub fn read(query: Option<&str>, known: &[&str]) -> Result<Self, Problem> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query.unwrap_or_default())
            .map_err(|error| Problem::malformed(Fault::parameter("", error.to_string())))?;
        for (at, (name, value)) in pairs.iter().enumerate() {
            let wrong = if !known.contains(&name.as_str()) {
                format!("没有这个参数，可用：{}", known.join("、"))
            } else if pairs[..at].iter().any(|(other, _)| other == name) {
                "这个参数只能出现一次".to_owned()
            } else if value.contains('\0') {
                "不能含有 NUL".to_owned()
            } else if value.contains(char::REPLACEMENT_CHARACTER) {
                "不是 UTF-8".to_owned()
            } else {
                continue;
            };
            return Err(Problem::malformed(Fault::parameter(&name.replace('\0', ""), wrong)));
        }
        Ok(Self(pairs))
    }

    /// The value, if it was given.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A list with commas; an empty one is wrong.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let items: Vec<String> = text.split(',').map(str::to_owned).collect();
        if items.iter().any(String::is_empty) {
            return Err(Problem::malformed(Fault::parameter(name, "用逗号分开，每一项不能为空")));
        }
        Ok(Some(items))
    }

    /// A whole number between bounds.
    pub fn number(&self, name: &str, (least, most): (i64, i64)) -> Result<Option<i64>, Problem> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| (least..=most).contains(number));
        let wrong = || Problem::malformed(Fault::parameter(name, format!("应为 {least} 到 {most} 的整数")));
        number.map(Some).ok_or_else(wrong)
    }

    /// `true` or `false`; absent: false.
    pub fn yes(&self, name: &str) -> Result<bool, Problem> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Problem::malformed(Fault::parameter(name, "应为 true 或 false"))),
        }
    }
}

/// What `If-Match` demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// Whatever version stands.
    Any,
    /// One of these; empty: none that exists.
    Versions(Vec<i64>),
}

/// A write names the version that was looked at.
pub fn if_match(headers: &HeaderMap) -> Result<Match, Problem> {
    let Some(text) = headers.get(header::IF_MATCH) else {
        let detail = "请先读取记录，把它的 ETag 放在 If-Match 里";
        return Err(Problem::new("precondition", detail));
    };
    let wrong = || Problem::malformed(Fault::header("If-Match", "应为读取时的 ETag，如 \"3\"，或 *"));
    let text = text.to_str().map_err(|_| wrong())?.trim();
    if text == "*" {
        return Ok(Match::Any);
    }
    tags(text)
        .map(|tags| Match::Versions(tags.iter().filter_map(|tag| tag.parse().ok()).collect()))
        .ok_or_else(wrong)
}

/// Whether the caller has this tag already.
pub fn has(headers: &HeaderMap, tag: &str) -> bool {
    let said = headers.get(header::IF_NONE_MATCH).and_then(|text| text.to_str().ok()).map(str::trim);
    said.is_some_and(|said| {
        said == "*" || tags(&said.replace("W/", "")).is_some_and(|tags| tags.iter().any(|one| one == tag))
    })
}

/// The quoted tags of a list; None when it is none.
fn tags(text: &str) -> Option<Vec<String>> {
    let inner = |tag: &str| {
        let inner = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
        (!inner.contains('"')).then(|| inner.to_owned())
    };
    text.split(',').map(inner).collect()
}

/// The key of a request that is to be done once.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(text) = headers.get("idempotency-key") else { return Ok(None) };
    let plain = |text: &&str| {
        !text.is_empty() && text.len() <= KEY_MAX && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let wrong = || format!("应为 1 到 {KEY_MAX} 个可见的 ASCII 字符");
    let key = text.to_str().ok().filter(plain);
    key.map(|key| Some(key.to_owned()))
        .ok_or_else(|| Problem::malformed(Fault::header("Idempotency-Key", wrong())))
}

/// The whole body, if it is not too large.
pub async fn bytes(mut request: Request, most: usize) -> Result<Bytes, Problem> {
    DefaultBodyLimit::max(most).apply(&mut request);
    Bytes::from_request(request, &()).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new("too-large", format!("最多 {most} 字节")),
        _ => Problem::new("malformed", "请求没有传完"),
    })
}

/// A JSON object with no other members than these, and the bytes it was read from.
pub async fn object(
    request: Request,
    members: &[&str],
    most: usize,
) -> Result<(Map<String, Value>, Bytes), Problem> {
    json_type(request.headers())?;
    let bytes = bytes(request, most).await?;
    let value: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::malformed(Fault::pointer("", format!("不是 JSON：{error}"))))?;
    let Value::Object(object) = value else {
        return Err(Problem::malformed(Fault::pointer("", "应为一个对象")));
    };
    let strange = object.keys().find(|name| !members.contains(&name.as_str()));
    if let Some(name) = strange {
        let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
        let detail = format!("没有这一项，可用：{}", members.join("、"));
        return Err(Problem::malformed(Fault::pointer(pointer, detail)));
    }
    Ok((object, bytes))
}

fn json_type(headers: &HeaderMap) -> Result<(), Problem> {
    let said = headers.get(header::CONTENT_TYPE).and_then(|text| text.to_str().ok()).unwrap_or_default();
    let bare = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(bare.as_str(), "application/json" | "application/merge-patch+json") {
        Ok(())
    } else {
        Err(Problem::new("media-type", "请用 Content-Type: application/json"))
    }
}

/// The member `fields`: an object.
pub fn fields(object: &mut Map<String, Value>, needed: bool) -> Result<Map<String, Value>, Problem> {
    match object.remove("fields") {
        Some(Value::Object(fields)) => Ok(fields),
        None if !needed => Ok(Map::new()),
        _ => Err(Problem::malformed(Fault::pointer("/fields", "应为对象：字段代码 → 值"))),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};

    use super::{Asked, Match, has, if_match};

    fn with(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().expect("a name"), HeaderValue::from_static(value))])
    }

    #[test]
    fn a_write_without_the_version_it_looked_at_is_asked_for_it() {
        assert!(if_match(&HeaderMap::new()).is_err());
        assert_eq!(if_match(&with("if-match", "\"3\", \"4\"")).ok(), Some(Match::Versions(vec![3, 4])));
        assert_eq!(if_match(&with("if-match", "*")).ok(), Some(Match::Any));
        assert_eq!(if_match(&with("if-match", "\"x\"")).ok(), Some(Match::Versions(vec![])));
        assert!(if_match(&with("if-match", "3")).is_err());
    }

    #[test]
    fn a_tag_is_known_weak_or_strong() {
        assert!(has(&with("if-none-match", "\"2\", W/\"3\""), "3"));
        assert!(has(&with("if-none-match", "*"), "3"));
        assert!(!has(&with("if-none-match", "\"2\""), "3"));
    }

    #[test]
    fn a_parameter_that_is_unknown_twice_or_no_text_is_refused() {
        let read = |query| Asked::read(Some(query), &["limit", "sort"]);
        assert!(read("limit=3&sort=-a").is_ok());
        assert!(read("page=3").is_err());
        assert!(read("limit=3&limit=4").is_err());
        assert!(read("sort=%00").is_err());
        assert!(read("sort=%FF").is_err());
        assert!(
            read("limit=99999999999999999999").is_ok_and(|asked| asked.number("limit", (1, 500)).is_err())
        );
    }
}
