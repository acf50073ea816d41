//! What the office does by itself: once a day it opens what falls due, brings the indicators to the day and sweeps attachments
//! that nobody took up. Doing it twice does nothing more.
use std::sync::{Arc, Weak};
use std::time::Duration;

use chrono::NaiveDate;

use crate::office::Office;
use crate::refusal::Refusal;

/// How often a running office looks whether a new day began.
const LOOK: Duration = Duration::from_secs(60);
/// An attachment that no record holds is kept so many days.
const UNUSED_DAYS: i64 = 2;

/// What a tick did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticked {
    pub day: NaiveDate,
    /// Records opened because they fall due.
    pub opened: usize,
    /// Attachments swept.
    pub swept: usize,
}

impl Office {
    /// The day's work.
    ///
    /// # Errors
    /// The database's; what was done before stays done.
    pub fn tick(&self) -> Result<Ticked, Refusal> {
        let day = self.today();
        let opened = self.open_due(day)?;
        self.refresh_indicators()?;
        let swept = self.store().sweep_files(self.now() - chrono::Duration::days(UNUSED_DAYS))?;
        self.sweep_jobs()?;
        self.sweep_deliveries()?;
        Ok(Ticked { day, opened, swept })
    }

    /// Ticks now and whenever a new day begins or a pack was applied, on a thread that ends with the office.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn keep_up(self: &Arc<Self>) -> std::io::Result<()> {
        let office: Weak<Self> = Arc::downgrade(self);
        std::thread::Builder::new().name("tick".into()).spawn(move || {
            let mut last: Option<(NaiveDate, String)> = None;
            while let Some(office) = office.upgrade() {
                let now = (office.today(), office.pack().digest.clone());
                if last.as_ref() != Some(&now) {
                    match office.tick() {
                        Ok(ticked) => tracing::info!("the day's work is done: {ticked:?}"),
                        Err(refusal) => tracing::error!("the day's work failed: {refusal}"),
                    }
                    last = Some(now);
                }
                drop(office);
                std::thread::sleep(LOOK);
            }
        })?;
        Ok(())
    }
}
