//! Splits of what all gain together.
//!
//! By volume: member i gains v(N) · w_i / Σ w. Shapley: it gains the mean, over all orders in which the members may join, of what
//! its joining brings: Σ over S with i of (|S| − 1)! (n − |S|)! / n! · (v(S) − v(S without i)). As v is a sum over members
//! less c, that is c({i}) less the Shapley value of c: one sum Σ α_S c(S) over the sets, whose interval goes end by end with
//! the signs of α. Sampled: the mean over drawn orders, and Student's interval of 95 % beyond what the gaps leave open.
//! Shares are rounded to the cent, the residual cents go to the largest.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::exact::{Exact, exact, float, round, whole, zero};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::core::Stability;
use super::game::{Cost, Game, Set, of, singles, subset};
use crate::Interval;

/// What each set costs.
pub(super) type Costs = BTreeMap<Set, Cost>;

/// By what a split goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Proportional to volume.
    Volume,
    /// Shapley, of all sets.
    Shapley,
    /// Shapley, estimated from drawn orders.
    Sampled,
    /// Where the greatest objection of any set is least.
    LeastCore,
}

/// One member's share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// What it pays.
    pub pays: Decimal,
    /// What it gains against buying apart.
    pub gains: Decimal,
    /// What is proven of its gain; with draws, what holds in 95 of 100 studies.
    pub proven: Interval,
}

/// A split.
#[derive(Debug, Clone)]
pub struct Split {
    /// By what it goes.
    pub way: Way,
    /// Share of each member.
    pub shares: Vec<Share>,
    /// Whether any set objects.
    pub stability: Stability,
}

/// A sum Σ α_S c(S).
#[derive(Default)]
struct Sum(BTreeMap<Set, Exact>);

impl Sum {
    /// Adds α c(S): a set that buys apart costs what its members cost.
    fn add(&mut self, costs: &Costs, set: Set, alpha: &Exact) {
        match costs.get(&set) {
            Some(cost) if cost.value.is_none() => singles(set).for_each(|i| self.add(costs, of(i), alpha)),
            Some(_) => *self.0.entry(set).or_insert_with(zero) += alpha,
            None => {}
        }
    }

    /// Its value, and what is proven about that.
    fn of(&self, costs: &Costs) -> (Exact, Interval) {
        let (mut value, mut low, mut high) = (zero(), zero(), zero());
        for (set, alpha) in &self.0 {
            let Some(cost) = costs.get(set) else { continue };
            value += alpha * exact(cost.value.unwrap_or_default());
            let (least, most) = if *alpha > zero() { (cost.low, cost.high) } else { (cost.high, cost.low) };
            low += alpha * exact(least);
            high += alpha * exact(most);
        }
        (value, Interval { low: Some(round(&low, 2)), high: Some(round(&high, 2)) })
    }
}

/// What members have of the volume, and in what it is counted.
pub(super) fn volumes(game: &Game, tender: &Tender) -> (Vec<Decimal>, &'static str) {
    let cells = |i: usize| tender.cells.iter().filter(move |c| tender.sites[c.site].member == game.members[i]);
    let here = || (0..game.members.len()).flat_map(cells);
    let priced = here().all(|c| tender.reference_price(c.need).is_some());
    let one_unit =
        here().all(|c| here().next().is_some_and(|f| tender.needs[f.need].unit == tender.needs[c.need].unit));
    let sum = |weight: &dyn Fn(&ballast_domain::tender::DemandCell) -> Exact| -> Vec<Decimal> {
        (0..game.members.len()).map(|i| round(&cells(i).map(weight).sum::<Exact>(), 6).normalize()).collect()
    };
    match (priced, one_unit) {
        (true, _) => {
            let reference = |need| exact(tender.reference_price(need).unwrap_or_default());
            (sum(&|c| c.quantity.exact() * reference(c.need)), "demand at reference prices")
        }
        (false, true) => (sum(&|c| c.quantity.exact()), "need units"),
        (false, false) => {
            let alone = |i: usize| game.sets.get(&of(i)).and_then(|t| t.value).unwrap_or_default();
            ((0..game.members.len()).map(alone).collect(), "cost apart")
        }
    }
}

/// Orders in which members may join, drawn.
pub(super) fn orders(n: usize, count: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut order: Vec<usize> = (0..n).collect();
    let mut draw = || {
        order.shuffle(&mut rng);
        order.clone()
    };
    (0..count).map(|_| draw()).collect()
}

/// The sets that an order passes through.
pub(super) fn prefixes(order: &[usize]) -> Vec<Set> {
    let grow = |set: &mut Set, i: &usize| {
        *set |= of(*i);
        Some(*set)
    };
    order.iter().scan(0, grow).collect()
}

/// Proportional to volume.
pub(super) fn by_volume(costs: &Costs, n: usize, volumes: &[Decimal]) -> (Way, Vec<Share>) {
    let total = volumes.iter().map(|v| exact(*v)).sum::<Exact>();
    let part = |i: usize| if total == zero() { Exact::new(1, n as i64) } else { exact(volumes[i]) / &total };
    let gain = |i: usize| {
        let mut sum = Sum::default();
        (0..n).for_each(|j| sum.add(costs, of(j), &part(i)));
        sum.add(costs, subset(n), &-part(i));
        sum.of(costs)
    };
    (Way::Volume, shares(costs, (0..n).map(gain).collect()))
}

/// Shapley over all sets.
pub(super) fn shapley(costs: &Costs, n: usize) -> (Way, Vec<Share>) {
    let factorial = |k: usize| (1..=k).fold(whole(1), |f, i| f * whole(i as u64));
    let weight: Vec<Exact> = (1..=n).map(|s| factorial(s - 1) * factorial(n - s) / factorial(n)).collect();
    let gain = |i: usize| {
        let mut sum = Sum::default();
        sum.add(costs, of(i), &whole(1));
        for set in (1..=subset(n)).filter(|s| s & of(i) != 0) {
            let alpha = &weight[set.count_ones() as usize - 1];
            sum.add(costs, set, &-alpha);
            sum.add(costs, set & !of(i), alpha);
        }
        sum.of(costs)
    };
    (Way::Shapley, shares(costs, (0..n).map(gain).collect()))
}

/// Shapley over drawn orders.
pub(super) fn sampled(costs: &Costs, n: usize, orders: &[Vec<usize>]) -> (Way, Vec<Share>) {
    let count = orders.len();
    let brought = |order: &[usize], i: usize, alpha: &Exact, sum: &mut Sum| {
        let with = prefixes(order).into_iter().find(|s| s & of(i) != 0).unwrap_or_default();
        sum.add(costs, of(i), alpha);
        sum.add(costs, with, &-alpha);
        sum.add(costs, with & !of(i), alpha);
    };
    let student =
        StudentsT::new(0.0, 1.0, count.saturating_sub(1).max(1) as f64).map_or(f64::INFINITY, |t| t.inverse_cdf(0.975));
    let gain = |i: usize| {
        let mut mean = Sum::default();
        let mut each = Vec::new();
        for order in orders {
            brought(order, i, &Exact::new(1, count as i64), &mut mean);
            let mut one = Sum::default();
            brought(order, i, &whole(1), &mut one);
            each.push(float(&one.of(costs).0));
        }
        let (value, proven) = mean.of(costs);
        let centre = each.iter().sum::<f64>() / count as f64;
        let variance = each.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / count.saturating_sub(1).max(1) as f64;
        let half = student * (variance / count as f64).sqrt();
        let half = Decimal::from_f64(half).map_or(Decimal::MAX, |h| h.round_dp(2));
        let wider = Interval { low: proven.low.map(|l| l - half), high: proven.high.map(|h| h + half) };
        (value, wider)
    };
    (Way::Sampled, shares(costs, (0..n).map(gain).collect()))
}

/// A split stated by what each pays.
pub(super) fn stated(costs: &Costs, pays: &[Decimal]) -> (Way, Vec<Share>) {
    let share = |(i, pays): (usize, &Decimal)| {
        let alone =
            costs.get(&of(i)).map_or(Interval::default(), |c| Interval { low: Some(c.low), high: Some(c.high) });
        let value = costs.get(&of(i)).and_then(|c| c.value).unwrap_or_default();
        Share { pays: *pays, gains: value - pays, proven: alone.less(Interval::exactly(*pays)) }
    };
    (Way::LeastCore, pays.iter().enumerate().map(share).collect())
}

/// Gains as shares, to the cent: what all pay is what all cost.
fn shares(costs: &Costs, gains: Vec<(Exact, Interval)>) -> Vec<Share> {
    let alone = |i: usize| costs.get(&of(i)).and_then(|c| c.value).unwrap_or_default();
    let exact_pays: Vec<Exact> = gains.iter().enumerate().map(|(i, (gain, _))| exact(alone(i)) - gain).collect();
    let total = costs.get(&subset(gains.len())).and_then(|c| c.value).unwrap_or_default();
    let pays = to_the_cent(&exact_pays, total);
    let share =
        |(i, (_, proven)): (usize, (Exact, Interval))| Share { pays: pays[i], gains: alone(i) - pays[i], proven };
    gains.into_iter().enumerate().map(share).collect()
}

/// Amounts rounded to the cent so that they make the total, the residual cents with the largest.
pub(super) fn to_the_cent(amounts: &[Exact], total: Decimal) -> Vec<Decimal> {
    let mut rounded: Vec<Decimal> = amounts.iter().map(|a| round(a, 2)).collect();
    let left = total - rounded.iter().sum::<Decimal>();
    let largest = (0..rounded.len()).max_by_key(|i| (rounded[*i], std::cmp::Reverse(*i)));
    if let Some(largest) = largest {
        rounded[largest] += left;
    }
    rounded
}
