//! Euler contributions: who makes up the CVaR of total shortage.
//!
//! CVaR is positively homogeneous, so with X = Σ_i X_i the parts C_i = Σ_r w_r X_i,r add up to CVaR(X) (Tasche 1999). w_r is 1 ÷ (n (1 − β)) above
//! VaR; replications at VaR share what is left of the weight 1, those below have none. For needs and sites X_i is their own part of the
//! shortage. A shortage has no single cause, so for nodes it is a convention: X_r is shared among the nodes that were struck in r in
//! proportion to the volume behind them; where none was, it is demand's.

use ballast_domain::factor_map::FactorMap;
use ballast_domain::index::{Ix, NodeIx};
use ballast_domain::{Award, Tender};

use super::scope::{Scope, Scopes};
use super::summary::Summary;
use super::tail::BETA;

/// A part of CVaR 95, weeks of mean demand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution<T> {
    /// Whose.
    pub of: T,
    /// Weeks of mean demand of all needs.
    pub weeks: f64,
}

/// The parts of CVaR 95 of total shortage, three times over; each list adds up to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Contributions {
    /// By need.
    pub needs: Vec<Contribution<Scope>>,
    /// By site, if there are several and all are weighted as the total.
    pub sites: Vec<Contribution<Scope>>,
    /// By struck node; `None` is demand, where no node was struck.
    pub nodes: Vec<Contribution<Option<NodeIx>>>,
}

/// Weekly volume behind each node, weighted as the total.
pub fn volumes(tender: &Tender, award: &Award, scopes: &Scopes, nodes: &[NodeIx]) -> Vec<f64> {
    let map: &FactorMap = &tender.factor_map;
    let mut weight = vec![0.0; scopes.mean.len()];
    scopes.list.last().into_iter().flat_map(|t| &t.needs).for_each(|(n, w)| weight[*n] = *w);
    let mut behind = vec![0.0; map.nodes.len()];
    for line in &award.lines {
        let c = &tender.candidates[line.candidate];
        for branch in &map.branches[c.product] {
            let volume = line.used.to_f64() / 52.0 * branch.split * weight[c.need.ix()];
            branch.chain.iter().for_each(|n| behind[n.ix()] += volume);
        }
    }
    nodes.iter().map(|n| behind[n.ix()]).collect()
}

/// Weight of each replication in the tail; they add up to 1. `total` has NaN where a replication failed.
pub fn tail_weights(total: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = total.iter().copied().filter(|x| !x.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let Some(var) = sorted.get(((BETA * n).ceil() as usize).clamp(1, sorted.len().max(1)) - 1).copied() else {
        return vec![0.0; total.len()];
    };
    let above = sorted.iter().filter(|x| **x > var).count() as f64;
    let at = sorted.iter().filter(|x| **x == var).count() as f64;
    let each = 1.0 / (n * (1.0 - BETA));
    let left = (1.0 - above * each).max(0.0) / at;
    let weight = |x: &f64| {
        if *x > var {
            each
        } else if *x == var {
            left
        } else {
            0.0
        }
    };
    total.iter().map(weight).collect()
}

/// The contributions; `volumes` are those of the struck `nodes`.
pub fn contributions(scopes: &Scopes, summary: &Summary, nodes: &[NodeIx], volumes: &[f64]) -> Contributions {
    let Some((total, whole)) = scopes.list.len().checked_sub(1).map(|t| (t, &scopes.list[t])) else {
        return Contributions::default();
    };
    if whole.week <= 0.0 {
        return Contributions::default();
    }
    let totals: Vec<f64> = summary.unmet.iter().skip(total).step_by(scopes.width()).copied().collect();
    let weights = tail_weights(&totals);
    let mut sums = vec![0.0; scopes.list.len()];
    for (row, w) in summary.unmet.chunks_exact(scopes.width()).zip(&weights).filter(|(_, w)| **w > 0.0) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x * w);
    }
    let sum = |column: usize, factor: f64| factor * sums[column] / whole.week;
    let (mut needs, mut sites) = (Vec::new(), Vec::new());
    for (column, scope) in scopes.list.iter().enumerate() {
        match scope.scope {
            Scope::Need(n) => {
                let weight = whole.needs.iter().find(|(i, _)| *i == n.ix()).map_or(0.0, |(_, w)| *w);
                needs.push(Contribution { of: scope.scope, weeks: sum(column, weight) });
            }
            Scope::Site(_) if scope.weighting == whole.weighting => {
                sites.push(Contribution { of: scope.scope, weeks: sum(column, 1.0) });
            }
            _ => {}
        }
    }
    let mut parts = vec![0.0; nodes.len() + 1];
    for (r, (x, w)) in totals.iter().zip(&weights).enumerate().filter(|(_, (_, w))| **w > 0.0) {
        let down = &summary.down[r * nodes.len()..(r + 1) * nodes.len()];
        let struck = || down.iter().zip(volumes).enumerate().filter(|(_, (d, v))| **d && **v > 0.0);
        let volume: f64 = struck().map(|(_, (_, v))| v).sum();
        match volume > 0.0 {
            true => struck().for_each(|(i, (_, v))| parts[i] += x * w * v / volume),
            false => parts[nodes.len()] += x * w,
        }
    }
    let name = |i: usize| nodes.get(i).copied();
    let by_size = |a: f64, b: f64| b.total_cmp(&a);
    let mut of_nodes: Vec<_> = parts
        .into_iter()
        .enumerate()
        .filter(|(_, x)| *x > 0.0)
        .map(|(i, x)| Contribution { of: name(i), weeks: x / whole.week })
        .collect();
    of_nodes.sort_by(|a, b| by_size(a.weeks, b.weeks).then(a.of.cmp(&b.of)));
    needs.sort_by(|a, b| by_size(a.weeks, b.weeks).then(a.of.cmp(&b.of)));
    sites.sort_by(|a, b| by_size(a.weeks, b.weeks).then(a.of.cmp(&b.of)));
    Contributions { needs, sites, nodes: of_nodes }
}
