//! The reserve that would just have been enough, path by path.
//!
//! With no reserve, let short_w be the shortage of a cell when the reserve's turn comes and spare_w what more could have
//! arrived in week w. A reserve, had there been one, would lack
//!
//! D_w = max(0, D_{w−1} − spare_w) + short_w, D before the first week = 0,
//!
//! and R* = max_w D_w is the least reserve without unmet demand. (Where at most one of the two is above 0 in a week, as it is
//! unless demand varies, this is max(0, D_{w−1} + short_w − spare_w); where both are, the refill was ordered before the
//! shortage was known and cannot answer it.) At a reserve of R the same weeks leave unmet what D would exceed R by, which
//! gives expected unmet demand at a grid of levels. A need's requirement in weeks is the largest of its cells', because the plan
//! holds the same number of weeks at each site. Exact for a cell on its own; where cells help each other, where use falls in
//! a shortage or lead times mix, it is a start that the full run corrects.

use ballast_domain::index::{Ix, NeedIx};
use ballast_domain::{Award, Tender};

use super::plan::ReservePlan;
use crate::blocks::{Watch, blocks};
use crate::draw::{Canvas, Scenery};
use crate::error::StressError;
use crate::kernel::{Model, Record, State, live};

/// Levels of reserve at which unmet demand is worked out, weeks.
pub const LEVELS_WEEKS: [f64; 22] = [
    0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 13.0, 16.0, 20.0, 26.0, 32.0, 39.0,
    52.0,
];

/// Unmet demand of a need on one path at each of [`LEVELS_WEEKS`], weeks of its mean demand.
#[derive(Debug, Clone, PartialEq)]
pub struct PathUnmet {
    /// The replication.
    pub replication: usize,
    /// Position among the needs asked about.
    pub need: usize,
    /// Weeks.
    pub weeks: [f32; LEVELS_WEEKS.len()],
}

/// What the paths ask of the reserve.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// The needs asked about.
    pub needs: Vec<NeedIx>,
    /// R* in weeks of mean demand, `[replication × needs + need]`.
    pub weeks: Vec<f64>,
    /// Length of the paths, weeks.
    pub horizon_weeks: f64,
    /// Expected unmet demand, need units, by need at each of [`LEVELS_WEEKS`].
    pub unmet_units: Vec<[f64; LEVELS_WEEKS.len()]>,
    /// Path by path where anything is unmet without reserve, in order of replication.
    pub paths: Vec<PathUnmet>,
}

impl Requirement {
    /// Replications.
    pub fn replications(&self) -> usize {
        self.weeks.len() / self.needs.len().max(1)
    }

    /// R* of one need, weeks, by replication.
    pub fn column(&self, need: usize) -> Vec<f64> {
        self.weeks.iter().skip(need).step_by(self.needs.len()).copied().collect()
    }

    /// The same in rising order.
    pub fn sorted(&self, need: usize) -> Vec<f64> {
        let mut column = self.column(need);
        column.sort_by(f64::total_cmp);
        column
    }
}

/// R* of each cell, in weeks of its mean demand, from the record of a run without reserve.
pub fn peak_weeks(model: &Model, record: &Record, into: &mut Vec<f64>, lack: &mut Vec<f64>) {
    let cells = model.cells();
    into.clear();
    into.resize(cells, 0.0);
    lack.clear();
    lack.resize(cells, 0.0);
    for (short, spare) in record.short.chunks(cells).zip(record.spare.chunks(cells)) {
        for c in 0..cells {
            lack[c] = (lack[c] - spare[c]).max(0.0) + short[c];
            into[c] = into[c].max(lack[c]);
        }
    }
    for (c, peak) in into.iter_mut().enumerate() {
        *peak = if *peak < 1e-9 { 0.0 } else { *peak / model.weekly(c) };
    }
}

/// Adds a cell's unmet demand at each level.
fn add_unmet(record: &Record, c: usize, mean: f64, into: &mut [f64; LEVELS_WEEKS.len()]) {
    let full = LEVELS_WEEKS.map(|l| l * mean);
    let mut reserve = full;
    for (short, spare) in record.short.iter().zip(&record.spare).skip(c).step_by(record.cells) {
        for k in 0..full.len() {
            let held = (reserve[k] + spare).min(full[k]);
            let drawn = held.min(*short);
            reserve[k] = held - drawn;
            into[k] += short - drawn;
        }
    }
}

/// One block of replications.
struct Part {
    weeks: Vec<f64>,
    unmet: Vec<[f64; LEVELS_WEEKS.len()]>,
    paths: Vec<PathUnmet>,
}

/// Lives the award without reserve for these needs through `replications` paths.
///
/// # Errors
/// Cancellation.
pub fn requirement(
    tender: &Tender,
    award: &Award,
    scenery: &Scenery,
    needs: &[NeedIx],
    replications: u64,
    watch: Watch<'_>,
) -> Result<Requirement, StressError> {
    let none = ReservePlan::of_weeks(tender, needs.iter().map(|n| (*n, 0.0)));
    let model = Model::new(tender, award, scenery, Some(&none));
    // Position among `needs` of each cell's need.
    let slot: Vec<Option<usize>> =
        model.need.iter().map(|n| needs.iter().position(|x| x.ix() == *n as usize)).collect();
    let empty = || Part { weeks: Vec::new(), unmet: vec![[0.0; LEVELS_WEEKS.len()]; needs.len()], paths: Vec::new() };
    let mut mean = vec![0.0; needs.len()];
    tender.cells.iter().zip(&slot).for_each(|(c, n)| n.iter().for_each(|n| mean[*n] += c.quantity.to_f64() / 52.0));
    let mut all = empty();
    blocks(
        0..replications,
        ("reserve requirement", watch),
        || {
            (
                Canvas::new(scenery),
                State::new(&model),
                Vec::new(),
                Vec::new(),
                vec![[0.0; LEVELS_WEEKS.len()]; needs.len()],
            )
        },
        empty,
        |replication, (canvas, state, peaks, lack, own), part: &mut Part| {
            scenery.draw(replication, canvas);
            live(&model, &canvas.path, state);
            peak_weeks(&model, &state.record, peaks, lack);
            let row = part.weeks.len();
            part.weeks.resize(row + needs.len(), 0.0);
            own.iter_mut().for_each(|u| *u = [0.0; LEVELS_WEEKS.len()]);
            for (c, n) in slot.iter().enumerate() {
                let Some(n) = n.filter(|_| peaks[c] > 0.0) else { continue };
                part.weeks[row + n] = part.weeks[row + n].max(peaks[c]);
                add_unmet(&state.record, c, model.weekly(c), &mut own[n]);
            }
            for (need, own) in own.iter().enumerate().filter(|(_, u)| u[0] > 0.0) {
                part.unmet[need].iter_mut().zip(own).for_each(|(sum, u)| *sum += u);
                let weeks = own.map(|u| (u / mean[need]) as f32);
                part.paths.push(PathUnmet { replication: replication as usize, need, weeks });
            }
        },
        |part| {
            all.paths.extend_from_slice(&part.paths);
            all.weeks.extend_from_slice(&part.weeks);
            for (sum, add) in all.unmet.iter_mut().flatten().zip(part.unmet.iter().flatten()) {
                *sum += add;
            }
        },
    )?;
    let unmet_units = all.unmet.iter().map(|u| u.map(|x| x / replications.max(1) as f64)).collect();
    let horizon_weeks = f64::from(scenery.pack().horizon_weeks);
    Ok(Requirement { needs: needs.to_vec(), horizon_weeks, weeks: all.weeks, unmet_units, paths: all.paths })
}
