//! `shian serve`: the office on a port, until it is told to stop.
use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;

use crate::Place;
use crate::report::Failure;

/// People served in the same instant; the others wait their turn. Each may hold a connection with its page cache.
const DESKS_MAX: usize = 16;

#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    place: Place,
    /// 监听地址 / address to listen on
    #[arg(long, env = "SHIAN_LISTEN")]
    listen: Option<SocketAddr>,
    /// 开发：显示部件页 / show the parts page
    #[arg(long)]
    dev: bool,
}

pub fn run(ask: Serve) -> Result<(), Failure> {
    let file = ask.place.file()?;
    let listen = match (ask.listen, file.listen) {
        (Some(listen), _) => listen,
        (None, Some(text)) => text.parse().map_err(|e| Failure::usage(format!("shian.toml listen: {e}")))?,
        (None, None) => SocketAddr::from(([127, 0, 0, 1], 8080)),
    };
    let office = Arc::new(ask.place.open()?);
    office.keep_up()?;
    office.work()?;
    let allowed = file.webhooks.allow.iter().map(|net| net.parse()).collect::<Result<_, _>>();
    office.deliver(allowed.map_err(|why| Failure::usage(format!("shian.toml [webhooks] allow: {why}")))?)?;
    let config = shian_web::WebConfig {
        listen,
        secure_cookie: file.secure_cookie.unwrap_or(false),
        dev: ask.dev,
        api_per_minute: file.api.per_minute,
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(DESKS_MAX).build()?;
    runtime.block_on(shian_web::serve(office, config)).map_err(Failure::refused)
}
