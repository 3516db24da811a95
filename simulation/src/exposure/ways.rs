//! Every way a cell could be served, awarded or not, and what limits it: the stated capacities of plants, products,
//! suppliers and offers. A capacity that nobody states limits nothing.

use std::collections::BTreeMap;

use ballast_domain::index::{CellIx, Ix, NodeIx, OfferIx, PlantIx, ProductIx, SupplierIx};
use ballast_domain::tables::Approval;
use ballast_domain::{Award, Tender};

use super::network::chain;

/// One plant's part of one offer at one cell.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub cell: usize,
    pub lead: f64,
    /// Need units a week under contract.
    pub contract: f64,
    pub chain: Vec<NodeIx>,
    /// Limit, and what a need unit takes of it.
    pub takes: Vec<(usize, f64)>,
}

/// All ways and the limits on them.
#[derive(Debug, Clone)]
pub(super) struct Ways {
    pub list: Vec<Way>,
    /// What each limit allows a week.
    pub limits: Vec<f64>,
    /// Ways of each cell, and those under each limit.
    pub of_cell: Vec<Vec<usize>>,
    pub under: Vec<Vec<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Limit {
    Plant(PlantIx),
    Product(ProductIx),
    Supplier(SupplierIx),
    Offer(OfferIx),
}

impl Ways {
    /// `demand` is what each cell is served, need units a week.
    pub fn new(tender: &Tender, award: &Award, demand: &[f64]) -> Self {
        let contract: BTreeMap<_, f64> = award.lines.iter().map(|l| (l.candidate, l.used.to_f64() / 52.0)).collect();
        let mut ways = Self { list: vec![], limits: vec![], of_cell: vec![vec![]; demand.len()], under: vec![] };
        let mut numbers: BTreeMap<Limit, usize> = BTreeMap::new();
        for (ix, c) in tender.candidates.enumerate() {
            let weekly = contract.get(&ix).copied().unwrap_or(0.0);
            if weekly > 0.0 || tender.offers[c.offer].package.is_none() {
                ways.add(tender, (c.cell, c.offer, c.use_factor.to_f64(), weekly), &mut numbers);
            }
        }
        for e in tender.equivalences.iter().filter(|e| !e.full) {
            if tender.products[e.product].approval == Approval::Rejected {
                continue;
            }
            for (offer, stated) in tender.offers.enumerate().filter(|(_, o)| o.product == e.product) {
                let cells = tender.cells.enumerate();
                for (cell, _) in cells.filter(|(_, c)| c.need == e.need && stated.sites.contains(&c.site)) {
                    if stated.package.is_none() {
                        ways.add(tender, (cell, offer, e.use_factor.to_f64(), 0.0), &mut numbers);
                    }
                }
            }
        }
        // What is contracted fits, whatever rounding says.
        for n in 0..ways.limits.len() {
            let takes = |way: &Way| way.takes.iter().filter(|t| t.0 == n).map(|t| t.1).sum::<f64>() * way.contract;
            let contracted: f64 = ways.under[n].iter().map(|w| takes(&ways.list[*w])).sum();
            ways.limits[n] = ways.limits[n].max(contracted);
        }
        ways.drop_idle_limits(demand);
        ways
    }

    fn add(
        &mut self,
        tender: &Tender,
        (cell, offer, factor, weekly): (CellIx, OfferIx, f64, f64),
        numbers: &mut BTreeMap<Limit, usize>,
    ) {
        let stated = &tender.offers[offer];
        let product = &tender.products[stated.product];
        let (pack, capacity) = (1.0 / factor, product.capacity_use.to_f64() / factor);
        for branch in tender.factor_map.branches[stated.product].iter().filter(|b| b.split > 0.0) {
            let supplier = &tender.suppliers[product.supplier];
            let all = [
                branch.plant.and_then(|p| Some((Limit::Plant(p), tender.plants[p].capacity?.to_f64(), capacity))),
                product.capacity_packs.map(|c| (Limit::Product(stated.product), c.to_f64(), pack)),
                supplier.capacity.map(|c| (Limit::Supplier(product.supplier), c.to_f64(), capacity)),
                stated.max_packs.map(|c| (Limit::Offer(offer), c.to_f64(), pack)),
            ];
            let way = self.list.len();
            let mut takes = Vec::new();
            for (limit, yearly, takes_of) in all.into_iter().flatten() {
                let n = *numbers.entry(limit).or_insert_with(|| {
                    self.limits.push(yearly / 52.0);
                    self.under.push(Vec::new());
                    self.limits.len() - 1
                });
                self.under[n].push(way);
                takes.push((n, takes_of));
            }
            self.of_cell[cell.ix()].push(way);
            self.list.push(Way {
                cell: cell.ix(),
                lead: stated.lead_time.to_f64(),
                contract: weekly * branch.split,
                chain: chain(tender, branch, tender.cells[cell].site),
                takes,
            });
        }
    }

    /// A limit that all cells together could never reach ties nobody to anybody. Stock is built up at most at the rate of
    /// demand beside what is used, hence twice.
    fn drop_idle_limits(&mut self, demand: &[f64]) {
        for n in 0..self.limits.len() {
            let mut most: BTreeMap<usize, f64> = BTreeMap::new();
            for &w in &self.under[n] {
                let way = &self.list[w];
                let takes = way.takes.iter().filter(|t| t.0 == n).map(|t| t.1).fold(0.0, f64::max);
                let slot = most.entry(way.cell).or_default();
                *slot = slot.max(2.0 * takes * demand[way.cell]);
            }
            if most.values().sum::<f64>() <= self.limits[n] {
                for w in std::mem::take(&mut self.under[n]) {
                    self.list[w].takes.retain(|t| t.0 != n);
                }
            }
        }
    }

    /// Cells that a shared limit ties to these, themselves among them, in order.
    pub fn tied(&self, cells: &[usize]) -> Vec<usize> {
        let mut seen = vec![false; self.of_cell.len()];
        let mut limit_seen = vec![false; self.limits.len()];
        let mut open: Vec<usize> = cells.to_vec();
        open.iter().for_each(|c| seen[*c] = true);
        while let Some(c) = open.pop() {
            for &(n, _) in self.of_cell[c].iter().flat_map(|w| &self.list[*w].takes) {
                if !std::mem::replace(&mut limit_seen[n], true) {
                    for other in self.under[n].iter().map(|w| self.list[*w].cell) {
                        if !std::mem::replace(&mut seen[other], true) {
                            open.push(other);
                        }
                    }
                }
            }
        }
        (0..seen.len()).filter(|c| seen[*c]).collect()
    }
}
