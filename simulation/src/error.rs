//! Why a stress test or a reserve plan could not be made.

use ballast_domain::Findings;

/// What stands between a question and its answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StressError {
    /// The pack does not fit the tender; the findings say where.
    #[error("the pack does not fit the tender: {}", first(.0))]
    Pack(Findings),
    /// A reserve plan does not fit the tender.
    #[error("the reserve plan does not fit the tender: {}", first(.0))]
    Plan(Findings),
    /// A reserve target was not understood, or nothing in the tender is in its scope.
    #[error("{0}")]
    Target(String),
    /// An option is out of range.
    #[error("{0}")]
    Options(String),
    /// A linear program ended without an answer; every one of them has one.
    #[error("{0}")]
    Program(String),
    /// More than one replication in a thousand has no result.
    #[error(
        "{failed} of {all} replications failed, replication {first} first; `ballast replay --replication {first}` shows it"
    )]
    Failed {
        /// Replications without a result.
        failed: u64,
        /// Replications.
        all: u64,
        /// The first that failed.
        first: u64,
    },
    /// The caller asked to stop.
    #[error("cancelled after {done} of {planned} replications")]
    Cancelled {
        /// Replications finished.
        done: u64,
        /// Replications planned.
        planned: u64,
    },
}

fn first(findings: &Findings) -> String {
    match findings.0.split_first() {
        None => "no detail".to_owned(),
        Some((only, [])) => only.to_string(),
        Some((first, rest)) => format!("{first} (and {} more)", rest.len()),
    }
}
