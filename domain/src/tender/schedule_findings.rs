//! What a schedule may not say, alone or beside others: steps that do not fit together have no price.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::places::Places;
use super::schedules::Assortment;
use super::{Offer, Product, Schedule, Site, Whole};
use crate::finding::Findings;
use crate::index::{Ix, IxVec, NeedIx, OfferIx, ProductIx, ScheduleIx, SiteIx};
use crate::tables::{
    Basis, CohortMode, CountLevel, Draft, Gives, Mode, Payer, PriceLevel, ScheduleKind, ScheduleRow, ShareWeight,
};

/// Adds an error per fault. `schedules` is empty where some row was rejected; then only single rows are judged.
pub(super) fn check(
    draft: &Draft,
    of: &Assortment<'_>,
    schedules: &IxVec<ScheduleIx, Schedule>,
    offers: &IxVec<OfferIx, Offer>,
    places: &Places<'_>,
    findings: &mut Findings,
) {
    for r in &draft.schedules {
        form(r, places, findings);
    }
    let mut rows: Vec<&ScheduleRow> = draft.schedules.iter().collect();
    rows.sort_by(|a, b| a.schedule.cmp(&b.schedule));
    if schedules.len() != rows.len() {
        return;
    }
    let all: Vec<(&ScheduleRow, &Schedule)> = rows.into_iter().zip(schedules.iter()).collect();
    for (i, (row, schedule)) in all.iter().enumerate() {
        if schedule.mode == Mode::Incremental {
            incremental(draft, row, schedule, offers, of.products, places, findings);
        }
        share_of_purchases(draft, row, schedule, of, offers, places, findings);
        without_price(row, schedule, draft, offers, places, findings);
        for (other_row, other) in &all[i + 1..] {
            overlap((row, schedule), (other_row, other), offers, places, findings);
        }
        for (later_row, later) in all.iter().filter(|(_, s)| s.step() > schedule.step()) {
            if schedule.mode == Mode::Incremental {
                whole_of_incremental(schedule, later_row, later, places, findings);
            }
        }
    }
}

/// What a row says about itself.
fn form(r: &ScheduleRow, places: &Places<'_>, findings: &mut Findings) {
    let mut refuse = |column: &str, value: &str, expected: &str, fix: &str| {
        findings.error("bad_value", places.cell("schedules", r.at, column), value, expected, fix);
    };
    let counts_spend = r.basis == Basis::Spend || r.basis == Basis::Share && r.weight == Some(ShareWeight::Spend);
    if r.stage == 0 {
        refuse("stage", "0", "expected 1 or more", "the first stage is 1");
    }
    if r.gives == Gives::Price && (r.kind != ScheduleKind::Discount || r.stage > 1) {
        refuse(
            "gives",
            "price",
            "a price replaces the offer's price, so it can only be a discount of stage 1",
            "give a percentage, or set kind = discount and stage = 1",
        );
    }
    if r.escalates && r.gives != Gives::Price {
        refuse("escalates", "yes", "only prices rise with the escalator", "clear the cell, or set gives = price");
    }
    if r.gives == Gives::Sum && !r.applies_to.0.is_empty() {
        refuse(
            "applies_to",
            &r.applies_to.0.join(";"),
            "a sum lies on no offer, so it applies to none",
            "clear the cell; what counts stands in counts_…",
        );
    }
    if let Some(level) = r.spend_level {
        if !counts_spend {
            refuse("spend_level", level.word(), "the schedule counts no spend", "clear the cell, or set basis = spend");
        } else if level == CountLevel::Net && r.kind == ScheduleKind::Discount && r.stage == 1 {
            refuse(
                "spend_level",
                "net",
                "a schedule may not count a level that it changes, and nothing comes before stage 1",
                "count at list level, or make it a later stage or a rebate",
            );
        }
    }
    if r.mode == Mode::Incremental {
        let fits = match r.gives {
            Gives::Percent => r.basis == Basis::Spend,
            Gives::Price => r.basis == Basis::Packs,
            Gives::Sum => false,
        };
        if !fits {
            refuse(
                "mode",
                "incremental",
                "slices are of spend for a percentage and of packs for a price; shares and sums have none",
                "set basis = spend with gives = percent, or basis = packs with gives = price, or mode = all_units",
            );
        }
    }
}

/// The slices of an incremental schedule must be slices of what it applies to.
fn incremental(
    draft: &Draft,
    r: &ScheduleRow,
    s: &Schedule,
    offers: &IxVec<OfferIx, Offer>,
    products: &IxVec<ProductIx, Product>,
    places: &Places<'_>,
    findings: &mut Findings,
) {
    let mut refuse = |column: &str, value: String, expected: String, fix: &str| {
        findings.error("incremental_scope", places.cell("schedules", r.at, column), value, expected, fix);
    };
    // The column that says what is counted; nothing is asked for in a blank one.
    let columns = [
        ("counts_offers", &r.counts_offers),
        ("counts_products", &r.counts_products),
        ("counts_suppliers", &r.counts_suppliers),
        ("counts_categories", &r.counts_categories),
    ];
    let counted = columns.iter().find(|(_, list)| !list.0.is_empty()).map_or("counts_offers", |(name, _)| *name);
    let first = s.step() == (ScheduleKind::Discount, 1);
    if s.gives == Gives::Percent && s.spend_level == CountLevel::List && !first {
        refuse(
            "spend_level",
            "list".into(),
            "slices of list spend are no slices of what earlier stages left".into(),
            "set spend_level = net, or mode = all_units",
        );
    }
    if s.gives != Gives::Sum && s.applies_to != s.counts {
        refuse(
            "applies_to",
            r.applies_to.0.join(";"),
            "an incremental schedule applies to exactly what it counts".into(),
            "clear applies_to, or set mode = all_units",
        );
    }
    let factor = |o: &OfferIx| {
        let offer = &offers[*o];
        let own = &products[offer.product].id;
        let supplier = draft.products.iter().find(|p| p.product.as_str() == own);
        let bears = draft.fees.iter().filter(|f| {
            f.payer == Payer::Buyer
                && f.base == PriceLevel::Net
                && f.layer.is_none_or(|l| l == offer.layer)
                && f.supplier.as_ref().is_none_or(|id| supplier.is_some_and(|p| p.supplier == *id))
        });
        bears.fold(offer.markup.0, |sum, f| sum + f.percent.0)
    };
    let factors: BTreeSet<Decimal> = s.applies_to.iter().map(factor).collect();
    if s.kind == ScheduleKind::Discount && factors.len() > 1 {
        refuse(
            counted,
            String::new(),
            "the offers bear different mark-ups or fees, so it matters which of them lies in which slice".into(),
            "make one schedule for each mark-up, or set mode = all_units",
        );
    }
    let starts_at_zero = s.tiers.first().is_some_and(|t| t.from.is_zero());
    let alike = |o: &OfferIx| {
        let (a, b) = (&offers[*o], &offers[s.applies_to[0]]);
        a.price_factor == b.price_factor && (starts_at_zero || a.list_price == b.list_price)
    };
    if s.gives == Gives::Price && !s.applies_to.iter().all(alike) {
        refuse(
            counted,
            String::new(),
            "the offers' own prices differ, so it matters which of them lies in which slice".into(),
            "start the tiers at 0 (and give all offers one escalator), or make one schedule for each price",
        );
    }
}

/// Where the whole of a share may be nothing, what the share earns must be nothing, too.
fn share_of_purchases(
    draft: &Draft,
    r: &ScheduleRow,
    s: &Schedule,
    of: &Assortment<'_>,
    offers: &IxVec<OfferIx, Offer>,
    places: &Places<'_>,
    findings: &mut Findings,
) {
    let Some(whole) = &s.whole else { return };
    let inside = s.gives != Gives::Sum && s.applies_to.iter().all(|o| s.counts.binary_search(o).is_ok());
    let (of_what, fix) = match (whole.products.len(), costs_nothing(draft, s, whole, of, offers)) {
        _ if inside => return,
        (0, None) => return,
        (0, Some(site)) => (
            format!(
                "what site {site} and those counted with it spend, and all of that may stay unserved or cost nothing"
            ),
            "set weight = reference, or let the schedule apply only to what it counts",
        ),
        (products, _) => (
            format!("purchases of {products} products"),
            "name categories or needs, or let the schedule apply only to what it counts",
        ),
    };
    findings.error(
        "share_above_whole",
        places.cell("schedules", r.at, "share_of"),
        r.share_of.0.join(";"),
        format!("the whole is {of_what}: it may be 0, and then a share that earns anything beyond what it counts has no meaning"),
        fix,
    );
}

/// A cohort that may spend nothing on the whole, because all that it needs of it may stay unserved or be had for
/// nothing: one of its sites.
fn costs_nothing(
    draft: &Draft,
    s: &Schedule,
    whole: &Whole,
    of: &Assortment<'_>,
    offers: &IxVec<OfferIx, Offer>,
) -> Option<String> {
    // Where another schedule gives the price, there is none at list level only.
    let by_list = s.spend_level == CountLevel::List;
    let free = offers.iter().filter(|o| o.list_price.0.is_zero() && (by_list || !o.needs_tier));
    let free: BTreeSet<NeedIx> = free.flat_map(|o| of.needs_of(o.product)).collect();
    let costs = |n: &NeedIx| of.needs[*n].shortage_cost.is_none() && !free.contains(n);
    let cohort = |site: &Site, ix: SiteIx| match s.cohort_mode {
        CohortMode::All => 0,
        CohortMode::Member => site.member.ix(),
        CohortMode::Site => ix.ix(),
    };
    let sites: BTreeMap<&str, usize> =
        s.sites.iter().map(|ix| (of.sites[*ix].id.as_str(), cohort(&of.sites[*ix], *ix))).collect();
    let needs: BTreeMap<&str, bool> = whole.needs.iter().map(|n| (of.needs[*n].id.as_str(), costs(n))).collect();
    let mut cohorts: BTreeMap<usize, (&str, bool)> = BTreeMap::new();
    for row in draft.demand.iter().filter(|_| whole.weight == ShareWeight::Spend) {
        if let (Some(cohort), Some(costs)) = (sites.get(row.site.as_str()), needs.get(row.need.as_str())) {
            cohorts.entry(*cohort).or_insert((row.site.as_str(), false)).1 |= costs;
        }
    }
    cohorts.into_values().find(|(_, costs)| !costs).map(|(site, _)| site.to_owned())
}

/// An offer without a price of its own takes it from one schedule, and its escalator moves that price or nothing.
fn without_price(
    r: &ScheduleRow,
    s: &Schedule,
    draft: &Draft,
    offers: &IxVec<OfferIx, Offer>,
    places: &Places<'_>,
    findings: &mut Findings,
) {
    if s.gives != Gives::Price || s.escalates {
        return;
    }
    let idle = s.applies_to.iter().find(|o| offers[**o].needs_tier && !offers[**o].price_factor.is_empty());
    let row = idle.and_then(|o| draft.offers.iter().find(|row| row.offer.as_str() == offers[*o].id));
    if let Some(row) = row {
        findings.error(
            "bad_value",
            places.cell("offers", row.at, "escalator"),
            row.escalator.0.join(";"),
            format!("the offer's price comes from schedule {}, whose prices do not escalate", r.schedule),
            "set escalates = yes on the schedule, or clear the escalator",
        );
    }
}

/// Two schedules of one kind and stage on one offer at one site: nobody could say which comes first.
fn overlap(
    one: (&ScheduleRow, &Schedule),
    two: (&ScheduleRow, &Schedule),
    offers: &IxVec<OfferIx, Offer>,
    places: &Places<'_>,
    findings: &mut Findings,
) {
    let both: Vec<&OfferIx> = one.1.applies_to.iter().filter(|o| two.1.applies_to.binary_search(o).is_ok()).collect();
    let sites = one.1.sites.iter().any(|s| two.1.sites.binary_search(s).is_ok());
    let prices = one.1.gives == Gives::Price && two.1.gives == Gives::Price;
    // Apart by site, two ladders may price one offer, unless its own price comes from them.
    let clash = |o: &&OfferIx| one.1.step() == two.1.step() && (sites || prices && offers[**o].needs_tier);
    let Some(offer) = both.into_iter().find(clash) else { return };
    let (first, second) = if one.0.at <= two.0.at { (one.0, two.0) } else { (two.0, one.0) };
    let expected = format!(
        "schedule {} ({}) and schedule {} ({}) are both {} of stage {} on offer {}",
        first.schedule,
        places.row("schedules", first.at),
        second.schedule,
        places.row("schedules", second.at),
        one.1.kind.word(),
        one.1.stage,
        offers[*offer].id
    );
    findings.error(
        "overlapping_schedules",
        places.cell("schedules", second.at, "applies_to"),
        second.schedule.as_str(),
        expected,
        "name the offers in applies_to so that each is priced by one schedule, or give one of the two a later stage",
    );
}

/// The saving of an incremental schedule lies on its whole scope: what comes later must contain all of it or nothing.
fn whole_of_incremental(
    earlier: &Schedule,
    row: &ScheduleRow,
    later: &Schedule,
    places: &Places<'_>,
    findings: &mut Findings,
) {
    let coarseness = |mode: CohortMode| match mode {
        CohortMode::Site => 0,
        CohortMode::Member => 1,
        CohortMode::All => 2,
    };
    let at_sites = || earlier.sites.iter().any(|s| later.sites.binary_search(s).is_ok());
    let all_sites = || {
        coarseness(later.cohort_mode) >= coarseness(earlier.cohort_mode)
            && earlier.sites.iter().all(|s| later.sites.binary_search(s).is_ok())
    };
    let meets = |scope: &[OfferIx]| earlier.applies_to.iter().any(|o| scope.binary_search(o).is_ok()) && at_sites();
    let contains = |scope: &[OfferIx]| earlier.applies_to.iter().all(|o| scope.binary_search(o).is_ok()) && all_sites();
    let mut refuse = |column: &str, what: &str| {
        findings.error(
            "part_of_incremental",
            places.cell("schedules", row.at, column),
            row.schedule.as_str(),
            format!(
                "it {what} a part of what incremental schedule {} applies to, whose saving lies on the whole",
                earlier.id
            ),
            "let it contain all of those offers, sites and cohorts (the same or a coarser cohort_mode), or none",
        );
    };
    if meets(&later.applies_to) && !contains(&later.applies_to) {
        refuse("applies_to", "applies to");
    }
    if later.counts_net() && meets(&later.counts) && (!contains(&later.counts) || later.whole.is_some()) {
        refuse("spend_level", "counts at net level");
    }
}
