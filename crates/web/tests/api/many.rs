//! Keys that make a request happen once, many rows at once, long work, and the feed.

use serde_json::{Value, json};

use crate::stage::{Stage, shop, stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_sent_eight_times_with_one_key_is_done_once() {
    let stage = stage();
    let token = stage.token("officer");
    let body = shop(&stage, "示例店", "东镇");
    let send = async |_| {
        stage
            .ask("POST", &token, "/records/food_business", &[("idempotency-key", "k-1")], Some(body.clone()))
            .await
    };
    let all = futures_util::future::join_all((0..8).map(send)).await;
    assert!(all.iter().all(|told| told.status == 201 && told.body == all[0].body), "{all:?}");
    assert_eq!(stage.get(&token, "/records/food_business?count=true").await.body["total"], 1);
    let key = [("idempotency-key", "k-1")];
    let other =
        stage.ask("POST", &token, "/records/food_business", &key, Some(shop(&stage, "别的店", "东镇"))).await;
    assert_eq!((other.status.as_u16(), &other.body["errors"][0]["header"]), (422, &json!("Idempotency-Key")));
    let east = stage.token("east");
    let his =
        stage.ask("POST", &east, "/records/food_business", &key, Some(shop(&stage, "又一店", "东镇"))).await;
    assert_eq!(his.status, 201, "a key is its caller's own");
    stage.clock.set(stage.office.now() + chrono::Duration::hours(25));
    let next_day =
        stage.ask("POST", &token, "/records/food_business", &key, Some(shop(&stage, "次日店", "东镇"))).await;
    assert_eq!(next_day.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_may_be_mended_under_the_same_key() {
    let stage = stage();
    let token = stage.token("officer");
    let key = [("idempotency-key", "k-2")];
    let bad = stage.ask("POST", &token, "/records/food_business", &key, Some(json!({ "fields": {} }))).await;
    assert_eq!(bad.status, 422);
    let good =
        stage.ask("POST", &token, "/records/food_business", &key, Some(shop(&stage, "示例店", "东镇"))).await;
    assert_eq!(good.status, 201);
}

fn rows(stage: &Stage, bad: bool) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..3).map(|n| shop(stage, &format!("示例{n}店"), "东镇")).collect();
    if bad {
        rows[1]["fields"]["phone"] = json!("12");
    }
    rows
}

#[tokio::test(flavor = "multi_thread")]
async fn many_rows_are_written_all_or_none_or_only_the_good_ones() {
    let stage = stage();
    let token = stage.token("officer");
    let total = async || stage.get(&token, "/records/food_business?count=true").await.body["total"].clone();
    let all =
        stage.post(&token, "/records/food_business/bulk", json!({ "records": rows(&stage, true) })).await;
    assert_eq!(all.status, 422, "{}", all.body);
    assert_eq!(all.body["errors"][0]["pointer"], "/records/1/fields/phone");
    assert_eq!(total().await, 0);
    let good = json!({ "records": rows(&stage, true), "mode": "good" });
    let good = stage.post(&token, "/records/food_business/bulk", good).await;
    assert_eq!((&good.body["written"], &good.body["refused"]), (&json!(2), &json!(1)), "{}", good.body);
    assert_eq!(good.body["rows"][1]["refused"], "invalid");
    assert_eq!(total().await, 2);
    let id = good.body["rows"][0]["id"].clone();
    let acts = json!({ "records": [
        { "id": id, "version": 1, "fields": { "name": "改名店" } },
        { "id": good.body["rows"][2]["id"], "version": 1, "delete": true },
    ] });
    let done = stage.post(&token, "/records/food_business/bulk", acts.clone()).await;
    assert_eq!(done.body["written"], 2, "{}", done.body);
    let stale = stage.post(&token, "/records/food_business/bulk", acts).await;
    assert_eq!((stale.status.as_u16(), &stale.body["errors"][0]["pointer"]), (422, &json!("/records/0")));
    let west = stage
        .post(&stage.token("west"), "/records/food_business/bulk", json!({ "records": rows(&stage, false) }))
        .await;
    assert_eq!(west.status, 422, "every row is somebody else's township");
    assert_eq!(total().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_work_is_accepted_survives_a_restart_and_is_done_once() {
    let stage = stage();
    let token = stage.token("officer");
    let body = json!({ "records": rows(&stage, false) });
    let headers = [("prefer", "respond-async"), ("idempotency-key", "k-3")];
    let told = stage.ask("POST", &token, "/records/food_business/bulk", &headers, Some(body.clone())).await;
    assert_eq!(told.status, 202, "{}", told.body);
    let place = told.header("location").trim_start_matches("/api/v1").to_owned();
    assert_eq!(stage.get(&token, &place).await.body["state"], "waiting");
    let again = stage.ask("POST", &token, "/records/food_business/bulk", &headers, Some(body)).await;
    assert_eq!(again.body["id"], told.body["id"], "the same job");
    assert_eq!(stage.get(&stage.token("east"), &place).await.status, 404);
    let config = shian_service::OfficeConfig { data: stage.data.path().to_path_buf(), database: None };
    let restarted = shian_service::Office::open(config, stage.clock.clone()).unwrap();
    assert_eq!(restarted.work_off().unwrap(), 1);
    assert_eq!(stage.office.work_off().unwrap(), 0, "nothing is left to do");
    let job = stage.get(&token, &place).await.body;
    assert_eq!(
        (&job["state"], &job["result"]["written"], &job["done"]),
        (&json!("done"), &json!(3), &json!(3))
    );
    assert_eq!(stage.get(&token, "/records/food_business?count=true").await.body["total"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_exported_as_lines_of_what_the_caller_may_see() {
    let stage = stage();
    stage.shop("东镇店", "东镇").await;
    stage.shop("西乡店", "西乡").await;
    let token = stage.token("east");
    let told = stage.post(&token, "/records/food_business/export", json!({})).await;
    assert_eq!(told.status, 202, "{}", told.body);
    stage.office.work_off().unwrap();
    let job = stage.get(&token, &format!("/jobs/{}", told.body["id"])).await.body;
    assert_eq!((&job["state"], &job["result"]["rows"]), (&json!("done"), &json!(1)));
    let file = stage.get(&token, job["result_file"].as_str().unwrap().trim_start_matches("/api/v1")).await;
    let lines: Vec<Value> = file
        .bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!((lines.len(), &lines[0]["name"]), (1, &json!("东镇店")));
    let wrong =
        stage.post(&token, "/records/food_business/export", json!({ "filter": "nothing == 1" })).await;
    assert_eq!(wrong.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_tells_each_caller_what_happened_to_what_he_may_read() {
    let stage = stage();
    let start = stage.get(&stage.token("officer"), "/changes?after=0&limit=500").await.body["next"].clone();
    let east = stage.shop("东镇店", "东镇").await;
    stage.shop("西乡店", "西乡").await;
    let path = format!("/records/food_business/{east}");
    let patch = Some(json!({ "fields": { "turnover": "5" } }));
    stage.ask("PATCH", &stage.token("officer"), &path, &[("if-match", "\"1\"")], patch).await;
    let told = stage.get(&stage.token("east"), &format!("/changes?after={start}")).await.body;
    let changes = told["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "{told}");
    assert_eq!((&changes[1]["act"], &changes[1]["before"]["turnover"]), (&json!("edit"), &json!("1234.50")));
    assert_eq!(changes[1]["after"]["turnover"], "5.00");
    assert_eq!(told["more"], false);
    let rest = stage.get(&stage.token("east"), &format!("/changes?after={}", told["next"])).await.body;
    assert_eq!(rest["changes"], json!([]));
    let page = stage.get(&stage.token("officer"), &format!("/changes?after={start}&limit=1")).await.body;
    assert_eq!((page["changes"].as_array().map(Vec::len), &page["more"]), (Some(1), &json!(true)));
}
