//! Offers with their cohorts, and schedules with what they count and what they price.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::build::Ids;
use super::places::{Places, Written};
use super::{Offer, Product, Schedule, Site, Tier};
use crate::cell::{List, nearest};
use crate::finding::Findings;
use crate::index::{IxVec, OfferIx, ProductIx, ScheduleIx, SiteIx};
use crate::quantity::Money;
use crate::tables::{Draft, Gives, OfferRow};

/// Offers in order of id.
pub(super) fn offers(
    draft: &Draft,
    ids: &Ids,
    sites: &IxVec<SiteIx, Site>,
    products: &IxVec<ProductIx, Product>,
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
            schedule: None,
            conditions: super::conditions::of(r, ids, places, findings),
            package: None,
        });
    }
    offers
}

fn p_ix(p: ProductIx) -> usize {
    use crate::index::Ix;
    p.ix()
}

/// The sites of a cohort, in order.
pub(super) fn cohort(
    cohort: &List,
    place: &crate::finding::Place,
    ids: &Ids,
    sites: &IxVec<SiteIx, Site>,
    findings: &mut Findings,
) -> Vec<SiteIx> {
    let at = || place.clone();
    let mut chosen: BTreeSet<SiteIx> = BTreeSet::new();
    for part in &cohort.0 {
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
fn must_stand(written: &Written, name: &str, part: &str, place: crate::finding::Place, findings: &mut Findings) {
    let Some(written) = written.as_ref().filter(|w| !w.contains(name)) else { return };
    let fix = nearest(name, written.iter().map(String::as_str))
        .map_or_else(|| "mend the name of the class or region".to_owned(), |n| format!("did you mean `{n}`?"));
    findings.error("unknown_id", place, part, "no site belongs to this part of the cohort", fix);
}

/// Schedules in order of id; each offer learns which schedule prices it.
pub(super) fn schedules(
    draft: &Draft,
    ids: &Ids,
    products: &IxVec<ProductIx, Product>,
    offers: &mut IxVec<OfferIx, Offer>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> IxVec<ScheduleIx, Schedule> {
    for t in &draft.tiers {
        if ids.schedules.as_ref().is_some_and(|s| !s.contains(t.schedule.as_str())) {
            findings.error(
                "unknown_id",
                places.cell("tiers", t.at, "schedule"),
                t.schedule.as_str(),
                "no schedule has this id",
                "add it to `schedules` or mend the name",
            );
        }
    }
    // What prices what can be told only if nothing that prices or is priced was rejected.
    let complete = places.all_accepted("offers", offers.len())
        && places.all_accepted("products", products.len())
        && places.all_accepted("schedules", draft.schedules.len());
    let mut rows: Vec<_> = draft.schedules.iter().collect();
    rows.sort_by(|a, b| a.schedule.cmp(&b.schedule));
    let mut schedules: IxVec<ScheduleIx, Schedule> = IxVec::default();
    for r in rows {
        let at = |column| places.cell("schedules", r.at, column);
        let suppliers: Vec<_> = r
            .counts_suppliers
            .0
            .iter()
            .filter_map(|s| ids.suppliers.find(s, at("counts_suppliers"), findings))
            .collect();
        let own: Vec<_> =
            r.counts_products.0.iter().filter_map(|p| ids.products.find(p, at("counts_products"), findings)).collect();
        let named: Vec<_> =
            r.counts_offers.0.iter().filter_map(|o| ids.offers.find(o, at("counts_offers"), findings)).collect();
        let priced: BTreeSet<_> =
            r.applies_to.0.iter().filter_map(|o| ids.offers.find(o, at("applies_to"), findings)).collect();
        if r.counts_suppliers.0.is_empty() && r.counts_products.0.is_empty() && r.counts_offers.0.is_empty() {
            findings.error(
                "missing_value",
                at("counts_suppliers"),
                "",
                "the schedule counts nothing",
                "fill counts_suppliers, counts_products or counts_offers",
            );
        }
        let tiers = tiers(draft, r, ids, places, findings);
        if !complete {
            continue;
        }
        let counted = |(ix, o): (OfferIx, &Offer)| {
            (named.contains(&ix) || own.contains(&o.product) || suppliers.contains(&products[o.product].supplier))
                .then_some(ix)
        };
        let counts: Vec<OfferIx> = offers.enumerate().filter_map(counted).collect();
        let applies_to = if priced.is_empty() { counts.clone() } else { priced.into_iter().collect() };
        let ix = schedules.push(Schedule {
            id: r.schedule.to_string(),
            basis: r.basis,
            cohort_mode: r.cohort_mode,
            gives: r.gives,
            tiers,
            counts,
            applies_to,
        });
        for o in schedules[ix].applies_to.clone() {
            if let Some(other) = offers[o].schedule {
                let expected = format!("offer {} is already priced by schedule {}", offers[o].id, schedules[other].id);
                findings.error(
                    "overlapping_schedules",
                    at("applies_to"),
                    r.schedule.as_str(),
                    expected,
                    "name the offers in applies_to so that each is priced by one schedule",
                );
            }
            offers[o].schedule = Some(ix);
            if offers[o].needs_tier && r.gives == Gives::Price {
                offers[o].list_price = Money(schedules[ix].tiers.first().map_or(Decimal::ZERO, |t| t.value));
            }
        }
    }
    for r in draft.offers.iter().filter(|r| r.price.is_none() && !r.pays.derived() && complete) {
        let priced = ids
            .offers
            .get(r.offer.as_str())
            .and_then(|o| offers[o].schedule)
            .is_some_and(|s| schedules[s].gives == Gives::Price);
        if !priced {
            findings.error(
                "missing_value",
                places.cell("offers", r.at, "price"),
                "",
                "the offer has no price and no schedule that gives one",
                "fill in the price",
            );
        }
    }
    schedules
}

fn tiers(
    draft: &Draft,
    r: &crate::tables::ScheduleRow,
    ids: &Ids,
    places: &Places<'_>,
    findings: &mut Findings,
) -> Vec<Tier> {
    let mut rows: Vec<_> = draft.tiers.iter().filter(|t| t.schedule == r.schedule).collect();
    rows.sort_by_key(|t| t.from);
    if rows.is_empty() && ids.schedules_with_tiers.as_ref().is_some_and(|s| !s.contains(r.schedule.as_str())) {
        findings.error(
            "missing_value",
            places.cell("schedules", r.at, "schedule"),
            r.schedule.as_str(),
            "the schedule has no tiers",
            "add rows to `tiers`",
        );
    }
    for t in &rows {
        let fraction = r.gives == Gives::Percent;
        if t.from.0 < Decimal::ZERO {
            findings.error(
                "bad_value",
                places.cell("tiers", t.at, "from"),
                t.from.0.to_string(),
                "expected 0 or more",
                "mend the threshold",
            );
        }
        if t.value.0 < Decimal::ZERO || fraction && t.value.0 >= Decimal::ONE {
            let expected = if fraction {
                "expected a fraction from 0 to below 1 (4 % is 0.04)"
            } else {
                "expected a price, 0 or more"
            };
            findings.error(
                "bad_value",
                places.cell("tiers", t.at, "value"),
                t.value.0.to_string(),
                expected,
                "mend the value",
            );
        }
    }
    let better = |a: Decimal, b: Decimal| if r.gives == Gives::Percent { b > a } else { b < a };
    for pair in rows.windows(2) {
        if !better(pair[0].value.0, pair[1].value.0) {
            let place = places.cell("tiers", pair[1].at, "value");
            let expected = format!(
                "a higher tier is not better than the one from {}: the tiers overlap or contradict",
                pair[0].from.0.normalize()
            );
            findings.error(
                "overlapping_tiers",
                place,
                pair[1].value.0.to_string(),
                expected,
                "each threshold must bring a better price; merge or mend the tiers",
            );
        }
    }
    rows.iter().map(|t| Tier { from: t.from.0, value: t.value.0 }).collect()
}
