//! The one way to write a record: permit → check → effect → write → what follows, all in one transaction. A person's form, an
//! import, a tick and the move that follows from another record come through here.
use std::sync::Arc;

use shian_pack::Register;
use shian_pack::register::Step;
use shian_pack::value::RecordId;
use shian_store::{Checked, Record, Stamp, StoreError};

use crate::check::{self, Given};
use crate::desk::{Desk, Sheet};
use crate::draft::Draft;
use crate::follow;
use crate::notice;
use crate::permit;
use crate::refusal::{Problem, Refusal};
use crate::waiting;

/// What is asked of the desk.
#[derive(Debug, Clone)]
pub enum Act {
    Create { register: String, draft: Draft },
    Edit { register: String, id: RecordId, version: i64, draft: Draft },
    Step { register: String, id: RecordId, version: i64, step: String, draft: Draft, reason: Option<String> },
    Delete { register: String, id: RecordId, version: i64, reason: Option<String> },
    Restore { register: String, id: RecordId, version: i64 },
}

/// The most characters of a reason.
const REASON_MAX: usize = 500;

/// Does the act, or says why not. After an error nothing of it is there: the caller's transaction ends or was a savepoint.
pub(crate) fn act(desk: &mut Desk, act: &Act) -> Result<Arc<Record>, Refusal> {
    match act {
        Act::Create { register, draft } => create(desk, desk.live.register(register)?, draft),
        Act::Edit { register, id, version, draft } => {
            edit(desk, desk.live.register(register)?, (*id, *version), draft)
        }
        Act::Step { register, id, version, step, draft, reason } => {
            let register = desk.live.register(register)?;
            take_step(desk, register, (*id, *version), step, draft, reason.as_deref())
        }
        Act::Delete { register, id, version, reason } => {
            delete(desk, desk.live.register(register)?, (*id, *version), reason.as_deref())
        }
        Act::Restore { register, id, version } => {
            restore(desk, desk.live.register(register)?, (*id, *version))
        }
    }
}

fn create(desk: &mut Desk, register: &Register, draft: &Draft) -> Result<Arc<Record>, Refusal> {
    let bounds = permit::create_bounds(desk.actor, register, desk.live);
    if bounds.is_nowhere() {
        let seen = permit::may_read(desk.actor, register, desk.live);
        return Err(if seen { no_right(desk, "登记", register) } else { Refusal::NotFound });
    }
    let mut sheet = Sheet::blank(register);
    let given = if desk.actor.is_system() { Given::Any } else { Given::New };
    let mut problems = check::apply(desk, &mut sheet, draft, &given)?;
    check::fill_own(desk, &mut sheet)?;
    check::derive(desk, &mut sheet, true)?;
    add(&mut problems, check::problems(desk, &sheet, None));
    done(problems)?;
    let placed = check::placed(desk, &sheet)?;
    if !bounds.hold(placed.place()) {
        return Err(Refusal::forbidden(format!(
            "只能登记您负责范围内的{}，请核对地区和单位",
            register.title
        )));
    }
    let checked = check::checked(desk, &sheet, placed)?;
    insert(desk, register, checked, "create", 0)
}

/// Opens a record that follows from another one: what it still lacks, the person who takes it up fills in.
pub(crate) fn open(desk: &mut Desk, sheet: &mut Sheet, depth: u8) -> Result<Arc<Record>, Refusal> {
    check::derive(desk, sheet, true)?;
    let placed = check::placed(desk, sheet)?;
    let checked = check::checked(desk, sheet, placed)?;
    insert(desk, sheet.register, checked, "create", depth)
}

fn insert(
    desk: &mut Desk,
    register: &Register,
    checked: Checked,
    act: &str,
    depth: u8,
) -> Result<Arc<Record>, Refusal> {
    let stamp = stamp(desk, act, None);
    let record = desk.tx.insert(register, checked, &stamp).map_err(|error| refusal(desk, register, error))?;
    let record = Arc::new(record);
    desk.keep(record.id, Some(record.clone()));
    follow::written(desk, register, None, &record, depth)?;
    waiting::hand_on(desk, register, None, &record)?;
    Ok(record)
}

fn edit(
    desk: &mut Desk,
    register: &Register,
    (id, version): (RecordId, i64),
    draft: &Draft,
) -> Result<Arc<Record>, Refusal> {
    let record = desk.readable(register, id)?;
    let bounds = permit::edit_bounds(desk.actor, register, &record.state, desk.live);
    if record.deleted || !(desk.actor.is_system() || bounds.hold((&*record).into())) {
        return Err(why_not_edit(desk, register, &record));
    }
    at_version(desk, register, &record, version)?;
    let mut sheet = Sheet::of(register, &record);
    let given = if desk.actor.is_system() { Given::Any } else { Given::Old((&*record).into()) };
    let mut problems = check::apply(desk, &mut sheet, draft, &given)?;
    check::derive(desk, &mut sheet, false)?;
    add(&mut problems, check::problems(desk, &sheet, None));
    done(problems)?;
    let placed = check::placed(desk, &sheet)?;
    if !bounds.hold(placed.place()) {
        return Err(Refusal::forbidden("改后的地区或单位不在您负责的范围内，请交由上级修改"));
    }
    let checked = check::checked(desk, &sheet, placed)?;
    update(desk, register, &record, checked, stamp(desk, "edit", None), 0)
}

/// Writes the new content of a record; a change that changes nothing is none.
pub(crate) fn update(
    desk: &mut Desk,
    register: &Register,
    old: &Arc<Record>,
    checked: Checked,
    stamp: Stamp,
    depth: u8,
) -> Result<Arc<Record>, Refusal> {
    if same(old, &checked) {
        return Ok(old.clone());
    }
    let new = desk.tx.update(register, old.id, old.version, checked, &stamp);
    let new = Arc::new(new.map_err(|error| refusal(desk, register, error))?);
    desk.keep(new.id, Some(new.clone()));
    follow::written(desk, register, Some(old), &new, depth)?;
    Ok(new)
}

fn same(old: &Record, checked: &Checked) -> bool {
    old.fields == checked.fields
        && old.state == checked.state
        && old.name == checked.name
        && (&old.area, old.area_id, old.body, old.date)
            == (&checked.area, checked.area_id, checked.body, checked.date)
        && old.owners == checked.owners
}

fn take_step(
    desk: &mut Desk,
    register: &Register,
    (id, version): (RecordId, i64),
    step: &str,
    draft: &Draft,
    reason: Option<&str>,
) -> Result<Arc<Record>, Refusal> {
    let record = desk.readable(register, id)?;
    let step = register.steps.get(step).ok_or(Refusal::NotFound)?;
    if !permit::may_step(desk.actor, register, step, &record, desk.live) {
        return Err(no_right(desk, &step.title, register));
    }
    at_version(desk, register, &record, version)?;
    if let Some(why) = follow::why_not(desk, register, step, &record)? {
        return Err(Refusal::conflict(why));
    }
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    let mut problems = reason_problems(step, reason);
    let mut sheet = Sheet::of(register, &record);
    sheet.fixed.state.clone_from(&step.to);
    add(&mut problems, check::apply(desk, &mut sheet, draft, &Given::Step(step))?);
    check::derive(desk, &mut sheet, false)?;
    run(desk, &mut sheet, step)?;
    add(&mut problems, check::problems(desk, &sheet, Some(step)));
    done(problems)?;
    move_to(desk, &record, sheet, step, reason, 0)
}

fn reason_problems(step: &Step, reason: Option<&str>) -> Vec<Problem> {
    let problem = |message: String| vec![Problem::new("reason", "理由", message)];
    match reason {
        None if step.reason => problem(format!("请写明{}的理由", step.title)),
        Some(reason) if reason.chars().count() > REASON_MAX => problem(format!("理由最多 {REASON_MAX} 个字")),
        _ => Vec::new(),
    }
}

/// Writes the step and what it opens. The sheet is derived and in the step's state already.
pub(crate) fn move_to(
    desk: &mut Desk,
    record: &Arc<Record>,
    sheet: Sheet,
    step: &Step,
    reason: Option<&str>,
    depth: u8,
) -> Result<Arc<Record>, Refusal> {
    let register = sheet.register;
    let placed = check::placed(desk, &sheet)?;
    let checked = check::checked(desk, &sheet, placed)?;
    let stamp = stamp(desk, &step.id, reason);
    let new = desk.tx.update(register, record.id, record.version, checked, &stamp);
    let new = Arc::new(new.map_err(|error| refusal(desk, register, error))?);
    desk.keep(new.id, Some(new.clone()));
    if let Some(opens) = &step.opens {
        follow::open_child(desk, &sheet, opens, &new, depth)?;
    }
    follow::written(desk, register, Some(record), &new, depth)?;
    notice::of_step(desk, register, step, &new, reason)?;
    waiting::hand_on(desk, register, Some(step), &new)?;
    desk.record(register, new.id)?.ok_or(Refusal::NotFound)
}

/// The step's engine writes the fields that are its own.
pub(crate) fn run(desk: &mut Desk, sheet: &mut Sheet, step: &Step) -> Result<(), Refusal> {
    let Some(effect) = &step.run else { return Ok(()) };
    let given = match crate::engines::run(effect, &sheet.fields, &desk.live.pack) {
        None => return Err(Refusal::internal(&format!("no engine effect {effect}"))),
        Some(Err(message)) => return Err(Refusal::conflict(message)),
        Some(Ok(given)) => given,
    };
    for (id, value) in given {
        let own = sheet.register.fields.get(&id).is_some_and(|field| field.from.as_ref() == Some(effect));
        if own {
            sheet.fields.insert(id, value);
        }
    }
    check::derive(desk, sheet, false)
}

fn delete(
    desk: &mut Desk,
    register: &Register,
    (id, version): (RecordId, i64),
    reason: Option<&str>,
) -> Result<Arc<Record>, Refusal> {
    let record = desk.readable(register, id)?;
    if !permit::may_delete(desk.actor, register, &record, desk.live) {
        return Err(no_right(desk, "删除", register));
    }
    if record.deleted {
        return Err(Refusal::conflict("这条记录已经删除"));
    }
    at_version(desk, register, &record, version)?;
    if !desk.actor.is_system()
        && let Some(title) = follow::held_by(desk, register, &record)?
    {
        return Err(Refusal::conflict(format!("有{title}记在它名下，不能删除；重复登记的请用“合并”")));
    }
    let stamp = stamp(desk, "delete", reason);
    let gone =
        desk.tx.delete(register, id, version, &stamp).map_err(|error| refusal(desk, register, error))?;
    after_mark(desk, register, &record, gone)
}

fn restore(
    desk: &mut Desk,
    register: &Register,
    (id, version): (RecordId, i64),
) -> Result<Arc<Record>, Refusal> {
    let record = desk.readable(register, id)?;
    if !permit::may_delete(desk.actor, register, &record, desk.live) {
        return Err(no_right(desk, "恢复", register));
    }
    if !record.deleted {
        return Err(Refusal::conflict("这条记录没有删除"));
    }
    if record.merged_into.is_some() {
        return Err(Refusal::conflict("这条记录已并入另一条，不能单独恢复"));
    }
    at_version(desk, register, &record, version)?;
    let stamp = stamp(desk, "restore", None);
    let back =
        desk.tx.restore(register, id, version, &stamp).map_err(|error| refusal(desk, register, error))?;
    after_mark(desk, register, &record, back)
}

fn after_mark(
    desk: &mut Desk,
    register: &Register,
    old: &Arc<Record>,
    new: Record,
) -> Result<Arc<Record>, Refusal> {
    let new = Arc::new(new);
    desk.keep(new.id, Some(new.clone()));
    follow::written(desk, register, Some(old), &new, 0)?;
    Ok(new)
}

/// Who does what and when, for the history.
pub(crate) fn stamp(desk: &Desk, act: &str, reason: Option<&str>) -> Stamp {
    Stamp { at: desk.now, by: desk.actor.id, act: act.to_string(), reason: reason.map(str::to_string) }
}

fn at_version(desk: &mut Desk, register: &Register, record: &Record, version: i64) -> Result<(), Refusal> {
    if record.version == version {
        return Ok(());
    }
    let current = crate::look::view(desk, register, record)?;
    Err(Refusal::Stale { yours: version, current: Box::new(current) })
}

fn add(problems: &mut Vec<Problem>, more: Vec<Problem>) {
    for problem in more {
        if problem.field.is_none() || problems.iter().all(|found| found.field != problem.field) {
            problems.push(problem);
        }
    }
}

fn done(problems: Vec<Problem>) -> Result<(), Refusal> {
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid { problems }) }
}

/// Why a record cannot be edited by this actor now, in words.
pub(crate) fn why_not_edit(desk: &Desk, register: &Register, record: &Record) -> Refusal {
    if record.deleted {
        return Refusal::conflict("这条记录已经删除，不能修改");
    }
    let any = register
        .access
        .edit
        .values()
        .any(|grants| permit::bounds(desk.actor, grants, register, desk.live).hold(record.into()));
    if any {
        let state = crate::wording::state_title(register, &record.state);
        return Refusal::forbidden(format!("“{state}”的{}您不能修改", register.title));
    }
    no_right(desk, "修改", register)
}

fn no_right(desk: &Desk, what: &str, register: &Register) -> Refusal {
    let roles: Vec<&str> = desk
        .actor
        .roles
        .iter()
        .filter_map(|held| desk.live.pack.roles.get(&held.role))
        .map(|role| role.title.as_str())
        .collect();
    let who = if roles.is_empty() { "您".to_string() } else { roles.join("、") };
    Refusal::forbidden(format!("{who}无权对这条{}办理“{what}”", register.title))
}

/// The store's answer in words; what is unique is named by its titles.
pub(crate) fn refusal(desk: &Desk, register: &Register, error: StoreError) -> Refusal {
    match error {
        StoreError::Conflict { register: id, fields } => {
            let register = desk.live.pack.registers.get(&id).unwrap_or(register);
            let titles: Vec<String> =
                fields.iter().map(|id| crate::wording::title_of(register, id)).collect();
            let message =
                format!("{}里已有相同的{}，请查一查是不是同一条", register.title, titles.join("＋"));
            let problems = fields
                .iter()
                .zip(&titles)
                .map(|(id, title)| Problem::new(id, title, message.clone()))
                .collect();
            Refusal::Invalid { problems }
        }
        other => other.into(),
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing { .. } | StoreError::NoFile(_) => Self::NotFound,
            StoreError::Stale { .. } => Self::conflict("这条记录刚被别人改过，请重新打开再办"),
            StoreError::Cursor => Self::conflict("列表已变化，请从第一页看起"),
            StoreError::Filter(_) => Self::conflict("这个条件只能用在表单里，不能用来查询"),
            other => Self::internal(&other),
        }
    }
}
