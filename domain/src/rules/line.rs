//! A line as rules see it: one offer that may serve a demand cell, or what a site buys today.

use std::ops::Range;

use crate::index::{CandidateIx, CellIx, Ix, IxVec, OfferIx, ProductIx};
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

/// Lines in order of cell.
#[derive(Clone, Copy)]
pub(super) enum Lines<'t> {
    /// Those an award may use, in the order of the candidates.
    Offered(&'t Tender),
    /// Those of today, numbered like candidates.
    Today(&'t IxVec<CandidateIx, Line>),
}

impl<'t> Lines<'t> {
    pub(super) fn is_empty(self) -> bool {
        match self {
            Self::Offered(tender) => tender.candidates.is_empty(),
            Self::Today(lines) => lines.is_empty(),
        }
    }

    pub(super) fn at(self, ix: CandidateIx) -> Line {
        match self {
            Self::Offered(tender) => {
                let c = &tender.candidates[ix];
                Line { cell: c.cell, product: c.product, offer: Some(c.offer), incumbent: c.incumbent }
            }
            Self::Today(lines) => lines[ix],
        }
    }

    /// The lines of each cell that has any.
    pub(super) fn by_cell(self) -> Box<dyn Iterator<Item = (CellIx, Range<usize>)> + 't> {
        match self {
            Self::Offered(tender) => {
                let own = tender.cells.enumerate().map(|(ix, c)| (ix, c.candidates.clone()));
                Box::new(own.filter(|(_, lines)| !lines.is_empty()))
            }
            Self::Today(lines) => {
                let mut next = 0;
                Box::new(lines.as_slice().chunk_by(|a, b| a.cell == b.cell).map(move |own| {
                    let first = next;
                    next += own.len();
                    (own[0].cell, first..next)
                }))
            }
        }
    }

    pub(super) fn of(self, lines: Range<usize>) -> impl Iterator<Item = (CandidateIx, Line)> + 't {
        lines.map(CandidateIx::new).map(move |ix| (ix, self.at(ix)))
    }
}
