//! Reserves for a basket of needs: least stock value so that the basket's expected unmet demand, its CVaR or the chance that any need of
//! it runs out stays below a level, on sampled paths.
//!
//! With R weeks of reserve the unmet demand u_rn(R) of need n on path r is convex in R, and X_r = Σ_n w_n u_rn(R_n) in weeks of the basket.
//!
//! * Expected unmet demand: greedy marginal analysis, exact for divisible stock because E u_n is convex need by need.
//! * CVaR: min c·R subject to CVaR(X(R)) ≤ L. CVaR(X(R)) is convex with subgradient g_n = Σ_r q_r w_n u'_rn(R_n), q the weights of the tail
//!   (Rockafellar, Uryasev 2000), so cutting planes (Kelley 1960) over a small LP end at the optimum; each LP is a lower bound. Greedy steps by
//!   expected unmet demand are worked out beside it, and the difference is told.
//! * P(any stockout): a path is let go or met by every need. Starting from the stock that meets all, the need whose next step down saves
//!   most per path let go gives way, until no more may be. Not exact; each need's own quantile is a lower bound.

use good_lp::{Expression, Solution, SolverModel, constraint, microlp, variable, variables};

use super::requirement::{LEVELS_WEEKS, PathUnmet};
use crate::metric::tail;

/// Cuts at most.
const CUTS: usize = 400;
/// Relative precision of a CVaR.
const CLOSE: f64 = 1e-6;

/// A basket; vectors are by need of the basket.
pub(super) struct Basket<'a> {
    pub replications: usize,
    /// Unmet demand where there is any; `slot` counts needs of the basket.
    pub paths: Vec<&'a PathUnmet>,
    /// Position in the basket of each need that was asked about.
    pub slot: &'a [Option<usize>],
    /// Weeks of the basket that a week of the need weighs.
    pub weight: Vec<f64>,
    /// Money of a week of the need.
    pub cost: Vec<f64>,
    /// Least and most weeks.
    pub least: Vec<f64>,
    pub most: Vec<f64>,
}

/// Weeks and what is known about them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sized {
    pub weeks: Vec<f64>,
    /// Stock value of the greedy plan.
    pub greedy: f64,
    /// No plan that keeps the level on these paths is worth less.
    pub bound: f64,
    /// False if the level cannot be kept with the most that may be held.
    pub kept: bool,
}

/// u at R weeks, and its slope to the right.
fn read(path: &PathUnmet, weeks: f64) -> (f64, f64) {
    let k = LEVELS_WEEKS.partition_point(|l| *l <= weeks).max(1);
    if k >= LEVELS_WEEKS.len() {
        return (f64::from(path.weeks[LEVELS_WEEKS.len() - 1]), 0.0);
    }
    let (a, b) = (f64::from(path.weeks[k - 1]), f64::from(path.weeks[k]));
    let slope = (b - a) / (LEVELS_WEEKS[k] - LEVELS_WEEKS[k - 1]);
    (a + slope * (weeks - LEVELS_WEEKS[k - 1]), slope)
}

impl Basket<'_> {
    /// X of each replication.
    fn unmet(&self, weeks: &[f64]) -> Vec<f64> {
        let mut all = vec![0.0; self.replications];
        for path in &self.paths {
            if let Some(n) = self.slot[path.need] {
                all[path.replication] += self.weight[n] * read(path, weeks[n]).0;
            }
        }
        all
    }

    fn value(&self, weeks: &[f64]) -> f64 {
        weeks.iter().zip(&self.cost).map(|(w, c)| w * c).sum()
    }

    /// Upper confidence limit of the mean of X.
    fn mean_limit(&self, weeks: &[f64], z: f64) -> f64 {
        let x = crate::metric::mean(&self.unmet(weeks));
        x.value + if x.standard_error.is_nan() { 0.0 } else { z * x.standard_error }
    }

    fn cvar(&self, weeks: &[f64]) -> (f64, f64) {
        let mut x = self.unmet(weeks);
        x.sort_by(f64::total_cmp);
        let cvar = tail(&x).cvar95;
        (cvar.value, cvar.standard_error)
    }

    /// Steps by expected unmet demand avoided per unit of money, until `enough`; the last step in part.
    fn greedy(&self, enough: impl Fn(&[f64]) -> bool) -> (Vec<f64>, bool) {
        let needs = self.weight.len();
        let mut expected = vec![[0.0f64; LEVELS_WEEKS.len()]; needs];
        for path in &self.paths {
            if let Some(n) = self.slot[path.need] {
                expected[n].iter_mut().zip(path.weeks).for_each(|(sum, u)| *sum += f64::from(u));
            }
        }
        let mut steps = Vec::new();
        for (n, expected) in expected.iter().enumerate() {
            let mut slowest = f64::INFINITY;
            for k in 1..LEVELS_WEEKS.len() {
                let (from, to) = (LEVELS_WEEKS[k - 1].max(self.least[n]), LEVELS_WEEKS[k].min(self.most[n]));
                if to <= from {
                    continue;
                }
                let slope = (expected[k - 1] - expected[k]) / (LEVELS_WEEKS[k] - LEVELS_WEEKS[k - 1]);
                slowest = (self.weight[n] * slope / self.cost[n].max(1e-9)).min(slowest);
                steps.push((slowest, n, to));
            }
        }
        steps.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        let mut weeks = self.least.clone();
        if enough(&weeks) {
            return (weeks, true);
        }
        // Enough is reached once and for all: look for the first step that does by halving.
        let after = |count: usize| {
            let mut weeks = self.least.clone();
            steps[..count].iter().for_each(|(_, n, to)| weeks[*n] = weeks[*n].max(*to));
            weeks
        };
        let (mut low, mut high) = (0, steps.len());
        if !enough(&after(high)) {
            return (after(high), false);
        }
        while high - low > 1 {
            let middle = (low + high) / 2;
            if enough(&after(middle)) { high = middle } else { low = middle }
        }
        weeks = after(low);
        let (_, n, to) = steps[high - 1];
        let (mut a, mut b) = (weeks[n], to);
        for _ in 0..40 {
            weeks[n] = (a + b) / 2.0;
            if enough(&weeks) { b = weeks[n] } else { a = weeks[n] }
        }
        weeks[n] = b;
        (weeks, true)
    }

    /// Expected unmet demand at most `level`, at the upper confidence limit z.
    pub fn for_mean(&self, level: f64, z: f64) -> Sized {
        let (weeks, kept) = self.greedy(|w| self.mean_limit(w, z) <= level);
        let value = self.value(&weeks);
        Sized { greedy: value, bound: value, weeks, kept }
    }

    /// CVaR at most `level`, at the upper confidence limit z.
    pub fn for_cvar(&self, level: f64, z: f64) -> Sized {
        let (greedy, reached) = self.greedy(|w| {
            let (cvar, error) = self.cvar(w);
            cvar + z * error <= level
        });
        if !reached || greedy == self.least {
            let value = self.value(&greedy);
            return Sized { greedy: value, bound: value, weeks: greedy, kept: reached };
        }
        // The error at the greedy plan stands for the one at the best.
        let aim = (level - z * self.cvar(&greedy).1).max(0.0);
        let mut weeks = self.least.clone();
        let mut cuts: Vec<(f64, Vec<f64>)> = Vec::new();
        for _ in 0..CUTS {
            let (cvar, slopes) = self.cut(&weeks);
            if cvar <= aim + CLOSE * (1.0 + level) {
                break;
            }
            let at: f64 = slopes.iter().zip(&weeks).map(|(g, w)| g * w).sum();
            cuts.push((aim - cvar + at, slopes));
            match self.cheapest(&cuts) {
                Some(next) => weeks = next,
                None => break,
            }
        }
        let bound = self.value(&weeks);
        let (cvar, _) = self.cvar(&weeks);
        // Cuts approach the level from above: the last bit is made up by stock of every need.
        if cvar > aim {
            for (w, most) in weeks.iter_mut().zip(&self.most) {
                *w = (*w * (1.0 + 1e-4) + 1e-4).min(*most);
            }
        }
        let greedy_value = self.value(&greedy);
        if self.cvar(&weeks).0 > aim + 1e-3 * (1.0 + level) || self.value(&weeks) > greedy_value {
            return Sized { weeks: greedy, greedy: greedy_value, bound, kept: true };
        }
        Sized { weeks, greedy: greedy_value, bound, kept: true }
    }

    /// CVaR at a plan and its slopes.
    fn cut(&self, weeks: &[f64]) -> (f64, Vec<f64>) {
        let x = self.unmet(weeks);
        let q = crate::metric::tail_weights(&x);
        let cvar = x.iter().zip(&q).map(|(x, q)| x * q).sum();
        let mut slopes = vec![0.0; weeks.len()];
        for path in self.paths.iter().filter(|p| q[p.replication] > 0.0) {
            if let Some(n) = self.slot[path.need] {
                slopes[n] += q[path.replication] * self.weight[n] * read(path, weeks[n]).1;
            }
        }
        (cvar, slopes)
    }

    /// The cheapest weeks that all cuts allow.
    fn cheapest(&self, cuts: &[(f64, Vec<f64>)]) -> Option<Vec<f64>> {
        let mut columns = variables!();
        let dearest = self.cost.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let weeks: Vec<_> = (0..self.weight.len())
            .map(|n| columns.add(variable().min(self.least[n]).max(self.most[n].max(self.least[n]))))
            .collect();
        let objective: Expression = weeks.iter().zip(&self.cost).map(|(w, c)| *w * (c / dearest).max(1e-9)).sum();
        let mut model = columns.minimise(objective).using(microlp);
        for (right, slopes) in cuts {
            let scale = slopes.iter().map(|g| g.abs()).fold(1e-12, f64::max);
            let sum: Expression = weeks.iter().zip(slopes).map(|(w, g)| *w * (g / scale)).sum();
            model.add_constraint(constraint!(sum <= right / scale));
        }
        let solution = model.solve().ok()?;
        Some(weeks.iter().map(|w| solution.value(*w)).collect())
    }

    /// At most `allowed` replications in which any need runs out; `required` is R* by replication and need of the basket.
    pub fn for_any(&self, required: &[Vec<f64>], allowed: usize) -> Sized {
        let (n, needs) = (self.replications, self.weight.len());
        // Of each need, replications by how much they ask for, most first.
        let order: Vec<Vec<usize>> = required
            .iter()
            .map(|column| {
                let mut order: Vec<usize> = (0..n).collect();
                order.sort_by(|a, b| column[*b].total_cmp(&column[*a]).then(a.cmp(b)));
                order
            })
            .collect();
        let mut at = vec![0; needs];
        let mut gone = vec![false; n];
        let mut left = allowed;
        let held = |i: usize, at: usize| required[i][order[i][at]].max(self.least[i]);
        loop {
            let mut best: Option<(f64, usize, usize, usize)> = None;
            for i in 0..needs {
                // To the next lower level that lets go of at most what is left.
                let (mut k, mut lets) = (at[i], 0);
                while k + 1 < n && held(i, k) > self.least[i] {
                    lets += usize::from(!gone[order[i][k]]);
                    k += 1;
                    if lets > left {
                        break;
                    }
                    let saves = self.cost[i] * (held(i, at[i]) - held(i, k));
                    if saves > 0.0 {
                        let rate = saves / (lets as f64).max(0.5);
                        if best.is_none_or(|b| rate > b.0) {
                            best = Some((rate, i, k, lets));
                        }
                    }
                }
            }
            let Some((_, i, k, lets)) = best else { break };
            order[i][at[i]..k].iter().for_each(|r| gone[*r] = true);
            at[i] = k;
            left -= lets;
        }
        let weeks: Vec<f64> = (0..needs).map(|i| held(i, at[i])).collect();
        let alone: Vec<f64> = (0..needs).map(|i| held(i, allowed.min(n - 1))).collect();
        let kept = (0..needs).all(|i| weeks[i] <= self.most[i]);
        let weeks: Vec<f64> = weeks.iter().zip(&self.most).map(|(w, most)| w.min(*most)).collect();
        let bound = alone.iter().zip(&self.most).zip(&self.cost).map(|((w, most), c)| w.min(*most) * c).sum();
        Sized { greedy: self.value(&weeks), bound, weeks, kept }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two needs; on path r need n lacks what is listed and R weeks of reserve take R off it.
    fn paths(lacks: &[(usize, usize, f64)]) -> Vec<PathUnmet> {
        let of = |(replication, need, lack): &(usize, usize, f64)| PathUnmet {
            replication: *replication,
            need: *need,
            weeks: LEVELS_WEEKS.map(|l| (lack - l).max(0.0) as f32),
        };
        lacks.iter().map(of).collect()
    }

    fn basket<'a>(paths: &'a [PathUnmet], slot: &'a [Option<usize>], cost: &[f64], replications: usize) -> Basket<'a> {
        let n = cost.len();
        Basket {
            replications,
            paths: paths.iter().collect(),
            slot,
            weight: vec![1.0 / n as f64; n],
            cost: cost.to_vec(),
            least: vec![0.0; n],
            most: vec![52.0; n],
        }
    }

    #[test]
    fn expected_unmet_takes_the_cheaper_week_first() {
        // Each of 100 paths lacks 4 weeks of both needs, which count half each; need 1 costs 3, need 0 costs 1.
        let lacks: Vec<(usize, usize, f64)> = (0..100).flat_map(|r| [(r, 0, 4.0), (r, 1, 4.0)]).collect();
        let (paths, slot) = (paths(&lacks), [Some(0), Some(1)]);
        let sized = basket(&paths, &slot, &[1.0, 3.0], 100).for_mean(1.5, 0.0);
        assert!((sized.weeks[0] - 4.0).abs() < 1e-6 && (sized.weeks[1] - 1.0).abs() < 1e-6 && sized.kept);
        assert!((sized.greedy - 7.0).abs() < 1e-5);
    }

    #[test]
    fn cvar_by_cuts_is_what_a_grid_finds_and_beats_greedy() {
        // Need 0 lacks a little often, need 1 much and rarely: greedy by the mean buys need 0 first, the tail is need 1.
        let mut lacks: Vec<(usize, usize, f64)> = (0..400).filter(|r| r % 2 == 0).map(|r| (r, 0, 2.0)).collect();
        lacks.extend((0..400).filter(|r| r % 16 == 1).map(|r| (r, 1, 3.0 + (r % 7) as f64)));
        let (paths, slot) = (paths(&lacks), [Some(0), Some(1)]);
        let basket = basket(&paths, &slot, &[2.0, 2.5], 400);
        for level in [0.4, 0.9, 1.5, 2.5] {
            let sized = basket.for_cvar(level, 0.0);
            assert!(basket.cvar(&sized.weeks).0 <= level + 2e-3 && sized.kept, "{level}: {sized:?}");
            let mut grid = f64::INFINITY;
            for a in 0..=20 {
                for b in 0..=100 {
                    let weeks = [f64::from(a) / 10.0, f64::from(b) / 10.0];
                    if basket.cvar(&weeks).0 <= level {
                        grid = grid.min(basket.value(&weeks));
                    }
                }
            }
            let value = basket.value(&sized.weeks);
            assert!(value <= grid + 0.01 && value >= grid - 0.45, "{level}: {value} against {grid}");
            assert!(sized.bound <= value + 1e-9 && sized.greedy >= value - 1e-9);
        }
        let sized = basket.for_cvar(1.5, 0.0);
        assert!(sized.greedy > 1.2 * basket.value(&sized.weeks), "the difference shows: {sized:?}");
    }

    #[test]
    fn joint_stockouts_let_go_of_the_dearest_paths() {
        // Ten paths; one of them asks for 10 weeks of both needs, another for 8 of need 0; the rest for 2.
        let mut required = vec![vec![2.0; 10]; 2];
        (required[0][3], required[1][3], required[0][5]) = (10.0, 10.0, 8.0);
        let slot = [Some(0), Some(1)];
        let basket = basket(&[], &slot, &[1.0, 1.0], 10);
        let weeks = |allowed| basket.for_any(&required, allowed).weeks;
        assert_eq!((weeks(0), weeks(1), weeks(2)), (vec![10.0, 10.0], vec![8.0, 2.0], vec![2.0, 2.0]));
        let one = basket.for_any(&required, 1);
        assert_eq!((one.greedy, one.bound, one.kept), (10.0, 10.0, true));
    }
}
