//! Picks: lines chosen or locked by hand, as bounds on the part of a demand cell that they serve.

use super::build::{Ids, any_or};
use super::places::Places;
use super::{Candidate, DemandCell, Offer};
use crate::finding::Findings;
use crate::index::*;
use crate::quantity::Fraction;
use crate::tables::{Draft, PickRow};

/// A pick.
#[derive(Debug, Clone, PartialEq)]
pub struct Pick {
    /// What it names, in words.
    pub name: String,
    /// Why it stands.
    pub why: String,
    /// Lower bound on the part of the demand.
    pub low: Option<Fraction>,
    /// Upper bound on the part of the demand.
    pub high: Option<Fraction>,
    /// Each cell where it names lines, with these lines.
    pub cells: Vec<(CellIx, Vec<CandidateIx>)>,
    /// Position of its row among the rows read.
    pub at: usize,
    site: Option<SiteIx>,
    need: Option<NeedIx>,
    product: Option<ProductIx>,
    offer: Option<OfferIx>,
}

impl Pick {
    /// The pick with the lines it names.
    pub(super) fn with_lines(
        mut self,
        cells: &IxVec<CellIx, DemandCell>,
        candidates: &IxVec<CandidateIx, Candidate>,
    ) -> Self {
        let cell_of = |(site, need)| super::build::cell_of(cells, site, need);
        // Thousands of picks that each name one cell must not each look at all of them.
        let within: Vec<CellIx> = match self.site.zip(self.need) {
            Some(both) => cell_of(both).into_iter().collect(),
            None => {
                let fits =
                    |c: &DemandCell| self.site.is_none_or(|s| s == c.site) && self.need.is_none_or(|n| n == c.need);
                cells.enumerate().filter(|(_, c)| fits(c)).map(|(ix, _)| ix).collect()
            }
        };
        for cell in within {
            let named = |c: &CandidateIx| {
                let line = &candidates[*c];
                self.product.is_none_or(|p| p == line.product) && self.offer.is_none_or(|o| o == line.offer)
            };
            let lines: Vec<CandidateIx> = cells[cell].candidates.clone().map(CandidateIx::new).filter(named).collect();
            if !lines.is_empty() {
                self.cells.push((cell, lines));
            }
        }
        self
    }
}

/// Picks in order of key; their lines are still to come.
pub(super) fn picks(
    draft: &Draft,
    ids: &Ids,
    offers: &IxVec<OfferIx, Offer>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> Vec<Pick> {
    let mut rows: Vec<&PickRow> = draft.picks.iter().collect();
    rows.sort_by_key(|r| crate::schema::Row::key(*r));
    rows.into_iter().filter_map(|r| pick(r, ids, offers, places, findings)).collect()
}

fn pick(
    r: &PickRow,
    ids: &Ids,
    offers: &IxVec<OfferIx, Offer>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> Option<Pick> {
    let at = |column| places.cell("picks", r.at, column);
    let site = any_or(&ids.sites, r.site.as_str(), at("site"), findings);
    let need = any_or(&ids.needs, r.need.as_str(), at("need"), findings);
    let product = match &r.product {
        None => Some(None),
        Some(id) => ids.products.find(id.as_str(), at("product"), findings).map(Some),
    };
    let offer = match r.offer.as_ref().map(|o| o.0.as_str()) {
        None => Some(None),
        // Offers of packages have a colon in their name, which no id has.
        Some(id) if id.contains(':') => {
            let found = offers.enumerate().find(|(_, o)| o.id == id).map(|(ix, _)| ix);
            if found.is_none() && !findings.has_errors() {
                let fix = "write `package:product`, as the award does";
                findings.error("unknown_id", at("offer"), id, "no package has such a line", fix);
            }
            found.map(Some)
        }
        Some(id) => ids.offers.find(id, at("offer"), findings).map(Some),
    };
    if r.exactly.is_some() && (r.at_least.is_some() || r.at_most.is_some()) {
        let fix = "keep `exactly`, or the two others";
        findings.error("bad_range", at("exactly"), text(r.exactly), "the bound is given twice", fix);
    }
    if let (Some(low), Some(high)) = (r.at_least, r.at_most)
        && low > high
    {
        findings.error(
            "bad_range",
            at("at_least"),
            text(r.at_least),
            format!("above at_most ({high})"),
            "swap or mend",
        );
    }
    if r.exactly.is_none() && r.at_least.is_none() && r.at_most.is_none() {
        let fix = "fill in at_least, at_most or exactly";
        findings.error("missing_value", at("at_least"), "", "the pick bounds nothing", fix);
    }
    let named = [
        ("site", (r.site.as_str() != "*").then_some(r.site.as_str())),
        ("need", (r.need.as_str() != "*").then_some(r.need.as_str())),
        ("product", r.product.as_ref().map(|p| p.as_str())),
        ("offer", r.offer.as_ref().map(|o| o.0.as_str())),
    ];
    let name: Vec<String> = named.iter().filter_map(|(what, id)| id.map(|id| format!("{what} {id}"))).collect();
    Some(Pick {
        name: if name.is_empty() { "every line".to_owned() } else { name.join(", ") },
        why: r.why.as_ref().map(|w| w.0.clone()).unwrap_or_default(),
        low: r.exactly.or(r.at_least),
        high: r.exactly.or(r.at_most),
        cells: Vec::new(),
        at: r.at,
        site: site?,
        need: need?,
        product: product?,
        offer: offer?,
    })
}

fn text(value: Option<Fraction>) -> String {
    value.unwrap_or_default().to_string()
}
