//! The fee-neutral view: what an award costs when nobody's administrative fee is in it, so that a ranking of suppliers
//! without fees can be read beside the one with them.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::certificate::Certificate;
use ballast_domain::exact::{Exact, round, whole};
use ballast_domain::index::SupplierIx;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Fees over the contract.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeesPart {
    /// Paid by the buyer: part of the cost.
    pub buyer_paid: Decimal,
    /// Paid by suppliers: inside their prices.
    pub supplier_paid: Decimal,
    /// What comes back of the latter: a credit beside the cost.
    pub share_back: Decimal,
    /// Cash without any fee: less what the buyer pays, and less what suppliers pay out of their prices.
    pub cash_without_fees: Decimal,
    /// Cash less the share-back.
    pub cash_net_of_share_back: Decimal,
    /// By supplier, in order of cost with fees.
    pub suppliers: Vec<SupplierFees>,
}

/// A supplier's fees over the contract; one-off costs are no part of its cost here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SupplierFees {
    /// Supplier.
    pub supplier: String,
    /// Cost with fees.
    pub cost: Decimal,
    /// Fees on it that the buyer pays.
    pub buyer_paid: Decimal,
    /// Fees that it pays itself.
    pub supplier_paid: Decimal,
    /// What the buyer gets back of them.
    pub share_back: Decimal,
    /// Cost without any fee.
    pub cost_without_fees: Decimal,
    /// Cost less the share-back.
    pub cost_net_of_share_back: Decimal,
    /// Its rank by cost without fees, 1 the largest.
    pub rank_without_fees: usize,
}

#[derive(Default, Clone)]
struct Sum {
    cost: Exact,
    buyer: Exact,
    supplier: Exact,
    share_back: Exact,
}

/// The fees of an award; `None` where the tender has none.
pub(super) fn part(tender: &Tender, certificate: &Certificate) -> Option<FeesPart> {
    if tender.fees.is_empty() {
        return None;
    }
    let years = whole(tender.settings.contract_years);
    let mut by_supplier: BTreeMap<SupplierIx, Sum> = BTreeMap::new();
    let mut total = Sum::default();
    for line in &certificate.lines {
        for sum in [by_supplier.entry(tender.candidates[line.candidate].supplier).or_default(), &mut total] {
            sum.cost += line.yearly() * &years;
            sum.buyer += &line.fees.buyer * &years;
            sum.supplier += &line.fees.supplier * &years;
            sum.share_back += &line.fees.share_back * &years;
        }
    }
    let cash: Decimal = certificate.costs.cash_by_year.iter().sum();
    let cents = |value: &Exact| round(value, 2);
    let without = |sum: &Sum| &sum.cost - &sum.buyer - &sum.supplier;
    let rank = |own: &Sum| 1 + by_supplier.values().filter(|other| without(other) > without(own)).count();
    let mut suppliers: Vec<SupplierFees> = by_supplier
        .iter()
        .map(|(ix, sum)| SupplierFees {
            supplier: tender.suppliers[*ix].id.clone(),
            cost: cents(&sum.cost),
            buyer_paid: cents(&sum.buyer),
            supplier_paid: cents(&sum.supplier),
            share_back: cents(&sum.share_back),
            cost_without_fees: cents(&without(sum)),
            cost_net_of_share_back: cents(&(&sum.cost - &sum.share_back)),
            rank_without_fees: rank(sum),
        })
        .collect();
    suppliers.sort_by(|a, b| b.cost.cmp(&a.cost).then_with(|| a.supplier.cmp(&b.supplier)));
    Some(FeesPart {
        buyer_paid: cents(&total.buyer),
        supplier_paid: cents(&total.supplier),
        share_back: cents(&total.share_back),
        cash_without_fees: cash - cents(&(&total.buyer + &total.supplier)),
        cash_net_of_share_back: cash - cents(&total.share_back),
        suppliers,
    })
}
