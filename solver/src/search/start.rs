//! Where annealing starts: need by need, products are added while they make the need cheaper (capacity first), up to the
//! number allowed, and each cell goes to its cheapest product with room, the cell that would regret most first.
//!
//! Prices here are a guess: half of the best discount, and what leaving an incumbent costs. Where rules limit the number of
//! sources, those that may be used are chosen first ([`cover`]). Other rules that span needs are left to the annealing.

use super::cover::{self, Limit};
use super::graph::{Function, Graph};
use super::layout::{Layout, NONE, NeedLayout};

/// Part of the best discount that is taken for granted.
const HOPED: f64 = 0.5;
/// Capacity that a set of products must have, in demands.
const ROOM: f64 = 1.02;
/// What a unit of demand without capacity costs, in dearest prices.
const SHORT: f64 = 20.0;

/// A guess at what each place costs at share 1, and the shares to start from.
pub(super) struct Start {
    pub(super) price: Vec<f64>,
    pub(super) x: Vec<f64>,
    /// The choices that were open, where rules left not all of them so.
    pub(super) open: Option<Vec<bool>>,
}

/// Builds it.
pub(super) fn start(graph: &Graph, layout: &Layout, limits: &[Limit]) -> Start {
    let price = prices(graph);
    let x = on(layout, &price, &|_| true);
    let open = cover::open(layout, limits, &price, &x);
    let x = open.as_ref().map_or(x, |open| on(layout, &price, &|choice| open[choice]));
    Start { price, x, open }
}

/// Shares on the choices that are open.
fn on(layout: &Layout, price: &[f64], open: &dyn Fn(usize) -> bool) -> Vec<f64> {
    let mut x = vec![0.0; price.len()];
    for need in &layout.needs {
        let mut choices: Vec<usize> = (0..need.choices.len()).filter(|c| open(need.first_choice + c)).collect();
        if choices.is_empty() {
            choices = (0..need.choices.len()).collect();
        }
        let set = products(need, price, choices);
        distribute(need, price, &set, &mut x);
    }
    x
}

fn prices(graph: &Graph) -> Vec<f64> {
    let mut of_sum = vec![0.0; graph.constants.len()];
    for (f, function) in graph.functions.iter().enumerate() {
        match function {
            Function::Ladder { of: Some(of), steps, .. } => {
                let best = steps.value.iter().copied().fold(0.0, f64::max);
                of_sum[*of as usize] += HOPED * best * graph.worth[f];
            }
            Function::Below(of, limit) if *limit > 0.0 => of_sum[*of as usize] -= graph.worth[f] / limit,
            _ => {}
        }
    }
    let price = |place: usize| {
        let packs = graph.packs[place].map_or(0.0, |p| p.cost * p.per_share);
        let packed = graph.packs[place].map_or(0.0, |p| p.per_share);
        let by_share: f64 = graph.by_share.row(place).map(|(s, v)| v * of_sum[s as usize]).sum();
        let by_packs: f64 = graph.by_packs.row(place).map(|(s, v)| v * of_sum[s as usize] * packed).sum();
        graph.cost[place] + packs + by_share + by_packs
    };
    (0..graph.cost.len()).map(price).collect()
}

/// The choices, of these, that may be used.
fn products(need: &NeedLayout, price: &[f64], all: Vec<usize>) -> Vec<usize> {
    let distinct = |set: &[usize]| {
        let mut products: Vec<usize> = set.iter().map(|c| need.choices[*c].product).collect();
        products.sort_unstable();
        products.dedup();
        products.len()
    };
    if distinct(&all) <= need.max_products {
        return all;
    }
    let demand: f64 = need.demand.iter().sum();
    let dearest = price.iter().copied().fold(0.0, f64::max);
    let cost = |set: &[usize]| {
        let served = |cell: usize| {
            let places = set.iter().map(|c| need.place(cell, *c)).filter(|p| *p != NONE);
            places.map(|p| price[p as usize]).fold(f64::INFINITY, f64::min)
        };
        let cells: f64 = (0..need.cells.len()).map(|k| served(k).min(SHORT * dearest)).sum();
        let capacity: f64 = set.iter().map(|c| need.choices[*c].capacity.min(demand)).sum();
        let short = (ROOM - capacity / demand.max(f64::MIN_POSITIVE)).max(0.0);
        cells + short * SHORT * cells.abs()
    };
    let mut set: Vec<usize> = Vec::new();
    let mut least = f64::INFINITY;
    loop {
        let mut best: Option<(f64, usize)> = None;
        for &c in &all {
            if set.contains(&c) {
                continue;
            }
            set.push(c);
            let with = (cost(&set), c);
            let fits = distinct(&set) <= need.max_products;
            set.pop();
            if fits && with.0 < least && best.is_none_or(|b| with.0 < b.0) {
                best = Some(with);
            }
        }
        match best {
            Some((with, c)) => {
                least = with;
                set.push(c);
            }
            None => return set,
        }
    }
}

fn distribute(need: &NeedLayout, price: &[f64], set: &[usize], x: &mut [f64]) {
    let mut room: Vec<f64> = need.choices.iter().map(|c| c.capacity).collect();
    let ranked = |cell: usize| {
        let mut places: Vec<(usize, u32)> =
            set.iter().map(|c| (*c, need.place(cell, *c))).filter(|(_, p)| *p != NONE).collect();
        if places.is_empty() {
            let any = need.places(cell).iter().enumerate().filter(|(_, p)| **p != NONE);
            places = any.map(|(c, p)| (c, *p)).collect();
        }
        places.sort_by(|a, b| price[a.1 as usize].total_cmp(&price[b.1 as usize]).then(a.0.cmp(&b.0)));
        places
    };
    let regret = |places: &[(usize, u32)]| match places {
        [best, next, ..] => price[next.1 as usize] - price[best.1 as usize],
        _ => f64::INFINITY,
    };
    let mut cells: Vec<(usize, Vec<(usize, u32)>)> = (0..need.cells.len()).map(|k| (k, ranked(k))).collect();
    cells.sort_by(|a, b| regret(&b.1).total_cmp(&regret(&a.1)).then(a.0.cmp(&b.0)));
    for (cell, places) in cells {
        let demand = need.demand[cell];
        let Some(&first) = places.first() else { continue };
        // Whole if it fits somewhere, else split over what is left.
        let fits = places.iter().find(|(c, _)| room[*c] >= demand);
        if let Some((c, place)) = fits.or_else(|| need.whole_packs.then_some(&first)) {
            room[*c] -= demand;
            x[*place as usize] = 1.0;
            continue;
        }
        let mut rest = demand;
        for (c, place) in &places {
            let take = room[*c].max(0.0).min(rest);
            if take > 0.0 {
                room[*c] -= take;
                rest -= take;
                x[*place as usize] += take / demand;
            }
        }
        x[first.1 as usize] += rest / demand;
    }
}
