//! The stress report: plain figures, each with its uncertainty.

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx, NodeIx};

use super::attribution::{NodeTail, attribution};
use super::block::Block;
use super::clauses::{ClauseReport, clause_report};
use super::estimate::{Estimate, mean, proportion};
use super::exceedance::{Exceedance, exceedance};
use super::fan::{Fan, NeedFan};
use super::scope::{Scope, Scopes, Weighted, Weighting};
use super::tail::{Tail, tail};
use crate::kernel::Model;

/// Worst replications listed.
const WORST: usize = 10;

/// What happened to one scope over the horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopeReport {
    /// What it speaks of.
    pub scope: Scope,
    /// Unit of `unmet_units` and `tail_units`.
    pub weighting: Weighting,
    /// Unmet demand over the horizon, mean of replications.
    pub unmet_units: Estimate,
    /// The same in weeks of mean demand.
    pub unmet_weeks: Estimate,
    /// Part of demand served, 0 to 1; the interval comes from that of unmet demand.
    pub fill_rate: Estimate,
    /// Chance that in some week more than 0.1 % of the demand of some need of the scope goes unmet.
    pub p_stockout: Estimate,
    /// Weeks with a stockout of some need of the scope, mean of replications.
    pub weeks_short: f64,
    /// Tail of unmet demand.
    pub tail_units: Tail,
    /// The same in weeks of mean demand.
    pub tail_weeks: Tail,
    /// Patients who go without, mean, over needs that state patients per unit; `None` if none does.
    pub patients: Option<Estimate>,
    /// Demand saved by conservation, in the scope's unit, mean; apart from unmet demand.
    pub saved_units: f64,
    /// Drawn from sites' own reserves, in the scope's unit, mean.
    pub reserve_drawn_units: f64,
    /// P(shortage > x); empty for single needs.
    pub exceedance: Vec<Exceedance>,
}

/// A replication worth replaying.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorstReplication {
    /// Its number.
    pub replication: u64,
    /// Total shortage, weeks of mean demand.
    pub shortage_weeks: f64,
}

/// What a stress test found.
#[derive(Debug, Clone, PartialEq)]
pub struct StressReport {
    /// Replications.
    pub replications: u64,
    /// Seed.
    pub seed: u64,
    /// Weeks lived through in each.
    pub horizon_weeks: u32,
    /// Each need, in order.
    pub needs: Vec<ScopeReport>,
    /// Each class of criticality, most critical first.
    pub criticality: Vec<ScopeReport>,
    /// All needs.
    pub total: ScopeReport,
    /// Weekly bands of each need.
    pub fans: Vec<NeedFan>,
    /// Nodes by their part in the tail of total shortage.
    pub attribution: Vec<NodeTail>,
    /// Largest total shortage first.
    pub worst: Vec<WorstReplication>,
    /// Clauses on failure to supply; `None` if no awarded offer has one.
    pub failure_to_supply: Option<ClauseReport>,
    /// True if stock at a centre or vendor was at every site's disposal.
    pub pooled_stock: bool,
    /// Relative half width of the 95 % interval of mean total unmet demand; 0 if nothing was ever unmet.
    pub relative_half_width: f64,
}

/// Half width of a mean's interval relative to it.
pub fn relative_half_width(e: &Estimate) -> f64 {
    if e.value > 0.0 { (e.high - e.low) / 2.0 / e.value } else { 0.0 }
}

/// Everything that merged blocks say.
pub fn report(
    tender: &Tender,
    scopes: &Scopes,
    nodes: &[NodeIx],
    block: &Block,
    fan: &Fan,
    model: &Model,
    (seed, horizon_weeks): (u64, u32),
) -> StressReport {
    let all = scopes.list.len();
    let n = block.unmet.len() / all;
    let column = |s: usize| -> Vec<f64> { block.unmet.iter().skip(s).step_by(all).copied().collect() };
    let means: Vec<Estimate> = (0..scopes.mean.len()).map(|s| mean(&column(s))).collect();
    let one = |(s, scope): (usize, &Weighted)| scope_report(tender, scope, s, column(s), block, &means, n);
    let mut reports: Vec<ScopeReport> = scopes.list.iter().enumerate().map(one).collect();
    // Steps may be days.
    reports.iter_mut().for_each(|r| r.weeks_short /= f64::from(model.per_week));
    // The total stands last by construction.
    let total_column: Vec<f64> = column(all - 1).into_iter().map(|x| in_weeks(x, &scopes.list[all - 1])).collect();
    let total = reports.remove(all - 1);
    let criticality = reports.split_off(scopes.mean.len());
    let weekly =
        |need: usize, w: usize, kind: usize| block.weekly[(w * scopes.mean.len() + need) * 2 + kind] / n as f64;
    let fans =
        tender.needs.indexes().map(|x: NeedIx| fan.need(x, x.ix(), n as u64, |w, k| weekly(x.ix(), w, k))).collect();
    let mut worst: Vec<WorstReplication> = total_column
        .iter()
        .enumerate()
        .map(|(r, x)| WorstReplication { replication: r as u64, shortage_weeks: *x })
        .collect();
    worst.sort_by(|a, b| b.shortage_weeks.total_cmp(&a.shortage_weeks).then(a.replication.cmp(&b.replication)));
    worst.truncate(WORST);
    StressReport {
        replications: n as u64,
        seed,
        horizon_weeks,
        needs: reports,
        criticality,
        fans,
        attribution: attribution(nodes, &block.down, &total_column, total.tail_weeks.var95.value),
        worst,
        failure_to_supply: clause_report(&model.clauses, block),
        pooled_stock: model.has_pools(),
        relative_half_width: relative_half_width(&total.unmet_units),
        total,
    }
}

fn in_weeks(units: f64, scope: &Weighted) -> f64 {
    if scope.week > 0.0 { units / scope.week } else { 0.0 }
}

fn scope_report(
    tender: &Tender,
    scope: &Weighted,
    s: usize,
    mut column: Vec<f64>,
    block: &Block,
    means: &[Estimate],
    n: usize,
) -> ScopeReport {
    let unmet = mean(&column);
    column.sort_by(f64::total_cmp);
    let tail_units = tail(&column);
    let weighted = |by_need: &[f64]| scope.needs.iter().map(|(i, w)| w * by_need[*i]).sum::<f64>() / n as f64;
    let demand = weighted(&block.demand);
    let per_week = if scope.week > 0.0 { 1.0 / scope.week } else { 0.0 };
    let filled = |x: f64| if demand > 0.0 { 1.0 - x / demand } else { 1.0 };
    let exceedance = match scope.scope {
        Scope::Need(_) => Vec::new(),
        _ => exceedance(&column.iter().map(|x| x * per_week).collect::<Vec<f64>>()),
    };
    ScopeReport {
        scope: scope.scope,
        weighting: scope.weighting,
        unmet_units: unmet,
        unmet_weeks: unmet.times(per_week),
        fill_rate: Estimate {
            value: filled(unmet.value),
            standard_error: if demand > 0.0 { unmet.standard_error / demand } else { 0.0 },
            low: filled(unmet.high),
            high: filled(unmet.low).min(1.0),
        },
        p_stockout: proportion(block.stockouts[s], n as u64),
        weeks_short: block.weeks_short[s] as f64 / n as f64,
        tail_units,
        tail_weeks: tail_units.times(per_week),
        patients: patients(tender, scope, means),
        saved_units: weighted(&block.saved),
        reserve_drawn_units: weighted(&block.drawn),
        exceedance,
    }
}

/// Patients: Σ unmet × patients per unit. Needs run short together, so the ends of the intervals are added as they are.
fn patients(tender: &Tender, scope: &Weighted, means: &[Estimate]) -> Option<Estimate> {
    let parts: Vec<Estimate> = scope
        .needs
        .iter()
        .filter_map(|(i, _)| Some(means[*i].times(tender.needs[NeedIx::new(*i)].patients_per_unit?.to_f64())))
        .collect();
    let sum = |f: fn(&Estimate) -> f64| parts.iter().map(f).sum();
    (!parts.is_empty()).then(|| Estimate {
        value: sum(|e| e.value),
        standard_error: sum(|e| e.standard_error),
        low: sum(|e| e.low),
        high: sum(|e| e.high),
    })
}
