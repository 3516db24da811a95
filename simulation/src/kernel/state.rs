//! Working memory of the kernel, reused from path to path.

use super::model::Model;
use super::order::order;
use super::outcome::Outcome;
use super::plain::PlainState;
use super::record::Record;
use super::supply::arrival;
use crate::draw::Path;

/// State of all cells, and the record of the path lived last.
#[derive(Debug, Clone)]
pub struct State {
    /// What happened on the path lived last.
    pub record: Record,
    /// The same in short.
    pub outcome: Outcome,
    pub(super) plain: PlainState,
    pub(super) stock: Vec<f64>,
    pub(super) reserve: Vec<f64>,
    /// Ordered and not yet received.
    pub(super) transit: Vec<f64>,
    /// Order given at the end of last week.
    pub(super) wanted: Vec<f64>,
    /// Of the order given before, what could not be shipped; kept where not every cell covers at every step.
    pub(super) unfilled: Vec<f64>,
    /// Shortage of the week in hand.
    pub(super) short: Vec<f64>,
    /// Steps in a row in which some line of the cell was struck.
    pub(super) struck: Vec<u32>,
    /// `[week × cells + cell]`, with room for the longest lead time: what will arrive, and what should.
    pub(super) arriving: Vec<f64>,
    pub(super) due: Vec<f64>,
    /// By line: may ship this week; held by delays.
    pub(super) shippable: Vec<f64>,
    pub(super) held: Vec<f64>,
    /// By line, where some line is under a clause: delivered this week, held back this week, owed.
    pub(super) sent: Vec<f64>,
    pub(super) kept: Vec<f64>,
    pub(super) owed: Vec<f64>,
    pub(super) pools: Vec<f64>,
    /// By need.
    pub(super) saving: Vec<f64>,
    pub(super) received: Vec<f64>,
    pub(super) due_now: Vec<f64>,
    pub(super) market_lost: Vec<f64>,
    /// By need: is some product of the market struck? Not yet looked at: `None`.
    pub(super) market_struck: Vec<Option<bool>>,
    /// By need: what orders grow by, in mean steps.
    pub(super) hoarding: Vec<f64>,
    /// By line: steps in a row in which it was struck.
    pub(super) line_struck: Vec<u32>,
    /// By cell: owed to users (empty if nothing ever is), waiting at the dock, steps of deep shortage in a row.
    pub(super) owed_to_users: Vec<f64>,
    pub(super) at_dock: Vec<f64>,
    pub(super) deep: Vec<u32>,
    /// Held stock: when it comes back, cell, units.
    pub(super) quarantine: Vec<(usize, usize, f64)>,
    /// `[reaction × needs + need]`: thin steps in a row; steps hoarded.
    pub(super) thin: Vec<u32>,
    pub(super) hoarded: Vec<u32>,
}

impl State {
    /// Memory for this model.
    pub fn new(model: &Model) -> Self {
        let (cells, needs, lines) = (model.cells(), model.needs, model.lines.weekly.len());
        let ahead = (model.weeks + model.longest) * cells;
        Self {
            record: Record::new(model),
            outcome: Outcome::new(model),
            plain: PlainState::new(&model.shortcut),
            stock: vec![0.0; cells],
            reserve: vec![0.0; cells],
            transit: vec![0.0; cells],
            wanted: vec![0.0; cells],
            unfilled: vec![0.0; cells],
            short: vec![0.0; cells],
            struck: vec![0; cells],
            arriving: vec![0.0; ahead],
            due: vec![0.0; ahead],
            shippable: vec![0.0; lines],
            held: vec![0.0; lines],
            sent: vec![0.0; lines],
            kept: vec![0.0; lines],
            owed: vec![0.0; lines],
            pools: vec![0.0; model.pools.len()],
            saving: vec![1.0; needs],
            received: vec![0.0; needs],
            due_now: vec![0.0; needs],
            market_lost: vec![0.0; needs],
            market_struck: vec![None; needs],
            hoarding: vec![0.0; needs],
            line_struck: vec![0; lines],
            owed_to_users: vec![0.0; model.backlog.len()],
            at_dock: vec![0.0; cells],
            deep: vec![0; cells],
            quarantine: Vec::new(),
            thin: vec![0; model.reactions.len() * needs],
            hoarded: vec![0; model.reactions.len() * needs],
        }
    }

    /// Reads the outcome from the record of a path that was lived through in full.
    pub fn sum_up(&mut self, model: &Model) {
        self.outcome.read(model, &self.record);
    }

    /// The first day: stock as stated, reserve full, a normal flow on the way.
    pub(super) fn open(&mut self, model: &Model, path: &Path) {
        let cells = model.cells();
        self.stock.copy_from_slice(&model.opening_stock);
        self.reserve.copy_from_slice(&model.reserve_target);
        self.transit.copy_from_slice(&model.transit_target);
        self.struck.fill(0);
        self.unfilled.fill(0.0);
        self.line_struck.fill(0);
        self.held.fill(0.0);
        self.owed.fill(0.0);
        self.thin.fill(0);
        self.hoarded.fill(0);
        self.hoarding.fill(0.0);
        self.owed_to_users.fill(0.0);
        self.at_dock.fill(0.0);
        self.deep.fill(0);
        self.quarantine.clear();
        self.record.withdrawn.fill(0.0);
        self.record.ordered.fill(0.0);
        self.record.spot_units = 0.0;
        self.record.spot_cost = 0.0;
        self.record.price_rise = 0.0;
        self.record.gained.fill(0.0);
        self.record.saved.fill(0.0);
        self.record.pool_lost = 0.0;
        self.record.excess.fill(0.0);
        self.record.credit.fill(0.0);
        for (units, pool) in self.pools.iter_mut().zip(&model.pools) {
            *units = pool.units;
        }
        self.arriving.fill(0.0);
        self.due.fill(0.0);
        self.record.spare.fill(0.0);
        for c in 0..cells {
            for l in model.lines.of(c) {
                let (lead, class) = (model.lines.lead[l], model.lines.class[l]);
                for w in 0..lead {
                    let arrives = arrival(path, class, w as isize - lead as isize, lead);
                    if arrives < model.weeks {
                        self.arriving[arrives * cells + c] += model.lines.weekly[l];
                    }
                    self.due[w * cells + c] += model.lines.weekly[l];
                }
            }
        }
        order(model, None, self);
    }
}
