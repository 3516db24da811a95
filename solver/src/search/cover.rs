//! Which sources a start may use where rules limit their number. It is found before anything is bought: closing a source
//! move by move asks for a taker of each of its needs at once.
//!
//! A *limit* allows at most K of its things, each of which is a set of choices; a choice is open while all its things are.
//! Over the open things, at most K to a limit, by annealing swaps of one for another:
//!
//!   minimise Σ_needs cost(n),   cost(n) = Σ_open price · taken + dearest · (left + SHORT · short)
//!
//! where the open choices of a need, at most as many as it may have products, take what they can of its demand, the cheapest
//! first; *left* is what they cannot take, and *short* what those with the most capacity could not take either.

use ballast_domain::Tender;
use ballast_domain::exact::float;
use ballast_domain::index::Ix;
use ballast_domain::rules::{Force, Instance, Reading, Rule, expand};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::layout::{Layout, NONE, NeedLayout};

/// Capacity that the open choices of a need must have, in demands.
const ROOM: f64 = 1.03;
/// What a unit of demand without capacity costs, in dearest prices.
const SHORT: f64 = 20.0;
/// Swaps per thing.
const SWAPS: usize = 300;
/// First and last temperature, in mean costs of a need.
const HOT: f64 = 1.0;
const COLD: f64 = 0.01;

/// At most so many things.
#[derive(Debug, Clone)]
pub(super) struct Limit {
    /// The thing of each choice; [`NONE`] for a choice that does not count.
    of: Vec<u32>,
    things: usize,
    most: usize,
}

impl Limit {
    /// What a rule's instance limits; `None` if it limits nothing that whole choices decide.
    fn new(layout: &Layout, rule: &Rule, instance: &Instance) -> Option<Self> {
        let (Reading::Tally(tally), Some(high)) = (&instance.reading, &instance.high) else { return None };
        if matches!(rule.force, Force::Priced { .. }) || instance.when.is_some() || instance.system.is_some() {
            return None;
        }
        let most = float(high).floor().max(0.0) as usize;
        if tally.things.len() <= most {
            return None;
        }
        let mut limit = Self { of: vec![NONE; layout.choices], things: tally.things.len(), most };
        let mut lines = vec![0usize; layout.choices];
        for (thing, (_, terms)) in tally.things.iter().enumerate() {
            for (line, _) in terms {
                let choice = layout.choice_of(line.ix());
                lines[choice] += 1;
                let of = &mut limit.of[choice];
                if *of != NONE && *of as usize != thing {
                    return None;
                }
                *of = thing as u32;
            }
        }
        let whole = |need: &NeedLayout, c: usize| (0..need.cells.len()).filter(|k| need.place(*k, c) != NONE).count();
        let mut choices = layout.needs.iter().flat_map(|n| (0..n.choices.len()).map(move |c| (n, c)));
        let wholly = choices.all(|(need, c)| {
            let counted = lines[need.first_choice + c];
            counted == 0 || counted == whole(need, c)
        });
        wholly.then_some(limit)
    }

    /// Whether shares use more things than it allows.
    fn exceeded(&self, layout: &Layout, x: &[f64]) -> bool {
        let mut used = vec![false; self.things];
        for (place, _) in x.iter().enumerate().filter(|(_, x)| **x > 0.0) {
            if let Some(used) = used.get_mut(self.of[layout.choice_of(place)] as usize) {
                *used = true;
            }
        }
        used.iter().filter(|u| **u).count() > self.most
    }
}

/// The limits of a tender's rules.
pub(super) fn limits(tender: &Tender, layout: &Layout) -> Vec<Limit> {
    let of = |rule: &Rule| expand(tender, rule).iter().filter_map(|i| Limit::new(layout, rule, i)).collect::<Vec<_>>();
    tender.rules.iter().flat_map(of).collect()
}

/// Which choices are open, where shares use more than the limits allow; `None` where they do not.
pub(super) fn open(layout: &Layout, limits: &[Limit], price: &[f64], x: &[f64]) -> Option<Vec<bool>> {
    if !limits.iter().any(|l| l.exceeded(layout, x)) {
        return None;
    }
    let mut cover = Cover::new(layout, limits, price);
    cover.anneal();
    Some(cover.closed.iter().map(|closed| *closed == 0).collect())
}

/// Things open and closed.
struct Cover<'a> {
    layout: &'a Layout,
    limits: &'a [Limit],
    /// Price of a need unit, by choice.
    price: Vec<f64>,
    /// Choices of each need, the cheapest first.
    ranked: Vec<Vec<usize>>,
    demand: Vec<f64>,
    dearest: f64,
    /// By limit and thing: whether it is open, and the needs it has choices of.
    is_open: Vec<Vec<bool>>,
    needs: Vec<Vec<Vec<u32>>>,
    /// How many of a choice's things are closed.
    closed: Vec<u32>,
    cost: Vec<f64>,
}

impl<'a> Cover<'a> {
    fn new(layout: &'a Layout, limits: &'a [Limit], by_place: &[f64]) -> Self {
        let mut price = vec![f64::INFINITY; layout.choices];
        for need in &layout.needs {
            for c in 0..need.choices.len() {
                let places = (0..need.cells.len()).map(|k| (k, need.place(k, c))).filter(|(_, p)| *p != NONE);
                let (money, units) =
                    places.fold((0.0, 0.0), |(m, u), (k, p)| (m + by_place[p as usize], u + need.demand[k]));
                if units > 0.0 {
                    price[need.first_choice + c] = money / units;
                }
            }
        }
        let ranked = |need: &NeedLayout| {
            let mut choices: Vec<usize> = (0..need.choices.len()).collect();
            choices.sort_by(|a, b| price[need.first_choice + a].total_cmp(&price[need.first_choice + b]));
            choices
        };
        let mut cover = Self {
            ranked: layout.needs.iter().map(ranked).collect(),
            demand: layout.needs.iter().map(|n| n.demand.iter().sum()).collect(),
            dearest: price.iter().copied().filter(|p| p.is_finite()).fold(0.0, f64::max),
            is_open: limits.iter().map(|l| vec![false; l.things]).collect(),
            needs: limits.iter().map(|l| vec![Vec::new(); l.things]).collect(),
            closed: vec![0; layout.choices],
            cost: vec![0.0; layout.needs.len()],
            layout,
            limits,
            price,
        };
        cover.begin();
        cover
    }

    /// Opens the things with the most to sell.
    fn begin(&mut self) {
        for (l, limit) in self.limits.iter().enumerate() {
            let mut reach = vec![0.0; limit.things];
            for (n, need) in self.layout.needs.iter().enumerate() {
                for (c, choice) in need.choices.iter().enumerate() {
                    let ix = need.first_choice + c;
                    let Some(reach) = reach.get_mut(limit.of[ix] as usize) else { continue };
                    if self.price[ix].is_finite() {
                        *reach += choice.capacity.min(self.demand[n]) * self.price[ix];
                    }
                    self.closed[ix] += 1;
                    let needs = &mut self.needs[l][limit.of[ix] as usize];
                    if needs.last() != Some(&(n as u32)) {
                        needs.push(n as u32);
                    }
                }
            }
            let mut things: Vec<usize> = (0..limit.things).collect();
            things.sort_by(|a, b| reach[*b].total_cmp(&reach[*a]));
            things.iter().take(limit.most).for_each(|t| self.turn(l, *t));
        }
        for n in 0..self.cost.len() {
            self.cost[n] = self.cost_of(n);
        }
    }

    /// Opens or closes a thing.
    fn turn(&mut self, l: usize, thing: usize) {
        let opens = !self.is_open[l][thing];
        self.is_open[l][thing] = opens;
        for n in &self.needs[l][thing] {
            let need = &self.layout.needs[*n as usize];
            for ix in need.first_choice..need.first_choice + need.choices.len() {
                if self.limits[l].of[ix] as usize == thing {
                    if opens {
                        self.closed[ix] -= 1;
                    } else {
                        self.closed[ix] += 1;
                    }
                }
            }
        }
    }

    fn cost_of(&self, n: usize) -> f64 {
        let need = &self.layout.needs[n];
        let open = || self.ranked[n].iter().filter(|c| self.closed[need.first_choice + **c] == 0);
        let wanted = self.demand[n] * ROOM;
        let (mut left, mut cost, mut products) = (wanted, 0.0, 0);
        for c in open() {
            if left <= 0.0 || products == need.max_products {
                break;
            }
            let taken = need.choices[*c].capacity.min(left);
            left -= taken;
            cost += taken * self.price[need.first_choice + c];
            products += 1;
        }
        if left <= 0.0 {
            return cost;
        }
        let mut capacities: Vec<f64> = open().map(|c| need.choices[*c].capacity).collect();
        capacities.sort_by(|a, b| b.total_cmp(a));
        let most: f64 = capacities.iter().take(need.max_products).sum();
        cost + self.dearest * (left + SHORT * (wanted - most).max(0.0))
    }

    fn anneal(&mut self) {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        let swaps = SWAPS * self.limits.iter().map(|l| l.things).sum::<usize>();
        let mean = self.cost.iter().sum::<f64>() / self.cost.len().max(1) as f64;
        let mut before: Vec<(u32, f64)> = Vec::new();
        for i in 0..swaps {
            let temperature = mean * HOT * (COLD / HOT).powf(i as f64 / swaps as f64);
            let l = rng.random_range(0..self.limits.len());
            let things = self.limits[l].things;
            let (out, to) = (rng.random_range(0..things), rng.random_range(0..things));
            if !self.is_open[l][out] || self.is_open[l][to] {
                continue;
            }
            self.turn(l, out);
            self.turn(l, to);
            before.clear();
            let mut change = 0.0;
            for thing in [out, to] {
                for at in 0..self.needs[l][thing].len() {
                    let n = self.needs[l][thing][at];
                    let cost = self.cost_of(n as usize);
                    let old = std::mem::replace(&mut self.cost[n as usize], cost);
                    change += cost - old;
                    before.push((n, old));
                }
            }
            let u: f64 = rng.random();
            if change >= -temperature * u.max(f64::MIN_POSITIVE).ln() {
                self.turn(l, to);
                self.turn(l, out);
                // A need that both have was put down twice: what it was at first is put back last.
                before.iter().rev().for_each(|(n, old)| self.cost[*n as usize] = *old);
            }
        }
    }
}
