//! The stress report: plain figures, each with its uncertainty.

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx, NodeIx};

use super::attribution::{NodeTail, attribution};
use super::clauses::{ClauseReport, clause_report};
use super::contribution::{Contributions, contributions};
use super::estimate::{Estimate, mean, proportion};
use super::exact::ExactSum;
use super::exceedance::{Exceedance, exceedance};
use super::fan::{Fan, NeedFan};
use super::inventory::{NeedInventory, SUMS, inventory};
use super::scope::{Scope, Scopes, Weighted, Weighting};
use super::summary::{Failure, Summary};
use super::tail::{Tail, tail_of};
use crate::kernel::Model;

/// Worst replications listed.
const WORST: usize = 10;
/// Columns of the summary that are read together: as many as fill a line of memory.
const TOGETHER: usize = 8;

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
    /// Patients who go without, over needs that state patients per unit; `None` if none does.
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

/// Unmet demand in money: shortage cost, else reference price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MoneyAtRisk {
    /// Mean.
    pub unmet: Estimate,
    /// Its tail.
    pub tail: Tail,
}

/// One week, all needs together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeekReport {
    /// Chance that some need has a stockout in it.
    pub p_stockout: Estimate,
    /// Mean unmet demand, weeks of mean demand.
    pub unmet_weeks: f64,
}

/// What a stress test found.
#[derive(Debug, Clone, PartialEq)]
pub struct StressReport {
    /// Replications, those that failed among them.
    pub replications: u64,
    /// Replications without a result. Intervals count them as if nothing, and as if everything, had gone unmet.
    pub failed: Vec<(u64, Failure)>,
    /// Seed.
    pub seed: u64,
    /// Weeks lived through in each.
    pub horizon_weeks: u32,
    /// Each need, in order.
    pub needs: Vec<ScopeReport>,
    /// Each class of criticality, most critical first.
    pub criticality: Vec<ScopeReport>,
    /// Each site, if there are several.
    pub sites: Vec<ScopeReport>,
    /// All needs.
    pub total: ScopeReport,
    /// All needs in money; `None` if a need states neither shortage cost nor reference price.
    pub money: Option<MoneyAtRisk>,
    /// Each week.
    pub weeks: Vec<WeekReport>,
    /// Who makes up the CVaR of total shortage.
    pub contributions: Contributions,
    /// Weekly bands of each need; empty where only scalars were asked for.
    pub fans: Vec<NeedFan>,
    /// Stock of each need, over the replications that have a result; empty where only scalars were asked for.
    pub inventory: Vec<NeedInventory>,
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

/// Everything that a summary says. `volumes` are those behind the struck nodes.
pub fn report(
    tender: &Tender,
    scopes: &Scopes,
    (nodes, volumes): (&[NodeIx], &[f64]),
    summary: &Summary,
    fan: Option<&Fan>,
    model: &Model,
    (seed, horizon_weeks): (u64, u32),
) -> StressReport {
    let view = View { scopes, summary, horizon: f64::from(horizon_weeks) };
    let mut reports: Vec<ScopeReport> = Vec::with_capacity(scopes.list.len());
    for first in (0..scopes.list.len()).step_by(TOGETHER) {
        let columns = summary.columns(scopes, first..(first + TOGETHER).min(scopes.list.len()));
        reports.extend(columns.iter().enumerate().map(|(i, column)| view.scope(first + i, column)));
    }
    // Steps may be days.
    reports.iter_mut().for_each(|r| r.weeks_short /= f64::from(model.per_week));
    // The total stands last by construction.
    let last = scopes.list.len() - 1;
    let in_weeks = |x: &f64| if scopes.list[last].week > 0.0 { x / scopes.list[last].week } else { 0.0 };
    let total_column: Vec<f64> = summary.unmet.iter().skip(last).step_by(scopes.width()).map(in_weeks).collect();
    let total = reports.remove(last);
    let sites = reports.iter().position(|r| matches!(r.scope, Scope::Site(_))).map_or(reports.len(), |s| s);
    let sites = reports.split_off(sites);
    let criticality = reports.split_off(scopes.mean.len());
    let n = summary.lived();
    let weekly = |need: usize, w: usize, kind: usize| {
        summary.weekly[(w * scopes.mean.len() + need) * 2 + kind].value() / n.max(1) as f64
    };
    let band = |fan: &Fan, x: NeedIx| fan.need(x, x.ix(), n, |w, k| weekly(x.ix(), w, k));
    let fans = fan.map(|fan| tender.needs.indexes().map(|x| band(fan, x)).collect()).unwrap_or_default();
    let stock =
        |(x, sums): (NeedIx, &[ExactSum])| inventory(x, sums, n, (model.weeks, model.per_week), model.counts_orders());
    let stock = match fan {
        Some(_) => tender.needs.indexes().zip(summary.inventory.chunks_exact(SUMS)).map(stock).collect(),
        None => Vec::new(),
    };
    let mut worst: Vec<WorstReplication> = total_column
        .iter()
        .enumerate()
        .filter(|(_, x)| !x.is_nan())
        .map(|(r, x)| WorstReplication { replication: summary.range.start + r as u64, shortage_weeks: *x })
        .collect();
    worst.sort_by(|a, b| b.shortage_weeks.total_cmp(&a.shortage_weeks).then(a.replication.cmp(&b.replication)));
    worst.truncate(WORST);
    let week = |(out, unmet): (&u64, &ExactSum)| WeekReport {
        p_stockout: view.chance(*out),
        unmet_weeks: in_weeks(&unmet.value()) / n.max(1) as f64,
    };
    StressReport {
        replications: summary.replications(),
        failed: summary.failed.clone(),
        seed,
        horizon_weeks,
        needs: reports,
        criticality,
        sites,
        fans,
        inventory: stock,
        money: scopes.beside(Scope::Total, Weighting::Money).map(|c| view.money(c)),
        weeks: summary.out_in_week.iter().zip(&summary.unmet_in_week).map(week).collect(),
        contributions: contributions(scopes, summary, nodes, volumes),
        attribution: attribution(nodes, &summary.down, &total_column, total.tail_weeks.var95.value),
        worst,
        failure_to_supply: clause_report(&model.clauses, summary),
        pooled_stock: model.has_pools(),
        relative_half_width: relative_half_width(&total.unmet_units),
        total,
    }
}

/// A summary as estimates. Replications that failed widen every interval: its ends are those of the sample in which nothing went
/// unmet in them, and of the one in which everything did.
struct View<'a> {
    scopes: &'a Scopes,
    summary: &'a Summary,
    /// Weeks.
    horizon: f64,
}

impl View<'_> {
    fn failed(&self) -> usize {
        self.summary.failed.len()
    }

    /// The column with so much in the replications that failed.
    fn with(&self, column: &[f64], filled: f64) -> Vec<f64> {
        column.iter().copied().chain(std::iter::repeat_n(filled, self.failed())).collect()
    }

    /// An estimate of a column; `most` is what goes unmet if everything does.
    fn estimate<T>(&self, column: &[f64], most: f64, of: impl Fn(&[f64]) -> T, join: impl Fn(T, T, T) -> T) -> T {
        if self.failed() == 0 {
            return of(column);
        }
        join(of(column), of(&self.with(column, 0.0)), of(&self.with(column, most)))
    }

    fn mean(&self, column: &[f64], most: f64) -> Estimate {
        self.estimate(column, most, mean, between)
    }

    fn tail(&self, column: &[f64], most: f64) -> Tail {
        self.estimate(
            column,
            most,
            |column| tail_of(&mut column.to_vec()),
            |value, best, worst| Tail {
                var95: between(value.var95, best.var95, worst.var95),
                cvar95: between(value.cvar95, best.cvar95, worst.cvar95),
            },
        )
    }

    fn chance(&self, events: u64) -> Estimate {
        let n = self.summary.replications();
        match self.failed() as u64 {
            0 => proportion(events, n),
            f => between(proportion(events, n - f), proportion(events, n), proportion(events + f, n)),
        }
    }

    fn money(&self, column: usize) -> MoneyAtRisk {
        let most = self.scopes.beside[column - self.scopes.list.len()].week * self.horizon;
        let sample = self.summary.column(self.scopes, column);
        MoneyAtRisk { unmet: self.mean(&sample, most), tail: self.tail(&sample, most) }
    }

    fn scope(&self, s: usize, column: &[f64]) -> ScopeReport {
        let (scopes, summary) = (self.scopes, self.summary);
        let scope: &Weighted = &scopes.list[s];
        let (most, n) = (scope.week * self.horizon, summary.lived().max(1) as f64);
        let unmet = self.mean(column, most);
        let tail_units = self.tail(column, most);
        let by_need = |sums: &[ExactSum]| scope.needs.iter().map(|(i, w)| w * sums[*i].value()).sum::<f64>() / n;
        // A site's part of what is only known by need: its part of the need's mean demand.
        let part = match scope.cells.is_empty() {
            true => 1.0,
            false => {
                scope.week / scope.needs.iter().map(|(i, w)| w * scopes.mean[*i]).sum::<f64>().max(f64::MIN_POSITIVE)
            }
        };
        let demand = by_need(&summary.demand) * part;
        let per_week = if scope.week > 0.0 { 1.0 / scope.week } else { 0.0 };
        let filled = |x: f64| if demand > 0.0 { 1.0 - x / demand } else { 1.0 };
        let exceedance = match scope.scope {
            Scope::Need(_) | Scope::Site(_) => Vec::new(),
            _ => {
                let mut weeks: Vec<f64> = column.iter().map(|x| x * per_week).collect();
                weeks.sort_by(f64::total_cmp);
                exceedance(&weeks)
            }
        };
        let patients = scopes.beside(scope.scope, Weighting::Patients).map(|c| {
            let most = scopes.beside[c - scopes.list.len()].week * self.horizon;
            self.mean(&summary.column(scopes, c), most)
        });
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
            p_stockout: self.chance(summary.stockouts[s]),
            weeks_short: summary.weeks_short[s] as f64 / n,
            tail_units,
            tail_weeks: tail_units.times(per_week),
            patients,
            saved_units: by_need(&summary.saved) * part,
            reserve_drawn_units: by_need(&summary.drawn) * part,
            exceedance,
        }
    }
}

/// An estimate whose interval reaches from the low end of the one to the high end of the other.
fn between(value: Estimate, best: Estimate, worst: Estimate) -> Estimate {
    Estimate {
        value: value.value,
        standard_error: value.standard_error.max(best.standard_error).max(worst.standard_error),
        low: value.low.min(best.low),
        high: value.high.max(worst.high),
    }
}
