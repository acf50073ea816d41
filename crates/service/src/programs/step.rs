//! Which steps a program may take with a record now.
use serde::Serialize;
use shian_pack::value::RecordId;

use crate::actor::Actor;
use crate::office::Office;
use crate::refusal::Refusal;

/// A step out of the record's state that is the actor's.
#[derive(Debug, Clone, Serialize)]
pub struct StepTold {
    pub id: String,
    pub title: String,
    /// Whether it can be taken now, and if not, why.
    pub possible: bool,
    pub why_not: Option<String>,
    /// Fields it asks for.
    pub asks: Vec<String>,
    /// Asks for a reason.
    pub reason: bool,
}

impl Office {
    /// The steps out of the record's state that are his to take.
    ///
    /// # Errors
    /// NotFound for what is not there or not for him.
    pub fn tell_steps(&self, actor: &Actor, register: &str, id: RecordId) -> Result<Vec<StepTold>, Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            let record = desk.readable(register, id)?;
            let steps = crate::look::steps(desk, register, &record)?.into_iter().map(|step| StepTold {
                id: step.id,
                title: step.title,
                possible: step.possible,
                why_not: step.why_not,
                asks: step.asks,
                reason: step.reason,
            });
            Ok(steps.collect())
        })
    }
}
