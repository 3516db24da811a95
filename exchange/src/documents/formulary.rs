//! The formulary: for each need the products bought, whether they are on formulary, and the products not chosen.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::exact::{Exact, float, zero};
use ballast_domain::index::*;
use ballast_domain::tables::Approval;
use serde::{Deserialize, Serialize};

/// A product that is bought for a need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FormularyEntry {
    /// Need.
    pub need: String,
    /// Product.
    pub product: String,
    /// Supplier.
    pub supplier: String,
    /// Share of the need's demand.
    pub share: f64,
    /// Sites that use it.
    pub sites: usize,
    /// False for purchases beside the formulary of a need that has a limit.
    pub on_formulary: bool,
}

/// A product that could serve a need and is not bought for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NotChosen {
    /// Need.
    pub need: String,
    /// Product.
    pub product: String,
    /// Supplier.
    pub supplier: String,
    /// Why it could not be: `rejected`, `no_valid_offer`; empty where it merely was not.
    pub reason: String,
}

/// What is bought, by need and product.
pub(super) fn chosen(tender: &Tender, award: &Award) -> Vec<FormularyEntry> {
    let mut entries: BTreeMap<(NeedIx, ProductIx), (Exact, BTreeSet<SiteIx>)> = BTreeMap::new();
    for line in &award.lines {
        let c = &tender.candidates[line.candidate];
        let (used, sites) = entries.entry((c.need, c.product)).or_insert_with(|| (zero(), BTreeSet::new()));
        *used += line.used.exact();
        sites.insert(c.site);
    }
    let demand = |need| tender.cells.iter().filter(|c| c.need == need).fold(zero(), |sum, c| sum + c.quantity.exact());
    let entry = |((need, product), (used, sites)): ((NeedIx, ProductIx), (Exact, BTreeSet<SiteIx>))| FormularyEntry {
        need: tender.needs[need].id.clone(),
        product: tender.products[product].id.clone(),
        supplier: supplier(tender, product),
        share: float(&(used / demand(need))),
        sites: sites.len(),
        on_formulary: award.on_formulary(tender, need, product),
    };
    entries.into_iter().map(entry).collect()
}

/// What is not, for every need with demand.
pub(super) fn not_chosen(tender: &Tender, award: &Award) -> Vec<NotChosen> {
    let used: BTreeSet<(NeedIx, ProductIx)> = award
        .lines
        .iter()
        .map(|l| (tender.candidates[l.candidate].need, tender.candidates[l.candidate].product))
        .collect();
    let offered: BTreeSet<(NeedIx, ProductIx)> = tender.candidates.iter().map(|c| (c.need, c.product)).collect();
    let needed: BTreeSet<NeedIx> = tender.cells.iter().map(|c| c.need).collect();
    let own = tender.products.enumerate().map(|(ix, p)| (p.need, ix));
    let alternates = tender.equivalences.iter().filter(|e| e.full).map(|e| (e.need, e.product));
    let all: BTreeSet<(NeedIx, ProductIx)> = own.chain(alternates).filter(|(n, _)| needed.contains(n)).collect();
    let entry = |&(need, product): &(NeedIx, ProductIx)| NotChosen {
        need: tender.needs[need].id.clone(),
        product: tender.products[product].id.clone(),
        supplier: supplier(tender, product),
        reason: match (tender.products[product].approval, offered.contains(&(need, product))) {
            (Approval::Rejected, _) => "rejected",
            (_, false) => "no_valid_offer",
            (_, true) => "",
        }
        .to_owned(),
    };
    all.difference(&used).map(entry).collect()
}

fn supplier(tender: &Tender, product: ProductIx) -> String {
    tender.suppliers[tender.products[product].supplier].id.clone()
}
