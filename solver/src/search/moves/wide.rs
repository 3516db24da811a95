//! Moves of whole needs: a choice gives to another, a need is planned anew, a supplier takes, gives away, or is closed.

use ballast_domain::index::Ix;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::{Kind, Mover};
use crate::search::graph::State;
use crate::search::layout::NONE;

impl Mover<'_> {
    /// All of a choice to another, where that can serve.
    fn move_all(
        &self,
        state: &mut State<'_>,
        n: usize,
        from: usize,
        to: usize,
        mut take: impl FnMut(u32) -> bool,
    ) -> bool {
        let need = &self.layout.needs[n];
        let mut any = false;
        for k in 0..need.cells.len() {
            let (a, b) = (need.place(k, from), need.place(k, to));
            if a == NONE || b == NONE || state.x[a as usize] <= 0.0 || !take(b) {
                continue;
            }
            let share = state.x[a as usize];
            self.shift(state, n, k, from, to, share);
            any = true;
        }
        any
    }

    fn pair(&self, n: usize, rng: &mut ChaCha8Rng) -> Option<(usize, usize)> {
        let need = &self.layout.needs[n];
        let used = |c: &usize| self.count[need.first_choice + c] > 0;
        let many = (0..need.choices.len()).filter(used).count();
        if many == 0 || need.choices.len() < 2 {
            return None;
        }
        let from = (0..need.choices.len()).filter(used).nth(rng.random_range(0..many))?;
        let to = (from + rng.random_range(1..need.choices.len())) % need.choices.len();
        Some((from, to))
    }

    fn random_need(&self, rng: &mut ChaCha8Rng) -> usize {
        self.needs[rng.random_range(0..self.needs.len())] as usize
    }

    pub(super) fn product(&mut self, state: &mut State<'_>, rng: &mut ChaCha8Rng) -> Option<Kind> {
        let n = self.random_need(rng);
        let (from, to) = self.pair(n, rng)?;
        if !self.may_open(n, to, Some(from)) {
            return None;
        }
        self.move_all(state, n, from, to, |_| true).then_some(Kind::Product)
    }

    pub(super) fn part(&mut self, state: &mut State<'_>, rng: &mut ChaCha8Rng) -> Option<Kind> {
        let n = self.random_need(rng);
        let (from, to) = self.pair(n, rng)?;
        if !self.may_open(n, to, None) {
            return None;
        }
        let part = rng.random_range(0.1..0.8);
        let layout = self.layout;
        let take = |place: u32| layout.incumbent[place as usize] || rng.random::<f64>() < part;
        self.move_all(state, n, from, to, take).then_some(Kind::Part)
    }

    pub(super) fn replan(&mut self, state: &mut State<'_>, rng: &mut ChaCha8Rng) -> Option<Kind> {
        let n = self.random_need(rng);
        let need = &self.layout.needs[n];
        let mut set: Vec<usize> = Vec::new();
        let mut products: Vec<usize> = Vec::new();
        let most = need.max_products.min(need.choices.len());
        let wanted = rng.random_range(1..=most.clamp(1, 3));
        let demand: f64 = need.demand.iter().sum();
        let mut capacity = 0.0;
        for _ in 0..need.choices.len() * 2 {
            let c = rng.random_range(0..need.choices.len());
            let choice = &need.choices[c];
            if set.contains(&c) || !self.may_use(need.first_choice + c) {
                continue;
            }
            let is_new = !products.contains(&choice.product);
            if is_new && choice.supplier.is_some() && products.len() >= most {
                continue;
            }
            if is_new && choice.supplier.is_some() {
                products.push(choice.product);
            }
            set.push(c);
            capacity += choice.capacity.min(demand);
            if set.len() >= wanted && capacity >= demand {
                break;
            }
        }
        if capacity < demand {
            return None;
        }
        let mut room: Vec<f64> = set.iter().map(|c| need.choices[*c].capacity).collect();
        for k in 0..need.cells.len() {
            let mut best: Option<(usize, u32)> = None;
            for (i, c) in set.iter().enumerate() {
                let place = need.place(k, *c);
                if place == NONE || room[i] < need.demand[k] {
                    continue;
                }
                if best.is_none_or(|(_, b)| self.price[place as usize] < self.price[b as usize]) {
                    best = Some((i, place));
                }
            }
            let (i, place) = best?;
            room[i] -= need.demand[k];
            for p in need.places(k).iter().filter(|p| **p != NONE && **p != place) {
                if state.x[*p as usize] > 0.0 {
                    state.set(*p, 0.0);
                }
            }
            state.set(place, 1.0);
        }
        Some(Kind::Replan)
    }

    /// The used choice of a need that costs least, other than one.
    fn cheapest(&self, n: usize, not: usize, used: bool) -> Option<usize> {
        let need = &self.layout.needs[n];
        let fits = |c: &usize| {
            let choice = need.first_choice + c;
            *c != not && if used { self.count[choice] > 0 } else { self.may_use(choice) }
        };
        let price = |c: &usize| self.mean_price[need.first_choice + c];
        (0..need.choices.len()).filter(fits).min_by(|a, b| price(a).total_cmp(&price(b)))
    }

    pub(super) fn push(&mut self, state: &mut State<'_>, rng: &mut ChaCha8Rng) -> Option<Kind> {
        if self.open_lots.is_empty() {
            return None;
        }
        let lot = self.open_lots[rng.random_range(0..self.open_lots.len())] as usize;
        let (part, pull) = (rng.random::<f64>(), rng.random_range(0..2) == 0);
        let mut any = false;
        for i in 0..self.lots[lot].members.len() {
            let (n, c) = self.lots[lot].members[i];
            let (n, c) = (n as usize, c as usize);
            if !self.in_focus[n] || rng.random::<f64>() >= part {
                continue;
            }
            let need = &self.layout.needs[n];
            match pull {
                true if self.count[need.first_choice + c] > 0 => {
                    let to = self.cheapest(n, c, true).or_else(|| self.cheapest(n, c, false));
                    any |= to.is_some_and(|to| self.move_all(state, n, c, to, |_| true));
                }
                false => {
                    let Some((from, _)) = self.pair(n, rng).filter(|(from, _)| *from != c) else { continue };
                    if self.may_open(n, c, Some(from)) {
                        any |= self.move_all(state, n, from, c, |_| true);
                    }
                }
                true => {}
            }
        }
        any.then_some(if pull { Kind::Pull } else { Kind::Push })
    }

    pub(super) fn close(&mut self, state: &mut State<'_>, rng: &mut ChaCha8Rng) -> Option<Kind> {
        let suppliers = self.lots_of.len();
        if suppliers < 2 {
            return None;
        }
        let supplier = rng.random_range(0..suppliers);
        let instead = (rng.random_range(0..2) == 0).then(|| (supplier + rng.random_range(1..suppliers)) % suppliers);
        let mut any = false;
        for l in 0..self.lots_of[supplier].len() {
            let lot = self.lots_of[supplier][l] as usize;
            for i in 0..self.lots[lot].members.len() {
                let (n, c) = self.lots[lot].members[i];
                let (n, c) = (n as usize, c as usize);
                let need = &self.layout.needs[n];
                if !self.in_focus[n] || self.count[need.first_choice + c] == 0 {
                    continue;
                }
                let of =
                    |s: usize| (0..need.choices.len()).find(|c| need.choices[*c].supplier.is_some_and(|x| x.ix() == s));
                let to = instead
                    .and_then(of)
                    .filter(|to| self.may_open(n, *to, Some(c)))
                    .or_else(|| self.cheapest(n, c, true))
                    .or_else(|| self.cheapest(n, c, false));
                any |= to.is_some_and(|to| self.move_all(state, n, c, to, |_| true));
            }
        }
        any.then_some(Kind::Close)
    }
}
