//! Sites that move, of N with incumbents. At most b: Σ y ≤ b N with y ≥ Σ x of the lines that are no incumbents. At least b:
//! Σ v ≥ b N with v only where such lines have volume. What is left unserved has left its incumbents too. A site one of whose cells no incumbent can serve moves anyway.

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::exact::{Exact, whole};
use ballast_domain::index::{CandidateIx, CellIx};
use ballast_domain::rules::{Moved, MovedThing};

use super::count::some_volume;
use super::rows::Rows;
use super::tender_rules::Side;
use crate::model::Col;

/// True if the incumbents that are still offered cannot be all of what the thing buys.
fn moves_anyway(tender: &Tender, thing: &MovedThing) -> bool {
    let cell = |c: &CandidateIx| tender.candidates[*c].cell;
    let kept = thing.kept.chunk_by(|a, b| cell(&a.0) == cell(&b.0)).map(|g| &tender.cells[cell(&g[0].0)]);
    kept.fold(whole(0), |sum, c| sum + c.quantity.exact()) < thing.demand
}

/// The unserved parts of the cells.
fn unserved(rows: &Rows<'_>, thing: &MovedThing) -> Vec<Col> {
    let lines = thing.kept.iter().chain(&thing.left);
    let cells: BTreeSet<CellIx> = lines.map(|(c, _)| rows.tender.candidates[*c].cell).collect();
    cells.into_iter().filter_map(|cell| rows.unserved(cell)).collect()
}

/// A binary that is 1 where anything but the incumbents serves, or nothing does; `None` where neither can be.
fn moves(rows: &mut Rows<'_>, thing: &MovedThing) -> Option<Col> {
    let unserved = unserved(rows, thing);
    let left = (!thing.left.is_empty()).then(|| rows.indicator(&thing.left));
    if unserved.is_empty() {
        return left;
    }
    let moves = rows.model.binary(0.0);
    for col in left.into_iter().chain(unserved) {
        rows.link(f64::NEG_INFINITY, 0.0, vec![(col, 1.0), (moves, -1.0)], 1.0);
    }
    Some(moves)
}

/// How many things a part of them is.
pub(super) fn number(moved: &Moved, part: &Exact) -> Exact {
    part * whole(moved.things.len())
}

/// Number that moves ≤ most.
pub(super) fn at_most(rows: &mut Rows<'_>, moved: &Moved, most: f64) -> Option<Side> {
    let (mut terms, mut rhs) = (Vec::new(), most);
    for thing in &moved.things {
        match moves_anyway(rows.tender, thing) {
            true => rhs -= 1.0,
            false => terms.extend(moves(rows, thing).map(|y| (y, 1.0))),
        }
    }
    Some(Side { terms, rhs, scale: 1.0, unit: moved.things.len() as f64 })
}

/// Number that moves ≥ least.
pub(super) fn at_least(rows: &mut Rows<'_>, moved: &Moved, least: f64) -> Option<Side> {
    let (mut terms, mut rhs) = (Vec::new(), -least);
    for thing in &moved.things {
        match moves_anyway(rows.tender, thing) {
            true => rhs += 1.0,
            false => {
                let unserved = unserved(rows, thing);
                if !thing.left.is_empty() || !unserved.is_empty() {
                    terms.push((some_volume(rows, &thing.left, None, &unserved), -1.0));
                }
            }
        }
    }
    Some(Side { terms, rhs, scale: 1.0, unit: moved.things.len() as f64 })
}
