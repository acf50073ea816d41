//! Webhooks, told over a real socket.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use shian_service::{Net, Post};

use crate::stage::{Stage, stage};

/// One POST as it arrived.
#[derive(Debug, Clone)]
struct Arrived {
    id: String,
    signature: String,
    body: Value,
}

/// Answers with these statuses in turn, then always with 200.
fn listener(statuses: &[u16]) -> (String, Arc<Mutex<Vec<Arrived>>>) {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", server.local_addr().expect("an address"));
    let arrived: Arc<Mutex<Vec<Arrived>>> = Arc::default();
    let (seen, statuses) = (arrived.clone(), statuses.to_vec());
    std::thread::spawn(move || {
        for (at, stream) in server.incoming().enumerate() {
            let mut stream = stream.expect("a caller");
            let mut reader = BufReader::new(stream.try_clone().expect("the same"));
            let (mut line, mut length, mut id, mut signature) =
                (String::new(), 0, String::new(), String::new());
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                let lower = line.to_lowercase();
                let value =
                    line.split_once(':').map(|(_, value)| value.trim().to_owned()).unwrap_or_default();
                match lower.split(':').next() {
                    Some("content-length") => length = value.parse().expect("a number"),
                    Some("webhook-id") => id = value,
                    Some("webhook-signature") => signature = value,
                    _ => {}
                }
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("the body");
            let body = serde_json::from_slice(&body).expect("JSON");
            seen.lock().expect("the list").push(Arrived { id, signature, body });
            let status = statuses.get(at).copied().unwrap_or(200);
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).expect("an answer");
        }
    });
    (url, arrived)
}

fn post() -> Post {
    Post::new(vec!["127.0.0.1".parse::<Net>().expect("a net")])
}

async fn declare(stage: &Stage, url: &str, more: Value) -> i64 {
    let mut body = json!({ "title": "城市平台", "url": url });
    for (key, value) in more.as_object().expect("an object") {
        body[key] = value.clone();
    }
    let told = stage.post(&stage.token("system"), "/webhooks", body).await;
    assert_eq!(told.status, 201, "{}", told.body);
    assert!(told.body["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")));
    told.body["id"].as_i64().expect("an id")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_arrives_signed_without_content_and_only_what_was_asked_for() {
    let stage = stage();
    let (url, arrived) = listener(&[]);
    let hook = declare(&stage, &url, json!({ "registers": ["food_business"], "acts": ["create"] })).await;
    let id = stage.shop("示例店", "东镇").await;
    let patch = Some(json!({ "fields": { "turnover": "5" } }));
    let path = format!("/records/food_business/{id}");
    stage.ask("PATCH", &stage.token("officer"), &path, &[("if-match", "\"1\"")], patch).await;
    assert_eq!(stage.office.deliver_due(&mut post()).unwrap(), 1);
    assert_eq!(stage.office.deliver_due(&mut post()).unwrap(), 0, "once it arrived it is over");
    let arrived = arrived.lock().unwrap().clone();
    assert_eq!(
        (arrived.len(), &arrived[0].body["id"], &arrived[0].body["act"]),
        (1, &json!(id), &json!("create"))
    );
    assert!(arrived[0].signature.starts_with("v1,"));
    assert!(!arrived[0].body.to_string().contains("示例店"), "nothing of the record leaves");
    let log = stage.get(&stage.token("system"), &format!("/webhooks/{hook}/deliveries")).await.body;
    assert_eq!(log["deliveries"][0]["state"], "delivered");
    assert_eq!(stage.get(&stage.token("officer"), "/webhooks").await.status, 404, "administrators only");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_taken_is_sent_again_also_after_a_restart_under_the_same_id() {
    let stage = stage();
    let (url, arrived) = listener(&[500, 302]);
    let hook = declare(&stage, &url, json!({ "registers": ["food_business"] })).await;
    stage.shop("示例店", "东镇").await;
    let pass = |seconds| stage.clock.set(stage.office.now() + chrono::Duration::seconds(seconds));
    assert_eq!(stage.office.deliver_due(&mut post()).unwrap(), 0, "500");
    assert_eq!(stage.office.deliver_due(&mut post()).unwrap(), 0, "not due yet");
    pass(6);
    assert_eq!(stage.office.deliver_due(&mut post()).unwrap(), 0, "a redirect is not followed");
    pass(16);
    let config = shian_service::OfficeConfig { data: stage.data.path().to_path_buf(), database: None };
    let restarted = shian_service::Office::open(config, stage.clock.clone()).unwrap();
    assert_eq!(restarted.deliver_due(&mut post()).unwrap(), 1);
    let system = stage.token("system");
    let log = stage.get(&system, &format!("/webhooks/{hook}/deliveries")).await.body["deliveries"][0].clone();
    assert_eq!((&log["tries"], &log["status"]), (&json!(3), &json!(200)));
    let replay = json!({ "delivery": log["id"] });
    assert_eq!(stage.post(&system, &format!("/webhooks/{hook}/replay"), replay).await.status, 204);
    assert_eq!(stage.office.deliver_due(&mut post()).unwrap(), 1);
    let all = json!({ "after": 0 });
    assert_eq!(stage.post(&system, &format!("/webhooks/{hook}/replay"), all).await.status, 204);
    assert_eq!(stage.office.deliver_due(&mut post()).unwrap(), 1);
    let arrived = arrived.lock().unwrap().clone();
    assert_eq!(arrived.len(), 5);
    assert!(arrived.iter().all(|one| one.id == arrived[0].id), "{arrived:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_inside_is_told_unless_it_was_named() {
    let stage = stage();
    let (url, arrived) = listener(&[]);
    let hook = declare(&stage, &url, json!({})).await;
    stage.shop("示例店", "东镇").await;
    assert_eq!(stage.office.deliver_due(&mut Post::new(Vec::new())).unwrap(), 0);
    assert!(arrived.lock().unwrap().is_empty());
    let system = stage.token("system");
    let log = stage.get(&system, &format!("/webhooks/{hook}/deliveries")).await.body;
    assert!(log["deliveries"][0]["error"].as_str().is_some_and(|why| why.contains("private")), "{log}");
    for url in ["file:///etc/passwd", "http://u:p@example.org/"] {
        let told = stage.post(&system, "/webhooks", json!({ "title": "x", "url": url })).await;
        assert_eq!((told.status.as_u16(), &told.body["errors"][0]["pointer"]), (422, &json!("/url")));
    }
}
