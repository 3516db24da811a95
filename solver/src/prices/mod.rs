//! Prices in the model: what schedules take off, step by step (discounts by stage, packages, rebates by stage).
//!
//! One file for each idea: who is counted together ([`cohort`]), what is counted ([`measure`]), which tier that earns
//! ([`levels`]), what the tier takes off ([`savings`]), what it leaves for the steps after ([`value`]), how much each
//! of these can be at most ([`reach`]), and what rules read of it ([`readers`]).

pub(crate) mod cohort;
mod levels;
mod measure;
mod reach;
mod readers;
mod savings;
mod value;

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::tables::ScheduleKind;
use ballast_domain::tender::Schedule;

use crate::model::{Col, Model, Volumes};
pub(crate) use cohort::{Cohort, cohorts};
use levels::Levels;
pub(crate) use levels::needs_this;
pub(crate) use measure::{Measure, measure};
use reach::Sum;
pub(crate) use readers::{ReadLevel, Readers};
pub(crate) use savings::groups;
pub(crate) use value::{Amount, Step, Values, YearLine};

/// A tier in the model: its binary, its measure column, and the threshold in the measure's scaled unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Threshold {
    /// λ.
    pub(crate) earned: Col,
    /// M.
    pub(crate) measure: Col,
    /// L.
    pub(crate) from: f64,
    /// What a relative rise of the threshold is relative to.
    pub(crate) size: f64,
}

/// Adds every schedule and what rules read, and gives the tiers' thresholds.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes, readers: &Readers) -> Vec<Threshold> {
    let classes = tender.year_classes();
    let cohorts = cohorts(tender, &classes);
    let mut values = Values::new(tender, volumes, &classes, &cohorts, readers);
    let steps: BTreeSet<_> = tender.schedules.iter().map(Schedule::step).collect();
    let (discounts, rebates): (Vec<_>, Vec<_>) = steps.into_iter().partition(|s| s.0 == ScheduleKind::Discount);
    let mut thresholds = Vec::new();
    apply(&mut values, model, &cohorts, &discounts, &mut thresholds);
    values.after_packages();
    readers.write(model, &values, ReadLevel::Net);
    apply(&mut values, model, &cohorts, &rebates, &mut thresholds);
    readers.write(model, &values, ReadLevel::Final);
    thresholds
}

/// Writes these steps one after the other.
fn apply(
    values: &mut Values<'_>,
    model: &mut Model,
    cohorts: &[Cohort<'_>],
    steps: &[Step],
    thresholds: &mut Vec<Threshold>,
) {
    let (tender, volumes) = (values.tender, values.volumes);
    for &step in steps {
        let ours: Vec<&Cohort<'_>> = cohorts.iter().filter(|c| c.schedule.step() == step).collect();
        // All of a step see what the steps before left, so all is measured before any of it is written.
        let plans: Vec<_> =
            ours.iter().map(|cohort| (measure(tender, values, cohort), groups(values, cohort))).collect();
        let sums: Vec<Sum<'_>> =
            plans.iter().flat_map(|(m, groups)| m.sums().into_iter().chain(groups.iter().map(|g| g.sum()))).collect();
        let mut reach = reach::reaches(tender, model, volumes, &sums).into_iter();
        drop(sums);
        for (cohort, (measure, groups)) in ours.into_iter().zip(plans) {
            let of_measure: Vec<f64> = reach.by_ref().take(measure.sums().len()).collect();
            let of_groups: Vec<f64> = reach.by_ref().take(groups.len()).collect();
            let written = Levels::write(values, model, cohort, &measure, &of_measure, thresholds);
            let Some(levels) = written else { continue };
            savings::write(model, values, cohort, &levels, &measure, groups, &of_groups);
        }
    }
}
