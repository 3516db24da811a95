//! From a tender to its bound: rounds of prices at the root, then at the nodes of the branching.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use ballast_domain::Tender;
use ballast_domain::index::*;
use rayon::prelude::*;

use super::block::{Block, Prices, Range};
use super::bundles::{self, Bundle};
use super::master::{Master, Thought, closed, uses_closed};
use super::outer::Outer;
use super::relaxed::{Relaxed, refused, relaxed};
use super::tree::{Column, Ends, Grown, grow, relax, whole_range};
use super::{blocks, branch, offers};

/// The bound is stated lower by this part: it covers the solver's tolerances.
const OUTWARDS: f64 = 1e-6;
/// Part of the best rebate that bundles are first believed to get.
const FIRST: f64 = 0.85;
/// The first box, as a part of the bound per bundle.
const BOX: f64 = 0.01;
/// A box grows where the bound rose by this part of what was promised, by this factor; and shrinks elsewhere.
const KEPT: f64 = 0.15;
const GROW: f64 = 1.5;
const SHRINK: f64 = 0.6;
/// The rounds at the root end where the promise is within this part of the bound.
const CLOSE: f64 = 3e-4;
/// At a leaf, within this part.
const SETTLED: f64 = 2e-5;
/// Rounds at the root, at a leaf, and at a node.
const ROOT_ROUNDS: usize = 40;
const NODE_ROUNDS: usize = 3;
/// Gaps of trees: before the first failure, and after.
const COARSE: f64 = 1e-3;
const FINE: f64 = 2e-4;
/// Lines from which on prices are first looked for over plain LPs, and the rounds of that.
const LARGE: usize = 30_000;
const PLAIN_ROUNDS: usize = 12;
/// LPs of a tree.
const SOLVES: usize = 200;

/// How much work a bound may take; a unit is 1,000 simplex iterations.
#[derive(Debug, Clone, Copy, Default)]
pub struct Work {
    /// The most; `None` for no limit.
    pub most: Option<u64>,
}

/// The caller's side of a bound.
pub struct Calls<'a> {
    /// True once the caller wants no more.
    pub stop: &'a (dyn Fn() -> bool + Sync),
    /// The value of the best award known, in money; infinite if there is none. Nodes above it are not looked at.
    pub known: &'a dyn Fn() -> f64,
    /// Hears a better bound, in money, and the work so far in units.
    pub improved: &'a mut dyn FnMut(f64, f64),
    /// Hears plans: the share of its cell that a line serves, block by block from the columns the master likes best. They keep
    /// demand, capacities and the rules that are linear, and are good in tiers; nothing else is promised.
    pub plan: &'a mut dyn FnMut(&Plan),
}

/// Shares of cells by line, in order of line.
pub type Plan = [(CandidateIx, f64)];

/// What a bound came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answer {
    /// No award has a lower value, in money.
    pub bound: f64,
    /// Work done, in units.
    pub work: f64,
    /// Blocks of needs, bundles of lines.
    pub blocks: usize,
    /// Bundles of lines.
    pub bundles: usize,
    /// Nodes looked at.
    pub nodes: usize,
    /// Evaluations of the dual function.
    pub rounds: usize,
}

/// A proven lower bound on the value of every award; `None` where the tender does not fall apart or says what the bound
/// does not understand.
pub fn bound(tender: &Tender, work: Work, calls: &mut Calls<'_>) -> Option<Answer> {
    if refused(tender) {
        return None;
    }
    let mut search = Search::new(tender, work, calls.stop)?;
    search.run(calls)
}

/// A node of the branching.
struct Node {
    bound: f64,
    order: usize,
    ranges: Vec<Range>,
    prices: Prices,
    /// Φ of each block at these prices, where it is known for the bundles that may be used here.
    blocks: Vec<Option<f64>>,
    cut: Option<(usize, [Range; 2])>,
    /// Whether its prices have been let go as far as they go.
    settled: bool,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Node {
    /// The greatest has the lowest bound, and of equals was made first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(other.order.cmp(&self.order))
    }
}

struct Search {
    work: Work,
    scale: f64,
    offset: f64,
    /// The line of each column of the relaxation that is a share.
    line_of: Vec<Option<CandidateIx>>,
    bundles: Vec<Bundle>,
    blocks: Vec<Block>,
    columns: Vec<Vec<Column>>,
    outer: Outer,
    master: Master,
    /// What has been told, in the objective.
    told: f64,
    nodes: usize,
    rounds: usize,
}

impl Search {
    /// `None`, too, if it is told to stop before there is anything to solve.
    fn new(tender: &Tender, work: Work, stop: &(dyn Fn() -> bool + Sync)) -> Option<Self> {
        let relaxed = relaxed(tender);
        let mut schedules = offers::schedules(tender).filter(|_| !stop())?;
        bundles::loosen(tender, &relaxed, &mut schedules);
        let blocks = blocks::blocks(tender, &relaxed, &schedules)?;
        let bundles = bundles::bundles(tender, &relaxed, &schedules, &blocks);
        let outer = Outer::new(tender, &relaxed, &schedules, &bundles).filter(|_| !stop())?;
        let of_block = |b: usize| -> Vec<(usize, &Bundle)> {
            bundles.iter().enumerate().filter(|(_, bundle)| bundle.block == b).collect()
        };
        let written: Option<Vec<Block>> = (0..blocks.count)
            .into_par_iter()
            .map(|b| Block::new(&relaxed, &blocks.rows[b], &blocks.columns[b], &of_block(b)).filter(|_| !stop()))
            .collect();
        let master = Master::new(&outer, bundles.len(), blocks.count)?;
        let Relaxed { model, volumes, .. } = relaxed;
        let mut line_of = vec![None; model.columns()];
        for (c, col) in volumes.share.enumerate() {
            line_of[col.0 as usize] = Some(c);
        }
        let years = f64::from(tender.settings.contract_years);
        Some(Self {
            work,
            scale: model.money_scale,
            offset: model.offset - schedules.sums * years / model.money_scale,
            line_of,
            columns: vec![Vec::new(); blocks.count],
            blocks: written?,
            bundles,
            outer,
            master,
            told: f64::NEG_INFINITY,
            nodes: 0,
            rounds: 0,
        })
    }

    /// Prices that pay each bundle most of the best rebate it may reach.
    fn first_prices(&self) -> Prices {
        let best = |o: usize| self.outer.split[o].iter().map(|(n, _)| self.outer.base()[*n]).fold(0.0, f64::min);
        let net = (0..self.bundles.len()).map(|o| FIRST * best(o)).collect();
        Prices { net, used: vec![0.0; self.bundles.len()] }
    }

    fn iterations(&self) -> u64 {
        self.blocks.iter().map(|b| b.iterations).sum::<u64>() + self.outer.iterations + self.master.iterations
    }

    fn spent(&self, calls: &Calls<'_>) -> bool {
        let units = self.iterations() / 1000;
        (calls.stop)() || self.work.most.is_some_and(|most| units >= most)
    }

    /// Φ of each block and Θ at these prices; columns found on the way are kept. What is known of blocks is not asked again.
    fn evaluate(
        &mut self,
        prices: &Prices,
        known: &[Option<f64>],
        closed: &[bool],
        ends: Ends,
        calls: &Calls<'_>,
    ) -> (Vec<f64>, f64) {
        let (bundles, stop) = (&self.bundles, calls.stop);
        let grown: Vec<Grown> = self
            .blocks
            .par_iter_mut()
            .zip(&self.columns)
            .zip(known)
            .map(|((block, columns), known)| {
                if let Some(bound) = *known {
                    return Grown { bound, columns: Vec::new() };
                }
                block.price(bundles, prices);
                let open = columns.iter().filter(|c| !uses_closed(block, c, closed));
                let known = open.map(|c| c.priced(block, prices)).fold(f64::INFINITY, f64::min);
                let start = block.own.iter().map(|own| whole_range(&bundles[own.bundle], closed[own.bundle])).collect();
                grow(block, bundles, prices, start, known, ends, stop)
            })
            .collect();
        let mut blocks = Vec::new();
        for (b, grown) in grown.into_iter().enumerate() {
            blocks.push(grown.bound);
            for column in grown.columns {
                self.master.add(b, self.columns[b].len(), &self.blocks[b], &column);
                self.columns[b].push(column);
            }
        }
        self.rounds += 1;
        let value = self.offset + blocks.iter().sum::<f64>() + self.outer.value(prices, &|| stop());
        (blocks, value)
    }

    fn run(&mut self, calls: &mut Calls<'_>) -> Option<Answer> {
        let ranges = self.outer.scales.iter().map(|s| Range { low: -1, high: s.levels.len() as i32 - 1 }).collect();
        let blocks = vec![None; self.blocks.len()];
        let prices = self.approached(calls);
        let mut root = Node { bound: f64::NEG_INFINITY, order: 0, ranges, prices, blocks, cut: None, settled: false };
        self.rise(&mut root, ROOT_ROUNDS, true, calls);
        let mut open = BinaryHeap::from([root]);
        let mut order = 0;
        while let Some(node) = open.pop() {
            self.tell(node.bound, calls);
            if self.spent(calls) || node.bound * self.scale >= (calls.known)() {
                break;
            }
            let Some((k, sides)) = node.cut else {
                // Only where prices have settled is it certain that no scale is left to cut.
                if node.settled {
                    break;
                }
                let mut leaf = node;
                self.rise(&mut leaf, ROOT_ROUNDS, true, calls);
                if leaf.bound < f64::INFINITY {
                    open.push(leaf);
                }
                continue;
            };
            for side in sides {
                order += 1;
                let mut ranges = node.ranges.clone();
                ranges[k] = side;
                let (bound, prices) = (node.bound, node.prices.clone());
                let blocks = self.still_known(&node, side, k);
                let mut child = Node { bound, order, ranges, prices, blocks, cut: None, settled: false };
                self.rise(&mut child, NODE_ROUNDS, false, calls);
                if child.bound < f64::INFINITY {
                    open.push(child);
                }
            }
        }
        self.told.is_finite().then(|| Answer {
            bound: self.outwards(self.told),
            work: self.iterations() as f64 / 1000.0,
            blocks: self.blocks.len(),
            bundles: self.bundles.len(),
            nodes: self.nodes,
            rounds: self.rounds,
        })
    }

    /// Prices to begin with; in large tenders after some rounds in which blocks are plain LPs, which cost little.
    fn approached(&mut self, calls: &mut Calls<'_>) -> Prices {
        let mut centre = self.first_prices();
        if self.line_of.iter().flatten().count() < LARGE {
            return centre;
        }
        let Some(mut master) = Master::new(&self.outer, self.bundles.len(), self.blocks.len()) else { return centre };
        let (mut at, mut counted) = (centre.clone(), vec![0; self.blocks.len()]);
        let (mut best, mut delta, mut promised) = (f64::NEG_INFINITY, 0.0, f64::INFINITY);
        for round in 0..PLAIN_ROUNDS {
            let bundles = &self.bundles;
            let relaxed: Vec<Grown> = self
                .blocks
                .par_iter_mut()
                .map(|block| {
                    block.price(bundles, &at);
                    relax(block, bundles, &at)
                })
                .collect();
            let stop = calls.stop;
            let phi: f64 = relaxed.iter().map(|g| g.bound).sum();
            let value = self.offset + phi + self.outer.value(&at, &|| stop());
            self.rounds += 1;
            for (b, column) in relaxed.iter().enumerate().flat_map(|(b, g)| g.columns.iter().map(move |c| (b, c))) {
                master.add(b, counted[b], &self.blocks[b], column);
                counted[b] += 1;
            }
            if round == 0 {
                delta = BOX * value.abs() / self.bundles.len() as f64;
            }
            if value > best {
                if best.is_finite() && value - best > KEPT * (promised - best) {
                    delta *= GROW;
                }
                best = value;
                centre = at;
                self.tell(best, calls);
            } else {
                delta *= SHRINK;
            }
            if self.spent(calls) {
                break;
            }
            let Some(thought) = master.think(&centre, delta) else { break };
            promised = thought.value + self.offset;
            if promised - best < CLOSE * best.abs() {
                break;
            }
            at = thought.prices;
        }
        self.outer.iterations += master.iterations;
        centre
    }

    /// What a node knows of blocks holds in its child but where a scale is closed.
    fn still_known(&self, node: &Node, side: Range, k: usize) -> Vec<Option<f64>> {
        let touched = |b: usize| self.outer.scales[k].bundles.iter().any(|o| self.bundles[*o].block == b);
        let holds = |(b, known): (usize, &Option<f64>)| known.filter(|_| side.high >= 0 || !touched(b));
        node.blocks.iter().enumerate().map(holds).collect()
    }

    /// In money, lower by what tolerances may have taken.
    fn outwards(&self, bound: f64) -> f64 {
        let money = bound * self.scale;
        money - OUTWARDS * money.abs()
    }

    fn tell(&mut self, bound: f64, calls: &mut Calls<'_>) {
        if bound.is_finite() && bound > self.told {
            self.told = bound;
            (calls.improved)(self.outwards(bound), self.iterations() as f64 / 1000.0);
        }
    }

    /// Rounds of prices at a node: its bound rises to the best Θ. At the root each rise is told.
    fn rise(&mut self, node: &mut Node, rounds: usize, to_the_end: bool, calls: &mut Calls<'_>) {
        self.nodes += 1;
        let is_root = node.order == 0;
        node.settled = to_the_end;
        let closed = closed(&self.outer, &node.ranges, self.bundles.len());
        self.outer.restrict(&node.ranges);
        let mut at = node.prices.clone();
        let mut best = f64::NEG_INFINITY;
        let (mut delta, mut gap) = (0.0, if is_root { COARSE } else { FINE });
        let mut promised = f64::INFINITY;
        // Branching gains more than the last of the root, but at a leaf there is nothing else.
        let close = if is_root { CLOSE } else { SETTLED };
        let none = vec![None; self.blocks.len()];
        for round in 0..rounds {
            let known = if round == 0 { node.blocks.clone() } else { none.clone() };
            let (blocks, value) = self.evaluate(&at, &known, &closed, Ends { gap, solves: SOLVES }, calls);
            if value == f64::INFINITY {
                node.bound = f64::INFINITY;
                return;
            }
            if round == 0 {
                delta = BOX * value.abs() / self.bundles.len() as f64;
            }
            let rose = value - best;
            if value > best {
                if best.is_finite() && rose > KEPT * (promised - best) {
                    delta *= GROW;
                }
                best = value;
                node.prices = at;
                node.blocks = blocks.into_iter().map(Some).collect();
                node.bound = node.bound.max(value);
                if is_root {
                    self.tell(node.bound, calls);
                }
            } else {
                delta *= SHRINK;
                gap = FINE;
            }
            if node.bound * self.scale >= (calls.known)() {
                return;
            }
            let Some(thought) = self.think(node, &closed, delta) else { return };
            promised = thought.value;
            if rose > 0.0 {
                self.plan(&thought, calls);
            }
            node.cut = branch::cut(&self.outer, &self.bundles, &node.ranges, &thought.outer);
            if promised - best < close * best.abs() || self.spent(calls) {
                return;
            }
            at = thought.prices;
        }
    }

    fn think(&mut self, node: &Node, closed: &[bool], delta: f64) -> Option<Thought> {
        let (blocks, columns) = (&self.blocks, &self.columns);
        self.master.restrict(&self.outer, &|b, i| uses_closed(&blocks[b], &columns[b][i], closed));
        let mut thought = self.master.think(&node.prices, delta)?;
        thought.value += self.offset;
        Some(thought)
    }

    /// The columns that the master likes best, one for each block.
    fn plan(&self, thought: &Thought, calls: &mut Calls<'_>) {
        let mut chosen: Vec<Option<(usize, f64)>> = vec![None; self.blocks.len()];
        for &(b, position, weight) in &thought.weights {
            if chosen[b].is_none_or(|(_, most)| weight > most) {
                chosen[b] = Some((position, weight));
            }
        }
        let chosen = chosen.into_iter().enumerate().filter_map(|(b, c)| Some(&self.columns[b][c?.0]));
        let share = |(col, value): &(usize, f64)| Some((self.line_of[*col]?, value.clamp(0.0, 1.0)));
        let mut plan: Vec<(CandidateIx, f64)> = chosen.flat_map(|c| c.point.iter().filter_map(share)).collect();
        plan.sort_by_key(|(c, _)| *c);
        (calls.plan)(&plan);
    }
}
