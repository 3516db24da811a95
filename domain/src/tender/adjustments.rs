//! Adjustments: a bonus or malus on the lines it names.

use rust_decimal::Decimal;

use super::build::{Ids, Lookup};
use super::places::Places;
use super::{Candidate, Site};
use crate::cell::Id;
use crate::finding::{Findings, Place};
use crate::index::*;
use crate::tables::{AdjustmentRow, Draft};

/// An adjustment; amounts are money, a bonus is negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    /// Id.
    pub id: String,
    /// Fraction of list spend.
    pub percent_of_list: Decimal,
    /// Money per need unit used.
    pub per_need_unit: Decimal,
    /// Money, once, if any of its lines is used.
    pub once: Decimal,
    /// Why.
    pub why: String,
    /// The lines it names, in order.
    pub lines: Vec<CandidateIx>,
    supplier: Option<SupplierIx>,
    product: Option<ProductIx>,
    need: Option<NeedIx>,
    site: Option<SiteIx>,
    member: Option<MemberIx>,
}

impl Adjustment {
    /// The adjustment with the lines it names.
    pub(super) fn with_lines(self, sites: &IxVec<SiteIx, Site>, candidates: &IxVec<CandidateIx, Candidate>) -> Self {
        let names = |line: &Candidate| {
            self.supplier.is_none_or(|s| s == line.supplier)
                && self.product.is_none_or(|p| p == line.product)
                && self.need.is_none_or(|n| n == line.need)
                && self.site.is_none_or(|s| s == line.site)
                && self.member.is_none_or(|m| m == sites[line.site].member)
        };
        let lines = candidates.enumerate().filter(|(_, l)| names(l)).map(|(c, _)| c).collect();
        Self { lines, ..self }
    }
}

/// Adjustments in order of id; their lines are still to come.
pub(super) fn adjustments(draft: &Draft, ids: &Ids, places: &Places<'_>, findings: &mut Findings) -> Vec<Adjustment> {
    let mut rows: Vec<&AdjustmentRow> = draft.adjustments.iter().collect();
    rows.sort_by(|a, b| a.adjustment.cmp(&b.adjustment));
    let mut list = Vec::new();
    for r in rows {
        let at = |column| places.cell("adjustments", r.at, column);
        if r.percent_of_list.0.abs() > Decimal::ONE {
            let expected = "expected a fraction from -1 to 1 (2 % is 0.02)";
            findings.error(
                "bad_value",
                at("percent_of_list"),
                r.percent_of_list.0.to_string(),
                expected,
                "mend the fraction",
            );
        }
        if r.percent_of_list.0.is_zero() && r.per_need_unit.0.is_zero() && r.once.0.is_zero() {
            let fix = "fill in percent_of_list, per_need_unit or once";
            findings.error("missing_value", at("percent_of_list"), "", "the adjustment is worth nothing", fix);
        }
        let supplier = named(&ids.suppliers, r.supplier.as_ref(), at("supplier"), findings);
        let product = named(&ids.products, r.product.as_ref(), at("product"), findings);
        let need = named(&ids.needs, r.need.as_ref(), at("need"), findings);
        let site = named(&ids.sites, r.site.as_ref(), at("site"), findings);
        let member = named(&ids.members, r.member.as_ref(), at("member"), findings);
        if let (Some(supplier), Some(product), Some(need), Some(site), Some(member)) =
            (supplier, product, need, site, member)
        {
            list.push(Adjustment {
                id: r.adjustment.to_string(),
                percent_of_list: r.percent_of_list.0,
                per_need_unit: r.per_need_unit.0,
                once: r.once.0,
                why: r.why.0.clone(),
                lines: Vec::new(),
                supplier,
                product,
                need,
                site,
                member,
            });
        }
    }
    list
}

/// A blank cell is `Some(None)`, a known id `Some(Some(_))`, an unknown one a finding and `None`.
fn named<I: Ix>(lookup: &Lookup<I>, id: Option<&Id>, place: Place, findings: &mut Findings) -> Option<Option<I>> {
    match id {
        None => Some(None),
        Some(id) => lookup.find(id.as_str(), place, findings).map(Some),
    }
}
