//! From floating point to an award: shares to the grid, residuals to the largest line, thresholds re-reached.

mod formulary;
mod grid;
mod polish;

pub(crate) use grid::to_award;
pub(crate) use polish::{RISE, polish};
