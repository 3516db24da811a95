//! All-units tiers, disaggregated multiple choice (Croxton, Gendron, Magnanti 2003). For each schedule and cohort:
//!
//!   Σ_t λ\[t\] = 1;  Σ_t M\[t\] = M(x);  L\[t\] λ\[t\] ≤ M\[t\] ≤ U\[t\] λ\[t\]
//!   Σ_t V\[g,t\] = V\[g\](x);  V\[g,t\] ≤ Vmax\[g,t\] λ\[t\];  saving = Σ_{g,t} d\[g,t\] V\[g,t\]
//!
//! M is what is counted, V what is discounted; both are scaled to \[0, 1\]. U\[t\] is the next threshold less a quantum, so
//! the tier earned is forced, never declined. Tiers out of reach are left out. A group g holds the lines whose discount
//! has the same shape over the tiers; where V is proportional to M, M serves for both.

use ballast_domain::Tender;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::*;
use ballast_domain::tables::{Basis, CohortMode};
use ballast_domain::tender::Schedule;

use super::Threshold;
use super::groups::{Group, groups};
use crate::model::{Col, Model, RowLabel, Terms, Volumes};

/// Part of a threshold by which the tier below ends before it.
const QUANTUM: f64 = 1e-7;

/// Adds every schedule and gives the tiers' thresholds.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) -> Vec<Threshold> {
    let mut thresholds = Vec::new();
    for schedule in tender.schedules.iter() {
        let cohorts: Vec<Vec<SiteIx>> = match schedule.cohort_mode {
            CohortMode::All => vec![tender.sites.indexes().collect()],
            CohortMode::Site => tender.sites.indexes().map(|s| vec![s]).collect(),
            CohortMode::Member => {
                let sites = |m| tender.sites.enumerate().filter(|(_, s)| s.member == m).map(|(i, _)| i).collect();
                tender.members.indexes().map(sites).collect()
            }
        };
        for sites in cohorts {
            let lines = |offers: &[OfferIx]| -> Vec<CandidateIx> {
                let ours = tender.candidates.enumerate().filter(|(_, c)| {
                    offers.binary_search(&c.offer).is_ok() && sites.binary_search(&c.site).is_ok()
                });
                ours.map(|(c, _)| c).collect()
            };
            cohort(tender, model, volumes, schedule, &lines(&schedule.counts), &lines(&schedule.applies_to), &mut thresholds);
        }
    }
    thresholds
}

/// What a line adds to the measure, per unit of its packs column.
fn counted(tender: &Tender, volumes: &Volumes, basis: Basis, c: CandidateIx) -> f64 {
    let packs = volumes.packs[c].1;
    match basis {
        Basis::Packs => packs,
        Basis::NeedUnits => packs * tender.candidates[c].use_factor.to_f64(),
        Basis::Spend => packs * volumes.list[c],
    }
}

/// The most Σ a·packs can be: each cell served by its heaviest line, and no product beyond its capacity.
pub(super) fn most(tender: &Tender, model: &Model, volumes: &Volumes, lines: &[CandidateIx], a: impl Fn(CandidateIx) -> f64) -> f64 {
    let reach = |c: CandidateIx| a(c) * model.upper[volumes.packs[c].0.0 as usize];
    let cell = |c: &CandidateIx| tender.candidates[*c].cell;
    let by_demand: f64 =
        lines.chunk_by(|x, y| cell(x) == cell(y)).map(|g| g.iter().map(|c| reach(*c)).fold(0.0, f64::max)).sum();
    let mut products = std::collections::BTreeMap::new();
    for &c in lines {
        let entry = products.entry(tender.candidates[c].product).or_insert((0.0, 0.0f64));
        entry.0 += reach(c);
        entry.1 = entry.1.max(a(c) / volumes.packs[c].1);
    }
    let by_capacity: f64 = products
        .into_iter()
        .map(|(p, (reach, per_pack))| {
            tender.products[p].capacity_packs.map_or(reach, |k| reach.min(k.to_f64() * per_pack))
        })
        .sum();
    by_demand.min(by_capacity)
}

fn cohort(
    tender: &Tender,
    model: &mut Model,
    volumes: &Volumes,
    schedule: &Schedule,
    counts: &[CandidateIx],
    applies_to: &[CandidateIx],
    thresholds: &mut Vec<Threshold>,
) {
    let must_reach: Vec<CandidateIx> =
        applies_to.iter().copied().filter(|c| tender.offers[tender.candidates[*c].offer].needs_tier).collect();
    let reach = most(tender, model, volumes, counts, |c| counted(tender, volumes, schedule.basis, c));
    let froms: Vec<f64> = schedule.tiers.iter().map(|t| float(&exact(t.from))).collect();
    // Tolerance: the sum of products may fall short of what it stands for by rounding.
    let reachable = froms.iter().filter(|f| **f <= reach * (1.0 + 1e-9)).count();
    if applies_to.is_empty() || reachable == 0 || reach <= 0.0 {
        for c in must_reach {
            model.upper[volumes.share[c].0 as usize] = 0.0;
            model.upper[volumes.packs[c].0.0 as usize] = 0.0;
        }
        return;
    }
    let scale = 1.0 / reach;

    // Level 0 is below the first tier; it does not exist where the first threshold is 0.
    let first = usize::from(froms[0] <= 0.0);
    let mut levels: Vec<(Col, Col)> = Vec::new();
    let mut one: Terms = Vec::new();
    let mut split: Terms = counts
        .iter()
        .map(|c| (volumes.packs[*c].0, -counted(tender, volumes, schedule.basis, *c) * scale))
        .collect();
    for level in first..=reachable {
        let low = if level == 0 { 0.0 } else { froms[level - 1].max(0.0) * scale };
        let high = if level == reachable { 1.0 } else { (froms[level] * scale * (1.0 - QUANTUM)).min(1.0) };
        let earned = model.binary(0.0);
        let measure = model.column(0.0, 0.0, high, false);
        model.row(RowLabel::Link, 0.0, f64::INFINITY, vec![(measure, 1.0), (earned, -low)]);
        model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(measure, 1.0), (earned, -high)]);
        if level > 0 && low > 0.0 {
            thresholds.push(Threshold { earned, measure, from: low });
        }
        one.push((earned, 1.0));
        split.push((measure, 1.0));
        levels.push((earned, measure));
    }
    model.row(RowLabel::Link, 1.0, 1.0, one);
    model.row(RowLabel::Link, 0.0, 0.0, split);

    let years = f64::from(tender.settings.contract_years);
    for group in groups(tender, volumes, schedule, applies_to, reachable) {
        add_group(tender, model, volumes, &group, &levels, first, years, |c| {
            counts.binary_search(&c).is_ok().then(|| counted(tender, volumes, schedule.basis, c) * scale)
        }, counts.len());
    }
    if let (0, Some((below, _))) = (first, levels.first()) {
        // Lines without a price of their own have no volume below the first tier.
        for c in must_reach {
            model.row(RowLabel::Link, f64::NEG_INFINITY, 1.0, vec![(volumes.share[c], 1.0), (*below, 1.0)]);
            if volumes.packs[c].0 != volumes.share[c] {
                let upper = model.upper[volumes.packs[c].0.0 as usize];
                model.row(RowLabel::Link, f64::NEG_INFINITY, upper, vec![(volumes.packs[c].0, 1.0), (*below, upper)]);
            }
        }
    }
}

/// Adds V\[g, t\] with its saving; the measure's own columns serve where they are proportional.
#[allow(clippy::too_many_arguments)] // one schedule's state, used once
fn add_group(
    tender: &Tender,
    model: &mut Model,
    volumes: &Volumes,
    group: &Group,
    levels: &[(Col, Col)],
    first: usize,
    years: f64,
    counted: impl Fn(CandidateIx) -> Option<f64>,
    counted_lines: usize,
) {
    // V = ratio × M on every line, and both speak of the same lines?
    let ratio = group.lines.first().and_then(|(c, v)| counted(*c).map(|m| v / m));
    let proportional = ratio.is_some_and(|r| {
        group.lines.len() == counted_lines
            && group.lines.iter().all(|(c, v)| counted(*c).is_some_and(|m| (v - r * m).abs() <= 1e-12 * v.abs()))
    });
    let saving = |level: usize| match level {
        0 => 0.0,
        t => group.discount[t - 1] * years / model.money_scale,
    };
    if let (true, Some(ratio)) = (proportional, ratio) {
        let costs: Vec<f64> = (0..levels.len()).map(|i| -saving(i + first) * ratio).collect();
        for ((_, measure), cost) in levels.iter().zip(costs) {
            model.add_cost(*measure, cost);
        }
        return;
    }
    let value: std::collections::BTreeMap<CandidateIx, f64> = group.lines.iter().copied().collect();
    let lines: Vec<CandidateIx> = value.keys().copied().collect();
    let reach = most(tender, model, volumes, &lines, |c| value[&c]);
    if reach <= 0.0 {
        return;
    }
    let costs: Vec<f64> = (0..levels.len()).map(|i| -saving(i + first) * reach).collect();
    let mut split: Terms = group.lines.iter().map(|(c, v)| (volumes.packs[*c].0, -v / reach)).collect();
    for ((earned, _), cost) in levels.iter().zip(costs) {
        let discounted = model.column(cost, 0.0, 1.0, false);
        model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(discounted, 1.0), (*earned, -1.0)]);
        split.push((discounted, 1.0));
    }
    model.row(RowLabel::Link, 0.0, 0.0, split);
}
