//! Coverage of sizes: of each size that a need lists some product must be bought, anywhere or at every site.

use super::places::Places;
use super::{Product, Tender};
use crate::finding::{Findings, Severity};
use crate::index::{CandidateIx, NeedIx, SiteIx};
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
        let sites: Vec<Option<SiteIx>> = {
            let cells = tender.cells.iter().filter(|c| c.need == ix);
            match need.sizes_at {
                SizesAt::Site => cells.map(|c| Some(c.site)).collect(),
                SizesAt::Anywhere => cells.take(1).map(|_| None).collect(),
            }
        };
        for site in sites {
            for size in &need.sizes {
                let covers = |(c, line): (CandidateIx, &super::Candidate)| {
                    let here = line.need == ix && site.is_none_or(|s| s == line.site);
                    (here && has(&tender.products[line.product], size)).then_some(c)
                };
                let lines = tender.candidates.enumerate().filter_map(covers).collect();
                all.push(SizeToCover { need: ix, site, size: size.clone(), lines });
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
