//! Which demand cells get other products, and which products join or leave the formulary.

use std::collections::{BTreeMap, BTreeSet};

use super::Decided;
use crate::exact::{Exact, exact, float, zero};
use crate::tender::Tender;

/// A demand cell whose mix of products differs.
#[derive(Debug, Clone, PartialEq)]
pub struct CellMove {
    /// Site.
    pub site: String,
    /// Need.
    pub need: String,
    /// Part of the cell that goes to another product, 0 to 1.
    pub moved: f64,
}

/// A product that joins or leaves the formulary of a need.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormularyChange {
    /// Need.
    pub need: String,
    /// Product.
    pub product: String,
    /// True if it joins.
    pub joins: bool,
}

/// A part of a cell that moves less is a rounding.
const LEAST: f64 = 1e-6;

type Cell = (String, String);

/// Share of each product in each demand cell.
fn shares(of: Decided<'_>) -> BTreeMap<Cell, BTreeMap<String, Exact>> {
    let mut cells: BTreeMap<Cell, BTreeMap<String, Exact>> = BTreeMap::new();
    for line in &of.award.lines {
        let c = &of.tender.candidates[line.candidate];
        let key = (of.tender.sites[c.site].id.clone(), of.tender.needs[c.need].id.clone());
        let share = line.used.exact() / of.tender.cells[c.cell].quantity.exact();
        *cells.entry(key).or_default().entry(of.tender.products[c.product].id.clone()).or_insert_with(zero) += share;
    }
    cells
}

/// What a cell weighs beside others: reference spend, or 1 where no price is given.
fn weights(tender: &Tender) -> BTreeMap<Cell, f64> {
    let weight = |c: &crate::tender::DemandCell| match tender.reference_price(c.need) {
        Some(price) => c.quantity.to_f64() * float(&exact(price)),
        None => 1.0,
    };
    let entry =
        |c: &crate::tender::DemandCell| ((tender.sites[c.site].id.clone(), tender.needs[c.need].id.clone()), weight(c));
    tender.cells.iter().map(entry).collect()
}

/// The cells that moved, the most moved first, and the part of all volume that did.
pub(super) fn moves(before: Decided<'_>, after: Decided<'_>) -> (Vec<CellMove>, f64) {
    let (old, new) = (shares(before), shares(after));
    let weights: BTreeMap<Cell, f64> = weights(before.tender).into_iter().chain(weights(after.tender)).collect();
    let (mut all, mut gone, mut moves) = (0.0, 0.0, Vec::new());
    let none = BTreeMap::new();
    for (cell, weight) in &weights {
        let (b, a) = (old.get(cell).unwrap_or(&none), new.get(cell).unwrap_or(&none));
        let products: BTreeSet<&String> = b.keys().chain(a.keys()).collect();
        let part = |of: &BTreeMap<String, Exact>, p: &String| of.get(p).cloned().unwrap_or_else(zero);
        let left = products.iter().map(|p| part(b, p) - part(a, p)).filter(|d| *d > zero()).fold(zero(), |x, y| x + y);
        let come = products.iter().map(|p| part(a, p) - part(b, p)).filter(|d| *d > zero()).fold(zero(), |x, y| x + y);
        let moved = float(&left.max(come));
        all += weight;
        gone += weight * moved;
        if moved > LEAST {
            moves.push(CellMove { site: cell.0.clone(), need: cell.1.clone(), moved });
        }
    }
    moves.sort_by(|a, b| b.moved.total_cmp(&a.moved));
    (moves, if all > 0.0 { gone / all } else { 0.0 })
}

/// Products that join or leave.
pub(super) fn formulary(before: Decided<'_>, after: Decided<'_>) -> Vec<FormularyChange> {
    let chosen = |of: Decided<'_>| -> BTreeSet<(String, String)> {
        let entry = |need| {
            let products = of.award.formulary_of(of.tender, need);
            products.into_iter().map(move |p| (of.tender.needs[need].id.clone(), of.tender.products[p].id.clone()))
        };
        of.tender.needs.indexes().flat_map(entry).collect()
    };
    let (old, new) = (chosen(before), chosen(after));
    let change = |joins| {
        move |(need, product): &(String, String)| FormularyChange {
            need: need.clone(),
            product: product.clone(),
            joins,
        }
    };
    let mut changes: Vec<FormularyChange> =
        new.difference(&old).map(change(true)).chain(old.difference(&new).map(change(false))).collect();
    changes.sort();
    changes
}
