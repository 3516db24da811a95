//! What a line is worth after each step. At first that is its list spend, a term on its volume. A step that changes it
//! puts it into a group of lines with one value after: Σ_t keep\[t\]·V\[t\], terms on the group's parts.
//!
//! Lines may share a group only if nobody later tells them apart. So each line knows its later *uses*: cohorts that apply
//! to it, those that count it at net level, and rules that read it. Lines without later uses all share one group: there only the cost counts.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::*;
use ballast_domain::tables::{Gives, ScheduleKind, ShareWeight};
use ballast_domain::tender::Schedule;

use super::cohort::Cohort;
use super::reach::Sum;
use super::readers::Readers;
use crate::model::{Terms, Volumes};
use crate::rules::packages;

/// A line in a class of years.
pub(crate) type YearLine = (usize, CandidateIx);

/// Kind and stage: the order in which schedules apply.
pub(crate) type Step = (ScheduleKind, u32);

/// An amount with terms on volumes alone that it never exceeds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Amount {
    pub(crate) terms: Terms,
    pub(crate) most: Terms,
}

impl Amount {
    /// Terms on volumes.
    pub(crate) fn plain(terms: Terms) -> Self {
        Self { most: terms.clone(), terms }
    }

    pub(super) fn sum(&self) -> Sum<'_> {
        Sum { terms: &self.terms, most: &self.most }
    }

    pub(crate) fn add(&mut self, other: &Self, weight: f64) {
        self.terms.extend(other.terms.iter().map(|(c, v)| (*c, v * weight)));
        self.most.extend(other.most.iter().map(|(c, v)| (*c, v * weight)));
    }
}

/// What a cohort does with a line's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// Takes something off it.
    Applies(usize),
    /// Counts it.
    Counts(usize),
    /// Has it in the whole of a share.
    Whole(usize),
    /// A rule reads it, with a coefficient (its bits).
    Reads(usize, u64),
    /// A package changes it, by a factor (its bits) or to a price, before the first rebate.
    Packaged(u64),
}

/// After all discounts, before all rebates.
const PACKAGES: Step = (ScheduleKind::Discount, u32::MAX);

/// Values of all lines as far as the steps have gone.
pub(crate) struct Values<'a> {
    pub(crate) tender: &'a Tender,
    pub(crate) volumes: &'a Volumes,
    /// Years in each class.
    pub(crate) years: Vec<f64>,
    /// List price of each offer in each class.
    list: Vec<IxVec<OfferIx, f64>>,
    /// Price of each class ÷ price of the first year.
    factor: Vec<IxVec<OfferIx, f64>>,
    uses: BTreeMap<YearLine, Vec<(Step, Use)>>,
    /// The most that each cohort takes off a unit of money.
    most_off: Vec<f64>,
    group_of: BTreeMap<YearLine, usize>,
    groups: Vec<Amount>,
}

impl<'a> Values<'a> {
    /// Values before any step.
    pub(crate) fn new(
        tender: &'a Tender,
        volumes: &'a Volumes,
        classes: &[Vec<usize>],
        cohorts: &[Cohort<'_>],
        readers: &Readers,
    ) -> Self {
        let factor = |class: &Vec<usize>| {
            IxVec::from_fn(tender.offers.len(), |o: OfferIx| float(&tender.offers[o].factor(class[0])))
        };
        let factor: Vec<IxVec<OfferIx, f64>> = classes.iter().map(factor).collect();
        let list = |factor: &IxVec<OfferIx, f64>| {
            IxVec::from_fn(tender.offers.len(), |o: OfferIx| tender.offers[o].list_price.to_f64() * factor[o])
        };
        let list = factor.iter().map(list).collect();
        let mut values = Self {
            tender,
            volumes,
            years: classes.iter().map(|c| c.len() as f64).collect(),
            list,
            factor,
            uses: BTreeMap::new(),
            most_off: cohorts.iter().map(|cohort| most_off(cohort.schedule)).collect(),
            group_of: BTreeMap::new(),
            groups: Vec::new(),
        };
        for (id, cohort) in cohorts.iter().enumerate() {
            for &class in &cohort.classes {
                let step = cohort.schedule.step();
                let mut put = |c: CandidateIx, r#use| values.uses.entry((class, c)).or_default().push((step, r#use));
                for &c in &cohort.applies_to {
                    put(c, Use::Applies(id));
                }
                if cohort.schedule.counts_net() {
                    for &c in &cohort.counts {
                        put(c, Use::Counts(id));
                    }
                    for c in cohort.whole(tender) {
                        put(c, Use::Whole(id));
                    }
                }
            }
        }
        for (id, reader) in readers.all.iter().enumerate() {
            for class in 0..classes.len() {
                for (c, weight) in &reader.lines {
                    let r#use = (reader.level.step(), Use::Reads(id, weight.to_bits()));
                    values.uses.entry((class, *c)).or_default().push(r#use);
                }
            }
        }
        values.packaged();
        values
    }

    /// Lines of packages that a rebate applies to or counts, or a rule reads, are told apart by what their package does.
    fn packaged(&mut self) {
        for ((_, c), uses) in &mut self.uses {
            let offer = self.tender.candidates[*c].offer;
            // Rules read after packages, too.
            let later = uses.iter().any(|(step, _)| *step > PACKAGES);
            let discount = packages::discount(self.tender, offer);
            if later && discount != 0.0 {
                uses.push((PACKAGES, Use::Packaged(discount.to_bits())));
            }
        }
    }

    /// Does what packages do to the lines that rebates and rules will see: a factor on what discounts left.
    pub(crate) fn after_packages(&mut self) {
        let is_packaged = |uses: &[(Step, Use)]| uses.iter().any(|(step, _)| *step == PACKAGES);
        let lines: Vec<YearLine> = self.uses.iter().filter(|(_, u)| is_packaged(u)).map(|(l, _)| *l).collect();
        // Lines of one group stay together; lines that are worth their list spend are on their own.
        let mut groups: BTreeMap<Result<usize, YearLine>, Vec<YearLine>> = BTreeMap::new();
        for line in lines {
            groups.entry(self.group_of.get(&line).copied().ok_or(line)).or_default().push(line);
        }
        for lines in groups.into_values() {
            let discount = packages::discount(self.tender, self.tender.candidates[lines[0].1].offer);
            let before = self.of(lines.iter().map(|l| (*l, 1.0)));
            let mut after = Amount::default();
            after.add(&before, 1.0 - discount);
            self.put(&lines, after);
        }
    }

    /// Money a year of a class per pack of a line, before all steps.
    pub(crate) fn list(&self, (class, c): YearLine) -> f64 {
        self.list[class][self.tender.candidates[c].offer]
    }

    /// Price of the class ÷ price of the first year.
    pub(crate) fn factor(&self, (class, c): YearLine) -> f64 {
        self.factor[class][self.tender.candidates[c].offer]
    }

    /// What a unit of the line's saving is worth over the contract: mark-up and fees go with discounts, not with rebates.
    pub(crate) fn worth(&self, kind: ScheduleKind, (class, c): YearLine) -> f64 {
        self.years[class]
            * match kind {
                ScheduleKind::Discount => self.volumes.net_factor[c],
                ScheduleKind::Rebate => self.weight(kind),
            }
    }

    /// What the objective makes of a unit of money of this kind.
    pub(crate) fn weight(&self, kind: ScheduleKind) -> f64 {
        let component = match kind {
            ScheduleKind::Discount => Component::Discounts,
            ScheduleKind::Rebate => Component::Rebates,
        };
        float(&exact(self.tender.settings.component_weight(component)))
    }

    /// What is done with a line after a step.
    pub(crate) fn later(&self, line: YearLine, step: (ScheduleKind, u32)) -> Vec<Use> {
        let uses = self.uses.get(&line).map_or(&[][..], Vec::as_slice);
        uses.iter().filter(|(s, _)| *s > step).map(|(_, u)| *u).collect()
    }

    /// Whether a lower tier may be worth more than a higher one, because someone later counts what is left, or because what
    /// rebates take off it weighs more in the objective.
    pub(crate) fn strict(&self, cohort: &Cohort<'_>) -> bool {
        let step = cohort.schedule.step();
        let rebates = self.weight(ScheduleKind::Rebate);
        let pays = |line: YearLine| {
            let later = self.later(line, step);
            let counted = later.iter().any(|u| matches!(u, Use::Counts(_) | Use::Whole(_) | Use::Reads(..)));
            let off = |u: &Use| if let Use::Applies(id) = u { self.most_off[*id] } else { 0.0 };
            let rebated = rebates * later.iter().map(off).sum::<f64>().min(1.0);
            counted || step.0 == ScheduleKind::Discount && self.volumes.net_factor[line.1] < rebated
        };
        cohort.classes.iter().any(|class| cohort.applies_to.iter().any(|c| pays((*class, *c))))
    }

    /// The value of lines as it stands, each with a weight that is the same for all lines of a group.
    pub(crate) fn of(&self, lines: impl IntoIterator<Item = (YearLine, f64)>) -> Amount {
        let mut amount = Amount::default();
        let mut seen = std::collections::BTreeSet::new();
        for (line, weight) in lines {
            match self.group_of.get(&line) {
                Some(group) if seen.insert(*group) => amount.add(&self.groups[*group], weight),
                Some(_) => {}
                None => {
                    let (col, packs) = self.volumes.packs[line.1];
                    let term = (col, packs * self.list(line) * weight);
                    amount.terms.push(term);
                    amount.most.push(term);
                }
            }
        }
        amount
    }

    /// These lines together are worth so much from now on.
    pub(crate) fn put(&mut self, lines: &[YearLine], after: Amount) {
        self.groups.push(after);
        let group = self.groups.len() - 1;
        self.group_of.extend(lines.iter().map(|l| (*l, group)));
    }
}

/// The most that a schedule takes off a unit of money; sums take nothing off a unit.
fn most_off(schedule: &Schedule) -> f64 {
    match schedule.gives {
        Gives::Percent => schedule.tiers.iter().map(|t| float(&exact(t.value))).fold(0.0, f64::max),
        Gives::Sum => 0.0,
        Gives::Price => 1.0,
    }
}

impl Cohort<'_> {
    /// Lines whose purchases belong to the whole of the share.
    pub(crate) fn whole(&self, tender: &Tender) -> Vec<CandidateIx> {
        let Some(whole) = &self.schedule.whole else { return Vec::new() };
        let by_spend = whole.weight == ShareWeight::Spend;
        let belongs = |line: &ballast_domain::tender::Candidate| {
            let in_needs = whole.needs.binary_search(&line.need).is_ok();
            let own = whole.products.binary_search(&line.product).is_ok();
            (by_spend && in_needs || !in_needs && own) && self.sites.binary_search(&line.site).is_ok()
        };
        tender.candidates.enumerate().filter(|(_, line)| belongs(line)).map(|(c, _)| c).collect()
    }
}
