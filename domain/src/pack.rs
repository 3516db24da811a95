//! Disruption packs: what may go wrong, with recovery and reaction. Times are in weeks, capacities are fractions of
//! normal output, and every figure names its source or says that it is assumed.

/// A law of a duration in weeks.
#[derive(Debug, Clone, PartialEq)]
pub enum Law {
    /// Memoryless with this mean.
    Exponential {
        /// Mean, weeks.
        mean: f64,
    },
    /// `ln X` is normal.
    Lognormal {
        /// Median, weeks.
        median: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Shape below 1: failures cluster after a restart.
    Weibull {
        /// Scale, weeks.
        scale: f64,
        /// Shape.
        shape: f64,
    },
    /// Gamma with this mean.
    Gamma {
        /// Mean, weeks.
        mean: f64,
        /// Shape.
        shape: f64,
    },
    /// Whole weeks; ends in each with this chance.
    Geometric {
        /// Chance per week, above 0 and at most 1.
        chance: f64,
    },
    /// Always the same.
    Fixed {
        /// Weeks.
        weeks: f64,
    },
    /// One of these values, drawn by weight.
    Empirical {
        /// Weeks.
        values: Vec<f64>,
        /// Weights, same length, positive sum.
        weights: Vec<f64>,
    },
    /// One of these laws, drawn by weight.
    Mixture {
        /// Weight and law.
        parts: Vec<(f64, Law)>,
    },
}

impl Law {
    /// Mean in weeks.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Exponential { mean } | Self::Gamma { mean, .. } => *mean,
            Self::Lognormal { median, sigma } => median * (sigma * sigma / 2.0).exp(),
            Self::Weibull { scale, shape } => scale * gamma(1.0 + 1.0 / shape),
            Self::Geometric { chance } => 1.0 / chance,
            Self::Fixed { weeks } => *weeks,
            Self::Empirical { values, weights } => {
                values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / weights.iter().sum::<f64>()
            }
            Self::Mixture { parts } => {
                parts.iter().map(|(w, l)| w * l.mean()).sum::<f64>() / parts.iter().map(|(w, _)| w).sum::<f64>()
            }
        }
    }
}

/// The gamma function for arguments above 1 (Lanczos 1964, g = 7, n = 9).
fn gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = C.iter().enumerate().skip(1).fold(C[0], |s, (i, c)| s + c / (x + i as f64));
    (2.0 * std::f64::consts::PI).sqrt() * t.powf(x + 0.5) * (-t).exp() * sum
}

/// Which nodes of the factor map: a kind and an id, or every node of the kind (`plant:*`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeSelector {
    /// `product`, `supplier`, `parent`, `plant`, `input`, `plant_region`, `country`.
    pub kind: crate::factor_map::NodeKind,
    /// Id, or `*`.
    pub id: String,
}

/// What happens to output while a node is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is not made: lost.
    Capacity,
    /// It is late: held, and released when the node is up again.
    Delay,
}

/// How a random outage ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Recovery {
    /// Full output at once.
    Step,
    /// Output rises evenly from the outage's level to full over so many weeks after the outage.
    Linear {
        /// Length of the ramp, weeks.
        weeks: f64,
    },
}

/// Where a figure comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Citation.
    pub source: String,
    /// Names of the figures that are assumed, or `*`.
    pub assumed: Vec<String>,
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
    /// Time from recovery to the next outage.
    pub up: Law,
    /// Length of an outage (without the ramp).
    pub down: Law,
    /// Output left during an outage, 0 to 1.
    pub capacity: f64,
    /// How output comes back.
    pub recovery: Recovery,
    /// Lost or late.
    pub effect: Effect,
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

/// A dated, scripted outage.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Unique name in the pack.
    pub id: String,
    /// The nodes struck, all together.
    pub nodes: Vec<NodeSelector>,
    /// When it strikes, weeks from the start of the horizon.
    pub week: f64,
    /// Chance that it happens, given `after`.
    pub probability: f64,
    /// Only if this event (earlier in the pack) happened.
    pub after: Option<String>,
    /// Output left, by weeks after the event; the last step holds to the end.
    pub steps: Vec<Step>,
    /// Sigma of a lognormal factor (median 1) that stretches the steps in time; 0: as scripted.
    pub stretch_sigma: f64,
    /// Where the figures come from.
    pub evidence: Evidence,
}

/// Supply that appears when lines of a supplier fail: imports from sister plants, released channel stock.
#[derive(Debug, Clone, PartialEq)]
pub struct Relief {
    /// Unique name in the pack.
    pub id: String,
    /// Nodes whose loss is relieved.
    pub nodes: Vec<NodeSelector>,
    /// Lifts what arrives to at least this fraction of normal, by week of the horizon.
    pub steps: Vec<Step>,
    /// Where the figures come from.
    pub evidence: Evidence,
}

/// Which needs a demand effect speaks of; both empty: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NeedSelector {
    /// Need ids.
    pub needs: Vec<String>,
    /// Category ids.
    pub categories: Vec<String>,
}

/// A change of demand.
#[derive(Debug, Clone, PartialEq)]
pub enum DemandEffect {
    /// Demand × factor between two weeks.
    Surge {
        /// Unique name in the pack.
        id: String,
        /// Where.
        on: NeedSelector,
        /// First week.
        from_week: f64,
        /// Length, weeks.
        weeks: f64,
        /// Multiple of normal demand.
        factor: f64,
        /// Where the figures come from.
        evidence: Evidence,
    },
    /// Demand × factor from `lag` weeks after receipts of the need fell below a threshold, until they are back.
    Conservation {
        /// Unique name in the pack.
        id: String,
        /// Where.
        on: NeedSelector,
        /// Begins when a week's receipts of the need fall below this fraction of mean demand.
        receipts_below: f64,
        /// Weeks until people have changed their ways.
        lag_weeks: u32,
        /// Multiple of normal demand while it lasts.
        factor: f64,
        /// Where the figures come from.
        evidence: Evidence,
    },
}

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
}

/// What is tried in the same week, in order, before demand goes unmet.
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

/// How a shortage is shared among sites and needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rationing {
    /// Every site gives up the same fraction.
    FairShare,
    /// What may move goes to the most critical need first.
    Criticality,
}

/// What the simulation assumes on the first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initial {
    /// Everything is up.
    Up,
    /// Each process is in its long-run state.
    Stationary,
}

/// A disruption pack.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Short name.
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Length of the horizon, weeks.
    pub horizon_weeks: u32,
    /// State on the first day.
    pub initial: Initial,
    /// Allocation.
    pub allocation: Allocation,
    /// Same-week recourse, in order.
    pub recourse: Vec<Recourse>,
    /// Lagged spare capacity.
    pub spare: Spare,
    /// Rationing.
    pub rationing: Rationing,
    /// Random outages.
    pub hazards: Vec<Hazard>,
    /// Scripted outages.
    pub events: Vec<Event>,
    /// Relief.
    pub relief: Vec<Relief>,
    /// Demand effects.
    pub demand: Vec<DemandEffect>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_those_of_the_textbook() {
        assert!(
            (Law::Weibull { scale: 10.0, shape: 2.0 }.mean() - 10.0 * std::f64::consts::PI.sqrt() / 2.0).abs() < 1e-9
        );
        assert!((Law::Lognormal { median: 18.0, sigma: 0.6 }.mean() - 21.549_9).abs() < 1e-3);
        assert_eq!(Law::Geometric { chance: 0.25 }.mean(), 4.0);
    }
}
