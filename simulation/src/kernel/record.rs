//! What happened on one path, week by week and cell by cell. All in need units, `[week × cells + cell]`.

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
    /// Pooled stock lost with plants, over the whole horizon.
    pub pool_lost: f64,
    /// By supplier with a clause on failure to supply: what replacements cost beyond the contract price, money.
    pub excess: Vec<f64>,
    /// The same: what the supplier pays back.
    pub credit: Vec<f64>,
}

impl Record {
    pub(super) fn new(weeks: usize, cells: usize, saves: bool, clauses: usize) -> Self {
        let zero = || vec![0.0; weeks * cells];
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
            saves,
            pool_lost: 0.0,
            excess: vec![0.0; clauses],
            credit: vec![0.0; clauses],
        }
    }
}
