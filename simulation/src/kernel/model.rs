//! An award under a pack, as flat arrays for the kernel.

use ballast_domain::index::Ix;
use ballast_domain::pack::{Rationing, Recourse};
use ballast_domain::{Award, Tender};

use super::allocation::{Lines, Market};
use super::clauses::Clauses;
use super::conservation::Conservation;
use super::links::{Donor, Pool, donors, groups};
use super::opening::opening;
use crate::draw::Scenery;
use crate::reserve::ReservePlan;

/// Everything the kernel needs besides the path. Cells are those of the tender, in its order; all quantities are need
/// units (per week where a flow).
#[derive(Debug, Clone)]
pub struct Model {
    /// Weeks of the horizon.
    pub weeks: usize,
    /// Number of needs.
    pub needs: usize,
    /// Mean weekly demand of each cell: yearly quantity ÷ 52.
    pub mean: Vec<f64>,
    /// Need of each cell.
    pub need: Vec<u32>,
    /// Working stock that orders aim for.
    pub stock_target: Vec<f64>,
    /// Reserve that orders aim for; full on the first day.
    pub reserve_target: Vec<f64>,
    /// Working stock on the first day.
    pub opening_stock: Vec<f64>,
    /// Most that may be shipped to a cell in a week.
    pub most: Vec<f64>,
    /// Multiple of a line's normal week that it may ship.
    pub headroom: Vec<f64>,
    /// Goods on the way when all is normal.
    pub transit_target: Vec<f64>,
    /// True where every line arrives in the week it is shipped.
    pub(super) direct: Vec<bool>,
    /// True if all cells are direct nothing but capacity, order and headroom decides what is shipped, and no line is under a clause.
    pub(super) plain: bool,
    /// Clauses on failure to supply of the awarded offers.
    pub clauses: Clauses,
    pub(super) lines: Lines,
    pub(super) market: Market,
    pub(super) donors: Vec<Donor>,
    pub(super) groups: Vec<Vec<usize>>,
    pub(super) pools: Vec<Pool>,
    pub(super) conservation: Vec<Conservation>,
    pub(super) recourse: Vec<Recourse>,
    pub(super) rationing: Rationing,
    /// Longest lead time, weeks.
    pub(super) longest: usize,
}

impl Model {
    /// Compiles an award. A plan's weeks replace the policy's reserve for the needs it names.
    pub fn new(tender: &Tender, award: &Award, scenery: &Scenery, plan: Option<&ReservePlan>) -> Self {
        let pack = scenery.pack();
        let mean: Vec<f64> = tender.cells.iter().map(|c| c.quantity.to_f64() / 52.0).collect();
        let policies = tender.policies.as_slice();
        let times = |f: &dyn Fn(usize) -> f64| -> Vec<f64> { mean.iter().enumerate().map(|(c, d)| d * f(c)).collect() };
        let stock_target = times(&|c| policies[c].working_stock_weeks);
        let reserve_target = times(&|c| {
            let need = tender.cells.as_slice()[c].need;
            plan.and_then(|p| p.weeks(need)).unwrap_or(policies[c].reserve_weeks)
        });
        let most = times(&|c| policies[c].headroom);
        let lines = Lines::new(tender, award, scenery);
        let transit_target =
            (0..mean.len()).map(|c| lines.of(c).map(|l| lines.weekly[l] * lines.lead[l] as f64).sum()).collect();
        let direct: Vec<bool> = (0..mean.len()).map(|c| lines.of(c).all(|l| lines.lead[l] == 0)).collect();
        let conservation = Conservation::all(tender, pack);
        let unwatched = conservation.is_empty() && pack.spare.surge == 0.0;
        let clauses = Clauses::new(tender, award);
        let (opening_stock, pools) = opening(tender, scenery, &stock_target);
        Self {
            weeks: scenery.weeks(),
            needs: tender.needs.len(),
            need: tender.cells.iter().map(|c| u32::try_from(c.need.ix()).unwrap_or(u32::MAX)).collect(),
            stock_target,
            reserve_target,
            opening_stock,
            most,
            headroom: policies.iter().map(|p| p.headroom).collect(),
            transit_target,
            plain: lines.plain && unwatched && clauses.is_empty() && direct.iter().all(|d| *d),
            direct,
            clauses,
            market: Market::new(tender, scenery, pack.spare),
            donors: donors(tender, award),
            groups: groups(tender),
            pools,
            conservation,
            recourse: pack.recourse.clone(),
            rationing: pack.rationing,
            longest: lines.lead.iter().copied().max().unwrap_or(0),
            lines,
            mean,
        }
    }

    /// True if some stock is at every site's disposal.
    pub fn has_pools(&self) -> bool {
        !self.pools.is_empty()
    }

    /// Number of demand cells.
    pub fn cells(&self) -> usize {
        self.mean.len()
    }
}
