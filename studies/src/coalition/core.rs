//! Whether a split would be accepted by every set, and whether any would.
//!
//! With pays y, Σ y = c(N), a set S objects if it costs less by itself: c(S) < y(S). An award of S of value V < y(S) proves that;
//! a bound B ≥ y(S) proves that it does not. The least core is the linear program min ε, y(S) ≤ c(S) + ε for every proper
//! S, y(N) = c(N): the core is empty if and only if its ε is above 0. With V in place of c(S) and B in place of c(N) an ε
//! above 0 proves it empty; with B in place of c(S) and V in place of c(N) an ε of at most 0 proves that it is not. Rows
//! are added as they are violated. What is less than a cent a member and a millionth of the cost decides nothing.

use ballast_domain::exact::{Exact, exact};
use good_lp::{Expression, Solution, SolverModel, Variable, constraint, microlp, variable, variables};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use super::game::{Cost, Set, singles, subset};
use super::split::{Costs, to_the_cent};

/// Rounds of added rows after which a program is given up.
const ROUNDS: usize = 2_000;
/// Rows added at a time.
const ROWS: usize = 16;

/// A set that would do better by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objection {
    /// The set.
    pub set: Set,
    /// What it would save, at least.
    pub by: Decimal,
}

/// What sets make of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stability {
    /// Proven: no set objects.
    Accepted,
    /// No set objects of those that were decided; there are others.
    Unopposed,
    /// Proven: some set objects; this one the most.
    Objected(Objection),
    /// The gaps leave it open.
    Open,
}

/// Whether any split is accepted by all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Core {
    /// Proven: none is (`true`), some is (`false`); `None`: open.
    pub empty: Option<bool>,
    /// The least by which the set that objects the most objects; below 0: by so much all sets are better off.
    pub excess: Decimal,
    /// The split where that is reached.
    pub pays: Vec<Decimal>,
}

/// Differences up to this decide nothing.
fn slack(set: Set, cost: Decimal) -> Decimal {
    Decimal::new(i64::from(set.count_ones()) + 1, 2) + cost.abs() * Decimal::new(1, 6)
}

/// Sets that could object, with their cost.
fn objectors(costs: &Costs, n: usize) -> impl Iterator<Item = (Set, Decimal, &Cost)> {
    costs.iter().filter(move |(set, _)| **set != subset(n)).filter_map(|(set, c)| Some((*set, c.value?, c)))
}

/// What sets make of a split by what each pays.
pub(super) fn check(costs: &Costs, pays: &[Decimal], exact: bool) -> Stability {
    let sum = |set: Set| singles(set).map(|i| pays[i]).sum::<Decimal>();
    let objects = |(set, value, _): (Set, Decimal, &Cost)| {
        let by = sum(set) - value;
        (by > slack(set, value)).then_some(Objection { set, by })
    };
    let most = objectors(costs, pays.len()).filter_map(objects).max_by_key(|o| (o.by, std::cmp::Reverse(o.set)));
    let open = || objectors(costs, pays.len()).any(|(set, value, c)| sum(set) - c.low > slack(set, value));
    match most {
        Some(objection) => Stability::Objected(objection),
        None if open() => Stability::Open,
        None if exact => Stability::Accepted,
        None => Stability::Unopposed,
    }
}

/// The least core; `None` if the program could not be solved.
pub(super) fn core(costs: &Costs, n: usize, exact_game: bool) -> Option<Core> {
    let all = costs.get(&subset(n))?;
    let total = all.value?;
    let rows = |of: &dyn Fn(Decimal, &Cost) -> Decimal| -> Vec<(Set, f64)> {
        objectors(costs, n).filter_map(|(set, value, c)| Some((set, of(value, c).to_f64()?))).collect()
    };
    let tolerance = slack(subset(n), total).to_f64()?;
    let (excess, pays) = least(&rows(&|v, _| v), total.to_f64()?, n)?;
    let empty = least(&rows(&|_, c| c.high), all.low.to_f64()?, n).is_some_and(|(e, _)| e > tolerance);
    let some = || least(&rows(&|_, c| c.low), all.high.to_f64()?, n).map(|(e, _)| e <= tolerance);
    let empty = match empty {
        true => Some(true),
        false if exact_game && some() == Some(true) => Some(false),
        false => None,
    };
    let pays: Option<Vec<Exact>> = pays.iter().map(|p| Decimal::from_f64(*p).map(exact)).collect();
    Some(Core { empty, excess: Decimal::from_f64(excess)?.round_dp(2), pays: to_the_cent(&pays?, total) })
}

/// min ε with y(S) ≤ limit + ε, y(N) = total; in parts of the total, so that figures are about 1.
fn least(rows: &[(Set, f64)], total: f64, n: usize) -> Option<(f64, Vec<f64>)> {
    let scale = total.abs().max(1.0);
    let mut chosen: Vec<usize> =
        rows.iter().enumerate().filter(|(_, r)| r.0.count_ones() == 1).map(|(k, _)| k).collect();
    for _ in 0..ROUNDS {
        let mut columns = variables!();
        let pays: Vec<Variable> = (0..n).map(|_| columns.add(variable())).collect();
        let excess = columns.add(variable());
        let sum = |set: Set| singles(set).map(|i| pays[i]).sum::<Expression>();
        let mut model = columns.minimise(excess).using(microlp);
        model.add_constraint(constraint!(sum(subset(n)) == total / scale));
        for &k in &chosen {
            model.add_constraint(constraint!(sum(rows[k].0) - excess <= rows[k].1 / scale));
        }
        let solution = model.solve().ok()?;
        let (own, at): (f64, Vec<f64>) = (solution.value(excess), pays.iter().map(|p| solution.value(*p)).collect());
        let violation = |k: usize| singles(rows[k].0).map(|i| at[i]).sum::<f64>() - rows[k].1 / scale - own;
        let mut violated: Vec<usize> =
            (0..rows.len()).filter(|k| !chosen.contains(k) && violation(*k) > 1e-10).collect();
        if violated.is_empty() {
            return Some((own * scale, at.iter().map(|p| p * scale).collect()));
        }
        violated.sort_by(|a, b| violation(*b).total_cmp(&violation(*a)));
        chosen.extend(violated.into_iter().take(ROWS));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::game::of;
    use super::*;

    fn game(values: &[i64]) -> Costs {
        let cost = |v: &i64| {
            let d = Decimal::from(*v);
            Cost { value: Some(d), low: d, high: d }
        };
        values.iter().enumerate().map(|(k, v)| (k as Set + 1, cost(v))).collect()
    }

    #[test]
    fn two_out_of_three_suffice_so_that_no_split_holds() {
        // Each alone costs 10; any two together 12, so do all three with a third that is served for nothing more: two save 8,
        // three save 18 - 6 = 12 at c(N) = 18. Pairs want y(S) ≤ 12; twice the total is at most 36: just possible.
        let tight = game(&[10, 10, 12, 10, 12, 12, 18]);
        let core = core(&tight, 3, true).unwrap();
        assert_eq!((core.empty, core.excess), (Some(false), Decimal::ZERO));
        assert_eq!(core.pays, vec![Decimal::from(6); 3]);
        // At 19 every split leaves some pair 2/3 too dear.
        let over = game(&[10, 10, 12, 10, 12, 12, 19]);
        let core = super::core(&over, 3, true).unwrap();
        assert_eq!((core.empty, core.excess), (Some(true), Decimal::new(67, 2)));
        assert!(matches!(check(&over, &core.pays, true), Stability::Objected(_)));
    }

    #[test]
    fn the_set_that_objects_the_most_is_named() {
        let costs = game(&[10, 10, 12, 10, 20, 20, 22]);
        let pays = [Decimal::from(8), Decimal::from(7), Decimal::from(7)];
        let objection = Objection { set: of(0) | of(1), by: Decimal::from(3) };
        assert_eq!(check(&costs, &pays, true), Stability::Objected(objection));
        let pays = [Decimal::from(6), Decimal::from(6), Decimal::from(10)];
        assert_eq!(check(&costs, &pays, true), Stability::Accepted);
        assert_eq!(check(&costs, &pays, false), Stability::Unopposed);
    }

    #[test]
    fn gaps_leave_open_what_they_do_not_decide() {
        let mut costs = game(&[10, 10, 18]);
        costs.insert(1, Cost { value: Some(10.into()), low: 8.into(), high: 10.into() });
        assert_eq!(check(&costs, &[Decimal::from(9), Decimal::from(9)], true), Stability::Open);
        let core = core(&costs, 2, true).unwrap();
        assert_eq!(core.empty, Some(false), "8 and 10 still pay for 18");
        costs.insert(2, Cost { value: Some(10.into()), low: 9.into(), high: 10.into() });
        assert_eq!(super::core(&costs, 2, true).unwrap().empty, None);
    }
}
