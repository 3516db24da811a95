//! The form of a pack file, field by field as it stands in TOML.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub schema: String,
    pub name: String,
    pub title: String,
    pub horizon_weeks: u32,
    #[serde(default)]
    pub step: StepLength,
    #[serde(default)]
    pub initial: Initial,
    #[serde(default)]
    pub rationing: Rationing,
    #[serde(default = "default_recourse")]
    pub recourse: Vec<Recourse>,
    #[serde(default)]
    pub allocation: Allocation,
    #[serde(default)]
    pub spare: Spare,
    pub spot: Option<Spot>,
    pub release: Option<Release>,
    #[serde(default)]
    pub hazard: Vec<Hazard>,
    #[serde(default)]
    pub event: Vec<Event>,
    #[serde(default)]
    pub copula: Vec<Copula>,
    #[serde(default)]
    pub relief: Vec<Relief>,
    #[serde(default)]
    pub surge: Vec<Surge>,
    #[serde(default)]
    pub conservation: Vec<Conservation>,
    #[serde(default)]
    pub hoarding: Vec<Hoarding>,
    #[serde(default)]
    pub season: Vec<Season>,
    #[serde(default)]
    pub demand_law: Vec<DemandLaw>,
    #[serde(default)]
    pub fact: Vec<Fact>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum StepLength {
    #[default]
    Week,
    Day,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Initial {
    Up,
    #[default]
    Stationary,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Rationing {
    FairShare,
    #[default]
    Criticality,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Recourse {
    Equivalences,
    Transfer,
    Reserve,
}

fn default_recourse() -> Vec<Recourse> {
    vec![Recourse::Equivalences, Recourse::Transfer, Recourse::Reserve]
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum AllocationRule {
    Contract,
    History,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    pub rule: AllocationRule,
    #[serde(default)]
    pub loyalty: f64,
    #[serde(default = "default_blend")]
    pub blend_weeks: u32,
    pub protect: Option<f64>,
}

fn default_blend() -> u32 {
    26
}

impl Default for Allocation {
    fn default() -> Self {
        Self { rule: AllocationRule::History, loyalty: 0.0, blend_weeks: default_blend(), protect: None }
    }
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(deny_unknown_fields)]
pub struct Spare {
    pub lag_weeks: u32,
    pub surge: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    pub lag_weeks: u32,
    pub cap: f64,
    pub multiple: f64,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct Release {
    pub shortage_above: f64,
    #[serde(default)]
    pub after_weeks: u32,
}

#[derive(Deserialize)]
#[serde(tag = "law", rename_all = "snake_case", deny_unknown_fields)]
pub enum Law {
    Exponential { mean: f64 },
    Lognormal { median: f64, sigma: f64 },
    Weibull { scale: f64, shape: f64 },
    Gamma { mean: f64, shape: f64 },
    Geometric { chance: f64 },
    Fixed { weeks: f64 },
    Empirical { values: Vec<f64>, weights: Vec<f64> },
    Mixture { parts: Vec<Part> },
}

#[derive(Deserialize)]
pub struct Part {
    pub weight: f64,
    #[serde(flatten)]
    pub law: Law,
}

#[derive(Deserialize, Default)]
#[serde(tag = "shape", rename_all = "snake_case", deny_unknown_fields)]
pub enum Recovery {
    #[default]
    Step,
    Linear {
        weeks: f64,
    },
    Logistic {
        weeks: f64,
    },
    Steps {
        steps: Vec<Step>,
        weeks: f64,
    },
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    #[default]
    Capacity,
    Delay,
    Order,
    Transit,
    Receive,
    Export,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relapse {
    pub chance: f64,
    pub up: Law,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct Shock {
    #[serde(default)]
    pub extra_lead_weeks: f64,
    #[serde(default = "one")]
    pub price_factor: f64,
    #[serde(default)]
    pub recall: f64,
    #[serde(default)]
    pub hold_weeks: f64,
    #[serde(default)]
    pub stock_loss: f64,
    #[serde(default = "one")]
    pub overshoot: f64,
    #[serde(default)]
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    pub id: String,
    pub nodes: Vec<String>,
    #[serde(default)]
    pub common: bool,
    #[serde(default = "one")]
    pub strikes: f64,
    pub up: Law,
    pub relapse: Option<Relapse>,
    pub down: Law,
    #[serde(default)]
    pub exit: f64,
    #[serde(default)]
    pub capacity: f64,
    #[serde(default)]
    pub recovery: Recovery,
    pub season: Option<Vec<f64>>,
    #[serde(default)]
    pub effect: Effect,
    #[serde(default)]
    pub shock: Shock,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub week: f64,
    pub level: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RandomOutage {
    pub down: Law,
    #[serde(default)]
    pub capacity: f64,
    #[serde(default)]
    pub recovery: Recovery,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub id: String,
    pub nodes: Vec<String>,
    #[serde(default)]
    pub week: f64,
    #[serde(default)]
    pub window_weeks: f64,
    #[serde(default = "one")]
    pub probability: f64,
    pub after: Option<String>,
    #[serde(default)]
    pub from_after: bool,
    #[serde(default)]
    pub steps: Vec<Step>,
    #[serde(default)]
    pub stretch_sigma: f64,
    pub outage: Option<RandomOutage>,
    #[serde(default)]
    pub effect: Effect,
    #[serde(default)]
    pub shock: Shock,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

fn one() -> f64 {
    1.0
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    Gaussian,
    T,
    Clayton,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Coupled {
    Up,
    Down,
    Strike,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copula {
    pub id: String,
    pub family: Family,
    pub correlation: Option<f64>,
    pub degrees: Option<f64>,
    pub theta: Option<f64>,
    pub of: Vec<String>,
    pub couples: Coupled,
    #[serde(default)]
    pub survival: bool,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relief {
    pub id: String,
    pub nodes: Vec<String>,
    pub steps: Vec<Step>,
    #[serde(default)]
    pub since_loss: bool,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Surge {
    pub id: String,
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub categories: Vec<String>,
    pub from_week: f64,
    pub weeks: f64,
    pub factor: f64,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conservation {
    pub id: String,
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub categories: Vec<String>,
    pub receipts_below: f64,
    pub lag_weeks: u32,
    pub factor: f64,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hoarding {
    pub id: String,
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub categories: Vec<String>,
    pub receipts_below: f64,
    pub lag_weeks: u32,
    pub factor: f64,
    pub weeks: u32,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Season {
    pub id: String,
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub categories: Vec<String>,
    pub months: Vec<f64>,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "law", rename_all = "snake_case", deny_unknown_fields)]
pub enum Noise {
    Normal { cv: f64 },
    Gamma { cv: f64 },
    Lognormal { cv: f64 },
    Poisson,
    Compound { size: Law },
    Empirical { values: Vec<f64>, weights: Vec<f64> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemandLaw {
    pub id: String,
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub categories: Vec<String>,
    pub noise: Noise,
    pub source: String,
    #[serde(default)]
    pub assumed: Vec<String>,
    #[serde(default)]
    pub derived: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Seen,
    Derived,
    Assumed,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Input,
    Outcome,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    Calibrated,
    Checked,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    pub id: String,
    pub text: String,
    pub role: Role,
    #[serde(rename = "use")]
    pub used: Option<Use>,
    pub mark: Mark,
    pub value: Option<f64>,
    pub tolerance: Option<f64>,
    pub measure: Option<String>,
    pub source: String,
}
