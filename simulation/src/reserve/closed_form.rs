//! What theory says beside a sampled reserve, for a need that hangs on one process, all of it or nothing, with memoryless times.
//!
//! Let N_w be how many weeks in a row, week w the last of them, nothing at all could be shipped. If what is missing is refilled within the
//! first week of supply, stock of x weeks (working stock and reserve) leaves min(1, (N_w − x)⁺) of week w's demand unmet. N is a Markov
//! chain together with the state at the end of the week:
//!
//! * up and down geometric on whole weeks with chances a, b: a week down is followed by another with 1 − b, a week up by one down with a;
//! * exponential with means u, m: from down, down for all of the next week with e^(−1/m), down again at its end with
//!   q + (1 − q) e^(−1/u − 1/m), q = m ÷ (u + m); from up, down at its end with q (1 − e^(−1/u − 1/m)).
//!
//! The chain is followed over the horizon: P(stockout) and expected unmet demand are exact, not sampled. In the long run
//! P(N > n) = q (1 − b)^n, or q e^(−(n + 1)/m). With a shortage cost p and holding cost h a week, both per unit, the weeks of stock of least
//! cost are the least n with P(N ≤ n) ≥ p ÷ (p + h) where unmet demand waits and each week of it costs p (Güllü 1997; Tomlin 2006), and the
//! least n with p P(N = n + 1) ≤ h P(N ≤ n) where it is lost.
//!
//! Where `headroom` limits the refill more stock is needed than this: the figures are lower bounds.

use ballast_domain::index::{Ix, NeedIx, NodeIx};
use ballast_domain::pack::{Hazard, Initial, Law, Recovery, Shock, StepLength};
use ballast_domain::tender::Ordering;
use ballast_domain::{Award, Pack, Tender};
use std::collections::BTreeSet;

use super::cost::Costs;
use super::size::Wanted;
use super::target::TargetMetric;
use crate::exposure::{Network, two_states};
use crate::metric::STOCKOUT;

/// Refill counts as at once where headroom is so many times what is missing: parts of weeks are supply, too.
const PARTS_OF_WEEKS: f64 = 100.0;

/// A need's reserve by theory.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedForm {
    /// The hazard that all of the need hangs on.
    pub hazard: String,
    /// Weeks of reserve that keep the targets on this need alone, without a margin for sampling; `None` where none can be read off.
    pub weeks: Option<f64>,
    /// Chance of a stockout with the plan.
    pub p_stockout: f64,
    /// Expected unmet demand with the plan, weeks.
    pub unmet_weeks: f64,
    /// Weeks of reserve of least long-run cost; `None` where the need states no shortage cost or stock costs nothing.
    pub least_cost_weeks: Option<f64>,
    /// True if headroom limits the refill, so that all figures are lower bounds.
    pub lower_bound: bool,
}

/// The process as a chain of weeks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Chain {
    /// Down on the first day.
    start: f64,
    /// From down: a whole week down and down after it; and up after it.
    on: f64,
    ends: f64,
    /// From down: supply in the week, and down after it.
    broken: f64,
    /// From up: down after the week.
    strikes: f64,
    /// P(N > n) = tail × ratioⁿ in the long run.
    tail: f64,
    ratio: f64,
    /// True if supply comes in whole weeks only.
    whole_weeks: bool,
}

impl Chain {
    fn new(hazard: &Hazard, initial: Initial) -> Option<Self> {
        let chain = match (&hazard.up, &hazard.down) {
            (Law::Geometric { chance: a }, Law::Geometric { chance: b }) => {
                let down = a / (a + b);
                Self {
                    start: down,
                    on: 1.0 - b,
                    ends: *b,
                    broken: 0.0,
                    strikes: *a,
                    tail: down,
                    ratio: 1.0 - b,
                    whole_weeks: true,
                }
            }
            (Law::Exponential { mean: u }, Law::Exponential { mean: m }) => {
                let (down, forgets, on) = (m / (u + m), (-1.0 / u - 1.0 / m).exp(), (-1.0 / m).exp());
                Self {
                    start: down,
                    on,
                    ends: 0.0,
                    broken: down + (1.0 - down) * forgets - on,
                    strikes: down * (1.0 - forgets),
                    tail: down * on,
                    ratio: on,
                    whole_weeks: false,
                }
            }
            _ => return None,
        };
        Some(if initial == Initial::Up { Self { start: 0.0, ..chain } } else { chain })
    }

    /// Follows the chain over so many weeks; `visit` sees P(N = n) of each week by n and may take some of it away.
    fn follow(&self, weeks: usize, mut visit: impl FnMut(&mut [f64], &mut [f64])) {
        let (mut down, mut up) = (vec![0.0; weeks + 1], vec![0.0; weeks + 1]);
        (down[0], up[0]) = (self.start, 1.0 - self.start);
        for _ in 0..weeks {
            let (all_down, all_up) = (down.iter().sum::<f64>(), up.iter().sum::<f64>());
            let (mut next_down, mut next_up) = (vec![0.0; weeks + 1], vec![0.0; weeks + 1]);
            for n in 0..weeks {
                next_down[n + 1] = down[n] * self.on;
                next_up[n + 1] = down[n] * self.ends;
            }
            next_down[0] = all_down * self.broken + all_up * self.strikes;
            next_up[0] = all_down * (1.0 - self.on - self.ends - self.broken) + all_up * (1.0 - self.strikes);
            (down, up) = (next_down, next_up);
            visit(&mut down, &mut up);
        }
    }

    /// Expected unmet demand over the horizon with stock of `x` weeks, weeks.
    fn unmet(&self, weeks: usize, x: f64) -> f64 {
        let mut sum = 0.0;
        self.follow(weeks, |down, up| {
            let part = |(n, p): (usize, f64)| p * (n as f64 - x).clamp(0.0, 1.0);
            sum += down.iter().zip(up.iter()).map(|(d, u)| d + u).enumerate().map(part).sum::<f64>();
        });
        sum
    }

    /// Chance of a stockout over the horizon with stock of `x` weeks.
    fn stockout(&self, weeks: usize, x: f64) -> f64 {
        let lasts = (x + STOCKOUT).floor() as usize;
        let mut out = 0.0;
        self.follow(weeks, |down, up| {
            for p in down.iter_mut().skip(lasts + 1).chain(up.iter_mut().skip(lasts + 1)) {
                out += std::mem::take(p);
            }
        });
        out
    }

    /// Least weeks of stock at which a target holds; `None` if theory does not know its metric.
    fn least(&self, weeks: usize, wanted: &Wanted) -> Option<f64> {
        match wanted.target.metric {
            TargetMetric::PStockout => {
                let keeps = |n: &usize| self.stockout(weeks, *n as f64) <= wanted.target.level;
                (0..=weeks).find(keeps).map(|n| n as f64)
            }
            TargetMetric::Unmet | TargetMetric::Fill => {
                let level = wanted.weeks_allowed(weeks as f64);
                let n = (0..=weeks).find(|n| self.unmet(weeks, *n as f64) <= level)?;
                let Some(before) = n.checked_sub(1) else { return Some(0.0) };
                // A straight line between whole weeks.
                let (above, below) = (self.unmet(weeks, before as f64), self.unmet(weeks, n as f64));
                Some(before as f64 + (above - level) / (above - below))
            }
            TargetMetric::Cvar | TargetMetric::Hold => None,
        }
    }

    /// Weeks of stock of least long-run cost.
    fn cheapest(&self, shortage: f64, holding: f64, waits: bool) -> f64 {
        let beyond = |n: i32| self.tail * self.ratio.powi(n);
        let enough = |n: &i32| match waits {
            true => 1.0 - beyond(*n) >= shortage / (shortage + holding),
            false => shortage * (beyond(*n) - beyond(n + 1)) <= holding * (1.0 - beyond(*n)),
        };
        f64::from((0..5_200).find(enough).unwrap_or(5_200))
    }
}

/// The theory of a pack's needs.
pub(super) struct Theory<'a> {
    tender: &'a Tender,
    pack: &'a Pack,
    network: Network,
    /// Nodes that each hazard strikes, and all that events and relief name.
    struck: Vec<BTreeSet<NodeIx>>,
    scripted: BTreeSet<NodeIx>,
}

impl<'a> Theory<'a> {
    /// `None` where the pack has something in it that theory does not know.
    pub fn new(tender: &'a Tender, award: &'a Award, pack: &'a Pack) -> Option<Self> {
        let plain = pack.step == StepLength::Week
            && pack.copulas.is_empty()
            && pack.spot.is_none()
            && pack.release.is_none()
            && pack.demand.is_empty()
            && pack.demand_laws.is_empty()
            && tender.places.iter().all(|p| p.stock.is_empty());
        let nodes = |list: &mut dyn Iterator<Item = &ballast_domain::pack::NodeSelector>| -> BTreeSet<NodeIx> {
            list.flat_map(|s| tender.factor_map.select(s)).collect()
        };
        plain.then(|| Self {
            tender,
            pack,
            network: Network::new(tender, award, None),
            struck: pack.hazards.iter().map(|h| nodes(&mut h.nodes.iter())).collect(),
            scripted: nodes(
                &mut pack.events.iter().flat_map(|e| &e.nodes).chain(pack.relief.iter().flat_map(|r| &r.nodes)),
            ),
        })
    }

    /// The one hazard behind all of a need.
    fn hazard(&self, need: NeedIx) -> Option<&Hazard> {
        let flows = self.network.flows.iter().filter(|f| self.network.need[f.cell] == need.ix() && f.weekly > 0.0);
        let mut found: BTreeSet<(usize, Option<NodeIx>)> = BTreeSet::new();
        for flow in flows {
            if flow.lead > 0.0 || flow.chain.iter().any(|n| self.scripted.contains(n)) {
                return None;
            }
            let of_hazard = |(h, struck): (usize, &BTreeSet<NodeIx>)| {
                let common = self.pack.hazards[h].common;
                let met = flow.chain.iter().filter(|n| struck.contains(n));
                met.map(|n| (h, (!common).then_some(*n))).collect::<Vec<_>>()
            };
            let met: Vec<_> = self.struck.iter().enumerate().flat_map(of_hazard).collect();
            found.extend(&met);
            if met.is_empty() || found.len() > 1 {
                return None;
            }
        }
        found.first().map(|(h, _)| &self.pack.hazards[*h])
    }

    /// What theory says of a need whose plan holds so many weeks of reserve.
    pub fn of(&self, need: NeedIx, held: f64, wanted: &[Wanted], costs: &Costs) -> Option<ClosedForm> {
        let hazard = self
            .hazard(need)
            .filter(|h| two_states(h) && h.recovery == Recovery::Step && h.shock == Shock::default())?;
        let chain = Chain::new(hazard, self.pack.initial)?;
        let cells: Vec<_> = self.tender.cells.enumerate().filter(|(_, c)| c.need == need).collect();
        let first = &self.tender.policies[cells.first()?.0];
        let working = first.working_stock_weeks;
        let ordinary = cells.iter().all(|(ix, cell)| {
            let (policy, mean) = (&self.tender.policies[*ix], cell.quantity.to_f64() / 52.0);
            policy.ordering == Ordering::Cover
                && policy.review_weeks <= 1.0
                && policy.working_stock_weeks == working
                && cell.range.is_none()
                && cell.weekly_cv.to_f64() == 0.0
                && self.network.demand[ix.ix()] >= mean * (1.0 - 1e-9)
        });
        let helped = self.tender.equivalences.iter().any(|e| e.need == need);
        if !ordinary || helped {
            return None;
        }
        let horizon = self.pack.horizon_weeks as usize;
        let alone = wanted.iter().filter(|w| w.needs.contains(&need) && (!w.target.of_basket() || w.needs.len() == 1));
        let least = alone.filter_map(|w| chain.least(horizon, w)).map(|x| (x - working).max(0.0)).reduce(f64::max);
        let stock = working + held;
        let shortage = self.tender.needs[need].shortage_cost.map(|c| c.to_f64());
        let holding = costs.unit_price[need.ix()] * costs.yearly_rate / 52.0;
        let waits = self.tender.needs[need].backlog >= 1.0;
        let headroom = cells.iter().map(|(ix, _)| self.tender.policies[*ix].headroom).fold(f64::INFINITY, f64::min);
        let enough = (1.0 + stock) * if chain.whole_weeks { 1.0 } else { PARTS_OF_WEEKS };
        Some(ClosedForm {
            hazard: hazard.id.clone(),
            weeks: least,
            p_stockout: chain.stockout(horizon, stock),
            unmet_weeks: chain.unmet(horizon, stock),
            least_cost_weeks: shortage
                .filter(|p| *p > 0.0 && holding > 0.0)
                .map(|p| (chain.cheapest(p, holding, waits) - working).max(0.0)),
            lower_bound: headroom < enough,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(up: Law, down: Law, initial: Initial) -> Chain {
        let hazard = Hazard {
            id: "x".into(),
            nodes: vec![],
            common: false,
            strikes: 1.0,
            up,
            relapse: None,
            down,
            exit: 0.0,
            capacity: 0.0,
            recovery: Recovery::Step,
            season: None,
            effect: ballast_domain::pack::Effect::Capacity,
            shock: Shock::default(),
            evidence: ballast_domain::pack::Evidence::default(),
        };
        Chain::new(&hazard, initial).unwrap()
    }

    fn geometric(a: f64, b: f64, initial: Initial) -> Chain {
        chain(Law::Geometric { chance: a }, Law::Geometric { chance: b }, initial)
    }

    #[test]
    fn two_weeks_by_hand() {
        // Up at first, down with 1/4, up again with 1/2: the first week is up, the second down with 1/4.
        let up = geometric(0.25, 0.5, Initial::Up);
        assert!((up.stockout(2, 0.0) - 0.25).abs() < 1e-15 && (up.unmet(2, 0.5) - 0.125).abs() < 1e-15);
        // In the long run down for 1/3 of the time; both weeks with 1/3 × 1/2.
        let any = geometric(0.25, 0.5, Initial::Stationary);
        assert!((any.stockout(1, 0.0) - 1.0 / 3.0).abs() < 1e-15 && (any.stockout(2, 1.0) - 1.0 / 6.0).abs() < 1e-15);
        // One of the two: 1 − P(up, up) = 1 − 2/3 × 3/4. Within 0.1 % of a week nothing counts as short.
        assert!((any.stockout(2, 0.0) - 0.5).abs() < 1e-15 && any.stockout(2, 1.9995) == 0.0);
        let memoryless = chain(Law::Exponential { mean: 30.0 }, Law::Exponential { mean: 2.0 }, Initial::Stationary);
        assert!((memoryless.stockout(1, 0.0) - (-0.5f64).exp() / 16.0).abs() < 1e-15);
        assert!((memoryless.unmet(40, 0.0) - 40.0 * (-0.5f64).exp() / 16.0).abs() < 1e-12);
    }

    #[test]
    fn the_chain_settles_at_its_long_run_law() {
        let laws = [
            geometric(0.05, 0.25, Initial::Up),
            chain(Law::Exponential { mean: 20.0 }, Law::Exponential { mean: 4.0 }, Initial::Up),
        ];
        for chain in laws {
            let mut last = Vec::new();
            chain.follow(300, |down, up| last = down.iter().zip(up.iter()).map(|(d, u)| d + u).collect());
            for n in 0..20 {
                let beyond: f64 = last.iter().skip(n + 1).sum();
                assert!((beyond - chain.tail * chain.ratio.powi(n as i32)).abs() < 1e-9, "{n}");
            }
        }
    }

    #[test]
    fn the_cheapest_stock_is_what_all_stocks_say() {
        for (a, b, shortage) in [(0.1, 0.3, 9.0), (0.02, 0.1, 40.0), (0.2, 0.6, 3.0), (0.01, 0.9, 1.5)] {
            let chain = geometric(a, b, Initial::Stationary);
            let is = |n: i32| if n == 0 { b / (a + b) } else { a * b / (a + b) * (1.0f64 - b).powi(n - 1) };
            let cost = |k: i32, waits: bool| -> f64 {
                let of = |n: i32| match n {
                    n if n <= k => f64::from(k - n),
                    n => shortage * if waits { f64::from(n - k) } else { 1.0 },
                };
                (0..2_000).map(|n| is(n) * of(n)).sum()
            };
            for waits in [true, false] {
                let best = (0..200).min_by(|x, y| cost(*x, waits).total_cmp(&cost(*y, waits))).unwrap();
                assert_eq!(chain.cheapest(shortage, 1.0, waits), f64::from(best), "{a} {b} {shortage} {waits}");
            }
        }
        // The textbook's case: three weeks beside the week's own.
        assert_eq!(geometric(0.1, 0.3, Initial::Stationary).cheapest(9.0, 1.0, true), 3.0);
    }
}
