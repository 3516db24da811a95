//! What a buyer requires or a supplier limits, as a thing that could be given up: the members of a conflict. Each names one
//! rule or one cell of a table, says itself in words, and can be set to another value.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::Zero;
use rust_decimal::Decimal;

use crate::award::Award;
use crate::certificate::Certificate;
use crate::exact::{Exact, exact, whole, zero};
use crate::index::*;
use crate::quantity::{CapacityUnits, Fraction, Money, Packs};
use crate::rules::RuleCheck;
use crate::tender::Tender;

/// One requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Requirement {
    /// What a site needs.
    Demand(CellIx),
    /// Packs a year of a product.
    ProductCapacity(ProductIx),
    /// Capacity units a year of a plant.
    PlantCapacity(PlantIx),
    /// Capacity units a year of a supplier.
    SupplierCapacity(SupplierIx),
    /// Most packs of an offer.
    OfferMaximum(OfferIx),
    /// Least packs of an offer that is used.
    OfferMinimum(OfferIx),
    /// Least packs of an offer at a site that uses it.
    MinimumOrder(OfferIx),
    /// Structure of the award, or further products, on which an offer depends.
    Condition(OfferIx),
    /// Least list spend of a supplier that wins.
    MinimumAward(SupplierIx),
    /// Most list spend of a supplier.
    MaximumAward(SupplierIx),
    /// Most products of a need over all sites.
    MaxProducts(NeedIx),
    /// Most products of a need at one site.
    MaxProductsPerSite(NeedIx),
    /// Most products of a need on formulary.
    FormularyLimit(NeedIx),
    /// Sizes of a need that must be bought.
    Sizes(NeedIx),
    /// A line picked or locked by hand.
    Pick(PickIx),
    /// A rule.
    Rule(RuleIx),
}

/// Which bound of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// At least.
    Low,
    /// At most.
    High,
}

impl Requirement {
    /// The table and the key of the row that states it, and the column.
    pub fn place(self, tender: &Tender) -> (&'static str, String, &'static str) {
        let supplier = |s: SupplierIx| tender.suppliers[s].id.clone();
        let offer = |o: OfferIx| tender.offers[o].id.clone();
        let need = |n: NeedIx| tender.needs[n].id.clone();
        match self {
            Self::Demand(c) => {
                let cell = &tender.cells[c];
                ("demand", format!("{}, {}", tender.sites[cell.site].id, need(cell.need)), "quantity")
            }
            Self::ProductCapacity(p) => ("products", tender.products[p].id.clone(), "capacity_packs"),
            Self::PlantCapacity(p) => ("plants", tender.plants[p].id.clone(), "capacity"),
            Self::SupplierCapacity(s) => ("suppliers", supplier(s), "capacity"),
            Self::OfferMaximum(o) => ("offers", offer(o), "max_packs"),
            Self::OfferMinimum(o) => ("offers", offer(o), "minimum_if_used"),
            Self::MinimumOrder(o) => ("offers", offer(o), "minimum_order"),
            Self::Condition(o) => ("offers", offer(o), ""),
            Self::MinimumAward(s) => ("suppliers", supplier(s), "minimum_award"),
            Self::MaximumAward(s) => ("suppliers", supplier(s), "maximum_award"),
            Self::MaxProducts(n) => ("needs", need(n), "max_products"),
            Self::MaxProductsPerSite(n) => ("needs", need(n), "max_products_per_site"),
            Self::FormularyLimit(n) => ("needs", need(n), "formulary_limit"),
            Self::Sizes(n) => ("needs", need(n), "sizes"),
            Self::Pick(p) => ("picks", tender.picks[p].name.clone(), ""),
            Self::Rule(r) => ("rules", tender.rules[r].id.clone(), ""),
        }
    }

    /// In words, with its value.
    pub fn words(self, tender: &Tender) -> String {
        let value = |side| self.value(tender, side).map_or_else(String::new, |v| v.normalize().to_string());
        match self {
            Self::Demand(c) => {
                let cell = &tender.cells[c];
                let need = &tender.needs[cell.need];
                format!("site {} needs {} {} of {}", tender.sites[cell.site].id, cell.quantity, need.unit, need.id)
            }
            Self::Rule(r) => format!("rule {}: {}", tender.rules[r].id, tender.rules[r].sentence),
            Self::Sizes(n) => {
                let need = &tender.needs[n];
                format!("sizes of need {}: {} must all be bought", need.id, need.sizes.join(", "))
            }
            Self::Pick(p) => {
                let bounds: Vec<String> = [(Side::Low, "at least"), (Side::High, "at most")]
                    .into_iter()
                    .filter_map(|(side, word)| Some(format!("{word} {}", self.value(tender, side)?.normalize())))
                    .collect();
                format!("pick {}: {} of the demand", tender.picks[p].name, bounds.join(" and "))
            }
            Self::Condition(o) => format!("the conditions of offer {}", tender.offers[o].id),
            Self::OfferMinimum(_) | Self::MinimumOrder(_) | Self::MinimumAward(_) => {
                let (table, id, column) = self.place(tender);
                format!("{column} of {} {id}: at least {}", singular(table), value(Side::Low))
            }
            _ => {
                let (table, id, column) = self.place(tender);
                format!("{column} of {} {id}: at most {}", singular(table), value(Side::High))
            }
        }
    }

    /// The value of a bound; `None` where it has none on that side.
    pub fn value(self, tender: &Tender, side: Side) -> Option<Decimal> {
        let high = |v: Option<Decimal>| v.filter(|_| side == Side::High);
        let low = |v: Option<Decimal>| v.filter(|_| side == Side::Low);
        match self {
            Self::Demand(c) => Some(tender.cells[c].quantity.0).filter(|_| side == Side::Low),
            Self::ProductCapacity(p) => high(tender.products[p].capacity_packs.map(|k| k.0)),
            Self::PlantCapacity(p) => high(tender.plants[p].capacity.map(|k| k.0)),
            Self::SupplierCapacity(s) => high(tender.suppliers[s].capacity.map(|k| k.0)),
            Self::OfferMaximum(o) => high(tender.offers[o].max_packs.map(|k| k.0)),
            Self::OfferMinimum(o) => low(tender.offers[o].minimum_if_used.map(|k| k.0)),
            Self::MinimumOrder(o) => low(tender.offers[o].conditions.minimum_order.map(|k| k.0)),
            // Not a number; there is something to drop.
            Self::Condition(_) => low(Some(Decimal::ONE)),
            Self::MinimumAward(s) => low(tender.suppliers[s].minimum_award.map(|k| k.0)),
            Self::MaximumAward(s) => high(tender.suppliers[s].maximum_award.map(|k| k.0)),
            Self::MaxProducts(n) => high(tender.needs[n].max_products.map(Decimal::from)),
            Self::MaxProductsPerSite(n) => high(tender.needs[n].max_products_per_site.map(Decimal::from)),
            Self::FormularyLimit(n) => high(tender.needs[n].formulary_limit.map(Decimal::from)),
            // Not a number; there is something to drop.
            Self::Sizes(n) => low(Some(Decimal::from(tender.needs[n].sizes.len()))),
            Self::Pick(p) => match side {
                Side::Low => tender.picks[p].low.map(|f| f.0),
                Side::High => tender.picks[p].high.map(|f| f.0),
            },
            Self::Rule(r) => match side {
                Side::Low => tender.rules[r].bound.low,
                Side::High => tender.rules[r].bound.high,
            },
        }
    }

    /// Sets a bound in a tender, `None` to drop it. Demand stays what it is.
    pub fn set(self, tender: &mut Tender, side: Side, value: Option<Decimal>) {
        let count = || value.and_then(|v| u32::try_from(v).ok());
        match self {
            Self::Demand(_) => {}
            Self::ProductCapacity(p) => tender.products[p].capacity_packs = value.map(Packs),
            Self::PlantCapacity(p) => tender.plants[p].capacity = value.map(CapacityUnits),
            Self::SupplierCapacity(s) => tender.suppliers[s].capacity = value.map(CapacityUnits),
            Self::OfferMaximum(o) => tender.offers[o].max_packs = value.map(Packs),
            Self::OfferMinimum(o) => tender.offers[o].minimum_if_used = value.map(Packs),
            Self::MinimumOrder(o) => tender.offers[o].conditions.minimum_order = value.map(Packs),
            Self::Condition(o) => {
                let conditions = &mut tender.offers[o].conditions;
                conditions.structure = None;
                conditions.requires.clear();
            }
            Self::MinimumAward(s) => tender.suppliers[s].minimum_award = value.map(Money),
            Self::MaximumAward(s) => tender.suppliers[s].maximum_award = value.map(Money),
            Self::MaxProducts(n) => tender.needs[n].max_products = count(),
            Self::MaxProductsPerSite(n) => tender.needs[n].max_products_per_site = count(),
            Self::FormularyLimit(n) => tender.needs[n].formulary_limit = count(),
            Self::Sizes(n) => tender.needs[n].sizes.clear(),
            Self::Pick(p) => {
                let pick = &mut tender.picks[p];
                match side {
                    Side::Low => pick.low = value.map(Fraction),
                    Side::High => pick.high = value.map(Fraction),
                }
            }
            Self::Rule(r) => {
                let bound = &mut tender.rules[r].bound;
                match side {
                    Side::Low => bound.low = value,
                    Side::High => bound.high = value,
                }
            }
        }
    }

    /// What an award has of it, in its own unit: where it is broken, the bound that would just do and its side; `None`
    /// where it holds.
    pub fn broken_at(self, tender: &Tender, award: &Award, certificate: &Certificate) -> Option<(Side, Exact)> {
        let lines = || certificate.lines.iter().map(|l| (&tender.candidates[l.candidate], l));
        let most =
            |bound: Option<Decimal>, value: Exact| bound.filter(|b| value > exact(*b)).map(|_| (Side::High, value));
        let least = |bound: Option<Decimal>, value: Exact| {
            bound.filter(|b| value < exact(*b) && value > zero()).map(|_| (Side::Low, value))
        };
        let high = self.value(tender, Side::High);
        let low = self.value(tender, Side::Low);
        match self {
            Self::Demand(_) | Self::Sizes(_) | Self::Condition(_) => None,
            Self::Pick(p) => {
                let served = |(cell, named): &(CellIx, Vec<CandidateIx>)| {
                    let lines = award.lines.iter().filter(|l| named.contains(&l.candidate));
                    lines.fold(zero(), |a, l| a + l.used.exact()) / tender.cells[*cell].quantity.exact()
                };
                let shares: Vec<Exact> = tender.picks[p].cells.iter().map(served).collect();
                let above = shares.iter().max().and_then(|v| most(high, v.clone()));
                above.or_else(|| shares.iter().min().and_then(|v| least(low, v.clone())))
            }
            Self::ProductCapacity(p) => {
                most(high, lines().filter(|(c, _)| c.product == p).map(|(_, l)| l.packs.clone()).sum())
            }
            Self::PlantCapacity(p) => {
                let part = |(c, l): (&crate::tender::Candidate, &crate::certificate::LineCost)| {
                    let product = &tender.products[c.product];
                    let split = product.plants.iter().find(|(plant, _)| *plant == p)?;
                    Some(&l.packs * product.capacity_use.exact() * split.1.exact())
                };
                most(high, lines().filter_map(part).sum())
            }
            Self::SupplierCapacity(s) => {
                let ours = lines().filter(|(c, _)| c.supplier == s);
                most(high, ours.map(|(c, l)| &l.packs * tender.products[c.product].capacity_use.exact()).sum())
            }
            Self::OfferMaximum(o) => {
                most(high, lines().filter(|(c, _)| c.offer == o).map(|(_, l)| l.packs.clone()).sum())
            }
            Self::OfferMinimum(o) => {
                least(low, lines().filter(|(c, _)| c.offer == o).map(|(_, l)| l.packs.clone()).sum())
            }
            Self::MinimumAward(s) => {
                least(low, lines().filter(|(c, _)| c.supplier == s).map(|(_, l)| l.list.clone()).sum())
            }
            Self::MinimumOrder(o) => {
                let at_sites = lines().filter(|(c, _)| c.offer == o).fold(BTreeMap::new(), |mut sites, (c, l)| {
                    *sites.entry(c.site).or_insert_with(zero) += &l.packs;
                    sites
                });
                at_sites.into_values().min().and_then(|v| least(low, v))
            }
            Self::MaximumAward(s) => {
                most(high, lines().filter(|(c, _)| c.supplier == s).map(|(_, l)| l.list.clone()).sum())
            }
            Self::MaxProducts(n) => {
                let products: BTreeSet<ProductIx> =
                    lines().filter(|(c, _)| c.need == n).map(|(c, _)| c.product).collect();
                most(high, whole(products.len()))
            }
            Self::MaxProductsPerSite(n) => {
                let mut at: BTreeMap<SiteIx, BTreeSet<ProductIx>> = BTreeMap::new();
                for (c, _) in lines().filter(|(c, _)| c.need == n) {
                    at.entry(c.site).or_default().insert(c.product);
                }
                most(high, whole(at.values().map(BTreeSet::len).max().unwrap_or(0)))
            }
            Self::FormularyLimit(n) => most(high, whole(award.formulary_of(tender, n).len())),
            Self::Rule(r) => {
                let broken = || certificate.rules.iter().filter(|c| c.rule == r && !c.holds);
                // In the unit of the row: where its bound is a multiple of something, the multiple that would just do.
                let scaled = |value: &Exact, holds: &Exact, written: Decimal| match holds.is_zero() {
                    true => value.clone(),
                    false => exact(written) * value / holds,
                };
                let above = high.and_then(|written| {
                    let over = |c: &RuleCheck| {
                        let (value, bound) = (c.value.as_ref()?, c.high.as_ref()?);
                        (value > bound).then(|| scaled(value, bound, written))
                    };
                    broken().filter_map(over).max()
                });
                let below = low.and_then(|written| {
                    let under = |c: &RuleCheck| {
                        let (value, bound) = (c.value.as_ref()?, c.low.as_ref()?);
                        (value < bound).then(|| scaled(value, bound, written))
                    };
                    broken().filter_map(under).min()
                });
                match (above, below) {
                    (Some(v), _) => Some((Side::High, v)),
                    (None, Some(v)) => Some((Side::Low, v)),
                    (None, None) => None,
                }
            }
        }
    }
}

fn singular(table: &str) -> &str {
    table.strip_suffix('s').unwrap_or(table)
}
