//! People use less when they see too little arrive.
//!
//! A week is *thin* for a need if its receipts over all sites fall below a fraction of what they should have been: the
//! mean demand, or what had been ordered for that week if that is less (sites that already use less also order less; without this,
//! saving would never end). After `lag` thin weeks in a row (at least one: decided from earlier weeks) demand is multiplied by
//! the factor, until a week is no longer thin.

use ballast_domain::Tender;
use ballast_domain::pack::{DemandEffect, Pack};

use crate::draw::speaks_of;

/// One conservation effect.
#[derive(Debug, Clone)]
pub(super) struct Conservation {
    pub below: f64,
    pub lag: u32,
    pub factor: f64,
    /// By need: does it speak of it?
    pub on: Vec<bool>,
}

impl Conservation {
    /// Those of a pack.
    pub fn all(tender: &Tender, pack: &Pack) -> Vec<Self> {
        let effect = |e: &DemandEffect| match e {
            DemandEffect::Surge { .. } => None,
            DemandEffect::Conservation { on, receipts_below, lag_weeks, factor, .. } => Some(Self {
                below: *receipts_below,
                lag: (*lag_weeks).max(1),
                factor: *factor,
                on: tender.needs.indexes().map(|n| speaks_of(on, tender, n)).collect(),
            }),
        };
        pack.demand.iter().filter_map(effect).collect()
    }
}

/// Factor on demand of each need this week: the strongest of the effects that are on.
pub(super) fn factors(effects: &[Conservation], thin_weeks: &[u32], into: &mut [f64]) {
    into.fill(1.0);
    let needs = into.len();
    for (e, effect) in effects.iter().enumerate() {
        for (n, slot) in into.iter_mut().enumerate() {
            if effect.on[n] && thin_weeks[e * needs + n] >= effect.lag {
                *slot = slot.min(effect.factor);
            }
        }
    }
}

/// Counts thin weeks, from this week's receipts and what they should have been, by need.
pub(super) fn count(effects: &[Conservation], received: &[f64], due: &[f64], thin_weeks: &mut [u32]) {
    let needs = received.len();
    for (e, effect) in effects.iter().enumerate() {
        for n in 0..needs {
            let thin = received[n] < effect.below * due[n];
            let slot = &mut thin_weeks[e * needs + n];
            *slot = if thin { *slot + 1 } else { 0 };
        }
    }
}
