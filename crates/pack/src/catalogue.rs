//! What the engines offer to packs, as a value: this crate checks `run` and `from` without depending on an engine.
use crate::expr::Type;

/// All engine effects the office has; handed in by the service.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub effects: Vec<EffectSig>,
}

/// The signature of one effect.
#[derive(Debug, Clone)]
pub struct EffectSig {
    /// As packs name it: `risk.conclude`.
    pub id: String,
    /// Fields the register must have for it.
    pub takes: Vec<(String, Type)>,
    /// Fields it writes, declared `from = "<id>"` in the register.
    pub gives: Vec<(String, Type)>,
}

impl Catalogue {
    pub fn effect(&self, id: &str) -> Option<&EffectSig> {
        self.effects.iter().find(|effect| effect.id == id)
    }
}
