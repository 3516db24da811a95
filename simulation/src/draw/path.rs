//! A path: everything random in one replication, independent of any award.

/// Everything random in one replication. Two awards meet the same path; it is drawn by
/// [`Scenery::draw`](super::Scenery::draw) or built from stated outages by [`Scenery::scripted`](super::Scenery::scripted).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Path {
    /// Number of weeks.
    pub weeks: usize,
    /// Number of supply classes (products whose branches meet the same processes share one; class 0 never fails).
    pub classes: usize,
    /// Number of demand cells.
    pub cells: usize,
    /// Capacity left, fraction of normal, mean of the week; `[week × classes + class]`.
    pub capacity: Vec<f64>,
    /// Fraction of the week's output still held at its end by delays; same layout, empty if the pack has no delays.
    pub held: Vec<f64>,
    /// Fraction of what was held at the begin of the week that leaves in it; same layout, empty likewise.
    pub released: Vec<f64>,
    /// Demand as a multiple of the cell's mean week; `[week × cells + cell]`.
    pub demand: Vec<f64>,
    /// For each node that the pack can strike: was it below full output at some moment of the horizon?
    pub down: Vec<bool>,
    /// For each node with stock beside it and each week: did it come to a full stop? `[node × weeks + week]`.
    pub stopped: Vec<bool>,
}
