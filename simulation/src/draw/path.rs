//! A path: everything random in one replication, independent of any award.

/// Everything random in one replication. Two awards meet the same path; it is drawn by
/// [`Scenery::draw`](super::Scenery::draw) or built from stated outages by [`Scenery::scripted`](super::Scenery::scripted).
/// A step is a week, or a day if the pack says so.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Path {
    /// Number of steps.
    pub weeks: usize,
    /// Number of supply classes (products whose branches meet the same processes share one; class 0 never fails).
    pub classes: usize,
    /// Number of demand cells.
    pub cells: usize,
    /// Capacity left, fraction of normal, mean of the step; `[step × classes + class]`. Above 1 where output overshoots.
    pub capacity: Vec<f64>,
    /// In which steps the capacity of a class differs from the step before (1 before the first): bit `class % 64` of
    /// `[step × words + class ÷ 64]`, so many words a step as the classes need.
    pub changed: Vec<u64>,
    /// Fraction of the step's output still held at its end by delays; same layout, empty if the pack has no delays.
    pub held: Vec<f64>,
    /// Fraction of what was held at the begin of the step that leaves in it; same layout, empty likewise.
    pub released: Vec<f64>,
    /// Fraction of orders taken; same layout, empty if no order is ever refused.
    pub taken: Vec<f64>,
    /// Fraction of the step in which goods on the way move; same layout, empty if they always do.
    pub moving: Vec<f64>,
    /// Steps that goods shipped in this step take longer; same layout, empty if none ever do.
    pub extra_lead: Vec<usize>,
    /// Multiple of the price of goods shipped in this step; same layout, empty if prices never change.
    pub price: Vec<f64>,
    /// Fraction of what is due that a dock takes in; `[step × docks + dock]`, empty if every dock is always open.
    pub docks: Vec<f64>,
    /// Stock that is withdrawn from sites, in order of step.
    pub withdrawals: Vec<Withdrawal>,
    /// Stock that is lost at sites, in order of step.
    pub losses: Vec<StockLoss>,
    /// Demand as a multiple of the cell's mean step; `[step × cells + cell]`.
    pub demand: Vec<f64>,
    /// For each node that the pack can strike: was it below full output at some moment of the horizon?
    pub down: Vec<bool>,
    /// For each node with stock beside it and each step: did it come to a full stop? `[node × steps + step]`.
    pub stopped: Vec<bool>,
}

/// Stock of the sites of a dock is lost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StockLoss {
    /// When.
    pub step: usize,
    /// At which dock.
    pub dock: usize,
    /// Part of it.
    pub part: f64,
}

/// Stock of the products of a class leaves the shelves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Withdrawal {
    /// When.
    pub step: usize,
    /// Which products.
    pub class: u32,
    /// Part of their stock.
    pub part: f64,
    /// When it comes back, if it does.
    pub returns: Option<usize>,
}
