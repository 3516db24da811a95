//! Working memory of the kernel, reused from path to path.

use super::model::Model;
use super::record::Record;

/// State of all cells, and the record of the path lived last.
#[derive(Debug, Clone)]
pub struct State {
    /// What happened on the path lived last.
    pub record: Record,
    pub(super) stock: Vec<f64>,
    pub(super) reserve: Vec<f64>,
    /// Ordered and not yet received.
    pub(super) transit: Vec<f64>,
    /// Order given at the end of last week.
    pub(super) wanted: Vec<f64>,
    /// Shortage of the week in hand.
    pub(super) short: Vec<f64>,
    /// Weeks in a row in which some line of the cell was struck.
    pub(super) struck_weeks: Vec<u32>,
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
    /// `[effect × needs + need]`.
    pub(super) thin_weeks: Vec<u32>,
}

impl State {
    /// Memory for this model.
    pub fn new(model: &Model) -> Self {
        let (cells, needs, lines) = (model.cells(), model.needs, model.lines.weekly.len());
        let ahead = (model.weeks + model.longest) * cells;
        Self {
            record: Record::new(model.weeks, cells, !model.conservation.is_empty(), model.clauses.suppliers.len()),
            stock: vec![0.0; cells],
            reserve: vec![0.0; cells],
            transit: vec![0.0; cells],
            wanted: vec![0.0; cells],
            short: vec![0.0; cells],
            struck_weeks: vec![0; cells],
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
            thin_weeks: vec![0; model.conservation.len() * needs],
        }
    }

    /// The first day: stock as stated, reserve full, a normal flow on the way.
    pub(super) fn open(&mut self, model: &Model) {
        let cells = model.cells();
        self.stock.copy_from_slice(&model.opening_stock);
        self.reserve.copy_from_slice(&model.reserve_target);
        self.transit.copy_from_slice(&model.transit_target);
        self.struck_weeks.fill(0);
        self.held.fill(0.0);
        self.owed.fill(0.0);
        self.thin_weeks.fill(0);
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
                for w in 0..model.lines.lead[l] {
                    self.arriving[w * cells + c] += model.lines.weekly[l];
                    self.due[w * cells + c] += model.lines.weekly[l];
                }
            }
        }
        self.order(model);
    }

    /// The order of each cell: one mean week and whatever is missing in stock, reserve and on the way.
    pub(super) fn order(&mut self, model: &Model) {
        let have = self.stock.iter().zip(&self.reserve).zip(&self.transit);
        let target = model.stock_target.iter().zip(&model.reserve_target).zip(&model.transit_target);
        for ((wanted, mean), (((s, r), t), ((st, rt), tt))) in
            self.wanted.iter_mut().zip(&model.mean).zip(have.zip(target))
        {
            let order = mean + (st - s) + (rt - r) + (tt - t);
            *wanted = if order > 0.0 { order } else { 0.0 };
        }
    }
}
