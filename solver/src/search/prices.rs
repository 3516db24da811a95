//! Schedules in a graph, step by step as in [`crate::prices`]: for each cohort and group of lines a ladder
//! saving = d(M)·V (all units), or pieces of what is left (incremental).

use std::collections::BTreeSet;

use ballast_domain::exact::{exact, float};
use ballast_domain::tables::{Gives, Mode, ScheduleKind};
use ballast_domain::tender::Schedule;

use super::build::{Builder, Class};
use super::graph::{Function, Quotient, Steps};
use crate::model::Terms;
use crate::prices::{Amount, Cohort, Measure, ReadLevel, Step, Values, YearLine, cohorts, groups, measure, needs_this};

/// Part of a threshold by which a measure may miss it: the rounding of sums.
const UNDER: f64 = 1e-10;

/// Adds every schedule and what rules read of the money.
pub(super) fn add(b: &mut Builder<'_>) {
    let tender = b.tender;
    let classes = tender.year_classes();
    let cohorts = cohorts(tender, &classes);
    let volumes = b.volumes.clone();
    let readers = std::mem::take(&mut b.readers);
    let mut values = Values::new(tender, &volumes, &classes, &cohorts, &readers);
    let steps: BTreeSet<_> = tender.schedules.iter().map(Schedule::step).collect();
    let (discounts, rebates): (Vec<_>, Vec<_>) = steps.into_iter().partition(|s| s.0 == ScheduleKind::Discount);
    apply(b, &mut values, &cohorts, &discounts);
    values.after_packages();
    let net = readers.sums(&values, ReadLevel::Net);
    read(b, net);
    apply(b, &mut values, &cohorts, &rebates);
    let last = readers.sums(&values, ReadLevel::Final);
    read(b, last);
    b.readers = readers;
}

fn read(b: &mut Builder<'_>, sums: Vec<(crate::model::Col, Terms)>) {
    for (col, terms) in sums {
        let sum = b.sum(&terms, 0.0);
        b.define(col, Function::Same(sum), None);
    }
}

fn apply(b: &mut Builder<'_>, values: &mut Values<'_>, cohorts: &[Cohort<'_>], steps: &[Step]) {
    for &step in steps {
        let ours: Vec<&Cohort<'_>> = cohorts.iter().filter(|c| c.schedule.step() == step).collect();
        // All of a step see what the steps before left.
        let plans: Vec<_> = ours.iter().map(|c| (measure(b.tender, values, c), groups(values, c))).collect();
        for (cohort, (counted, groups)) in ours.into_iter().zip(plans) {
            let measure = quotient(b, &counted);
            let froms: Vec<f64> = cohort.schedule.tiers.iter().map(|t| float(&exact(t.from)) * (1.0 - UNDER)).collect();
            reached(b, cohort, measure, froms[0]);
            let given: Vec<f64> = cohort.schedule.tiers.iter().map(|t| float(&exact(t.value))).collect();
            match (cohort.schedule.mode, cohort.schedule.gives) {
                (_, Gives::Sum) => {
                    let steps = Steps { from: froms, value: given };
                    let saving = b.function(Function::Ladder { measure, of: None, steps });
                    let years: f64 = cohort.classes.iter().map(|c| values.years[*c]).sum();
                    let worth = years * values.weight(cohort.schedule.kind) / b.model.money_scale;
                    b.model.add_cost(saving, -worth);
                }
                (Mode::AllUnits, _) => {
                    for group in groups {
                        let of = b.sum(&group.value.terms, 0.0);
                        let steps = Steps { from: froms.clone(), value: group.off.clone() };
                        let saving = b.function(Function::Ladder { measure, of: Some(of), steps });
                        b.model.add_cost(saving, -group.worth / b.model.money_scale);
                        if let Some((base, _)) = group.keep {
                            let mut left = Amount::default();
                            left.terms.extend(group.value.terms.iter().map(|(c, v)| (*c, v * base)));
                            left.terms.push((saving, -1.0));
                            values.put(&group.lines, left);
                        }
                    }
                }
                (Mode::Incremental, _) => incremental(b, values, cohort, &counted, &given),
            }
        }
    }
}

fn quotient(b: &mut Builder<'_>, counted: &Measure) -> Quotient {
    match counted {
        Measure::Plain { amount, .. } => Quotient { part: b.sum(&amount.terms, 0.0), whole: None },
        Measure::Ratio { numerator, whole, constant, .. } => {
            let part = b.sum(&numerator.terms, 0.0);
            Quotient { part, whole: Some(b.sum(&whole.terms, *constant)) }
        }
    }
}

/// Lines without a price of their own have no volume below the first tier.
fn reached(b: &mut Builder<'_>, cohort: &Cohort<'_>, measure: Quotient, first: f64) {
    let must: Vec<_> = cohort.applies_to.iter().copied().filter(|c| needs_this(b.tender, cohort, *c)).collect();
    if must.is_empty() {
        return;
    }
    let used = b.uses(must.iter().copied());
    let unit = b.thing(must.iter().copied(), 1.0) / first.max(f64::MIN_POSITIVE);
    let check = super::graph::Check {
        of: measure,
        low: first,
        high: f64::INFINITY,
        times: None,
        when: Vec::new(),
        used: Some(used),
        unit,
        fixed: 0.0,
        tolerance: 0.0,
    };
    b.must(Class::Fact("price_reached"), Function::Check(Box::new(check)));
}

/// What is left of all lines of a class of years together.
fn incremental(b: &mut Builder<'_>, values: &mut Values<'_>, cohort: &Cohort<'_>, counted: &Measure, given: &[f64]) {
    let schedule = cohort.schedule;
    let Measure::Plain { amount, .. } = counted else { return };
    let part = b.sum(&amount.terms, 0.0);
    let froms: Vec<f64> = schedule.tiers.iter().map(|t| float(&exact(t.from))).collect();
    for &class in &cohort.classes {
        let lines: Vec<YearLine> = cohort.applies_to.iter().map(|c| (class, *c)).collect();
        let Some(&any) = lines.first() else { continue };
        let before = values.of(lines.iter().map(|l| (*l, 1.0)));
        let rise = if schedule.escalates { values.factor(any) } else { 1.0 };
        let own = if schedule.gives == Gives::Price { values.list(any) } else { 1.0 };
        let unit = |v: &f64| if schedule.gives == Gives::Price { v * rise } else { 1.0 - v };
        let (mut from, mut slope, mut start) = (vec![0.0], vec![own], vec![0.0]);
        for (f, v) in froms.iter().zip(given) {
            let last = from.len() - 1;
            let at = start[last] + slope[last] * (f - from[last]);
            from.push(*f);
            slope.push(unit(v));
            start.push(at);
        }
        let steps = Steps { from, value: slope };
        let left = b.function(Function::Pieces { measure: part, steps, start });
        let worth = values.worth(schedule.kind, any) / b.model.money_scale;
        b.model.add_cost(left, worth);
        for (col, value) in &before.terms {
            b.model.add_cost(*col, -value * worth);
        }
        values.put(&lines, Amount { terms: vec![(left, 1.0)], most: Terms::new() });
    }
}
