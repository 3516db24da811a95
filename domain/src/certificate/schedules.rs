//! What schedules give in one contract year, from their sentences (docs/bids.md):
//!
//! 1. schedules apply in steps: discounts by stage, then packages, then rebates by stage; every step sees what the steps
//!    before left;
//! 2. each counts its basis over its offers, for each cohort apart; the tier earned is the highest whose threshold is
//!    reached (inclusive); nobody chooses; below the first nothing is given;
//! 3. all units: the tier's percentage or price holds for the whole application scope. Incremental: each tier holds for
//!    the slice between its threshold and the next, and every line bears the same part of the saving. A sum lies on no
//!    line; lines that were counted are only credited with their part of it.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::Zero;
use rust_decimal::Decimal;

use crate::exact::{Exact, exact, zero};
use crate::index::*;
use crate::tables::{Basis, CohortMode, CountLevel, Gives, Mode, ScheduleKind, ShareWeight};
use crate::tender::{Schedule, Tender, Whole};

/// What is bought on a line in a year.
pub(super) struct Bought {
    pub(super) candidate: CandidateIx,
    pub(super) packs: Exact,
    /// Need units used.
    pub(super) used: Exact,
    /// Spend at this year's prices.
    pub(super) list: Exact,
}

/// What one schedule gave to one cohort in a year.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleUse {
    /// The schedule.
    pub schedule: ScheduleIx,
    /// Which cohort: empty for all sites together, else the member's or site's id.
    pub cohort: String,
    /// The contract year, counted from 1; `None` where all years are alike.
    pub year: Option<u32>,
    /// What was counted, in the basis.
    pub measure: Exact,
    /// Position of the tier earned; `None` below the first.
    pub tier: Option<usize>,
    /// Saving a year.
    pub saving: Exact,
}

impl ScheduleUse {
    /// Threshold of the next tier and what is missing to it.
    pub fn next(&self, schedule: &Schedule) -> Option<(Decimal, Exact)> {
        let next = schedule.tiers.get(self.tier.map_or(0, |t| t + 1))?;
        Some((next.from, exact(next.from) - &self.measure))
    }

    /// Whether the schedule has any volume.
    pub fn idle(&self) -> bool {
        self.measure.is_zero()
    }
}

/// What the schedules gave, line by line.
pub(super) struct Given {
    pub(super) discount: Vec<Exact>,
    /// What packages change, between discounts and rebates.
    pub(super) package: Vec<Exact>,
    pub(super) rebate: Vec<Exact>,
    /// Each line's part of sums, by kind.
    pub(super) credit: [Vec<Exact>; 2],
    pub(super) uses: Vec<ScheduleUse>,
}

/// Which cohort of a schedule a site belongs to; `None` if it takes no part.
pub(super) fn cohort(tender: &Tender, schedule: &Schedule, site: SiteIx) -> Option<String> {
    schedule.sites.binary_search(&site).ok()?;
    Some(match schedule.cohort_mode {
        CohortMode::All => String::new(),
        CohortMode::Member => tender.members[tender.sites[site].member].clone(),
        CohortMode::Site => tender.sites[site].id.clone(),
    })
}

/// Applies all schedules to a year's purchases. `year` is counted from 0.
pub(super) fn give(tender: &Tender, lines: &[Bought], year: usize) -> Given {
    let nothing = vec![zero(); lines.len()];
    let mut given = Given {
        discount: nothing.clone(),
        package: nothing.clone(),
        rebate: nothing.clone(),
        credit: [nothing.clone(), nothing.clone()],
        uses: Vec::new(),
    };
    let index = Index::new(tender, lines);
    let mut left: Vec<Exact> = lines.iter().map(|l| l.list.clone()).collect();
    let steps: BTreeSet<(ScheduleKind, u32)> = tender.schedules.iter().map(Schedule::step).collect();
    let (discounts, rebates): (Vec<_>, Vec<_>) = steps.into_iter().partition(|s| s.0 == ScheduleKind::Discount);
    for step in discounts.into_iter().map(Some).chain([None]).chain(rebates.into_iter().map(Some)) {
        let Some(step) = step else {
            given.package = super::packages::changes(tender, lines, &left);
            for (left, change) in left.iter_mut().zip(&given.package) {
                *left += change;
            }
            continue;
        };
        let before = left.clone();
        for (ix, schedule) in tender.schedules.enumerate().filter(|(_, s)| s.step() == step) {
            let year_of = Year { tender, lines, before: &before, index: &index, year };
            let off = match step.0 {
                ScheduleKind::Discount => &mut given.discount,
                ScheduleKind::Rebate => &mut given.rebate,
            };
            let mut priced = year_of.priced(schedule);
            for (cohort, counted) in year_of.counted(schedule) {
                let measure: Exact = counted.parts.values().cloned().sum();
                let measure = match &counted.whole {
                    None => measure,
                    Some(whole) if whole.is_zero() => zero(),
                    Some(whole) => measure / whole,
                };
                let tier = schedule.tiers.iter().rposition(|t| exact(t.from) <= measure);
                let mut used = ScheduleUse { schedule: ix, cohort, year: None, measure, tier, saving: zero() };
                if let (Gives::Sum, Some(tier)) = (schedule.gives, tier) {
                    used.saving = exact(schedule.tiers[tier].value);
                    let total: Exact = counted.parts.values().cloned().sum();
                    for (i, part) in &counted.parts {
                        given.credit[usize::from(step.0 == ScheduleKind::Rebate)][*i] += &used.saving * part / &total;
                    }
                }
                let priced = priced.remove(&used.cohort).unwrap_or_default();
                let savings = year_of.savings(schedule, &used, priced);
                used.saving += savings.iter().map(|(_, saving)| saving.clone()).sum::<Exact>();
                for (i, saving) in savings {
                    left[i] -= &saving;
                    off[i] += saving;
                }
                given.uses.push(used);
            }
        }
    }
    given.uses.sort_by(|a, b| (a.schedule, &a.cohort).cmp(&(b.schedule, &b.cohort)));
    given
}

/// What a cohort has counted.
struct Counted {
    /// By line.
    parts: BTreeMap<usize, Exact>,
    /// The whole, for a share.
    whole: Option<Exact>,
}

/// A year's purchases before a step.
struct Year<'a> {
    tender: &'a Tender,
    lines: &'a [Bought],
    before: &'a [Exact],
    index: &'a Index,
    year: usize,
}

/// Lines by what schedules name, and cells by need.
struct Index {
    of_offer: BTreeMap<OfferIx, Vec<usize>>,
    of_need: BTreeMap<NeedIx, Vec<usize>>,
    of_product: BTreeMap<ProductIx, Vec<usize>>,
    cells: IxVec<NeedIx, Vec<CellIx>>,
}

impl Index {
    fn new(tender: &Tender, lines: &[Bought]) -> Self {
        let mut index = Self {
            of_offer: BTreeMap::new(),
            of_need: BTreeMap::new(),
            of_product: BTreeMap::new(),
            cells: tender.needs.iter().map(|_| Vec::new()).collect(),
        };
        for (i, line) in lines.iter().enumerate() {
            let line = &tender.candidates[line.candidate];
            index.of_offer.entry(line.offer).or_default().push(i);
            index.of_need.entry(line.need).or_default().push(i);
            index.of_product.entry(line.product).or_default().push(i);
        }
        for (c, cell) in tender.cells.enumerate() {
            index.cells[cell.need].push(c);
        }
        index
    }
}

impl Year<'_> {
    fn lines_of(&self, offers: &[OfferIx]) -> Vec<usize> {
        offers.iter().filter_map(|o| self.index.of_offer.get(o)).flatten().copied().collect()
    }

    fn cohort(&self, schedule: &Schedule, line: usize) -> Option<String> {
        cohort(self.tender, schedule, self.tender.candidates[self.lines[line].candidate].site)
    }

    fn counted(&self, schedule: &Schedule) -> BTreeMap<String, Counted> {
        let whole = schedule.whole.as_ref().map(|_| zero());
        let mut cohorts: BTreeMap<String, Counted> = BTreeMap::new();
        for cohort in self.tender.sites.indexes().filter_map(|s| cohort(self.tender, schedule, s)) {
            cohorts.insert(cohort, Counted { parts: BTreeMap::new(), whole: whole.clone() });
        }
        for i in self.lines_of(&schedule.counts) {
            let line = &self.lines[i];
            let amount = match (schedule.basis, &schedule.whole) {
                (Basis::Packs, _) => line.packs.clone(),
                (Basis::NeedUnits, _) => &line.packs * self.tender.candidates[line.candidate].use_factor.exact(),
                (Basis::Share, Some(whole)) => self.weighed(schedule, whole, i),
                (Basis::Spend | Basis::Share, _) => self.spend(schedule, i),
            };
            if let Some(cohort) = self.cohort(schedule, i).and_then(|c| cohorts.get_mut(&c)) {
                cohort.parts.insert(i, amount);
            }
        }
        if let Some(whole) = &schedule.whole {
            self.add_wholes(schedule, whole, &mut cohorts);
        }
        cohorts
    }

    fn spend(&self, schedule: &Schedule, line: usize) -> Exact {
        match schedule.spend_level {
            CountLevel::List => self.lines[line].list.clone(),
            CountLevel::Net => self.before[line].clone(),
        }
    }

    fn unit_weight(&self, whole: &Whole, need: NeedIx) -> Exact {
        match whole.weight {
            ShareWeight::Reference => self.tender.reference_price(need).map_or_else(zero, exact),
            ShareWeight::Units | ShareWeight::Spend => crate::exact::whole(1),
        }
    }

    /// A line in the unit of a share.
    fn weighed(&self, schedule: &Schedule, whole: &Whole, line: usize) -> Exact {
        let need = self.tender.candidates[self.lines[line].candidate].need;
        match whole.weight {
            ShareWeight::Spend => self.spend(schedule, line),
            ShareWeight::Reference | ShareWeight::Units => &self.lines[line].used * self.unit_weight(whole, need),
        }
    }

    /// The whole: the demand of its needs (what is spent on them, if spend counts) and its products' other purchases.
    fn add_wholes(&self, schedule: &Schedule, whole: &Whole, cohorts: &mut BTreeMap<String, Counted>) {
        let mut add = |cohort: Option<String>, amount: Exact| {
            if let Some(sum) = cohort.and_then(|c| cohorts.get_mut(&c)).and_then(|c| c.whole.as_mut()) {
                *sum += amount;
            }
        };
        let by_spend = whole.weight == ShareWeight::Spend;
        let cells = whole.needs.iter().filter(|_| !by_spend).flat_map(|need| &self.index.cells[*need]);
        for cell in cells.map(|c| &self.tender.cells[*c]) {
            let amount = cell.quantity.exact() * self.unit_weight(whole, cell.need);
            add(cohort(self.tender, schedule, cell.site), amount);
        }
        let bought = whole.needs.iter().filter(|_| by_spend).filter_map(|need| self.index.of_need.get(need));
        let in_needs = |i: &usize| {
            let need = self.tender.candidates[self.lines[*i].candidate].need;
            whole.needs.binary_search(&need).is_ok()
        };
        let beyond = whole.products.iter().filter_map(|product| self.index.of_product.get(product));
        for i in bought.flatten().chain(beyond.flatten().filter(|i| !in_needs(i))) {
            add(self.cohort(schedule, *i), self.weighed(schedule, whole, *i));
        }
    }

    /// The lines that the schedule prices, by cohort.
    fn priced(&self, schedule: &Schedule) -> BTreeMap<String, Vec<usize>> {
        let mut cohorts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for i in self.lines_of(&schedule.applies_to) {
            if let Some(cohort) = self.cohort(schedule, i) {
                cohorts.entry(cohort).or_default().push(i);
            }
        }
        cohorts
    }

    /// What a cohort's tier takes off each of its lines.
    fn savings(&self, schedule: &Schedule, used: &ScheduleUse, ours: Vec<usize>) -> Vec<(usize, Exact)> {
        let Some(tier) = used.tier else { return Vec::new() };
        let rise = |line: usize| match schedule.escalates {
            true => self.tender.offers[self.tender.candidates[self.lines[line].candidate].offer].factor(self.year),
            false => crate::exact::whole(1),
        };
        // The part of what is counted that lies in each tier's slice.
        let slice = |t: usize| {
            let end =
                schedule.tiers.get(t + 1).map_or(used.measure.clone(), |n| exact(n.from).min(used.measure.clone()));
            (end - exact(schedule.tiers[t].from)) / &used.measure
        };
        let value = |t: usize| exact(schedule.tiers[t].value);
        // The part that lies in any slice, and the value that a unit gets on average, slices without value among them.
        let (part, mean) = match schedule.mode {
            Mode::AllUnits => (crate::exact::whole(1), value(tier)),
            Mode::Incremental if used.measure.is_zero() => return Vec::new(),
            Mode::Incremental => {
                ((0..=tier).map(slice).sum::<Exact>(), (0..=tier).map(|t| slice(t) * value(t)).sum::<Exact>())
            }
        };
        let saving = |i: usize| match schedule.gives {
            Gives::Percent => &self.before[i] * &mean,
            Gives::Price => &self.before[i] * &part - &self.lines[i].packs * rise(i) * &mean,
            Gives::Sum => zero(),
        };
        ours.into_iter().map(|i| (i, saving(i))).collect()
    }
}
