//! A cap on the model's objective as a row, Σ cost·x ≤ cap, so that another objective can take its place.

use crate::model::{Col, Model, RowLabel, Terms};

/// Money that the solver's tolerance of 1e-6 may stand for, as far as the size of the numbers allows.
const CENT: f64 = 0.005;
/// Relative room for floating point, so that presolve does not refuse the award that set the cap.
const ROOM: f64 = 1e-9;
/// The most that a row's bound may be.
const LARGEST: f64 = 1e4;

/// Adds the row for a cap in money.
pub(super) fn at_most(model: &mut Model, cap: f64) {
    let cap = cap + ROOM * cap.abs();
    let unit = (CENT / 1e-6).max(cap.abs() / LARGEST);
    let factor = model.money_scale / unit;
    let costs = model.cost.iter().enumerate().filter(|(_, c)| **c != 0.0);
    let terms: Terms = costs.map(|(i, c)| (Col(u32::try_from(i).unwrap_or(u32::MAX)), c * factor)).collect();
    model.row(RowLabel::Link, f64::NEG_INFINITY, cap / unit - model.offset * factor, terms);
}
