//! Where paths are drawn: reused from replication to replication, so that drawing allocates next to nothing. Most processes strike
//! in a few steps or not at all: of every row only the span is written in which this path, or the one before it, falls below normal.

use std::ops::Range;

use super::path::{Path, StockLoss, Withdrawal};
use super::scenery::Scenery;
use super::stream::{FirstBlocks, Stream};
use super::supply_class::Chain;
use super::trajectory::{Outage, Trajectory};
use crate::bits;

/// Working memory of one thread, and the path drawn last.
#[derive(Debug, Clone)]
pub struct Canvas {
    /// The path drawn last.
    pub path: Path,
    pub(super) trajectories: Vec<Trajectory>,
    /// Where the processes draw from.
    pub(super) first: FirstBlocks,
    pub(super) stream: Stream,
    low: Trajectory,
    spare: Trajectory,
    /// `[chain × steps + step]`: fraction lost.
    loss: Vec<f64>,
    /// Steps in which a chain may lose something, and in which a class may be off full capacity; those of which this is not nothing.
    lossy: Vec<Range<usize>>,
    off: Vec<Range<usize>>,
    lossy_chains: Vec<u64>,
    off_classes: Vec<u64>,
    /// Processes with an outage on this path, and those that are then off full output.
    struck: Vec<u64>,
    off_processes: Vec<u64>,
    held: Vec<f64>,
    opens: Vec<bool>,
    /// The same, where some process refuses orders or stops goods on the way.
    refused: Vec<f64>,
    still: Vec<f64>,
    /// What each branch of a class holds, for a unit of normal output.
    queue: Vec<f64>,
}

impl Canvas {
    /// Memory for this scenery.
    pub fn new(scenery: &Scenery) -> Self {
        let (weeks, classes) = (scenery.weeks(), scenery.classes.mixes.len());
        let chains = &scenery.classes.chains;
        let any = |f: fn(&Chain) -> bool| chains.iter().any(f);
        let shock = |f: fn(&ballast_domain::pack::Shock) -> bool| scenery.processes.list.iter().any(|p| f(&p.shock));
        let rows = |wanted: bool, per: usize| if wanted { weeks * per } else { 0 };
        let late = any(|c| !c.late.is_empty());
        let (refused, still) = (any(|c| !c.refused.is_empty()), any(|c| !c.still.is_empty()));
        Self {
            path: Path {
                weeks,
                classes,
                cells: scenery.cells,
                capacity: vec![1.0; weeks * classes],
                changed: vec![0; weeks * classes.div_ceil(64)],
                held: vec![0.0; rows(late, classes)],
                released: vec![1.0; rows(late, classes)],
                taken: vec![1.0; rows(refused, classes)],
                moving: vec![1.0; rows(still, classes)],
                extra_lead: vec![0; rows(shock(|s| s.extra_lead_weeks > 0.0), classes)],
                price: vec![1.0; rows(shock(|s| s.price_factor != 1.0), classes)],
                docks: vec![1.0; weeks * scenery.classes.docks.len()],
                withdrawals: Vec::new(),
                losses: Vec::new(),
                demand: scenery.demand.surges().to_vec(),
                down: vec![false; scenery.struck.len()],
                stopped: vec![false; scenery.beside.len() * weeks],
            },
            trajectories: vec![Trajectory::default(); scenery.processes.list.len()],
            first: FirstBlocks::new(scenery.processes.list.iter().map(|p| p.key).collect()),
            stream: Stream::default(),
            low: Trajectory::default(),
            spare: Trajectory::default(),
            loss: vec![0.0; chains.len() * weeks],
            lossy: vec![0..0; chains.len()],
            off: vec![0..0; classes],
            lossy_chains: vec![0; bits::words(chains.len())],
            off_classes: vec![0; bits::words(classes)],
            struck: vec![0; bits::words(scenery.processes.list.len())],
            off_processes: vec![0; bits::words(scenery.processes.list.len())],
            held: vec![0.0; chains.len() * weeks],
            opens: vec![true; chains.len() * weeks],
            refused: vec![0.0; rows(refused, chains.len())],
            still: vec![0.0; rows(still, chains.len())],
            queue: Vec::new(),
        }
    }

    /// Turns the trajectories of the processes into the path's rows.
    pub(super) fn finish(&mut self, scenery: &Scenery) {
        let per_week = f64::from(scenery.per_week());
        if per_week != 1.0 {
            self.trajectories.iter_mut().for_each(|t| t.scale(per_week));
        }
        self.struck.fill(0);
        self.off_processes.fill(0);
        for (p, trajectory) in self.trajectories.iter().enumerate() {
            let off = !trajectory.pieces.is_empty();
            self.off_processes[p / 64] |= u64::from(off) << (p % 64);
            self.struck[p / 64] |= u64::from(off | !trajectory.outages.is_empty()) << (p % 64);
        }
        self.lose(scenery);
        self.chains(scenery);
        self.capacities(scenery);
        if !(self.path.held.is_empty() && self.refused.is_empty() && self.still.is_empty()) {
            for (class, mix) in scenery.classes.mixes.iter().enumerate() {
                if !self.path.held.is_empty() {
                    self.class_delay(class, mix);
                }
                class_mean(class, mix, &self.refused, &mut self.path.taken, self.path.weeks, self.path.classes);
                class_mean(class, mix, &self.still, &mut self.path.moving, self.path.weeks, self.path.classes);
            }
        }
        self.shocks(scenery);
        self.changes();
        self.docks(scenery);
        let weeks = self.path.weeks;
        let end = weeks as f64;
        self.path.down.fill(false);
        bits::each(&self.struck, |p| {
            if self.trajectories[p].struck(0.0, end) {
                scenery.strikes[p].iter().for_each(|node| self.path.down[*node] = true);
            }
        });
        for (row, processes) in self.path.stopped.chunks_mut(weeks).zip(&scenery.beside) {
            row.fill(false);
            for piece in processes.iter().flat_map(|p| &self.trajectories[*p].pieces) {
                // A stop that began before the first day cannot take stock that is stated to be there on it.
                if piece.at_from <= 0.0 && (0.0..end).contains(&piece.from) {
                    row[piece.from as usize] = true;
                }
            }
        }
    }

    /// What each chain loses. Only chains with a process that is off full output on this path or the one before it are looked at.
    fn lose(&mut self, scenery: &Scenery) {
        let weeks = self.path.weeks;
        let Self { trajectories, low, spare, loss, lossy, lossy_chains, off_processes, .. } = self;
        bits::each(lossy_chains, |c| {
            let before = std::mem::replace(&mut lossy[c], 0..0);
            loss[c * weeks..(c + 1) * weeks][before].fill(0.0);
        });
        lossy_chains.fill(0);
        bits::each(off_processes, |p| {
            scenery.classes.loses[p].iter().for_each(|c| bits::insert(lossy_chains, *c));
        });
        bits::each(lossy_chains, |c| {
            let (lost, loss) = (&scenery.classes.chains[c].lost, &mut loss[c * weeks..(c + 1) * weeks]);
            lossy[c] = span(lost, trajectories, weeks);
            match only(lost, trajectories) {
                Some(alone) => alone.add_weekly_loss(loss),
                None if lowest(lost, trajectories, low, spare) => low.add_weekly_loss(loss),
                None => {}
            }
        });
    }

    /// What each chain refuses, stops and delays.
    fn chains(&mut self, scenery: &Scenery) {
        let weeks = self.path.weeks;
        if self.refused.is_empty() && self.still.is_empty() && self.path.held.is_empty() {
            return;
        }
        for (c, chain) in scenery.classes.chains.iter().enumerate() {
            let row = c * weeks..(c + 1) * weeks;
            let (all, low, spare) = (&self.trajectories, &mut self.low, &mut self.spare);
            let mut loss_of = |which: &[usize], into: &mut [f64]| {
                into.fill(0.0);
                if lowest(which, all, low, spare) {
                    low.add_weekly_loss(into);
                }
            };
            if !self.refused.is_empty() {
                loss_of(&chain.refused, &mut self.refused[row.clone()]);
            }
            if !self.still.is_empty() {
                loss_of(&chain.still, &mut self.still[row.clone()]);
            }
            if !self.path.held.is_empty() {
                let (held, opens) = (&mut self.held[row.clone()], &mut self.opens[row]);
                held.fill(0.0);
                opens.fill(true);
                if lowest(&chain.late, all, low, spare) {
                    low.weekly_delay(held, opens);
                }
            }
        }
    }

    /// Alternatives add: φ = Σ split × serial minimum. Classes of which no chain loses anything, on this path or the one before it, are at 1.
    fn capacities(&mut self, scenery: &Scenery) {
        let Self { loss, lossy, off, lossy_chains, off_classes, path, .. } = self;
        let (weeks, classes) = (path.weeks, path.classes);
        bits::each(lossy_chains, |chain| {
            scenery.classes.mixed[chain].iter().for_each(|class| bits::insert(off_classes, *class));
        });
        if scenery.overshoots {
            bits::fill(off_classes, classes);
        }
        bits::each(off_classes, |class| {
            let mix = &scenery.classes.mixes[class][..];
            let now = match scenery.overshoots {
                true => 0..weeks,
                false => mix.iter().fold(0..0, |all, (chain, _)| hull(all, lossy[*chain].clone())),
            };
            let stale = std::mem::replace(&mut off[class], now.clone());
            write(path, class, stale, |_| 1.0);
            match mix {
                [(chain, split)] => {
                    let loss = &loss[chain * weeks..(chain + 1) * weeks];
                    write(path, class, now, |w| (1.0 - split * loss[w]).clamp(0.0, 1.0));
                }
                _ => write(path, class, now, |w| {
                    let lost: f64 = mix.iter().map(|(chain, split)| split * loss[chain * weeks + w]).sum();
                    (1.0 - lost).clamp(0.0, 1.0)
                }),
            }
        });
    }

    /// Marks the steps in which a class's capacity is another than before, and forgets classes that were off only on the path before.
    fn changes(&mut self) {
        let (weeks, classes) = (self.path.weeks, self.path.classes);
        let words = bits::words(classes);
        self.path.changed.fill(0);
        for (i, word) in self.off_classes.iter_mut().enumerate() {
            bits::each(&[*word], |bit| {
                let (class, off) = (i * 64 + bit, &self.off[i * 64 + bit]);
                if off.is_empty() {
                    *word &= !(1 << bit);
                    return;
                }
                let (mut before, end) = (1.0, (off.end + 1).min(weeks));
                let rows = self.path.capacity[off.start * classes..end * classes].chunks_exact(classes);
                let marks = self.path.changed[off.start * words..end * words].chunks_exact_mut(words);
                for (row, marks) in rows.zip(marks) {
                    marks[i] |= u64::from(row[class] != before) << bit;
                    before = row[class];
                }
            });
        }
    }

    /// Delays of a class, from the flow of one unit of normal output through its branches.
    fn class_delay(&mut self, class: usize, mix: &[(usize, f64)]) {
        let (weeks, classes) = (self.path.weeks, self.path.classes);
        self.queue.clear();
        self.queue.resize(mix.len(), 0.0);
        for w in 0..weeks {
            let (mut before, mut left, mut made, mut kept) = (0.0, 0.0, 0.0, 0.0);
            for ((chain, split), queue) in mix.iter().zip(&mut self.queue) {
                let at = chain * weeks + w;
                let output = split * (1.0 - self.loss[at]);
                before += *queue;
                if self.opens[at] {
                    left += *queue;
                    *queue = 0.0;
                }
                *queue += output * self.held[at];
                made += output;
                kept += output * self.held[at];
            }
            let at = w * classes + class;
            self.path.released[at] = if before > 0.0 { left / before } else { 1.0 };
            self.path.held[at] = if made > 0.0 { (kept / made).clamp(0.0, 1.0) } else { 0.0 };
        }
    }

    /// Lead times, prices, withdrawals and overshoot, split by split.
    fn shocks(&mut self, scenery: &Scenery) {
        self.path.withdrawals.clear();
        if scenery.classes.chains.iter().all(|c| c.shocked.is_empty()) {
            return;
        }
        let per_week = f64::from(scenery.per_week());
        for (class, mix) in scenery.classes.mixes.iter().enumerate() {
            for w in 0..self.path.weeks {
                self.shocks_of_step(scenery, (class, w), mix, per_week);
            }
            for (chain, split) in mix {
                for p in &scenery.classes.chains[*chain].shocked {
                    self.withdraw(scenery, class, *split, *p);
                }
            }
        }
        self.path.withdrawals.sort_by_key(|x| (x.step, x.class));
    }

    fn shocks_of_step(&mut self, scenery: &Scenery, (class, w): (usize, usize), mix: &[(usize, f64)], per_week: f64) {
        let at = w * self.path.classes + class;
        let (mut lead, mut price, mut beyond) = (0.0, 1.0, 0.0);
        for (chain, split) in mix {
            let (mut longest, mut dearest, mut highest) = (0.0f64, 0.0f64, 0.0f64);
            for p in &scenery.classes.chains[*chain].shocked {
                let (shock, outages) = (&scenery.processes.list[*p].shock, &self.trajectories[*p].outages);
                let part: f64 = outages.iter().map(|o| Outage::part(o.from, o.to, w)).sum();
                if part >= 0.5 {
                    longest = longest.max(shock.extra_lead_weeks);
                }
                let rise = (shock.price_factor - 1.0) * part.min(1.0);
                if rise.abs() > dearest.abs() {
                    dearest = rise;
                }
                let over = |o: &Outage| Outage::part(o.full, o.full + shock.overshoot_weeks * per_week, w);
                highest = highest.max((shock.overshoot - 1.0) * outages.iter().map(over).sum::<f64>().min(1.0));
            }
            lead += split * longest;
            price += split * dearest;
            if self.loss[chain * self.path.weeks + w] <= 0.0 {
                beyond += split * highest;
            }
        }
        if let Some(slot) = self.path.extra_lead.get_mut(at) {
            *slot = (lead * per_week).round() as usize;
        }
        if let Some(slot) = self.path.price.get_mut(at) {
            *slot = price;
        }
        self.path.capacity[at] += beyond;
    }

    fn withdraw(&mut self, scenery: &Scenery, class: usize, split: f64, p: usize) {
        let shock = &scenery.processes.list[p].shock;
        if shock.recall <= 0.0 {
            return;
        }
        let end = self.path.weeks as f64;
        for outage in self.trajectories[p].outages.iter().filter(|o| (0.0..end).contains(&o.from)) {
            let back = outage.from + shock.hold_weeks * f64::from(scenery.per_week());
            let withdrawal = Withdrawal {
                step: outage.from as usize,
                class: class as u32,
                part: split * shock.recall,
                returns: (shock.hold_weeks > 0.0).then_some(back.ceil() as usize),
            };
            self.path.withdrawals.push(withdrawal);
        }
    }

    fn docks(&mut self, scenery: &Scenery) {
        let docks = scenery.classes.docks.len();
        self.path.losses.clear();
        if docks == 0 {
            return;
        }
        let mut closed = vec![0.0; self.path.weeks];
        for (d, processes) in scenery.classes.docks.iter().enumerate() {
            closed.fill(0.0);
            for p in processes {
                let part = scenery.processes.list[*p].shock.stock_loss;
                let begun = self.trajectories[*p].outages.iter().filter(|o| part > 0.0 && o.from >= 0.0);
                let begun = begun.map(|o| o.from as usize).filter(|step| *step < self.path.weeks);
                self.path.losses.extend(begun.map(|step| StockLoss { step, dock: d, part }));
            }
            if lowest(processes, &self.trajectories, &mut self.low, &mut self.spare) {
                self.low.add_weekly_loss(&mut closed);
            }
            for (w, closed) in closed.iter().enumerate() {
                self.path.docks[w * docks + d] = (1.0 - closed).clamp(0.0, 1.0);
            }
        }
        self.path.losses.sort_by_key(|x| (x.step, x.dock));
    }
}

/// Writes the capacity of a class in some steps.
fn write(path: &mut Path, class: usize, steps: Range<usize>, of: impl Fn(usize) -> f64) {
    let rows = path.capacity[steps.start * path.classes..steps.end * path.classes].chunks_exact_mut(path.classes);
    rows.zip(steps).for_each(|(row, w)| row[class] = of(w));
}

/// What is left of 1 on average over the branches of a class.
fn class_mean(class: usize, mix: &[(usize, f64)], lost: &[f64], into: &mut [f64], weeks: usize, classes: usize) {
    if lost.is_empty() {
        return;
    }
    for w in 0..weeks {
        let lost: f64 = mix.iter().map(|(chain, split)| split * lost[chain * weeks + w]).sum();
        into[w * classes + class] = (1.0 - lost).clamp(0.0, 1.0);
    }
}

/// The shortest range that covers two; an empty one covers nothing.
fn hull(a: Range<usize>, b: Range<usize>) -> Range<usize> {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b,
        (_, true) => a,
        _ => a.start.min(b.start)..a.end.max(b.end),
    }
}

/// Steps that a piece of some of the trajectories touches.
fn span(which: &[usize], all: &[Trajectory], steps: usize) -> Range<usize> {
    let pieces = which.iter().flat_map(|p| &all[*p].pieces);
    let steps_of = |p: &super::trajectory::Piece| {
        let (from, end) = (p.from.max(0.0) as usize, p.to.min(steps as f64).max(0.0));
        let to = end as usize + usize::from((end as usize as f64) < end);
        if from < to { from..to } else { 0..0 }
    };
    pieces.fold(0..0, |all, p| hull(all, steps_of(p)))
}

/// The trajectory that is off full output, if there is just one.
fn only<'a>(which: &[usize], all: &'a [Trajectory]) -> Option<&'a Trajectory> {
    let mut off = which.iter().map(|p| &all[*p]).filter(|t| !t.pieces.is_empty());
    off.next().filter(|_| off.next().is_none())
}

/// The minimum of some trajectories at each instant, in `low`; false if all are at full output throughout.
fn lowest(which: &[usize], all: &[Trajectory], low: &mut Trajectory, spare: &mut Trajectory) -> bool {
    let mut any = false;
    for t in which.iter().map(|p| &all[*p]).filter(|t| !t.pieces.is_empty()) {
        if any {
            low.min(t, spare);
            std::mem::swap(low, spare);
        } else {
            low.pieces.clone_from(&t.pieces);
            any = true;
        }
    }
    any
}
