//! Coverage of sizes: of each size that a need lists some product must be bought, anywhere or at every site.

use super::places::Places;
use super::{Product, Tender};
use crate::finding::{Findings, Severity};
use crate::index::{CandidateIx, CellIx, NeedIx, SiteIx};
use crate::tables::SizesAt;

/// A size that must be covered, with the lines that would.
#[derive(Debug, Clone, PartialEq)]
pub struct SizeToCover {
    /// The need.
    pub need: NeedIx,
    /// The site, where every site must have it.
    pub site: Option<SiteIx>,
    /// The size.
    pub size: String,
    /// Lines that cover it.
    pub lines: Vec<CandidateIx>,
}

/// Whether a product has a size: `attr.size` names one or several, separated by `;`.
fn has(product: &Product, size: &str) -> bool {
    product.attr.get("size").is_some_and(|sizes| sizes.split(';').any(|s| s.trim() == size))
}

/// Every size to cover, by need, site and in the order listed. Needs without demand have none.
pub fn sizes(tender: &Tender) -> Vec<SizeToCover> {
    let mut all = Vec::new();
    for (ix, need) in tender.needs.enumerate().filter(|(_, n)| !n.sizes.is_empty()) {
        let cells: Vec<CellIx> = tender.cells.enumerate().filter(|(_, c)| c.need == ix).map(|(cell, _)| cell).collect();
        let parts: Vec<(Option<SiteIx>, &[CellIx])> = match need.sizes_at {
            SizesAt::Site => cells.chunks(1).map(|cell| (Some(tender.cells[cell[0]].site), cell)).collect(),
            SizesAt::Anywhere if cells.is_empty() => Vec::new(),
            SizesAt::Anywhere => vec![(None, &cells[..])],
        };
        for (site, cells) in parts {
            for size in &need.sizes {
                let lines = cells.iter().flat_map(|cell| tender.candidates_of(*cell));
                let covers = |c: &CandidateIx| has(&tender.products[tender.candidates[*c].product], size);
                all.push(SizeToCover { need: ix, site, size: size.clone(), lines: lines.filter(covers).collect() });
            }
        }
    }
    all
}

/// Sizes that nobody offers.
pub(super) fn check(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    for missing in sizes(tender).into_iter().filter(|s| s.lines.is_empty()) {
        let need = &tender.needs[missing.need];
        let row = tender.draft.needs.iter().find(|r| r.need.as_str() == need.id);
        let place = row.map_or_else(|| places.file("needs"), |r| places.cell("needs", r.at, "sizes"));
        let at = missing.site.map_or_else(String::new, |s| format!(" at site {}", tender.sites[s].id));
        findings.add(
            Severity::Warning,
            "uncovered_size",
            place,
            missing.size.clone(),
            format!("need {} asks for size {}, but no valid offer brings it{at}", need.id, missing.size),
            "add an offer of a product whose attr.size names it, or take the size from the list",
        );
    }
}
