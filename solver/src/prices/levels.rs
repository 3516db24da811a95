//! Which tier is earned: disaggregated multiple choice (Croxton, Gendron, Magnanti 2003). For each schedule and cohort
//!
//!   Σ_t λ\[t\] = 1;  Σ_t M\[t\] = M(x);  L\[t\] λ\[t\] ≤ M\[t\] ≤ U\[t\] λ\[t\]
//!
//! with M scaled to \[0, 1\] by the most it can be under all other rows of the model ([`reach`](super::reach)): that is
//! what makes the relaxation tight. U\[t\] is the next threshold itself: a higher tier is never dearer, so nobody gains by
//! declining it at the threshold, and no volume is excluded. Where somebody might gain (a first tier dearer than the list
//! price of some line; what is left is counted later), the tier is forced: U\[t\] stays below the next threshold by more
//! than the solver's tolerance. Tiers out of reach are left out.
//!
//! A share N ÷ D with a whole that changes has no M; there, with G\[t\] = N − L\[t\]·D scaled by the reach of D,
//!
//!   G\[t\] ≥ −B\[t\] (1 − λ\[t\]),  and where a tier is forced  G\[t+1\] ≤ −ε + (ε + A\[t+1\]) (1 − λ\[t\])
//!
//! where A and B are the reaches of G and −G. A share of nothing is none: where D has no constant part, a binary s says
//! whether there is any N (ε s ≤ N ≤ s, scaled by its reach), a tier asks for it (λ\[t\] ≤ s), and a tier is forced only with
//! it (−ε s in place of −ε).

use ballast_domain::Tender;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::CandidateIx;
use ballast_domain::tables::{Gives, Mode};

use super::Threshold;
use super::cohort::Cohort;
use super::measure::Measure;
use super::value::{Amount, Values};
use crate::model::{Col, Model, RowLabel, Terms};
use crate::rules::balance;

/// Part of the reach by which the volume below a forced tier ends before it, where it is continuous, and which a share
/// needs at least: more than the solver's tolerance of 1e-6.
const QUANTUM: f64 = 4e-6;

/// The levels of a cohort: below the first tier, then each tier within reach.
pub(super) struct Levels {
    /// Position of the tier, `None` below the first; λ; M, if there is one.
    pub(super) levels: Vec<(Option<usize>, Col, Option<Col>)>,
    /// M\[t\] = reach × its column.
    pub(super) reach: f64,
}

impl Levels {
    /// Writes the rows; `None` if no tier can be reached. `reaches` are those of the measure's sums.
    pub(super) fn write(
        values: &Values<'_>,
        model: &mut Model,
        cohort: &Cohort<'_>,
        measure: &Measure,
        reaches: &[f64],
        thresholds: &mut Vec<Threshold>,
    ) -> Option<Self> {
        let (tender, volumes) = (values.tender, values.volumes);
        let froms: Vec<f64> = cohort.schedule.tiers.iter().map(|t| float(&exact(t.from))).collect();
        let first = float(&exact(cohort.schedule.tiers.first()?.value));
        let first_is_dearer = |line| {
            let rise = if cohort.schedule.escalates { values.factor(line) } else { 1.0 };
            values.list(line) < first * rise
        };
        let dearer = cohort.schedule.gives == Gives::Price && cohort.year_lines().any(first_is_dearer);
        let strict = values.strict(cohort);
        // The saving of slices has no jump, so it does not matter on which side of a threshold a point counts.
        let forced = |level: usize| cohort.schedule.mode == Mode::AllUnits && (strict || dearer && level == 0);
        let must_reach: Vec<CandidateIx> =
            cohort.applies_to.iter().copied().filter(|c| needs_this(tender, cohort, *c)).collect();
        let written = match measure {
            Measure::Plain { step, amount } => {
                let below = |level: usize, scale: f64| {
                    let on_grid =
                        step.map(|s| float(&exact(balance::just_below(cohort.schedule.tiers[level].from, s))));
                    // A grid finer than the solver's tolerance is none.
                    let apart = froms[level] * scale - QUANTUM;
                    on_grid.map_or(apart, |below| apart.min(below * scale))
                };
                plain(model, &amount.terms, &froms, reaches[0], &forced, &below, thresholds)
            }
            Measure::Ratio { numerator, above, constant, .. } => {
                ratio(model, (numerator, above), *constant, &froms, reaches, &forced, thresholds)
            }
        };
        let Some(levels) = written else {
            for c in &must_reach {
                model.upper[volumes.share[*c].0 as usize] = 0.0;
                model.upper[volumes.packs[*c].0.0 as usize] = 0.0;
            }
            return None;
        };
        if let Some((None, below, _)) = levels.levels.first() {
            // Lines without a price of their own have no volume below the first tier.
            for c in &must_reach {
                model.row(RowLabel::Link, f64::NEG_INFINITY, 1.0, vec![(volumes.share[*c], 1.0), (*below, 1.0)]);
                let packs = volumes.packs[*c].0;
                if packs != volumes.share[*c] {
                    let upper = model.upper[packs.0 as usize];
                    model.row(RowLabel::Link, f64::NEG_INFINITY, upper, vec![(packs, 1.0), (*below, upper)]);
                }
            }
        }
        Some(levels)
    }
}

/// Whether a line has its price from this schedule alone.
pub(crate) fn needs_this(tender: &Tender, cohort: &Cohort<'_>, c: CandidateIx) -> bool {
    cohort.schedule.gives == Gives::Price && tender.offers[tender.candidates[c].offer].needs_tier
}

/// What sums are scaled by: a tier from 0 on is earned by those that are always 0, too.
fn unit(reach: f64) -> f64 {
    if reach > 0.0 { reach } else { 1.0 }
}

fn plain(
    model: &mut Model,
    measure: &Terms,
    froms: &[f64],
    reach: f64,
    forced: &dyn Fn(usize) -> bool,
    below: &dyn Fn(usize, f64) -> f64,
    thresholds: &mut Vec<Threshold>,
) -> Option<Levels> {
    // The reach is a floating-point optimum; what it stands for may lie a rounding above it.
    let reachable = froms.iter().filter(|f| **f <= reach * (1.0 + 1e-9)).count();
    if reachable == 0 {
        return None;
    }
    let reach = unit(reach);
    let scale = 1.0 / reach;
    // Level 0 is below the first tier; it does not exist where the first threshold is 0.
    let first = usize::from(froms[0] <= 0.0);
    let mut levels = Levels { levels: Vec::new(), reach };
    let mut one: Terms = Vec::new();
    let mut split: Terms = measure.iter().map(|(c, v)| (*c, -v * scale)).collect();
    for level in first..=reachable {
        let low = if level == 0 { 0.0 } else { froms[level - 1].max(0.0) * scale };
        let high = match level {
            last if last == reachable => 1.0,
            level if forced(level) => below(level, scale).clamp(low.min(1.0), 1.0),
            level => (froms[level] * scale).min(1.0),
        };
        let earned = model.binary(0.0);
        let part = model.column(0.0, 0.0, high, false);
        model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(part, 1.0), (earned, -high)]);
        if low > 0.0 {
            model.row(RowLabel::Link, 0.0, f64::INFINITY, vec![(part, 1.0), (earned, -low)]);
            thresholds.push(Threshold { earned, measure: part, from: low, size: low });
        }
        one.push((earned, 1.0));
        split.push((part, 1.0));
        levels.levels.push((level.checked_sub(1), earned, Some(part)));
    }
    model.row(RowLabel::Link, 1.0, 1.0, one);
    model.row(RowLabel::Link, 0.0, 0.0, split);
    Some(levels)
}

fn ratio(
    model: &mut Model,
    (numerator, above): (&Amount, &[Amount]),
    constant: f64,
    froms: &[f64],
    reaches: &[f64],
    forced: &dyn Fn(usize) -> bool,
    thresholds: &mut Vec<Threshold>,
) -> Option<Levels> {
    let tiers = froms.len();
    let size = unit(reaches.last()? + constant);
    let (most, least) = (&reaches[..tiers], &reaches[tiers..2 * tiers]);
    // N − L·D can only be so much, D including what never changes.
    let a = |t: usize| (most[t] - froms[t] * constant) / size;
    let b = |t: usize| ((least[t] + froms[t] * constant) / size).max(0.0);
    let reachable = (0..tiers).filter(|t| froms[*t] <= 0.0 || a(*t) >= -1e-9).count();
    if reachable == 0 {
        return None;
    }
    let first = usize::from(froms[0] <= 0.0);
    let mut levels = Levels { levels: Vec::new(), reach: size };
    let earned: Vec<Col> = (first..=reachable).map(|_| model.binary(0.0)).collect();
    let any = (constant <= 0.0).then(|| any(model, numerator, most[0] + froms[0] * size));
    for (i, level) in (first..=reachable).enumerate() {
        levels.levels.push((level.checked_sub(1), earned[i], None));
        let Some(t) = level.checked_sub(1).filter(|t| froms[*t] > 0.0) else { continue };
        let margin = model.column(0.0, -b(t), a(t).max(0.0), false);
        let mut terms: Terms = above[t].terms.iter().map(|(c, v)| (*c, v / size)).collect();
        terms.push((margin, -1.0));
        let fixed = froms[t] * constant / size;
        model.row(RowLabel::Link, fixed, fixed, terms);
        model.row(RowLabel::Link, -b(t), f64::INFINITY, vec![(margin, 1.0), (earned[i], -b(t))]);
        if let Some(any) = any {
            model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(earned[i], 1.0), (any, -1.0)]);
        }
        thresholds.push(Threshold { earned: earned[i], measure: margin, from: 0.0, size: froms[t] });
        if let Some(before) = i.checked_sub(1).filter(|_| forced(level - 1)) {
            let room = a(t).max(0.0);
            let mut terms = vec![(margin, 1.0), (earned[before], QUANTUM + room)];
            terms.extend(any.map(|any| (any, QUANTUM)));
            let most = room + if any.is_some() { QUANTUM } else { 0.0 };
            model.row(RowLabel::Link, f64::NEG_INFINITY, most, terms);
        }
    }
    model.row(RowLabel::Link, 1.0, 1.0, earned.into_iter().map(|e| (e, 1.0)).collect());
    Some(levels)
}

/// Whether there is any of a sum that is at most so much.
fn any(model: &mut Model, sum: &Amount, most: f64) -> Col {
    let any = model.binary(0.0);
    let scaled: Terms = sum.terms.iter().map(|(c, v)| (*c, v / unit(most))).collect();
    let with = |weight: f64| [&scaled[..], &[(any, -weight)]].concat();
    model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, with(1.0));
    model.row(RowLabel::Link, 0.0, f64::INFINITY, with(QUANTUM));
    any
}
