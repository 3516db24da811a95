//! Figures that are fine each for itself, but whose products are not: packs, cost and capacity of a line must stay in the
//! range that every cell has, 15 digits before the point. Beyond it neither the solver's numbers nor the cent are sure,
//! and decimals of 28 digits no longer hold the sums.

use std::collections::BTreeSet;

use super::places::Places;
use super::{Candidate, Tender};
use crate::exact::float;
use crate::finding::{Findings, Place};
use crate::index::{CellIx, ProductIx};
use crate::quantity::{Money, UseFactor};
use crate::raw::RawTender;
use crate::tables::{Gives, Payer};

/// No line may reach this, be it in packs, in money a year or in capacity units.
const LIMIT: f64 = 1e15;

/// Digits that a quantity may have: with the 9 decimals of a share they fit the 28 of a decimal.
const QUANTITY_DIGITS: u32 = 19;

/// Adds an error per offer, incumbent and quantity that leaves the range.
pub(super) fn check(tender: &Tender, raw: &RawTender, findings: &mut Findings) {
    let places = Places::new(raw, false);
    quantities(tender, &places, findings);
    offers(tender, &places, findings);
    incumbents(tender, &places, findings);
    super::outcome::check(tender, &places, findings);
    shadow(tender, &places, findings);
}

fn quantities(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    for row in &tender.draft.demand {
        if row.quantity.0.mantissa().unsigned_abs() >= 10u128.pow(QUANTITY_DIGITS) {
            let expected = format!(
                "a share of it has more digits than can be kept exactly; expected at most {QUANTITY_DIGITS} digits in all"
            );
            findings.error(
                "out_of_range",
                places.cell("demand", row.at, "quantity"),
                row.quantity.to_string(),
                expected,
                "round the quantity",
            );
        }
    }
}

/// Packs of a product that serve all of a cell, a begun pack counted as a whole one.
fn packs(tender: &Tender, cell: CellIx, factor: UseFactor) -> f64 {
    (tender.cells[cell].quantity.to_f64() / factor.to_f64()).ceil()
}

fn offers(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    let mut named = BTreeSet::new();
    for line in tender.candidates.iter() {
        let packs = packs(tender, line.cell, line.use_factor);
        let product = &tender.products[line.product];
        let sizes = [
            ("packs a year", packs),
            ("capacity units a year", packs * product.capacity_use.to_f64()),
            ("money a year", packs * dearest(tender, line)),
        ];
        // The first that is too large, because too many packs make too much of everything else.
        let Some((what, size)) = sizes.into_iter().find(|(_, size)| *size >= LIMIT) else { continue };
        if !named.insert(line.offer) {
            continue;
        }
        let offer = &tender.offers[line.offer];
        let (place, value) = cell_at_fault(tender, line, what, places);
        let site = &tender.sites[line.site].id;
        let expected = format!(
            "offer {} would come to {size:.1e} {what} at site {site}, more than the 15 digits that figures have",
            offer.id
        );
        findings.error(
            "out_of_range",
            place,
            value,
            expected,
            "check price, use_factor, capacity_use and the demand: is one of them in another unit?",
        );
    }
}

/// Most that a pack of a line could cost in any tier, with mark-up, fees and freight.
fn dearest(tender: &Tender, line: &Candidate) -> f64 {
    let offer = &tender.offers[line.offer];
    let tiers = offer.schedules.iter().map(|s| &tender.schedules[*s]).filter(|s| s.gives == Gives::Price);
    let rise = offer.price_factor.iter().map(float).fold(1.0, f64::max);
    let prices = tiers.flat_map(|s| &s.tiers).map(|t| Money(t.value).to_f64() * rise);
    let list = offer.list_price.to_f64() * rise;
    let price = prices.fold(list, f64::max);
    let fees: f64 = tender.fees.iter().filter(|f| f.payer == Payer::Buyer).map(|f| f.percent.to_f64()).sum();
    let freight = &line.freight;
    let number = |d| Money(d).to_f64().abs();
    price * (1.0 + offer.markup.to_f64() + fees)
        + number(freight.per_pack)
        + number(freight.per_need_unit) * line.use_factor.to_f64()
        + number(freight.percent_of_list) * list
}

/// The cell to look at first: the price where money is too much, else the product's use factor.
fn cell_at_fault(tender: &Tender, line: &Candidate, what: &str, places: &Places<'_>) -> (Place, String) {
    let offer = &tender.offers[line.offer];
    let product = &tender.products[line.product];
    let of_offer = tender.draft.offers.iter().find(|r| r.offer.as_str() == offer.id);
    let of_product = tender.draft.products.iter().find(|r| r.product.as_str() == product.id);
    let equivalence = |r: &&crate::tables::EquivalenceRow| {
        r.product.as_str() == product.id && r.need.as_str() == tender.needs[line.need].id
    };
    let other = tender.draft.equivalences.iter().find(equivalence).filter(|_| line.need != product.need);
    match (what, of_offer, of_product) {
        ("packs a year", ..) if other.is_some() => {
            let place =
                other.map_or_else(|| places.file("equivalences"), |r| places.cell("equivalences", r.at, "use_factor"));
            (place, line.use_factor.to_string())
        }
        ("packs a year", _, Some(r)) => (places.cell("products", r.at, "use_factor"), line.use_factor.to_string()),
        ("capacity units a year", _, Some(r)) => {
            (places.cell("products", r.at, "capacity_use"), product.capacity_use.to_string())
        }
        (_, Some(r), _) => (places.cell("offers", r.at, "price"), offer.list_price.to_string()),
        _ => (places.file("offers"), String::new()),
    }
}

/// Today's buying is priced, too, and its products need not be on offer.
fn incumbents(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    let factor = |cell: CellIx, product: ProductIx| {
        let need = tender.cells[cell].need;
        let other = tender
            .equivalences
            .iter()
            .find(|e| e.product == product && e.need == need && tender.products[product].need != need);
        other.map_or(tender.products[product].use_factor, |e| e.use_factor)
    };
    for (cell, list) in tender.incumbents.enumerate() {
        for incumbent in list {
            let size = packs(tender, cell, factor(cell, incumbent.product)) * incumbent.price.to_f64().max(1.0);
            if size < LIMIT {
                continue;
            }
            let (site, need) = (&tender.sites[tender.cells[cell].site].id, &tender.needs[tender.cells[cell].need].id);
            let product = &tender.products[incumbent.product].id;
            let own = |r: &&crate::tables::IncumbentRow| {
                r.site.as_str() == site && r.need.as_str() == need && r.product.as_str() == product
            };
            let place = tender
                .draft
                .incumbents
                .iter()
                .find(own)
                .map_or_else(|| places.file("incumbents"), |r| places.cell("incumbents", r.at, "price"));
            let expected = format!(
                "today's mix would come to {size:.1e} packs or money a year, more than the 15 digits that figures have"
            );
            findings.error(
                "out_of_range",
                place,
                incumbent.price.to_string(),
                expected,
                "check price, use_factor and the demand: is one of them in another unit?",
            );
        }
    }
}

/// Shadow money of a cell or a line.
fn shadow(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    let fix = "check the amount and the demand: is one of them in another unit?";
    for row in &tender.draft.needs {
        let Some(cost) = row.shortage_cost else { continue };
        let own = tender.cells.iter().filter(|c| tender.needs[c.need].id == row.need.as_str());
        let most = own.map(|c| c.quantity.to_f64() * cost.to_f64()).fold(0.0, f64::max);
        if most >= LIMIT {
            let expected =
                format!("a site left unserved would come to {most:.1e}, more than the 15 digits that figures have");
            findings.error(
                "out_of_range",
                places.cell("needs", row.at, "shortage_cost"),
                cost.to_string(),
                expected,
                fix,
            );
        }
    }
    for row in &tender.draft.adjustments {
        let Some(own) = tender.adjustments.iter().find(|a| a.id == row.adjustment.as_str()) else { continue };
        let units = own.lines.iter().map(|c| tender.cells[tender.candidates[*c].cell].quantity.to_f64());
        let most = units.fold(0.0, f64::max) * Money(own.per_need_unit).to_f64().abs();
        if most >= LIMIT {
            let expected = format!("a line would come to {most:.1e}, more than the 15 digits that figures have");
            let value = own.per_need_unit.to_string();
            findings.error("out_of_range", places.cell("adjustments", row.at, "per_need_unit"), value, expected, fix);
        }
    }
}
