//! What a line may ship in a week.
//!
//! φ = capacity left of the product, 1 if nothing is lost. While φ < 1 the supplier shares out what it has:
//!
//! * `contract`: φ' = φ;
//! * `history`: φ' = φ × e(w), e(w) = h + (1 − h) min(1, w ÷ blend), h = what the site bought of the product before the
//!   contract ÷ contract volume, at most 1 (a new customer: 0);
//!
//! then φ' × (1 + loyalty × own share) at most 1, own share being the supplier's part of our volume of the need; and
//! relief lifts the result to at least its level, by week of the horizon or by weeks since the line was struck. With no loss
//! every line ships its contract volume; while some product of the need on the market is struck, a supplier that is not may
//! *protect*: it ships at most protect × e(w) of the contract, spare capacity included.
//!
//! Spare capacity of the lines that are not struck, after the lag: surge × contract, and if market shares m are known at
//! most our part of what the market has to spare, surge × m_j V δ_us ÷ δ_market, where V is the cell's weekly volume, δ_us the
//! part of it that is displaced and δ_market = Σ_s m_s (1 − φ_s) the part of the market's (the size of the market cancels).

use std::collections::BTreeMap;

use ballast_domain::factor_map::FactorMap;
use ballast_domain::index::{Ix, NeedIx, NodeIx, ProductIx, SupplierIx};
use ballast_domain::pack::{AllocationRule, Pack, Relief, Spare, Step};
use ballast_domain::{Award, Tender};

use crate::draw::{Path, Scenery};

/// Capacity above this counts as full: sums of splits leave dust.
pub(super) const FULL: f64 = 1.0 - 1e-12;

/// The award's lines as arrays, grouped by cell.
#[derive(Debug, Clone)]
pub(super) struct Lines {
    /// First line of each cell, and the end.
    first: Vec<usize>,
    /// Supply class of the product.
    pub class: Vec<u32>,
    /// Need units in a normal step.
    pub weekly: Vec<f64>,
    /// Steps from shipment to receipt.
    pub lead: Vec<usize>,
    /// Part of the contract volume that the site bought before; 1 where history does not count.
    history: Vec<f64>,
    /// 1 + loyalty × own share.
    loyalty: Vec<f64>,
    /// Row of `relief`, if any speaks of the product.
    relief_row: Vec<Option<usize>>,
    /// Share of the market of the line's supplier.
    pub market_share: Vec<Option<f64>>,
    /// Least arrivals while struck, fraction of normal: by step of the horizon, and by steps since the loss.
    relief: Vec<[Vec<f64>; 2]>,
    /// Steps until a new customer counts in full.
    blend: f64,
    /// True if a struck line ships exactly the capacity left, whatever the week: nothing but φ counts.
    pub plain: bool,
}

impl Lines {
    pub fn new(tender: &Tender, award: &Award, scenery: &Scenery) -> Self {
        let pack = scenery.pack();
        let mut order: Vec<usize> = (0..award.lines.len()).collect();
        order.sort_by_key(|i| award.lines[*i].candidate);
        let mut own: BTreeMap<(NeedIx, SupplierIx), f64> = BTreeMap::new();
        let mut total: BTreeMap<NeedIx, f64> = BTreeMap::new();
        for line in &award.lines {
            let c = &tender.candidates[line.candidate];
            *own.entry((c.need, c.supplier)).or_default() += line.used.to_f64();
            *total.entry(c.need).or_default() += line.used.to_f64();
        }
        let mut rows: BTreeMap<ProductIx, Option<usize>> = BTreeMap::new();
        let n = order.len();
        let per_week = f64::from(scenery.per_week());
        let mut lines = Self {
            first: vec![0; tender.cells.len() + 1],
            class: Vec::with_capacity(n),
            weekly: Vec::with_capacity(n),
            lead: Vec::with_capacity(n),
            history: Vec::with_capacity(n),
            loyalty: Vec::with_capacity(n),
            relief_row: Vec::with_capacity(n),
            market_share: Vec::with_capacity(n),
            relief: Vec::new(),
            blend: f64::from(pack.allocation.blend_weeks * scenery.per_week()),
            plain: true,
        };
        for i in order {
            let line = &award.lines[i];
            let c = &tender.candidates[line.candidate];
            let used = line.used.to_f64();
            lines.first[c.cell.ix() + 1] += 1;
            lines.class.push(scenery.class_at(c.product, c.site));
            lines.weekly.push(used / 52.0 / per_week);
            // A little less: 3/7 of a week, written with decimals, are 3 days.
            let lead = tender.offers[c.offer].lead_time.to_f64() * per_week;
            lines.lead.push((lead - 1e-6).ceil() as usize);
            let before =
                tender.incumbents[c.cell].iter().filter(|x| x.product == c.product).map(|x| x.quantity.to_f64());
            lines.history.push(match pack.allocation.rule {
                AllocationRule::Contract => 1.0,
                AllocationRule::History => (before.sum::<f64>() / used).min(1.0),
            });
            lines.loyalty.push(1.0 + pack.allocation.loyalty * own[&(c.need, c.supplier)] / total[&c.need]);
            lines.market_share.push(tender.suppliers[c.supplier].market_share.map(|m| m.to_f64()));
            let row = *rows.entry(c.product).or_insert_with(|| {
                let row = relief(&tender.factor_map, pack, c.product)?;
                lines.relief.push(row);
                Some(lines.relief.len() - 1)
            });
            lines.relief_row.push(row);
        }
        for c in 0..tender.cells.len() {
            lines.first[c + 1] += lines.first[c];
        }
        let is_one = |v: &Vec<f64>| v.iter().all(|x| *x == 1.0);
        lines.plain = is_one(&lines.history) && is_one(&lines.loyalty) && lines.relief.is_empty();
        lines
    }

    /// The lines of a cell.
    #[inline]
    pub fn of(&self, cell: usize) -> std::ops::Range<usize> {
        self.first[cell]..self.first[cell + 1]
    }

    /// Entitlement of a line that has been struck for so many steps, fraction of its contract volume.
    pub fn entitlement(&self, line: usize, capacity: f64, step: usize, struck: u32) -> f64 {
        let allotted = (capacity * self.loyalty[line]).min(1.0) * self.earned(line, step);
        let Some(row) = self.relief_row[line] else { return allotted };
        let [horizon, since_loss] = &self.relief[row];
        let since = since_loss.get(struck as usize).copied().unwrap_or(0.0);
        allotted.max(horizon[step]).max(since)
    }

    /// e(w): part of the contract that history entitles to.
    pub fn earned(&self, line: usize, step: usize) -> f64 {
        let h = self.history[line];
        let blended = if self.blend > 0.0 { (step as f64 / self.blend).min(1.0) } else { 1.0 };
        h + (1.0 - h) * blended
    }
}

/// Relief of a product: the highest of those that name a node behind it.
fn relief(map: &FactorMap, pack: &Pack, product: ProductIx) -> Option<[Vec<f64>; 2]> {
    let behind = |n: &NodeIx| map.branches[product].iter().any(|b| b.chain.contains(n));
    let names = |r: &&Relief| r.nodes.iter().flat_map(|s| map.select(s)).any(|n| behind(&n));
    let mine: Vec<&Relief> = pack.relief.iter().filter(names).collect();
    let per_week = pack.step.per_week();
    let row = |since_loss: bool| {
        let highest = |step: u32| {
            let (from, length) = (f64::from(step) / f64::from(per_week), 1.0 / f64::from(per_week));
            let levels =
                mine.iter().filter(|r| r.since_loss == since_loss).map(|r| mean_of_steps(&r.steps, from, length));
            levels.fold(0.0, f64::max).min(1.0)
        };
        (0..pack.horizon_weeks * per_week).map(highest).collect()
    };
    (!mine.is_empty()).then(|| [row(false), row(true)])
}

/// Mean level over the weeks from `from` on; 0 before the first step.
fn mean_of_steps(steps: &[Step], from: f64, length: f64) -> f64 {
    let part = |(i, step): (usize, &Step)| {
        let end = steps.get(i + 1).map_or(f64::INFINITY, |s| s.week).min(from + length);
        (end - step.week.max(from)).max(0.0) * step.level
    };
    steps.iter().enumerate().map(part).sum::<f64>() / length
}

/// What the market as a whole has lost of a need.
#[derive(Debug, Clone)]
pub(super) struct Market {
    pub spare: Spare,
    /// By need: market share of each supplier and the supply classes of its products for the need.
    sellers: Vec<Vec<(f64, Vec<u32>)>>,
    /// By need: supply classes of all its products.
    classes: Vec<Vec<u32>>,
}

impl Market {
    pub fn new(tender: &Tender, scenery: &Scenery, spare: Spare) -> Self {
        let mut by_need: Vec<BTreeMap<SupplierIx, Vec<u32>>> = vec![BTreeMap::new(); tender.needs.len()];
        for (ix, product) in tender.products.enumerate() {
            by_need[product.need.ix()].entry(product.supplier).or_default().push(scenery.class_of(ix));
        }
        let share = |s: SupplierIx| tender.suppliers[s].market_share.map(|m| m.to_f64());
        let sellers =
            |need: BTreeMap<SupplierIx, Vec<u32>>| need.into_iter().filter_map(|(s, c)| Some((share(s)?, c))).collect();
        let mut classes = vec![Vec::new(); tender.needs.len()];
        for (ix, product) in tender.products.enumerate() {
            classes[product.need.ix()].push(scenery.class_of(ix));
        }
        Self { spare, sellers: by_need.into_iter().map(sellers).collect(), classes }
    }

    /// True if some product of a need is struck.
    pub fn struck(&self, need: usize, step: usize, path: &Path) -> bool {
        let row = &path.capacity[step * path.classes..(step + 1) * path.classes];
        self.classes[need].iter().any(|c| row[*c as usize] < FULL)
    }

    /// δ_market: part of the market's volume of a need that is displaced in a week.
    pub fn displaced(&self, need: usize, week: usize, path: &Path) -> f64 {
        let row = &path.capacity[week * path.classes..(week + 1) * path.classes];
        let lost =
            |classes: &Vec<u32>| classes.iter().map(|c| 1.0 - row[*c as usize]).sum::<f64>() / classes.len() as f64;
        self.sellers[need].iter().map(|(share, classes)| share * lost(classes)).sum()
    }
}
