//! The addresses of one register with their operations, each typed by what the register declares.

use serde_json::{Map, Value, json};
use shian_pack::{Pack, Register, register::Step};

use super::{example, schema};

/// Adds the register's schemas and paths.
pub fn add(document: &mut Value, pack: &Pack, register: &Register) {
    let id = &register.id;
    let schemas = &mut document["components"]["schemas"];
    schemas[format!("{id}.fields")] = schema::told(pack, register);
    schemas[format!("{id}.new")] = envelope(schema::new(pack, register), &["fields"]);
    schemas[format!("{id}.change")] = envelope(schema::change(pack, register), &["fields"]);
    schemas[id] = record(register);
    schemas[format!("{id}.list")] = json!({
        "type": "object",
        "properties": {
            "records": { "type": "array", "items": schema_ref(id) },
            "next": { "type": ["string", "null"] },
            "total": { "type": "integer" },
        },
        "required": ["records", "next"],
    });
    let paths = &mut document["paths"];
    let base = format!("/records/{id}");
    paths[&base] = json!({ "get": list(register), "post": create(pack, register) });
    paths[format!("{base}/{{id}}")] = json!({
        "parameters": [parameter("id")],
        "get": show(register),
        "patch": edit(register),
        "delete": plain_write(register, "delete", "删除"),
    });
    paths[format!("{base}/{{id}}/restore")] =
        json!({ "parameters": [parameter("id")], "post": plain_write(register, "restore", "恢复") });
    paths[format!("{base}/{{id}}/steps")] =
        json!({ "parameters": [parameter("id")], "get": steps(register) });
    paths[format!("{base}/{{id}}/changes")] =
        json!({ "parameters": [parameter("id")], "get": history(register) });
    paths[format!("{base}/bulk")] = json!({ "post": bulk(register) });
    paths[format!("{base}/export")] = json!({ "post": export(register) });
    if register.fields.values().any(|field| schema::is_file(&field.kind)) {
        paths[format!("{base}/{{id}}/files/{{key}}")] =
            json!({ "parameters": [parameter("id")], "get": download(register) });
    }
    for one in register.steps.values().filter(|step| step.after.is_none()) {
        paths[format!("{base}/{{id}}/steps/{}", one.id)] =
            json!({ "parameters": [parameter("id")], "post": step(pack, register, one) });
    }
    if let Some(tags) = document["tags"].as_array_mut() {
        tags.push(json!({ "name": id, "description": register.title }));
    }
}

fn envelope(fields: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": { "fields": fields }, "required": required,
            "additionalProperties": false })
}

fn record(register: &Register) -> Value {
    let time = json!({ "type": "string", "format": "date-time" });
    json!({
        "type": "object",
        "title": register.title,
        "properties": {
            "id": { "type": "integer" },
            "register": { "const": register.id },
            "version": { "type": "integer", "description": "ETag" },
            "state": { "type": "string", "description": states(register) },
            "number": { "type": ["string", "null"] },
            "name": { "type": "string" },
            "created_at": time,
            "updated_at": time,
            "deleted": { "type": "boolean" },
            "fields": schema_ref(&format!("{}.fields", register.id)),
            "masked": { "type": "array", "items": { "type": "string" }, "description": "有值但无权查看的字段" },
            "names": { "type": "object", "additionalProperties": { "type": "string" },
                       "description": "expand=names 时：字段/编号 → 名称" },
        },
        "required": ["id", "register", "version", "state", "number", "name", "created_at", "updated_at",
                     "deleted", "fields", "masked"],
    })
}

fn states(register: &Register) -> String {
    let states = register.states.iter().map(|(id, title)| format!("{id} {title}"));
    states.collect::<Vec<_>>().join("、")
}

fn schema_ref(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn parameter(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// The good answer and the problems that may come instead.
fn responses(good: &[(&str, Value)], problems: &[&str]) -> Value {
    let mut all: Map<String, Value> =
        good.iter().map(|(status, answer)| ((*status).to_owned(), answer.clone())).collect();
    for status in problems.iter().chain(&["400", "401", "403", "404", "429"]) {
        all.insert((*status).to_owned(), json!({ "$ref": format!("#/components/responses/{status}") }));
    }
    Value::Object(all)
}

fn told(schema: Value, headers: Value) -> Value {
    json!({ "description": "OK", "headers": headers, "content": { "application/json": { "schema": schema } } })
}

fn tag() -> Value {
    json!({ "ETag": { "schema": { "type": "string" }, "required": true } })
}

fn sent(schema: Value, required: bool) -> Value {
    json!({ "required": required, "content": { "application/json": { "schema": schema } } })
}

fn list(register: &Register) -> Value {
    let views: Vec<&str> = register.views.keys().map(String::as_str).collect();
    let names = ["limit", "after", "sort", "filter", "search", "fields", "expand", "count", "deleted"];
    let mut parameters: Vec<Value> = names.iter().map(|name| parameter(name)).collect();
    if !views.is_empty() {
        parameters
            .push(json!({ "name": "view", "in": "query", "schema": { "type": "string", "enum": views } }));
    }
    let link = json!({ "Link": { "schema": { "type": "string" }, "description": "rel=\"next\"" } });
    json!({
        "operationId": format!("list.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：列表", register.title),
        "parameters": parameters,
        "responses": responses(
            &[("200", told(schema_ref(&format!("{}.list", register.id)), link))],
            &["409", "422"],
        ),
    })
}

fn show(register: &Register) -> Value {
    json!({
        "operationId": format!("get.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：一条", register.title),
        "parameters": [parameter("fields"), parameter("expand"), parameter("deleted"), parameter("IfNoneMatch")],
        "responses": responses(
            &[("200", told(schema_ref(&register.id), tag())),
              ("304", json!({ "$ref": "#/components/responses/304" }))],
            &["422"],
        ),
    })
}

fn create(pack: &Pack, register: &Register) -> Value {
    let mut created = told(schema_ref(&register.id), tag());
    created["headers"]["Location"] = json!({ "schema": { "type": "string" }, "required": true });
    created["description"] = json!("已登记");
    let follow = |operation: &str| {
        json!({ "operationId": format!("{operation}.{}", register.id),
                "parameters": { "id": "$response.body#/id", "header.If-Match": "$response.header.ETag" } })
    };
    let mut links = Map::new();
    for operation in ["edit", "delete"] {
        links.insert(operation.to_owned(), follow(operation));
    }
    links.insert(
        "get".to_owned(),
        json!({ "operationId": format!("get.{}", register.id), "parameters": { "id": "$response.body#/id" } }),
    );
    created["links"] = Value::Object(links);
    let mut body = sent(schema_ref(&format!("{}.new", register.id)), true);
    body["content"]["application/json"]["example"] = json!({ "fields": example::fields(pack, register) });
    json!({
        "operationId": format!("create.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：登记", register.title),
        "parameters": [parameter("Key")],
        "requestBody": body,
        "responses": responses(&[("201", created)], &["409", "413", "415", "422"]),
    })
}

fn edit(register: &Register) -> Value {
    json!({
        "operationId": format!("edit.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：修改给出的字段", register.title),
        "parameters": [parameter("IfMatch")],
        "requestBody": sent(schema_ref(&format!("{}.change", register.id)), true),
        "responses": responses(
            &[("200", told(schema_ref(&register.id), tag()))],
            &["409", "412", "413", "415", "422", "428"],
        ),
    })
}

/// A write without a body.
fn plain_write(register: &Register, operation: &str, title: &str) -> Value {
    json!({
        "operationId": format!("{operation}.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：{title}", register.title),
        "parameters": [parameter("IfMatch")],
        "responses": responses(
            &[("200", told(schema_ref(&register.id), tag()))],
            &["409", "412", "422", "428"],
        ),
    })
}

fn steps(register: &Register) -> Value {
    json!({
        "operationId": format!("steps.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：现在可以办什么", register.title),
        "responses": responses(&[("200", told(schema_ref("Steps"), json!({})))], &[]),
    })
}

fn step(pack: &Pack, register: &Register, step: &Step) -> Value {
    let mut body = envelope(schema::step(pack, register, &step.asks), &[]);
    body["properties"]["reason"] =
        json!({ "type": ["string", "null"], "maxLength": 500, "pattern": "^[^\\u0000]*$" });
    json!({
        "operationId": format!("step.{}.{}", register.id, step.id),
        "tags": [register.id],
        "summary": format!("{}：{}", register.title, step.title),
        "parameters": [parameter("IfMatch"), parameter("Key")],
        "requestBody": sent(body, true),
        "responses": responses(
            &[("200", told(schema_ref(&register.id), tag()))],
            &["409", "412", "413", "415", "422", "428"],
        ),
    })
}

fn history(register: &Register) -> Value {
    json!({
        "operationId": format!("changes.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：历史", register.title),
        "responses": responses(&[("200", told(schema_ref("History"), json!({})))], &[]),
    })
}

fn download(register: &Register) -> Value {
    let key = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
    let file = json!({ "description": "OK", "content": { "application/octet-stream": {
        "schema": { "type": "string", "format": "binary" } } } });
    json!({
        "operationId": format!("file.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：附件", register.title),
        "parameters": [{ "name": "key", "in": "path", "required": true, "schema": key }],
        "responses": responses(&[("200", file)], &[]),
    })
}

/// A row's fields are judged row by row, in the answer: only their being an object is judged at once.
fn bulk(register: &Register) -> Value {
    let row = json!({
        "type": "object",
        "description": "没有 id：登记；有 id 和 version：修改、step（流转）或 delete（删除）",
        "properties": {
            "id": { "type": ["integer", "null"], "format": "int64" },
            "version": { "type": ["integer", "null"], "format": "int64" },
            "step": { "type": ["string", "null"] },
            "delete": { "type": "boolean" },
            "reason": { "type": ["string", "null"] },
            "fields": { "type": "object", "description": format!("如 {}.new 或 {}.change 的 fields", register.id, register.id) },
        },
        "additionalProperties": false,
    });
    let body = json!({
        "type": "object",
        "properties": {
            "mode": { "enum": ["all", "good"], "default": "all", "description": "all：有一行不对就全部不写；good：只写对的行" },
            "records": { "type": "array", "items": row, "minItems": 1, "maxItems": 50000 },
        },
        "required": ["records"],
        "additionalProperties": false,
    });
    json!({
        "operationId": format!("bulk.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：批量办理；超过 200 行作为后台任务", register.title),
        "parameters": [parameter("Key"), parameter("Prefer")],
        "requestBody": sent(body, true),
        "responses": responses(
            &[("200", told(schema_ref("BulkReport"), json!({}))), ("202", accepted())],
            &["409", "413", "415", "422"],
        ),
    })
}

fn export(register: &Register) -> Value {
    let text = json!({ "type": ["string", "null"], "pattern": "^[^\\u0000]*$" });
    let body = json!({
        "type": "object",
        "properties": {
            "format": { "enum": ["ndjson", "csv", "xlsx", null], "default": "ndjson" },
            "view": text, "filter": text, "search": text,
            "sort": { "type": "array", "items": { "type": "string", "pattern": "^[^\\u0000]*$" } },
        },
        "additionalProperties": false,
    });
    json!({
        "operationId": format!("export.{}", register.id),
        "tags": [register.id],
        "summary": format!("{}：导出（后台任务）", register.title),
        "requestBody": sent(body, true),
        "responses": responses(&[("202", accepted())], &["409", "413", "415", "422"]),
    })
}

/// Long work was taken on.
fn accepted() -> Value {
    let place = json!({ "Location": { "schema": { "type": "string" }, "required": true } });
    told(schema_ref("Job"), place)
}
