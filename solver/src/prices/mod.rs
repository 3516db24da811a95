//! Prices in the model: what schedules take off, step by step (discounts by stage, packages, rebates by stage).
//!
//! One file for each idea: who is counted together ([`cohort`]), what is counted ([`measure`]), which tier that earns
//! ([`levels`]), what the tier takes off ([`savings`]), what it leaves for the steps after ([`value`]), and how much each
//! of these can be at most ([`reach`]).

mod cohort;
mod levels;
mod measure;
mod reach;
mod savings;
mod value;

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::tables::ScheduleKind;
use ballast_domain::tender::Schedule;

use crate::model::{Col, Model, Volumes};
use cohort::Cohort;
use levels::Levels;
use reach::Sum;
use value::Values;

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

/// Adds every schedule and gives the tiers' thresholds.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) -> Vec<Threshold> {
    let classes = tender.year_classes();
    let cohorts = cohort::cohorts(tender, &classes);
    let mut values = Values::new(tender, volumes, &classes, &cohorts);
    let steps: BTreeSet<_> = tender.schedules.iter().map(Schedule::step).collect();
    let mut thresholds = Vec::new();
    let mut packaged = false;
    for step in steps {
        if step.0 == ScheduleKind::Rebate && !std::mem::replace(&mut packaged, true) {
            values.after_packages();
        }
        let ours: Vec<&Cohort<'_>> = cohorts.iter().filter(|c| c.schedule.step() == step).collect();
        // All of a step see what the steps before left, so all is measured before any of it is written.
        let plans: Vec<_> = ours
            .iter()
            .map(|cohort| (measure::measure(tender, &values, cohort), savings::groups(&values, cohort)))
            .collect();
        let sums: Vec<Sum<'_>> =
            plans.iter().flat_map(|(m, groups)| m.sums().into_iter().chain(groups.iter().map(|g| g.sum()))).collect();
        let mut reach = reach::reaches(tender, model, volumes, &sums).into_iter();
        drop(sums);
        for (cohort, (measure, groups)) in ours.into_iter().zip(plans) {
            let of_measure: Vec<f64> = reach.by_ref().take(measure.sums().len()).collect();
            let of_groups: Vec<f64> = reach.by_ref().take(groups.len()).collect();
            let written = Levels::write(&values, model, cohort, &measure, &of_measure, &mut thresholds);
            let Some(levels) = written else { continue };
            savings::write(model, &mut values, cohort, &levels, &measure, groups, &of_groups);
        }
    }
    thresholds
}
