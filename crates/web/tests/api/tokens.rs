//! Tokens: what they narrow, when they end, how often they may ask.

use axum::{body::Body, http::Request};
use serde_json::json;
use shian_service::Actor;

use crate::stage::{PASSWORD, shop, stage, stage_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_token_never_opens_more_than_it_says() {
    let stage = stage();
    let id = stage.shop("示例店", "东镇").await;
    let path = format!("/records/food_business/{id}");
    let reader = stage.narrow("officer", false, None);
    assert_eq!(stage.get(&reader, &path).await.status, 200);
    assert_eq!(stage.post(&reader, "/records/food_business", shop(&stage, "乙", "东镇")).await.status, 403);
    let steps = stage.get(&reader, &format!("{path}/steps")).await;
    assert_eq!(steps.body["steps"], json!([]), "no step is a reader's");
    let other = stage.narrow("officer", true, Some(&["inspection"]));
    assert_eq!(stage.get(&other, &path).await.status, 404);
    assert_eq!(stage.post(&other, "/records/food_business", shop(&stage, "丙", "东镇")).await.status, 404);
    assert_eq!(stage.get(&other, "/records/inspection").await.status, 200);
    let registers = stage.get(&other, "/registers").await.body["registers"].clone();
    assert_eq!(registers.as_array().map(Vec::len), Some(1));
    assert_eq!(stage.get(&other, "/changes").await.body["changes"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_ends_when_it_is_revoked_or_out_of_date_or_its_owner_goes() {
    let stage = stage();
    let (revoked, old, closed) = (stage.token("officer"), stage.token("east"), stage.token("west"));
    let status = async |token: &str| stage.get(token, "/me").await.status.as_u16();
    for token in [&revoked, &old, &closed] {
        assert_eq!(status(token).await, 200);
    }
    let officer = stage.office.person(&Actor::system(), "officer").unwrap();
    let tokens = stage.office.tokens(&officer).unwrap();
    stage.office.revoke_token(&officer, tokens[0].id).unwrap();
    assert_eq!(status(&revoked).await, 401, "at once");
    stage.office.close_account(&Actor::system(), "west").unwrap();
    assert_eq!(status(&closed).await, 401);
    stage.clock.set(stage.office.now() + chrono::Duration::days(31));
    assert_eq!(status(&old).await, 401);
    assert_eq!(status("shian_0").await, 401);
    let text = std::fs::read(stage.data.path().join("shian.db")).unwrap();
    let secret = revoked.trim_start_matches("shian_").as_bytes();
    assert!(!text.windows(secret.len()).any(|window| window == secret), "the store keeps only a digest");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_cannot_make_tokens_and_nobody_revokes_anothers() {
    let stage = stage();
    let officer = stage.office.person(&Actor::system(), "officer").unwrap();
    let east = stage.office.person(&Actor::system(), "east").unwrap();
    let token = stage.token("officer");
    let program = stage.office.holder(&token).unwrap().unwrap();
    assert!(stage.office.tokens(&program).is_err());
    let id = stage.office.tokens(&officer).unwrap()[0].id;
    assert!(stage.office.revoke_token(&east, id).is_err());
    assert_eq!(stage.get(&token, "/me").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_may_ask_with_its_session_but_no_foreign_page_may_write_with_it() {
    let stage = stage();
    let (session, _) = stage.office.sign_in("officer", PASSWORD, "test").unwrap();
    let with = |method: &str, headers: &[(&str, &str)], body: String| {
        let mut request = Request::builder().method(method).uri("/api/v1/records/food_business");
        request =
            request.header("cookie", format!("shian={session}")).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(Body::from(body)).unwrap()
    };
    assert_eq!(stage.send(with("GET", &[], String::new())).await.status, 200);
    let body = shop(&stage, "示例店", "东镇").to_string();
    let foreign = [("sec-fetch-site", "cross-site")];
    assert_eq!(stage.send(with("POST", &foreign, body.clone())).await.status, 403);
    let claimed = [("authorization", "Bearer x")];
    assert_eq!(
        stage.send(with("POST", &claimed, body.clone())).await.status,
        401,
        "not let in by the cookie"
    );
    let own = [("sec-fetch-site", "same-origin")];
    assert_eq!(stage.send(with("POST", &own, body)).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let stage = stage_with(2);
    let (token, other) = (stage.token("officer"), stage.token("east"));
    let first = stage.get(&token, "/me").await;
    assert_eq!((first.header("ratelimit-limit"), first.header("ratelimit-remaining")), ("2", "1"));
    stage.get(&token, "/me").await;
    let over = stage.get(&token, "/me").await;
    assert_eq!((over.status.as_u16(), over.header("ratelimit-remaining")), (429, "0"));
    assert!(over.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..=61).contains(&seconds)));
    assert_eq!(stage.get(&other, "/me").await.status, 200);
}
