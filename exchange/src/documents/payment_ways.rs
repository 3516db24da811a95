//! The four ways of paying for a product that is used in procedures, side by side, per procedure.

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::exact::{Exact, round};
use ballast_domain::index::{OfferIx, ProductIx};
use ballast_domain::tables::Pays;
use ballast_domain::tender::payment::{capitated, construct, reference};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A product with what a procedure would cost under each way, where that can be computed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaymentWays {
    /// Product.
    pub product: String,
    /// The components used, each at its price.
    pub construct: Option<Decimal>,
    /// The lowest case price offered.
    pub case_price: Option<Decimal>,
    /// The components used, with the lowest ceiling offered.
    pub capitated: Option<Decimal>,
    /// The components used, each at most at its reference price.
    pub reference: Option<Decimal>,
    /// The offers of the product.
    pub offers: Vec<WayOfOffer>,
}

/// How an offer is paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WayOfOffer {
    /// Offer.
    pub offer: String,
    /// Its way.
    pub pays: String,
    /// List price per need unit.
    pub price: Decimal,
    /// Whether the award uses it; null where there is none.
    pub used: Option<bool>,
}

/// Every product that has cases or an offer by case price.
pub(super) fn by_product(tender: &Tender, award: Option<&Award>) -> Vec<PaymentWays> {
    let used: Option<BTreeSet<OfferIx>> =
        award.map(|a| a.lines.iter().map(|l| tender.candidates[l.candidate].offer).collect());
    let cents = |value: Exact| round(&value, 2);
    let ways = |(ix, product): (ProductIx, &ballast_domain::tender::Product)| {
        let offers: Vec<(OfferIx, _)> =
            tender.offers.enumerate().filter(|(_, o)| o.product == ix && o.package.is_none()).collect();
        let cases = tender.cases.get(&ix).map_or(&[][..], Vec::as_slice);
        let by_case = offers.iter().filter(|(_, o)| o.pays == Pays::CasePrice);
        let per_need_unit = |o: &ballast_domain::tender::Offer| o.list_price.exact() / product.use_factor.exact();
        let case_price = by_case.map(|(_, o)| per_need_unit(o)).min();
        if cases.is_empty() && case_price.is_none() {
            return None;
        }
        let ceiling = offers.iter().filter_map(|(_, o)| o.ceiling).min();
        let some = !cases.is_empty();
        Some(PaymentWays {
            product: product.id.clone(),
            construct: some.then(|| cents(construct(cases))),
            case_price: case_price.map(cents),
            capitated: ceiling.filter(|_| some).map(|c| cents(capitated(cases, c))),
            reference: reference(cases).filter(|_| some).map(cents),
            offers: offers
                .iter()
                .map(|(ix, o)| WayOfOffer {
                    offer: o.id.clone(),
                    pays: o.pays.word().to_owned(),
                    price: cents(per_need_unit(o)),
                    used: used.as_ref().map(|u| u.contains(ix)),
                })
                .collect(),
        })
    };
    tender.products.enumerate().filter_map(ways).collect()
}
