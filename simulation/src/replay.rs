//! One replication, week by week: what a stress test summed up, shown alone.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ballast_domain::index::{Ix, NeedIx, NodeIx};
use ballast_domain::{Award, Pack, Tender};

use crate::draw::{Canvas, Path, Scenery};
use crate::error::StressError;
use crate::kernel::{Model, Record, State, live};
use crate::reserve::ReservePlan;

/// One need in one week, need units over all sites.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Week {
    /// Part of the contract volume that suppliers could ship this week, before allocation, 0 to 1.
    pub capacity: f64,
    /// Demand after surge and conservation.
    pub demand_units: f64,
    /// Demand saved by conservation.
    pub saved_units: f64,
    /// Arrived from suppliers.
    pub received_units: f64,
    /// Net gain from other needs' products and pools (transfers between sites cancel).
    pub gained_units: f64,
    /// Drawn from sites' own reserves.
    pub reserve_drawn_units: f64,
    /// Unmet demand.
    pub unmet_units: f64,
    /// Working stock and reserve at the end.
    pub stock_units: f64,
}

/// A need's weeks.
#[derive(Debug, Clone, PartialEq)]
pub struct NeedTrace {
    /// The need.
    pub need: NeedIx,
    /// One entry per week.
    pub weeks: Vec<Week>,
}

/// One replication in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Its number.
    pub replication: u64,
    /// Each need.
    pub needs: Vec<NeedTrace>,
    /// Nodes that were below full output at some moment.
    pub down: Vec<NodeIx>,
    /// The path itself.
    pub path: Path,
    /// The record by site and need.
    pub record: Record,
}

/// Lives the award through one path.
///
/// # Errors
/// A pack that does not fit the tender; a replication that stops the program.
pub fn replay(
    tender: &Tender,
    award: &Award,
    pack: &Pack,
    plan: Option<&ReservePlan>,
    seed: u64,
    replication: u64,
) -> Result<Trace, StressError> {
    let scenery = Scenery::new(tender, pack, seed).map_err(StressError::Pack)?;
    let model = Model::new(tender, award, &scenery, plan);
    let (mut canvas, mut state) = (Canvas::new(&scenery), State::new(&model));
    let lived = catch_unwind(AssertUnwindSafe(|| {
        scenery.draw(replication, &mut canvas);
        live(&model, &canvas.path, &mut state);
    }));
    if lived.is_err() {
        return Err(StressError::Program(format!(
            "replication {replication} stops the program; please report it with the tender"
        )));
    }
    let down = scenery.struck_nodes().zip(&canvas.path.down).filter(|(_, d)| **d).map(|((n, _), _)| n).collect();
    let record = state.record;
    let mut needs = by_need(tender, &model, &record);
    capacity(tender, award, &scenery, &canvas.path, &mut needs);
    Ok(Trace { replication, needs, down, path: canvas.path, record })
}

/// What suppliers could ship of each need, weighed by contract volume.
fn capacity(tender: &Tender, award: &Award, scenery: &Scenery, path: &Path, needs: &mut [NeedTrace]) {
    let mut volume = vec![0.0; needs.len()];
    for line in &award.lines {
        let candidate = &tender.candidates[line.candidate];
        let (n, used) = (candidate.need.ix(), line.used.to_f64());
        let class = scenery.class_of(candidate.product) as usize;
        volume[n] += used;
        for (week, row) in needs[n].weeks.iter_mut().zip(path.capacity.chunks(path.classes)) {
            week.capacity += used * row[class];
        }
    }
    for (trace, volume) in needs.iter_mut().zip(volume).filter(|(_, v)| *v > 0.0) {
        trace.weeks.iter_mut().for_each(|w| w.capacity /= volume);
    }
}

fn by_need(tender: &Tender, model: &Model, record: &Record) -> Vec<NeedTrace> {
    let mut traces: Vec<NeedTrace> =
        tender.needs.indexes().map(|need| NeedTrace { need, weeks: vec![Week::default(); model.weeks] }).collect();
    for w in 0..model.weeks {
        for (c, cell) in tender.cells.enumerate() {
            let at = w * record.cells + c.ix();
            let week = &mut traces[cell.need.ix()].weeks[w];
            week.demand_units += record.demand[at];
            week.saved_units += record.saved[at];
            week.received_units += record.received[at];
            week.gained_units += record.gained[at];
            week.reserve_drawn_units += record.reserve_drawn[at];
            week.unmet_units += record.unmet[at];
            week.stock_units += record.stock[at];
        }
    }
    traces
}
