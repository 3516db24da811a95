//! Four ways of paying for a product that is used in procedures, per need unit (the procedure):
//!
//! * construct: Σ fraction of the case × quantity × price;
//! * case price: one price, whatever is used (the offer's own);
//! * capitated: Σ fraction × min(construct of the case, ceiling);
//! * reference: Σ fraction × quantity × min(price, reference price).
//!
//! The list price of the offer is that times the need units of a pack, rounded to 12 decimals as any figure.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::build::Ids;
use super::places::Places;
use super::{Offer, Product};
use crate::exact::{Exact, round, zero};
use crate::finding::Findings;
use crate::index::{IxVec, OfferIx, ProductIx};
use crate::quantity::{Fraction, Money, UseFactor};
use crate::tables::{CaseRow, Draft, OfferRow, Pays};

/// A component as a case uses it.
#[derive(Debug, Clone, PartialEq)]
pub struct Used {
    /// Name of the component.
    pub component: String,
    /// How many per procedure.
    pub quantity: UseFactor,
    /// Price of one.
    pub price: Money,
    /// Most paid for one by reference.
    pub reference_price: Option<Money>,
}

/// A kind of procedure.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Name.
    pub case: String,
    /// Part of the procedures.
    pub fraction: Fraction,
    /// What it uses.
    pub components: Vec<Used>,
}

impl Case {
    fn construct(&self) -> Exact {
        self.components.iter().fold(zero(), |sum, c| sum + c.quantity.exact() * c.price.exact())
    }
}

fn mean(cases: &[Case], of: impl Fn(&Case) -> Exact) -> Exact {
    cases.iter().fold(zero(), |sum, case| sum + case.fraction.exact() * of(case))
}

/// What a mean procedure uses, at its prices.
pub fn construct(cases: &[Case]) -> Exact {
    mean(cases, Case::construct)
}

/// The same, with each procedure at most at the ceiling.
pub fn capitated(cases: &[Case], ceiling: Money) -> Exact {
    mean(cases, |case| case.construct().min(ceiling.exact()))
}

/// The same, with each component at most at its reference price; `None` if one has none.
pub fn reference(cases: &[Case]) -> Option<Exact> {
    let known = cases.iter().flat_map(|c| &c.components).all(|c| c.reference_price.is_some());
    let capped = |c: &Used| c.price.min(c.reference_price.unwrap_or(c.price)).exact();
    let of = |case: &Case| case.components.iter().fold(zero(), |sum, c| sum + c.quantity.exact() * capped(c));
    known.then(|| mean(cases, of))
}

impl Pays {
    /// True if the price follows from cases and components.
    pub fn derived(self) -> bool {
        matches!(self, Self::Construct | Self::Capitated | Self::Reference)
    }
}

/// Cases of each product with what they use; fractions must sum to 1 and every case must use something.
pub(super) fn cases(
    draft: &Draft,
    ids: &Ids,
    products: &IxVec<ProductIx, Product>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> BTreeMap<ProductIx, Vec<Case>> {
    let complete = places.all_accepted("cases", draft.cases.len())
        && places.all_accepted("components", draft.components.len())
        && places.all_accepted("products", products.len());
    for r in &draft.components {
        let product = ids.products.find(r.product.as_str(), places.cell("components", r.at, "product"), findings);
        let known = draft.cases.iter().any(|c| c.product == r.product && c.case == r.case);
        if product.is_some() && complete && !known {
            findings.error(
                "unknown_id",
                places.cell("components", r.at, "case"),
                r.case.as_str(),
                format!("product {} has no such case", r.product),
                "add the case with its fraction, or mend the name",
            );
        }
    }
    let mut rows: BTreeMap<ProductIx, Vec<&CaseRow>> = BTreeMap::new();
    for r in &draft.cases {
        let product = ids.products.find(r.product.as_str(), places.cell("cases", r.at, "product"), findings);
        if let Some(product) = product {
            rows.entry(product).or_default().push(r);
        }
    }
    if !complete {
        return BTreeMap::new();
    }
    for rows in rows.values_mut() {
        rows.sort_by(|a, b| a.case.cmp(&b.case));
        let sum: Decimal = rows.iter().map(|r| r.fraction.0).sum();
        if sum != Decimal::ONE {
            findings.error(
                "bad_weights",
                places.cell("cases", rows[0].at, "fraction"),
                sum.to_string(),
                format!("the fractions of the cases of product {} sum to {sum}, not to 1", rows[0].product),
                "mend the fractions, or add the case that is missing",
            );
        }
    }
    let mut case = |r: &&CaseRow| {
        let used = draft.components.iter().filter(|c| c.product == r.product && c.case == r.case);
        let mut components: Vec<Used> = used
            .map(|c| Used {
                component: c.component.to_string(),
                quantity: c.quantity,
                price: c.price,
                reference_price: c.reference_price,
            })
            .collect();
        components.sort_by(|a, b| a.component.cmp(&b.component));
        if components.is_empty() {
            findings.error(
                "missing_value",
                places.cell("cases", r.at, "case"),
                r.case.as_str(),
                "the case uses no component, so it would cost nothing",
                "add rows to `components`",
            );
        }
        Case { case: r.case.to_string(), fraction: r.fraction, components }
    };
    rows.iter().map(|(product, rows)| (*product, rows.iter().map(&mut case).collect())).collect()
}

/// Gives offers that pay by components their list price.
pub(super) fn price(
    draft: &Draft,
    cases: &BTreeMap<ProductIx, Vec<Case>>,
    products: &IxVec<ProductIx, Product>,
    offers: &mut IxVec<OfferIx, Offer>,
    places: &Places<'_>,
    findings: &mut Findings,
) {
    let complete = ["cases", "components"].into_iter().zip([draft.cases.len(), draft.components.len()]);
    let complete = complete.into_iter().all(|(table, rows)| places.all_accepted(table, rows))
        && places.all_accepted("products", products.len());
    for r in &draft.offers {
        let mut refuse = |code: &'static str, column: &str, value: String, expected: String, fix: &str| {
            findings.error(code, places.cell("offers", r.at, column), value, expected, fix);
        };
        fits(r, &mut refuse);
        if r.pays == Pays::Pack {
            continue;
        }
        let Some(ix) = offers.indexes().find(|ix| offers[*ix].id == r.offer.as_str()) else { continue };
        let product = offers[ix].product;
        let own = cases.get(&product).map_or(&[][..], Vec::as_slice);
        if own.is_empty() && r.pays.derived() {
            if complete {
                let expected = format!("product {} has no cases, so nothing says what a procedure uses", r.product);
                refuse(
                    "missing_value",
                    "pays",
                    r.pays.word().to_owned(),
                    expected,
                    "add rows to `cases` and `components`",
                );
            }
            continue;
        }
        let per_need_unit = match r.pays {
            Pays::Capitated => r.ceiling.map(|ceiling| capitated(own, ceiling)),
            Pays::Reference => reference(own),
            Pays::Construct => Some(construct(own)),
            Pays::CasePrice | Pays::Pack => r.price.map(Money::exact),
        };
        let Some(per_need_unit) = per_need_unit else {
            if r.pays == Pays::Reference {
                let expected = format!("a component of product {} has no reference_price", r.product);
                refuse(
                    "missing_value",
                    "pays",
                    "reference".to_owned(),
                    expected,
                    "fill reference_price in `components`",
                );
            }
            continue;
        };
        let per_pack = per_need_unit * products[product].use_factor.exact();
        offers[ix].list_price = Money(round(&per_pack, 12).normalize());
        offers[ix].needs_tier = false;
    }
}

/// The columns of an offer that belong to its way of paying, and no others.
fn fits(r: &OfferRow, refuse: &mut impl FnMut(&'static str, &str, String, String, &str)) {
    if let Some(price) = r.price.filter(|_| r.pays.derived()) {
        refuse(
            "bad_value",
            "price",
            price.to_string(),
            format!("`pays = {}` takes the price from `components`", r.pays.word()),
            "leave the price blank, or set pays to pack or case_price",
        );
    }
    match (r.pays, r.ceiling) {
        (Pays::Capitated, None) => refuse(
            "missing_value",
            "ceiling",
            String::new(),
            "the most that is paid for one procedure is missing".to_owned(),
            "fill in the ceiling",
        ),
        (Pays::Capitated, Some(_)) | (_, None) => {}
        (pays, Some(ceiling)) => refuse(
            "bad_value",
            "ceiling",
            ceiling.to_string(),
            format!("`pays = {}` knows no ceiling", pays.word()),
            "set pays to capitated, or remove the ceiling",
        ),
    }
}
