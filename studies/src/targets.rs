//! The cheapest set of price moves that reaches a savings goal within stated room.
//!
//! With prices p between the lowest l and those of now, z(p) is the best value, T = z(now) less the goal. Asked is for p with
//! z(p) ≤ T. What an award x bought at p *concedes* is cost(x, now) − cost(x, p). Any such x concedes at least
//! cost(x, now) − T, and with no more than that if prices come down until it costs just T. So:
//!
//! * a bound: cost(x, now) ≥ B(now). Where cost(x, ·) is affine (nothing counts money) and rises with prices, on the way
//!   p_λ = now − λ (now − l) it is (1 − λ) cost(x, now) + λ cost(x, l) ≥ B(p_λ) with cost(x, l) ≤ T, so that x concedes at
//!   least (B(p_λ) − T) / (1 − λ);
//! * an answer: of the awards found on the way, and with each supplier and each offer alone at its lowest, whose cost at l
//!   is at most T, the few that cost least now. For each, offers that it uses come down all the way one by one until the last
//!   has to come down in part, in some orders. The tender at each of these prices is decided anew; that whose award concedes
//!   the least is the answer.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::certify;
use ballast_domain::difference::{Decided, Difference, between, carry};
use ballast_domain::finding::Findings;
use ballast_domain::index::{OfferIx, SupplierIx};
use ballast_domain::raw::RawTender;
use ballast_domain::scenario::{Action, Change, Filter};
use ballast_solver::Engine;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::forced::{edited, paid};
use crate::{Answer, Desk, Probe, Settings, ask, ask_one, money};

/// Parts of the room that are tried first, and between two of these.
const STEPS: i64 = 8;
/// Offers up to which each is tried alone at its lowest price.
const ASIDE: usize = 24;
/// Decimals of a price asked for.
const DECIMALS: u32 = 4;
/// Awards that prices are brought down for.
const NEAREST: usize = 4;
/// Halvings of the last supplier's part where cost does not follow prices evenly.
const HALVINGS: usize = 24;
/// What rounding to the cent, component by component, may hide.
const ROUNDING: Decimal = Decimal::from_parts(10, 0, 0, false, 2);

/// The saving wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// A fraction of the value now.
    Fraction(Decimal),
    /// Money over the contract.
    Amount(Decimal),
}

/// The price that an offer is to come down to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Offer.
    pub offer: OfferIx,
    /// Its supplier.
    pub supplier: SupplierIx,
    /// Price now.
    pub now: Decimal,
    /// The lowest it is thought to come down to.
    pub lowest: Decimal,
    /// The price asked for.
    pub target: Decimal,
    /// What its supplier gives up on it in the award that results, over the contract.
    pub gives: Decimal,
}

/// Prices that reach the goal.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The moves, supplier by supplier, those that give the most first.
    pub moves: Vec<Move>,
    /// The tender at these prices.
    pub answer: Answer,
    /// What its award concedes in all.
    pub concedes: Decimal,
    /// From the award now to that one.
    pub difference: Option<Difference>,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Targets {
    /// The tender as it is.
    pub base: Answer,
    /// The saving wanted, in money.
    pub goal: Option<Decimal>,
    /// The tender with all prices at their lowest.
    pub full: Answer,
    /// Prices that reach the goal, if some were found.
    pub reached: Option<Reached>,
    /// Proven: what reaches the goal concedes at least so much.
    pub at_least: Option<Decimal>,
    /// Proven: no prices within the room reach it.
    pub beyond: bool,
    /// The greatest saving found, and the greatest that is not ruled out.
    pub most: (Option<Decimal>, Option<Decimal>),
    /// Why the better bound is not known.
    pub counts: Option<String>,
}

struct Table<'a> {
    engine: &'a (dyn Engine + Sync),
    raw: &'a RawTender,
    tender: &'a Tender,
    settings: &'a Settings,
    desk: &'a dyn Desk,
    room: &'a BTreeMap<OfferIx, ballast_domain::quantity::Money>,
}

type Prices = BTreeMap<OfferIx, Decimal>;
/// Offers that come down together, by the same part of their room.
type Group = Vec<OfferIx>;

impl Table<'_> {
    fn now(&self, offer: OfferIx) -> Decimal {
        self.tender.offers[offer].list_price.0
    }

    /// Prices that have come down by a part of the room.
    fn part(&self, part: Decimal, own: &dyn Fn(OfferIx) -> bool) -> Prices {
        let price = |offer: OfferIx, lowest: Decimal| {
            let price = self.now(offer) - part * (self.now(offer) - lowest);
            price.round_dp_with_strategy(DECIMALS, RoundingStrategy::ToZero).max(lowest).normalize()
        };
        self.room.iter().filter(|(o, _)| own(**o)).map(|(o, lowest)| (*o, price(*o, lowest.0))).collect()
    }

    /// Each supplier alone at its lowest prices, and each offer, where there are not too many.
    fn aside(&self) -> Vec<(Option<Decimal>, Prices)> {
        let suppliers: BTreeSet<SupplierIx> = self.room.keys().map(|o| self.supplier(*o)).collect();
        let of = |supplier: &SupplierIx| self.part(Decimal::ONE, &|o| self.supplier(o) == *supplier);
        let mut some: Vec<Prices> = suppliers.iter().map(of).collect();
        if self.room.len() <= ASIDE {
            some.extend(self.room.keys().map(|offer| self.part(Decimal::ONE, &|o| o == *offer)));
        }
        some.into_iter().map(|prices| (None, prices)).collect()
    }

    fn at(&self, prices: &Prices) -> Result<Tender, Findings> {
        let set = |(offer, price): (&OfferIx, &Decimal)| Action::Cells {
            table: "offers".to_owned(),
            column: "price".to_owned(),
            filter: Filter(vec![("offer".to_owned(), vec![self.tender.offers[*offer].id.clone()])]),
            change: Change::Set(Some(price.to_string())),
        };
        // The room is that of the prices now; at lower ones it says nothing.
        let mut actions: Vec<Action> = prices.iter().map(set).collect();
        actions.push(Action::DropRows { table: "room".to_owned(), filter: Filter(Vec::new()) });
        edited(self.raw, "targets", actions)
    }

    /// What an award costs at the prices of another tender, if it holds there.
    fn cost(&self, from: &Tender, award: &Award, there: &Tender) -> Option<Decimal> {
        let certificate = certify(there, &carry(from, award, there)?, self.settings.options.tolerance);
        certificate.verified().then_some(certificate.costs.value)
    }

    fn supplier(&self, offer: OfferIx) -> SupplierIx {
        self.tender.products[self.tender.offers[offer].product].supplier
    }

    /// Orders in which the offers that an award uses may come down: supplier by supplier, those with the most room on it
    /// first; offer by offer, the same; offer by offer, those with the least room first.
    fn orders(&self, award: &Award, now: Decimal) -> Result<Vec<Vec<Group>>, Findings> {
        let offer = |candidate| ordinary(self.tender, self.tender.candidates[candidate].offer);
        let used: BTreeSet<OfferIx> = award.lines.iter().map(|l| offer(l.candidate)).collect();
        let offers: Vec<OfferIx> = self.room.keys().copied().filter(|o| used.contains(o)).collect();
        let mut sellers: BTreeMap<SupplierIx, Group> = BTreeMap::new();
        offers.iter().for_each(|o| sellers.entry(self.supplier(*o)).or_default().push(*o));
        let by_room = |groups: Vec<Group>| -> Result<Vec<Group>, Findings> {
            let mut gives = Vec::new();
            for group in groups {
                let there = self.at(&self.part(Decimal::ONE, &|o| group.contains(&o)))?;
                gives.extend(self.cost(self.tender, award, &there).map(|cost| (now - cost, group)));
            }
            gives.retain(|(gives, _)| *gives > Decimal::ZERO);
            gives.sort_by_key(|(gives, group)| (std::cmp::Reverse(*gives), group.first().copied()));
            Ok(gives.into_iter().map(|(_, group)| group).collect())
        };
        let suppliers = by_room(sellers.into_values().collect())?;
        if offers.len() > ASIDE {
            return Ok(vec![suppliers]);
        }
        let single = by_room(offers.into_iter().map(|o| vec![o]).collect())?;
        Ok(vec![suppliers, single.clone(), single.into_iter().rev().collect()])
    }

    /// Prices at which the award costs at most so much: groups come down all the way one by one, the last in part.
    fn moved(&self, award: &Award, groups: &[Group], target: Decimal) -> Result<Option<Prices>, Findings> {
        let mut prices = Prices::new();
        for group in groups {
            let with = |part: Decimal| -> Prices {
                let own = self.part(part, &|o| group.contains(&o));
                prices.iter().map(|(o, p)| (*o, *p)).chain(own).collect()
            };
            let cost = |part: Decimal| -> Result<Option<Decimal>, Findings> {
                Ok(self.cost(self.tender, award, &self.at(&with(part))?))
            };
            let (before, after) = (cost(Decimal::ZERO)?, cost(Decimal::ONE)?);
            let reached = after.is_some_and(|c| c <= target);
            if !reached {
                prices = with(Decimal::ONE);
                continue;
            }
            // Even cost: the part is known. Else it is halved.
            let even = before.zip(after).filter(|(b, a)| b > a).map(|(b, a)| (b - target) / (b - a));
            let (mut low, mut high) = (Decimal::ZERO, Decimal::ONE);
            for k in 0..HALVINGS {
                let middle = match even {
                    // A little past what is exact, for prices and costs are rounded.
                    Some(even) if k == 0 => (even + Decimal::new(1, 6)).clamp(low, high),
                    _ => (low + high) / Decimal::TWO,
                };
                match cost(middle)?.is_some_and(|c| c <= target) {
                    true => high = middle,
                    false => low = middle,
                }
                if k == 0 && high < Decimal::ONE || high - low < Decimal::new(1, 6) {
                    break;
                }
            }
            return Ok(Some(with(high).into_iter().filter(|(o, p)| *p < self.now(*o)).collect()));
        }
        Ok(None)
    }
}

/// Answers the question.
///
/// # Errors
/// If other prices leave no tender.
pub fn targets(
    engine: &(dyn Engine + Sync),
    raw: &RawTender,
    tender: &Tender,
    goal: Goal,
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<Targets, Findings> {
    let table = Table { engine, raw, tender, settings, desk, room: &tender.room };
    let counts = money::counted(tender, &|o| tender.room.contains_key(&o));
    let base = ask_one(engine, Probe::new("at the prices of now", tender), settings, desk);
    let mut found = Targets {
        goal: None,
        full: Answer::Skipped,
        reached: None,
        at_least: None,
        beyond: false,
        most: (None, None),
        counts,
        base,
    };
    if found.base.value().is_none() {
        return Ok(found);
    }
    let mut way = Way::default();
    let parts = (1..=STEPS).map(|k| Decimal::from(k) / Decimal::from(STEPS));
    let along = parts.map(|part| (Some(part), table.part(part, &|_| true)));
    way.go(&table, along.chain(table.aside()).collect(), &found.base)?;
    let (_, target) = wanted(&table, &mut found, &way, goal);
    let value_at = |part: &Decimal| way.along.get(part).and_then(|(_, a)| a.value());
    let short = way.along.keys().filter(|p| value_at(p).is_some_and(|v| v > target)).max().copied();
    let enough = way.along.keys().filter(|p| value_at(p).is_some_and(|v| v <= target)).min().copied();
    if let Some(enough) = enough.filter(|_| !desk.cancelled()) {
        let short = short.filter(|s| *s < enough).unwrap_or_default();
        let step = (enough - short) / Decimal::from(STEPS);
        let between = (1..STEPS).map(|k| short + step * Decimal::from(k));
        way.go(&table, between.map(|part| (Some(part), table.part(part, &|_| true))).collect(), &found.base)?;
    }
    let (value, target) = wanted(&table, &mut found, &way, goal);
    if let Some((_, full)) = way.along.get(&Decimal::ONE) {
        found.full = full.clone();
        let least = way.all().filter_map(|(_, a)| a.value()).min();
        let bound = full.interval().low.filter(|_| found.counts.is_none());
        found.most = (least.map(|l| value - l), bound.map(|b| value - b));
        found.beyond = bound.is_some_and(|b| b > target);
    }
    found.at_least = bound(&found, &way, target);
    found.reached = reached(&table, &found, &way, target)?;
    Ok(found)
}

/// What the tender costs at the prices of now, and what it is to cost. What was found at lower prices may be the best known
/// at those of now, too: only what is saved beyond that is for suppliers to give.
fn wanted(table: &Table<'_>, found: &mut Targets, way: &Way, goal: Goal) -> (Decimal, Decimal) {
    for (there, answer) in way.all() {
        if let Some(award) = answer.award().and_then(|(award, _)| carry(there, award, table.tender)) {
            found.base.improve(table.tender, &award, table.settings.options.tolerance);
        }
    }
    let value = found.base.value().unwrap_or_default();
    let goal = match goal {
        Goal::Fraction(part) => (value * part).round_dp(2),
        Goal::Amount(amount) => amount,
    };
    found.goal = Some(goal);
    (value, value - goal)
}

/// Tenders at lower prices, decided.
#[derive(Default)]
struct Way {
    /// All prices come down by the same part of their room.
    along: BTreeMap<Decimal, (Tender, Answer)>,
    /// Only some come down, all the way.
    aside: Vec<(Tender, Answer)>,
}

impl Way {
    fn go(&mut self, table: &Table<'_>, steps: Vec<(Option<Decimal>, Prices)>, base: &Answer) -> Result<(), Findings> {
        let mut tenders = Vec::new();
        for (part, prices) in &steps {
            let name =
                part.map_or_else(|| "some at their lowest".to_owned(), |p| format!("{} of the room", p.round_dp(3)));
            tenders.push((name, table.at(prices)?));
        }
        let probes: Vec<Probe<'_>> = tenders.iter().map(|(n, t)| Probe::new(n, t).near(table.tender, base)).collect();
        let answers = ask(table.engine, &probes, table.settings, table.desk);
        for (((part, _), (_, tender)), answer) in steps.iter().zip(tenders).zip(answers) {
            match part {
                Some(part) => drop(self.along.insert(*part, (tender, answer))),
                None => self.aside.push((tender, answer)),
            }
        }
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = &(Tender, Answer)> {
        self.along.values().chain(&self.aside)
    }
}

/// What reaching the target concedes at least.
fn bound(found: &Targets, way: &Way, target: Decimal) -> Option<Decimal> {
    let now = found.base.interval().low.map(|b| b - target);
    let on_the_way = way.along.iter().filter(|(part, _)| **part < Decimal::ONE && found.counts.is_none());
    let on_the_way = on_the_way
        .filter_map(|(part, (_, answer))| Some((answer.interval().low? - target - ROUNDING) / (Decimal::ONE - part)));
    let most = on_the_way.chain(now).max()?;
    Some(most.max(Decimal::ZERO).round_dp_with_strategy(2, RoundingStrategy::ToNegativeInfinity))
}

/// The cheapest prices found that reach the target.
fn reached(table: &Table<'_>, found: &Targets, way: &Way, target: Decimal) -> Result<Option<Reached>, Findings> {
    let Some((full, _)) = way.along.get(&Decimal::ONE) else { return Ok(None) };
    let awards = way
        .all()
        .filter_map(|(t, a)| Some((t, a.award()?.0)))
        .chain(found.base.award().map(|(award, _)| (table.tender, award)));
    // Least cost now, of awards that the room brings down far enough.
    let fits = |(from, award): (&Tender, &Award)| {
        let own = carry(from, award, table.tender)?;
        let now = table.cost(table.tender, &own, table.tender)?;
        table.cost(table.tender, &own, full).filter(|c| *c <= target)?;
        Some((now, own))
    };
    let mut nearest: Vec<(Decimal, Award)> = awards.filter_map(fits).collect();
    nearest.sort_by_key(|(now, _)| *now);
    nearest.dedup_by(|a, b| a.1 == b.1);
    nearest.truncate(NEAREST);
    let mut tenders: Vec<(String, Prices, Tender, &Award)> = Vec::new();
    for (now, award) in nearest.iter().filter(|_| !table.desk.cancelled()) {
        for order in table.orders(award, *now)? {
            if let Some(prices) = table.moved(award, &order, target)? {
                tenders.push((
                    format!("prices asked for {}", tenders.len() + 1),
                    prices.clone(),
                    table.at(&prices)?,
                    award,
                ));
            }
        }
    }
    let probes: Vec<Probe<'_>> =
        tenders.iter().map(|t| Probe { start: Some((table.tender, t.3)), ..Probe::new(&t.0, &t.2) }).collect();
    let answers = ask(table.engine, &probes, table.settings, table.desk);
    let mut best: Option<Reached> = None;
    for ((_, prices, there, _), answer) in tenders.iter().zip(answers) {
        let Some((result, certificate)) = answer.award().filter(|(_, c)| c.costs.value <= target) else { continue };
        let Some(own) = carry(there, result, table.tender) else { continue };
        let Some(before) = table.cost(table.tender, &own, table.tender) else { continue };
        let concedes = before - certificate.costs.value;
        if best.as_ref().is_some_and(|b| b.concedes <= concedes) {
            continue;
        }
        let moves = moves(table, prices, (there, &answer), &own);
        let difference = found.base.award().map(|(old, before)| {
            between(
                Decided { tender: table.tender, award: old, certificate: before },
                Decided { tender: there, award: result, certificate },
            )
        });
        best = Some(Reached { moves, answer: answer.clone(), concedes, difference });
    }
    Ok(best)
}

/// The offer whose price counts: of units bought in a package at a discount, the ordinary one.
fn ordinary(tender: &Tender, offer: OfferIx) -> OfferIx {
    tender.offers[offer].package.and_then(|p| p.base).unwrap_or(offer)
}

/// What each offer gives.
fn moves(table: &Table<'_>, prices: &Prices, (there, answer): (&Tender, &Answer), own: &Award) -> Vec<Move> {
    let now = certify(table.tender, own, table.settings.options.tolerance);
    let mut moves: Vec<Move> = prices
        .iter()
        .map(|(offer, target)| {
            let id = &table.tender.offers[*offer].id;
            // Units bought in a package at a discount come down with their offer.
            let own = |tender: &Tender, at: OfferIx| tender.offers[ordinary(tender, at)].id == *id;
            let before = crate::forced::paid_in(table.tender, &now, &|c| own(table.tender, c.offer));
            let after = paid(there, answer, &|c| own(there, c.offer)).unwrap_or_default();
            Move {
                offer: *offer,
                supplier: table.supplier(*offer),
                now: table.now(*offer).normalize(),
                lowest: table.room.get(offer).map_or(*target, |m| m.0).normalize(),
                target: *target,
                gives: before - after,
            }
        })
        .collect();
    let total =
        |s: SupplierIx, moves: &[Move]| moves.iter().filter(|m| m.supplier == s).map(|m| m.gives).sum::<Decimal>();
    let totals: BTreeMap<SupplierIx, Decimal> = moves.iter().map(|m| (m.supplier, total(m.supplier, &moves))).collect();
    moves.sort_by_key(|m| (std::cmp::Reverse(totals[&m.supplier]), m.supplier, std::cmp::Reverse(m.gives), m.offer));
    moves
}
