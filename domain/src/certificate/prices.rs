//! The cost of an award, from the sentences of the price rules (docs/bids.md), for each contract year:
//!
//! 1. list = price per pack of that year × packs; packs = need units used ÷ use factor, or the whole packs bought;
//! 2. schedules lower it in steps ([`schedules`](super::schedules)): net = list − discounts, final = net − rebates;
//!    packages change net in between;
//! 3. mark-up and buyer-paid fees on net (fees of base `list` on list); freight on top;
//! 4. switching once per cell and clinician group that leaves its incumbents, onboarding once per supplier that wins
//!    anything, outcome cost on need units used (shadow money);
//! 5. adjustments, and demand left unserved (shadow money, [`super::shadow`]).
//!
//! Every component is rounded to the cent once, half to even.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::amounts::Amounts;
use super::objective::LevelValue;
use super::schedules::{Bought, ScheduleUse, give};
use crate::award::Award;
use crate::choice;
use crate::exact::{Exact, Total, exact, round, whole, zero};
use crate::index::*;
use crate::rules::{Force, penalties};
use crate::tables::{Payer, PriceLevel};
use crate::tender::Tender;

choice! {
    /// A part of the cost.
    Component {
        /// Price of the offers before discounts.
        Goods = "goods",
        /// Tier discounts (negative).
        Discounts = "discounts",
        /// What packages change: their price less the list price of their units, or their discount (negative).
        Packages = "packages",
        /// What is paid back after discounts (negative).
        Rebates = "rebates",
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
    /// Their sum, each weighed as the objective says: the value of the award, that of level 1.
    pub value: Decimal,
    /// Every level of the objective, with what its terms add.
    pub levels: Vec<LevelValue>,
    /// What `outcome` would be at the other end of the evidence.
    pub outcome_other_end: Decimal,
    /// What suppliers share back of the fees they pay: a credit shown apart, not part of `value`.
    pub share_back: Decimal,
    /// Cash by contract year; one-off costs fall into the first.
    pub cash_by_year: Vec<Decimal>,
}

/// One line's price a year; where years differ, the mean over the contract.
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
    /// What its package changes a year: the package discount (negative); of a package with a price, what that lost in rounding.
    pub package: Exact,
    /// Percentages paid back a year.
    pub rebate: Exact,
    /// Its part of sums that schedules give, a year: no part of net or final spend.
    pub credit: Exact,
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
    /// Spend a year after discounts and packages.
    pub fn net(&self) -> Exact {
        &self.list - &self.discount + &self.package
    }

    /// Cost a year without one-off costs.
    pub fn yearly(&self) -> Exact {
        self.net() - &self.rebate - &self.credit + &self.extras
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

/// What lines cost before anything that falls due once or weighs in shadow.
pub(super) struct LinesPriced {
    /// Lines in the order of the award.
    pub(super) lines: Vec<LineCost>,
    /// Schedules by id and cohort.
    pub(super) schedules: Vec<ScheduleUse>,
    /// A year, the mean over the contract.
    yearly: BTreeMap<Component, Exact>,
    by_year: Vec<Exact>,
    share_back: Exact,
}

/// Prices the lines of an award.
pub(super) fn price_lines(tender: &Tender, award: &Award) -> LinesPriced {
    let none = LineFees { buyer: zero(), supplier: zero(), share_back: zero() };
    let years = whole(tender.settings.contract_years);
    let mut lines: Vec<LineCost> = award
        .lines
        .iter()
        .map(|l| {
            let packs = match l.whole_packs {
                Some(n) => whole(n),
                None => l.used.exact() / tender.candidates[l.candidate].use_factor.exact(),
            };
            LineCost {
                candidate: l.candidate,
                packs,
                list: zero(),
                discount: zero(),
                package: zero(),
                rebate: zero(),
                credit: zero(),
                extras: zero(),
                fees: none.clone(),
            }
        })
        .collect();

    let classes = tender.year_classes();
    let mut schedules = Vec::new();
    let mut yearly: BTreeMap<Component, Total> = BTreeMap::new();
    let mut by_year: Vec<Exact> = vec![zero(); tender.settings.contract_years as usize];
    let mut share_back = Total::default();
    for class in &classes {
        let bought: Vec<Bought> = award
            .lines
            .iter()
            .zip(&lines)
            .map(|(l, cost)| {
                let offer = &tender.offers[tender.candidates[l.candidate].offer];
                let list = offer.list_price.exact() * offer.factor(class[0]) * &cost.packs;
                Bought { candidate: l.candidate, packs: cost.packs.clone(), used: l.used.exact(), list }
            })
            .collect();
        let given = give(tender, &bought, class[0]);
        let weight = whole(class.len());
        let part = &weight / &years;
        let mut total = Total::default();
        let mut add = |component, amount: Exact| {
            yearly.entry(component).or_default().add(&amount * &part);
            total.add(amount);
        };
        for (i, line) in lines.iter_mut().enumerate() {
            let list = &bought[i].list;
            let net = list - &given.discount[i] + &given.package[i];
            let charges = charges(tender, &bought[i], &net);
            let [discount_credit, rebate_credit] = [&given.credit[0][i], &given.credit[1][i]];
            add(Component::Goods, list.clone());
            add(Component::Discounts, -&given.discount[i] - discount_credit);
            add(Component::Packages, given.package[i].clone());
            add(Component::Rebates, -&given.rebate[i] - rebate_credit);
            add(Component::Markup, charges.markup.clone());
            add(Component::Freight, charges.freight.clone());
            add(Component::Fees, charges.fees.buyer.clone());
            share_back.add(&charges.fees.share_back * &weight);
            line.list += list * &part;
            line.discount += &given.discount[i] * &part;
            line.package += &given.package[i] * &part;
            line.rebate += &given.rebate[i] * &part;
            line.credit += (discount_credit + rebate_credit) * &part;
            line.extras += (charges.markup + charges.freight + &charges.fees.buyer) * &part;
            line.fees.buyer += charges.fees.buyer * &part;
            line.fees.supplier += charges.fees.supplier * &part;
            line.fees.share_back += charges.fees.share_back * &part;
        }
        for &year in class {
            by_year[year] = total.value();
            if classes.len() > 1 {
                let year = u32::try_from(year + 1).ok();
                schedules.extend(given.uses.iter().map(|u| ScheduleUse { year, ..u.clone() }));
            }
        }
        if classes.len() == 1 {
            schedules.extend(given.uses);
        }
    }
    schedules.sort_by(|a, b| (a.schedule, &a.cohort, a.year).cmp(&(b.schedule, &b.cohort, b.year)));
    let yearly = yearly.into_iter().map(|(component, sum)| (component, sum.value())).collect();
    let share_back = share_back.value();
    LinesPriced { lines, schedules, yearly, by_year, share_back }
}

/// Prices an award.
pub fn price(tender: &Tender, award: &Award) -> Priced {
    let LinesPriced { lines, schedules, mut yearly, by_year, share_back } = price_lines(tender, award);
    let years = whole(tender.settings.contract_years);
    let outcome = super::outcome::outcome(tender, award);
    yearly.insert(Component::Outcome, outcome.counted);
    if tender.rules.iter().any(|r| matches!(r.force, Force::Priced { .. })) {
        let amounts = Amounts::new(tender, award, &lines);
        let amount = |counted, c| amounts.of(counted, c);
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

    let amount = |c: Component| {
        let of = |from: &BTreeMap<Component, Exact>| from.get(&c).cloned().unwrap_or_else(zero);
        of(&once) + of(&yearly) * &years
    };
    let components: Vec<(Component, Decimal)> = Component::ALL.iter().map(|&c| (c, round(&amount(c), 2))).collect();
    let levels = super::objective::levels(tender, award, &lines, &components);
    let value = levels.first().map_or(Decimal::ZERO, |l| l.value);
    let sum = |shadow: bool| components.iter().filter(|(c, _)| c.shadow() == shadow).map(|(_, v)| v).sum();
    let (cash, shadow): (Decimal, Decimal) = (sum(false), sum(true));
    let mut cash_by_year: Vec<Decimal> = by_year.iter().map(|y| round(y, 2)).collect();
    let later: Decimal = cash_by_year.iter().skip(1).sum();
    if let Some(first) = cash_by_year.first_mut() {
        *first = cash - later;
    }
    let outcome_other_end = round(&(outcome.other_end * &years), 2);
    let costs = Costs {
        components,
        cash,
        shadow,
        value,
        levels,
        outcome_other_end,
        share_back: round(&share_back, 2),
        cash_by_year,
    };
    Priced { costs, lines, schedules }
}

/// What comes on top of the price of a line.
struct Charges {
    markup: Exact,
    freight: Exact,
    fees: LineFees,
}

fn charges(tender: &Tender, line: &Bought, net: &Exact) -> Charges {
    let candidate = &tender.candidates[line.candidate];
    let offer = &tender.offers[candidate.offer];
    let freight = &candidate.freight;
    let freight = &line.packs * (exact(freight.per_pack) + exact(freight.per_need_unit) * candidate.use_factor.exact())
        + &line.list * exact(freight.percent_of_list);
    let mut fees = LineFees { buyer: zero(), supplier: zero(), share_back: zero() };
    for fee in &tender.fees {
        let bears = fee.supplier.is_none_or(|s| s == candidate.supplier) && fee.layer.is_none_or(|l| l == offer.layer);
        if !bears {
            continue;
        }
        let base = match fee.base {
            PriceLevel::List => &line.list,
            PriceLevel::Net => net,
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
    Charges { markup: net * offer.markup.exact(), freight, fees }
}

fn onboarding(tender: &Tender, award: &Award) -> Exact {
    let used = award.lines.iter().filter(|l| !l.used.0.is_zero());
    let winners: BTreeSet<SupplierIx> = used.map(|l| tender.candidates[l.candidate].supplier).collect();
    winners.into_iter().fold(zero(), |sum, s| sum + tender.suppliers[s].onboarding_cost.exact())
}
