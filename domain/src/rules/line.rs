//! A line as rules see it: one offer that may serve a demand cell, or what a site buys today.

use crate::index::{CandidateIx, CellIx, IxVec, OfferIx, ProductIx};
use crate::tender::Tender;

/// A line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The demand cell.
    pub cell: CellIx,
    /// The product.
    pub product: ProductIx,
    /// The offer; what is bought today has none.
    pub offer: Option<OfferIx>,
    /// True if the site uses the product for the need today.
    pub incumbent: bool,
}

/// The lines an award may use, in the order of the candidates.
pub(super) fn candidates(tender: &Tender) -> IxVec<CandidateIx, Line> {
    let line = |c: &crate::tender::Candidate| Line {
        cell: c.cell,
        product: c.product,
        offer: Some(c.offer),
        incumbent: c.incumbent,
    };
    tender.candidates.iter().map(line).collect()
}
