//! Outcome cost: what a product costs in outcomes, as a range, entered so that weak evidence cannot decide alone.
//!
//! For each need the *reference* is the mean of the midpoints over the products that may serve it and have a range. A
//! product counts at the point of its range nearest to the reference: where it helps, at the end least favourable to it,
//! and evidence that straddles the reference makes no difference. A product without evidence counts at the reference.
//! The *other end* is the point of the range farthest from the reference (the low end where both are as far).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::places::Places;
use super::{Product, Tender};
use crate::exact::{Exact, exact, whole, zero};
use crate::finding::Findings;
use crate::index::{NeedIx, ProductIx};
use crate::tables::{Approval, ProductRow};

/// The range of a row; one end without the other, or a low end above the high one, is an error.
pub(super) fn range(r: &ProductRow, places: &Places<'_>, findings: &mut Findings) -> Option<(Decimal, Decimal)> {
    let mut refuse = |column: &str, value: String, expected: String, fix: &str| {
        findings.error("bad_range", places.cell("products", r.at, column), value, expected, fix);
    };
    match (r.outcome_cost_low, r.outcome_cost_high) {
        (None, None) => None,
        (Some(low), Some(high)) if low.0 <= high.0 => Some((low.0, high.0)),
        (Some(low), Some(high)) => {
            let expected = format!("the low end is above the high end ({})", high.0);
            refuse("outcome_cost_low", low.0.to_string(), expected, "swap the two, or mend them");
            None
        }
        (low, _) => {
            let column = if low.is_none() { "outcome_cost_low" } else { "outcome_cost_high" };
            let expected = "an outcome cost is a range: the other end is given and this one is blank".to_owned();
            refuse(column, String::new(), expected, "give both ends (the same twice if it is certain), or neither");
            None
        }
    }
}

/// Outcome costs of a contract must stay in the range that figures have, 15 digits before the point.
pub(super) fn check(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    let limit = exact(Decimal::from(10_i64.pow(15)));
    let demand = tender.cells.iter().fold(zero(), |sum, c| sum + c.quantity.exact());
    let most = demand * whole(tender.settings.contract_years);
    for r in &tender.draft.products {
        for (column, end) in [("outcome_cost_low", r.outcome_cost_low), ("outcome_cost_high", r.outcome_cost_high)] {
            let Some(end) = end.filter(|end| exact(end.0.abs()) * &most >= limit) else { continue };
            findings.error(
                "out_of_range",
                places.cell("products", r.at, column),
                end.0.to_string(),
                "over the contract it would come to more than the 15 digits that figures have",
                "check the figure: it is per need unit",
            );
        }
    }
}

/// What a need unit costs in outcomes on one product.
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomePoints {
    /// As it enters the cost.
    pub counted: Exact,
    /// At the other end of the evidence.
    pub other_end: Exact,
}

/// The reference of each need of which any product has a range.
pub fn references(tender: &Tender) -> BTreeMap<NeedIx, Exact> {
    let mut midpoints: BTreeMap<NeedIx, Vec<Exact>> = BTreeMap::new();
    let mut put = |need, product: &Product| {
        if let Some((low, high)) = product.outcome_cost.filter(|_| product.approval != Approval::Rejected) {
            midpoints.entry(need).or_default().push((exact(low) + exact(high)) / whole(2));
        }
    };
    for product in tender.products.iter() {
        put(product.need, product);
    }
    for equivalence in tender.equivalences.iter().filter(|e| e.full) {
        put(equivalence.need, &tender.products[equivalence.product]);
    }
    let mean = |points: Vec<Exact>| {
        let count = whole(points.len());
        points.into_iter().fold(zero(), |a, b| a + b) / count
    };
    midpoints.into_iter().map(|(need, points)| (need, mean(points))).collect()
}

/// The points of a product for a need with this reference.
pub fn points(tender: &Tender, product: ProductIx, reference: &Exact) -> OutcomePoints {
    let Some((low, high)) = tender.products[product].outcome_cost else {
        return OutcomePoints { counted: reference.clone(), other_end: reference.clone() };
    };
    let (low, high) = (exact(low), exact(high));
    let counted = reference.clone().max(low.clone()).min(high.clone());
    let other_end = if &high - reference > reference - &low { high } else { low };
    OutcomePoints { counted, other_end }
}
