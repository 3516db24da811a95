//! The formulary: for each need the products bought, whether they are on formulary, and the products not chosen.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::exact::{Exact, exact, float, whole, zero};
use ballast_domain::index::*;
use ballast_domain::tables::Approval;
use ballast_domain::tender::Candidate;
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
    /// Why it could not be: `rejected`, `no_valid_offer`, `only_in_packages`. Else how its list price with freight stands in
    /// the cells that it may serve: `dearer_at_list` in all of them, or `cheaper_at_list` in some than what is bought
    /// there; then limits, rules, discounts or one-off costs speak against it, and `why-not` says what.
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
    let paid = paid_by_cell(tender, award);
    let entry = |&(need, product): &(NeedIx, ProductIx)| NotChosen {
        need: tender.needs[need].id.clone(),
        product: tender.products[product].id.clone(),
        supplier: supplier(tender, product),
        reason: match (tender.products[product].approval, offered.contains(&(need, product))) {
            (Approval::Rejected, _) => "rejected",
            (_, false) => "no_valid_offer",
            (_, true) => at_list(tender, &paid, need, product),
        }
        .to_owned(),
    };
    all.difference(&used).map(entry).collect()
}

/// List price of a need unit with its freight, the mean over the contract years.
fn list_price(tender: &Tender, line: &Candidate) -> Exact {
    let list = tender.mean_list_price(line.offer) / line.use_factor.exact();
    let freight = &line.freight;
    let by_pack = exact(freight.per_pack) / line.use_factor.exact();
    &list * (whole(1) + exact(freight.percent_of_list)) + exact(freight.per_need_unit) + by_pack
}

/// The same of what each cell buys, the mean over its lines.
fn paid_by_cell(tender: &Tender, award: &Award) -> BTreeMap<CellIx, Exact> {
    let mut sums: BTreeMap<CellIx, (Exact, Exact)> = BTreeMap::new();
    for line in &award.lines {
        let own = &tender.candidates[line.candidate];
        let (money, used) = sums.entry(own.cell).or_insert_with(|| (zero(), zero()));
        *money += line.used.exact() * list_price(tender, own);
        *used += line.used.exact();
    }
    sums.into_iter().filter(|(_, (_, used))| *used > zero()).map(|(cell, (money, used))| (cell, money / used)).collect()
}

/// How the list price of a product that may be bought stands against what is.
fn at_list(tender: &Tender, paid: &BTreeMap<CellIx, Exact>, need: NeedIx, product: ProductIx) -> &'static str {
    let ordinary = |c: &&Candidate| tender.offers[c.offer].package.is_none();
    let own = tender.candidates.iter().filter(|c| c.need == need && c.product == product).filter(ordinary);
    let own: Vec<&Candidate> = own.collect();
    let cheaper = |c: &&Candidate| paid.get(&c.cell).is_some_and(|paid| list_price(tender, c) < *paid);
    match own.iter().any(cheaper) {
        _ if own.is_empty() => "only_in_packages",
        true => "cheaper_at_list",
        false => "dearer_at_list",
    }
}

fn supplier(tender: &Tender, product: ProductIx) -> String {
    tender.suppliers[tender.products[product].supplier].id.clone()
}
