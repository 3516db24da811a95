//! A *bundle* is the lines of a block that one supplier sells under one ladder and one scale: all that the outer block has
//! to know of them is their net spend N and whether they are used, u. It has levels t (below the first step, then each
//! step within reach) and *parts* p (an offer for a need); with V\[p,t\] the list spend of a part at a level,
//!
//!   N = Σ_{p,t} keep\[p,t\] V\[p,t\] − Σ_t fixed\[t\] λ\[t\],   L\[t\] λ\[t\] ≤ Σ_p m\[p\] V\[p,t\] ≤ U\[t\] λ\[t\],   u = Σ_t λ\[t\] ≤ 1,
//!
//! where m is what a unit of list spend counts for the ladder; fixed is what slices below the level took off more than its own
//! rate would have. A loose bundle has two levels, the least and the most its lines can be worth, and anything between.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::*;
use ballast_domain::tables::Basis;

use super::blocks::Blocks;
use super::offers::{Ladder, Schedules};
use super::relaxed::Relaxed;
use crate::model::Terms;
use crate::prices::ReadLevel;

/// Relative room above what can be reached, for floating point.
const ROOM: f64 = 1e-9;

/// Lines of one offer for one need.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) lines: Vec<CandidateIx>,
    /// List spend a year.
    pub(super) list: Terms,
    /// The most it can be.
    pub(super) reach: f64,
    /// What a unit of list spend counts.
    pub(super) measure: f64,
    /// What a unit of discount takes off the objective.
    pub(super) worth: f64,
}

/// A level of a bundle.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub(super) from: f64,
    pub(super) to: f64,
    /// Net spend per unit of list spend, by part.
    pub(super) keep: Vec<f64>,
    pub(super) fixed: f64,
}

/// Lines that are one to the outer block.
#[derive(Debug, Clone)]
pub(super) struct Bundle {
    pub(super) block: usize,
    pub(super) scale: Option<usize>,
    pub(super) loose: bool,
    pub(super) parts: Vec<Part>,
    pub(super) levels: Vec<Level>,
    /// Net spend of a used bundle is at least this and at most that.
    pub(super) least: f64,
    pub(super) most: f64,
    /// Money that comes back of a unit of net spend in any case, in the objective.
    pub(super) always: f64,
}

/// What makes lines one bundle; the part that always comes back by its bits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    block: usize,
    supplier: SupplierIx,
    ladder: Option<usize>,
    loose: bool,
    scale: Option<usize>,
    always: u64,
}

/// Ladders whose lines would not be one bundle are none: their lines become loose. So do those of slices whose discount
/// is not worth the same on all lines.
pub(super) fn loosen(tender: &Tender, relaxed: &Relaxed, schedules: &mut Schedules) {
    for ladder in &schedules.ladders {
        let of = |c: &CandidateIx| {
            let always = schedules.always.get(c).map(|a| a.to_bits());
            let worth = if ladder.incremental { relaxed.volumes.net_factor[*c].to_bits() } else { 0 };
            (tender.candidates[*c].supplier, schedules.scale_of.get(c), always, worth)
        };
        if ladder.lines.windows(2).any(|pair| of(&pair[0]) != of(&pair[1])) {
            schedules.loose.extend(ladder.lines.iter().map(|c| (*c, ())));
        }
    }
}

/// The bundles in order of block.
pub(super) fn bundles(tender: &Tender, relaxed: &Relaxed, schedules: &Schedules, blocks: &Blocks) -> Vec<Bundle> {
    let mut by_key: BTreeMap<Key, BTreeMap<(NeedIx, OfferIx), Vec<CandidateIx>>> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        let ladder = schedules.ladder_of.get(&c).copied();
        let loose = schedules.loose.contains_key(&c) || ladder.is_some_and(|l| !blocks.ladders[l]);
        let key = Key {
            block: blocks.of_need[line.need],
            supplier: line.supplier,
            ladder: ladder.filter(|_| !loose),
            loose,
            scale: schedules.scale_of.get(&c).copied(),
            always: schedules.always.get(&c).copied().unwrap_or(0.0).to_bits(),
        };
        by_key.entry(key).or_default().entry((line.need, line.offer)).or_default().push(c);
    }
    let mut made: Vec<(Key, Vec<Part>)> = by_key
        .into_iter()
        .map(|(key, parts)| {
            let ladder = key.ladder.map(|l| &schedules.ladders[l]);
            let parts = parts.into_values().map(|lines| part(tender, relaxed, ladder, lines)).collect();
            (key, parts)
        })
        .collect();
    reach(relaxed, &mut made);
    let minima: BTreeMap<Vec<CandidateIx>, f64> = minima(tender, relaxed);
    made.into_iter().map(|(key, parts)| bundle(tender, schedules, &minima, key, parts)).collect()
}

/// Least list spend of sets of lines, if used.
fn minima(tender: &Tender, relaxed: &Relaxed) -> BTreeMap<Vec<CandidateIx>, f64> {
    let mut minima: BTreeMap<Vec<CandidateIx>, f64> = BTreeMap::new();
    let mut of_supplier: BTreeMap<SupplierIx, Vec<CandidateIx>> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        if tender.suppliers[line.supplier].minimum_award.is_some() {
            of_supplier.entry(line.supplier).or_default().push(c);
        }
    }
    let awards = of_supplier
        .into_iter()
        .map(|(s, lines)| (lines, tender.suppliers[s].minimum_award.map_or(0.0, |m| m.to_f64())));
    for (lines, least) in awards.chain(relaxed.beyond.minima.iter().cloned()) {
        let known = minima.entry(lines).or_insert(0.0);
        *known = known.max(least);
    }
    minima
}

fn part(tender: &Tender, relaxed: &Relaxed, ladder: Option<&Ladder>, lines: Vec<CandidateIx>) -> Part {
    let volumes = &relaxed.volumes;
    let term = |c: &CandidateIx| {
        let (col, packs) = volumes.packs[*c];
        (col, packs * volumes.list[*c])
    };
    let any = lines[0];
    let list = volumes.list[any];
    let measure = match ladder.map(|l| l.basis) {
        Some(Basis::Packs) => 1.0 / list,
        Some(Basis::NeedUnits) => tender.candidates[any].use_factor.to_f64() / list,
        Some(Basis::Spend | Basis::Share) | None => 1.0,
    };
    let years = f64::from(tender.settings.contract_years);
    Part {
        list: lines.iter().map(term).collect(),
        reach: 0.0,
        measure: if measure.is_finite() { measure } else { 0.0 },
        worth: years * volumes.net_factor[any] / relaxed.model.money_scale,
        lines,
    }
}

/// The most that each part can be: all of its cells, or what a row allows that speaks of all its lines and in which
/// nothing counts less than nothing.
fn reach(relaxed: &Relaxed, made: &mut [(Key, Vec<Part>)]) {
    let model = &relaxed.model;
    let mut of_column: Vec<Option<(u32, f64)>> = vec![None; model.columns()];
    let mut parts: Vec<&mut Part> = made.iter_mut().flat_map(|(_, parts)| parts.iter_mut()).collect();
    for (id, part) in parts.iter_mut().enumerate() {
        part.reach = part.list.iter().map(|(col, value)| value * model.upper[col.0 as usize]).sum();
        for (col, value) in &part.list {
            of_column[col.0 as usize] = Some((u32::try_from(id).unwrap_or(u32::MAX), *value));
        }
    }
    for row in 0..model.rows() {
        let range = model.start[row] as usize..model.start[row + 1] as usize;
        let (columns, values) = (&model.index[range.clone()], &model.value[range]);
        let top = model.row_upper[row];
        if !top.is_finite() || values.iter().any(|v| *v < 0.0) || columns.iter().any(|c| model.lower[*c as usize] < 0.0)
        {
            continue;
        }
        let mut seen: BTreeMap<u32, (usize, f64)> = BTreeMap::new();
        for (col, value) in columns.iter().zip(values) {
            if let Some((id, list)) = of_column[*col as usize].filter(|_| *value > 0.0) {
                let entry = seen.entry(id).or_insert((0, 0.0));
                entry.0 += 1;
                entry.1 = entry.1.max(list / value);
            }
        }
        for (id, (lines, per_unit)) in seen {
            let part = &mut parts[id as usize];
            if lines == part.list.len() {
                part.reach = part.reach.min(top.max(0.0) * per_unit);
            }
        }
    }
    for part in parts {
        part.reach *= 1.0 + ROOM;
    }
}

fn bundle(
    tender: &Tender,
    schedules: &Schedules,
    minima: &BTreeMap<Vec<CandidateIx>, f64>,
    key: Key,
    parts: Vec<Part>,
) -> Bundle {
    let mut all: Vec<CandidateIx> = parts.iter().flat_map(|p| p.lines.iter().copied()).collect();
    all.sort();
    let ladder = key.ladder.map(|l| &schedules.ladders[l]);
    let by_spend = ladder.is_none_or(|l| l.basis == Basis::Spend);
    let reach: f64 = parts.iter().map(|p| p.measure * p.reach).sum();
    let levels = match (ladder, key.loose) {
        (_, true) => loose(tender, &parts, reach),
        (Some(ladder), false) => steps(tender, ladder, &parts, reach),
        (None, false) => {
            vec![Level { from: 0.0, to: reach, keep: vec![1.0; parts.len()], fixed: 0.0 }]
        }
    };
    // A least award makes every level begin there, where levels are counted as it is.
    let floor = minima.get(&all).copied().filter(|_| by_spend).unwrap_or(0.0);
    let counted = !key.loose;
    let levels: Vec<Level> = levels
        .into_iter()
        .filter(|l| !counted || l.to >= floor * (1.0 - ROOM))
        .map(|l| Level { from: if counted { l.from.max(floor) } else { l.from }, ..l })
        .collect();
    let years = f64::from(tender.settings.contract_years);
    let (least, most) = limits(&parts, &levels);
    Bundle {
        block: key.block,
        scale: key.scale,
        loose: key.loose,
        always: f64::from_bits(key.always) * years,
        parts,
        levels,
        least,
        most,
    }
}

/// The levels of a ladder that are within reach.
fn steps(tender: &Tender, ladder: &Ladder, parts: &[Part], reach: f64) -> Vec<Level> {
    let price = |p: &Part| tender.offers[tender.candidates[p.lines[0]].offer].list_price.to_f64();
    let keep = |value: f64| -> Vec<f64> {
        let of = |p: &Part| if ladder.gives_price { value / price(p).max(f64::MIN_POSITIVE) } else { 1.0 - value };
        parts.iter().map(of).collect()
    };
    let mut levels = Vec::new();
    let needs_tier = |p: &Part| tender.offers[tender.candidates[p.lines[0]].offer].needs_tier;
    let first = ladder.steps.first().map_or(f64::INFINITY, |s| s.from);
    if first > 0.0 && !parts.iter().all(needs_tier) {
        levels.push(Level { from: 0.0, to: first.min(reach), keep: vec![1.0; parts.len()], fixed: 0.0 });
    }
    let mut below = 0.0;
    for (t, step) in ladder.steps.iter().enumerate() {
        if step.from > reach {
            break;
        }
        let next = ladder.steps.get(t + 1).map_or(f64::INFINITY, |s| s.from);
        // Slices: S(L) − d L.
        let fixed = if ladder.incremental { below - step.value * step.from } else { 0.0 };
        levels.push(Level { from: step.from, to: next.min(reach), keep: keep(step.value), fixed });
        below += step.value * (next - step.from);
    }
    levels
}

/// The least and the most that lines without a ladder can be worth.
fn loose(tender: &Tender, parts: &[Part], reach: f64) -> Vec<Level> {
    let classes = tender.year_classes();
    let limits = |p: &Part| {
        let of = p.lines.iter().map(|c| {
            let list = tender.offers[tender.candidates[*c].offer].list_price.to_f64().max(f64::MIN_POSITIVE);
            let (least, most) = ReadLevel::Net.limits(tender, &classes, *c);
            (least / list, most / list)
        });
        of.fold((1.0_f64, 1.0_f64), |a, b| (a.0.min(b.0), a.1.max(b.1)))
    };
    let (least, most): (Vec<f64>, Vec<f64>) = parts.iter().map(limits).unzip();
    [least, most].map(|keep| Level { from: 0.0, to: reach, keep, fixed: 0.0 }).into()
}

/// The least and the most net spend of a used bundle.
fn limits(parts: &[Part], levels: &[Level]) -> (f64, f64) {
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for level in levels {
        let per_measure = |(p, keep): (&Part, &f64)| if p.measure > 0.0 { keep / p.measure } else { 0.0 };
        let rates: Vec<f64> = parts.iter().zip(&level.keep).map(per_measure).collect();
        let lowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
        least = least.min(lowest * level.from - level.fixed);
        let all: f64 = parts.iter().zip(&level.keep).map(|(p, keep)| p.reach * keep).sum();
        let highest = rates.iter().copied().fold(0.0, f64::max);
        let by_measure = if parts.iter().all(|p| p.measure > 0.0) { highest * level.to } else { all };
        most = most.max(all.min(by_measure) - level.fixed.min(0.0));
    }
    let least = if least.is_finite() { least.max(0.0) * (1.0 - ROOM) } else { 0.0 };
    (least.min(most), most * (1.0 + ROOM))
}
