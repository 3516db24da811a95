//! Schedules with what they count, whom they count together, and what they apply to.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::build::Ids;
use super::places::Places;
use super::scope_of_prices::cohort;
use super::tiers::tiers;
use super::{Equivalence, Need, Offer, Product, Schedule, Site, Whole};
use crate::finding::Findings;
use crate::index::{IxVec, NeedIx, OfferIx, ProductIx, ScheduleIx, SiteIx};
use crate::quantity::Money;
use crate::tables::{Basis, CountLevel, Draft, Gives, ScheduleKind, ScheduleRow, ShareWeight};

/// What schedules refer to.
pub(super) struct Assortment<'a> {
    pub(super) sites: &'a IxVec<SiteIx, Site>,
    pub(super) needs: &'a IxVec<NeedIx, Need>,
    pub(super) products: &'a IxVec<ProductIx, Product>,
    pub(super) equivalences: &'a [Equivalence],
}

impl Assortment<'_> {
    /// The needs that a product may serve in an award.
    pub(super) fn needs_of(&self, product: ProductIx) -> impl Iterator<Item = NeedIx> + '_ {
        let others = self.equivalences.iter().filter(move |e| e.product == product && e.full).map(|e| e.need);
        std::iter::once(self.products[product].need).chain(others)
    }
}

/// Schedules in order of id; each offer learns which apply to it. Empty if some row that prices or is priced was rejected:
/// then what prices what cannot be told.
pub(super) fn schedules(
    draft: &Draft,
    ids: &Ids,
    of: &Assortment<'_>,
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
    let complete = places.all_accepted("offers", offers.len())
        && places.all_accepted("products", of.products.len())
        && places.all_accepted("needs", of.needs.len())
        && places.all_accepted("schedules", draft.schedules.len());
    let mut rows: Vec<_> = draft.schedules.iter().collect();
    rows.sort_by(|a, b| a.schedule.cmp(&b.schedule));
    let mut schedules: IxVec<ScheduleIx, Schedule> = IxVec::default();
    for r in rows {
        let at = |column| places.cell("schedules", r.at, column);
        let sites = cohort(&r.cohort, &at("cohort"), ids, of.sites, findings);
        let counted = counted(r, ids, of, offers, complete, places, findings);
        let priced: BTreeSet<_> =
            r.applies_to.0.iter().filter_map(|o| ids.offers.find(o, at("applies_to"), findings)).collect();
        let whole = whole(r, ids, of, complete, places, findings);
        let tiers = tiers(draft, r, ids, places, findings);
        if !complete {
            continue;
        }
        if let Some(whole) = &whole {
            numerator_inside(r, of, offers, &counted, whole, places, findings);
        }
        let applies_to = match r.gives {
            Gives::Sum => Vec::new(),
            _ if priced.is_empty() => counted.clone(),
            _ => priced.into_iter().collect(),
        };
        let by_kind = match r.kind {
            ScheduleKind::Discount => CountLevel::List,
            ScheduleKind::Rebate => CountLevel::Net,
        };
        let ix = schedules.push(Schedule {
            id: r.schedule.to_string(),
            kind: r.kind,
            stage: r.stage,
            basis: r.basis,
            spend_level: r.spend_level.unwrap_or(by_kind),
            mode: r.mode,
            sites,
            cohort_mode: r.cohort_mode,
            gives: r.gives,
            escalates: r.escalates,
            tiers,
            counts: counted,
            applies_to,
            whole,
        });
        for o in schedules[ix].applies_to.clone() {
            offers[o].schedules.push(ix);
            if offers[o].needs_tier && r.gives == Gives::Price {
                // Elsewhere it has no price.
                offers[o].sites.retain(|s| schedules[ix].sites.binary_search(s).is_ok());
                offers[o].list_price = Money(schedules[ix].tiers.first().map_or(Decimal::ZERO, |t| t.value));
            }
        }
    }
    for o in offers.indexes() {
        offers[o].schedules.sort_by_key(|s| (schedules[*s].step(), *s));
    }
    for r in draft.offers.iter().filter(|r| r.price.is_none() && !r.pays.derived() && complete) {
        let gives_price = |s: &ScheduleIx| schedules[*s].gives == Gives::Price;
        let priced = ids.offers.get(r.offer.as_str()).is_some_and(|o| offers[o].schedules.iter().any(gives_price));
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

/// The offers that a schedule counts, in order; none unless all rows are there.
fn counted(
    r: &ScheduleRow,
    ids: &Ids,
    of: &Assortment<'_>,
    offers: &IxVec<OfferIx, Offer>,
    complete: bool,
    places: &Places<'_>,
    findings: &mut Findings,
) -> Vec<OfferIx> {
    let at = |column| places.cell("schedules", r.at, column);
    let categories: Vec<_> = r
        .counts_categories
        .0
        .iter()
        .filter_map(|c| ids.categories.find(c, at("counts_categories"), findings))
        .collect();
    let suppliers: Vec<_> =
        r.counts_suppliers.0.iter().filter_map(|s| ids.suppliers.find(s, at("counts_suppliers"), findings)).collect();
    let own: Vec<_> =
        r.counts_products.0.iter().filter_map(|p| ids.products.find(p, at("counts_products"), findings)).collect();
    let named: Vec<_> =
        r.counts_offers.0.iter().filter_map(|o| ids.offers.find(o, at("counts_offers"), findings)).collect();
    let lists = [&r.counts_categories, &r.counts_suppliers, &r.counts_products, &r.counts_offers];
    if lists.iter().all(|l| l.0.is_empty()) {
        findings.error(
            "missing_value",
            at("counts_suppliers"),
            "",
            "the schedule counts nothing",
            "fill counts_suppliers, counts_categories, counts_products or counts_offers",
        );
    }
    let (by_category, by_supplier) = (!r.counts_categories.0.is_empty(), !r.counts_suppliers.0.is_empty());
    let counts = |(ix, o): (OfferIx, &Offer)| {
        let product = &of.products[o.product];
        let in_category = by_category && categories.contains(&of.needs[product.need].category);
        let of_supplier = suppliers.contains(&product.supplier);
        let ours = match (by_category, by_supplier) {
            (true, true) => in_category && of_supplier,
            (true, false) => in_category,
            (false, _) => of_supplier,
        };
        (ours || named.contains(&ix) || own.contains(&o.product)).then_some(ix)
    };
    if complete { offers.enumerate().filter_map(counts).collect() } else { Vec::new() }
}

/// The whole of a share; findings where it is missing, does nothing, or cannot be added up.
fn whole(
    r: &ScheduleRow,
    ids: &Ids,
    of: &Assortment<'_>,
    complete: bool,
    places: &Places<'_>,
    findings: &mut Findings,
) -> Option<Whole> {
    let at = |column| places.cell("schedules", r.at, column);
    if r.basis != Basis::Share {
        for (column, filled) in [("share_of", !r.share_of.0.is_empty()), ("weight", r.weight.is_some())] {
            if filled {
                findings.error(
                    "bad_value",
                    at(column),
                    r.share_of.0.join(";"),
                    format!("`{column}` belongs to basis `share` only"),
                    "write basis = share, or clear the cell",
                );
            }
        }
        return None;
    }
    if r.share_of.0.is_empty() {
        findings.error(
            "missing_value",
            at("share_of"),
            "",
            "a share needs its whole",
            "name it, for example `category:IV solutions`",
        );
        return None;
    }
    let weight = r.weight.unwrap_or(ShareWeight::Reference);
    let mut needs: BTreeSet<NeedIx> = BTreeSet::new();
    let mut products: BTreeSet<ProductIx> = BTreeSet::new();
    for part in &r.share_of.0 {
        match part.split_once(':') {
            Some(("category", id)) => {
                let category = ids.categories.find(id, at("share_of"), findings);
                needs.extend(of.needs.enumerate().filter(|(_, n)| Some(n.category) == category).map(|(i, _)| i));
            }
            Some(("need", id)) => needs.extend(ids.needs.find(id, at("share_of"), findings)),
            Some(("product", id)) => products.extend(ids.products.find(id, at("share_of"), findings)),
            Some(("supplier", id)) => {
                let supplier = ids.suppliers.find(id, at("share_of"), findings);
                let own = of.products.enumerate().filter(|(_, p)| Some(p.supplier) == supplier);
                products.extend(own.map(|(i, _)| i));
            }
            _ => {
                let expected = "expected a list of category:C, need:N, product:P, supplier:S";
                findings.error(
                    "bad_value",
                    at("share_of"),
                    part,
                    expected,
                    "write for example `category:IV solutions`",
                );
            }
        }
    }
    if !complete {
        return None;
    }
    let concerned: BTreeSet<NeedIx> =
        products.iter().flat_map(|p| of.needs_of(*p)).chain(needs.iter().copied()).collect();
    let units: BTreeSet<&str> = concerned.iter().map(|n| of.needs[*n].unit.as_str()).collect();
    let unpriced = concerned.iter().find(|n| of.needs[**n].reference_price.is_none());
    match (weight, unpriced) {
        (ShareWeight::Units, _) if units.len() > 1 => findings.error(
            "bad_value",
            at("weight"),
            "units",
            format!("the whole has needs in several units ({})", units.into_iter().collect::<Vec<_>>().join(", ")),
            "use weight = reference or spend",
        ),
        (ShareWeight::Reference, Some(need)) if concerned.len() > 1 => findings.error(
            "missing_value",
            at("weight"),
            r.share_of.0.join(";"),
            format!("needs are added up by reference price, but need {} has none", of.needs[*need].id),
            "give the need a reference_price, or use weight = spend or units",
        ),
        _ => {}
    }
    // One need alone is added up the same by any weight of its units.
    let weight = if concerned.len() == 1 && weight == ShareWeight::Reference { ShareWeight::Units } else { weight };
    Some(Whole { needs: needs.into_iter().collect(), products: products.into_iter().collect(), weight })
}

/// A finding if something is counted that is no part of the whole.
fn numerator_inside(
    r: &ScheduleRow,
    of: &Assortment<'_>,
    offers: &IxVec<OfferIx, Offer>,
    counted: &[OfferIx],
    whole: &Whole,
    places: &Places<'_>,
    findings: &mut Findings,
) {
    let outside = counted.iter().find_map(|o| {
        let product = offers[*o].product;
        let need = of.needs_of(product).find(|n| !whole.needs.contains(n))?;
        (!whole.products.contains(&product)).then_some((*o, need))
    });
    if let Some((offer, need)) = outside {
        let expected = format!(
            "offer {} is counted, but need {} that it may serve is no part of the whole",
            offers[offer].id, of.needs[need].id
        );
        findings.error(
            "share_above_whole",
            places.cell("schedules", r.at, "share_of"),
            r.share_of.0.join(";"),
            expected,
            format!("add `need:{}` to share_of, or do not count the offer", of.needs[need].id),
        );
    }
}
