//! An award under a pack, as flat arrays for the kernel.

use ballast_domain::index::Ix;
use ballast_domain::pack::{Effect, Pack, Rationing, Recourse, Release, Shock, Spot};
use ballast_domain::tender::Ordering;
use ballast_domain::{Award, Tender};

use super::allocation::{Lines, Market};
use super::clauses::Clauses;
use super::links::{Donor, Pool, donors, groups};
use super::octet::Instructions;
use super::opening::opening;
use super::plain::Plain;
use super::reaction::Reaction;
use crate::draw::Scenery;
use crate::reserve::ReservePlan;

/// Everything the kernel needs besides the path. Cells are those of the tender, in its order; all quantities are need
/// units (per week where a flow).
#[derive(Debug, Clone)]
pub struct Model {
    /// Steps of the horizon: weeks, or days.
    pub weeks: usize,
    /// Steps in a week.
    pub per_week: u32,
    /// Number of needs.
    pub needs: usize,
    /// Mean demand of each cell in a step.
    pub mean: Vec<f64>,
    /// Need of each cell, and the cells of each need.
    pub need: Vec<u32>,
    pub(super) cells_of: Vec<Vec<u32>>,
    /// True if no need is asked for at more than one site.
    pub one_cell_each: bool,
    /// Working stock that orders aim for.
    pub stock_target: Vec<f64>,
    /// Reserve that orders aim for; full on the first day.
    pub reserve_target: Vec<f64>,
    /// Working stock on the first day.
    pub opening_stock: Vec<f64>,
    /// Most that may be shipped to a cell in a step.
    pub most: Vec<f64>,
    /// Multiple of a line's normal step that it may ship.
    pub headroom: Vec<f64>,
    /// Goods on the way when all is normal.
    pub transit_target: Vec<f64>,
    /// True where every line arrives in the step it is shipped.
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
    pub(super) reactions: Vec<Reaction>,
    pub(super) recourse: Vec<Recourse>,
    pub(super) rationing: Rationing,
    /// Longest lead time, steps.
    pub(super) longest: usize,
    /// When and how much is ordered, by cell; steps between reviews.
    pub(super) ordering: Vec<Ordering>,
    pub(super) review: Vec<usize>,
    /// True if every cell covers at every step, owes nothing and hoards nothing.
    pub(super) all_cover: bool,
    /// Part of unmet demand that is postponed, by cell; empty if all is lost everywhere.
    pub(super) backlog: Vec<f64>,
    pub(super) spot: Option<Spot>,
    /// Lowest price bid for each cell, money per need unit.
    pub(super) lowest_price: Vec<f64>,
    pub(super) release: Option<Release>,
    pub(super) protect: Option<f64>,
    /// Dock of each cell in the path, and how many there are.
    pub(super) dock: Vec<Option<usize>>,
    pub(super) docks: usize,
    /// The quick way, where it applies.
    pub(super) shortcut: Plain,
    /// What it is worked out with.
    pub instructions: Instructions,
    /// True if some outage can withdraw stock, or destroy it.
    pub(super) recalls: bool,
}

impl Model {
    /// Compiles an award. A plan's weeks replace the policy's reserve for the needs it names.
    pub fn new(tender: &Tender, award: &Award, scenery: &Scenery, plan: Option<&ReservePlan>) -> Self {
        let pack = scenery.pack();
        let per_week = scenery.per_week();
        let week: Vec<f64> = tender.cells.iter().map(|c| c.quantity.to_f64() / 52.0).collect();
        let mean: Vec<f64> = week.iter().map(|d| d / f64::from(per_week)).collect();
        let policies = tender.policies.as_slice();
        let times = |f: &dyn Fn(usize) -> f64| -> Vec<f64> { week.iter().enumerate().map(|(c, d)| d * f(c)).collect() };
        let stock_target = times(&|c| policies[c].working_stock_weeks);
        let reserve_target = times(&|c| {
            let need = tender.cells.as_slice()[c].need;
            plan.and_then(|p| p.weeks(need)).unwrap_or(policies[c].reserve_weeks)
        });
        let most = mean.iter().zip(policies).map(|(d, p)| d * p.headroom).collect();
        let lines = Lines::new(tender, award, scenery);
        let transit_target: Vec<f64> =
            (0..mean.len()).map(|c| lines.of(c).map(|l| lines.weekly[l] * lines.lead[l] as f64).sum()).collect();
        let direct: Vec<bool> = (0..mean.len()).map(|c| lines.of(c).all(|l| lines.lead[l] == 0)).collect();
        let reactions = Reaction::all(tender, pack);
        let unwatched = reactions.is_empty() && pack.spare.surge == 0.0 && ordinary(pack);
        let ordering: Vec<Ordering> = policies.iter().map(|p| p.ordering).collect();
        let full = |(c, o): (usize, &Ordering)| match o {
            Ordering::Cover => stock_target[c],
            Ordering::BaseStock { up_to } => (up_to - transit_target[c] - mean[c]).max(0.0),
            Ordering::PointQuantity { point, quantity } => (point + quantity - transit_target[c]).max(0.0),
            Ordering::PointLevel { up_to, .. } => (up_to - transit_target[c]).max(0.0),
        };
        let full: Vec<f64> = ordering.iter().enumerate().map(full).collect();
        let (opening_stock, pools) = opening(tender, scenery, &full);
        let steps = |weeks: f64| ((weeks * f64::from(per_week) - 1e-9).ceil() as usize).max(1);
        let review: Vec<usize> = policies.iter().map(|p| steps(p.review_weeks)).collect();
        let backlog: Vec<f64> = tender.cells.iter().map(|c| tender.needs[c.need].backlog).collect();
        let backlog = if backlog.iter().all(|b| *b == 0.0) { Vec::new() } else { backlog };
        let clauses = Clauses::new(tender, award);
        let covers = ordering.iter().all(|o| *o == Ordering::Cover) && review.iter().all(|r| *r == 1);
        let all_cover = covers && backlog.is_empty() && reactions.iter().all(Reaction::saves);
        let mut cells_of = vec![Vec::new(); tender.needs.len()];
        for (ix, cell) in tender.cells.enumerate() {
            cells_of[cell.need.ix()].push(u32::try_from(ix.ix()).unwrap_or(u32::MAX));
        }
        let mut model = Self {
            weeks: scenery.weeks(),
            per_week,
            needs: tender.needs.len(),
            need: tender.cells.iter().map(|c| u32::try_from(c.need.ix()).unwrap_or(u32::MAX)).collect(),
            one_cell_each: cells_of.iter().all(|cells| cells.len() <= 1),
            cells_of,
            stock_target,
            reserve_target,
            opening_stock,
            most,
            headroom: policies.iter().map(|p| p.headroom).collect(),
            transit_target,
            plain: lines.plain && all_cover && unwatched && clauses.is_empty() && direct.iter().all(|d| *d),
            direct,
            clauses,
            market: Market::new(tender, scenery, pack.spare),
            donors: donors(tender, award),
            groups: groups(tender),
            pools,
            all_cover,
            reactions,
            ordering,
            review,
            backlog,
            lowest_price: super::clauses::lowest_prices(tender),
            spot: pack.spot.clone(),
            release: pack.release,
            protect: pack.allocation.protect,
            dock: tender.cells.iter().map(|c| scenery.dock_of(c.site)).collect(),
            docks: scenery.docks(),
            recalls: shocks(pack).any(|s| s.recall > 0.0 || s.stock_loss > 0.0),
            recourse: pack.recourse.clone(),
            rationing: pack.rationing,
            longest: lines.lead.iter().copied().max().unwrap_or(0),
            lines,
            mean,
            shortcut: Plain::default(),
            instructions: Instructions::default(),
        };
        model.shortcut = Plain::new(&model, scenery);
        model
    }

    /// The same model with every step worked out in full: what quick ways are tested against.
    pub fn in_full(mut self) -> Self {
        self.shortcut.applies = false;
        self
    }

    /// The same model with steps worked out by these instructions.
    pub fn with(mut self, instructions: Instructions) -> Self {
        self.instructions = instructions;
        self
    }

    /// The cells in the order in which a step meets them.
    pub fn in_turn(&self) -> impl Iterator<Item = usize> {
        let sorted = self.shortcut.in_turn();
        (0..self.cells()).map(move |i| sorted.get(i).copied().unwrap_or(i))
    }

    /// True if people may come to use less.
    pub(super) fn saves(&self) -> bool {
        self.reactions.iter().any(Reaction::saves)
    }

    /// True if some stock is at every site's disposal.
    pub fn has_pools(&self) -> bool {
        !self.pools.is_empty()
    }

    /// False if every cell covers at every step.
    pub fn counts_orders(&self) -> bool {
        !self.all_cover
    }

    /// Mean demand of a cell in a week, need units.
    pub fn weekly(&self, cell: usize) -> f64 {
        self.mean[cell] * f64::from(self.per_week)
    }

    /// Number of demand cells.
    pub fn cells(&self) -> usize {
        self.mean.len()
    }
}

/// What else the pack's outages do.
fn shocks(pack: &Pack) -> impl Iterator<Item = &Shock> {
    pack.hazards.iter().map(|h| &h.shock).chain(pack.events.iter().map(|e| &e.shock))
}

/// True if outages do nothing but take or delay output, and nobody buys or protects anything.
fn ordinary(pack: &Pack) -> bool {
    let mut effects = pack.hazards.iter().map(|h| h.effect).chain(pack.events.iter().map(|e| e.effect));
    shocks(pack).all(|s| *s == Shock::default())
        && effects.all(|e| matches!(e, Effect::Capacity | Effect::Export | Effect::Delay))
        && pack.spot.is_none()
        && pack.allocation.protect.is_none()
}
