//! What every award must keep besides the tender's own rules: balance, grid, capacities, standardization, minima.

use std::collections::{BTreeMap, BTreeSet};

use super::prices::{LineCost, Priced};
use super::schedules::ScheduleUse;
use crate::award::{Award, SHARE_DECIMALS, UNIT_DECIMALS, share_step};
use crate::choice;
use crate::exact::{Exact, digits, exact, round, whole, zero};
use crate::index::*;
use crate::tables::Gives;
use crate::tender::Tender;

choice! {
    /// A fact that is checked.
    Fact {
        /// Lines refer to candidates, once each, with volume above zero.
        Form = "form",
        /// Each demand cell is served exactly, or at most so where its need states a shortage cost.
        Balance = "balance",
        /// Shares have 9 decimals; whole packs leave less than one pack over.
        Grid = "grid",
        /// An offer without a price of its own is bought from its first tier on.
        PriceReached = "price_reached",
        /// Capacity of products.
        ProductCapacity = "product_capacity",
        /// Capacity of plants.
        PlantCapacity = "plant_capacity",
        /// Capacity of suppliers.
        SupplierCapacity = "supplier_capacity",
        /// Most packs of an offer.
        OfferMaximum = "offer_maximum",
        /// Least packs of an offer that is used.
        OfferMinimum = "offer_minimum",
        /// Least list spend of a supplier that wins.
        MinimumAward = "minimum_award",
        /// Most products per need, and per need and site.
        Standardization = "standardization",
        /// Most products of a need on formulary.
        Formulary = "formulary",
        /// Every size of a need is bought.
        Coverage = "coverage",
        /// Structure and required products of conditional offers.
        Conditions = "conditions",
        /// Least packs of a site that uses an offer.
        MinimumOrder = "minimum_order",
        /// Most list spend of a supplier.
        MaximumAward = "maximum_award",
        /// Packages are bought whole or not at all; one of an exclusive group.
        Packages = "packages",
        /// Lines picked by hand.
        Picks = "picks",
    }
}

impl Fact {
    /// The fact in words.
    pub fn words(self) -> String {
        self.word().replace('_', " ")
    }
}

/// One fact on one award.
#[derive(Debug, Clone, PartialEq)]
pub struct FactCheck {
    /// The fact.
    pub fact: Fact,
    /// Whether it holds, within the tolerance where one is allowed.
    pub holds: bool,
    /// How many things were checked.
    pub checked: usize,
    /// The first violations, in words; empty if it holds.
    pub detail: String,
    /// Things for which it holds only thanks to the tolerance.
    pub used_tolerance: usize,
}

pub(super) struct Checker {
    fact: Fact,
    checked: usize,
    used_tolerance: usize,
    broken: Vec<String>,
}

impl Checker {
    pub(super) fn new(fact: Fact) -> Self {
        Self { fact, checked: 0, used_tolerance: 0, broken: Vec::new() }
    }

    pub(super) fn must(&mut self, holds: bool, words: impl FnOnce() -> String) {
        self.checked += 1;
        if !holds {
            self.broken.push(words());
        }
    }

    /// `small ≤ large` within a tolerance relative to the larger side.
    pub(super) fn at_most(&mut self, small: &Exact, large: &Exact, tolerance: &Exact, words: impl FnOnce() -> String) {
        let larger = if small > large { small } else { large };
        self.within(small, large, &(tolerance * larger.abs()), words);
    }

    /// `small ≤ large` but for `room`.
    pub(super) fn within(&mut self, small: &Exact, large: &Exact, room: &Exact, words: impl FnOnce() -> String) {
        let over = small - large;
        let holds = over <= *room || !over.is_positive();
        self.used_tolerance += usize::from(holds && over.is_positive());
        let number = |v: &Exact| round(v, 6).normalize();
        self.must(holds, || format!("{}: {} against {}", words(), number(small), number(large)));
    }

    pub(super) fn done(self) -> FactCheck {
        let mut detail = self.broken.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
        if self.broken.len() > 5 {
            detail.push_str(&format!("; and {} more", self.broken.len() - 5));
        }
        FactCheck {
            fact: self.fact,
            holds: self.broken.is_empty(),
            checked: self.checked,
            detail,
            used_tolerance: self.used_tolerance,
        }
    }
}

/// Checks every fact.
pub(super) fn check(tender: &Tender, award: &Award, priced: &Priced, tolerance: &Exact) -> Vec<FactCheck> {
    let costs = &priced.lines[..];
    vec![
        form(tender, award),
        balance(tender, award),
        grid(tender, award),
        price_reached(tender, costs, &priced.schedules),
        product_capacity(tender, costs, tolerance),
        plant_capacity(tender, costs, tolerance),
        supplier_capacity(tender, costs, tolerance),
        offer_limits(tender, costs, tolerance, Fact::OfferMaximum),
        offer_limits(tender, costs, tolerance, Fact::OfferMinimum),
        minimum_award(tender, costs, tolerance),
        standardization(tender, award),
        super::formulary::check(tender, award),
        super::coverage::check(tender, award),
        super::conditions::check(tender, award, tolerance),
        super::conditions::minimum_order(tender, costs, tolerance),
        super::conditions::maximum_award(tender, costs, tolerance),
        super::packages::check(tender, costs, tolerance),
        super::picks::check(tender, award, tolerance),
    ]
}

fn form(tender: &Tender, award: &Award) -> FactCheck {
    let mut check = Checker::new(Fact::Form);
    for (i, line) in award.lines.iter().enumerate() {
        let known = line.candidate.ix() < tender.candidates.len();
        check.must(known, || format!("line {i} names no candidate"));
        check.must(line.used.0.is_sign_positive() && !line.used.0.is_zero(), || format!("line {i} has no volume"));
        check.must(i == 0 || award.lines[i - 1].candidate < line.candidate, || {
            format!("line {i} is out of order or stands twice")
        });
    }
    check.done()
}

fn name(tender: &Tender, cell: CellIx) -> String {
    let c = &tender.cells[cell];
    format!("site {} need {}", tender.sites[c.site].id, tender.needs[c.need].id)
}

fn balance(tender: &Tender, award: &Award) -> FactCheck {
    // Rationals, because decimals of 28 digits neither hold every sum nor every part of one.
    let mut served: IxVec<CellIx, Exact> = tender.cells.iter().map(|_| zero()).collect();
    for line in &award.lines {
        served[tender.candidates[line.candidate].cell] += line.used.exact();
    }
    let mut check = Checker::new(Fact::Balance);
    for (cell, served) in served.enumerate() {
        let wanted = tender.cells[cell].quantity.exact();
        let may_fall_short = tender.needs[tender.cells[cell].need].shortage_cost.is_some();
        check.must(*served == wanted || may_fall_short && *served < wanted, || {
            format!("{}: {} served of {}", name(tender, cell), digits(served), digits(&wanted))
        });
    }
    check.done()
}

fn grid(tender: &Tender, award: &Award) -> FactCheck {
    let mut check = Checker::new(Fact::Grid);
    let step = exact(share_step());
    // Whole-pack cells: bought need units, the largest pack bought, and what is used.
    let mut bought: BTreeMap<CellIx, (Exact, Exact, Exact)> = BTreeMap::new();
    for line in &award.lines {
        let candidate = &tender.candidates[line.candidate];
        let quantity = tender.cells[candidate.cell].quantity.exact();
        let whole_packs = tender.needs[candidate.need].whole_packs;
        match line.whole_packs {
            Some(n) if whole_packs => {
                let factor = candidate.use_factor.exact();
                let units = whole(n) * &factor;
                check.must(line.used.exact() <= units, || {
                    format!("{}: more used than bought", name(tender, candidate.cell))
                });
                let entry = bought.entry(candidate.cell).or_insert_with(|| (zero(), zero(), zero()));
                entry.0 += units;
                entry.2 += line.used.exact();
                if factor > entry.1 {
                    entry.1 = factor;
                }
            }
            None if !whole_packs => {
                let decimals = UNIT_DECIMALS.max(tender.cells[candidate.cell].quantity.0.normalize().scale());
                let short = || line.used.0.normalize().scale() <= decimals;
                let share = line.used.exact() / quantity;
                check.must((share / &step).is_integer() || short(), || {
                    let place = name(tender, candidate.cell);
                    format!("{place}: more than {SHARE_DECIMALS} decimals of a share, {decimals} of a quantity")
                });
            }
            _ => check.must(false, || {
                format!("{}: whole packs and continuous quantities are mixed up", name(tender, candidate.cell))
            }),
        }
    }
    for (cell, (units, largest, used)) in bought {
        let quantity = tender.cells[cell].quantity.exact();
        check.must(used == units || used >= quantity, || {
            format!("{}: packs lie unused while demand is unserved", name(tender, cell))
        });
        let surplus = units - quantity;
        check.must(surplus < largest, || format!("{}: a whole pack too many", name(tender, cell)));
    }
    check.done()
}

fn price_reached(tender: &Tender, costs: &[LineCost], uses: &[ScheduleUse]) -> FactCheck {
    let mut check = Checker::new(Fact::PriceReached);
    let offer = |l: &LineCost| &tender.offers[tender.candidates[l.candidate].offer];
    for line in costs.iter().filter(|l| offer(l).needs_tier) {
        check.must(tier_reached(tender, uses, line.candidate), || {
            format!("offer {} is bought below its first tier", offer(line).id)
        });
    }
    check.done()
}

/// Whether a line has a price: its offer has one of its own, or reaches the first tier of its price schedule.
pub(super) fn tier_reached(tender: &Tender, uses: &[super::ScheduleUse], line: CandidateIx) -> bool {
    let candidate = &tender.candidates[line];
    let offer = &tender.offers[candidate.offer];
    let gives_price = |s: &&ScheduleIx| tender.schedules[**s].gives == Gives::Price;
    let (true, Some(&schedule)) = (offer.needs_tier, offer.schedules.iter().find(gives_price)) else { return true };
    let ours = super::schedules::cohort(tender, &tender.schedules[schedule], candidate.site);
    // In every contract year.
    let mut own = uses.iter().filter(|u| u.schedule == schedule && Some(&u.cohort) == ours.as_ref()).peekable();
    own.peek().is_some() && own.all(|u| u.tier.is_some())
}

fn sums<K: Ord>(costs: &[LineCost], key: impl Fn(&LineCost) -> Vec<(K, Exact)>) -> BTreeMap<K, Exact> {
    let mut sums = BTreeMap::new();
    for line in costs {
        for (key, amount) in key(line) {
            *sums.entry(key).or_insert_with(zero) += amount;
        }
    }
    sums
}

fn product_capacity(tender: &Tender, costs: &[LineCost], tolerance: &Exact) -> FactCheck {
    let mut check = Checker::new(Fact::ProductCapacity);
    for (ix, packs) in sums(costs, |l| vec![(tender.candidates[l.candidate].product, l.packs.clone())]) {
        let product = &tender.products[ix];
        if let Some(capacity) = product.capacity_packs {
            check.at_most(&packs, &capacity.exact(), tolerance, || format!("product {}", product.id));
        }
    }
    check.done()
}

fn plant_capacity(tender: &Tender, costs: &[LineCost], tolerance: &Exact) -> FactCheck {
    let mut check = Checker::new(Fact::PlantCapacity);
    let by_plant = |l: &LineCost| {
        let product = &tender.products[tender.candidates[l.candidate].product];
        let units = &l.packs * product.capacity_use.exact();
        product.plants.iter().map(|(plant, split)| (*plant, &units * split.exact())).collect()
    };
    for (ix, units) in sums(costs, by_plant) {
        let plant = &tender.plants[ix];
        if let Some(capacity) = plant.capacity {
            check.at_most(&units, &capacity.exact(), tolerance, || format!("plant {}", plant.id));
        }
    }
    check.done()
}

fn supplier_capacity(tender: &Tender, costs: &[LineCost], tolerance: &Exact) -> FactCheck {
    let mut check = Checker::new(Fact::SupplierCapacity);
    let by_supplier = |l: &LineCost| {
        let product = &tender.products[tender.candidates[l.candidate].product];
        vec![(product.supplier, &l.packs * product.capacity_use.exact())]
    };
    for (ix, units) in sums(costs, by_supplier) {
        let supplier = &tender.suppliers[ix];
        if let Some(capacity) = supplier.capacity {
            check.at_most(&units, &capacity.exact(), tolerance, || format!("supplier {}", supplier.id));
        }
    }
    check.done()
}

fn offer_limits(tender: &Tender, costs: &[LineCost], tolerance: &Exact, fact: Fact) -> FactCheck {
    let mut check = Checker::new(fact);
    for (ix, packs) in sums(costs, |l| vec![(tender.candidates[l.candidate].offer, l.packs.clone())]) {
        let offer = &tender.offers[ix];
        match (fact, offer.max_packs, offer.minimum_if_used) {
            (Fact::OfferMaximum, Some(max), _) => {
                check.at_most(&packs, &max.exact(), tolerance, || format!("offer {}", offer.id))
            }
            (Fact::OfferMinimum, _, Some(min)) => {
                check.at_most(&min.exact(), &packs, tolerance, || format!("offer {}", offer.id))
            }
            _ => {}
        }
    }
    check.done()
}

fn minimum_award(tender: &Tender, costs: &[LineCost], tolerance: &Exact) -> FactCheck {
    let mut check = Checker::new(Fact::MinimumAward);
    for (ix, spend) in sums(costs, |l| vec![(tender.candidates[l.candidate].supplier, l.list.clone())]) {
        let supplier = &tender.suppliers[ix];
        if let Some(minimum) = supplier.minimum_award {
            check.at_most(&minimum.exact(), &spend, tolerance, || format!("supplier {}", supplier.id));
        }
    }
    check.done()
}

fn standardization(tender: &Tender, award: &Award) -> FactCheck {
    let mut check = Checker::new(Fact::Standardization);
    let mut everywhere: BTreeMap<NeedIx, BTreeSet<ProductIx>> = BTreeMap::new();
    let mut at_site: BTreeMap<CellIx, BTreeSet<ProductIx>> = BTreeMap::new();
    for line in &award.lines {
        let candidate = &tender.candidates[line.candidate];
        everywhere.entry(candidate.need).or_default().insert(candidate.product);
        at_site.entry(candidate.cell).or_default().insert(candidate.product);
    }
    for (ix, products) in &everywhere {
        let need = &tender.needs[*ix];
        if let Some(limit) = need.max_products {
            check.must(products.len() <= limit as usize, || {
                format!("need {}: {} products of at most {limit}", need.id, products.len())
            });
        }
    }
    for (cell, products) in &at_site {
        if let Some(limit) = tender.needs[tender.cells[*cell].need].max_products_per_site {
            check.must(products.len() <= limit as usize, || {
                format!("{}: {} products of at most {limit}", name(tender, *cell), products.len())
            });
        }
    }
    check.done()
}
