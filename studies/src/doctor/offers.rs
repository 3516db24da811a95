//! Offers that nobody would ever use: twice the same, or beaten by another offer for the same product wherever they hold.

use ballast_domain::Severity;
use ballast_domain::tender::{Offer, Tender};

use super::{Chart, Remark};

/// True if an offer stands apart from tiers and limits, so that its price alone speaks for it.
fn plain(tender: &Tender, offer: &Offer, ix: ballast_domain::index::OfferIx) -> bool {
    let counted = tender.schedules.iter().any(|s| s.counts.contains(&ix) || s.applies_to.contains(&ix));
    !counted && !offer.needs_tier && offer.max_packs.is_none() && offer.minimum_if_used.is_none()
}

/// Adds a finding per offer that another one beats.
pub(super) fn check(chart: &mut Chart<'_>) {
    let tender = chart.tender;
    let covers = |a: &Offer, b: &Offer| b.sites.iter().all(|s| a.sites.binary_search(s).is_ok());
    for row in &tender.draft.offers {
        let Some((ix, offer)) = tender.offers.enumerate().find(|(_, o)| o.id == row.offer.as_str()) else { continue };
        if !plain(tender, offer, ix) {
            continue;
        }
        let valid = |o: &Offer| tender.candidates.iter().any(|c| tender.offers[c.offer].id == o.id);
        let same = |(other, o): &(_, &Offer)| {
            *other != ix && o.product == offer.product && o.layer == offer.layer && plain(tender, o, *other) && valid(o)
        };
        let beats = |o: &Offer| covers(o, offer) && o.list_price <= offer.list_price && o.markup <= offer.markup;
        let equal = |o: &Offer| {
            beats(o) && o.list_price == offer.list_price && o.sites == offer.sites && o.markup == offer.markup
        };
        // Of two equal ones the later by id is the superfluous one.
        let found = tender.offers.enumerate().filter(same).find(|(other, o)| beats(o) && (!equal(o) || *other < ix));
        if let Some((_, other)) = found {
            let (code, expected) = match equal(other) {
                true => ("duplicate_offer", format!("offer {} says the same: product, price and sites", other.id)),
                false => (
                    "dominated_offer",
                    format!(
                        "offer {} for the same product costs no more ({}) at every site of this one",
                        other.id, other.list_price
                    ),
                ),
            };
            let remark = Remark {
                severity: Severity::Information,
                code,
                value: row.offer.to_string(),
                expected,
                fix: "it will never be used; check its price and cohort, or take it out",
            };
            chart.add("offers", Some(row.at), "offer", remark);
        }
    }
}
