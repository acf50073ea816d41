//! Views that many people look at between two changes, computed once. What is kept belongs to one moment of the office; the next
//! change begins another. People whose rights reach the same records share a view, nobody else does.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::live::Live;
use crate::office::Office;
use crate::permit::{self, Bounds};
use crate::refusal::Refusal;
use crate::view::{CockpitView, IndicatorView, MeasuresView};

/// Views of one moment and kind, at most.
const VIEWS_MAX: usize = 64;
/// A view may tell the time; it is computed again after so many seconds without a change too.
const SECONDS_MAX: i64 = 60;

/// All views that an office keeps.
#[derive(Default)]
pub(crate) struct KeptViews {
    pub cockpits: Kept<CockpitView>,
    pub measures: Kept<MeasuresView>,
    pub indicators: Kept<IndicatorView>,
}

impl KeptViews {
    /// Forgets everything: the office changed in a way that is no change of a record.
    pub fn clear(&self) {
        self.cockpits.clear();
        self.measures.clear();
        self.indicators.clear();
    }
}

/// Views of one kind.
pub(crate) struct Kept<T>(Mutex<Views<T>>);

struct Views<T> {
    of: Option<Moment>,
    views: Vec<(Asked, Room<T>)>,
}

/// Where one view is computed by the first who asks, while the others wait.
type Room<T> = Arc<Mutex<Option<Arc<T>>>>;

/// Everything that a view is computed from but the question and the rights.
struct Moment {
    /// The last change.
    seq: i64,
    /// The pack at work and the directory.
    live: Arc<Live>,
    minute: i64,
}

impl Moment {
    fn is(&self, other: &Self) -> bool {
        (self.seq, self.minute) == (other.seq, other.minute) && Arc::ptr_eq(&self.live, &other.live)
    }
}

/// What a view answers: the question, and where the asker's rights to read reach, register by register.
#[derive(PartialEq)]
struct Asked {
    question: String,
    reach: Vec<Bounds>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(Views { of: None, views: Vec::new() }))
    }
}

impl<T> Kept<T> {
    fn clear(&self) {
        self.held().of = None;
    }

    fn held(&self) -> MutexGuard<'_, Views<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn room(&self, moment: Moment, asked: Asked) -> Room<T> {
        let mut held = self.held();
        if !held.of.as_ref().is_some_and(|of| of.is(&moment)) {
            *held = Views { of: Some(moment), views: Vec::new() };
        }
        if let Some((_, room)) = held.views.iter().find(|(known, _)| *known == asked) {
            return room.clone();
        }
        if held.views.len() == VIEWS_MAX {
            held.views.remove(0);
        }
        let room = Room::default();
        held.views.push((asked, room.clone()));
        room
    }
}

impl Office {
    /// A view that depends on nothing about the actor but where his rights to read reach. Never older than the last commit.
    pub(crate) fn keep<T>(
        &self,
        kept: &Kept<T>,
        actor: &Actor,
        question: String,
        compute: impl FnOnce(&mut Desk) -> Result<T, Refusal>,
    ) -> Result<Arc<T>, Refusal> {
        let (live, minute) = (self.live(), self.now().timestamp() / SECONDS_MAX);
        let seq = self.store().read(|tx| tx.last_seq())?;
        let registers = live.pack.registers.values();
        let reach = registers.map(|register| permit::read_bounds(actor, register, &live)).collect();
        let room = kept.room(Moment { seq, live, minute }, Asked { question, reach });
        let mut view = room.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(view) = &*view {
            return Ok(view.clone());
        }
        let computed = Arc::new(self.at_desk(actor, compute)?);
        *view = Some(computed.clone());
        Ok(computed)
    }
}
