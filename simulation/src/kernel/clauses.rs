//! Clauses on failure to supply: what the supplier of a line pays back when others had to fill what it did not send.
//!
//! A line *owes* what it could not ship of the order in hand, at most its contract week, and what was held back; it makes
//! that up by shipping more than its part later. In week w, in a cell where lines owe O together:
//!
//! * what other lines ship beyond their part is a replacement *bought*, at most O, at the price of the line that ships it;
//! * what then goes unmet is a replacement *missing*, at most the rest of O, at the lowest price that another supplier bid
//!   there: the simulation buys nothing outside the award, and this is the least that a purchase would have cost. Without
//!   such a bid nothing is priced.
//!
//! Both are spread over the lines that owe in proportion, and are owed no longer. With Δ = (price of the replacement − price of
//! the line)⁺ per need unit, excess = Σ Δ × units, credit = Σ min(part × Δ, cap ÷ use factor) × units. Prices are list
//! prices of the first year with mark-up. What stock bridges costs nothing and is owed until it is made up.

use std::collections::BTreeSet;

use ballast_domain::index::{CandidateIx, Ix, SupplierIx};
use ballast_domain::{Award, Tender};

use super::allocation::FULL;
use super::model::Model;
use super::state::State;
use crate::draw::Path;

/// A clause of a line, per need unit.
#[derive(Debug, Clone)]
struct Clause {
    /// Position of the supplier in `Clauses::suppliers`.
    supplier: usize,
    /// Part of the difference that comes back.
    part: f64,
    /// The most.
    cap: f64,
    /// Lowest price that another supplier bid for the cell.
    other_bid: Option<f64>,
}

/// The clauses of an award; lines are those of the model, in its order.
#[derive(Debug, Clone, Default)]
pub struct Clauses {
    /// Suppliers with clauses, in order.
    pub suppliers: Vec<SupplierIx>,
    /// Cells with a line under a clause.
    cells: Vec<usize>,
    /// By line: price per need unit.
    price: Vec<f64>,
    /// By line.
    clause: Vec<Option<Clause>>,
}

impl Clauses {
    pub(super) fn new(tender: &Tender, award: &Award) -> Self {
        let mut lines: Vec<CandidateIx> = award.lines.iter().map(|l| l.candidate).collect();
        lines.sort_unstable();
        let supplier = |c: &CandidateIx| tender.candidates[*c].supplier;
        let stated = |c: &CandidateIx| tender.offers[tender.candidates[*c].offer].failure_to_supply;
        let under: Vec<&CandidateIx> = lines.iter().filter(|c| stated(c).is_some()).collect();
        let suppliers: BTreeSet<SupplierIx> = under.iter().map(|c| supplier(c)).collect();
        let suppliers: Vec<SupplierIx> = suppliers.into_iter().collect();
        let cells: BTreeSet<usize> = under.iter().map(|c| tender.candidates[**c].cell.ix()).collect();
        let clause = |c: &CandidateIx| {
            let (part, cap) = stated(c)?;
            let line = &tender.candidates[*c];
            let others = tender.candidates_of(line.cell).filter(|o| supplier(o) != line.supplier);
            let ordinary = others.filter(|o| tender.offers[tender.candidates[*o].offer].package.is_none());
            Some(Clause {
                supplier: suppliers.binary_search(&line.supplier).ok()?,
                part: part.to_f64(),
                cap: cap.map_or(f64::INFINITY, |cap| cap.to_f64() / line.use_factor.to_f64()),
                other_bid: ordinary.map(|o| price(tender, o)).min_by(f64::total_cmp),
            })
        };
        Self {
            cells: cells.into_iter().collect(),
            price: lines.iter().map(|c| price(tender, *c)).collect(),
            clause: lines.iter().map(clause).collect(),
            suppliers,
        }
    }

    /// List price of a line with mark-up, money per need unit.
    pub(super) fn price(&self, line: usize) -> f64 {
        self.price[line]
    }

    /// True if no line is under a clause.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Lines under a clause, and those among them for which no other bid says what a replacement costs.
    pub fn lines(&self) -> (usize, usize) {
        let all = self.clause.iter().flatten();
        (all.clone().count(), all.filter(|c| c.other_bid.is_none()).count())
    }
}

/// The lowest price bid for each cell, per need unit; infinite where nothing is on offer.
pub(super) fn lowest_prices(tender: &Tender) -> Vec<f64> {
    let bids = |cell| tender.candidates_of(cell).map(|o| price(tender, o)).fold(f64::INFINITY, f64::min);
    tender.cells.indexes().map(bids).collect()
}

/// List price with mark-up per need unit.
fn price(tender: &Tender, line: CandidateIx) -> f64 {
    let line = &tender.candidates[line];
    let offer = &tender.offers[line.offer];
    offer.list_price.to_f64() * (1.0 + offer.markup.to_f64()) / line.use_factor.to_f64()
}

/// Settles week `w`, after recourse. `state.sent` and `state.kept` are what the lines delivered and held back.
pub(super) fn settle(model: &Model, path: &Path, w: usize, state: &mut State) {
    for &c in &model.clauses.cells {
        owe(model, path, w, c, state);
        let mut owed: f64 = model.lines.of(c).map(|l| state.owed[l]).sum();
        if owed <= 0.0 {
            continue;
        }
        for l in model.lines.of(c) {
            let extra = state.sent[l] - due(model, state, c, l);
            if state.owed[l] <= 0.0 && extra > 0.0 {
                owed -= replace(model, c, state, (extra, owed), |_| Some(model.clauses.price[l]));
            }
        }
        let unmet = state.record.unmet[w * model.cells() + c];
        replace(model, c, state, (unmet, owed), |clause| clause.other_bid);
    }
}

/// A line's part of the order in hand, at most its contract week.
fn due(model: &Model, state: &State, c: usize, line: usize) -> f64 {
    let weekly = model.lines.weekly[line];
    if model.mean[c] > 0.0 { weekly * (state.wanted[c] / model.mean[c]).min(1.0) } else { 0.0 }
}

/// What each line of a cell owes after it shipped: more if it is struck, less if it shipped beyond its part.
fn owe(model: &Model, path: &Path, w: usize, c: usize, state: &mut State) {
    for l in model.lines.of(c) {
        let due = due(model, state, c, l);
        let struck = path.capacity[w * path.classes + model.lines.class[l] as usize] < FULL;
        let failed = if struck { (due - state.shippable[l]).max(0.0) } else { 0.0 };
        let extra = (state.sent[l] - due).max(0.0);
        let owed = state.owed[l] + failed + state.kept[l].min(due);
        state.sent[l] -= owed.min(extra);
        state.owed[l] = (owed - extra).max(0.0);
    }
}

/// Fills at most `units` of what is `owed` in a cell at the price that `price` tells each clause; gives the units filled.
fn replace(
    model: &Model,
    c: usize,
    state: &mut State,
    (units, owed): (f64, f64),
    price: impl Fn(&Clause) -> Option<f64>,
) -> f64 {
    let filled = units.min(owed);
    if filled <= 0.0 {
        return 0.0;
    }
    for l in model.lines.of(c) {
        let mine = state.owed[l] * filled / owed;
        state.owed[l] -= mine;
        let Some(clause) = &model.clauses.clause[l] else { continue };
        let Some(price) = price(clause) else { continue };
        let difference = (price - model.clauses.price[l]).max(0.0);
        state.record.excess[clause.supplier] += difference * mine;
        state.record.credit[clause.supplier] += (clause.part * difference).min(clause.cap) * mine;
    }
    filled
}
