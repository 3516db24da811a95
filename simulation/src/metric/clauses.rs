//! What clauses on failure to supply bring in, as means of replications.

use ballast_domain::index::SupplierIx;

use super::estimate::{Estimate, mean};
use super::summary::Summary;
use crate::kernel::Clauses;

/// Money over the horizon, means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClauseMoney {
    /// What replacements cost beyond the contract price.
    pub excess: Estimate,
    /// What suppliers pay back.
    pub credit: Estimate,
    /// What is left to the buyer: excess less credit.
    pub borne: Estimate,
}

/// Clauses on failure to supply of the awarded offers.
#[derive(Debug, Clone, PartialEq)]
pub struct ClauseReport {
    /// All suppliers together.
    pub total: ClauseMoney,
    /// Each supplier with a clause, in order.
    pub suppliers: Vec<(SupplierIx, ClauseMoney)>,
    /// Lines under a clause.
    pub lines: usize,
    /// Those for which no other bid says what a replacement costs: what went unmet of them is not credited.
    pub lines_without_price: usize,
}

/// The report; `None` if no line is under a clause.
pub fn clause_report(clauses: &Clauses, summary: &Summary) -> Option<ClauseReport> {
    let n = clauses.suppliers.len();
    let lived = |rows: &[f64]| -> Vec<Vec<f64>> {
        rows.chunks_exact(n.max(1)).filter(|row| !row[0].is_nan()).map(<[f64]>::to_vec).collect()
    };
    let money = |of: &dyn Fn(&[f64]) -> f64| {
        let excess: Vec<f64> = lived(&summary.excess).iter().map(|row| of(row)).collect();
        let credit: Vec<f64> = lived(&summary.credit).iter().map(|row| of(row)).collect();
        let borne: Vec<f64> = excess.iter().zip(&credit).map(|(e, c)| e - c).collect();
        ClauseMoney { excess: mean(&excess), credit: mean(&credit), borne: mean(&borne) }
    };
    let (lines, lines_without_price) = clauses.lines();
    (n > 0).then(|| ClauseReport {
        total: money(&|row| row.iter().sum()),
        suppliers: clauses.suppliers.iter().enumerate().map(|(i, s)| (*s, money(&|row| row[i]))).collect(),
        lines,
        lines_without_price,
    })
}
