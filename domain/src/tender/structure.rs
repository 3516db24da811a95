//! Structural findings: facts of a well-formed tender that no award can satisfy. They name the need, the rule or the
//! supplier, and are what `award` answers with when there is no award.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::Tender;
use super::build::Places;
use crate::exact::{Exact, zero};
use crate::finding::{Findings, Severity};
use crate::index::{NeedIx, ProductIx};
use crate::raw::RawTender;
use crate::rules::{Instance, Measured, expand};

/// Adds a warning per structural contradiction.
pub(super) fn check(tender: &Tender, raw: &RawTender, findings: &mut Findings) {
    let places = Places(raw);
    uncovered_demand(tender, &places, findings);
    capacity_below_demand(tender, &places, findings);
    contradicting_rules(tender, &places, findings);
    minimum_above_reach(tender, &places, findings);
    zero_prices(tender, &places, findings);
}

fn uncovered_demand(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    for cell in tender.cells.iter().filter(|c| c.candidates.is_empty()) {
        let (site, need) = (&tender.sites[cell.site], &tender.needs[cell.need]);
        let row = tender.draft.demand.iter().find(|r| r.site.as_str() == site.id && r.need.as_str() == need.id);
        let place = row.map_or_else(|| places.file("demand"), |r| places.cell("demand", r.at, "need"));
        let expected = format!("site {} needs {} {} of {}, but no valid offer may serve it", site.id, cell.quantity, need.unit, need.id);
        findings.add(Severity::Warning, "uncovered_demand", place, need.id.clone(), expected, "add an offer whose cohort has the site, approve a product, or add an equivalence");
    }
}

/// Most packs a product can deliver: its own capacity and that of its offers.
fn capacity_below_demand(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    // An upper bound per need: products serve at most their capacity, each counted for every need it may serve.
    for (need_ix, need) in tender.needs.enumerate() {
        let demand: Decimal = tender.cells.iter().filter(|c| c.need == need_ix).map(|c| c.quantity.0).sum();
        let mut products: BTreeMap<ProductIx, Decimal> = BTreeMap::new();
        for line in tender.candidates.iter().filter(|l| l.need == need_ix) {
            products.insert(line.product, line.use_factor.0);
        }
        let reach = products.iter().try_fold(Decimal::ZERO, |sum, (&p, &factor)| {
            let product = &tender.products[p];
            let by_plants = || {
                let capacities: Option<Vec<Decimal>> =
                    product.plants.iter().map(|(l, _)| tender.plants[*l].capacity.map(|c| c.0)).collect();
                capacities.filter(|c| !c.is_empty()).map(|c| c.iter().sum::<Decimal>() / product.capacity_use.0)
            };
            let packs = [product.capacity_packs.map(|c| c.0), by_plants()].into_iter().flatten().min()?;
            Some(sum + (packs * factor).min(demand))
        });
        let Some(reach) = reach.filter(|r| *r < demand && !products.is_empty()) else { continue };
        let row = tender.draft.needs.iter().find(|r| r.need.as_str() == need.id);
        let place = row.map_or_else(|| places.file("needs"), |r| places.cell("needs", r.at, "need"));
        let expected = format!("all products together can deliver {} {} a year, demand is {}", reach.round_dp(2).normalize(), need.unit, demand.normalize());
        findings.add(Severity::Warning, "capacity_below_demand", place, need.id.clone(), expected, "raise capacities, add a product, or lower the demand");
    }
}

/// An instance of a rule, as far as contradictions go.
struct Seen {
    kind: String,
    name: String,
    part: Vec<usize>,
    whole: Vec<usize>,
    low: Decimal,
    high: Decimal,
}

/// Two instances over the same lines whose bounds exclude each other, and floors that no line can lift.
fn contradicting_rules(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    let mut seen: Vec<Seen> = Vec::new();
    for rule in tender.rules.iter() {
        let row = tender.draft.rules.iter().find(|r| r.id.as_str() == rule.id);
        let place = row.map_or_else(|| places.file("rules"), |r| places.cell("rules", r.at, "id"));
        let low = rule.bound.low.unwrap_or(Decimal::MIN);
        let high = rule.bound.high.unwrap_or(Decimal::MAX);
        for instance in expand(tender, rule) {
            let (label, part, whole, groups) = match &instance {
                Instance::Linear(l) => (l.label.clone(), &l.part, &l.whole, None),
                Instance::Count(c) => (c.label.clone(), &c.whole, &c.whole, Some(c.groups.len())),
            };
            let named = crate::rules::label(rule, &label);
            if let Some(n) = groups {
                if Decimal::from(n) < low {
                    let expected = format!("rule {named} asks for at least {low}, but only {n} can be counted");
                    findings.add(Severity::Warning, "rule_out_of_reach", place.clone(), rule.id.clone(), expected, "lower the bound or add offers");
                }
            } else if part.is_empty() && low > Decimal::ZERO && !rule.if_used && !(whole.is_empty() && matches!(rule.measured, Measured::Mean { .. } | Measured::Share { .. })) {
                let expected = format!("rule {named} asks for at least {low}, but no line counts towards it");
                findings.add(Severity::Warning, "rule_out_of_reach", place.clone(), rule.id.clone(), expected, "mend the scope or add offers");
            }
            if rule.if_used {
                continue;
            }
            let key = |terms: &[(crate::index::CandidateIx, Exact)]| terms.iter().map(|(c, _)| crate::index::Ix::ix(*c)).collect::<Vec<_>>();
            let (p, w) = (key(part), key(whole));
            let kind = format!("{:?}", std::mem::discriminant(&rule.measured));
            let of = match &rule.measured {
                Measured::Count { of, counts_from: None, .. } => of.name(),
                Measured::Count { .. } => continue,
                Measured::Mean { of, .. } => format!("{of:?}"),
                _ => String::new(),
            };
            if p.is_empty() {
                continue;
            }
            let kind = format!("{kind}{of}");
            let same = |s: &&Seen| s.kind == kind && s.part == p && s.whole == w;
            if let Some(other) = seen.iter().filter(same).find(|s| s.low > high || s.high < low).map(|s| &s.name) {
                let expected = format!("rule {named} contradicts rule {other}: one asks for more than the other allows");
                findings.add(Severity::Warning, "contradicting_rules", place.clone(), rule.id.clone(), expected, "relax or drop one of the two");
            }
            seen.push(Seen { kind, name: named, part: p, whole: w, low, high });
        }
    }
}

/// A minimum that lies above what the offer or supplier can deliver can never be met (it merely can never be used).
fn minimum_above_reach(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    for row in &tender.draft.offers {
        let Some(offer) = tender.offers.iter().find(|o| o.id == row.offer.as_str()) else { continue };
        let Some(minimum) = offer.minimum_if_used else { continue };
        let mut reach: BTreeMap<NeedIx, Exact> = BTreeMap::new();
        for line in tender.candidates.iter().filter(|l| tender.offers[l.offer].id == offer.id) {
            *reach.entry(line.need).or_insert_with(zero) += tender.cells[line.cell].quantity.exact() / line.use_factor.exact();
        }
        let demand = reach.values().fold(zero(), |a, b| a + b);
        let own = tender.products[offer.product].capacity_packs.map(crate::quantity::Packs::exact);
        let reach = match own {
            Some(capacity) if capacity < demand => capacity,
            _ => demand,
        };
        if minimum.exact() > reach {
            let expected = format!("the minimum is above all it could ever deliver ({} packs)", crate::exact::round(&reach, 0));
            findings.add(Severity::Warning, "minimum_above_reach", places.cell("offers", row.at, "minimum_if_used"), minimum.to_string(), expected, "lower the minimum; as it stands the offer can never be used");
        }
    }
}

fn zero_prices(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    for row in tender.draft.offers.iter().filter(|r| r.price.is_some_and(|p| p.0.is_zero())) {
        findings.add(Severity::Warning, "zero_price", places.cell("offers", row.at, "price"), "0", "the product would be free", "leave the price blank if a schedule gives it, or enter the price");
    }
}
