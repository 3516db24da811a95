//! Recourse by the best use of everything that could be bought: an LP.
//!
//! A node gives nothing from 0 to T. Time is cut where something changes: at lead times L, and at T + L for what comes back.
//! In a slice of length ℓ, all quantities in weeks of the cell's demand:
//!
//! I_c = I_c⁻ + Σ_ways x + (under way before the stop) + pooled + u_c − ℓ,  I, x, u ≥ 0;
//! Σ takes · x ≤ limit · ℓ for each plant, product, supplier and offer with a stated capacity;
//! Σ x + (under way) ≤ headroom · ℓ for each cell; Σ pooled ≤ P for each need.
//!
//! x may be any offer that the cell may use, awarded or not, equivalences for shortages among them, from plants that stand;
//! in slices before its lead time a way brings exactly its contract. *Loss*: min Σ value · u. *Time to survive*: u = 0, the
//! length of the last slice is a variable, max its length; slice by slice, because what can be done in a slice depends on
//! its place among the lead times. Rates may be taken constant in a slice, so that the LP over slices is exact.
//! Capacity counts when goods arrive.

use good_lp::{Expression, ResolutionError, Solution, SolverModel, Variable, constraint, microlp, variable, variables};

use ballast_domain::index::{Ix, NodeIx};

use super::network::Network;
use super::ways::Ways;

/// Who survives longer than this, weeks, survives.
pub(super) const EVER: f64 = 520.0;
/// Larger programs leave alone what is not struck.
const MOST_COLUMNS: usize = 20_000;

/// An outage as the LP sees it.
pub(super) struct Outage<'a> {
    pub network: &'a Network,
    pub ways: &'a Ways,
    pub headroom: &'a [f64],
    pub node: NodeIx,
    /// Cells that may change.
    cells: Vec<usize>,
    /// True if all cells tied to a struck one may change.
    pub everybody: bool,
    /// What other cells leave of each limit, a week.
    left: Vec<f64>,
}

impl<'a> Outage<'a> {
    pub fn new(network: &'a Network, ways: &'a Ways, headroom: &'a [f64], node: NodeIx) -> Self {
        let mut struck: Vec<usize> = network.behind[node.ix()].iter().map(|f| network.flows[*f].cell).collect();
        struck.sort_unstable();
        struck.dedup();
        // Cells of a need share its pools.
        let pooled = |c: &usize| network.pools.iter().any(|p| p.need == network.need[*c]);
        let mut seeds = struck.clone();
        seeds.extend(
            (0..network.need.len())
                .filter(|c| pooled(c) && struck.iter().any(|s| network.need[*s] == network.need[*c])),
        );
        seeds.sort_unstable();
        seeds.dedup();
        let tied = ways.tied(&seeds);
        let columns = |cells: &[usize]| cells.iter().map(|c| ways.of_cell[*c].len() + 3).sum::<usize>();
        let everybody = 3 * columns(&tied) <= MOST_COLUMNS;
        let cells = if everybody { tied } else { struck };
        let mut left = ways.limits.clone();
        for way in ways.list.iter().filter(|w| cells.binary_search(&w.cell).is_err() && !w.chain.contains(&node)) {
            way.takes.iter().for_each(|(n, takes)| left[*n] = (left[*n] - takes * way.contract).max(0.0));
        }
        Self { network, ways, headroom, node, cells, everybody, left }
    }

    /// Lead times of what may change.
    fn leads(&self) -> Vec<f64> {
        let ways = self.cells.iter().flat_map(|c| &self.ways.of_cell[*c]).map(|w| self.ways.list[*w].lead);
        let mut leads: Vec<f64> = ways.filter(|l| *l > 0.0).collect();
        leads.sort_by(f64::total_cmp);
        leads.dedup();
        leads
    }

    fn struck(&self, way: usize) -> bool {
        self.ways.list[way].chain.contains(&self.node)
    }

    /// The time to survive; it is at least `at_least`. Infinite where nothing is ever short.
    pub fn survival(&self, at_least: f64) -> Result<f64, ResolutionError> {
        let mut breaks = self.leads();
        breaks.push(EVER);
        let (mut done, mut survived) = (vec![0.0], at_least);
        for to in breaks {
            let from = done.last().copied().unwrap_or(0.0);
            if at_least < to {
                let length = match self.longest(&done, to) {
                    // Rounding has taken away what the slice before just held.
                    Err(ResolutionError::Infeasible) => 0.0,
                    length => length?,
                };
                survived = survived.max(from + length);
                if length < (to - from) * (1.0 - 1e-7) {
                    return Ok(survived);
                }
            }
            done.push(to);
        }
        Ok(f64::INFINITY)
    }

    /// Length of the last slice, which begins at the last of `breaks` and ends at most at `to`.
    fn longest(&self, breaks: &[f64], to: f64) -> Result<f64, ResolutionError> {
        let mut program = Program::new(self);
        let lengths: Vec<Expression> = breaks.windows(2).map(|b| Expression::from(b[1] - b[0])).collect();
        for (from, length) in breaks.iter().zip(lengths) {
            program.slice(*from, length, f64::INFINITY, false);
        }
        let from = breaks.last().copied().unwrap_or(0.0);
        let last = program.columns.add(variable().min(0.0).max(to - from));
        program.slice(from, Expression::from(last), f64::INFINITY, false);
        let solution = program.solve(Expression::from(last) * -1.0)?;
        Ok(solution.value(last))
    }

    /// Least unmet need units by cell, weighed by value, when the node is out for so many weeks.
    pub fn unmet(&self, weeks: f64) -> Result<Vec<(usize, f64)>, ResolutionError> {
        let behind = &self.network.behind[self.node.ix()];
        let mut breaks: Vec<f64> = behind.iter().map(|f| weeks + self.network.flows[*f].lead).collect();
        let end = breaks.iter().copied().fold(weeks, f64::max);
        breaks.extend(self.leads());
        breaks.push(0.0);
        breaks.push(end);
        breaks.retain(|t| *t <= end);
        breaks.sort_by(f64::total_cmp);
        breaks.dedup();
        let mut program = Program::new(self);
        for b in breaks.windows(2) {
            program.slice(b[0], Expression::from(b[1] - b[0]), weeks, true);
        }
        let unmet = std::mem::take(&mut program.unmet);
        let largest = self.network.value.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let weight = |c: usize| (self.network.value[self.network.need[c]] / largest).max(1e-6) * self.network.demand[c];
        let heaviest = self.cells.iter().map(|c| weight(*c)).fold(f64::MIN_POSITIVE, f64::max);
        let objective: Expression = unmet.iter().map(|(c, u)| *u * (weight(*c) / heaviest)).sum();
        let solution = program.solve(objective)?;
        let mut by_cell = vec![0.0; self.network.demand.len()];
        unmet.iter().for_each(|(c, u)| by_cell[*c] += solution.value(*u).max(0.0) * self.network.demand[*c]);
        Ok(by_cell.into_iter().enumerate().filter(|(c, u)| *u > 1e-7 * self.network.demand[*c]).collect())
    }
}

/// The program while it is written.
struct Program<'a, 'b> {
    outage: &'b Outage<'a>,
    columns: good_lp::ProblemVariables,
    rows: Vec<good_lp::Constraint>,
    /// Stock of each cell at the end of the last slice.
    stock: Vec<Expression>,
    /// What was drawn from the pools of each need.
    drawn: Vec<Expression>,
    unmet: Vec<(usize, Variable)>,
}

impl<'a, 'b> Program<'a, 'b> {
    fn new(outage: &'b Outage<'a>) -> Self {
        let network = outage.network;
        let weeks = |c: usize| if network.demand[c] > 0.0 { network.stock[c] / network.demand[c] } else { 0.0 };
        Self {
            outage,
            columns: variables!(),
            rows: Vec::new(),
            stock: outage.cells.iter().map(|c| Expression::from(weeks(*c))).collect(),
            drawn: vec![Expression::default(); network.value.len()],
            unmet: Vec::new(),
        }
    }

    /// Adds a slice that begins at `from`. What is struck is back at `back`; `may_lack`: unmet demand is allowed.
    fn slice(&mut self, from: f64, length: Expression, back: f64, may_lack: bool) {
        let (outage, network) = (self.outage, self.outage.network);
        let mut taken: std::collections::BTreeMap<usize, Expression> = std::collections::BTreeMap::new();
        for (i, &c) in outage.cells.iter().enumerate() {
            let demand = network.demand[c];
            if demand <= 0.0 {
                continue;
            }
            let (mut arrives, mut under_way) = (Expression::default(), 0.0);
            for &w in &outage.ways.of_cell[c] {
                let way = &outage.ways.list[w];
                if from < way.lead {
                    under_way += way.contract / demand;
                } else if !outage.struck(w) || from >= back + way.lead {
                    let x = self.columns.add(variable().min(0.0));
                    arrives += x;
                    for (n, takes) in &way.takes {
                        *taken.entry(*n).or_default() += x * (takes * demand / outage.ways.limits[*n].max(1e-9));
                    }
                }
            }
            arrives += length.clone() * under_way;
            self.rows.push(constraint!(arrives.clone() <= length.clone() * outage.headroom[c].max(under_way).max(1.0)));
            let mut end = self.stock[i].clone() + arrives - length.clone();
            if network.pools.iter().any(|p| p.need == network.need[c]) {
                let draw = self.columns.add(variable().min(0.0));
                end += draw;
                self.drawn[network.need[c]] += draw * demand;
            }
            if may_lack {
                let lack = self.columns.add(variable().min(0.0));
                end += lack;
                self.unmet.push((c, lack));
            }
            let stock = self.columns.add(variable().min(0.0));
            self.rows.push(constraint!(end == stock));
            self.stock[i] = Expression::from(stock);
        }
        for (n, sum) in taken {
            let part = outage.left[n] / outage.ways.limits[n].max(1e-9);
            self.rows.push(constraint!(sum <= length.clone() * part));
        }
    }

    fn solve(self, objective: Expression) -> Result<impl Solution, ResolutionError> {
        let network = self.outage.network;
        let mut model = self.columns.minimise(objective).using(microlp);
        for row in self.rows {
            model.add_constraint(row);
        }
        for (n, drawn) in self.drawn.into_iter().enumerate() {
            let pool = network.pooled(n, |node| node == self.outage.node);
            if pool > 0.0 {
                model.add_constraint(constraint!(drawn * (1.0 / pool) <= 1.0));
            } else if network.pools.iter().any(|p| p.need == n) {
                model.add_constraint(constraint!(drawn <= 0.0));
            }
        }
        model.solve()
    }
}
