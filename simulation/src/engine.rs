//! How a stress test is worked out. None of it changes a figure that is asked for.

use crate::kernel::Instructions;

/// The figures that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Metrics {
    /// All of the report.
    #[default]
    All,
    /// All but the weekly bands and the stock of each need: no week-by-week record is kept, and replications are many times as quick.
    Scalars,
}

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Engine {
    /// What it is asked.
    pub metrics: Metrics,
    /// What it works with.
    pub instructions: Instructions,
}
