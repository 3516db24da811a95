//! Tender and options in, award with bound and certificate out.
//!
//! [`model`] states the award as a mixed-integer program, `highs` solves it, `repair` turns floating
//! point into an exact award, and the certificate of `ballast-domain` judges it. Infeasible, limit reached and cancelled
//! are answers, not errors.

pub mod bound;
mod confirmed;
pub mod conflicts;
mod direct;
mod highs;
pub mod model;
mod prices;
mod repair;
mod report;
mod rules;

mod search;

pub use ballast_domain::award::Award;
pub use direct::InProcess;
pub use highs::{VERSION as HIGHS_VERSION, version as highs_version};
pub use report::{
    Aim, Control, Engine, EngineError, Event, Limit, LogEntry, Options, Reached, Reason, SolveReport, Statistics, Step,
    TIES_UP_TO_COLUMNS, Termination, default_entry,
};
pub use search::{Walked, walk};
