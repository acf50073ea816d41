//! Hands made records to the store, chunk by chunk: while one is written the next is made.
use std::sync::Arc;
use std::thread::{Scope, ScopedJoinHandle};

use shian_store::{Record, Stamp, Store};

use super::make::Made;
use crate::clocks;
use crate::live::Live;
use crate::refusal::Refusal;

/// Records of one transaction.
pub const CHUNK: usize = 20_000;

type Writing<'scope> = ScopedJoinHandle<'scope, Result<Vec<Arc<Record>>, Refusal>>;

/// Writes behind the maker's back; at most one chunk is on its way.
pub struct Writer<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    store: Store,
    live: Arc<Live>,
    writing: Option<Writing<'scope>>,
}

impl<'scope, 'env> Writer<'scope, 'env> {
    pub fn new(scope: &'scope Scope<'scope, 'env>, store: Store, live: Arc<Live>) -> Self {
        Self { scope, store, live, writing: None }
    }

    /// Starts to write; answers the records of the chunk before.
    pub fn write(&mut self, register: &str, mut chunk: Vec<Made>) -> Result<Vec<Arc<Record>>, Refusal> {
        chunk.sort_by_key(|made| made.at);
        let before = self.finish()?;
        let (store, live, register) = (self.store.clone(), self.live.clone(), register.to_string());
        self.writing = Some(self.scope.spawn(move || {
            store.bulk(move |tx| -> Result<Vec<Arc<Record>>, Refusal> {
                let register = live.register(&register)?;
                let mut written = Vec::with_capacity(chunk.len());
                for made in chunk {
                    let stamp = Stamp { at: made.at, by: 0, act: "create".to_string(), reason: None };
                    let record = tx.insert(register, made.checked, &stamp)?;
                    for clock in made.clocks {
                        tx.set_deadline(&clocks::placed(clock, &record))?;
                    }
                    written.push(Arc::new(record));
                }
                Ok(written)
            })
        }));
        Ok(before)
    }

    /// The records of the chunk on its way.
    pub fn finish(&mut self) -> Result<Vec<Arc<Record>>, Refusal> {
        match self.writing.take().map(ScopedJoinHandle::join) {
            None => Ok(Vec::new()),
            Some(Ok(written)) => written,
            Some(Err(_)) => Err(Refusal::internal(&"the writer of the demo data broke off")),
        }
    }
}
