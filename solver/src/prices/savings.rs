//! What the tier earned takes off. All units, for each group g of lines that nobody later tells apart:
//!
//!   Σ_t V\[g,t\] = V\[g\](x);  V\[g,t\] ≤ λ\[t\];  saving = Σ_t d\[g,t\] V\[g,t\];  left = Σ_t keep\[g,t\] V\[g,t\]
//!
//! V is scaled to \[0, 1\] by its reach; where it is proportional to M, M serves for both. Percentages: V is the value before
//! the step, keep = 1 − d. Prices: V is packs, d\[t\] = list − price\[t\], keep\[t\] = price\[t\]: one group per list price.
//!
//! Incremental: between thresholds the saving is linear, S(M) = d\[t\] (M − L\[t\]) + S(L\[t\]), so on the same columns
//!
//!   saving = Σ_t d\[t\] M\[t\] + (S(L\[t\]) − d\[t\] L\[t\]) λ\[t\]
//!
//! (multiple choice; its relaxation is that of the delta form, and a falling discount needs no care of its own).
//! Sums: saving = Σ_t s\[t\] λ\[t\]; they lie on no line.

use std::collections::BTreeMap;

use ballast_domain::exact::{exact, float};
use ballast_domain::tables::{Gives, Mode};
use ballast_domain::tender::Schedule;

use super::cohort::Cohort;
use super::levels::Levels;
use super::measure::Measure;
use super::reach::Sum;
use super::value::{Amount, Use, Values, YearLine};
use crate::model::{Col, Model, RowLabel, Terms};

/// Lines whose value the tiers change alike.
pub(crate) struct Group {
    pub(crate) lines: Vec<YearLine>,
    /// V.
    pub(crate) value: Amount,
    /// What a unit of saving is worth over the contract.
    pub(crate) worth: f64,
    /// d for each tier.
    pub(crate) off: Vec<f64>,
    /// keep below the first tier and for each tier, if somebody later asks.
    pub(crate) keep: Option<(f64, Vec<f64>)>,
}

impl Group {
    pub(super) fn sum(&self) -> Sum<'_> {
        self.value.sum()
    }
}

/// What lines of one group have in common; numbers by their bits.
#[derive(PartialEq, Eq, PartialOrd, Ord, Default)]
struct Alike {
    base: u64,
    later: Option<(usize, u64, Vec<Use>)>,
}

fn values_of(schedule: &Schedule) -> Vec<f64> {
    schedule.tiers.iter().map(|t| float(&exact(t.value))).collect()
}

/// The groups of a cohort's application scope, as it stands before the step.
pub(crate) fn groups(values: &Values<'_>, cohort: &Cohort<'_>) -> Vec<Group> {
    let schedule = cohort.schedule;
    if schedule.mode == Mode::Incremental || schedule.gives == Gives::Sum {
        return Vec::new();
    }
    let mut by_key: BTreeMap<Alike, Vec<YearLine>> = BTreeMap::new();
    for line in cohort.year_lines() {
        let later = values.later(line, schedule.step());
        let worth = values.worth(schedule.kind, line).to_bits();
        let base = if schedule.gives == Gives::Price { base(values, schedule, line).to_bits() } else { 0 };
        let later = (!later.is_empty()).then_some((line.0, worth, later));
        by_key.entry(Alike { base, later }).or_default().push(line);
    }
    let group = |(alike, lines): (Alike, Vec<YearLine>)| {
        // Where nobody asks later, what the saving is worth goes into V itself, and one group does for all.
        let last = alike.later.is_none();
        let worth = |line: YearLine| values.worth(schedule.kind, line);
        let weight = |line: YearLine| if last { worth(line) } else { 1.0 };
        let (value, base) = match schedule.gives {
            Gives::Price => (packs(values, schedule, &lines, &weight), base(values, schedule, lines[0])),
            Gives::Percent | Gives::Sum => (values.of(lines.iter().map(|l| (*l, weight(*l)))), 1.0),
        };
        let given = values_of(schedule);
        let off: Vec<f64> = match schedule.gives {
            Gives::Price => given.iter().map(|v| base - v).collect(),
            Gives::Percent | Gives::Sum => given,
        };
        let keep = (!last).then(|| (base, off.iter().map(|d| base - d).collect()));
        Group { worth: if last { 1.0 } else { worth(lines[0]) }, lines, value, off, keep }
    };
    by_key.into_iter().map(group).collect()
}

/// Own price per pack in units of the factor by which the schedule's prices rise.
fn base(values: &Values<'_>, schedule: &Schedule, line: YearLine) -> f64 {
    match schedule.escalates {
        true => values.tender.offers[values.tender.candidates[line.1].offer].list_price.to_f64(),
        false => values.list(line),
    }
}

/// Packs, times the factor by which the schedule's prices rise.
fn packs(values: &Values<'_>, schedule: &Schedule, lines: &[YearLine], weight: &dyn Fn(YearLine) -> f64) -> Amount {
    let term = |line: &YearLine| {
        let (col, packs) = values.volumes.packs[line.1];
        let rise = if schedule.escalates { values.factor(*line) } else { 1.0 };
        (col, packs * rise * weight(*line))
    };
    Amount::plain(lines.iter().map(term).collect())
}

/// Adds the savings to the objective, and what is left to the values.
pub(super) fn write(
    model: &mut Model,
    values: &mut Values<'_>,
    cohort: &Cohort<'_>,
    levels: &Levels,
    measure: &Measure,
    groups: Vec<Group>,
    reaches: &[f64],
) {
    let schedule = cohort.schedule;
    if schedule.gives == Gives::Sum {
        let years: f64 = cohort.classes.iter().map(|c| values.years[*c]).sum();
        let sums = values_of(schedule);
        for (tier, earned, _) in &levels.levels {
            let sum = tier.map_or(0.0, |t| sums[t]);
            model.add_cost(*earned, -years * sum * values.weight(schedule.kind) / model.money_scale);
        }
        return;
    }
    if schedule.mode == Mode::Incremental {
        return incremental(model, values, cohort, levels);
    }
    for (group, most) in groups.into_iter().zip(reaches) {
        let Some(parts) = parts(model, levels, measure, &group, *most) else { continue };
        let mut left = Amount { terms: Terms::new(), most: Terms::new() };
        for ((tier, ..), (col, size)) in levels.levels.iter().zip(parts) {
            let off = tier.map_or(0.0, |t| group.off[t]);
            model.add_cost(col, -off * size * group.worth / model.money_scale);
            if let Some((base, keep)) = &group.keep {
                left.terms.push((col, size * tier.map_or(*base, |t| keep[t])));
            }
        }
        if let Some((base, keep)) = &group.keep {
            let highest = keep.iter().copied().fold(*base, f64::max);
            left.most = group.value.most.iter().map(|(c, v)| (*c, v * highest)).collect();
            values.put(&group.lines, left);
        }
    }
}

/// V\[t\] for each level, as a column and its size; `None` if V is always 0.
fn parts(model: &mut Model, levels: &Levels, measure: &Measure, group: &Group, most: f64) -> Option<Vec<(Col, f64)>> {
    if let Measure::Plain { amount, .. } = measure
        && let Some(ratio) = proportional(&group.value.terms, &amount.terms)
    {
        return levels.levels.iter().map(|(_, _, part)| part.map(|p| (p, ratio * levels.reach))).collect();
    }
    if most <= 0.0 {
        return None;
    }
    let mut split: Terms = group.value.terms.iter().map(|(c, v)| (*c, -v / most)).collect();
    let mut parts = Vec::new();
    for (_, earned, _) in &levels.levels {
        let part = model.column(0.0, 0.0, 1.0, false);
        model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(part, 1.0), (*earned, -1.0)]);
        split.push((part, 1.0));
        parts.push((part, most));
    }
    model.row(RowLabel::Link, 0.0, 0.0, split);
    Some(parts)
}

/// V ÷ M where the two speak of the same lines in the same proportion.
fn proportional(value: &Terms, measure: &Terms) -> Option<f64> {
    let ratio = value.first()?.1 / measure.first()?.1;
    let same = |((a, v), (b, m)): (&(Col, f64), &(Col, f64))| a == b && (v - ratio * m).abs() <= 1e-12 * v.abs();
    (value.len() == measure.len() && value.iter().zip(measure).all(same)).then_some(ratio)
}

/// All lines of a class of years together: what is left of them, and the saving.
fn incremental(model: &mut Model, values: &mut Values<'_>, cohort: &Cohort<'_>, levels: &Levels) {
    let schedule = cohort.schedule;
    let froms: Vec<f64> = schedule.tiers.iter().map(|t| float(&exact(t.from))).collect();
    let given = values_of(schedule);
    for &class in &cohort.classes {
        let lines: Vec<YearLine> = cohort.applies_to.iter().map(|c| (class, *c)).collect();
        let Some(&any) = lines.first() else { continue };
        let before = values.of(lines.iter().map(|l| (*l, 1.0)));
        // What a unit of the measure costs below the first tier and in each tier's slice.
        let rise = if schedule.escalates { values.factor(any) } else { 1.0 };
        let (own, unit): (f64, Vec<f64>) = match schedule.gives {
            Gives::Price => (values.list(any), given.iter().map(|v| v * rise).collect()),
            Gives::Percent | Gives::Sum => (1.0, given.iter().map(|d| 1.0 - d).collect()),
        };
        // Cost of exactly the threshold.
        let mut at = vec![froms[0] * own];
        for t in 1..froms.len() {
            at.push(at[t - 1] + (froms[t] - froms[t - 1]) * unit[t - 1]);
        }
        let mut left = Amount::default();
        for (tier, earned, part) in &levels.levels {
            let Some(part) = part else { continue };
            match tier {
                None => left.terms.push((*part, own * levels.reach)),
                Some(t) => {
                    left.terms.push((*part, unit[*t] * levels.reach));
                    left.terms.push((*earned, at[*t] - unit[*t] * froms[*t]));
                }
            }
        }
        let worth = values.worth(schedule.kind, any) / model.money_scale;
        for (col, value) in &left.terms {
            model.add_cost(*col, value * worth);
        }
        for (col, value) in &before.terms {
            model.add_cost(*col, -value * worth);
        }
        left.most = before.most;
        if schedule.gives == Gives::Price {
            // A slice may be dearer than the offer's own price.
            let dearest = unit.iter().copied().fold(own, f64::max);
            let factor = |line: &YearLine| {
                let (col, packs) = values.volumes.packs[line.1];
                (col, packs * dearest)
            };
            left.most = lines.iter().map(factor).collect();
        }
        values.put(&lines, left);
    }
}
