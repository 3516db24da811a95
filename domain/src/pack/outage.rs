//! Outages, random and scripted, and what they do.

use super::{Evidence, Law, NodeSelector};

/// What the level of an outage limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is not made: lost.
    Capacity,
    /// It is made and late: held where it is made, and shipped when the node is up again.
    Delay,
    /// Orders are not taken. Nothing is made for them and nothing is owed; the market has lost nothing.
    Order,
    /// Goods on the way stand still, those under way already too.
    Transit,
    /// Sites cannot take in what is due; it waits at the door.
    Receive,
    /// What is made stays in its country: sites of other countries get nothing.
    Export,
}

/// How a random outage ends. Level at time t after the outage, with l the level of the outage:
#[derive(Debug, Clone, PartialEq)]
pub enum Recovery {
    /// Full output at once.
    Step,
    /// l + (1 − l) t ÷ weeks.
    Linear {
        /// Length of the ramp, weeks.
        weeks: f64,
    },
    /// l + (1 − l) s(t), s(t) = (σ(t) − σ(0)) ÷ (1 − 2 σ(0)), σ(t) = 1 ÷ (1 + e^(6 − 12 t ÷ weeks)): slow, fast, slow.
    Logistic {
        /// Length of the ramp, weeks.
        weeks: f64,
    },
    /// Stated levels by weeks after the outage; after the last step output is full.
    Steps {
        /// Levels; the first begins at 0.
        steps: Vec<Step>,
        /// Weeks after the outage at which output is full.
        weeks: f64,
    },
}

impl Recovery {
    /// Length of the way back, weeks.
    pub fn weeks(&self) -> f64 {
        match self {
            Self::Step => 0.0,
            Self::Linear { weeks } | Self::Logistic { weeks } | Self::Steps { weeks, .. } => *weeks,
        }
    }
}

/// A node that has just recovered fails again more easily.
#[derive(Debug, Clone, PartialEq)]
pub struct Relapse {
    /// Chance that the up time after an outage is drawn from `up`.
    pub chance: f64,
    /// Up time then.
    pub up: Law,
}

/// What else happens while an outage lasts, apart from its level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shock {
    /// Goods shipped during the outage take so many more weeks.
    pub extra_lead_weeks: f64,
    /// Multiple of the price of goods shipped during the outage.
    pub price_factor: f64,
    /// Part of the stock of the struck products that is withdrawn from sites when the outage begins.
    pub recall: f64,
    /// What was withdrawn comes back after so many weeks; 0: never.
    pub hold_weeks: f64,
    /// Part of the stock at the struck sites, their reserve with it, that is lost when the outage begins; with effect `receive` only.
    pub stock_loss: f64,
    /// After the way back, output is this multiple of normal …
    pub overshoot: f64,
    /// … for so many weeks.
    pub overshoot_weeks: f64,
}

impl Default for Shock {
    fn default() -> Self {
        Self {
            extra_lead_weeks: 0.0,
            price_factor: 1.0,
            recall: 0.0,
            hold_weeks: 0.0,
            stock_loss: 0.0,
            overshoot: 1.0,
            overshoot_weeks: 0.0,
        }
    }
}

/// Random outages: up and down times of each selected node.
#[derive(Debug, Clone, PartialEq)]
pub struct Hazard {
    /// Unique name in the pack.
    pub id: String,
    /// The nodes; each has a process of its own unless `common`.
    pub nodes: Vec<NodeSelector>,
    /// One process strikes all selected nodes together.
    pub common: bool,
    /// Chance that an outage of a common process strikes a given node, drawn for each node and outage.
    pub strikes: f64,
    /// Time from recovery to the next outage.
    pub up: Law,
    /// Restart fragility.
    pub relapse: Option<Relapse>,
    /// Length of an outage (without the way back).
    pub down: Law,
    /// Chance that an outage never ends.
    pub exit: f64,
    /// Output left during an outage, 0 to 1.
    pub capacity: f64,
    /// How output comes back.
    pub recovery: Recovery,
    /// Rate of outages by calendar month, January first, relative to their mean; `None`: the same all year.
    pub season: Option<[f64; 12]>,
    /// What the level limits.
    pub effect: Effect,
    /// What else happens.
    pub shock: Shock,
    /// Where the figures come from.
    pub evidence: Evidence,
}

/// From this week after the event on, so much of a quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Weeks after the event.
    pub week: f64,
    /// Fraction of normal.
    pub level: f64,
}

/// An outage of random length at a stated time.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomOutage {
    /// Its length (without the way back).
    pub down: Law,
    /// Output left, 0 to 1.
    pub capacity: f64,
    /// How output comes back.
    pub recovery: Recovery,
}

/// A dated outage.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Unique name in the pack.
    pub id: String,
    /// The nodes struck, all together.
    pub nodes: Vec<NodeSelector>,
    /// When it strikes, weeks from the start of the horizon, or from the begin of `after`.
    pub week: f64,
    /// It strikes at a uniform moment of so many weeks from then on; 0: exactly then.
    pub window_weeks: f64,
    /// Chance that it happens, given `after`.
    pub probability: f64,
    /// Only if this event (earlier in the pack) happened.
    pub after: Option<String>,
    /// `week` counts from the begin of `after` rather than from the start of the horizon.
    pub from_after: bool,
    /// Output left, by weeks after the event; the last step holds to the end. Empty: see `outage`.
    pub steps: Vec<Step>,
    /// Sigma of a lognormal factor (median 1) that stretches the steps in time; 0: as scripted.
    pub stretch_sigma: f64,
    /// A random course instead of steps.
    pub outage: Option<RandomOutage>,
    /// What the level limits.
    pub effect: Effect,
    /// What else happens; it lasts from the event until a later step at which output is full.
    pub shock: Shock,
    /// Where the figures come from.
    pub evidence: Evidence,
}
