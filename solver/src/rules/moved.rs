//! Sites that move, of N with incumbents. At most b: Σ y ≤ b N with y ≥ Σ x of the lines that are no incumbents. At least b:
//! Σ v ≥ b N with v only where such lines have volume. A site one of whose cells no incumbent can serve moves anyway.

use ballast_domain::Tender;
use ballast_domain::exact::{Exact, float, whole};
use ballast_domain::index::CandidateIx;
use ballast_domain::rules::{Moved, MovedThing};

use super::count::some_volume;
use super::rows::Rows;
use super::tender_rules::Side;

/// True if the incumbents that are still offered cannot be all of what the thing buys.
fn moves_anyway(tender: &Tender, thing: &MovedThing) -> bool {
    let cell = |c: &CandidateIx| tender.candidates[*c].cell;
    let kept = thing.kept.chunk_by(|a, b| cell(&a.0) == cell(&b.0)).map(|g| &tender.cells[cell(&g[0].0)]);
    kept.fold(whole(0), |sum, c| sum + c.quantity.exact()) < thing.demand
}

/// Part that moves ≤ bound.
pub(super) fn at_most(rows: &mut Rows<'_>, moved: &Moved, bound: &Exact) -> Option<Side> {
    let most = (bound * whole(moved.things.len())).floor();
    moved_at_most(rows, moved, float(&most))
}

/// Number that moves ≤ most.
pub(super) fn moved_at_most(rows: &mut Rows<'_>, moved: &Moved, most: f64) -> Option<Side> {
    let (mut terms, mut rhs) = (Vec::new(), most);
    for thing in &moved.things {
        match moves_anyway(rows.tender, thing) {
            true => rhs -= 1.0,
            false if thing.left.is_empty() => {}
            false => terms.push((rows.indicator(&thing.left), 1.0)),
        }
    }
    Some(Side { terms, rhs, scale: 1.0, unit: moved.things.len() as f64 })
}

/// Part that moves ≥ bound.
pub(super) fn at_least(rows: &mut Rows<'_>, moved: &Moved, bound: &Exact) -> Option<Side> {
    let least = (bound * whole(moved.things.len())).ceil();
    moved_at_least(rows, moved, float(&least))
}

/// Number that moves ≥ least.
pub(super) fn moved_at_least(rows: &mut Rows<'_>, moved: &Moved, least: f64) -> Option<Side> {
    let (mut terms, mut rhs) = (Vec::new(), -least);
    for thing in &moved.things {
        match moves_anyway(rows.tender, thing) {
            true => rhs += 1.0,
            false if thing.left.is_empty() => {}
            false => terms.push((some_volume(rows, &thing.left, None), -1.0)),
        }
    }
    Some(Side { terms, rhs, scale: 1.0, unit: moved.things.len() as f64 })
}
