//! What happened on one path, step by step and cell by cell. All in need units, `[step × cells + cell]`.

/// The weekly record of one replication.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Number of demand cells.
    pub cells: usize,
    /// Demand after surge and conservation.
    pub demand: Vec<f64>,
    /// Demand that conservation saved.
    pub saved: Vec<f64>,
    /// Arrived from suppliers.
    pub received: Vec<f64>,
    /// What more could have arrived this week, had it been ordered.
    pub spare: Vec<f64>,
    /// Net gain from other cells and pools.
    pub gained: Vec<f64>,
    /// Shortage that was left when the reserve's turn came (at the end, if the pack does not use the reserve).
    pub short: Vec<f64>,
    /// Drawn from the site's own reserve.
    pub reserve_drawn: Vec<f64>,
    /// Demand that went unmet.
    pub unmet: Vec<f64>,
    /// Working stock and reserve at the end of the week.
    pub stock: Vec<f64>,
    /// By week: was any cell short before recourse? If not, `short`, `reserve_drawn` and `unmet` are 0 in all cells.
    pub any_short: Vec<bool>,
    /// False if no pack effect can save demand: `saved` is 0 throughout.
    pub saves: bool,
    /// Units owed to users that were served late; empty if nothing is ever owed.
    pub cleared: Vec<f64>,
    /// Units owed to users at the end of the step; empty likewise.
    pub owed: Vec<f64>,
    /// Ordered at the end of the step, hoarding included; empty if every cell covers at every step.
    pub ordered: Vec<f64>,
    /// Withdrawn from the shelves less what came back; empty if nothing is ever withdrawn.
    pub withdrawn: Vec<f64>,
    /// Bought outside the contract, over the whole horizon; part of `received` when it arrives.
    pub spot_units: f64,
    /// What that cost, money.
    pub spot_cost: f64,
    /// What shipments cost more than contracted because prices rose, money.
    pub price_rise: f64,
    /// Pooled stock lost with plants, over the whole horizon.
    pub pool_lost: f64,
    /// By supplier with a clause on failure to supply: what replacements cost beyond the contract price, money.
    pub excess: Vec<f64>,
    /// The same: what the supplier pays back.
    pub credit: Vec<f64>,
}

impl Record {
    pub(super) fn new(model: &super::Model) -> Self {
        let (weeks, cells, clauses) = (model.weeks, model.cells(), model.clauses.suppliers.len());
        let zero = || vec![0.0; weeks * cells];
        let if_any = |any: bool| if any { zero() } else { Vec::new() };
        Self {
            cells,
            demand: zero(),
            saved: zero(),
            received: zero(),
            spare: zero(),
            gained: zero(),
            short: zero(),
            reserve_drawn: zero(),
            unmet: zero(),
            stock: zero(),
            any_short: vec![false; weeks],
            saves: model.saves(),
            cleared: if_any(!model.backlog.is_empty()),
            owed: if_any(!model.backlog.is_empty()),
            ordered: if_any(model.counts_orders()),
            withdrawn: if_any(model.recalls),
            spot_units: 0.0,
            spot_cost: 0.0,
            price_rise: 0.0,
            pool_lost: 0.0,
            excess: vec![0.0; clauses],
            credit: vec![0.0; clauses],
        }
    }
}
