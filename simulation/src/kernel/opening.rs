//! Stock on the first day: what lies at a site is working stock of its cell, what lies at a centre or a vendor is a pool
//! that every site may draw from, need by need, under the recourse `reserve`.

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx};

use super::links::Pool;
use crate::draw::Scenery;
use crate::stock::stated;

/// Working stock of each cell and the pools. A cell without a stock row starts at its target.
pub(super) fn opening(tender: &Tender, scenery: &Scenery, target: &[f64]) -> (Vec<f64>, Vec<Pool>) {
    let stated = stated(tender);
    let pool = |((place, need), units): ((usize, NeedIx), f64)| Pool {
        units,
        stop_row: scenery.row_of_place(place),
        cells: tender.cells.enumerate().filter(|(_, c)| c.need == need).map(|(c, _)| c.ix()).collect(),
    };
    let stock = stated.cells.into_iter().zip(target).map(|(s, t)| s.unwrap_or(*t)).collect();
    (stock, stated.pooled.into_iter().map(pool).collect())
}
