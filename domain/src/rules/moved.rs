//! Measures that compare a demand cell with what it buys today. Over the cells in scope that have incumbents:
//!
//! * *saving* = (B − Σ cost) ÷ B, where B is what the incumbent mix, scaled to the demand, costs today and the cost of a line
//!   is its net spend with mark-up, freight and buyer-paid fees;
//! * *moved* (units) = (Σ w·D − Σ_incumbents w·x) ÷ Σ w·D;
//! * *moved* (sites) = the part of the sites whose incumbents serve less than all of D.

use std::collections::BTreeMap;

use super::line::Line;
use super::reading::{Amount, CellKeys, Key, Moved, MovedThing, Ratio, Reading, Sum, Terms};
use super::{Subject, Weight};
use crate::certificate::todays_cost;
use crate::exact::{Exact, exact, whole, zero};
use crate::index::{CellIx, SiteIx};
use crate::tender::Tender;

/// The cells in scope that have incumbents, by key.
fn cells<'t>(tender: &'t Tender, subject: &Subject) -> BTreeMap<Key<'t>, Vec<CellIx>> {
    let mut cells: BTreeMap<Key<'t>, Vec<CellIx>> = BTreeMap::new();
    let mut keys = CellKeys::new(tender, subject);
    for (cell, incumbents) in tender.incumbents.enumerate() {
        let Some(first) = incumbents.iter().find(|i| !i.quantity.0.is_zero()) else { continue };
        let line = Line { cell, product: first.product, offer: None, incumbent: true };
        for key in keys.of(&line) {
            cells.entry(key).or_default().push(cell);
        }
    }
    cells
}

fn kept(tender: &Tender, cell: CellIx, weight: &Exact) -> Terms {
    let incumbents = tender.candidates_of(cell).filter(|c| tender.candidates[*c].incumbent);
    incumbents.map(|c| (c, weight.clone())).collect()
}

pub(super) fn savings<'t>(tender: &'t Tender, subject: &Subject) -> BTreeMap<Key<'t>, Reading> {
    let reading = |(key, cells): (Key<'t>, Vec<CellIx>)| {
        let today = cells.iter().filter_map(|c| todays_cost(tender, *c)).fold(zero(), |a, b| a + b);
        let lines = cells.iter().flat_map(|c| tender.candidates_of(*c)).map(|c| (c, -whole(1)));
        let ratio = Ratio {
            offset: today.clone(),
            part: Sum { counted: Amount::Cost.everywhere(), terms: lines.collect() },
            base: today.clone(),
            whole: Sum { counted: Amount::Cost.everywhere(), terms: Terms::new() },
            scale: today,
        };
        (key, Reading::Ratio(ratio))
    };
    cells(tender, subject).into_iter().map(reading).collect()
}

pub(super) fn units<'t>(tender: &'t Tender, subject: &Subject, weight: Weight) -> BTreeMap<Key<'t>, Reading> {
    let weigh = |cell: CellIx| match weight {
        Weight::Reference => exact(tender.reference_price(tender.cells[cell].need).unwrap_or_default()),
        Weight::Units | Weight::Spend(_) => whole(1),
    };
    let reading = |(key, cells): (Key<'t>, Vec<CellIx>)| {
        let all = cells.iter().fold(zero(), |sum, c| sum + weigh(*c) * tender.cells[*c].quantity.exact());
        let terms = cells.iter().flat_map(|c| kept(tender, *c, &-weigh(*c))).collect();
        let ratio = Ratio {
            offset: all.clone(),
            part: Sum { counted: Amount::Used.everywhere(), terms },
            base: all.clone(),
            whole: Sum { counted: Amount::Used.everywhere(), terms: Terms::new() },
            scale: all,
        };
        (key, Reading::Ratio(ratio))
    };
    cells(tender, subject).into_iter().map(reading).collect()
}

pub(super) fn sites<'t>(tender: &'t Tender, subject: &Subject) -> BTreeMap<Key<'t>, Reading> {
    let reading = |(key, cells): (Key<'t>, Vec<CellIx>)| {
        let mut sites: BTreeMap<SiteIx, MovedThing> = BTreeMap::new();
        for cell in cells {
            let of = sites.entry(tender.cells[cell].site).or_insert_with(|| MovedThing {
                demand: zero(),
                kept: Terms::new(),
                left: Terms::new(),
            });
            of.demand += tender.cells[cell].quantity.exact();
            of.kept.extend(kept(tender, cell, &whole(1)));
            let left = tender.candidates_of(cell).filter(|c| !tender.candidates[*c].incumbent);
            of.left.extend(left.map(|c| (c, whole(1))));
        }
        (key, Reading::Moved(Moved { things: sites.into_values().collect() }))
    };
    cells(tender, subject).into_iter().map(reading).collect()
}

/// The part of the things that moved; `None` if there are none.
pub(super) fn value(moved: &Moved, sum: &dyn Fn(&Terms) -> Exact) -> Option<Exact> {
    let gone = moved.things.iter().filter(|t| sum(&t.kept) < t.demand).count();
    (!moved.things.is_empty()).then(|| whole(gone) / whole(moved.things.len()))
}
