//! Moves of volume between choices. Each changes shares of the state and says how much worse than usual it may be; the
//! annealing settles, judges, keeps or undoes.
//!
//! | move | what |
//! |---|---|
//! | cell | a choice of a cell gives all it has, or an exact amount, to another |
//! | swap | two cells of a need exchange choices |
//! | exchange | as cell, and a cell of another need the other way between the same suppliers |
//! | product | all of a choice to another |
//! | part | some of the cells of a choice to another, and all that have it today |
//! | re-plan | a need anew on a random set of choices, each cell to its cheapest |
//! | push, pull | a supplier takes, or gives away, the needs of a category that it can |
//! | close, replace | a supplier gives away everything; to others, or to one other first |
//!
//! Exact amounts end where a function of the first layer turns: a tier, a capacity, a limit, an incumbent who keeps all.

mod wide;

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::graph::{Function, State};
use super::layout::{Layout, NONE};
use crate::repair::RISE;

/// No less than this is moved or left.
const LEAST: f64 = 2e-3;

/// Part of a threshold by which it is passed, so that shares on the grid of awards pass it, too.
const PAST: f64 = RISE;

/// What a kind of move did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cell,
    Exact,
    Swap,
    Exchange,
    Product,
    Part,
    Replan,
    Push,
    Pull,
    Close,
}

impl Kind {
    /// How much worse than usual it may be.
    pub(super) fn threshold(self) -> f64 {
        match self {
            Self::Push | Self::Pull => 5.0,
            Self::Close => 10.0,
            _ => 1.0,
        }
    }
}

/// Choices that a supplier has in a category.
#[derive(Debug, Clone, Default)]
struct Lot {
    /// Need and choice.
    members: Vec<(u32, u32)>,
}

/// Makes moves.
#[derive(Debug, Clone)]
pub(super) struct Mover<'g> {
    layout: &'g Layout,
    /// A guess at the cost of each place.
    price: &'g [f64],
    /// The choices that may be used, where not all of them may.
    within: Option<&'g [bool]>,
    /// Mean price of each choice.
    mean_price: Vec<f64>,
    /// Cells in which a choice is used.
    pub(super) count: Vec<u32>,
    /// What a supplier has in a category; category of each supplier's lots.
    lots: Vec<Lot>,
    lots_of: Vec<Vec<u32>>,
    /// Lot of each choice.
    lot_of: Vec<u32>,
    amounts: Vec<f64>,
    /// Needs that may change, their cells, and their lots.
    needs: Vec<u32>,
    cells: Vec<(u32, u32)>,
    open_lots: Vec<u32>,
    in_focus: Vec<bool>,
}

impl<'g> Mover<'g> {
    pub(super) fn new(layout: &'g Layout, price: &'g [f64], within: Option<&'g [bool]>, suppliers: usize) -> Self {
        let mut lots: Vec<Lot> = Vec::new();
        let mut lots_of: Vec<Vec<u32>> = vec![Vec::new(); suppliers];
        let mut lot_of = vec![NONE; layout.choices];
        let mut known: std::collections::BTreeMap<(usize, usize), u32> = std::collections::BTreeMap::new();
        let mut mean_price = vec![0.0; layout.choices];
        for (n, need) in layout.needs.iter().enumerate() {
            for (c, choice) in need.choices.iter().enumerate() {
                let (mut sum, mut cells) = (0.0, 0.0);
                for k in 0..need.cells.len() {
                    let place = need.place(k, c);
                    if place != NONE {
                        sum += price[place as usize];
                        cells += 1.0;
                    }
                }
                mean_price[need.first_choice + c] = if cells > 0.0 { sum / cells } else { f64::INFINITY };
                let Some(supplier) = choice.supplier else { continue };
                let supplier = ballast_domain::index::Ix::ix(supplier);
                let lot = *known.entry((supplier, need.category)).or_insert_with(|| {
                    lots.push(Lot::default());
                    let lot = u32::try_from(lots.len() - 1).unwrap_or(NONE);
                    lots_of[supplier].push(lot);
                    lot
                });
                lots[lot as usize].members.push((n as u32, c as u32));
                lot_of[need.first_choice + c] = lot;
            }
        }
        let count = vec![0; layout.choices];
        let needs = (0..layout.needs.len() as u32).collect();
        let open_lots = (0..lots.len() as u32).collect();
        let (cells, in_focus) = (layout.cells.clone(), vec![true; layout.needs.len()]);
        Self {
            layout,
            price,
            within,
            mean_price,
            count,
            lots,
            lots_of,
            lot_of,
            amounts: Vec::new(),
            needs,
            cells,
            open_lots,
            in_focus,
        }
    }

    /// Restricts moves to some needs: of one or two categories, or of a supplier, at most a quarter of all. Gives the number
    /// of their places.
    pub(super) fn focus(&mut self, rng: &mut ChaCha8Rng) -> u64 {
        let layout = self.layout;
        let most = (layout.needs.len() / 4).max(4);
        let by_supplier = rng.random_range(0..3) == 0;
        let category = |rng: &mut ChaCha8Rng| layout.needs[rng.random_range(0..layout.needs.len())].category;
        let categories = [category(rng), category(rng)];
        let supplier = rng.random_range(0..self.lots_of.len().max(1));
        let sells = |n: usize| {
            let suppliers = layout.needs[n].choices.iter().filter_map(|c| c.supplier);
            suppliers.into_iter().any(|s| ballast_domain::index::Ix::ix(s) == supplier)
        };
        let mut chosen: Vec<u32> = (0..layout.needs.len())
            .filter(|n| if by_supplier { sells(*n) } else { categories.contains(&layout.needs[*n].category) })
            .map(|n| n as u32)
            .collect();
        while chosen.len() > most {
            chosen.swap_remove(rng.random_range(0..chosen.len()));
        }
        if chosen.is_empty() {
            chosen.push(rng.random_range(0..layout.needs.len()) as u32);
        }
        self.in_focus.fill(false);
        self.cells.clear();
        self.open_lots.clear();
        let mut places = 0;
        for n in &chosen {
            let need = &layout.needs[*n as usize];
            self.in_focus[*n as usize] = true;
            self.cells.extend((0..need.cells.len() as u32).map(|k| (*n, k)));
            places += (need.cells.len() * need.choices.len()) as u64;
            let lots = (0..need.choices.len()).map(|c| self.lot_of[need.first_choice + c]);
            self.open_lots.extend(lots.filter(|l| *l != NONE));
        }
        self.open_lots.sort_unstable();
        self.open_lots.dedup();
        self.needs = chosen;
        places
    }

    /// Counts anew which choices are used.
    pub(super) fn recount(&mut self, state: &State<'_>) {
        self.count.fill(0);
        for (place, _) in state.x.iter().enumerate().filter(|(_, x)| **x > 0.0) {
            let choice = self.layout.choice_of(place);
            self.count[choice] += 1;
        }
    }

    /// Counts the move that the state is about to keep.
    pub(super) fn counted(&mut self, state: &State<'_>) {
        // Of a place that changed more than once, the first entry is what it was.
        for i in 0..state.moved.len() {
            let (place, before) = state.moved[i];
            if state.moved[..i].iter().any(|(p, _)| *p == place) {
                continue;
            }
            let now = state.x[place as usize];
            if (before > 0.0) != (now > 0.0) {
                let choice = self.layout.choice_of(place as usize);
                if now > 0.0 {
                    self.count[choice] += 1;
                } else {
                    self.count[choice] -= 1;
                }
            }
        }
    }

    fn may_use(&self, choice: usize) -> bool {
        self.within.is_none_or(|within| within[choice])
    }

    /// Whether a need may open a choice while another stays (or goes).
    fn may_open(&self, need: usize, opened: usize, leaves: Option<usize>) -> bool {
        let layout = &self.layout.needs[need];
        if !self.may_use(layout.first_choice + opened) {
            return false;
        }
        if layout.max_products == usize::MAX {
            return true;
        }
        let product = layout.choices[opened].product;
        let mut others: Vec<usize> = Vec::with_capacity(8);
        for (c, choice) in layout.choices.iter().enumerate() {
            if Some(c) == leaves || choice.supplier.is_none() || self.count[layout.first_choice + c] == 0 {
                continue;
            }
            if choice.product == product {
                return true;
            }
            if !others.contains(&choice.product) {
                others.push(choice.product);
            }
        }
        layout.choices[opened].supplier.is_none() || others.len() < layout.max_products
    }

    /// Changes the state; `None` if there was nothing to do.
    pub(super) fn propose(&mut self, state: &mut State<'_>, rng: &mut ChaCha8Rng) -> Option<Kind> {
        let dice: f64 = rng.random();
        match dice {
            d if d < 0.12 => self.swap(state, rng),
            d if d < 0.27 => self.exchange(state, rng),
            d if d < 0.35 => self.product(state, rng),
            d if d < 0.43 => self.part(state, rng),
            d if d < 0.45 => self.replan(state, rng),
            d if d < 0.4505 => self.push(state, rng),
            d if d < 0.451 => self.close(state, rng),
            _ => self.cell(state, rng),
        }
    }

    fn random_cell(&self, rng: &mut ChaCha8Rng) -> (usize, usize) {
        let (n, k) = self.cells[rng.random_range(0..self.cells.len())];
        (n as usize, k as usize)
    }

    /// A choice of a cell that has volume.
    fn used_in(&self, state: &State<'_>, n: usize, k: usize, rng: &mut ChaCha8Rng) -> Option<usize> {
        let mut found = None;
        let mut seen = 0;
        for (c, place) in self.layout.needs[n].places(k).iter().enumerate() {
            if *place != NONE && state.x[*place as usize] > 0.0 {
                seen += 1;
                if seen == 1 || rng.random_range(0..seen) == 0 {
                    found = Some(c);
                }
            }
        }
        found
    }

    /// Another choice of a cell; one that is not used yet only one time in four.
    fn other_in(&self, n: usize, k: usize, not: usize, rng: &mut ChaCha8Rng) -> Option<usize> {
        let need = &self.layout.needs[n];
        if need.choices.len() < 2 {
            return None;
        }
        let c = (not + rng.random_range(1..need.choices.len())) % need.choices.len();
        let is_new = self.count[need.first_choice + c] == 0;
        (need.place(k, c) != NONE && (!is_new || rng.random_range(0..4) == 0)).then_some(c)
    }

    /// Moves a share between two choices of a cell.
    fn shift(&self, state: &mut State<'_>, n: usize, k: usize, from: usize, to: usize, share: f64) {
        let need = &self.layout.needs[n];
        let (a, b) = (need.place(k, from), need.place(k, to));
        let (xa, xb) = (state.x[a as usize], state.x[b as usize]);
        state.set(a, xa - share);
        state.set(b, xb + share);
    }

    fn cell(&mut self, state: &mut State<'_>, rng: &mut ChaCha8Rng) -> Option<Kind> {
        let (n, k) = self.random_cell(rng);
        let from = self.used_in(state, n, k, rng)?;
        let to = self.other_in(n, k, from, rng)?;
        let need = &self.layout.needs[n];
        let (a, b) = (need.place(k, from), need.place(k, to));
        let has = state.x[a as usize];
        let (share, kind) = match rng.random_range(0..4) {
            0 => (self.exact(state, a, b, rng)?, Kind::Exact),
            _ => (has, Kind::Cell),
        };
        let leaves = share >= has && self.count[need.first_choice + from] == 1;
        if !self.may_open(n, to, leaves.then_some(from)) {
            return None;
        }
        if need.max_products_per_site != usize::MAX && share < has && state.x[b as usize] == 0.0 {
            let used = need.places(k).iter().filter(|p| **p != NONE && state.x[**p as usize] > 0.0).count();
            if used >= need.max_products_per_site {
                return None;
            }
        }
        self.shift(state, n, k, from, to, share);
        Some(kind)
    }

    /// An amount at which some function of the first layer turns when it goes from one place to the other.
    fn exact(&mut self, state: &State<'_>, a: u32, b: u32, rng: &mut ChaCha8Rng) -> Option<f64> {
        let graph = state.graph;
        let has = state.x[a as usize];
        let mut amounts = std::mem::take(&mut self.amounts);
        amounts.clear();
        let (ra, rb) = (|| graph.by_share.row(a as usize), || graph.by_share.row(b as usize));
        let mut consider = |sum: u32, slope: f64| {
            if slope == 0.0 {
                return;
            }
            let now = state.sums[sum as usize];
            let mut put = |turn: f64| {
                let amount = (turn - now) / slope;
                if amount > LEAST && amount < has - LEAST {
                    amounts.push(amount);
                }
            };
            for f in graph.readers.entries(sum as usize) {
                match &graph.functions[*f as usize] {
                    Function::Ladder { measure, steps, .. } if measure.part == sum && measure.whole.is_none() => {
                        let above = steps.from.partition_point(|from| *from <= now);
                        if slope > 0.0 {
                            steps.from.get(above).into_iter().for_each(|t| put(t * (1.0 + PAST)));
                        } else if above > 0 {
                            put(steps.from[above - 1] * (1.0 + PAST));
                        }
                    }
                    Function::Below(_, limit) => put(*limit),
                    Function::Check(check) if check.of.part == sum && check.times.is_none() => {
                        let whole = check.of.whole.map_or(1.0, |w| state.sums[w as usize]);
                        put(check.low * whole);
                        put(check.high * whole);
                    }
                    _ => {}
                }
            }
        };
        for (sum, v) in ra() {
            let other = rb().find(|(s, _)| *s == sum).map_or(0.0, |(_, v)| v);
            consider(sum, other - v);
        }
        for (sum, v) in rb() {
            if !ra().any(|(s, _)| s == sum) {
                consider(sum, v);
            }
        }
        let amount = match amounts.len() {
            0 => None,
            n => Some(amounts[rng.random_range(0..n)]),
        };
        self.amounts = amounts;
        amount.and_then(|amount| self.on_grid(state, a, b, amount))
    }

    /// Whole packs of the receiver; the giver keeps the rest of the cell.
    fn on_grid(&self, state: &State<'_>, a: u32, b: u32, amount: f64) -> Option<f64> {
        let layout = self.layout;
        let pack = layout.pack[b as usize];
        if pack == 0.0 {
            return Some(amount);
        }
        let (n, k, _) = layout.of_place[a as usize];
        let demand = layout.needs[n as usize].demand[k as usize];
        if state.x[b as usize] > 0.0 || state.x[a as usize] < 1.0 {
            return None;
        }
        let packs = (amount * demand / pack + 1e-9).floor();
        let amount = packs * pack / demand;
        (packs >= 1.0 && amount < 1.0).then_some(amount)
    }

    fn swap(&mut self, state: &mut State<'_>, rng: &mut ChaCha8Rng) -> Option<Kind> {
        let (n, k) = self.random_cell(rng);
        let need = &self.layout.needs[n];
        let other = rng.random_range(0..need.cells.len());
        let (a, b) = (self.used_in(state, n, k, rng)?, self.used_in(state, n, other, rng)?);
        if other == k || a == b || need.place(k, b) == NONE || need.place(other, a) == NONE {
            return None;
        }
        let (mine, theirs) = (state.x[need.place(k, a) as usize], state.x[need.place(other, b) as usize]);
        self.shift(state, n, k, a, b, mine);
        self.shift(state, n, other, b, a, theirs);
        Some(Kind::Swap)
    }

    fn exchange(&mut self, state: &mut State<'_>, rng: &mut ChaCha8Rng) -> Option<Kind> {
        let (n, k) = self.random_cell(rng);
        let a = self.used_in(state, n, k, rng)?;
        let b = self.other_in(n, k, a, rng)?;
        let need = &self.layout.needs[n];
        let (lot_a, lot_b) = (self.lot_of[need.first_choice + a], self.lot_of[need.first_choice + b]);
        if lot_a == NONE || lot_b == NONE || lot_a == lot_b || !self.may_open(n, b, None) {
            return None;
        }
        // A cell of another need, from b's supplier to a's.
        let members = &self.lots[lot_b as usize].members;
        let mut second = None;
        for _ in 0..4 {
            let (m, back) = members[rng.random_range(0..members.len())];
            let (m, back) = (m as usize, back as usize);
            let other = &self.layout.needs[m];
            if m == n || !self.in_focus[m] || self.count[other.first_choice + back] == 0 {
                continue;
            }
            let to = (0..other.choices.len()).find(|c| self.lot_of[other.first_choice + c] == lot_a);
            let Some(to) = to.filter(|c| self.may_open(m, *c, None)) else { continue };
            let cell = rng.random_range(0..other.cells.len());
            let (p, q) = (other.place(cell, back), other.place(cell, to));
            if p != NONE && q != NONE && state.x[p as usize] > 0.0 {
                second = Some((m, cell, back, to));
                break;
            }
        }
        let (m, cell, back, to) = second?;
        let (pa, pb) = (need.place(k, a), self.layout.needs[m].place(cell, back));
        let pa_back = self.layout.needs[m].place(cell, to);
        let (mut first, mut returned) = (state.x[pa as usize], state.x[pb as usize]);
        let continuous = self.layout.pack[pa as usize] == 0.0 && self.layout.pack[pb as usize] == 0.0;
        if continuous && rng.random_range(0..2) == 0 {
            // So much that a sum that both touch stays as it is.
            let graph = state.graph;
            let is_tier = |s: u32| {
                let readers = graph.readers.entries(s as usize);
                readers.iter().any(|f| matches!(graph.functions[*f as usize], Function::Ladder { .. }))
            };
            let shared = graph.by_share.row(pa as usize).find_map(|(s, v)| {
                let (_, back) = graph.by_share.row(pa_back as usize).find(|(t, _)| *t == s)?;
                (is_tier(s) && v > 0.0 && back > 0.0).then_some((v, back))
            });
            let (va, vb) = shared?;
            let amount = (first * va).min(returned * vb);
            (first, returned) = (amount / va, amount / vb);
            let has = (state.x[pa as usize], state.x[pb as usize]);
            let sliver = |part: f64, all: f64| part < LEAST || (all - part < LEAST && all != part);
            if sliver(first, has.0) || sliver(returned, has.1) {
                return None;
            }
        }
        self.shift(state, n, k, a, b, first);
        self.shift(state, m, cell, back, to, returned);
        Some(Kind::Exchange)
    }
}
