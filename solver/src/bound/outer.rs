//! The outer block Y: what suppliers are for the whole tender. A bundle's net spend and use are split by the level r of its
//! scale (rebate levels, 0 below the first step), n'\[o,r\] in parts of most\[o\]:
//!
//!   Σ_r μ\[k,r\] ≤ 1;   from\[r\] μ\[k,r\] ≤ Σ_o most\[o\] n'\[o,r\] ≤ to\[r\] μ\[k,r\]
//!   least\[o\] u'\[o,r\] ≤ most\[o\] n'\[o,r\] ≤ min(most\[o\], to\[r\]) u'\[o,r\],   u'\[o,r\] ≤ μ\[k,r\]
//!   g\[S\] ≥ Σ_r u'\[o,r\] for o in a set S of bundles (a supplier, a thing that is counted);  Σ_S g\[S\] ≤ K
//!   Σ_o a\[o\] most\[o\] Σ_r n'\[o,r\] ≤ b for rules on net spend whose coefficient is one for each bundle
//!   Σ_{o sells for the need} Σ_r u'\[o,r\] ≥ the fewest bundles whose capacities reach the need's demand
//!   cost: −years (ρ\[r\] Σ_o most n' + fixed\[r\] μ) + onboarding g − Σ β n' − Σ α u'
//!
//! A set that is just the bundles of a scale has g = Σ_r μ. Counts and rules whose lines cut through bundles are given up.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::*;

use super::block::{Prices, Range, proven};
use super::bundles::Bundle;
use super::offers::Schedules;
use super::relaxed::Relaxed;
use crate::confirmed;
use crate::highs::{self, Lp, LpStatus, Settings, Watch};
use crate::model::{Col, Model, RowLabel, Terms};

/// Room, relative, for what floating point may have lost in a limit.
const ROOM: f64 = 1e-9;
/// From this distance to 0 and 1 on a binary is fractional.
const FRACTIONAL: f64 = 1e-6;
/// Iterations after which the branching of Y is ended; its bound so far holds.
const MOST: i64 = 50_000;

/// A scale in Y.
pub(super) struct Scale {
    /// Its bundles.
    pub(super) bundles: Vec<usize>,
    /// μ by level.
    pub(super) levels: Vec<usize>,
    /// Where each level begins.
    pub(super) from: Vec<f64>,
    /// The row low ≤ Σ μ ≤ 1.
    row: usize,
}

/// The outer block.
pub(super) struct Outer {
    pub(super) model: Model,
    lp: Lp,
    /// n' and u' of each bundle, by level of its scale.
    pub(super) split: Vec<Vec<(usize, usize)>>,
    pub(super) scales: Vec<Scale>,
    base: Vec<f64>,
    pub(super) iterations: u64,
}

struct Writing<'a> {
    model: Model,
    bundles: &'a [Bundle],
    split: Vec<Vec<(Col, Col)>>,
    /// g of a set of bundles, as terms.
    sets: BTreeMap<BTreeSet<usize>, Terms>,
}

impl Writing<'_> {
    /// Terms that are at least 1 where a bundle of the set is used.
    fn used(&mut self, set: &BTreeSet<usize>) -> Terms {
        if let Some(known) = self.sets.get(set) {
            return known.clone();
        }
        let g = self.model.binary(0.0);
        for o in set {
            let mut terms: Terms = self.split[*o].iter().map(|(_, u)| (*u, 1.0)).collect();
            terms.push((g, -1.0));
            self.model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, terms);
        }
        self.sets.insert(set.clone(), vec![(g, 1.0)]);
        vec![(g, 1.0)]
    }
}

impl Outer {
    /// Writes Y.
    pub(super) fn new(tender: &Tender, relaxed: &Relaxed, schedules: &Schedules, bundles: &[Bundle]) -> Option<Self> {
        let mut model = Model { money_scale: relaxed.model.money_scale, ..Model::default() };
        let years = f64::from(tender.settings.contract_years) / model.money_scale;
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); schedules.scales.len()];
        for (o, bundle) in bundles.iter().enumerate() {
            if let Some(k) = bundle.scale {
                members[k].push(o);
            }
        }
        let mut split: Vec<Vec<(Col, Col)>> = Vec::new();
        let mut steps: Vec<Vec<(f64, f64, f64, f64)>> = Vec::new();
        for (k, scale) in schedules.scales.iter().enumerate() {
            let reach: f64 = members[k].iter().map(|o| bundles[*o].most).sum();
            steps.push(levels(scale, reach * (1.0 + ROOM)));
        }
        for bundle in bundles {
            let levels = bundle.scale.map_or(1, |k| steps[k].len());
            let mut pair = |r: usize| {
                let rate = bundle.scale.map_or(0.0, |k| steps[k][r].2);
                let n = model.column(-years * rate * bundle.most, 0.0, 1.0, false);
                (n, model.binary(0.0))
            };
            split.push((0..levels).map(&mut pair).collect());
        }
        let mut writing = Writing { model, bundles, split, sets: BTreeMap::new() };
        let mut scales = Vec::new();
        for (k, steps) in steps.iter().enumerate() {
            scales.push(write_scale(&mut writing, &members[k], steps, years));
        }
        for (o, bundle) in bundles.iter().enumerate() {
            if bundle.scale.is_none() {
                let (n, u) = writing.split[o][0];
                limits(&mut writing.model, n, u, bundle, f64::INFINITY);
                writing.model.row(RowLabel::Link, 0.0, 1.0, vec![(u, 1.0)]);
            }
        }
        suppliers(tender, &mut writing);
        let of_line = of_line(tender, bundles);
        counts(relaxed, &mut writing, &of_line);
        net_rules(relaxed, &mut writing, &of_line);
        covers(tender, relaxed, &mut writing);
        let Writing { model, split, .. } = writing;
        let lp = Lp::new(&model)?;
        let at = |pairs: Vec<(Col, Col)>| pairs.into_iter().map(|(n, u)| (n.0 as usize, u.0 as usize)).collect();
        let split = split.into_iter().map(at).collect();
        Some(Self { base: model.cost.clone(), model, lp, split, scales, iterations: 0 })
    }

    /// Costs without prices.
    pub(super) fn base(&self) -> &[f64] {
        &self.base
    }

    /// Restricts the levels of each scale.
    pub(super) fn restrict(&mut self, ranges: &[Range]) {
        for (scale, range) in self.scales.iter().zip(ranges) {
            for (r, col) in scale.levels.iter().enumerate() {
                let r = i32::try_from(r).unwrap_or(i32::MAX);
                self.model.upper[*col] = if (range.low..=range.high).contains(&r) { 1.0 } else { 0.0 };
            }
            self.model.row_lower[scale.row] = if range.low >= 0 { 1.0 } else { 0.0 };
        }
        self.lp.column_bounds(&self.model.lower, &self.model.upper);
        self.lp.row_bounds(&self.model.row_lower, &self.model.row_upper);
    }

    /// Ψ: the least cost at these prices, from below; infinite if the restrictions leave nothing.
    pub(super) fn value(&mut self, prices: &Prices, stop: &dyn Fn() -> bool) -> f64 {
        self.model.cost.clone_from(&self.base);
        for (o, split) in self.split.iter().enumerate() {
            for (n, u) in split {
                self.model.cost[*n] -= prices.net[o];
                self.model.cost[*u] -= prices.used[o];
            }
        }
        self.lp.costs(&self.model.cost);
        let (status, iterations) = self.lp.run();
        self.iterations += iterations;
        if status == LpStatus::Infeasible {
            return f64::INFINITY;
        }
        let (point, duals) = self.lp.point();
        let relaxed = proven(&self.model, &duals);
        let fractional = |(value, integer): (&f64, &bool)| *integer && (value - value.round()).abs() > FRACTIONAL;
        if status == LpStatus::Optimal && !point.iter().zip(&self.model.integer).any(fractional) {
            return relaxed;
        }
        let settings = Settings {
            time_limit: None,
            gap: 1e-6,
            absolute_gap: 1e-6,
            seed: 0,
            presolve: true,
            fragile_heuristics: false,
        };
        let run = confirmed::run(&self.model, &settings, None, &mut Ended { stop });
        self.iterations += u64::try_from(run.iterations).unwrap_or(0);
        match run.status {
            highs::Status::Infeasible => f64::INFINITY,
            _ if run.bound.is_finite() => run.bound.max(relaxed),
            _ => relaxed,
        }
    }
}

/// Ends the branching of Y after a while.
struct Ended<'a> {
    stop: &'a dyn Fn() -> bool,
}

impl Watch for Ended<'_> {
    fn improving(&mut self, _: &[f64], _: f64, _: i64) {}

    fn stop(&mut self, _: f64, iterations: i64) -> bool {
        iterations > MOST || (self.stop)()
    }
}

/// From, to, rate and fixed sum of the levels within reach.
fn levels(scale: &super::offers::Ladder, reach: f64) -> Vec<(f64, f64, f64, f64)> {
    let first = scale.steps.first().map_or(f64::INFINITY, |s| s.from);
    let mut levels = Vec::new();
    if first > 0.0 {
        levels.push((0.0, first.min(reach), 0.0, 0.0));
    }
    let mut below = 0.0;
    for (t, step) in scale.steps.iter().enumerate() {
        if step.from > reach {
            break;
        }
        let next = scale.steps.get(t + 1).map_or(f64::INFINITY, |s| s.from);
        let fixed = if scale.incremental { below - step.value * step.from } else { 0.0 };
        levels.push((step.from, next.min(reach), step.value, fixed));
        below += step.value * (next - step.from);
    }
    levels
}

/// least u ≤ most n ≤ min(most, to) u.
fn limits(model: &mut Model, n: Col, u: Col, bundle: &Bundle, to: f64) {
    if bundle.most > 0.0 {
        if bundle.least > 0.0 {
            model.row(RowLabel::Link, 0.0, f64::INFINITY, vec![(n, 1.0), (u, -bundle.least / bundle.most)]);
        }
        model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(n, 1.0), (u, -(to / bundle.most).min(1.0))]);
    }
}

fn write_scale(w: &mut Writing<'_>, members: &[usize], steps: &[(f64, f64, f64, f64)], years: f64) -> Scale {
    let reach: f64 = members.iter().map(|o| w.bundles[*o].most).sum();
    let size = if reach > 0.0 { reach } else { 1.0 };
    let mut levels = Vec::new();
    for (r, (from, to, _, fixed)) in steps.iter().enumerate() {
        let mu = w.model.binary(-years * fixed);
        levels.push(mu);
        let spend: Terms = members.iter().map(|o| (w.split[*o][r].0, w.bundles[*o].most / size)).collect();
        if *from > 0.0 {
            let mut terms = spend.clone();
            terms.push((mu, -from / size));
            w.model.row(RowLabel::Link, 0.0, f64::INFINITY, terms);
        }
        let mut terms = spend;
        terms.push((mu, -to / size));
        w.model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, terms);
        for o in members {
            let (n, u) = w.split[*o][r];
            limits(&mut w.model, n, u, &w.bundles[*o], *to);
            w.model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(u, 1.0), (mu, -1.0)]);
        }
    }
    let sum: Terms = levels.iter().map(|mu| (*mu, 1.0)).collect();
    w.model.row(RowLabel::Link, 0.0, 1.0, sum.clone());
    let row = w.model.rows() - 1;
    w.sets.insert(members.iter().copied().collect(), sum);
    Scale {
        bundles: members.to_vec(),
        levels: levels.iter().map(|mu| mu.0 as usize).collect(),
        from: steps.iter().map(|s| s.0).collect(),
        row,
    }
}

fn suppliers(tender: &Tender, w: &mut Writing<'_>) {
    let weight = float(&exact(tender.settings.component_weight(Component::Onboarding))) / w.model.money_scale;
    let mut bundles: BTreeMap<SupplierIx, BTreeSet<usize>> = BTreeMap::new();
    for (o, bundle) in w.bundles.iter().enumerate() {
        if let Some(c) = bundle.parts.first().and_then(|p| p.lines.first()) {
            bundles.entry(tender.candidates[*c].supplier).or_default().insert(o);
        }
    }
    for (supplier, set) in bundles {
        let cost = tender.suppliers[supplier].onboarding_cost.to_f64() * weight;
        if cost > 0.0 {
            for (col, part) in w.used(&set) {
                w.model.add_cost(col, cost * part);
            }
        }
    }
}

/// The bundle of each line.
fn of_line(tender: &Tender, bundles: &[Bundle]) -> IxVec<CandidateIx, usize> {
    let mut of_line = vec![0; tender.candidates.len()];
    for (o, bundle) in bundles.iter().enumerate() {
        for c in bundle.parts.iter().flat_map(|p| &p.lines) {
            of_line[c.ix()] = o;
        }
    }
    of_line.into_iter().collect()
}

fn counts(relaxed: &Relaxed, w: &mut Writing<'_>, of_line: &IxVec<CandidateIx, usize>) {
    let sizes: Vec<usize> = w.bundles.iter().map(|b| b.parts.iter().map(|p| p.lines.len()).sum()).collect();
    for (things, most) in &relaxed.beyond.counts {
        let mut terms = Terms::new();
        for lines in things {
            let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
            for c in lines {
                *seen.entry(of_line[*c]).or_default() += 1;
            }
            // A thing counts as soon as a bundle that is all its own is used; what it shares is given up.
            let own: BTreeSet<usize> = seen.into_iter().filter(|(o, n)| *n == sizes[*o]).map(|(o, _)| o).collect();
            if !own.is_empty() {
                terms.extend(w.used(&own));
            }
        }
        w.model.row(RowLabel::Link, f64::NEG_INFINITY, *most, terms);
    }
}

fn net_rules(relaxed: &Relaxed, w: &mut Writing<'_>, of_line: &IxVec<CandidateIx, usize>) {
    let sizes: Vec<usize> = w.bundles.iter().map(|b| b.parts.iter().map(|p| p.lines.len()).sum()).collect();
    for (terms, most) in &relaxed.beyond.net {
        let mut of_bundle: BTreeMap<usize, (f64, usize)> = BTreeMap::new();
        let mut whole = true;
        for (c, weight) in terms {
            let entry = of_bundle.entry(of_line[*c]).or_insert((*weight, 0));
            whole &= entry.0 == *weight;
            entry.1 += 1;
        }
        whole &= of_bundle.iter().all(|(o, (_, lines))| *lines == sizes[*o]);
        if !whole {
            continue;
        }
        let size = of_bundle.iter().map(|(o, (v, _))| v.abs() * w.bundles[*o].most).sum::<f64>().max(most.abs());
        let size = if size > 0.0 { size } else { 1.0 };
        let mut row = Terms::new();
        for (o, (weight, _)) in of_bundle {
            let most = w.bundles[o].most;
            row.extend(w.split[o].iter().map(|(n, _)| (*n, weight * most / size)));
        }
        w.model.row(RowLabel::Link, f64::NEG_INFINITY, most / size, row);
    }
}

/// The fewest bundles that can serve a need.
fn covers(tender: &Tender, relaxed: &Relaxed, w: &mut Writing<'_>) {
    let mut units: BTreeMap<NeedIx, BTreeMap<usize, f64>> = BTreeMap::new();
    for (o, bundle) in w.bundles.iter().enumerate() {
        for part in &bundle.parts {
            let line = &tender.candidates[part.lines[0]];
            let price = relaxed.volumes.list[part.lines[0]];
            let all: f64 = part.lines.iter().map(|c| relaxed.volumes.units[*c]).sum();
            let within = part.reach / price * line.use_factor.to_f64();
            let units = units.entry(line.need).or_default().entry(o).or_insert(0.0);
            *units += if within.is_finite() { all.min(within) } else { all };
        }
    }
    let shares = shares(tender, relaxed);
    let mut known: BTreeSet<(Vec<usize>, usize)> = BTreeSet::new();
    for (need, of_bundle) in units {
        if tender.needs[need].shortage_cost.is_some() {
            continue;
        }
        let demand: f64 = tender.cells.iter().filter(|c| c.need == need).map(|c| c.quantity.to_f64()).sum();
        let capped = |(o, units): (&usize, &f64)| {
            let supplier = tender.candidates[w.bundles[*o].parts[0].lines[0]].supplier;
            shares.get(&(need, supplier)).map_or(*units, |s| units.min(*s))
        };
        let mut most: Vec<f64> = of_bundle.iter().map(capped).collect();
        most.sort_by(|a, b| b.total_cmp(a));
        let (mut sum, mut fewest) = (0.0, 0);
        for units in &most {
            if sum >= demand * (1.0 - 1e-6) {
                break;
            }
            sum += units;
            fewest += 1;
        }
        let sellers: Vec<usize> = of_bundle.into_keys().collect();
        if !known.insert((sellers.clone(), fewest)) {
            continue;
        }
        let terms: Terms = sellers.iter().flat_map(|o| w.split[*o].iter().map(|(_, u)| (*u, 1.0))).collect();
        w.model.row(RowLabel::Link, fewest as f64, f64::INFINITY, terms);
    }
}

/// The most need units that a row lets a supplier serve of a need, where it speaks of just these lines.
fn shares(tender: &Tender, relaxed: &Relaxed) -> BTreeMap<(NeedIx, SupplierIx), f64> {
    let model = &relaxed.model;
    let mut lines: BTreeMap<(NeedIx, SupplierIx), usize> = BTreeMap::new();
    let mut of_column: BTreeMap<usize, CandidateIx> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        *lines.entry((line.need, line.supplier)).or_default() += 1;
        of_column.insert(relaxed.volumes.share[c].0 as usize, c);
    }
    let mut most = BTreeMap::new();
    for row in 0..model.rows() {
        let range = model.start[row] as usize..model.start[row + 1] as usize;
        let columns = &model.index[range.clone()];
        let Some(c) = columns.first().and_then(|c| of_column.get(&(*c as usize))) else { continue };
        let key = (tender.candidates[*c].need, tender.candidates[*c].supplier);
        let values = &model.value[range];
        let inside = |c: &i32| {
            of_column.get(&(*c as usize)).is_some_and(|c| {
                let line = &tender.candidates[*c];
                (line.need, line.supplier) == key
            })
        };
        let top = model.row_upper[row];
        let all = lines.get(&key) == Some(&columns.len()) && columns.iter().all(inside);
        if !all || !top.is_finite() || values.iter().any(|v| *v <= 0.0) {
            continue;
        }
        let unit = |(c, v): (&i32, &f64)| of_column.get(&(*c as usize)).map_or(0.0, |c| relaxed.volumes.units[*c] / v);
        let per_unit = columns.iter().zip(values).map(unit).fold(0.0, f64::max);
        let units = top.max(0.0) * per_unit;
        let known = most.entry(key).or_insert(units);
        *known = known.min(units);
    }
    most
}
