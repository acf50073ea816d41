//! Next year's pack from this year's: what of it goes on, and what the two plans have in common.
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use shian_plan::compare::{TargetAt, TargetChange};
use shian_plan::{Comparison, Plan, Target, compare};

use super::binding::Bound;
use super::{NewError, name_of};
use crate::check::same_unit;
use crate::pack::Pack;

/// What is written anew for each plan; everything else in last year's folder is taken over as it is. Demo data belongs to
/// a year, corrections of the reading to a document.
const OF_A_YEAR: [&str; 8] =
    ["pack.toml", "targets.toml", "plan", "plan.fixes", "demo.toml", "demo", "bodies.csv", "comparison.md"];

/// Last year's pack beside the new plan.
pub struct Last<'a> {
    pub comparison: Comparison,
    pack: &'a Pack,
    dir: &'a Path,
}

impl<'a> Last<'a> {
    /// # Errors
    /// The pack has no plan.
    pub fn new(pack: &'a Pack, dir: &'a Path, plan: &Plan) -> Result<Self, NewError> {
        let old = pack.plan.as_ref().ok_or_else(|| NewError::NoPlan(dir.to_owned()))?;
        Ok(Self { comparison: compare(old, plan, &pack.directory()), pack, dir })
    }

    /// The indicator that the same target was bound to last year.
    pub fn binding(&self, place: (u32, u32), target: &Target) -> Option<Bound> {
        let name = name_of(target);
        let is = |at: &TargetAt| (at.chapter, at.measure) == place && at.name == name;
        let pair = |change: &&TargetChange| change.new.as_ref().is_some_and(is);
        let old = self.comparison.targets.iter().find(pair)?.old.as_ref()?;
        let bound = self.pack.targets.iter().find(|bound| {
            let at_its_place = (bound.chapter, bound.measure) == (old.chapter, old.measure);
            at_its_place && (bound.name == old.name || (bound.value == old.value && bound.unit == old.unit))
        });
        let id = bound?.indicator.clone()?;
        let fits = self.pack.indicator(&id).is_some_and(|found| same_unit(&found.unit, &target.unit));
        Some(if fits { Bound::To(id) } else { Bound::Near(id) })
    }

    /// The measures that registers and indicators served and that go on, by their new numbers; and those that are new.
    pub fn serves(&self) -> IndexMap<String, Vec<(u32, u32)>> {
        let mut serves: IndexMap<String, Vec<(u32, u32)>> = IndexMap::new();
        for id in self.pack.registers.keys().chain(self.pack.indicators.keys()) {
            for measure in &self.comparison.measures {
                if let (Some(old), Some(new)) = (&measure.old, &measure.new)
                    && self.pack.serves(id, old.chapter, old.measure)
                {
                    serves.entry(id.clone()).or_default().push((new.chapter, new.measure));
                }
            }
        }
        serves
    }

    /// Whether last year's plan had this measure.
    pub fn knows(&self, place: (u32, u32)) -> bool {
        let is = |at: &shian_plan::compare::MeasureAt| (at.chapter, at.measure) == place;
        let found = self.comparison.measures.iter().find(|measure| measure.new.as_ref().is_some_and(is));
        found.is_some_and(|measure| measure.old.is_some())
    }

    /// pack.toml of last year as a table, to be changed where a year shows.
    pub fn head(&self) -> toml::Table {
        let text = fs::read_to_string(self.dir.join("pack.toml")).unwrap_or_default();
        toml::from_str(&text).unwrap_or_default()
    }

    /// Copies what goes on unchanged; gives the files.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn take_over(&self, out: &Path) -> Result<Vec<PathBuf>, NewError> {
        let mut copied = Vec::new();
        let fault = |path: &Path| {
            let path = path.to_owned();
            move |source| NewError::Write { path, source }
        };
        for entry in fs::read_dir(self.dir).map_err(fault(self.dir))? {
            let path = entry.map_err(fault(self.dir))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            if !OF_A_YEAR.contains(&name.as_str()) && !OF_A_YEAR.contains(&&*stem) {
                copy(&path, &out.join(name), &mut copied).map_err(fault(&path))?;
            }
        }
        Ok(copied)
    }
}

fn copy(from: &Path, to: &Path, copied: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !from.is_dir() {
        fs::copy(from, to)?;
        copied.push(to.to_owned());
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        copy(&path, &to.join(path.file_name().unwrap_or_default()), copied)?;
    }
    Ok(())
}
