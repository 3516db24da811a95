//! What an offer asks of the award before it may be used: the structure of supply, other products, a minimum order.

use super::build::Ids;
use super::places::Places;
use super::{Need, Offer, Product, Tender};
use crate::finding::Findings;
use crate::index::*;
use crate::quantity::{Fraction, Packs};
use crate::tables::{Draft, Level, OfferRow, Structure, StructureScope};

/// The conditions of an offer.
#[derive(Debug, Clone, PartialEq)]
pub struct Conditions {
    /// How many suppliers there must be, and where.
    pub structure: Option<StructureCondition>,
    /// Products that must be bought, too.
    pub requires: Vec<ProductIx>,
    /// Where they must be bought: at the same site, by the same member, or anywhere.
    pub requires_level: Level,
    /// Least packs a year of a site that uses the offer.
    pub minimum_order: Option<Packs>,
}

impl Default for Conditions {
    fn default() -> Self {
        Self { structure: None, requires: Vec::new(), requires_level: Level::Site, minimum_order: None }
    }
}

/// So many suppliers serve a scope at a level, the offer's own among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StructureCondition {
    /// How many.
    pub structure: Structure,
    /// Of what.
    pub scope: StructureScope,
    /// Where.
    pub level: Level,
    /// A supplier counts from this part of the volume on; 0: from any volume on.
    pub from: Fraction,
}

/// A scope at a level: need or category, and site or member (0 for all together).
pub type Group = (usize, usize);

impl StructureCondition {
    /// The group that a line belongs to.
    pub fn group(&self, tender: &Tender, c: CandidateIx) -> Group {
        let line = &tender.candidates[c];
        let of = match self.scope {
            StructureScope::Need => line.need.ix(),
            StructureScope::Category => tender.needs[line.need].category.ix(),
        };
        (of, self.level.of(tender, line.site))
    }
}

impl Level {
    /// The site, its member, or everything together.
    pub fn of(self, tender: &Tender, site: SiteIx) -> usize {
        match self {
            Self::System => 0,
            Self::Member => tender.sites[site].member.ix(),
            Self::Site => site.ix(),
        }
    }
}

/// The conditions in an offer's row.
pub(super) fn of(r: &OfferRow, ids: &Ids, places: &Places<'_>, findings: &mut Findings) -> Conditions {
    let at = |column| places.cell("offers", r.at, column);
    if r.structure.is_none() && !r.structure_from.0.is_zero() {
        let fix = "fill in `structure`, or leave structure_from blank";
        findings.error("missing_value", at("structure"), "", "structure_from speaks of a structure", fix);
    }
    let structure = r.structure.map(|structure| StructureCondition {
        structure,
        scope: r.structure_scope,
        level: r.structure_level,
        from: r.structure_from,
    });
    let mut requires: Vec<ProductIx> =
        r.requires.0.iter().filter_map(|p| ids.products.find(p, at("requires"), findings)).collect();
    requires.sort();
    requires.dedup();
    if r.requires.0.iter().any(|p| p == r.product.as_str()) {
        let fix = "drop it from the list";
        findings.error("bad_value", at("requires"), r.product.as_str(), "the offer requires its own product", fix);
    }
    Conditions { structure, requires, requires_level: r.requires_level, minimum_order: r.minimum_order }
}

/// A part of a category is a part of reference spend, so its needs must have reference prices; and a supplier's maximum
/// award may not lie below its minimum.
pub(super) fn check(
    draft: &Draft,
    offers: &IxVec<OfferIx, Offer>,
    products: &IxVec<ProductIx, Product>,
    needs: &IxVec<NeedIx, Need>,
    places: &Places<'_>,
    findings: &mut Findings,
) {
    for r in &draft.suppliers {
        if let (Some(most), Some(least)) = (r.maximum_award, r.minimum_award)
            && most < least
        {
            findings.error(
                "bad_range",
                places.cell("suppliers", r.at, "maximum_award"),
                most.to_string(),
                format!("the maximum is below minimum_award ({least})"),
                "mend one of them",
            );
        }
    }
    if findings.has_errors() {
        return;
    }
    for r in &draft.offers {
        let Some(offer) = offers.iter().find(|o| o.id == r.offer.as_str()) else { continue };
        let Some(condition) = offer.conditions.structure else { continue };
        if condition.scope != StructureScope::Category || condition.from.0.is_zero() {
            continue;
        }
        let category = needs[products[offer.product].need].category;
        if let Some(bare) = needs.iter().find(|n| n.category == category && n.reference_price.is_none()) {
            findings.error(
                "missing_value",
                places.cell("offers", r.at, "structure_from"),
                condition.from.to_string(),
                format!("a part of a category is one of reference spend, and need {} has no reference_price", bare.id),
                "fill in the reference prices of the category",
            );
        }
    }
}
