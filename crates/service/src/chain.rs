//! The chain of acts 事件链: whatever a finding set in motion, as one line of linked records. From a record up to what it
//! follows from, and from there down to all that came of it: sample → disposal → case → transfer.
//!
//! Only registers with a business date take part: they hold what happened. A business or a body is who it happened to; its
//! thousand records are not one chain.
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::Record;

use crate::actor::Actor;
use crate::desk::Desk;
use crate::follow::is_open;
use crate::list;
use crate::look::link_to;
use crate::office::Office;
use crate::permit;
use crate::refusal::Refusal;
use crate::view::{ChainLink, ChainView, Counted, DueStatus};

/// Records of one chain, at most.
const LINKS_MAX: usize = 60;
/// Records that one record may set in motion by one field; with more, it did not set them in motion.
const CHILDREN_MAX: u32 = 20;

impl Office {
    /// The chain a record stands in, as far as the actor may read it; in the order in which things happened.
    ///
    /// # Errors
    /// NotFound when there is no such record for the actor.
    pub fn chain(&self, actor: &Actor, register: &str, id: RecordId) -> Result<ChainView, Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            let record = desk.readable(register, id)?;
            let mut walk = Walk::default();
            if register.when.is_some() {
                let root = walk.up(desk, register, &record)?;
                walk.down(desk, root)?;
            }
            walk.view(desk, id)
        })
    }
}

/// Records found so far.
#[derive(Default)]
struct Walk {
    found: HashMap<RecordId, Arc<Record>>,
    more: bool,
}

impl Walk {
    /// Up to the first record that set the others in motion. Everything on the way is noted.
    fn up<'d>(
        &mut self,
        desk: &mut Desk<'d>,
        register: &'d Register,
        record: &Arc<Record>,
    ) -> Result<(&'d Register, Arc<Record>), Refusal> {
        let (mut at, mut top) = (register, record.clone());
        while self.found.insert(top.id, top.clone()).is_none() {
            let Some((parent, cause)) = self.cause(desk, at, &top)? else { break };
            (at, top) = (parent, cause);
        }
        Ok((at, top))
    }

    /// The newest readable record among those it points to: the nearest thing that led to it.
    fn cause<'d>(
        &self,
        desk: &mut Desk<'d>,
        register: &Register,
        record: &Record,
    ) -> Result<Option<(&'d Register, Arc<Record>)>, Refusal> {
        let live = desk.live;
        let mut causes = Vec::new();
        for (id, field) in &register.fields {
            let target = crate::live::target(&live.pack, &field.kind);
            let target =
                target.and_then(|id| live.pack.registers.get(&id)).filter(|target| target.when.is_some());
            if let (Some(target), Some(Value::Int(to))) = (target, record.fields.get(id))
                && let Some(cause) = readable(desk, target, *to)?
            {
                causes.push((target, cause));
            }
        }
        Ok(causes.into_iter().max_by_key(|(_, cause)| (cause.date, cause.id)))
    }

    /// Everything that points to a record of the chain, and so on.
    fn down(&mut self, desk: &mut Desk, (register, root): (&Register, Arc<Record>)) -> Result<(), Refusal> {
        let live = desk.live;
        let mut open = vec![(register.id.clone(), root.id)];
        let mut seen = BTreeSet::new();
        self.found.insert(root.id, root);
        while let Some((register, id)) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            for (child, field) in &live.shape(live.register(&register)?).children {
                let child = live.register(child)?;
                if child.when.is_none() || !permit::may_read(desk.actor, child, live) {
                    continue;
                }
                let (count, rows) = list::pointing(desk, child, field, id, CHILDREN_MAX)?;
                if count > i64::from(CHILDREN_MAX) {
                    // A campaign with hundreds of cases is no cause of each other's.
                    self.more = true;
                    continue;
                }
                for row in rows {
                    if self.found.len() >= LINKS_MAX {
                        self.more = true;
                        return Ok(());
                    }
                    if let Some(record) = readable(desk, child, row.id)? {
                        open.push((child.id.clone(), record.id));
                        self.found.insert(record.id, record);
                    }
                }
            }
        }
        Ok(())
    }

    fn view(self, desk: &mut Desk, here: RecordId) -> Result<ChainView, Refusal> {
        let live = desk.live;
        let mut records: Vec<Arc<Record>> = self.found.into_values().collect();
        records.sort_by_key(|record| (record.date, record.created_at, record.id));
        let mut links = Vec::with_capacity(records.len());
        let mut registers: BTreeSet<&str> = BTreeSet::new();
        for record in &records {
            let register = live.register(&record.register)?;
            registers.insert(&register.id);
            let deadlines = crate::clocks::of_record(desk, register, record)?;
            links.push(ChainLink {
                link: link_to(register, record),
                register_title: register.title.clone(),
                date: record.date,
                here: record.id == here,
                open: is_open(register, &record.state),
                late: deadlines.iter().any(|clock| clock.status == DueStatus::Late),
                body: record.body.and_then(|id| live.directory.body_name(id)).unwrap_or_default().to_owned(),
            });
        }
        Ok(ChainView { links, more: self.more, counted: counted(desk, &registers) })
    }
}

fn readable(desk: &mut Desk, register: &Register, id: RecordId) -> Result<Option<Arc<Record>>, Refusal> {
    match desk.readable(register, id) {
        Ok(record) => Ok((!record.deleted).then_some(record)),
        Err(Refusal::NotFound) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// The indicators in which these registers are counted.
fn counted(desk: &Desk, registers: &BTreeSet<&str>) -> Vec<Counted> {
    let pack = &desk.live.pack;
    let of = |indicator: &&shian_pack::Indicator| {
        indicator.registers().into_iter().any(|id| registers.contains(id))
    };
    let bound = |id: &str| pack.targets.iter().any(|target| target.indicator.as_deref() == Some(id));
    let mut counted: Vec<Counted> = pack
        .indicators
        .values()
        .filter(of)
        .map(|one| Counted { id: one.id.clone(), title: one.title.clone(), target: bound(&one.id) })
        .collect();
    counted.sort_by_key(|one| !one.target);
    counted
}
