//! `shian indicator list|show`.
use std::sync::Arc;

use clap::{Args, Subcommand};
use shian_service::indicator::IndicatorAsk;
use shian_service::view::IndicatorView;
use shian_service::{Actor, Office};

use crate::Place;
use crate::report::{Failure, Report};

#[derive(Subcommand)]
pub enum Verb {
    /// 所有指标的现值 / all indicators
    List {
        #[command(flatten)]
        ask: Ask,
    },
    /// 一个指标 / one indicator
    Show {
        id: String,
        #[command(flatten)]
        ask: Ask,
    },
}

#[derive(Args)]
pub struct Ask {
    /// 区划代码或名称 / code or name of an area
    #[arg(long)]
    area: Option<String>,
    /// 2023、2023-09、2023-09-15：到那时为止 / as it stood at the end of it
    #[arg(long)]
    period: Option<String>,
    #[command(flatten)]
    place: Place,
}

pub fn run(verb: Verb, report: &Report) -> Result<(), Failure> {
    match verb {
        Verb::List { ask } => {
            let office = ask.place.open()?;
            let actor = Actor::system();
            let wanted = wanted(&office, &ask)?;
            let ids = office.indicators(&actor)?;
            let views = ids.iter().map(|(id, _)| office.indicator(&actor, id, &wanted));
            let views: Vec<Arc<IndicatorView>> = views.collect::<Result<_, _>>()?;
            report.answer(&views, |views| views.iter().map(|view| line(view) + "\n").collect())
        }
        Verb::Show { id, ask } => {
            let office = ask.place.open()?;
            let view = office.indicator(&Actor::system(), &id, &wanted(&office, &ask)?)?;
            report.answer(view.as_ref(), whole)
        }
    }
}

fn wanted(office: &Office, ask: &Ask) -> Result<IndicatorAsk, Failure> {
    let path = |text: &String| {
        office.area_path(text).ok_or_else(|| Failure::usage(format!("没有区划 {text} / no such area")))
    };
    Ok(IndicatorAsk {
        period: ask.period.clone(),
        area: ask.area.as_ref().map(path).transpose()?,
        body: None,
    })
}

fn line(view: &IndicatorView) -> String {
    let value = view.value.as_deref().unwrap_or("—");
    format!("{:28} {value}{}  {}  {}", view.id, view.unit, view.title, view.note)
}

fn whole(view: &IndicatorView) -> String {
    let mut out = format!("{}\n{}\n{}\n", line(view), view.period, view.words);
    for part in view.by_area.iter().chain(&view.by_body) {
        out += &format!("  {} {}\n", part.value.as_deref().unwrap_or("—"), part.name);
    }
    if let (Some(counting), Some(missing)) = (view.counting, view.missing) {
        out += &format!("算进来 {counting}，还没有 {missing}\n");
    }
    out
}
