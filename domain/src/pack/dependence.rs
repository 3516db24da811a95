//! What random outages have in common beyond the nodes that they share: copulas.
//!
//! Each is a one-factor copula: given the factor of a replication the members are independent, and every pair of them has the
//! copula named. A lasting factor is what a bad climate is (inspections, a season, a market).

use super::Evidence;

/// A family of copulas.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Family {
    /// U = Φ(√ρ M + √(1 − ρ) ε). No dependence in the tails.
    Gaussian {
        /// Correlation ρ of each pair, 0 to 1.
        correlation: f64,
    },
    /// U = t_ν((√ρ M + √(1 − ρ) ε) ÷ √(χ²_ν / ν)). Dependence in both tails.
    T {
        /// Correlation ρ of each pair, 0 to 1.
        correlation: f64,
        /// Degrees of freedom ν.
        degrees: f64,
    },
    /// U = (1 + E ÷ V)^(−1/θ), V ~ gamma(1/θ), E ~ exponential(1): Clayton's copula. Dependence where U is small; Kendall's τ = θ ÷ (θ + 2).
    Clayton {
        /// θ > 0.
        theta: f64,
    },
}

/// What of its members a copula couples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coupled {
    /// Up times of hazards: small U, early failure.
    Up,
    /// Lengths of outages of hazards: small U, short outage.
    Down,
    /// Whether events happen: U below the probability of the event.
    Strike,
}

/// A copula over hazards or events.
#[derive(Debug, Clone, PartialEq)]
pub struct Copula {
    /// Unique name in the pack.
    pub id: String,
    /// Its family.
    pub family: Family,
    /// Ids of hazards, or of events.
    pub of: Vec<String>,
    /// What is coupled.
    pub couples: Coupled,
    /// U is replaced by 1 − U: dependence of the small becomes that of the large.
    pub survival: bool,
    /// Where the figures come from.
    pub evidence: Evidence,
}
