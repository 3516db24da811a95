//! Offers with their cohorts and their prices over the years.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::build::Ids;
use super::places::{Places, Written};
use super::{Offer, Product, Site};
use crate::cell::{List, decimal, nearest};
use crate::exact::{Exact, exact, whole};
use crate::finding::{Findings, Place};
use crate::index::{IxVec, OfferIx, ProductIx, SiteIx};
use crate::tables::{Draft, OfferRow};

/// Offers in order of id.
pub(super) fn offers(
    draft: &Draft,
    ids: &Ids,
    sites: &IxVec<SiteIx, Site>,
    products: &IxVec<ProductIx, Product>,
    years: u32,
    places: &Places<'_>,
    findings: &mut Findings,
) -> IxVec<OfferIx, Offer> {
    let mut rows: Vec<&OfferRow> = draft.offers.iter().collect();
    rows.sort_by(|a, b| a.offer.cmp(&b.offer));
    let mut offers = IxVec::default();
    for r in rows {
        let at = |column| places.cell("offers", r.at, column);
        let product = ids.products.find(r.product.as_str(), at("product"), findings);
        let members = cohort(&r.cohort, &at("cohort"), ids, sites, findings);
        let price_factor = price_factor(r, years, places, findings);
        if let (Some(from), Some(to)) = (r.valid_from, r.valid_to)
            && from > to
        {
            findings.error(
                "bad_range",
                at("valid_from"),
                from.to_string(),
                "the first day is after the last",
                "swap or mend the dates",
            );
        }
        if let (Some(max), Some(min)) = (r.max_packs, r.minimum_if_used)
            && min > max
        {
            findings.error(
                "bad_range",
                at("minimum_if_used"),
                min.to_string(),
                format!("the minimum is above max_packs ({max})"),
                "mend one of them",
            );
        }
        let Some(product) = product.filter(|p| products.len() > p_ix(*p)) else { continue };
        offers.push(Offer {
            id: r.offer.to_string(),
            product,
            list_price: r.price.unwrap_or_default(),
            needs_tier: r.price.is_none(),
            layer: r.layer,
            sites: members,
            markup: r.markup,
            max_packs: r.max_packs,
            minimum_if_used: r.minimum_if_used,
            lead_time: r.lead_time,
            pays: r.pays,
            ceiling: r.ceiling,
            contract: super::channel::text(&r.contract),
            proof: super::channel::text(&r.proof),
            failure_to_supply: r.failure_to_supply.map(|part| (part, r.failure_to_supply_cap)),
            conditions: super::conditions::of(r, ids, places, findings),
            package: None,
            price_factor,
            schedules: Vec::new(),
        });
    }
    offers
}

fn p_ix(p: ProductIx) -> usize {
    use crate::index::Ix;
    p.ix()
}

/// Price of each year ÷ price of the first: the product of 1 + e over the years begun. Empty if nothing rises or falls.
fn price_factor(r: &OfferRow, years: u32, places: &Places<'_>, findings: &mut Findings) -> Vec<Exact> {
    let at = || places.cell("offers", r.at, "escalator");
    let mut rises: Vec<Decimal> = Vec::new();
    for part in &r.escalator.0 {
        match decimal(part) {
            Ok(rise) if rise > -Decimal::ONE && rise <= Decimal::TEN => rises.push(rise),
            _ => {
                let expected = "expected fractions above -1 and at most 10, separated by `;`";
                findings.error("bad_value", at(), part, expected, "write 3 % a year as 0.03");
                return Vec::new();
            }
        }
    }
    let later = (years.min(20) as usize).saturating_sub(1);
    if rises.len() > 1 && rises.len() != later {
        findings.error(
            "bad_value",
            at(),
            r.escalator.0.join(";"),
            format!("expected one fraction for all later years or one for each of the {later} after the first"),
            "write one number, or as many as there are later contract years",
        );
        return Vec::new();
    }
    if rises.iter().all(Decimal::is_zero) || later == 0 {
        return Vec::new();
    }
    let mut factors = vec![whole(1)];
    for year in 0..later {
        let rise = if rises.len() == 1 { rises[0] } else { rises[year] };
        factors.push(&factors[year] * (whole(1) + exact(rise)));
    }
    factors
}

/// The sites of a cohort.
pub(super) fn cohort(
    list: &List,
    place: &Place,
    ids: &Ids,
    sites: &IxVec<SiteIx, Site>,
    findings: &mut Findings,
) -> Vec<SiteIx> {
    let at = || place.clone();
    let mut chosen: BTreeSet<SiteIx> = BTreeSet::new();
    for part in &list.0 {
        let found: Vec<SiteIx> = match part.split_once(':') {
            None if part == "all" => sites.indexes().collect(),
            Some(("site", id)) => ids.sites.find(id, at(), findings).into_iter().collect(),
            Some(("member", id)) => {
                let member = ids.members.find(id, at(), findings);
                sites.enumerate().filter(|(_, s)| Some(s.member) == member).map(|(i, _)| i).collect()
            }
            Some(("class", class)) => {
                must_stand(&ids.classes, class, part, at(), findings);
                sites.enumerate().filter(|(_, s)| s.class == class).map(|(i, _)| i).collect()
            }
            Some(("region", region)) => {
                must_stand(&ids.site_regions, region, part, at(), findings);
                sites.enumerate().filter(|(_, s)| s.site_region == region).map(|(i, _)| i).collect()
            }
            _ => {
                findings.error(
                    "bad_value",
                    at(),
                    part,
                    "expected `all` or a list of member:M, class:C, region:R, site:S",
                    "write for example `member:Riverside Health`",
                );
                continue;
            }
        };
        chosen.extend(found);
    }
    chosen.into_iter().collect()
}

/// A finding if no site, accepted or not, has this class or region.
fn must_stand(written: &Written, name: &str, part: &str, place: Place, findings: &mut Findings) {
    let Some(written) = written.as_ref().filter(|w| !w.contains(name)) else { return };
    let fix = nearest(name, written.iter().map(String::as_str))
        .map_or_else(|| "mend the name of the class or region".to_owned(), |n| format!("did you mean `{n}`?"));
    findings.error("unknown_id", place, part, "no site belongs to this part of the cohort", fix);
}
