//! The stress test: an award lived through many paths of a pack.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicBool;

use ballast_domain::index::NodeIx;
use ballast_domain::{Award, Pack, Tender};

use crate::blocks::{BLOCK, Progress, Watch, blocks};
use crate::draw::{Canvas, Scenery};
use crate::engine::{Engine, Metrics};
use crate::error::StressError;
use crate::kernel::{Model, State, live, live_in_short};
use crate::metric::{Block, Failure, Fan, Meter, Paired, Scopes, StressReport, Summary, paired, report, volumes};
use crate::reserve::ReservePlan;
use crate::running::Running;

/// Replications before precision is first checked.
const MINIMUM: u64 = 2_000;
/// A run in which more than one replication in so many fails has no result.
const FAILED_ONE_IN: u64 = 1_000;
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
/// A pack that does not fit the tender, options out of range, too many replications without a result, cancellation.
pub fn stress(
    tender: &Tender,
    award: &Award,
    pack: &Pack,
    plan: Option<&ReservePlan>,
    options: &Options<'_>,
    observe: &(dyn Fn(Progress) + Sync),
) -> Result<StressReport, StressError> {
    let test = StressTest::new(tender, award, pack, plan, options.seed)?;
    let watch = Watch { cancel: options.cancel, observe };
    test.run().report(&test.run().live(options.replications, "stress test", watch)?)
}

/// Blocks of a run of so many replications, the last of which may be short.
pub fn blocks_of(replications: u64) -> u64 {
    replications.div_ceil(BLOCK)
}

/// An award under a pack, ready to be lived through in parts.
#[derive(Debug, Clone)]
pub struct StressTest<'a> {
    tender: &'a Tender,
    award: &'a Award,
    scenery: Scenery,
    model: Model,
    seed: u64,
    metrics: Metrics,
}

impl<'a> StressTest<'a> {
    /// Compiles the pack and the award.
    ///
    /// # Errors
    /// A pack that does not fit the tender.
    pub fn new(
        tender: &'a Tender,
        award: &'a Award,
        pack: &Pack,
        plan: Option<&ReservePlan>,
        seed: u64,
    ) -> Result<Self, StressError> {
        let scenery = Scenery::new(tender, pack, seed).map_err(StressError::Pack)?;
        let model = Model::new(tender, award, &scenery, plan);
        Ok(Self { tender, award, scenery, model, seed, metrics: Metrics::default() })
    }

    /// The same test by another engine.
    pub fn by(mut self, engine: Engine) -> Self {
        self.model = self.model.with(engine.instructions);
        self.metrics = engine.metrics;
        self
    }

    fn run(&self) -> Run<'_> {
        let Self { tender, award, scenery, model, seed, metrics } = self;
        Run { tender, award, scenery, model, seed: *seed, metrics: *metrics }
    }

    /// Lives through all replications.
    ///
    /// # Errors
    /// Options out of range, cancellation.
    pub fn live(
        &self,
        replications: Replications,
        stage: &'static str,
        watch: Watch<'_>,
    ) -> Result<Summary, StressError> {
        self.run().live(replications, stage, watch)
    }

    /// Lives through some blocks of a run of so many replications.
    ///
    /// # Errors
    /// Blocks that the run does not have, cancellation.
    pub fn blocks(&self, replications: u64, blocks: Range<u64>, watch: Watch<'_>) -> Result<Summary, StressError> {
        schedule(Replications::Fixed(replications))?;
        let all = blocks_of(replications);
        if blocks.start >= blocks.end || blocks.end > all {
            return Err(StressError::Options(format!(
                "blocks {}..{} are not part of {replications} replications, which have the blocks 0..{all} of {BLOCK} each",
                blocks.start, blocks.end
            )));
        }
        let scopes = Scopes::new(self.tender);
        let range = blocks.start * BLOCK..(blocks.end * BLOCK).min(replications);
        let run = self.run();
        let fan = run.fan(&scopes);
        let mut summary = Summary::new(&scopes, self.scenery.weeks(), range.start);
        let running = Running::default();
        run.gather((&scopes, &fan, &running), range, ("stress test", watch), self.metrics.living(), &mut summary)?;
        summary.counts = fan.taken();
        Ok(summary)
    }

    /// What a whole run says.
    ///
    /// # Errors
    /// A summary that does not begin with the first replication or is of another run; too many replications without a result.
    pub fn report(&self, summary: &Summary) -> Result<StressReport, StressError> {
        let (scopes, nodes) = (Scopes::new(self.tender), self.scenery.struck_nodes().len());
        let fits = summary.fits(&scopes, self.scenery.weeks(), nodes, self.model.clauses.suppliers.len());
        if summary.range.start != 0 || summary.range.is_empty() || !fits {
            return Err(StressError::Options("the summary is not one of a whole run of this award and pack".into()));
        }
        self.run().report(summary)
    }

    /// Two awards on the same paths, scope by scope; this one is the first.
    pub fn against(&self, own: &Summary, other: &Summary) -> Vec<Paired> {
        paired(&Scopes::new(self.tender), own, other)
    }
}

/// One replication.
type Living<'a> = dyn Fn(&Scenery, &Model, u64, &mut Canvas, &mut State) + Sync + 'a;

fn draw_and_live(scenery: &Scenery, model: &Model, replication: u64, canvas: &mut Canvas, state: &mut State) {
    scenery.draw(replication, canvas);
    live(model, &canvas.path, state);
}

fn draw_and_live_in_short(scenery: &Scenery, model: &Model, replication: u64, canvas: &mut Canvas, state: &mut State) {
    scenery.draw(replication, canvas);
    live_in_short(model, &canvas.path, state);
}

impl Metrics {
    /// What a replication has to leave behind for these metrics.
    fn living(self) -> &'static Living<'static> {
        match self {
            Self::All => &draw_and_live,
            Self::Scalars => &draw_and_live_in_short,
        }
    }
}

/// A compiled scenery and model.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub tender: &'a Tender,
    pub award: &'a Award,
    pub scenery: &'a Scenery,
    pub model: &'a Model,
    pub seed: u64,
    pub metrics: Metrics,
}

impl Run<'_> {
    fn fan(&self, scopes: &Scopes) -> Fan {
        Fan::new(self.scenery.weeks(), usual_cover(self.model, scopes))
    }

    /// Lives through all replications.
    pub fn live(
        &self,
        replications: Replications,
        stage: &'static str,
        watch: Watch<'_>,
    ) -> Result<Summary, StressError> {
        let scopes = Scopes::new(self.tender);
        let fan = self.fan(&scopes);
        let mut all = Summary::new(&scopes, self.scenery.weeks(), 0);
        let running = Running::default();
        let (mut done, mut until, checks) = schedule(replications)?;
        loop {
            self.gather((&scopes, &fan, &running), done..until, (stage, watch), self.metrics.living(), &mut all)?;
            done = until;
            let Replications::Precision { relative, at_most } = replications else { break };
            if done >= at_most || precise(&all, &scopes, relative, checks) {
                break;
            }
            until = (done * 2).min(at_most);
        }
        all.counts = fan.taken();
        Ok(all)
    }

    /// Appends replications to a summary, but for the counts of the bands, which stay in the fan.
    fn gather(
        &self,
        (scopes, fan, running): (&Scopes, &Fan, &Running),
        range: Range<u64>,
        (stage, watch): (&'static str, Watch<'_>),
        living: &Living<'_>,
        all: &mut Summary,
    ) -> Result<(), StressError> {
        let (scenery, model, weeks) = (self.scenery, self.model, self.scenery.weeks());
        let rows = (scenery.struck_nodes().len(), model.clauses.suppliers.len());
        let (width, total) = (scopes.width(), scopes.list.len() - 1);
        let observe = |p: Progress| (watch.observe)(Progress { precision: running.precision(), ..p });
        blocks(
            range,
            (stage, Watch { observe: &observe, ..watch }),
            || (Canvas::new(scenery), State::new(model), Meter::new(scopes, model)),
            || Block::new(scopes, if self.metrics == Metrics::All { weeks } else { 0 }, model),
            |replication, (canvas, state, meter), block| {
                let lived = catch_unwind(AssertUnwindSafe(|| {
                    living(scenery, model, replication, canvas, state);
                    if self.metrics == Metrics::All {
                        state.sum_up(model);
                    }
                }));
                match lived {
                    Ok(()) if state.outcome.is_finite() => {
                        meter.read(&state.outcome, &canvas.path, block);
                        if self.metrics == Metrics::All {
                            meter.bands(&state.record, block, fan);
                        }
                    }
                    Ok(()) => meter.fail(replication, Failure::NotFinite, rows, block),
                    Err(_) => {
                        // Nobody knows what it left behind.
                        (*canvas, *state) = (Canvas::new(scenery), State::new(model));
                        meter.fail(replication, Failure::Stopped, rows, block);
                    }
                }
                if block.unmet.len() == BLOCK as usize * width {
                    running.add(block.unmet.iter().skip(total).step_by(width).copied());
                }
            },
            |mut block| {
                fan.count(&mut block.marks);
                let replications = block.unmet.len() / width;
                all.append(&block, replications as u64, &model.need);
            },
        )
    }

    /// What a summary of a whole run says.
    pub fn report(&self, summary: &Summary) -> Result<StressReport, StressError> {
        let (failed, all) = (summary.failed.len() as u64, summary.replications());
        if failed * FAILED_ONE_IN > all {
            return Err(StressError::Failed { failed, all, first: summary.failed[0].0 });
        }
        let scopes = Scopes::new(self.tender);
        let fan = self.fan(&scopes);
        if !fan.give(&summary.counts) {
            return Err(StressError::Options("the summary counts weeks that the run does not have".into()));
        }
        let nodes: Vec<NodeIx> = self.scenery.struck_nodes().map(|(n, _)| n).collect();
        let volumes = volumes(self.tender, self.award, &scopes, &nodes);
        let run = (self.seed, self.scenery.pack().horizon_weeks);
        let fan = (self.metrics == Metrics::All).then_some(&fan);
        Ok(report(self.tender, &scopes, (&nodes, &volumes), summary, fan, self.model, run))
    }
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
fn precise(summary: &Summary, scopes: &Scopes, relative: f64, checks: u32) -> bool {
    use statrs::distribution::{ContinuousCDF, Normal};
    let e = crate::metric::mean(&summary.column(scopes, scopes.list.len() - 1));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Scope;
    use crate::rm1::reference_model;

    fn quiet() -> Watch<'static> {
        Watch { cancel: None, observe: &|_| {} }
    }

    /// RM1 with replications that do not end well.
    fn spoilt(
        replications: u64,
        spoil: &(dyn Fn(u64, &mut State) + Sync),
    ) -> (Result<StressReport, StressError>, Summary) {
        let rm1 = reference_model().unwrap();
        let test = StressTest::new(&rm1.tender, &rm1.award, &rm1.pack, None, 5).unwrap();
        let (run, scopes) = (test.run(), Scopes::new(&rm1.tender));
        let fan = run.fan(&scopes);
        let mut summary = Summary::new(&scopes, 52, 0);
        let living = |scenery: &Scenery, model: &Model, r: u64, canvas: &mut Canvas, state: &mut State| {
            draw_and_live(scenery, model, r, canvas, state);
            spoil(r, state);
        };
        run.gather((&scopes, &fan, &Running::default()), 0..replications, ("spoilt", quiet()), &living, &mut summary)
            .unwrap();
        summary.counts = fan.taken();
        (run.report(&summary), summary)
    }

    #[test]
    fn a_failed_replication_is_a_record_and_widens_every_interval() {
        let (clean, _) = spoilt(2_000, &|_, _| {});
        let (report, summary) = spoilt(2_000, &|r, state| match r {
            7 => state.record.unmet[3] = f64::NAN,
            300 => panic!("a replication that stops"),
            _ => {}
        });
        let (clean, report) = (clean.unwrap(), report.unwrap());
        assert_eq!(report.failed, [(7, Failure::NotFinite), (300, Failure::Stopped)]);
        assert_eq!((summary.lived(), report.replications), (1_998, 2_000));
        let (was, is) = (clean.total.unmet_weeks, report.total.unmet_weeks);
        assert!((was.value - is.value).abs() < 0.01 * was.value && is.low < was.low);
        // Two of 2,000 in which all 52 weeks go unmet.
        assert!(is.high > was.high + 0.9 * 2.0 / 2_000.0 * 52.0, "{is:?} against {was:?}");
        assert!(
            report.total.p_stockout.high >= clean.total.p_stockout.high && report.total.fill_rate.value.is_finite()
        );
        assert!(report.worst.iter().all(|w| w.replication != 7 && w.replication != 300));
        assert!(report.fans.iter().flat_map(|f| &f.cover_weeks).all(|b| b.mean.is_finite()));
        let parts: f64 = report.contributions.needs.iter().map(|c| c.weeks).sum();
        assert!((parts - report.total.tail_weeks.cvar95.value).abs() < 1e-9, "Euler parts add up");
    }

    #[test]
    fn more_than_one_in_a_thousand_is_no_result() {
        let (report, _) = spoilt(1_000, &|r, state| {
            if r < 2 {
                state.record.demand[0] = f64::INFINITY;
            }
        });
        assert_eq!(report, Err(StressError::Failed { failed: 2, all: 1_000, first: 0 }));
    }

    #[test]
    fn parts_in_any_hands_join_to_the_same_report() {
        let rm1 = reference_model().unwrap();
        let test = StressTest::new(&rm1.tender, &rm1.award, &rm1.pack, None, 5).unwrap();
        let whole = test.live(Replications::Fixed(1_900), "whole", quiet()).unwrap();
        assert_eq!(blocks_of(1_900), 8);
        let mut joined = test.blocks(1_900, 0..3, quiet()).unwrap();
        for part in [3..4, 4..8] {
            joined.join(&test.blocks(1_900, part, quiet()).unwrap());
        }
        assert_eq!(joined, whole);
        assert_eq!(test.report(&joined), test.report(&whole));
        let report = test.report(&whole).unwrap();
        let of_nodes: f64 = report.contributions.nodes.iter().map(|c| c.weeks).sum();
        assert!((of_nodes - report.total.tail_weeks.cvar95.value).abs() < 1e-9);
        assert_eq!(report.needs.len(), 100);
        assert!(report.sites.is_empty() && matches!(report.total.scope, Scope::Total));
        for wrong in [8..9, 5..5, 3..12] {
            assert!(matches!(test.blocks(1_900, wrong, quiet()), Err(StressError::Options(_))));
        }
        assert!(test.report(&test.blocks(1_900, 1..2, quiet()).unwrap()).is_err(), "not a whole run");
    }
}
