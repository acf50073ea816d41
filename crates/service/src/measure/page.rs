//! One measure 要点: the document's own words beside its duties, targets, registers, progress and what is late.
use shian_pack::Pack;
use shian_pack::pack::{Body, Duty, Target};
use shian_pack::value::RecordId;
use shian_plan::{Chapter, Measure};

use super::reports::{DutyRecord, Reports, Tally, role_title};
use super::{cockpit, duties_of, slices, standing, targets};
use crate::desk::Desk;
use crate::refusal::Refusal;
use crate::view::{DutyView, Light, MeasureView, ProgressView, RegisterCount, TargetView};
use crate::{list, permit};

/// Progress shown on the page, late first.
const PROGRESS: usize = 60;
/// Late rows shown on the page.
const LATE: usize = 30;
/// Records of a register are counted up to this many.
const COUNT_MAX: u32 = 1_000_000;

pub(crate) fn page(desk: &mut Desk, chapter: u32, no: u32) -> Result<MeasureView, Refusal> {
    let pack = desk.live.pack.clone();
    let plan = pack.plan.as_ref().ok_or(Refusal::NotFound)?;
    let all: Vec<(&Chapter, &Measure)> =
        plan.chapters.iter().flat_map(|chapter| chapter.measures.iter().map(move |m| (chapter, m))).collect();
    let at = all.iter().position(|(c, m)| (c.no, m.no) == (chapter, no)).ok_or(Refusal::NotFound)?;
    let (chapter, measure) = all[at];
    let beside = |at: Option<usize>| at.and_then(|at| all.get(at)).map(|(chapter, m)| (chapter.no, m.no));
    let reports = Reports::load(desk)?;
    let numbers = targets::numbers(desk)?;
    let targets: Vec<TargetView> = targets::all(desk, &numbers)
        .into_iter()
        .filter(|target| (target.chapter, target.measure) == (chapter.no, measure.no))
        .collect();
    let tally = reports.of_measure(chapter.no, measure.no);
    let (light, note) = standing(&tally, &targets.iter().collect::<Vec<_>>());
    let marks = numbers_in(&pack, measure, &targets);
    Ok(MeasureView {
        plan_title: plan.title.clone(),
        chapter: chapter.no,
        chapter_title: chapter.title.clone(),
        no: measure.no,
        title: measure.title.clone(),
        light,
        note,
        slices: slices::slices(plan, measure, |at| marks.get(at).copied().unwrap_or_default()),
        tasks: measure.tasks.iter().map(|task| task.text.clone()).collect(),
        duties: duties(desk, &pack, chapter.no, measure.no, &reports),
        registers: registers(desk, chapter.no, measure.no)?,
        progress: progress(desk, chapter.no, measure.no, &reports),
        late: cockpit::late(desk, LATE, |register| pack.serves(&register.id, chapter.no, measure.no))?.rows,
        targets,
        previous: beside(at.checked_sub(1)),
        next: beside(Some(at + 1)),
    })
}

/// The page's numbers of the targets in the order of the document.
fn numbers_in(pack: &Pack, measure: &Measure, views: &[TargetView]) -> Vec<u32> {
    let bound: Vec<&Target> =
        pack.targets.iter().filter(|target| views.iter().any(|view| view.name == target.name)).collect();
    let mut taken: Vec<u32> = Vec::new();
    let read = measure.tasks.iter().flat_map(|task| &task.targets);
    read.map(|target| {
        let by_name = views.iter().find(|view| view.name == target.name && !taken.contains(&view.no));
        let by_value = || {
            views.iter().find(|view| {
                let same = |bound: &&&Target| bound.name == view.name && bound.measure == view.measure;
                !taken.contains(&view.no)
                    && bound.iter().find(same).is_some_and(|bound| bound.value == target.value)
            })
        };
        let no = by_name.or_else(by_value).map_or(0, |view| view.no);
        taken.push(no);
        no
    })
    .collect()
}

/// The plan's duties of the measure. Members of a collective that bear the same duty stand together with their sums.
fn duties(desk: &Desk, pack: &Pack, chapter: u32, measure: u32, reports: &Reports) -> Vec<DutyView> {
    let mut groups: Vec<(&Duty, Option<&Body>, Vec<RecordId>)> = Vec::new();
    for duty in duties_of(&pack.duties, chapter, measure) {
        let Some(body) = desk.live.directory.body(&duty.body) else { continue };
        let collective = pack.bodies.iter().find(|body| body.members.contains(&duty.body));
        let same = groups.iter_mut().find(|(first, of, _)| {
            let one = |of: &Body| collective.is_some_and(|collective| collective.code == of.code);
            of.is_some_and(one) && first.role == duty.role && first.text == duty.text
        });
        match same {
            Some((_, _, bodies)) => bodies.push(body),
            None => groups.push((duty, collective, vec![body])),
        }
    }
    groups
        .into_iter()
        .map(|(duty, of, bodies)| duty_view(desk, (chapter, measure), duty, of, &bodies, reports))
        .collect()
}

fn duty_view(
    desk: &Desk,
    (chapter, measure): (u32, u32),
    duty: &Duty,
    collective: Option<&Body>,
    bodies: &[RecordId],
    reports: &Reports,
) -> DutyView {
    let of_group = |record: &&DutyRecord| {
        record.is_of(chapter, measure) && record.role == duty.role && bodies.contains(&record.body)
    };
    let records: Vec<&DutyRecord> = reports.duties.values().filter(of_group).collect();
    let ids: Vec<RecordId> = records.iter().map(|record| record.link.id).collect();
    let tally = reports.of_duties(&ids);
    let (light, note) = duty_standing(&tally);
    let first = bodies.first().copied();
    let name = first.and_then(|id| desk.live.directory.body_name(id)).unwrap_or(&duty.body);
    let body = match collective {
        Some(collective) if bodies.len() > 1 => format!("{}（{} 个）", collective.name, bodies.len()),
        Some(_) | None => name.to_string(),
    };
    DutyView {
        link: if let [one] = records.as_slice() { Some(one.link.clone()) } else { None },
        body,
        body_id: first.filter(|_| bodies.len() == 1),
        role: duty.role.clone(),
        role_title: role_title(desk, &duty.role),
        text: duty.text.clone(),
        filed: tally.filed,
        owed: tally.owed,
        late: tally.late,
        light,
        note,
    }
}

fn duty_standing(tally: &Tally) -> (Light, String) {
    if tally.late > 0 {
        return (Light::Late, format!("逾期 {} 期", tally.late));
    }
    match (tally.owed, tally.open) {
        (0, _) => (Light::Waiting, Light::Waiting.word().to_string()),
        (_, 0) => (Light::Met, "已报".to_string()),
        (_, _) => (Light::OnTrack, Light::OnTrack.word().to_string()),
    }
}

fn progress(desk: &Desk, chapter: u32, measure: u32, reports: &Reports) -> Vec<ProgressView> {
    let mut views: Vec<ProgressView> = reports
        .reports
        .iter()
        .filter_map(|report| {
            let duty = reports.duties.get(&report.duty).filter(|duty| duty.is_of(chapter, measure))?;
            Some(ProgressView {
                link: report.link.clone(),
                body: desk.live.directory.body_name(duty.body).unwrap_or_default().to_string(),
                period: report.period.clone(),
                due: report.due,
                light: report.light,
                note: report.note.clone(),
            })
        })
        .collect();
    views.sort_by(|left, right| {
        let key = |view: &ProgressView| (view.light, view.due, view.body.clone(), view.link.id);
        key(left).cmp(&key(right))
    });
    views.truncate(PROGRESS);
    views
}

/// Registers that serve the measure and that the actor may read.
fn registers(desk: &mut Desk, chapter: u32, measure: u32) -> Result<Vec<RegisterCount>, Refusal> {
    let live = desk.live;
    let mut counts = Vec::new();
    for register in
        live.pack.registers.values().filter(|register| live.pack.serves(&register.id, chapter, measure))
    {
        let scope = permit::read_scope(desk.actor, register, live);
        if scope.is_none() {
            continue;
        }
        let query = list::plain(desk, register, &scope);
        counts.push(RegisterCount {
            id: register.id.clone(),
            title: register.title.clone(),
            count: desk.tx.count_up_to(&query, COUNT_MAX)?,
            can_create: permit::may_create(desk.actor, register, live),
        });
    }
    Ok(counts)
}
