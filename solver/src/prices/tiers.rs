//! All-units tiers, disaggregated multiple choice (Croxton, Gendron, Magnanti 2003). For each schedule and cohort:
//!
//!   Σ_t λ\[t\] = 1;  Σ_t M\[t\] = M(x);  L\[t\] λ\[t\] ≤ M\[t\] ≤ U\[t\] λ\[t\]
//!   Σ_t V\[g,t\] = V\[g\](x);  V\[g,t\] ≤ λ\[t\];  saving = Σ_{g,t} d\[g,t\] V\[g,t\]
//!
//! M is what is counted, V what is discounted, both scaled to \[0, 1\] by the most they can be under all other rows of the
//! model ([`reach`](super::reach)): that is what makes the relaxation tight. U\[t\] is the next threshold itself: a higher
//! tier is never dearer, so nobody gains by declining it at the threshold, and no volume is excluded. Only a first tier
//! that is dearer than the list price of some line is forced: there U\[0\] stays below the threshold by more than the
//! solver's tolerance. Tiers out of reach are left out. A group g holds the lines whose discount has the same shape over
//! the tiers; where V is proportional to M, M serves for both.

use ballast_domain::Tender;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::*;
use ballast_domain::tables::{Basis, CohortMode, Gives};
use ballast_domain::tender::Schedule;

use rust_decimal::Decimal;

use super::Threshold;
use super::groups::{Group, groups};
use super::reach::reaches;
use crate::model::{Col, Model, RowLabel, Terms, Volumes};
use crate::rules::balance;

/// Part of the reach by which the volume below a dearer first tier ends before it, where it is continuous: more than the
/// solver's tolerance of 1e-6.
const QUANTUM: f64 = 4e-6;

/// One schedule for one cohort.
struct Cohort {
    froms: Vec<f64>,
    /// Where the volume below a dearer first tier ends: half a step below the threshold if only whole packs are counted
    /// (`Some(Some)`), else below it by the quantum (`Some(None)`). `None` if the first tier is dearer for no line.
    dearer: Option<Option<f64>>,
    /// The measure, in its own unit.
    measure: Terms,
    groups: Vec<Group>,
    must_reach: Vec<CandidateIx>,
}

/// Adds every schedule and gives the tiers' thresholds.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) -> Vec<Threshold> {
    let cohorts: Vec<Cohort> = tender
        .schedules
        .iter()
        .flat_map(|schedule| sites(tender, schedule.cohort_mode).into_iter().map(move |sites| (schedule, sites)))
        .filter_map(|(schedule, sites)| cohort(tender, volumes, schedule, &sites))
        .collect();
    // The most of every measure and discounted value, before any tier row stands.
    let sums: Vec<&Terms> =
        cohorts.iter().flat_map(|c| std::iter::once(&c.measure).chain(c.groups.iter().map(|g| &g.value))).collect();
    let mut reach = reaches(tender, model, volumes, &sums).into_iter();
    let mut thresholds = Vec::new();
    for cohort in &cohorts {
        let of_measure = reach.next().unwrap_or(0.0);
        let of_groups: Vec<f64> = reach.by_ref().take(cohort.groups.len()).collect();
        write(tender, model, volumes, cohort, of_measure, &of_groups, &mut thresholds);
    }
    thresholds
}

fn sites(tender: &Tender, mode: CohortMode) -> Vec<Vec<SiteIx>> {
    match mode {
        CohortMode::All => vec![tender.sites.indexes().collect()],
        CohortMode::Site => tender.sites.indexes().map(|s| vec![s]).collect(),
        CohortMode::Member => {
            let of = |m| tender.sites.enumerate().filter(|(_, s)| s.member == m).map(|(i, _)| i).collect();
            tender.members.indexes().map(of).collect()
        }
    }
}

fn cohort(tender: &Tender, volumes: &Volumes, schedule: &Schedule, sites: &[SiteIx]) -> Option<Cohort> {
    let lines = |offers: &[OfferIx]| -> Vec<CandidateIx> {
        let ours = tender
            .candidates
            .enumerate()
            .filter(|(_, c)| offers.binary_search(&c.offer).is_ok() && sites.binary_search(&c.site).is_ok());
        ours.map(|(c, _)| c).collect()
    };
    let applies_to = lines(&schedule.applies_to);
    let counted = |c: &CandidateIx| {
        let (col, packs) = volumes.packs[*c];
        let per_pack = match schedule.basis {
            Basis::Packs => 1.0,
            Basis::NeedUnits => tender.candidates[*c].use_factor.to_f64(),
            Basis::Spend => volumes.list[*c],
        };
        (col, packs * per_pack)
    };
    let counts = lines(&schedule.counts);
    let list = |c: &CandidateIx| tender.offers[tender.candidates[*c].offer].list_price.0;
    let dearer = schedule.gives == Gives::Price && applies_to.iter().any(|c| list(c) < schedule.tiers[0].value);
    let step = balance::grid(counts.iter().map(|c| match schedule.basis {
        Basis::Packs => Decimal::ONE,
        Basis::NeedUnits => tender.candidates[*c].use_factor.0,
        Basis::Spend => list(c),
    }));
    let whole = !step.is_zero() && counts.iter().all(|c| volumes.packs[*c].0 != volumes.share[*c]);
    let below = || whole.then(|| float(&exact(balance::just_below(schedule.tiers[0].from, step))));
    let needs_tier = |c: &&CandidateIx| tender.offers[tender.candidates[**c].offer].needs_tier;
    (!applies_to.is_empty()).then(|| Cohort {
        froms: schedule.tiers.iter().map(|t| float(&exact(t.from))).collect(),
        dearer: dearer.then(below),
        measure: counts.iter().map(counted).collect(),
        groups: groups(tender, volumes, schedule, &applies_to),
        must_reach: applies_to.iter().filter(needs_tier).copied().collect(),
    })
}

fn write(
    tender: &Tender,
    model: &mut Model,
    volumes: &Volumes,
    cohort: &Cohort,
    reach: f64,
    of_groups: &[f64],
    thresholds: &mut Vec<Threshold>,
) {
    let froms = &cohort.froms;
    // The reach is a floating-point optimum; what it stands for may lie a rounding above it.
    let reachable = froms.iter().filter(|f| **f <= reach * (1.0 + 1e-9)).count();
    if reachable == 0 || reach <= 0.0 {
        for c in &cohort.must_reach {
            model.upper[volumes.share[*c].0 as usize] = 0.0;
            model.upper[volumes.packs[*c].0.0 as usize] = 0.0;
        }
        return;
    }
    let scale = 1.0 / reach;

    // Level 0 is below the first tier; it does not exist where the first threshold is 0.
    let first = usize::from(froms[0] <= 0.0);
    let mut levels: Vec<(Col, Col)> = Vec::new();
    let mut one: Terms = Vec::new();
    let mut split: Terms = cohort.measure.iter().map(|(c, v)| (*c, -v * scale)).collect();
    for level in first..=reachable {
        let low = if level == 0 { 0.0 } else { froms[level - 1].max(0.0) * scale };
        let high = match (level, cohort.dearer) {
            (last, _) if last == reachable => 1.0,
            (0, Some(end)) => end.map_or(froms[0] * scale - QUANTUM, |e| e * scale).clamp(0.0, 1.0),
            (level, _) => (froms[level] * scale).min(1.0),
        };
        let earned = model.binary(0.0);
        let measure = model.column(0.0, 0.0, high, false);
        model.row(RowLabel::Link, 0.0, f64::INFINITY, vec![(measure, 1.0), (earned, -low)]);
        model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(measure, 1.0), (earned, -high)]);
        if low > 0.0 {
            thresholds.push(Threshold { earned, measure, from: low });
        }
        one.push((earned, 1.0));
        split.push((measure, 1.0));
        levels.push((earned, measure));
    }
    model.row(RowLabel::Link, 1.0, 1.0, one);
    model.row(RowLabel::Link, 0.0, 0.0, split);

    let years = f64::from(tender.settings.contract_years);
    for (group, most) in cohort.groups.iter().zip(of_groups) {
        let saving =
            |level: usize| if level == 0 { 0.0 } else { group.discount[level - 1] * years / model.money_scale };
        let savings: Vec<f64> = (first..=reachable).map(saving).collect();
        match proportional(&group.value, &cohort.measure) {
            Some(ratio) => {
                for ((_, measure), saving) in levels.iter().zip(savings) {
                    model.add_cost(*measure, -saving * ratio * reach);
                }
            }
            None if *most > 0.0 => discounted(model, group, &levels, &savings, *most),
            None => {}
        }
    }
    if let (0, Some((below, _))) = (first, levels.first()) {
        // Lines without a price of their own have no volume below the first tier.
        for c in &cohort.must_reach {
            model.row(RowLabel::Link, f64::NEG_INFINITY, 1.0, vec![(volumes.share[*c], 1.0), (*below, 1.0)]);
            let packs = volumes.packs[*c].0;
            if packs != volumes.share[*c] {
                let upper = model.upper[packs.0 as usize];
                model.row(RowLabel::Link, f64::NEG_INFINITY, upper, vec![(packs, 1.0), (*below, upper)]);
            }
        }
    }
}

/// V ÷ M where the two speak of the same lines in the same proportion.
fn proportional(value: &Terms, measure: &Terms) -> Option<f64> {
    let ratio = value.first()?.1 / measure.first()?.1;
    let same = |((a, v), (b, m)): (&(Col, f64), &(Col, f64))| a == b && (v - ratio * m).abs() <= 1e-12 * v.abs();
    (value.len() == measure.len() && value.iter().zip(measure).all(same)).then_some(ratio)
}

/// Adds V\[g, t\] with its saving.
fn discounted(model: &mut Model, group: &Group, levels: &[(Col, Col)], savings: &[f64], most: f64) {
    let mut split: Terms = group.value.iter().map(|(c, v)| (*c, -v / most)).collect();
    for ((earned, _), saving) in levels.iter().zip(savings) {
        let part = model.column(-saving * most, 0.0, 1.0, false);
        model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(part, 1.0), (*earned, -1.0)]);
        split.push((part, 1.0));
    }
    model.row(RowLabel::Link, 0.0, 0.0, split);
}
