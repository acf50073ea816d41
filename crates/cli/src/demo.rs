//! `shian demo`: fills the office with declared demo data.
use clap::{Args, ValueEnum};

use crate::Place;
use crate::report::{Failure, Report};

#[derive(Args)]
pub struct Demo {
    #[arg(long, value_enum, default_value = "small")]
    scale: Scale,
    /// 同一个数得同样的数据 / the same seed gives the same data
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, ValueEnum)]
enum Scale {
    Small,
    District,
    City,
}

pub fn run(ask: Demo, report: &Report) -> Result<(), Failure> {
    let scale = match ask.scale {
        Scale::Small => "small",
        Scale::District => "district",
        Scale::City => "city",
    };
    let bar = report.bar("演示数据");
    let filled = ask.place.open()?.fill_demo(scale, ask.seed, &mut |done, all, what| {
        bar.set_length(all);
        bar.set_position(done);
        bar.set_message(what.to_owned());
    })?;
    bar.finish_and_clear();
    ask.place.stand_on(filled.today)?;
    report.answer(&filled, |f| f.to_string())
}
