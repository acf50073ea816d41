//! A thin pack from a plan document (`pack new`): the bodies found, the targets bound to the base's indicators by name.
//!
//! What the document does not say (codes of areas, populations, who is who) a person adds afterwards, or it is taken over
//! from last year's pack; what could not be bound is listed, never guessed.
mod binding;
mod bodies;
mod next;
mod write;

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use rust_decimal::Decimal;
use serde::Serialize;
use shian_plan::{Comparison, Op, Plan, PlanError, Target};

use crate::catalogue::Catalogue;
use crate::diagnostic::Diagnostic;
use crate::pack::{Body, Pack};
use crate::read::read;

pub use binding::Bound;

/// What was written, and what a person has to decide.
#[derive(Debug, Serialize)]
pub struct NewReport {
    pub id: String,
    pub title: String,
    pub place: String,
    pub year: i32,
    pub measures: usize,
    pub duties: usize,
    pub bodies: Vec<Body>,
    /// Targets of the plan, in its order, with the indicator each was bound to or comes near to.
    pub targets: Vec<NewTarget>,
    /// With last year's plan, where the pack goes on from one; also in the pack's comparison.md.
    pub comparison: Option<Comparison>,
    pub files: Vec<PathBuf>,
}

/// What a new pack starts from.
#[derive(Debug, Clone, Copy)]
pub enum Start<'a> {
    /// The pack it extends; bodies and areas are read from the plan.
    Base(&'a Path),
    /// Last year's pack of the same place: its bodies, areas, own registers and bindings go on.
    Last(&'a Path),
}

/// A target of the plan and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct NewTarget {
    pub chapter: u32,
    pub measure: u32,
    pub name: String,
    pub op: Op,
    pub value: Decimal,
    pub unit: String,
    pub bound: Bound,
}

impl NewReport {
    /// Targets without an indicator.
    pub fn unbound(&self) -> impl Iterator<Item = &NewTarget> {
        self.targets.iter().filter(|target| !matches!(target.bound, Bound::To(_)))
    }
}

impl fmt::Display for NewReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, title, place, year, measures, duties, .. } = self;
        writeln!(f, "治理包 {id}：{title}（{place}，{year} 年）")?;
        let (bodies, targets) = (self.bodies.len(), self.targets.len());
        writeln!(f, "措施 {measures} 项，责任 {duties} 条，单位 {bodies} 个，目标 {targets} 个")?;
        let unbound: Vec<&NewTarget> = self.unbound().collect();
        if !unbound.is_empty() {
            writeln!(f, "未绑定指标的目标 {} 个，在 targets.toml 里确认：", unbound.len())?;
        }
        for target in unbound {
            let NewTarget { chapter, measure, name, op, value, unit, bound } = target;
            let near = match bound {
                Bound::Near(id) => format!("，相近的指标 {id}"),
                Bound::To(_) | Bound::Nothing => String::new(),
            };
            writeln!(f, "  第 {chapter} 章第 {measure} 项  {name} {} {value} {unit}{near}", op.sign())?;
        }
        let Some(comparison) = &self.comparison else {
            return write!(
                f,
                "接着要做：把 pack.toml 和 areas.csv 里的区划代码、人口改成真的，补上乡镇和各单位的别名"
            );
        };
        write!(
            f,
            "{comparison}\n接着要做：看 comparison.md 里的新增和修改，确认目标绑定；上一年的 plan.fixes.toml 不沿用"
        )
    }
}

/// Why no pack was written.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    #[error("读不出工作要点：{0}")]
    Plan(#[from] PlanError),
    #[error("文件里没有写明年份；在题目里写上年份再试")]
    NoYear,
    #[error("基础包有 {} 处错误，先改正它", .0.len())]
    Base(Vec<Diagnostic>),
    #[error("{} 里没有工作要点，不能作为上一年的治理包", .0.display())]
    NoPlan(PathBuf),
    #[error("{} 已经有文件，不覆盖", .0.display())]
    Exists(PathBuf),
    #[error("新包须与它所依据的包放在同一个文件夹里：{}", .0.display())]
    NotBeside(PathBuf),
    #[error("写不了 {}：{source}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    /// The pack was written, but a person must mend it.
    #[error("写出的包有 {} 处要改", .0.len())]
    Check(Vec<Diagnostic>),
}

/// Writes a pack for the plan `bytes` into `out_dir`, a folder beside what it starts from, and checks it.
///
/// # Errors
/// See [`NewError`]; with [`NewError::Check`] the files are there.
pub fn pack_new(
    bytes: &[u8],
    file_name: &str,
    start: Start<'_>,
    out_dir: &Path,
    catalogue: &Catalogue,
) -> Result<NewReport, NewError> {
    let plan = shian_plan::compile(bytes, file_name)?.plan;
    let year = plan.year.or_else(|| year_in(&plan.text)).ok_or(NewError::NoYear)?;
    let (Start::Base(from) | Start::Last(from)) = start;
    let base = read(from, catalogue).map_err(NewError::Base)?;
    let last = matches!(start, Start::Last(_)).then(|| next::Last::new(&base, from, &plan)).transpose()?;
    if fs::read_dir(out_dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(NewError::Exists(out_dir.to_owned()));
    }
    fs::create_dir_all(out_dir).map_err(|source| NewError::Write { path: out_dir.to_owned(), source })?;
    if !beside(from, out_dir) {
        return Err(NewError::NotBeside(out_dir.to_owned()));
    }
    let draft = Draft {
        id: folder_name(out_dir),
        base_id: folder_name(from),
        bodies: bodies::find(&plan, &base),
        targets: targets(&plan, &base, last.as_ref()),
        plan: &plan,
        base: &base,
        last,
        year,
    };
    let files = write::write(&draft, bytes, file_name, out_dir)?;
    let pack = read(out_dir, catalogue).map_err(NewError::Check)?;
    Ok(NewReport {
        id: draft.id,
        title: pack.title,
        place: pack.place,
        year,
        measures: plan.chapters.iter().map(|chapter| chapter.measures.len()).sum(),
        duties: pack.duties.len(),
        bodies: draft.bodies,
        targets: draft.targets,
        comparison: draft.last.map(|last| last.comparison),
        files,
    })
}

/// All that is known before anything is written.
struct Draft<'a> {
    id: String,
    base_id: String,
    bodies: Vec<Body>,
    targets: Vec<NewTarget>,
    plan: &'a Plan,
    /// What is extended; last year's pack, its base merged in, where the pack goes on from one.
    base: &'a Pack,
    last: Option<next::Last<'a>>,
    year: i32,
}

fn targets(plan: &Plan, base: &Pack, last: Option<&next::Last<'_>>) -> Vec<NewTarget> {
    let mut targets = Vec::new();
    for chapter in &plan.chapters {
        for measure in &chapter.measures {
            for target in measure.tasks.iter().flat_map(|task| &task.targets) {
                let name = name_of(target);
                let before = last.and_then(|last| last.binding((chapter.no, measure.no), target));
                targets.push(NewTarget {
                    chapter: chapter.no,
                    measure: measure.no,
                    bound: before.unwrap_or_else(|| binding::bind(&name, &target.unit, base)),
                    name,
                    op: target.op,
                    value: target.value,
                    unit: target.unit.clone(),
                });
            }
        }
    }
    targets
}

/// As the plan names it, or the head of its sentence where no name could be read.
fn name_of(target: &Target) -> String {
    match target.name.trim() {
        "" => target.text.trim().chars().take(30).collect(),
        name => name.to_owned(),
    }
}

/// The first year of this century written in the text.
fn year_in(text: &str) -> Option<i32> {
    let starts = text.match_indices("20").map(|(at, _)| at);
    starts.filter_map(|at| text.get(at..at + 4)?.parse::<i32>().ok()).find(|year| (2000..2100).contains(year))
}

fn folder_name(dir: &Path) -> String {
    let whole = dir.canonicalize().unwrap_or_else(|_| dir.to_owned());
    whole.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn beside(base: &Path, out: &Path) -> bool {
    let parent = |dir: &Path| dir.canonicalize().ok().and_then(|dir| dir.parent().map(Path::to_owned));
    matches!((parent(base), parent(out)), (Some(a), Some(b)) if a == b)
}
