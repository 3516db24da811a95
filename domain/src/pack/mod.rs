//! Disruption packs: what may go wrong, with recovery and reaction. Times are in weeks, capacities are fractions of
//! normal output, and every figure names its source or says that it is assumed.

mod demand;
mod dependence;
mod fact;
mod law;
mod outage;
mod people;

pub use demand::{DemandEffect, DemandLaw, NeedSelector, Noise};
pub use dependence::{Copula, Coupled, Family};
pub use fact::{Evidence, Fact, Mark, Role};
pub use law::Law;
pub use outage::{Effect, Event, Hazard, RandomOutage, Recovery, Relapse, Shock, Step};
pub use people::{Allocation, AllocationRule, Rationing, Recourse, Release, Relief, Spare, Spot};

/// Which nodes of the factor map: a kind and an id, or every node of the kind (`plant:*`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeSelector {
    /// `product`, `supplier`, `parent`, `plant`, `input`, `plant_region`, `country`, `lane`, `site_region`, `site`.
    pub kind: crate::factor_map::NodeKind,
    /// Id, or `*`.
    pub id: String,
}

/// What the simulation assumes on the first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initial {
    /// Everything is up.
    Up,
    /// Each process is in its long-run state.
    Stationary,
}

/// Length of a step of the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepLength {
    /// A week.
    #[default]
    Week,
    /// A day; a week has seven.
    Day,
}

impl StepLength {
    /// Steps in a week.
    pub fn per_week(self) -> u32 {
        match self {
            Self::Week => 1,
            Self::Day => 7,
        }
    }
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
    /// Length of a step.
    pub step: StepLength,
    /// State on the first day.
    pub initial: Initial,
    /// Allocation.
    pub allocation: Allocation,
    /// Same-step recourse, in order.
    pub recourse: Vec<Recourse>,
    /// Lagged spare capacity.
    pub spare: Spare,
    /// Purchases outside the contract.
    pub spot: Option<Spot>,
    /// When the reserve may be used; `None`: whenever something is short.
    pub release: Option<Release>,
    /// Rationing.
    pub rationing: Rationing,
    /// Random outages.
    pub hazards: Vec<Hazard>,
    /// Scripted outages.
    pub events: Vec<Event>,
    /// What random outages have in common.
    pub copulas: Vec<Copula>,
    /// Relief.
    pub relief: Vec<Relief>,
    /// Demand effects.
    pub demand: Vec<DemandEffect>,
    /// Laws of demand that replace the tender's weekly variation.
    pub demand_laws: Vec<DemandLaw>,
    /// What is known about the event that the pack tells of.
    pub facts: Vec<Fact>,
}

impl Pack {
    /// A pack in which nothing happens: contract allocation, the reserve as the only recourse, everything up.
    pub fn calm(name: &str, horizon_weeks: u32) -> Self {
        Self {
            name: name.to_owned(),
            title: String::new(),
            horizon_weeks,
            step: StepLength::Week,
            initial: Initial::Up,
            allocation: Allocation { rule: AllocationRule::Contract, loyalty: 0.0, blend_weeks: 0, protect: None },
            recourse: vec![Recourse::Reserve],
            spare: Spare { lag_weeks: 0, surge: 0.0 },
            spot: None,
            release: None,
            rationing: Rationing::FairShare,
            hazards: Vec::new(),
            events: Vec::new(),
            copulas: Vec::new(),
            relief: Vec::new(),
            demand: Vec::new(),
            demand_laws: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Both packs at once: entries add up, settings are those of `self`, the horizon is the longer one.
    pub fn join(&mut self, other: Self) {
        self.name = format!("{}+{}", self.name, other.name);
        self.title = format!("{}; {}", self.title, other.title);
        self.horizon_weeks = self.horizon_weeks.max(other.horizon_weeks);
        self.hazards.extend(other.hazards);
        self.events.extend(other.events);
        self.copulas.extend(other.copulas);
        self.relief.extend(other.relief);
        self.demand.extend(other.demand);
        self.demand_laws.extend(other.demand_laws);
        self.facts.extend(other.facts);
    }
}
