//! Sizes a reserve for a target, corrects it on the sizing paths, and confirms it on fresh ones.
//!
//! P(stockout) ≤ α at confidence γ: R is the order statistic of R* at the rank that is at least the (1 − α) quantile with
//! confidence γ, but at most what shelf life allows. Where the recursion is only a start, the plan is lived through on
//! the sizing paths and needs that miss the level get a tenth and a quarter of a week more, a few times over.

use ballast_domain::index::{Ix, NeedIx};
use ballast_domain::pack::Recourse;
use ballast_domain::{Award, Pack, Tender};

use super::cost::Costs;
use super::curve::{CurvePoint, CurveWeight, curve};
use super::plan::ReservePlan;
use super::requirement::{Requirement, requirement};
use super::target::Target;
use crate::blocks::{Progress, Watch};
use crate::draw::{Scenery, fresh_seed};
use crate::error::StressError;
use crate::kernel::Model;
use crate::metric::{Estimate, Scopes, StressReport, upper_quantile_rank};
use crate::stress::{Options, Replications, Run};

/// Corrections on the sizing paths, at most.
const CORRECTIONS: u32 = 8;

/// Whether a target holds on fresh paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval lies at or below the level.
    Met,
    /// The level lies inside the interval.
    Undecided,
    /// The whole interval lies above the level.
    NotMet,
}

impl Verdict {
    fn of(p: &Estimate, alpha: f64) -> Self {
        match p {
            p if p.high <= alpha => Self::Met,
            p if p.low > alpha => Self::NotMet,
            _ => Self::Undecided,
        }
    }
}

/// The reserve of one need and what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct NeedReserve {
    /// The need.
    pub need: NeedIx,
    /// Weeks held, of mean base demand.
    pub weeks: f64,
    /// Weeks that the paths ask for, before the ceiling and corrections.
    pub required_weeks: f64,
    /// Most weeks by shelf life, if a product states one.
    pub ceiling_weeks: Option<f64>,
    /// True if shelf life keeps the reserve below what is asked for.
    pub limited_by_shelf_life: bool,
    /// True if the sample is too small for this level and confidence: the largest requirement seen was taken.
    pub sample_too_small: bool,
    /// Need units over all sites.
    pub quantity_units: f64,
    /// Of them, need units that today's policies hold already.
    pub held_units: f64,
    /// Average awarded price, money per need unit.
    pub unit_price: f64,
    /// Money, once, for what is not held already.
    pub purchase_value: f64,
    /// Holding and capital cost of it, money a year.
    pub yearly_cost: f64,
    /// Chance of a stockout under today's policies, on fresh paths.
    pub p_stockout_before: Estimate,
    /// Chance of a stockout with the plan, on fresh paths.
    pub p_stockout_after: Estimate,
    /// Mean unmet demand before, need units.
    pub unmet_units_before: Estimate,
    /// Mean unmet demand with the plan, need units.
    pub unmet_units_after: Estimate,
    /// Whether the target holds for this need on fresh paths.
    pub verdict: Verdict,
}

/// A plan and its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct ReserveReport {
    /// What was asked.
    pub target: Target,
    /// Replications of the sizing paths.
    pub sizing_replications: u64,
    /// The plan.
    pub plan: ReservePlan,
    /// Each need of the scope.
    pub needs: Vec<NeedReserve>,
    /// Worst verdict of the needs.
    pub verdict: Verdict,
    /// Corrections on the sizing paths.
    pub corrections: u32,
    /// Money, once.
    pub purchase_value: f64,
    /// Money a year.
    pub yearly_cost: f64,
    /// Fresh paths under today's policies.
    pub before: StressReport,
    /// The same paths with the plan.
    pub after: StressReport,
    /// How the curve adds up needs.
    pub curve_weight: CurveWeight,
    /// Budget to protection, from no reserve on.
    pub curve: Vec<CurvePoint>,
}

/// Sizes and confirms a reserve plan. The number of replications must be fixed.
///
/// # Errors
/// A pack that does not fit or does not use the reserve, a scope without needs, options out of range, cancellation.
pub fn reserve(
    tender: &Tender,
    award: &Award,
    pack: &Pack,
    target: &Target,
    options: &Options<'_>,
    observe: &(dyn Fn(Progress) + Sync),
) -> Result<ReserveReport, StressError> {
    let n = match options.replications {
        Replications::Fixed(n) if n > 0 => n,
        _ => return Err(StressError::Options("sizing a reserve needs a fixed number of replications above 0".into())),
    };
    if !pack.recourse.contains(&Recourse::Reserve) {
        return Err(StressError::Target(format!(
            "pack `{}` does not list `reserve` as a recourse, so no reserve can help",
            pack.name
        )));
    }
    let mean = Scopes::new(tender).mean;
    let covered = |n: &NeedIx| target.covers(tender.needs[*n].criticality) && mean[n.ix()] > 0.0;
    let needs: Vec<NeedIx> = tender.needs.indexes().filter(covered).collect();
    if needs.is_empty() {
        return Err(StressError::Target(format!("no need with demand is in the scope of `{target}`")));
    }
    let watch = Watch { cancel: options.cancel, observe };
    let scenery = Scenery::new(tender, pack, options.seed).map_err(StressError::Pack)?;
    let costs = Costs::new(tender, award);
    let asked = requirement(tender, award, &scenery, &needs, n, watch)?;
    let mut sizes = sizes(&asked, target, &costs);
    let corrections = correct(tender, award, &scenery, &mut sizes, (target, n, &costs), options, watch)?;
    let plan = ReservePlan::of_weeks(tender, sizes.iter().map(|s| (s.need, s.weeks)));

    let fresh = Options { seed: fresh_seed(options.seed), ..*options };
    let scenery = Scenery::new(tender, pack, fresh.seed).map_err(StressError::Pack)?;
    let live = |plan, stage| {
        let model = Model::new(tender, award, &scenery, plan);
        let run = Run { tender, award, scenery: &scenery, model: &model, seed: fresh.seed };
        run.report(&run.live(fresh.replications, stage, watch)?)
    };
    let before = live(None, "fresh paths, before")?;
    let after = live(Some(&plan), "fresh paths, with plan")?;
    let (curve_weight, curve) = curve(tender, &costs, &asked, &mean);
    let needs: Vec<NeedReserve> = sizes.iter().map(|s| s.report(&plan, &costs, target, &before, &after)).collect();
    let worst = |a: Verdict, b: Verdict| if a as u8 >= b as u8 { a } else { b };
    Ok(ReserveReport {
        target: *target,
        sizing_replications: n,
        verdict: needs.iter().map(|n| n.verdict).fold(Verdict::Met, worst),
        corrections,
        purchase_value: needs.iter().map(|n| n.purchase_value).sum(),
        yearly_cost: needs.iter().map(|n| n.yearly_cost).sum(),
        plan,
        needs,
        before,
        after,
        curve_weight,
        curve,
    })
}

/// One need's size while it is worked out.
struct Size {
    need: NeedIx,
    required: f64,
    weeks: f64,
    too_small: bool,
}

/// R* at the rank that the target asks for, under the ceiling.
fn sizes(asked: &Requirement, target: &Target, costs: &Costs) -> Vec<Size> {
    let n = asked.replications();
    let rank = upper_quantile_rank(n as u64, 1.0 - target.alpha, target.confidence);
    let size = |(i, need): (usize, &NeedIx)| {
        let required = asked.sorted(i)[rank.unwrap_or(n) - 1];
        let weeks = required.min(costs.ceiling(*need)).max(costs.held_weeks[need.ix()]);
        Size { need: *need, required, weeks, too_small: rank.is_none() }
    };
    let mut sizes: Vec<Size> = asked.needs.iter().enumerate().map(size).collect();
    // What needs no stock to meet the level is not called too small a sample.
    sizes.iter_mut().for_each(|s| s.too_small &= s.required > 0.0);
    sizes
}

/// Raises what misses its level on the sizing paths; gives the number of rounds.
fn correct(
    tender: &Tender,
    award: &Award,
    scenery: &Scenery,
    sizes: &mut [Size],
    (target, n, costs): (&Target, u64, &Costs),
    options: &Options<'_>,
    watch: Watch<'_>,
) -> Result<u32, StressError> {
    let rank = upper_quantile_rank(n, 1.0 - target.alpha, target.confidence).map_or(n, |k| k as u64);
    // Stockouts that the sample may show if the level is to hold with the confidence asked for.
    let allowed = (n - rank) as f64 / n as f64;
    for round in 0..CORRECTIONS {
        let plan = ReservePlan::of_weeks(tender, sizes.iter().map(|s| (s.need, s.weeks)));
        let model = Model::new(tender, award, scenery, Some(&plan));
        let run = Run { tender, award, scenery, model: &model, seed: options.seed };
        let report = run.report(&run.live(options.replications, "sizing paths, with plan", watch)?)?;
        let mut raised = false;
        for s in sizes.iter_mut() {
            let misses = report.needs[s.need.ix()].p_stockout.value > allowed + 1e-12;
            let more = (s.weeks * 1.1 + 0.25).min(costs.ceiling(s.need));
            if misses && more > s.weeks {
                s.weeks = more;
                raised = true;
            }
        }
        if !raised {
            return Ok(round);
        }
    }
    Ok(CORRECTIONS)
}

impl Size {
    fn report(
        &self,
        plan: &ReservePlan,
        costs: &Costs,
        target: &Target,
        before: &StressReport,
        after: &StressReport,
    ) -> NeedReserve {
        let i = self.need.ix();
        let quantity_units = plan.entries.iter().filter(|e| e.need == self.need).map(|e| e.quantity_units).sum::<f64>();
        let unit_price = costs.unit_price[i];
        let purchase_value = (quantity_units - costs.held_units[i]).max(0.0) * unit_price;
        NeedReserve {
            need: self.need,
            weeks: self.weeks,
            required_weeks: self.required,
            ceiling_weeks: costs.ceiling_weeks[i],
            limited_by_shelf_life: self.required > self.weeks,
            sample_too_small: self.too_small,
            quantity_units,
            held_units: costs.held_units[i],
            unit_price,
            purchase_value,
            yearly_cost: purchase_value * costs.yearly_rate,
            p_stockout_before: before.needs[i].p_stockout,
            p_stockout_after: after.needs[i].p_stockout,
            unmet_units_before: before.needs[i].unmet_units,
            unmet_units_after: after.needs[i].unmet_units,
            verdict: Verdict::of(&after.needs[i].p_stockout, target.alpha),
        }
    }
}
