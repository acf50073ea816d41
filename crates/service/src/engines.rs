//! The table of engine effects: one line per engine. A step names an effect; the desk calls it with plain values and writes
//! what comes back in the same transaction. The catalogue made from this table is what packs are checked against.
use shian_pack::{Catalogue, EffectSig, Fields, Pack, Type};

/// A pure, short effect of an engine. Slow or outside work is a job, not an effect.
pub trait Effect {
    /// As packs name it: `risk.conclude`.
    const ID: &'static str;
    /// Fields it reads.
    fn takes() -> Vec<(&'static str, Type)>;
    /// Fields it writes, declared `from = "<id>"`.
    fn gives() -> Vec<(&'static str, Type)>;
    /// From the record's fields and the pack's tables to the fields it gives.
    ///
    /// # Errors
    /// Words for the person: what is missing or cannot be judged.
    fn run(takes: &Fields, pack: &Pack) -> Result<Fields, String>;
}

/// One effect, its type forgotten.
pub struct Entry {
    id: &'static str,
    takes: fn() -> Vec<(&'static str, Type)>,
    gives: fn() -> Vec<(&'static str, Type)>,
    run: fn(&Fields, &Pack) -> Result<Fields, String>,
}

/// The line of an engine's effect in [`EFFECTS`].
pub const fn entry<E: Effect>() -> Entry {
    Entry { id: E::ID, takes: E::takes, gives: E::gives, run: E::run }
}

/// Every effect of every engine.
pub static EFFECTS: &[Entry] = &[];

/// What packs may name in `run` and `from`.
pub fn catalogue() -> Catalogue {
    let owned =
        |fields: Vec<(&'static str, Type)>| fields.into_iter().map(|(id, ty)| (id.to_string(), ty)).collect();
    let signature = |entry: &Entry| EffectSig {
        id: entry.id.into(),
        takes: owned((entry.takes)()),
        gives: owned((entry.gives)()),
    };
    Catalogue { effects: EFFECTS.iter().map(signature).collect() }
}

/// Runs an effect by its id; None: there is no such effect.
pub(crate) fn run(id: &str, takes: &Fields, pack: &Pack) -> Option<Result<Fields, String>> {
    EFFECTS.iter().find(|entry| entry.id == id).map(|entry| (entry.run)(takes, pack))
}
