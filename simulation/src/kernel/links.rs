//! Between cells: who may help whom with products (equivalences), with stock (transfers), and pools that serve all.

use std::collections::BTreeMap;

use ballast_domain::index::{CellIx, Ix, MemberIx, NeedIx};
use ballast_domain::{Award, Tender};

/// A cell whose products may serve other needs at its site.
#[derive(Debug, Clone)]
pub(super) struct Donor {
    pub cell: usize,
    /// In order of criticality of the need, then of need.
    pub takers: Vec<Taker>,
}

/// A cell that may use a donor's products.
#[derive(Debug, Clone)]
pub(super) struct Taker {
    pub cell: usize,
    /// Part of the donor's volume that is of products usable here.
    pub part: f64,
    /// Units of the taker's need per unit of the donor's need.
    pub units: f64,
}

/// Stock that every site may draw from.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    /// Need units on the first day.
    pub units: f64,
    /// Row of the path's `stopped`, if it stands beside a plant.
    pub stop_row: Option<usize>,
    /// Cells of the need.
    pub cells: Vec<usize>,
}

/// The donors. The mix of products in a cell's stock is taken to be that of its award.
pub(super) fn donors(tender: &Tender, award: &Award) -> Vec<Donor> {
    // Donor cell → taker cell → (volume of usable products, that volume in the taker's units).
    let mut links: BTreeMap<CellIx, BTreeMap<CellIx, (f64, f64)>> = BTreeMap::new();
    let mut volume: BTreeMap<CellIx, f64> = BTreeMap::new();
    for line in &award.lines {
        let candidate = &tender.candidates[line.candidate];
        let product = &tender.products[candidate.product];
        let used = line.used.to_f64();
        *volume.entry(candidate.cell).or_default() += used;
        let other =
            tender.equivalences.iter().filter(|e| e.product == candidate.product).map(|e| (e.need, e.use_factor));
        for (need, factor) in other.chain([(product.need, product.use_factor)]).filter(|(n, _)| *n != candidate.need) {
            let Some(taker) = cell_of(tender, candidate.cell, need) else { continue };
            let entry = links.entry(candidate.cell).or_default().entry(taker).or_default();
            entry.0 += used;
            entry.1 += used * factor.to_f64() / candidate.use_factor.to_f64();
        }
    }
    let donor = |(cell, takers): (CellIx, BTreeMap<CellIx, (f64, f64)>)| {
        let mut takers: Vec<(u32, Taker)> = takers
            .into_iter()
            .map(|(taker, (used, units))| {
                let taker_of = Taker { cell: taker.ix(), part: used / volume[&cell], units: units / used };
                (tender.needs[tender.cells[taker].need].criticality, taker_of)
            })
            .collect();
        takers.sort_by_key(|(criticality, t)| (*criticality, t.cell));
        Donor { cell: cell.ix(), takers: takers.into_iter().map(|t| t.1).collect() }
    };
    links.into_iter().map(donor).collect()
}

/// The cell of another need at the same site.
fn cell_of(tender: &Tender, cell: CellIx, need: NeedIx) -> Option<CellIx> {
    let site = tender.cells[cell].site;
    tender.cells.as_slice().binary_search_by_key(&(site, need), |c| (c.site, c.need)).ok().map(Ix::new)
}

/// Cells of one member and need, where there is more than one site.
pub(super) fn groups(tender: &Tender) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<(MemberIx, NeedIx), Vec<usize>> = BTreeMap::new();
    for (ix, cell) in tender.cells.enumerate() {
        groups.entry((tender.sites[cell.site].member, cell.need)).or_default().push(ix.ix());
    }
    groups.into_values().filter(|g| g.len() > 1).collect()
}
