//! What the bound makes of schedules. A *ladder* is a discount that a bundle of lines earns by its own volume; a *scale* is
//! a rebate on the net spend of many lines. A line with one discount that is no ladder, or with several, is *loose*: its net
//! price lies anywhere between the least and the most that its schedules can leave. A line whose rebates are no
//! one scale gets the best part of each (∏ (1 − best) is left).
//!
//! | of the tender | is |
//! |---|---|
//! | one discount, all units, percent or price, counting what it applies to in packs, need units or list spend | a ladder |
//! | the same, incremental, percent of list spend | a ladder |
//! | any other discount on lines | loose |
//! | one rebate, percent, all units or incremental, counting the net spend of what it applies to | a scale |
//! | any other percent rebate | its best part, always |
//! | sums of money | the largest of each, always |
//! | rebates that give prices | no bound |

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::*;
use ballast_domain::tables::{Basis, CountLevel, Gives, Mode, ScheduleKind};

use crate::prices::cohort::{Cohort, cohorts};

/// A step of a ladder or scale: from a threshold on, `value` (a fraction off, or a price).
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) from: f64,
    pub(super) value: f64,
}

/// A schedule that is modelled as it is.
#[derive(Debug, Clone)]
pub(super) struct Ladder {
    /// Its lines, in order.
    pub(super) lines: Vec<CandidateIx>,
    pub(super) basis: Basis,
    pub(super) gives_price: bool,
    pub(super) incremental: bool,
    pub(super) steps: Vec<Step>,
}

/// What is known of the schedules.
#[derive(Debug, Default)]
pub(super) struct Schedules {
    pub(super) ladders: Vec<Ladder>,
    pub(super) scales: Vec<Ladder>,
    /// The ladder of each line.
    pub(super) ladder_of: BTreeMap<CandidateIx, usize>,
    /// The scale of each line.
    pub(super) scale_of: BTreeMap<CandidateIx, usize>,
    /// Lines whose net price lies between limits.
    pub(super) loose: BTreeMap<CandidateIx, ()>,
    /// Part of the net spend that a line gets back in any case.
    pub(super) always: BTreeMap<CandidateIx, f64>,
    /// Sums of money a year, with the weight of their component.
    pub(super) sums: f64,
}

/// Reads the schedules; `None` if some can neither be modelled nor bounded.
pub(super) fn schedules(tender: &Tender) -> Option<Schedules> {
    let classes = tender.year_classes();
    let cohorts = cohorts(tender, &classes);
    let mut on_line: BTreeMap<(ScheduleKind, CandidateIx), usize> = BTreeMap::new();
    for cohort in &cohorts {
        for c in &cohort.applies_to {
            *on_line.entry((cohort.schedule.kind, *c)).or_default() += 1;
        }
    }
    let mut known = Schedules::default();
    let mut left: BTreeMap<CandidateIx, f64> = BTreeMap::new();
    for cohort in &cohorts {
        let schedule = cohort.schedule;
        let best = schedule.tiers.iter().map(|t| float(&exact(t.value))).fold(0.0, f64::max);
        if schedule.gives == Gives::Sum {
            let component = match schedule.kind {
                ScheduleKind::Discount => Component::Discounts,
                ScheduleKind::Rebate => Component::Rebates,
            };
            known.sums += best * float(&exact(tender.settings.component_weight(component)));
            continue;
        }
        let alone = cohort.applies_to.iter().all(|c| on_line.get(&(schedule.kind, *c)) == Some(&1));
        match schedule.kind {
            ScheduleKind::Discount if alone && is_ladder(cohort) => {
                known.ladder_of.extend(cohort.applies_to.iter().map(|c| (*c, known.ladders.len())));
                known.ladders.push(ladder(cohort));
            }
            ScheduleKind::Discount => known.loose.extend(cohort.applies_to.iter().map(|c| (*c, ()))),
            ScheduleKind::Rebate if schedule.gives == Gives::Price => return None,
            ScheduleKind::Rebate if alone && is_scale(cohort) => {
                known.scale_of.extend(cohort.applies_to.iter().map(|c| (*c, known.scales.len())));
                known.scales.push(ladder(cohort));
            }
            ScheduleKind::Rebate => {
                for c in &cohort.applies_to {
                    *left.entry(*c).or_insert(1.0) *= (1.0 - best).max(0.0);
                }
            }
        }
    }
    known.always = left.into_iter().map(|(c, keep)| (c, 1.0 - keep)).collect();
    Some(known)
}

fn ladder(cohort: &Cohort<'_>) -> Ladder {
    let step = |t: &ballast_domain::tender::Tier| Step { from: float(&exact(t.from)), value: float(&exact(t.value)) };
    Ladder {
        lines: cohort.applies_to.clone(),
        basis: cohort.schedule.basis,
        gives_price: cohort.schedule.gives == Gives::Price,
        incremental: cohort.schedule.mode == Mode::Incremental,
        steps: cohort.schedule.tiers.iter().map(step).collect(),
    }
}

fn is_ladder(cohort: &Cohort<'_>) -> bool {
    let s = cohort.schedule;
    let slices = s.mode == Mode::Incremental;
    cohort.counts == cohort.applies_to
        && s.whole.is_none()
        && s.basis != Basis::Share
        && (!slices || s.gives == Gives::Percent && s.basis == Basis::Spend)
}

fn is_scale(cohort: &Cohort<'_>) -> bool {
    let s = cohort.schedule;
    cohort.counts == cohort.applies_to
        && s.whole.is_none()
        && s.basis == Basis::Spend
        && s.spend_level == CountLevel::Net
        && s.gives == Gives::Percent
        && s.tiers.iter().all(|t| !t.value.is_sign_negative())
}
