//! The cost of an award, from the sentences of the price rules (docs/tender-format.md, Prices):
//!
//! 1. list = price per pack × packs; packs = need units used ÷ use factor, or the whole packs bought;
//! 2. each schedule counts its basis per cohort and contract year; the tier earned is the highest whose threshold is
//!    reached (inclusive); nobody chooses; its percentage or price applies to the whole application scope;
//! 3. net = list − discount ± what packages change; mark-up and buyer-paid fees on net (fees of base `list` on list);
//!    freight on top;
//! 4. switching once per cell and clinician group that leaves its incumbents, onboarding once per supplier that wins
//!    anything, outcome cost on need units used (shadow money);
//! 5. adjustments, and demand left unserved (shadow money, [`super::shadow`]).
//!
//! Yearly costs are paid in each contract year. Every component is rounded to the cent once, half to even.

use std::collections::BTreeMap;

use num_traits::Zero;
use rust_decimal::Decimal;

use crate::award::Award;
use crate::choice;
use crate::exact::{Exact, exact, round, whole, zero};
use crate::index::*;
use crate::rules::{Force, penalties};
use crate::tables::{Basis, CohortMode, Gives, Payer, PriceLevel};
use crate::tender::{Schedule, Tender};

choice! {
    /// A part of the cost.
    Component {
        /// Price of the offers before discounts.
        Goods = "goods",
        /// Tier discounts (negative).
        Discounts = "discounts",
        /// What packages change: their price less the list price of their units, or their discount (negative).
        Packages = "packages",
        /// Distributors' mark-up.
        Markup = "markup",
        /// Freight.
        Freight = "freight",
        /// Fees that the buyer pays.
        Fees = "fees",
        /// Leaving incumbents, once.
        Switching = "switching",
        /// Taking suppliers on, once.
        Onboarding = "onboarding",
        /// Bonus and malus.
        Adjustments = "adjustments",
        /// What the products cost in outcomes, as far as the evidence is sure.
        Outcome = "outcome",
        /// Demand left unserved.
        Unserved = "unserved",
        /// What breaking priced rules costs; shadow money.
        Penalties = "penalties",
    }
}

impl Component {
    /// Paid once, not every year.
    pub fn once(self) -> bool {
        matches!(self, Self::Switching | Self::Onboarding)
    }

    /// Money that stands for something else: nobody pays it.
    pub fn shadow(self) -> bool {
        matches!(self, Self::Adjustments | Self::Outcome | Self::Unserved | Self::Penalties)
    }
}

/// Cost over the whole contract, each component rounded to the cent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Costs {
    /// By component, in order of declaration, all components present.
    pub components: Vec<(Component, Decimal)>,
    /// Sum of the components that are paid.
    pub cash: Decimal,
    /// Sum of those that are not ([`Component::shadow`]).
    pub shadow: Decimal,
    /// Their sum, each weighed as the objective says: the value of the award.
    pub value: Decimal,
    /// What `outcome` would be at the other end of the evidence.
    pub outcome_other_end: Decimal,
    /// What suppliers share back of the fees they pay: a credit shown apart, not part of `value`.
    pub share_back: Decimal,
    /// Cash by contract year; one-off costs fall into the first.
    pub cash_by_year: Vec<Decimal>,
}

/// One line's price.
#[derive(Debug, Clone, PartialEq)]
pub struct LineCost {
    /// The line.
    pub candidate: CandidateIx,
    /// Packs bought a year.
    pub packs: Exact,
    /// List spend a year.
    pub list: Exact,
    /// Discount a year, 0 or more (negative if a tier is dearer than the list price).
    pub discount: Exact,
    /// What its package changes a year: the line's part of the package price less its list spend, or the package discount
    /// (negative).
    pub package: Exact,
    /// Mark-up, freight and buyer-paid fees a year.
    pub extras: Exact,
    /// Fees a year, by who pays them.
    pub fees: LineFees,
}

/// Fees on one line a year.
#[derive(Debug, Clone, PartialEq)]
pub struct LineFees {
    /// Paid by the buyer; part of `extras`.
    pub buyer: Exact,
    /// Paid by the supplier.
    pub supplier: Exact,
    /// What the buyer gets back of the latter.
    pub share_back: Exact,
}

impl LineCost {
    /// Cost a year without one-off costs.
    pub fn yearly(&self) -> Exact {
        self.net() + &self.extras
    }

    /// Spend a year after schedules and packages.
    pub fn net(&self) -> Exact {
        &self.list - &self.discount + &self.package
    }
}

/// What one schedule gave to one cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleUse {
    /// The schedule.
    pub schedule: ScheduleIx,
    /// Which cohort: empty for all sites together, else the member's or site's id.
    pub cohort: String,
    /// What was counted, in the basis.
    pub measure: Exact,
    /// Position of the tier earned; `None` below the first.
    pub tier: Option<usize>,
    /// Discount a year.
    pub saving: Exact,
}

impl ScheduleUse {
    /// Threshold of the next tier and what is missing to it.
    pub fn next(&self, schedule: &Schedule) -> Option<(Decimal, Exact)> {
        let next = schedule.tiers.get(self.tier.map_or(0, |t| t + 1))?;
        Some((next.from, exact(next.from) - &self.measure))
    }
}

/// Everything that pricing yields.
#[derive(Debug, Clone, PartialEq)]
pub struct Priced {
    /// Cost by component.
    pub costs: Costs,
    /// Lines in the order of the award.
    pub lines: Vec<LineCost>,
    /// Schedules by id and cohort.
    pub schedules: Vec<ScheduleUse>,
}

/// Which cohort of a schedule a site belongs to.
pub(super) fn cohort(tender: &Tender, mode: CohortMode, site: SiteIx) -> String {
    match mode {
        CohortMode::All => String::new(),
        CohortMode::Member => tender.members[tender.sites[site].member].clone(),
        CohortMode::Site => tender.sites[site].id.clone(),
    }
}

/// Prices an award.
pub fn price(tender: &Tender, award: &Award) -> Priced {
    let none = LineFees { buyer: zero(), supplier: zero(), share_back: zero() };
    let mut lines: Vec<LineCost> = award
        .lines
        .iter()
        .map(|l| {
            let candidate = &tender.candidates[l.candidate];
            let packs = match l.whole_packs {
                Some(n) => whole(n),
                None => l.used.exact() / candidate.use_factor.exact(),
            };
            let list = tender.offers[candidate.offer].list_price.exact() * &packs;
            let (discount, package, extras, fees) = (zero(), zero(), zero(), none.clone());
            LineCost { candidate: l.candidate, packs, list, discount, package, extras, fees }
        })
        .collect();

    let mut schedules = Vec::new();
    let mut by_offer: BTreeMap<OfferIx, Vec<usize>> = BTreeMap::new();
    for (i, line) in lines.iter().enumerate() {
        by_offer.entry(tender.candidates[line.candidate].offer).or_default().push(i);
    }
    for (ix, schedule) in tender.schedules.enumerate() {
        let lines_of = |offers: &[OfferIx]| -> Vec<usize> {
            offers.iter().filter_map(|o| by_offer.get(o)).flatten().copied().collect()
        };
        let mut measures: BTreeMap<String, Exact> = cohorts(tender, schedule.cohort_mode);
        for i in lines_of(&schedule.counts) {
            let line = &lines[i];
            let candidate = &tender.candidates[line.candidate];
            let counted = match schedule.basis {
                Basis::Packs => line.packs.clone(),
                Basis::NeedUnits => &line.packs * candidate.use_factor.exact(),
                Basis::Spend => line.list.clone(),
            };
            *measures.entry(cohort(tender, schedule.cohort_mode, candidate.site)).or_insert_with(zero) += counted;
        }
        let mut uses: BTreeMap<String, ScheduleUse> = measures
            .into_iter()
            .map(|(cohort, measure)| {
                let tier = schedule.tiers.iter().rposition(|t| exact(t.from) <= measure);
                (cohort.clone(), ScheduleUse { schedule: ix, cohort, measure, tier, saving: zero() })
            })
            .collect();
        for i in lines_of(&schedule.applies_to) {
            let candidate = &tender.candidates[lines[i].candidate];
            let Some(used) = uses.get_mut(&cohort(tender, schedule.cohort_mode, candidate.site)) else { continue };
            let Some(tier) = used.tier.map(|t| &schedule.tiers[t]) else { continue };
            let discount = match schedule.gives {
                Gives::Percent => &lines[i].list * exact(tier.value),
                Gives::Price => &lines[i].list - &lines[i].packs * exact(tier.value),
            };
            used.saving += &discount;
            lines[i].discount += discount;
        }
        schedules.extend(uses.into_values());
    }

    super::packages::apply(tender, &mut lines);

    let mut yearly: BTreeMap<Component, Exact> = BTreeMap::new();
    let mut add = |component, amount: Exact| *yearly.entry(component).or_insert_with(zero) += amount;
    let mut share_back = zero();
    for line in &mut lines {
        let candidate = &tender.candidates[line.candidate];
        let offer = &tender.offers[candidate.offer];
        let net = line.net();
        let markup = &net * offer.markup.exact();
        let freight = &candidate.freight;
        let freight = &line.packs
            * (exact(freight.per_pack) + exact(freight.per_need_unit) * candidate.use_factor.exact())
            + &line.list * exact(freight.percent_of_list);
        let mut fees = none.clone();
        for fee in &tender.fees {
            let bears =
                fee.supplier.is_none_or(|s| s == candidate.supplier) && fee.layer.is_none_or(|l| l == offer.layer);
            if !bears {
                continue;
            }
            let base = match fee.base {
                PriceLevel::List => &line.list,
                PriceLevel::Net => &net,
            };
            let amount = base * fee.percent.exact();
            match fee.payer {
                Payer::Buyer => fees.buyer += amount,
                Payer::Supplier => {
                    fees.share_back += &amount * fee.share_back.exact();
                    fees.supplier += amount;
                }
            }
        }
        line.extras = &markup + &freight + &fees.buyer;
        share_back += &fees.share_back;
        add(Component::Goods, line.list.clone());
        add(Component::Discounts, -line.discount.clone());
        add(Component::Packages, line.package.clone());
        add(Component::Markup, markup);
        add(Component::Freight, freight);
        add(Component::Fees, fees.buyer.clone());
        line.fees = fees;
    }
    let outcome = super::outcome::outcome(tender, award);
    yearly.insert(Component::Outcome, outcome.counted);
    if tender.rules.iter().any(|r| matches!(r.force, Force::Priced { .. })) {
        let amount = |counted, c| super::amounts::amount(tender, award, &lines, counted, c);
        yearly.insert(Component::Penalties, penalties(tender, &amount).money);
    }
    let mut once: BTreeMap<Component, Exact> = BTreeMap::new();
    once.insert(Component::Switching, super::switching::total(tender, award));
    once.insert(Component::Onboarding, onboarding(tender, award));
    for adjustment in &tender.adjustments {
        let (each_year, at_once) = super::shadow::adjusted(adjustment, award, &lines);
        *yearly.entry(Component::Adjustments).or_insert_with(zero) += each_year;
        *once.entry(Component::Adjustments).or_insert_with(zero) += at_once;
    }
    yearly.insert(Component::Unserved, super::shadow::shortage(tender, award));

    let years = whole(tender.settings.contract_years);
    let amount = |c: Component| {
        let of = |from: &BTreeMap<Component, Exact>| from.get(&c).cloned().unwrap_or_else(zero);
        of(&once) + of(&yearly) * &years
    };
    let components: Vec<(Component, Decimal)> = Component::ALL.iter().map(|&c| (c, round(&amount(c), 2))).collect();
    let weighed = |(c, v): &(Component, Decimal)| v * tender.settings.component_weight(*c);
    let value = components.iter().map(weighed).sum::<Decimal>().round_dp(2);
    let sum = |shadow: bool| components.iter().filter(|(c, _)| c.shadow() == shadow).map(|(_, v)| v).sum();
    let (cash, shadow): (Decimal, Decimal) = (sum(false), sum(true));
    let paid = yearly.iter().filter(|(c, _)| !c.shadow());
    let each_year = round(&paid.fold(zero(), |a, (_, b)| a + b), 2);
    let mut cash_by_year = vec![each_year; tender.settings.contract_years as usize];
    if let Some(first) = cash_by_year.first_mut() {
        *first = cash - each_year * Decimal::from(tender.settings.contract_years - 1);
    }
    let outcome_other_end = round(&(outcome.other_end * &years), 2);
    let costs = Costs {
        components,
        cash,
        shadow,
        value,
        outcome_other_end,
        share_back: round(&(share_back * years), 2),
        cash_by_year,
    };
    Priced { costs, lines, schedules }
}

fn cohorts(tender: &Tender, mode: CohortMode) -> BTreeMap<String, Exact> {
    tender.sites.indexes().map(|s| (cohort(tender, mode, s), zero())).collect()
}

fn onboarding(tender: &Tender, award: &Award) -> Exact {
    let wins =
        |s: SupplierIx| award.lines.iter().any(|l| tender.candidates[l.candidate].supplier == s && !l.used.0.is_zero());
    tender.suppliers.enumerate().filter(|(ix, _)| wins(*ix)).fold(zero(), |sum, (_, s)| sum + s.onboarding_cost.exact())
}

/// True if nothing was saved or counted: such a schedule is left out of tables.
impl ScheduleUse {
    /// Whether the schedule has any volume.
    pub fn idle(&self) -> bool {
        self.measure.is_zero()
    }
}
