//! `/api/v1/indicators`, `/api/v1/measures`, `/api/v1/cockpit`: the same numbers as the pages show, with the records behind them.

use axum::{
    extract::{Path, RawQuery},
    http::StatusCode,
};
use serde_json::{Value, json};
use shian_service::{
    indicator::IndicatorAsk,
    view::{Half, IndicatorView, Link, PartView, TargetView, TileView},
};

use super::{
    caller::Caller,
    problem::{Answer, Problem},
    records,
    sent::Asked,
};

const ROWS_MAX: i64 = 200;

fn told(body: &Value) -> axum::response::Response {
    records::json(StatusCode::OK, body.to_string().into_bytes())
}

/// `GET /indicators`
pub async fn list(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let all = caller.ask(|office, actor| office.indicators(actor)).await.map_err(Problem::of_query)?;
    let pack = caller.site.office.pack();
    let line = |(id, title): &(String, String)| {
        let unit = pack.indicator(id).map(|indicator| indicator.unit.clone());
        json!({ "id": id, "title": title, "unit": unit })
    };
    Ok(told(&json!({ "indicators": all.iter().map(line).collect::<Vec<_>>() })))
}

/// `GET /indicators/{id}`
pub async fn show(caller: Caller, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let asked = Asked::read(query.as_deref(), &["period", "area"])?;
    let ask = IndicatorAsk {
        body: None,
        period: asked.text("period").map(str::to_owned),
        area: asked.text("area").map(str::to_owned),
    };
    let view = caller.ask(move |office, actor| office.indicator(actor, &id, &ask)).await;
    let view = view.map_err(Problem::of_query)?;
    Ok(told(&indicator(&view)))
}

fn indicator(view: &IndicatorView) -> Value {
    let part = |part: &PartView| {
        json!({ "key": part.key, "name": part.name, "value": part.value, "numerator": part.numerator,
                "denominator": part.denominator, "missing": part.missing, "light": part.light })
    };
    let trend = view
        .trend
        .iter()
        .map(|point| json!({ "label": point.label, "value": point.value, "last_year": point.last_year }));
    json!({
        "id": view.id, "title": view.title, "unit": view.unit, "words": view.words, "measures": view.measures,
        "period": view.period, "value": view.value, "numerator": view.numerator,
        "denominator": view.denominator, "light": view.light, "due_by_now": view.due_by_now,
        "last_year": view.last_year, "counting": view.counting, "missing": view.missing,
        "targets": view.targets.iter().map(target).collect::<Vec<_>>(),
        "trend": trend.collect::<Vec<_>>(),
        "by_area": view.by_area.iter().map(part).collect::<Vec<_>>(),
        "by_body": view.by_body.iter().map(part).collect::<Vec<_>>(),
    })
}

fn target(target: &TargetView) -> Value {
    json!({
        "chapter": target.chapter, "measure": target.measure, "name": target.name, "indicator": target.indicator,
        "op": target.op, "target": target.target, "unit": target.unit, "value": target.value,
        "light": target.light, "note": target.note, "due_by_now": target.due_by_now, "due": target.due,
    })
}

/// `GET /indicators/{id}/counting`
pub async fn counting(caller: Caller, path: Path<String>, query: RawQuery) -> Answer {
    rows(caller, path, query, Half::Counting).await
}

/// `GET /indicators/{id}/missing`
pub async fn missing(caller: Caller, path: Path<String>, query: RawQuery) -> Answer {
    rows(caller, path, query, Half::Missing).await
}

async fn rows(caller: Caller, Path(id): Path<String>, RawQuery(query): RawQuery, half: Half) -> Answer {
    let asked = Asked::read(query.as_deref(), &["area", "after", "limit"])?;
    let area = asked.text("area").map(str::to_owned);
    let after = asked.number("after", (0, i64::MAX))?;
    let limit = u32::try_from(asked.number("limit", (1, ROWS_MAX))?.unwrap_or(50)).unwrap_or(50);
    let rows = caller
        .ask(move |office, actor| office.indicator_rows(actor, &id, half, area.as_deref(), after, limit))
        .await
        .map_err(Problem::of_query)?;
    let row = |row: &shian_service::view::IndicatorRow| json!({ "record": link(&row.link), "area": row.area, "body": row.body, "weight": row.weight });
    Ok(told(&json!({ "rows": rows.rows.iter().map(row).collect::<Vec<_>>(), "next": rows.next })))
}

fn link(link: &Link) -> Value {
    json!({ "register": link.register, "id": link.id, "name": link.name })
}

/// `GET /measures`
pub async fn measures(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let view = caller.ask(|office, actor| office.measures(actor)).await.map_err(Problem::of_query)?;
    let measures = view.chapters.iter().flat_map(|chapter| chapter.tiles.iter().map(tile));
    Ok(told(&json!({
        "title": view.title, "place": view.place, "year": view.year, "measures": measures.collect::<Vec<_>>(),
    })))
}

fn tile(tile: &TileView) -> Value {
    json!({
        "chapter": tile.chapter, "no": tile.no, "title": tile.title, "light": tile.light, "note": tile.note,
        "done_permille": tile.done_permille, "due_permille": tile.due_permille, "duties": tile.duties,
        "targets": tile.targets,
    })
}

/// `GET /cockpit`
pub async fn cockpit(caller: Caller, RawQuery(query): RawQuery) -> Answer {
    Asked::read(query.as_deref(), &[])?;
    let view = caller.ask(|office, actor| office.cockpit(actor)).await.map_err(Problem::of_query)?;
    let late = view.late.iter().map(|late| {
        json!({ "record": link(&late.link), "matter": late.matter, "body": late.body, "area": late.area,
                "due": late.due, "days": late.days })
    });
    Ok(told(&json!({
        "title": view.title, "place": view.place, "today": view.today, "time_permille": view.time_permille,
        "late_count": view.late_count, "behind_count": view.behind_count, "soon_count": view.soon_count,
        "late": late.collect::<Vec<_>>(),
        "targets": view.targets.iter().map(target).collect::<Vec<_>>(),
        "measures": view.chapters.iter().flat_map(|chapter| chapter.tiles.iter().map(tile)).collect::<Vec<_>>(),
    })))
}
