//! What people do when supply fails.

use super::{Evidence, NodeSelector, Step};

/// How a struck supplier shares out what it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllocationRule {
    /// By the award's volume.
    Contract,
    /// By receipts of the last 52 weeks: a new customer starts at nothing and blends to contract volume over 26 weeks.
    History,
}

/// Allocation while a supplier is short.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allocation {
    /// The rule.
    pub rule: AllocationRule,
    /// Weight of loyalty: entitlement × (1 + loyalty × own share of the supplier in our volume).
    pub loyalty: f64,
    /// Weeks until a new customer counts in full.
    pub blend_weeks: u32,
    /// While some supplier of a need is struck, the others ship at most this multiple of what the site is entitled to by the
    /// rule: they protect the customers they had. `None`: they do not.
    pub protect: Option<f64>,
}

/// What is tried in the same step, in order, before demand goes unmet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recourse {
    /// Other products on hand that may serve the need.
    Equivalences,
    /// Stock of other sites of the same member, beyond their own week.
    Transfer,
    /// The reserve.
    Reserve,
}

/// Spare capacity of the other awarded suppliers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spare {
    /// Weeks from the loss to the first extra delivery.
    pub lag_weeks: u32,
    /// Most that a supplier delivers beyond contract, as a fraction of it.
    pub surge: f64,
}

/// Purchases outside the contract: what goes unmet in a step is bought, dear and not without limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// Weeks from the shortage to delivery.
    pub lag_weeks: u32,
    /// Most that is bought, as a fraction of mean demand.
    pub cap: f64,
    /// Price, as a multiple of the lowest price that was bid for the line.
    pub multiple: f64,
    /// Where the figures come from.
    pub evidence: Evidence,
}

/// When a site's reserve may be used. It opens once the shortage has been deep enough for long enough, and closes with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Release {
    /// Fraction of the step's demand that must be short before the reserve's turn.
    pub shortage_above: f64,
    /// For so many weeks in a row before it opens.
    pub after_weeks: u32,
}

/// How a shortage is shared among sites and needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rationing {
    /// Every site gives up the same fraction.
    FairShare,
    /// What may move goes to the most critical need first.
    Criticality,
}

/// Supply that appears when lines of a supplier fail: imports from sister plants, released channel stock.
#[derive(Debug, Clone, PartialEq)]
pub struct Relief {
    /// Unique name in the pack.
    pub id: String,
    /// Nodes whose loss is relieved.
    pub nodes: Vec<NodeSelector>,
    /// Lifts what arrives to at least this fraction of normal, by week of the horizon or since the loss.
    pub steps: Vec<Step>,
    /// Weeks of the steps count from the week in which the product was struck, not from the start of the horizon.
    pub since_loss: bool,
    /// Where the figures come from.
    pub evidence: Evidence,
}
