//! The stress test: an award lived through many paths of a pack.

use std::sync::atomic::AtomicBool;

use ballast_domain::index::NodeIx;
use ballast_domain::{Award, Pack, Tender};

use crate::blocks::{Progress, Watch, blocks};
use crate::draw::{Canvas, Scenery};
use crate::error::StressError;
use crate::kernel::{Model, State, live};
use crate::metric::{Block, Fan, Meter, Scopes, StressReport, report};
use crate::reserve::ReservePlan;

/// Replications before precision is first checked.
const MINIMUM: u64 = 2_000;
/// Most replications of one run.
const MAXIMUM: u64 = 10_000_000;

/// How many replications.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Replications {
    /// So many.
    Fixed(u64),
    /// Until the half width of the 95 % interval of mean total unmet demand is at most this fraction of it. Checked at
    /// 2,000 replications and at each doubling; each of the k checks that may be needed works at confidence 1 − 0.05/k.
    Precision {
        /// Fraction, such as 0.02.
        relative: f64,
        /// Stops here in any case.
        at_most: u64,
    },
}

/// Options of a stress test. Threads are those of rayon's current pool; they never change a result.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Seed of all streams.
    pub seed: u64,
    /// How many replications.
    pub replications: Replications,
    /// Set it to stop.
    pub cancel: Option<&'a AtomicBool>,
}

/// Lives the award through the pack's paths and sums up what happened.
///
/// # Errors
/// A pack that does not fit the tender, options out of range, cancellation.
pub fn stress(
    tender: &Tender,
    award: &Award,
    pack: &Pack,
    plan: Option<&ReservePlan>,
    options: &Options<'_>,
    observe: &(dyn Fn(Progress) + Sync),
) -> Result<StressReport, StressError> {
    let scenery = Scenery::new(tender, pack, options.seed).map_err(StressError::Pack)?;
    let model = Model::new(tender, award, &scenery, plan);
    let watch = Watch { cancel: options.cancel, observe };
    run(tender, &scenery, &model, options, "stress test", watch)
}

/// A stress test on a compiled scenery and model.
pub(crate) fn run(
    tender: &Tender,
    scenery: &Scenery,
    model: &Model,
    options: &Options<'_>,
    stage: &'static str,
    watch: Watch<'_>,
) -> Result<StressReport, StressError> {
    let scopes = Scopes::new(tender);
    let weeks = scenery.weeks();
    let fan = Fan::new(weeks, usual_cover(model, &scopes));
    let nodes: Vec<NodeIx> = scenery.struck_nodes().map(|(n, _)| n).collect();
    let mut all = Block::new(&scopes, weeks);
    let (mut done, mut until, checks) = schedule(options.replications)?;
    loop {
        let next = blocks(
            done..until,
            stage,
            watch,
            || (Canvas::new(scenery), State::new(model), Meter::new(&scopes, &model.need, weeks)),
            || Block::new(&scopes, weeks),
            |replication, (canvas, state, meter), block| {
                scenery.draw(replication, canvas);
                live(model, &canvas.path, state);
                meter.read(&state.record, &canvas.path, block, &fan);
            },
        )?;
        for block in &next {
            all.merge(block);
            fan.count(&mut all.marks);
        }
        done = until;
        let Replications::Precision { relative, at_most } = options.replications else { break };
        if done >= at_most || precise(&all, scopes.list.len(), relative, checks) {
            break;
        }
        until = (done * 2).min(at_most);
    }
    let run = (options.seed, scenery.pack().horizon_weeks);
    Ok(report(tender, &scopes, &nodes, &all, &fan, model, run))
}

/// First replication, end of the first stage, and how many checks there may be.
fn schedule(replications: Replications) -> Result<(u64, u64, u32), StressError> {
    let refuse = |text: String| Err(StressError::Options(text));
    match replications {
        Replications::Fixed(n) if !(1..=MAXIMUM).contains(&n) => {
            refuse(format!("expected 1 to {MAXIMUM} replications, not {n}"))
        }
        Replications::Fixed(n) => Ok((0, n, 1)),
        Replications::Precision { relative, .. } if !(relative > 0.0 && relative < 1.0) => {
            refuse(format!("expected a relative precision between 0 and 1, not {relative}"))
        }
        Replications::Precision { at_most, .. } if !(MINIMUM..=MAXIMUM).contains(&at_most) => {
            refuse(format!("expected a limit of {MINIMUM} to {MAXIMUM} replications, not {at_most}"))
        }
        Replications::Precision { at_most, .. } => {
            Ok((0, MINIMUM, 1 + (at_most.div_ceil(MINIMUM)).next_power_of_two().ilog2()))
        }
    }
}

/// Is mean total unmet demand known to this relative precision, at confidence 1 − 0.05 ÷ checks?
fn precise(block: &Block, scopes: usize, relative: f64, checks: u32) -> bool {
    use statrs::distribution::{ContinuousCDF, Normal};
    let total: Vec<f64> = block.unmet.iter().skip(scopes - 1).step_by(scopes).copied().collect();
    let e = crate::metric::mean(&total);
    let z = Normal::standard().inverse_cdf(1.0 - 0.025 / f64::from(checks));
    e.standard_error * z <= relative * e.value
}

/// Cover of each need when stock is full, weeks of mean demand.
fn usual_cover(model: &Model, scopes: &Scopes) -> Vec<f64> {
    let mut full = vec![0.0; scopes.mean.len()];
    for c in 0..model.cells() {
        full[model.need[c] as usize] += model.stock_target[c] + model.reserve_target[c];
    }
    full.iter().zip(&scopes.mean).map(|(f, d)| if *d > 0.0 { f / d } else { 0.0 }).collect()
}
