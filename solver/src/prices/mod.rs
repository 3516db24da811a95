//! Prices in the model: discounts by tier.

mod groups;
mod reach;
pub(crate) mod tiers;

use crate::model::Col;

/// A tier in the model: its binary, its measure column and the threshold in the measure's scaled unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Threshold {
    /// λ.
    pub(crate) earned: Col,
    /// M.
    pub(crate) measure: Col,
    /// L.
    pub(crate) from: f64,
}
