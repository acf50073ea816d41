//! A refusal as programs read it: problem+json (RFC 9457), with a pointer to each value that is to be mended.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use shian_service::Refusal;

/// Where the kinds of problem are explained.
const KINDS: &str = "/api/docs#problem-";
/// Media type of a problem.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Every kind of problem: its id, status, title. The docs page and the OpenAPI description list these.
pub const ALL: [(&str, StatusCode, &str); 16] = [
    ("malformed", StatusCode::BAD_REQUEST, "请求写得不对"),
    ("unauthorized", StatusCode::UNAUTHORIZED, "没有登录，或令牌无效"),
    ("forbidden", StatusCode::FORBIDDEN, "无权办理"),
    ("not-found", StatusCode::NOT_FOUND, "没有找到，或无权查看"),
    ("method", StatusCode::METHOD_NOT_ALLOWED, "这个地址不接受这种方法"),
    ("not-acceptable", StatusCode::NOT_ACCEPTABLE, "只提供 JSON"),
    ("conflict", StatusCode::CONFLICT, "现在不能办"),
    ("stale", StatusCode::PRECONDITION_FAILED, "记录已被改过"),
    ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "请求太大"),
    ("media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "内容类型不对"),
    ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "有内容要改"),
    ("precondition", StatusCode::PRECONDITION_REQUIRED, "请带 If-Match"),
    ("too-many", StatusCode::TOO_MANY_REQUESTS, "请求太频繁"),
    ("headers-too-large", StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "请求头太大"),
    ("uri-too-long", StatusCode::URI_TOO_LONG, "地址太长"),
    ("internal", StatusCode::INTERNAL_SERVER_ERROR, "系统出错了"),
];

/// One value to mend: where it is and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// JSON Pointer into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// A query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// A request header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Bytes from the start of the value to the mistake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// Bytes that are wrong there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub length: Option<usize>,
    /// What is wrong, for a person.
    pub detail: String,
}

impl Fault {
    /// A fault of a query parameter.
    pub fn parameter(name: &str, detail: impl Into<String>) -> Self {
        Self { parameter: Some(name.to_owned()), detail: detail.into(), ..Self::default() }
    }

    /// A fault of a header.
    pub fn header(name: &str, detail: impl Into<String>) -> Self {
        Self { header: Some(name.to_owned()), detail: detail.into(), ..Self::default() }
    }

    /// A fault of the body.
    pub fn pointer(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), detail: detail.into(), ..Self::default() }
    }
}

/// An answer that is a problem. Boxed: it travels through every `Result`.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: &'static str,
    detail: String,
    errors: Vec<Fault>,
    headers: Vec<(HeaderName, String)>,
}

/// What a handler answers.
pub type Answer = Result<Response, Problem>;

impl Problem {
    /// One of the kinds in [`ALL`].
    pub fn new(kind: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }))
    }

    /// A request that does not read.
    pub fn malformed(fault: Fault) -> Self {
        let detail = fault.detail.clone();
        Self::new("malformed", detail).with(vec![fault])
    }

    /// What is wrong, one by one.
    pub fn with(mut self, errors: Vec<Fault>) -> Self {
        self.0.errors = errors;
        self
    }

    /// A header beside it.
    pub fn header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    /// A refusal whose problems are about the body's `fields`.
    pub fn of_fields(refusal: Refusal) -> Self {
        Self::of(refusal, |problem| match problem.field.as_deref() {
            Some("Idempotency-Key") => Fault::header("Idempotency-Key", &problem.message),
            Some("reason") if problem.title == "理由" => Fault::pointer("/reason", &problem.message),
            Some(field) => Fault::pointer(format!("/fields/{}", escaped(field)), &problem.message),
            None => Fault::pointer("", &problem.message),
        })
    }

    /// A refusal whose problems are about query parameters.
    pub fn of_query(refusal: Refusal) -> Self {
        Self::of(refusal, |problem| {
            Fault::parameter(problem.field.as_deref().unwrap_or_default(), &problem.message)
        })
    }

    /// A refusal whose problems are about members of the body.
    pub fn of_body(refusal: Refusal) -> Self {
        Self::of(refusal, |problem| {
            let field = problem.field.as_deref().map(|field| format!("/{}", escaped(field)));
            Fault::pointer(field.unwrap_or_default(), &problem.message)
        })
    }

    fn of(refusal: Refusal, place: impl Fn(&shian_service::Problem) -> Fault) -> Self {
        let words = refusal.to_string();
        match refusal {
            Refusal::NotFound => Self::new("not-found", words),
            Refusal::Forbidden { .. } => Self::new("forbidden", words),
            Refusal::Invalid { problems } => {
                Self::new("invalid", words).with(problems.iter().map(place).collect())
            }
            Refusal::Stale { current, .. } => {
                Self::new("stale", words).header(header::ETAG, format!("\"{}\"", current.version))
            }
            Refusal::Conflict { .. } => Self::new("conflict", words),
            Refusal::Locked { .. } => Self::new("unauthorized", words),
            Refusal::Internal { .. } => Self::new("internal", words),
        }
    }
}

/// A member's name in a JSON Pointer (RFC 6901). The path of a value in sub-rows has its slashes already.
fn escaped(field: &str) -> String {
    field.replace('~', "~0")
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Inner { kind, detail, errors, headers } = *self.0;
        let known = ALL.iter().find(|(id, ..)| *id == kind);
        let (status, title) =
            known.map_or((StatusCode::INTERNAL_SERVER_ERROR, ""), |(_, status, title)| (*status, *title));
        let mut body = serde_json::json!({
            "type": format!("{KINDS}{kind}"),
            "title": title,
            "status": status.as_u16(),
            "detail": detail,
        });
        if !errors.is_empty() {
            body["errors"] = serde_json::json!(errors);
        }
        let json = HeaderValue::from_static(PROBLEM_JSON);
        let mut response = (status, [(header::CONTENT_TYPE, json)], body.to_string()).into_response();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;
    use shian_service::{Problem as Mend, Refusal};

    use super::Problem;

    #[tokio::test]
    async fn a_field_to_mend_is_pointed_at_in_the_body() {
        let problems =
            vec![Mend::new("phone", "联系电话", "少一位"), Mend::new("items/2/what", "明细", "缺")];
        let response = Problem::of_fields(Refusal::Invalid { problems }).into_response();
        assert_eq!(response.status(), 422);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 9_999).await.expect("it is whole");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("it is JSON");
        assert_eq!(body["errors"][0]["pointer"], "/fields/phone");
        assert_eq!(body["errors"][1]["pointer"], "/fields/items/2/what");
        assert_eq!(body["status"], 422);
    }
}
