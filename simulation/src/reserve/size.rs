//! Sizes a reserve for targets, corrects it on the sizing paths, and confirms it on fresh ones.
//!
//! Need by need, P(stockout) ≤ α at confidence γ: R is the order statistic of R* at the rank that is at least the (1 − α) quantile with
//! confidence γ. Expected unmet demand and fill rate: the least R at which the upper confidence limit of the mean keeps the level, unmet demand
//! read as a straight line between levels, which is never too low. Baskets: `basket.rs`, on top of what the needs hold already. Nothing goes
//! beyond what shelf life allows. Where the recursion is only a start, the plan is lived through on the sizing paths and needs of targets that
//! are missed get a tenth and a quarter of a week more, a few times over.

use ballast_domain::index::{Ix, NeedIx};
use ballast_domain::pack::Recourse;
use ballast_domain::{Award, Pack, Tender};

use statrs::distribution::{ContinuousCDF, Normal};

use super::basket::{Basket, Sized};
use super::closed_form::{ClosedForm, Theory};
use super::cost::Costs;
use super::curve::{CurvePoint, CurveWeight, curve, marginals};
use super::plan::ReservePlan;
use super::requirement::{LEVELS_WEEKS, Requirement, requirement};
use super::target::{Target, TargetMetric};
use crate::blocks::{Progress, Watch};
use crate::draw::{Scenery, fresh_seed};
use crate::engine::Metrics;
use crate::error::StressError;
use crate::kernel::Model;
use crate::metric::{Estimate, Scope, ScopeReport, Scopes, StressReport, upper_quantile_rank};
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
    /// Of an estimate that should lie at or below a level.
    pub fn at_most(e: &Estimate, level: f64) -> Self {
        match e {
            e if e.high <= level => Self::Met,
            e if e.low > level => Self::NotMet,
            _ => Self::Undecided,
        }
    }

    /// Of an estimate that should lie at or above a level.
    pub fn at_least(e: &Estimate, level: f64) -> Self {
        Self::at_most(&e.times(-1.0).turned(), -level)
    }

    fn worse(self, other: Self) -> Self {
        if self as u8 >= other as u8 { self } else { other }
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
    /// Expected unmet demand, in the curve's weight, that the next unit of money of stock would avoid.
    pub marginal: f64,
    /// What theory says of it; `None` where the need does not hang on one memoryless process, or something else gets in its way.
    pub closed_form: Option<ClosedForm>,
    /// Whether the targets that speak of this need hold on fresh paths.
    pub verdict: Verdict,
}

/// One target and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetOutcome {
    /// The target.
    pub target: Target,
    /// What it limits under today's policies, on fresh paths: of the basket, or of the need that is worst with the plan.
    pub before: Estimate,
    /// The same with the plan.
    pub after: Estimate,
    /// That need.
    pub worst: Option<NeedIx>,
    /// Whether it holds on fresh paths.
    pub verdict: Verdict,
    /// For a basket: stock value of the plan by greedy steps, and the least that any plan is worth, on the sizing paths. They
    /// count what other targets ask for, too.
    pub greedy_and_bound: Option<(f64, f64)>,
}

/// A plan and its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct ReserveReport {
    /// What was asked, and what became of it.
    pub targets: Vec<TargetOutcome>,
    /// Replications of the sizing paths.
    pub sizing_replications: u64,
    /// The plan.
    pub plan: ReservePlan,
    /// Each need of the scopes.
    pub needs: Vec<NeedReserve>,
    /// Worst verdict of the targets.
    pub verdict: Verdict,
    /// Corrections on the sizing paths.
    pub corrections: u32,
    /// Money, once.
    pub purchase_value: f64,
    /// Money a year, before what is reimbursed.
    pub yearly_cost: f64,
    /// Money a year that somebody else pays for stock that policies ask for.
    pub reimbursed: f64,
    /// Fresh paths under today's policies.
    pub before: StressReport,
    /// The same paths with the plan.
    pub after: StressReport,
    /// How the curve adds up needs.
    pub curve_weight: CurveWeight,
    /// Budget to protection, from no reserve on.
    pub curve: Vec<CurvePoint>,
}

/// Sizes and confirms a reserve plan that reaches all targets. The number of replications must be fixed.
///
/// # Errors
/// A pack that does not fit or does not use the reserve, a scope without needs, options out of range, cancellation.
pub fn reserve(
    tender: &Tender,
    award: &Award,
    pack: &Pack,
    targets: &[Target],
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
    if let Some(target) = targets.iter().find(|t| t.probability.is_some()) {
        let said = format!(
            "`{target}`: no reserve is sized for a chance constraint on each year; `ballast stress --require` tells whether it holds"
        );
        return Err(StressError::Target(said));
    }
    let scopes = Scopes::new(tender);
    let mean = scopes.mean.clone();
    let wanted: Vec<Wanted> = targets.iter().map(|t| Wanted::new(t, tender, &mean)).collect::<Result<_, _>>()?;
    let mut needs: Vec<NeedIx> = wanted.iter().flat_map(|w| w.needs.iter().copied()).collect();
    needs.sort_unstable();
    needs.dedup();
    if needs.is_empty() {
        return Err(StressError::Target("no target was named".into()));
    }
    let watch = Watch { cancel: options.cancel, observe };
    let scenery = Scenery::new(tender, pack, options.seed).map_err(StressError::Pack)?;
    let costs = Costs::new(tender, award);
    let asked = requirement(tender, award, &scenery, &needs, n, watch)?;
    let mut work = Work { tender, scopes: &scopes, costs: &costs, asked: &asked, sizes: sizes(&asked, &costs) };
    for wanted in wanted.iter().filter(|w| !w.target.of_basket()) {
        work.each(wanted);
    }
    let baskets: Vec<Option<Sized>> = wanted.iter().map(|w| w.target.of_basket().then(|| work.basket(w))).collect();
    let mut sizes = work.sizes;
    let corrections = correct(tender, award, &scenery, &mut sizes, (&wanted, &costs), options, watch)?;
    let plan = ReservePlan::of_weeks(tender, sizes.iter().map(|s| (s.need, s.weeks)));

    let fresh = Options { seed: fresh_seed(options.seed), ..*options };
    let scenery = Scenery::new(tender, pack, fresh.seed).map_err(StressError::Pack)?;
    let live = |plan, stage| {
        let model = Model::new(tender, award, &scenery, plan);
        let run = Run { tender, award, scenery: &scenery, model: &model, seed: fresh.seed, metrics: Metrics::Scalars };
        run.report(&run.live(fresh.replications, stage, watch)?)
    };
    let before = live(None, "fresh paths, before")?;
    let after = live(Some(&plan), "fresh paths, with plan")?;
    let (curve_weight, curve) = curve(tender, &costs, &asked, &mean);
    let held: Vec<f64> = sizes.iter().map(|s| s.weeks).collect();
    let marginal = marginals(tender, &costs, &asked, &mean, &held);
    let outcomes: Vec<TargetOutcome> =
        wanted.iter().zip(&baskets).map(|(w, basket)| w.outcome(&sizes, basket.as_ref(), &before, &after)).collect();
    let mut needs: Vec<NeedReserve> = sizes
        .iter()
        .zip(marginal)
        .map(|(s, marginal)| s.report(&plan, &costs, (&before, &after), marginal, &wanted, &outcomes))
        .collect();
    if let Some(theory) = Theory::new(tender, award, pack) {
        needs.iter_mut().for_each(|n| n.closed_form = theory.of(n.need, n.weeks, &wanted, &costs));
    }
    let reimbursed = |n: &NeedReserve| {
        let part =
            |w: &Wanted| if w.needs.contains(&n.need) { w.target.reimbursed * w.part_held(n.weeks) } else { 0.0 };
        n.yearly_cost * wanted.iter().map(part).fold(0.0, f64::max)
    };
    Ok(ReserveReport {
        sizing_replications: n,
        verdict: outcomes.iter().map(|o| o.verdict).fold(Verdict::Met, Verdict::worse),
        targets: outcomes,
        corrections,
        purchase_value: needs.iter().map(|n| n.purchase_value).sum(),
        yearly_cost: needs.iter().map(|n| n.yearly_cost).sum(),
        reimbursed: needs.iter().map(reimbursed).sum(),
        plan,
        needs,
        before,
        after,
        curve_weight,
        curve,
    })
}

/// A target with the needs it speaks of.
pub(super) struct Wanted {
    pub target: Target,
    pub needs: Vec<NeedIx>,
}

/// What a target limits, in a report on a scope.
fn limited(metric: TargetMetric, scope: &ScopeReport) -> Estimate {
    match metric {
        TargetMetric::PStockout => scope.p_stockout,
        TargetMetric::Unmet => scope.unmet_weeks,
        TargetMetric::Fill => scope.fill_rate,
        TargetMetric::Cvar => scope.tail_weeks.cvar95,
        TargetMetric::Hold => Estimate::default(),
    }
}

impl Wanted {
    pub fn new(target: &Target, tender: &Tender, mean: &[f64]) -> Result<Self, StressError> {
        Ok(Self { target: target.clone(), needs: target.needs(tender, mean)? })
    }

    /// Normal quantile of the confidence.
    fn z(&self) -> f64 {
        Normal::standard().inverse_cdf(self.target.confidence)
    }

    /// Expected unmet demand that the level allows, weeks.
    pub fn weeks_allowed(&self, horizon: f64) -> f64 {
        if self.target.metric == TargetMetric::Fill { (1.0 - self.target.level) * horizon } else { self.target.level }
    }

    fn verdict(&self, e: &Estimate) -> Verdict {
        match self.target.metric {
            TargetMetric::Fill => Verdict::at_least(e, self.target.level),
            _ => Verdict::at_most(e, self.target.level),
        }
    }

    /// Part of so many weeks that a policy asks for.
    fn part_held(&self, weeks: f64) -> f64 {
        if weeks > 0.0 { (self.target.level / weeks).min(1.0) } else { 0.0 }
    }

    /// The report on the basket.
    pub fn scope<'r>(&self, report: &'r StressReport) -> &'r ScopeReport {
        match (&self.target.need, self.target.criticality) {
            (Some(_), _) => &report.needs[self.needs[0].ix()],
            (None, Some(class)) => {
                let of_class = |s: &&ScopeReport| s.scope == Scope::Criticality(class);
                report.criticality.iter().find(of_class).unwrap_or(&report.total)
            }
            (None, None) => &report.total,
        }
    }

    /// True if the sizing paths show more than the level allows with the confidence asked for.
    fn missed(&self, e: &Estimate, n: u64) -> bool {
        match self.target.metric {
            TargetMetric::PStockout => {
                let rank = upper_quantile_rank(n, 1.0 - self.target.level, self.target.confidence);
                e.value > (n - rank.map_or(n, |k| k as u64)) as f64 / n as f64 + 1e-12
            }
            TargetMetric::Fill => e.value - self.z() * e.standard_error < self.target.level - 1e-9,
            // Weeks of needs' levels are read off lines, which leaves a little room.
            _ => e.value + self.z() * e.standard_error > self.target.level * (1.0 + 1e-3) + 1e-9,
        }
    }

    pub fn outcome(
        &self,
        sizes: &[Size],
        basket: Option<&Sized>,
        before: &StressReport,
        after: &StressReport,
    ) -> TargetOutcome {
        let outcome = |before: Estimate, after: Estimate, worst, verdict| TargetOutcome {
            target: self.target.clone(),
            before,
            after,
            worst,
            verdict,
            greedy_and_bound: basket.map(|b| (b.greedy, b.bound)),
        };
        let metric = self.target.metric;
        if self.target.of_basket() {
            let (b, a) = (limited(metric, self.scope(before)), limited(metric, self.scope(after)));
            return outcome(b, a, None, self.verdict(&a));
        }
        if metric == TargetMetric::Hold {
            let held = sizes.iter().filter(|s| self.needs.contains(&s.need));
            let least = held.min_by(|a, b| a.weeks.total_cmp(&b.weeks));
            let weeks = least.map_or(0.0, |s| s.weeks);
            let exact = Estimate { value: weeks, standard_error: 0.0, low: weeks, high: weeks };
            let verdict = Verdict::at_least(&exact, self.target.level - 1e-9);
            return outcome(Estimate::default(), exact, least.map(|s| s.need), verdict);
        }
        // The need that is worst off.
        let of = |n: &NeedIx| limited(metric, &after.needs[n.ix()]);
        let sign = if metric == TargetMetric::Fill { -1.0 } else { 1.0 };
        let worst = self.needs.iter().copied().max_by(|a, b| {
            let (x, y) = (of(a), of(b));
            (self.verdict(&x) as u8).cmp(&(self.verdict(&y) as u8)).then((sign * x.value).total_cmp(&(sign * y.value)))
        });
        let at =
            |report: &StressReport| worst.map_or_else(Estimate::default, |n| limited(metric, &report.needs[n.ix()]));
        outcome(at(before), at(after), worst, self.verdict(&at(after)))
    }
}

/// One need's size while it is worked out.
pub(super) struct Size {
    need: NeedIx,
    required: f64,
    weeks: f64,
    too_small: bool,
}

/// What today's policies hold.
fn sizes(asked: &Requirement, costs: &Costs) -> Vec<Size> {
    let held = |need: &NeedIx| costs.held_weeks[need.ix()];
    asked.needs.iter().map(|n| Size { need: *n, required: 0.0, weeks: held(n), too_small: false }).collect()
}

/// Sizes while they are worked out.
struct Work<'a> {
    tender: &'a Tender,
    scopes: &'a Scopes,
    costs: &'a Costs,
    asked: &'a Requirement,
    sizes: Vec<Size>,
}

impl Work<'_> {
    fn raise(&mut self, position: usize, required: f64, too_small: bool) {
        let size = &mut self.sizes[position];
        size.required = size.required.max(required);
        size.weeks = size.weeks.max(required.min(self.costs.ceiling(size.need)));
        // What needs no stock to meet the level is not called too small a sample.
        size.too_small |= too_small && required > 0.0;
    }

    /// Need by need.
    fn each(&mut self, wanted: &Wanted) {
        let n = self.asked.replications();
        let target = &wanted.target;
        for i in 0..self.asked.needs.len() {
            if !wanted.needs.contains(&self.asked.needs[i]) {
                continue;
            }
            let (required, too_small) = match target.metric {
                TargetMetric::PStockout => {
                    let rank = upper_quantile_rank(n as u64, 1.0 - target.level, target.confidence);
                    (self.asked.sorted(i)[rank.unwrap_or(n) - 1], rank.is_none())
                }
                TargetMetric::Hold => (target.level, false),
                _ => (self.weeks_for_mean(i, wanted), false),
            };
            self.raise(i, required, too_small);
        }
    }

    /// Least weeks at which the upper confidence limit of mean unmet demand keeps the level; the most if none does.
    fn weeks_for_mean(&self, need: usize, wanted: &Wanted) -> f64 {
        let n = self.asked.replications() as f64;
        let (mut sum, mut squares) = ([0.0; LEVELS_WEEKS.len()], [0.0; LEVELS_WEEKS.len()]);
        for path in self.asked.paths.iter().filter(|p| p.need == need) {
            for (k, u) in path.weeks.iter().map(|u| f64::from(*u)).enumerate() {
                sum[k] += u;
                squares[k] += u * u;
            }
        }
        let limit = |k: usize| {
            let mean = sum[k] / n;
            mean + wanted.z() * ((squares[k] / n - mean * mean).max(0.0) / (n - 1.0).max(1.0)).sqrt()
        };
        let level = wanted.weeks_allowed(self.asked.horizon_weeks);
        let Some(k) = (0..LEVELS_WEEKS.len()).find(|k| limit(*k) <= level) else {
            return LEVELS_WEEKS[LEVELS_WEEKS.len() - 1];
        };
        if k == 0 {
            return 0.0;
        }
        let (above, below) = (limit(k - 1), limit(k));
        LEVELS_WEEKS[k - 1] + (LEVELS_WEEKS[k] - LEVELS_WEEKS[k - 1]) * (above - level) / (above - below)
    }

    /// As one basket, on top of what is held so far.
    fn basket(&mut self, wanted: &Wanted) -> Sized {
        let mean = &self.scopes.mean;
        let members: Vec<usize> =
            (0..self.asked.needs.len()).filter(|i| wanted.needs.contains(&self.asked.needs[*i])).collect();
        let slot: Vec<Option<usize>> =
            (0..self.asked.needs.len()).map(|i| members.iter().position(|m| *m == i)).collect();
        let need = |i: &usize| self.asked.needs[*i];
        let price = |n: NeedIx| self.tender.needs[n].reference_price.map(|p| p.to_f64()).filter(|p| *p > 0.0);
        // As the report on the scope adds up its needs.
        let in_money = members.len() > 1 && members.iter().all(|i| price(need(i)).is_some());
        let week = |i: &usize| if in_money { price(need(i)).unwrap_or(1.0) * mean[need(i).ix()] } else { 1.0 };
        let whole: f64 = members.iter().map(week).sum();
        let most = |i: &usize| self.costs.ceiling(need(i)).min(LEVELS_WEEKS[LEVELS_WEEKS.len() - 1]);
        let basket = Basket {
            replications: self.asked.replications(),
            paths: self.asked.paths.iter().filter(|p| slot[p.need].is_some()).collect(),
            slot: &slot,
            weight: members.iter().map(|i| week(i) / whole).collect(),
            cost: members.iter().map(|i| self.costs.unit_price[need(i).ix()] * mean[need(i).ix()]).collect(),
            least: members.iter().map(|i| self.sizes[*i].weeks).collect(),
            most: members.iter().map(|i| most(i).max(self.sizes[*i].weeks)).collect(),
        };
        let n = self.asked.replications();
        let mut too_small = false;
        let sized = match wanted.target.metric {
            TargetMetric::PStockout => {
                let rank = upper_quantile_rank(n as u64, 1.0 - wanted.target.level, wanted.target.confidence);
                too_small = rank.is_none();
                let required: Vec<Vec<f64>> = members.iter().map(|i| self.asked.column(*i)).collect();
                basket.for_any(&required, n - rank.unwrap_or(n))
            }
            TargetMetric::Cvar => basket.for_cvar(wanted.target.level, wanted.z()),
            _ => basket.for_mean(wanted.weeks_allowed(self.asked.horizon_weeks), wanted.z()),
        };
        for (i, weeks) in members.iter().zip(&sized.weeks) {
            let asks = if *weeks > self.sizes[*i].weeks { *weeks } else { 0.0 };
            self.raise(*i, asks, too_small);
        }
        if !sized.kept {
            members.iter().for_each(|i| self.sizes[*i].required = f64::INFINITY);
        }
        sized
    }
}

/// Raises what misses its level on the sizing paths; gives the number of rounds.
fn correct(
    tender: &Tender,
    award: &Award,
    scenery: &Scenery,
    sizes: &mut [Size],
    (wanted, costs): (&[Wanted], &Costs),
    options: &Options<'_>,
    watch: Watch<'_>,
) -> Result<u32, StressError> {
    if wanted.iter().all(|w| w.target.metric == TargetMetric::Hold) {
        return Ok(0);
    }
    for round in 0..CORRECTIONS {
        let plan = ReservePlan::of_weeks(tender, sizes.iter().map(|s| (s.need, s.weeks)));
        let model = Model::new(tender, award, scenery, Some(&plan));
        let run = Run { tender, award, scenery, model: &model, seed: options.seed, metrics: Metrics::Scalars };
        let report = run.report(&run.live(options.replications, "sizing paths, with plan", watch)?)?;
        let n = report.replications;
        let misses = |need: NeedIx| {
            wanted.iter().filter(|w| w.target.metric != TargetMetric::Hold && w.needs.contains(&need)).any(|w| {
                let scope = if w.target.of_basket() { w.scope(&report) } else { &report.needs[need.ix()] };
                w.missed(&limited(w.target.metric, scope), n)
            })
        };
        let mut raised = false;
        for s in sizes.iter_mut() {
            let more = (s.weeks * 1.1 + 0.25).min(costs.ceiling(s.need));
            if more > s.weeks && misses(s.need) {
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
        (before, after): (&StressReport, &StressReport),
        marginal: f64,
        wanted: &[Wanted],
        outcomes: &[TargetOutcome],
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
            marginal,
            closed_form: None,
            verdict: wanted
                .iter()
                .zip(outcomes)
                .filter(|(w, _)| w.needs.contains(&self.need))
                .map(|(w, outcome)| match w.target.metric {
                    TargetMetric::Hold if self.weeks < w.target.level - 1e-9 => Verdict::NotMet,
                    TargetMetric::Hold => Verdict::Met,
                    _ if w.target.of_basket() => outcome.verdict,
                    metric => w.verdict(&limited(metric, &after.needs[i])),
                })
                .fold(Verdict::Met, Verdict::worse),
        }
    }
}
