//! The demo data 演示数据: a believable year for every register that the pack declares it for. Deterministic by seed; knows no
//! register by name; every record holds the checks of its register and has its change in the chain.
mod accounts;
mod dice;
mod draw;
mod jobs;
mod make;
mod order;
mod plain;
mod pool;
mod recipe;
mod script;
mod write;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use indexmap::IndexMap;
use serde::Serialize;
use shian_pack::register::Seed;
use shian_pack::{Pack, Register};
use shian_store::StoreError;

use crate::actor::Actor;
use crate::clock::noon;
use crate::desk::Desk;
use crate::live::{self, Live};
use crate::office::{Office, OfficeError};
use crate::permit;
use crate::refusal::Refusal;
use crate::seed;

use dice::Dice;
use jobs::Jobs;
use make::{Made, Maker, Memory, Samples};
use pool::Pool;
use script::Script;
use write::{CHUNK, Writer};

/// The sizes that a script may name.
const SCALES: [&str; 3] = ["small", "district", "city"];

/// What was filled in.
#[derive(Debug, Clone, Serialize)]
pub struct DemoReport {
    pub scale: String,
    pub seed: u64,
    /// The day on which the demo stands.
    pub today: NaiveDate,
    pub rows: u64,
    /// Title of each register and its rows.
    pub registers: IndexMap<String, u64>,
    /// Logins of the accounts that were opened.
    pub accounts: Vec<String>,
    /// What could not be made as the script asks.
    pub left_out: Vec<String>,
}

impl std::fmt::Display for DemoReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (rows, registers) = (self.rows, self.registers.len());
        writeln!(f, "演示数据已装入：{registers} 本台账，{rows} 条记录；演示日期 {}", self.today)?;
        write!(f, "账号：{}", self.accounts.join("、"))?;
        for left_out in &self.left_out {
            write!(f, "\n没有生成：{left_out}")?;
        }
        Ok(())
    }
}

/// Told how many records are written, how many are known to come, and of which register.
type Tell<'a> = &'a mut dyn FnMut(u64, u64, &str);

impl Office {
    /// Fills an office that has no records of its own with the pack's demo data.
    ///
    /// # Errors
    /// There is no demo data for that scale, it is declared wrongly, or the office holds records already. What was written
    /// before a failure of the database stays.
    pub fn fill_demo(&self, scale: &str, seed: u64, progress: Tell) -> Result<DemoReport, OfficeError> {
        if !SCALES.contains(&scale) {
            return Err(demo(format!("没有 {scale} 这个规模，可选 {}", SCALES.join("、"))));
        }
        let live = self.live();
        let script = Script::read(&live, scale).map_err(OfficeError::Demo)?;
        self.demand_empty(&live, &script)?;
        let samples = self.samples(noon(script.today))?;
        let mut filling = Filling {
            office: self,
            live: live.clone(),
            script: &script,
            seed,
            samples,
            pool: self.seeded(&live)?,
            memory: HashMap::new(),
            report: DemoReport {
                scale: scale.to_string(),
                seed,
                today: script.today,
                rows: 0,
                registers: IndexMap::new(),
                accounts: Vec::new(),
                left_out: Vec::new(),
            },
        };
        filling.fill(progress).map_err(failed)?;
        progress(filling.report.rows, filling.report.rows, "指标");
        let now = noon(script.today);
        self.store().bulk(move |tx| {
            crate::waiting::refresh(tx, &live, true)?;
            crate::indicator::rebuild(tx, &live.pack, now)
        })?;
        filling.open_accounts().map_err(failed)?;
        Ok(filling.report)
    }

    fn demand_empty(&self, live: &Live, script: &Script) -> Result<(), OfficeError> {
        let held = self.store().read(|tx| -> Result<Option<String>, Refusal> {
            let system = Actor::system();
            let desk = Desk::new(tx, live, &system, self.now());
            let scope = permit::office_scope();
            for batch in &script.batches {
                let register = live.register(&batch.register)?;
                let query = crate::list::plain(&desk, register, &scope);
                if desk.tx.count_up_to(&query, 1)? > 0 {
                    return Ok(Some(register.title.clone()));
                }
            }
            Ok(None)
        });
        match held.map_err(failed)? {
            None => Ok(()),
            Some(title) => {
                Err(demo(format!("“{title}”里已有记录。演示数据只能装进空的数据目录，请换一个 --data 目录")))
            }
        }
    }

    /// A few attachments to choose from.
    fn samples(&self, at: DateTime<Utc>) -> Result<Samples, StoreError> {
        let mut samples = Samples::default();
        for name in ["工作方案", "检查记录", "培训签到", "情况说明", "整改报告"] {
            let text = format!("{name}（示例附件，内容为演示）\n");
            samples.texts.push(self.store().put_file(text.into_bytes(), &format!("示例{name}.txt"), at)?);
        }
        samples.image = self.store().put_file(PICTURE.to_vec(), "示例照片.png", at)?;
        Ok(samples)
    }

    /// Areas, bodies and duties, which the pack brought.
    fn seeded(&self, live: &Live) -> Result<Pool, OfficeError> {
        let mut pool = Pool::default();
        for seed in [Seed::Areas, Seed::Bodies, Seed::Duties] {
            let Some(register) = live.pack.seeded(seed) else { continue };
            let mut records = self.store().read(|tx| seed::all(tx, register)).map_err(failed)?;
            records.sort_by_key(|record| record.id);
            records.into_iter().for_each(|record| pool.add(Arc::new(record)));
        }
        Ok(pool)
    }
}

/// A picture of one grey point.
const PICTURE: [u8; 67] = [
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0,
    1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T', 0x78, 0x9c, 0x63, 0x68, 0,
    0, 0, 0x82, 0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

fn demo(why: String) -> OfficeError {
    OfficeError::Demo(vec![why])
}

fn failed(refusal: Refusal) -> OfficeError {
    demo(match &refusal {
        Refusal::Invalid { problems } => {
            let lines: Vec<String> = problems.iter().map(|p| format!("{}：{}", p.title, p.message)).collect();
            lines.join("；")
        }
        other => other.to_string(),
    })
}

struct Filling<'a> {
    office: &'a Office,
    live: Arc<Live>,
    script: &'a Script,
    seed: u64,
    samples: Samples,
    pool: Pool,
    memory: HashMap<String, Memory>,
    report: DemoReport,
}

impl Filling<'_> {
    fn fill(&mut self, progress: Tell) -> Result<(), Refusal> {
        let needed = self.needed();
        std::thread::scope(|scope| {
            let mut writer = Writer::new(scope, self.office.store().clone(), self.live.clone());
            for at in 0..self.script.batches.len() {
                self.batch(at, &needed, &mut writer, progress)?;
            }
            writer.finish().map(|_| ())
        })
    }

    /// For each register that others point to: the last batch that does.
    fn needed(&self) -> HashMap<String, usize> {
        let mut needed = HashMap::new();
        for (at, batch) in self.script.batches.iter().enumerate() {
            let Some(register) = self.live.pack.registers.get(&batch.register) else { continue };
            for target in targets(&self.live.pack, register) {
                needed.insert(target, at);
            }
        }
        for asked in self.script.accounts.iter().filter_map(|account| account.stands_for.as_ref()) {
            needed.insert(asked.register.clone(), usize::MAX);
        }
        needed
    }

    fn batch(
        &mut self,
        at: usize,
        needed: &HashMap<String, usize>,
        writer: &mut Writer,
        progress: Tell,
    ) -> Result<(), Refusal> {
        let (script, live) = (self.script, self.live.clone());
        let batch = &script.batches[at];
        let register = live.register(&batch.register)?;
        let keep = needed.get(&register.id).is_some_and(|last| *last >= at);
        let mut dice = Dice::named(self.seed, &batch.key);
        let mut jobs = Jobs::new(&live, script, batch, register, &self.pool, &mut dice);
        let turns = order::order(register, batch, &jobs.given(register)).map_err(|circle| {
            Refusal::conflict(format!("[register.{}] 这些字段互相等待：{}", batch.key, circle.join("、")))
        })?;
        let Memory { seq, seen } = self.memory.remove(&register.id).unwrap_or_default();
        let all = self.report.rows + jobs.count();
        let mut maker = Maker {
            live: &live,
            script,
            batch,
            register,
            pool: &self.pool,
            samples: &self.samples,
            turns,
            dice,
            seq,
            seen,
            candidates: HashMap::new(),
            drawn: HashMap::new(),
            gave_up: None,
        };
        let (mut rows, mut lost, mut written) = (0, 0, Vec::new());
        loop {
            let (chunk, missed) = self.office.store().read(|tx| chunk(tx, &mut maker, &mut jobs))?;
            lost += missed;
            if chunk.is_empty() {
                break;
            }
            rows += chunk.len() as u64;
            progress(self.report.rows + rows, all.max(self.report.rows + rows), &register.title);
            let before = writer.write(&register.id, chunk)?;
            if keep && rows > CHUNK as u64 {
                written.extend(before);
            }
        }
        if let Some(why) = maker.gave_up.take() {
            self.report.left_out.push(format!("{} {lost} 条（{why}）", register.title));
        }
        let memory = Memory { seq: maker.seq, seen: maker.seen };
        self.memory.insert(register.id.clone(), memory);
        if keep && rows > 0 {
            written.extend(writer.finish()?);
        }
        written.into_iter().for_each(|record| self.pool.add(record));
        *self.report.registers.entry(register.title.clone()).or_default() += rows;
        self.report.rows += rows;
        for (gone, _) in needed.iter().filter(|(_, last)| **last == at) {
            self.pool.forget(gone);
        }
        Ok(())
    }
}

/// Made records until a chunk is full, and how many could not be made.
fn chunk(tx: &mut shian_store::Tx, maker: &mut Maker, jobs: &mut Jobs) -> Result<(Vec<Made>, u64), Refusal> {
    let system = Actor::system();
    let live = maker.live;
    let mut desk = Desk::new(tx, live, &system, noon(maker.script.today));
    let (mut made, mut lost) = (Vec::new(), 0);
    while made.len() < CHUNK
        && let Some(job) = jobs.next(&mut maker.dice)
    {
        match maker.make(&mut desk, &job)? {
            Some(one) => made.push(one),
            None => lost += 1,
        }
    }
    Ok((made, lost))
}

/// Registers that the register's fields point to, and the one it falls due for.
fn targets(pack: &Pack, register: &Register) -> HashSet<String> {
    let mut targets = HashSet::new();
    for field in register.fields.values() {
        targets.extend(live::target(pack, &field.kind));
        if let shian_pack::FieldKind::Table { columns } = &field.kind {
            targets.extend(columns.values().filter_map(|column| live::target(pack, &column.kind)));
        }
    }
    targets.extend(register.every.iter().map(|every| every.of.clone()));
    targets
}
