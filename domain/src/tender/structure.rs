//! Structural findings: facts of a well-formed tender that no award can satisfy. They name the need, the rule or the
//! supplier, and are what `award` answers with when there is no award.

use std::collections::BTreeMap;

use super::places::Places;
use super::{Candidate, Tender};
use crate::exact::{Exact, round, zero};
use crate::finding::{Findings, Severity};
use crate::index::{CellIx, IxVec, NeedIx, OfferIx, ProductIx, SupplierIx};
use crate::quantity::{CapacityUnits, Packs, UseFactor};
use crate::raw::RawTender;

/// Adds a warning per structural contradiction.
pub(super) fn check(tender: &Tender, raw: &RawTender, findings: &mut Findings) {
    let places = Places::new(raw, false);
    uncovered_demand(tender, &places, findings);
    capacity_below_demand(tender, &places, findings);
    super::contradictions::check(tender, &places, findings);
    minimum_above_reach(tender, &places, findings);
    minimum_award_above_reach(tender, &places, findings);
    zero_prices(tender, &places, findings);
    super::formulary::check(tender, &places, findings);
    super::coverage::check(tender, &places, findings);
}

fn uncovered_demand(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    for cell in tender.cells.iter().filter(|c| c.candidates.is_empty()) {
        let (site, need) = (&tender.sites[cell.site], &tender.needs[cell.need]);
        let row = tender.draft.demand.iter().find(|r| r.site.as_str() == site.id && r.need.as_str() == need.id);
        let place = row.map_or_else(|| places.file("demand"), |r| places.cell("demand", r.at, "need"));
        let expected = format!(
            "site {} needs {} {} of {}, but no valid offer may serve it",
            site.id, cell.quantity, need.unit, need.id
        );
        // Where demand may stay unserved, it will.
        let severity = if need.shortage_cost.is_some() { Severity::Information } else { Severity::Warning };
        findings.add(
            severity,
            "uncovered_demand",
            place,
            need.id.clone(),
            expected,
            "add an offer whose cohort has the site, approve a product, or add an equivalence",
        );
    }
}

/// Most packs a product can deliver: its own capacity and that of its offers.
fn capacity_below_demand(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    let mut demands: IxVec<NeedIx, Exact> = tender.needs.iter().map(|_| zero()).collect();
    for cell in tender.cells.iter() {
        demands[cell.need] += cell.quantity.exact();
    }
    let mut serving: IxVec<NeedIx, BTreeMap<ProductIx, UseFactor>> =
        tender.needs.iter().map(|_| BTreeMap::new()).collect();
    for line in tender.candidates.iter() {
        serving[line.need].insert(line.product, line.use_factor);
    }
    // An upper bound per need: products serve at most their capacity, each counted for every need it may serve.
    for (need_ix, need) in tender.needs.enumerate().filter(|(_, n)| n.shortage_cost.is_none()) {
        let (demand, products) = (&demands[need_ix], &serving[need_ix]);
        let reach = products.iter().try_fold(zero(), |sum, (&p, factor)| {
            let product = &tender.products[p];
            let by_plants = || {
                let capacities: Option<Vec<Exact>> =
                    product.plants.iter().map(|(l, _)| tender.plants[*l].capacity.map(CapacityUnits::exact)).collect();
                let capacities = capacities.filter(|c| !c.is_empty())?;
                Some(capacities.iter().fold(zero(), |a, b| a + b) / product.capacity_use.exact())
            };
            let packs = [product.capacity_packs.map(Packs::exact), by_plants()].into_iter().flatten().min()?;
            Some(sum + (packs * factor.exact()).min(demand.clone()))
        });
        let Some(reach) = reach.filter(|r| r < demand && !products.is_empty()) else { continue };
        let row = tender.draft.needs.iter().find(|r| r.need.as_str() == need.id);
        let place = row.map_or_else(|| places.file("needs"), |r| places.cell("needs", r.at, "need"));
        let number = |v: &Exact| round(v, 2).normalize();
        let expected = format!(
            "all products together can deliver {} {} a year, demand is {}",
            number(&reach),
            need.unit,
            number(demand)
        );
        findings.add(
            Severity::Warning,
            "capacity_below_demand",
            place,
            need.id.clone(),
            expected,
            "raise capacities, add a product, or lower the demand",
        );
    }
}

/// A minimum that lies above what the offer can deliver can never be met (it merely can never be used).
fn minimum_above_reach(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    if tender.offers.iter().all(|o| o.minimum_if_used.is_none()) {
        return;
    }
    let mut own: BTreeMap<&str, (OfferIx, Vec<&Candidate>)> = BTreeMap::new();
    for (ix, offer) in tender.offers.enumerate() {
        own.entry(&offer.id).or_insert((ix, Vec::new()));
    }
    for line in tender.candidates.iter() {
        if let Some((_, lines)) = own.get_mut(tender.offers[line.offer].id.as_str()) {
            lines.push(line);
        }
    }
    for row in &tender.draft.offers {
        let Some((ix, lines)) = own.get(row.offer.as_str()) else { continue };
        let offer = &tender.offers[*ix];
        let Some(minimum) = offer.minimum_if_used else { continue };
        let demand = lines.iter().fold(zero(), |sum, line| {
            let packs = tender.cells[line.cell].quantity.exact() / line.use_factor.exact();
            sum + if tender.needs[line.need].whole_packs { packs.ceil() } else { packs }
        });
        let own = tender.products[offer.product].capacity_packs.map(Packs::exact);
        let reach = match own {
            Some(capacity) if capacity < demand => capacity,
            _ => demand,
        };
        if minimum.exact() > reach {
            let expected = format!("the minimum is above all it could ever deliver ({} packs)", round(&reach, 0));
            findings.add(
                Severity::Warning,
                "minimum_above_reach",
                places.cell("offers", row.at, "minimum_if_used"),
                minimum.to_string(),
                expected,
                "lower the minimum; as it stands the offer can never be used",
            );
        }
    }
}

/// A supplier that wins must win its minimum award. Where all the demand it may serve, at its dearest offers, is worth
/// less, it can never win.
fn minimum_award_above_reach(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    let mut reach: BTreeMap<(SupplierIx, CellIx), (Exact, Exact)> = BTreeMap::new();
    for line in tender.candidates.iter().filter(|l| tender.suppliers[l.supplier].minimum_award.is_some()) {
        let price = tender.mean_list_price(line.offer) / line.use_factor.exact();
        // Whole packs may leave less than one pack over.
        let pack = if tender.needs[line.need].whole_packs { line.use_factor.exact() } else { zero() };
        let (dearest, largest) = reach.entry((line.supplier, line.cell)).or_insert_with(|| (zero(), zero()));
        *dearest = price.max(dearest.clone());
        *largest = pack.max(largest.clone());
    }
    let mut spend: BTreeMap<SupplierIx, Exact> = BTreeMap::new();
    for ((supplier, cell), (dearest, largest)) in reach {
        *spend.entry(supplier).or_insert_with(zero) += dearest * (tender.cells[cell].quantity.exact() + largest);
    }
    for row in &tender.draft.suppliers {
        let Some((ix, supplier)) = tender.suppliers.enumerate().find(|(_, s)| s.id == row.supplier.as_str()) else {
            continue;
        };
        let (Some(minimum), most) = (supplier.minimum_award, spend.remove(&ix).unwrap_or_else(zero)) else { continue };
        if minimum.exact() > most {
            let expected =
                format!("the minimum is above all the list spend it could ever win ({})", round(&most, 2).normalize());
            findings.add(
                Severity::Warning,
                "minimum_above_reach",
                places.cell("suppliers", row.at, "minimum_award"),
                minimum.to_string(),
                expected,
                "lower the minimum; as it stands the supplier can never win anything",
            );
        }
    }
}

fn zero_prices(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    for row in tender.draft.offers.iter().filter(|r| r.price.is_some_and(|p| p.0.is_zero())) {
        findings.add(
            Severity::Warning,
            "zero_price",
            places.cell("offers", row.at, "price"),
            "0",
            "the product would be free",
            "leave the price blank if a schedule gives it, or enter the price",
        );
    }
}
