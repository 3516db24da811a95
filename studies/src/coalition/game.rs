//! The sets of members and what each costs.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::finding::Findings;
use ballast_domain::index::{Ix, MemberIx, ScheduleIx};
use ballast_domain::raw::RawTender;
use ballast_domain::scenario::{Action, Filter};
use ballast_domain::tables::CohortMode;
use ballast_solver::Engine;
use rust_decimal::Decimal;

use super::Change;
use crate::forced::edited;
use crate::{Answer, Desk, Interval, News, Probe, Settings, ask, ask_one};

/// A set of the members at the table, by their position.
pub type Set = u64;

/// Sets decided in one go: so many tenders stand in memory at once.
const BATCH: usize = 64;

/// The set of one.
pub fn of(member: usize) -> Set {
    1 << member
}

/// The set of the first so many.
pub fn subset(count: usize) -> Set {
    if count >= 64 { Set::MAX } else { (1 << count) - 1 }
}

/// The members of a set.
pub fn singles(set: Set) -> impl Iterator<Item = usize> {
    (0..64).filter(move |i| set & of(*i) != 0)
}

/// What became of a set. The award is not kept: there may be thousands.
#[derive(Debug, Clone)]
pub struct Together {
    /// How it ended, without the award.
    pub answer: Answer,
    /// Value of the award.
    pub value: Option<Decimal>,
    /// What is proven about the best value.
    pub proven: Interval,
    /// The least tier that each schedule that counts all together has in any contract year.
    pub tiers: BTreeMap<ScheduleIx, usize>,
}

impl Together {
    /// Of an answer.
    fn of(tender: &Tender, mut answer: Answer) -> Self {
        let (value, proven) = (answer.value(), answer.interval());
        let mut tiers: BTreeMap<ScheduleIx, Option<usize>> = BTreeMap::new();
        if let Some((_, certificate)) = answer.award() {
            let common = |ix: ScheduleIx| tender.schedules[ix].cohort_mode == CohortMode::All;
            for used in certificate.schedules.iter().filter(|u| common(u.schedule)) {
                tiers.entry(used.schedule).and_modify(|t| *t = (*t).min(used.tier)).or_insert(used.tier);
            }
        }
        if let Answer::Said(report) = &mut answer {
            report.award = None;
            report.log.clear();
        }
        let tiers = tiers.into_iter().filter_map(|(s, t)| Some((s, t?))).collect();
        Self { answer, value, proven, tiers }
    }

    /// Not asked.
    fn unknown() -> Self {
        Self { answer: Answer::Skipped, value: None, proven: Interval::default(), tiers: BTreeMap::new() }
    }

    /// Proven: they have no award together.
    pub fn infeasible(&self) -> bool {
        self.answer.infeasible()
    }
}

/// The sets decided.
#[derive(Debug, Clone)]
pub struct Game {
    /// Who is at the table.
    pub members: Vec<MemberIx>,
    /// Sites of each, by id.
    sites: Vec<Vec<String>>,
    /// What became of each set decided.
    pub sets: BTreeMap<Set, Together>,
}

/// A desk that counts parts of a study as one whole.
pub(super) struct Part<'a> {
    pub(super) desk: &'a dyn Desk,
    pub(super) before: usize,
    pub(super) total: usize,
}

impl Desk for Part<'_> {
    fn cancelled(&self) -> bool {
        self.desk.cancelled()
    }

    fn hear(&self, news: News<'_>) {
        self.desk.hear(match news {
            News::Done { name, done, .. } => News::Done { name, done: self.before + done, of: self.total },
            other => other,
        });
    }
}

impl Game {
    /// Nothing decided yet.
    pub(super) fn new(tender: &Tender, members: Vec<MemberIx>) -> Self {
        let sites = members.iter().map(|m| sites(tender, *m)).collect();
        Self { members, sites, sets: BTreeMap::new() }
    }

    /// Decides these sets; the first is that from whose award the others start.
    pub(super) fn decide(
        &mut self,
        engine: &(dyn Engine + Sync),
        raw: &RawTender,
        tender: &Tender,
        wanted: &[Set],
        settings: &Settings,
        desk: &Part<'_>,
    ) -> Result<(), Findings> {
        let Some((&first, rest)) = wanted.split_first() else { return Ok(()) };
        let whole = self.tender(raw, tender, first)?;
        let start = ask_one(engine, Probe::new("all together", &whole), settings, desk);
        self.sets.insert(first, Together::of(&whole, start.clone()));
        for (k, batch) in rest.chunks(BATCH).enumerate() {
            let mut tenders = Vec::new();
            for set in batch {
                tenders.push((self.words(tender, *set), self.tender(raw, tender, *set)?));
            }
            let probes: Vec<Probe<'_>> =
                tenders.iter().map(|(name, t)| Probe::new(name, t).near(&whole, &start)).collect();
            let part = Part { desk: desk.desk, before: desk.before + 1 + k * BATCH, total: desk.total };
            let answers = ask(engine, &probes, settings, &part);
            for ((set, (_, tender)), answer) in batch.iter().zip(&tenders).zip(answers) {
                self.sets.insert(*set, Together::of(tender, answer));
            }
        }
        Ok(())
    }

    /// Ids of the members of a set.
    pub fn names(&self, tender: &Tender, set: Set) -> Vec<String> {
        singles(set).map(|i| tender.members[self.members[i]].clone()).collect()
    }

    fn words(&self, tender: &Tender, set: Set) -> String {
        self.names(tender, set).join(" + ")
    }

    /// The tender with the demand of a set alone.
    fn tender(&self, raw: &RawTender, tender: &Tender, set: Set) -> Result<Tender, Findings> {
        let here: Vec<&String> = singles(set).flat_map(|i| &self.sites[i]).collect();
        demand_of(raw, tender, &here)
    }

    /// All members.
    pub fn all(&self) -> Set {
        subset(self.members.len())
    }

    /// What each set costs, where that is known of all that were asked: an award, or a proof that there is none.
    pub(super) fn costs(&self) -> Option<BTreeMap<Set, Cost>> {
        let cost = |(set, t): (&Set, &Together)| match t.value {
            Some(value) => {
                let low = t.proven.low.unwrap_or(Decimal::ZERO).min(value);
                Some((*set, Cost { value: Some(value), low, high: value }))
            }
            // One alone that has none has no cost apart, and nothing follows.
            None if t.infeasible() && set.count_ones() > 1 => {
                Some((*set, Cost { value: None, low: Decimal::ZERO, high: Decimal::ZERO }))
            }
            None => None,
        };
        let costs: BTreeMap<Set, Cost> = self.sets.iter().map(cost).collect::<Option<_>>()?;
        // Nothing is split by those who cannot stand together.
        costs.get(&self.all())?.value?;
        Some(costs)
    }

    /// What a set is worth: what it costs apart less what it costs together; `None` where one of these is not known.
    pub fn worth(&self, set: Set) -> Option<(Decimal, Interval)> {
        let together = self.sets.get(&set)?;
        let apart: Option<Vec<&Together>> = singles(set).map(|i| self.sets.get(&of(i))).collect();
        // One alone is worth nothing, however roughly it is known.
        let ends = |sum: fn(&Interval) -> Option<Decimal>, all: &[&Together]| all.iter().map(|t| sum(&t.proven)).sum();
        let apart = apart?;
        let value: Decimal = apart.iter().map(|t| t.value).sum::<Option<Decimal>>()? - together.value?;
        if set.count_ones() == 1 {
            return Some((value, Interval::exactly(value)));
        }
        let bounds = Interval { low: ends(|i| i.low, &apart), high: ends(|i| i.high, &apart) };
        Some((value, bounds.less(together.proven)))
    }

    /// What the leaving of one costs all.
    pub(super) fn left(&self, member: usize) -> Change {
        let (all, one) = (self.all(), of(member));
        let of = |set: Set| self.sets.get(&set).cloned().unwrap_or_else(Together::unknown);
        let (with, alone, others) = (of(all), of(one), of(all & !one));
        let impossible = others.infeasible();
        Change { impossible, ..change(self.members[member], alone, &with, &others) }
    }

    /// What the joining of one who is not at the table brings all.
    pub(super) fn joined(
        &self,
        engine: &(dyn Engine + Sync),
        raw: &RawTender,
        tender: &Tender,
        member: MemberIx,
        settings: &Settings,
        desk: &Part<'_>,
    ) -> Result<Change, Findings> {
        let own = sites(tender, member);
        let name = &tender.members[member];
        let alone = demand_of(raw, tender, &own.iter().collect::<Vec<_>>())?;
        let with = demand_of(raw, tender, &self.sites.iter().flatten().chain(&own).collect::<Vec<_>>())?;
        let with_name = format!("all with {name}");
        let mut answers =
            ask(engine, &[Probe::new(name, &alone), Probe::new(&with_name, &with)], settings, desk).into_iter();
        let mut next = || Together::of(tender, answers.next().unwrap_or(Answer::Skipped));
        let (alone, with) = (next(), next());
        let others = self.sets.get(&self.all()).cloned().unwrap_or_else(Together::unknown);
        let impossible = with.infeasible();
        Ok(Change { impossible, ..change(member, alone, &with, &others) })
    }
}

/// alone + others − with.
fn change(member: MemberIx, alone: Together, with: &Together, others: &Together) -> Change {
    let worth = alone.value.zip(others.value).zip(with.value).map(|((own, others), with)| own + others - with);
    let proven = |t: &Together| if t.value.is_some() { t.proven } else { Interval::default() };
    let proven = proven(&alone).less(proven(with).less(proven(others)));
    Change { member, alone, others: others.value, impossible: false, worth, proven }
}

/// What a set costs; without value it buys apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) value: Option<Decimal>,
    pub(super) low: Decimal,
    pub(super) high: Decimal,
}

/// Sites of a member that have demand.
fn sites(tender: &Tender, member: MemberIx) -> Vec<String> {
    let own = tender.sites.enumerate().filter(|(_, s)| s.member == member);
    let demands = |ix| tender.cells.iter().any(|c| c.site == ix);
    own.filter(|(ix, _)| demands(*ix)).map(|(_, s)| s.id.clone()).collect()
}

/// Members of whose sites some has demand, in order.
pub fn buyers(tender: &Tender) -> Vec<MemberIx> {
    let mut buying: Vec<MemberIx> = tender.cells.iter().map(|c| tender.sites[c.site].member).collect();
    buying.sort_unstable_by_key(|m| m.ix());
    buying.dedup();
    buying
}

/// The tender without demand elsewhere.
fn demand_of(raw: &RawTender, tender: &Tender, here: &[&String]) -> Result<Tender, Findings> {
    let demanded = |id: &String| tender.draft.demand.iter().any(|row| row.site.as_str() == id);
    let elsewhere = tender.sites.iter().map(|s| &s.id).filter(|id| !here.contains(id) && demanded(id));
    let elsewhere: Vec<String> = elsewhere.cloned().collect();
    let action =
        Action::DropRows { table: "demand".to_owned(), filter: Filter(vec![("site".to_owned(), elsewhere.clone())]) };
    edited(raw, "coalition", if elsewhere.is_empty() { Vec::new() } else { vec![action] })
}
