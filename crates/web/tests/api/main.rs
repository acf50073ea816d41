//! The REST API through the real router over a real office: what programs get, what they may not, and what happens when two of
//! them do the same.

#![allow(clippy::expect_used, clippy::unwrap_used)]

mod hooks;
mod many;
mod stage;
mod tokens;

use axum::{body::Body, http::Request};
use serde_json::json;
use stage::{shop, stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_told_as_typed_values() {
    let stage = stage();
    let token = stage.token("officer");
    let told = stage.post(&token, "/records/food_business", shop(&stage, "示例甲店", "东镇")).await;
    assert_eq!(told.status, 201, "{}", told.body);
    assert_eq!(told.header("etag"), "\"1\"");
    assert_eq!(told.header("location"), format!("/api/v1/records/food_business/{}", told.body["id"]));
    let fields = &told.body["fields"];
    assert_eq!(fields["turnover"], "1234.50", "money has its two digits");
    assert_eq!(fields["area_m2"], "60.00");
    assert_eq!(fields["area"], json!(stage.area("东镇")));
    assert_eq!(fields["needs_chief"], false);
    assert_eq!(told.body["state"], "open");
    let path = format!("/records/food_business/{}", told.body["id"]);
    let seen = stage.get(&token, &format!("{path}?fields=area,name&expand=names")).await;
    assert_eq!(seen.body["fields"].as_object().map(|fields| fields.len()), Some(2));
    assert_eq!(seen.body["names"][format!("area/{}", stage.area("东镇"))], "东镇");
    let again = stage.ask("GET", &token, &path, &[("if-none-match", "\"1\"")], None).await;
    assert_eq!(again.status, 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_is_pointed_at_and_nothing_is_written() {
    let stage = stage();
    let token = stage.token("officer");
    let fields = json!({ "fields": { "name": 7, "area": "东镇", "kind": "餐馆", "turnover": 12.5, "risk_level": "x",
                                     "needs_chief": true, "colour": "red" } });
    let told = stage.post(&token, "/records/food_business", fields).await;
    assert_eq!(told.status, 422);
    assert_eq!(told.header("content-type"), "application/problem+json");
    let mut pointers: Vec<_> = told.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    pointers.sort_unstable();
    let expected =
        ["area", "colour", "kind", "name", "risk_level", "turnover"].map(|id| format!("/fields/{id}"));
    assert_eq!(pointers, expected, "titles are no codes, floats no money");
    let told = stage.post(&token, "/records/food_business", json!({ "fields": { "name": "x" } })).await;
    assert_eq!(told.status, 422, "required fields are asked for");
    assert!(
        told.body["errors"].as_array().unwrap().iter().any(|error| error["pointer"] == "/fields/premises")
    );
    let list = stage.get(&token, "/records/food_business?count=true").await;
    assert_eq!(list.body["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_paged_sorted_filtered_and_every_row_comes_once() {
    let stage = stage();
    for n in 0..5 {
        stage.shop(&format!("示例{n}店"), if n < 3 { "东镇" } else { "西乡" }).await;
    }
    let token = stage.token("officer");
    let (mut seen, mut path) =
        (Vec::new(), "/records/food_business?limit=2&sort=name&fields=name".to_owned());
    loop {
        let told = stage.get(&token, &path).await;
        assert_eq!(told.status, 200, "{}", told.body);
        let names = told.body["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["name"].as_str().unwrap().to_owned());
        seen.extend(names);
        let Some(link) = told.header("link").strip_prefix("</api/v1") else { break };
        path = link.split('>').next().unwrap().to_owned();
    }
    assert_eq!(seen, ["示例0店", "示例1店", "示例2店", "示例3店", "示例4店"]);
    let filter = "/records/food_business?filter=premises.startsWith(%27%E7%A4%BA%E4%BE%8B1%27)%20%26%26%20turnover%20%3E%201000";
    let told = stage.get(&token, filter).await;
    assert_eq!(told.body["records"].as_array().map(Vec::len), Some(1), "{}", told.body);
    let wrong = stage.get(&token, "/records/food_business?filter=turnover%20%3E%20%27x%27").await;
    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.body["errors"][0]["parameter"], "filter");
    assert!(wrong.body["errors"][0]["offset"].is_u64(), "{}", wrong.body);
    let cursor = stage.get(&token, "/records/food_business?after=5b2278225d").await;
    assert!(cursor.status.is_client_error(), "a cursor of another list: {}", cursor.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_must_know_the_version_it_changes() {
    let stage = stage();
    let id = stage.shop("示例店", "东镇").await;
    let (token, path) = (stage.token("officer"), format!("/records/food_business/{id}"));
    let change = |name: &str| Some(json!({ "fields": { "name": name } }));
    assert_eq!(stage.ask("PATCH", &token, &path, &[], change("甲")).await.status, 428);
    let done = stage.ask("PATCH", &token, &path, &[("if-match", "\"1\"")], change("甲")).await;
    assert_eq!((done.status.as_u16(), done.header("etag")), (200, "\"2\""));
    let late = stage.ask("PATCH", &token, &path, &[("if-match", "\"1\"")], change("乙")).await;
    assert_eq!((late.status.as_u16(), late.header("etag")), (412, "\"2\""));
    let gone = stage.ask("DELETE", &token, &path, &[("if-match", "*")], None).await;
    assert_eq!((gone.status.as_u16(), &gone.body["deleted"]), (200, &json!(true)));
    assert_eq!(stage.get(&token, &path).await.status, 404);
    assert_eq!(stage.get(&token, &format!("{path}?deleted=true")).await.status, 200);
    let back = stage.ask("POST", &token, &format!("{path}/restore"), &[("if-match", "\"3\"")], None).await;
    assert_eq!((back.status.as_u16(), &back.body["name"]), (200, &json!("甲")));
    let history = stage.get(&token, &format!("{path}/changes")).await;
    let acts: Vec<_> =
        history.body["changes"].as_array().unwrap().iter().map(|change| &change["act"]).collect();
    assert_eq!(acts, ["create", "edit", "delete", "restore"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_writers_with_the_same_version_one_wins() {
    let stage = stage();
    let id = stage.shop("示例店", "东镇").await;
    let (token, path) = (stage.token("officer"), format!("/records/food_business/{id}"));
    let write = async |n: usize| {
        let body = Some(json!({ "fields": { "premises": format!("第 {n} 个地址") } }));
        stage.ask("PATCH", &token, &path, &[("if-match", "\"1\"")], body).await.status.as_u16()
    };
    let all = futures_util::future::join_all((0..8).map(write)).await;
    let count = |status| all.iter().filter(|one| **one == status).count();
    assert_eq!((count(200), count(412)), (1, 7), "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_asks_for_what_it_needs_and_says_why_not() {
    let stage = stage();
    let id = stage.shop("示例店", "东镇").await;
    let (token, path) = (stage.token("officer"), format!("/records/food_business/{id}"));
    let steps = stage.get(&token, &format!("{path}/steps")).await;
    assert_eq!(steps.body["steps"][0]["id"], "close");
    assert_eq!(steps.body["steps"][0]["asks"], json!(["closed_on"]));
    let take = async |body| {
        stage.ask("POST", &token, &format!("{path}/steps/close"), &[("if-match", "\"1\"")], Some(body)).await
    };
    let missing = take(json!({})).await;
    let pointers: Vec<_> =
        missing.body["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/reason", "/fields/closed_on"]);
    let done = take(json!({ "fields": { "closed_on": "2023-09-01" }, "reason": "停业" })).await;
    assert_eq!((done.status.as_u16(), &done.body["state"]), (200, &json!("closed")));
    let again = stage
        .ask("POST", &token, &format!("{path}/steps/close"), &[("if-match", "\"2\"")], Some(json!({})))
        .await;
    assert_eq!(again.status, 409, "it is closed already");
    assert_eq!(
        stage
            .ask("POST", &token, &format!("{path}/steps/none"), &[("if-match", "\"2\"")], Some(json!({})))
            .await
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_his_is_not_there_and_what_is_secret_stays_masked() {
    let stage = stage();
    let east = stage.shop("东镇店", "东镇").await;
    let token = stage.token("west");
    assert_eq!(stage.get(&token, &format!("/records/food_business/{east}")).await.status, 404);
    assert_eq!(stage.get(&token, &format!("/records/food_business/{east}/changes")).await.status, 404);
    let patch = Some(json!({ "fields": { "name": "改" } }));
    let path = format!("/records/food_business/{east}");
    assert_eq!(stage.ask("PATCH", &token, &path, &[("if-match", "\"1\"")], patch).await.status, 404);
    assert_eq!(stage.get(&token, "/records/food_business?count=true").await.body["total"], 0);
    let feed = stage.get(&token, "/changes").await.body;
    let told = feed["changes"].as_array().unwrap();
    assert!(told.iter().all(|change| change["register"] != "food_business"), "{told:?}");
    let system = stage.token("system");
    assert_eq!(
        stage.get(&system, "/records/food_business").await.status,
        404,
        "administrators see no business"
    );
    assert_eq!(stage.get(&system, "/registers").await.body["registers"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_does_not_read_is_a_problem_and_never_a_failure() {
    let stage = stage();
    let token = stage.token("officer");
    let raw = |method: &str, path: &str, kind: &str, body: &[u8]| {
        Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", kind)
            .body(Body::from(body.to_vec()))
            .expect("a request")
    };
    let json = "application/json";
    let list = "/api/v1/records/food_business";
    let cases: Vec<(Request<Body>, u16)> = vec![
        (raw("GET", "/api/v1/nothing", json, b""), 404),
        (raw("TRACE", "/api/v1/me", json, b""), 405),
        (raw("DELETE", "/api/v1/me", json, b""), 405),
        (raw("POST", list, json, b"{"), 400),
        (raw("POST", list, json, b"[]"), 400),
        (raw("POST", list, json, b"{\"fields\": 3}"), 400),
        (raw("POST", list, json, b"{\"fields\": {}, \"x\": 1}"), 400),
        (raw("POST", list, json, b"{\"fields\": {\"name\": \"\xff\"}}"), 400),
        (raw("POST", list, json, b"{\"fields\": {\"name\": \"a\\u0000b\"}}"), 422),
        (raw("POST", list, json, b"{\"fields\": {\"diners\": 99999999999999999999999}}"), 422),
        (raw("POST", list, json, &b"[".repeat(100_000)), 400),
        (raw("POST", list, json, &vec![b' '; (2 << 20) + 1]), 413),
        (raw("POST", list, "text/plain", b"{}"), 415),
        (raw("GET", "/api/v1/records/food_business/99999999999999999999", json, b""), 404),
        (raw("GET", "/api/v1/records/food_business/x", json, b""), 404),
        (raw("GET", "/api/v1/records/%FF", json, b""), 400),
        (raw("GET", "/api/v1/records/food_business?search=%00", json, b""), 400),
        (raw("GET", "/api/v1/records/food_business?limit=0", json, b""), 400),
        (raw("GET", "/api/v1/records/food_business?sort=nothing", json, b""), 422),
        (raw("GET", "/api/v1/records/food_business?page=2", json, b""), 400),
        (raw("GET", "/api/v1/changes?after=-1", json, b""), 400),
        (raw("POST", "/api/v1/records/food_business/bulk", json, b"{\"records\": [7]}"), 400),
    ];
    for (request, status) in cases {
        let asked = format!("{} {}", request.method(), request.uri());
        let told = stage.send(request).await;
        assert_eq!(told.status, status, "{asked}: {}", told.body);
        assert_eq!(told.header("content-type"), "application/problem+json", "{asked}");
        assert_eq!(told.body["status"], status, "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_tells_of_what_one_may_read() {
    let stage = stage();
    let describe = async |token: Option<String>| {
        let mut request = Request::builder().uri("/api/openapi.json");
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        stage.send(request.body(Body::empty()).expect("a request")).await.body
    };
    let officer = describe(Some(stage.token("officer"))).await;
    assert_eq!(officer["openapi"], "3.1.0");
    let fields = &officer["components"]["schemas"]["food_business.new"]["properties"]["fields"];
    assert_eq!(fields["properties"]["turnover"]["type"], json!(["string", "null"]));
    assert_eq!(fields["properties"]["risk_level"]["enum"], json!(["a", "b", "c", "d", null]));
    assert!(fields["properties"]["needs_chief"].is_null(), "what is computed cannot be given");
    assert_eq!(fields["required"], json!(["name", "credit_code", "premises", "area", "kind"]));
    assert!(officer["paths"]["/records/food_business/{id}/steps/close"]["post"].is_object());
    assert!(officer["paths"]["/records/inspection/{id}/steps/settle"].is_null(), "nobody takes that step");
    let east = describe(Some(stage.narrow("east", false, Some(&["inspection"])))).await;
    assert!(east["paths"]["/records/food_business"].is_null());
    assert!(east["paths"]["/records/inspection"].is_object());
    let system = describe(Some(stage.token("system"))).await;
    assert!(system["paths"]["/records/food_business"].is_object());
    let stranger = describe(None).await;
    assert!(stranger["paths"]["/me"].is_object() && stranger["paths"]["/records/food_business"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_goes_in_and_comes_out_through_its_record_only() {
    let stage = stage();
    let business = stage.shop("东镇店", "东镇").await;
    let token = stage.token("east");
    let upload = Request::builder()
        .method("POST")
        .uri("/api/v1/files?name=%E5%9B%BE.jpg")
        .header("authorization", format!("Bearer {token}"))
        .body(Body::from("picture"))
        .expect("a request");
    let told = stage.send(upload).await;
    assert_eq!((told.status.as_u16(), &told.body["name"]), (201, &json!("图.jpg")));
    let key = told.body["key"].as_str().unwrap().to_owned();
    let me = stage.get(&token, "/me").await.body["id"].clone();
    let new = |photos| json!({ "fields": { "business": business, "inspectors": me, "date": "2023-09-14", "photos": photos } });
    let strange = stage.post(&token, "/records/inspection", new(json!(["0".repeat(64)]))).await;
    assert_eq!(
        (strange.status.as_u16(), &strange.body["errors"][0]["pointer"]),
        (422, &json!("/fields/photos"))
    );
    let record = stage.post(&token, "/records/inspection", new(json!([key]))).await;
    assert_eq!(record.status, 201, "{}", record.body);
    let path = format!("/records/inspection/{}/files/{key}", record.body["id"]);
    assert_eq!(stage.get(&token, &path).await.bytes, b"picture");
    assert_eq!(stage.get(&stage.token("west"), &path).await.status, 404);
}
