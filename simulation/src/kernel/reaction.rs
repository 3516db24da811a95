//! People use less, or order more, when they see too little arrive.
//!
//! A step is *thin* for a need if its receipts over all sites fall below a fraction of what they should have been: the
//! mean demand, or what had been ordered for that step if that is less (sites that already use less also order less; without this,
//! saving would never end). After `lag` weeks of thin steps in a row (at least one step: decided from earlier steps)
//!
//! * conservation multiplies demand by its factor,
//! * hoarding adds (factor − 1) × the mean step to every order, until it has lasted for its weeks,
//!
//! until a step is no longer thin.

use ballast_domain::Tender;
use ballast_domain::pack::{DemandEffect, NeedSelector, Pack};

use crate::draw::speaks_of;

/// What people do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Does {
    /// Demand is multiplied.
    Saves,
    /// Orders grow, for at most so many steps.
    Hoards(u32),
}

/// One reaction to thin receipts.
#[derive(Debug, Clone)]
pub(super) struct Reaction {
    pub does: Does,
    pub below: f64,
    /// Steps.
    pub lag: u32,
    pub factor: f64,
    /// By need: does it speak of it?
    pub on: Vec<bool>,
}

impl Reaction {
    /// Those of a pack.
    pub fn all(tender: &Tender, pack: &Pack) -> Vec<Self> {
        let per_week = pack.step.per_week();
        let on = |on: &NeedSelector| tender.needs.indexes().map(|n| speaks_of(on, tender, n)).collect();
        let reaction = |e: &DemandEffect| match e {
            DemandEffect::Surge { .. } | DemandEffect::Season { .. } => None,
            DemandEffect::Conservation { on: needs, receipts_below, lag_weeks, factor, .. } => Some(Self {
                does: Does::Saves,
                below: *receipts_below,
                lag: (*lag_weeks * per_week).max(1),
                factor: *factor,
                on: on(needs),
            }),
            DemandEffect::Hoarding { on: needs, receipts_below, lag_weeks, factor, weeks, .. } => Some(Self {
                does: Does::Hoards(*weeks * per_week),
                below: *receipts_below,
                lag: (*lag_weeks * per_week).max(1),
                factor: *factor,
                on: on(needs),
            }),
        };
        pack.demand.iter().filter_map(reaction).collect()
    }

    /// True if it can lower demand.
    pub fn saves(&self) -> bool {
        self.does == Does::Saves
    }
}

/// Factor on demand of each need in this step: the strongest of the reactions that are on.
pub(super) fn saving(reactions: &[Reaction], thin: &[u32], into: &mut [f64]) {
    into.fill(1.0);
    let needs = into.len();
    for (e, reaction) in reactions.iter().enumerate().filter(|(_, r)| r.saves()) {
        for (n, slot) in into.iter_mut().enumerate() {
            if reaction.on[n] && thin[e * needs + n] >= reaction.lag {
                *slot = slot.min(reaction.factor);
            }
        }
    }
}

/// What orders grow by, in mean steps, by need; `spent` counts the steps that each hoarding has lasted.
pub(super) fn hoarding(reactions: &[Reaction], thin: &[u32], spent: &mut [u32], into: &mut [f64]) {
    into.fill(0.0);
    let needs = into.len();
    for (e, reaction) in reactions.iter().enumerate() {
        let Does::Hoards(most) = reaction.does else { continue };
        for (n, slot) in into.iter_mut().enumerate() {
            let at = e * needs + n;
            if reaction.on[n] && thin[at] >= reaction.lag && spent[at] < most {
                spent[at] += 1;
                *slot = slot.max(reaction.factor - 1.0);
            }
        }
    }
}

/// Counts thin steps, from this step's receipts and what they should have been, by need.
pub(super) fn count(reactions: &[Reaction], received: &[f64], due: &[f64], thin: &mut [u32]) {
    let needs = received.len();
    for (e, reaction) in reactions.iter().enumerate() {
        for n in 0..needs {
            let thin_now = received[n] < reaction.below * due[n];
            let slot = &mut thin[e * needs + n];
            *slot = if thin_now { *slot + 1 } else { 0 };
        }
    }
}
