//! Step 5: help within the week. Only stock beyond a donor's next mean week may move.

use ballast_domain::pack::{Rationing, Recourse};

use super::model::Model;
use super::state::State;
use super::supply::least;

/// Applies one recourse to the shortages of week `w`.
pub(super) fn apply(recourse: Recourse, model: &Model, w: usize, state: &mut State) {
    match recourse {
        Recourse::Equivalences => equivalences(model, w, state),
        Recourse::Transfer => transfer(model, w, state),
        Recourse::Reserve => reserve(model, w, state),
    }
}

/// Other products on hand at the site. Each donor in turn: the most critical taker first, or all takers the same
/// fraction of what they ask for.
fn equivalences(model: &Model, w: usize, state: &mut State) {
    let row = w * model.cells();
    for donor in &model.donors {
        let on_hand = state.stock[donor.cell];
        let surplus = on_hand - model.mean[donor.cell];
        if surplus <= 0.0 || donor.takers.iter().all(|t| state.short[t.cell] <= 0.0) {
            continue;
        }
        let asks = |state: &State, t: &super::links::Taker| (state.short[t.cell] / t.units).min(t.part * on_hand);
        let asked: f64 = donor.takers.iter().map(|t| asks(state, t)).sum();
        let mut left = surplus;
        for taker in &donor.takers {
            let ask = asks(state, taker);
            let gives = match model.rationing {
                Rationing::Criticality => ask,
                Rationing::FairShare => ask * (surplus / asked).min(1.0),
            };
            let gives = gives.min(left);
            if gives > 0.0 {
                left -= gives;
                state.stock[donor.cell] -= gives;
                state.record.gained[row + donor.cell] -= gives;
                help(state, row, taker.cell, gives * taker.units);
            }
        }
    }
}

/// Stock of other sites of the member: donors give in proportion to surplus, takers get in proportion to shortage.
fn transfer(model: &Model, w: usize, state: &mut State) {
    let row = w * model.cells();
    for group in &model.groups {
        let short: f64 = group.iter().map(|c| state.short[*c]).sum();
        if short <= 0.0 {
            continue;
        }
        let over = |state: &State, c: usize| (state.stock[c] - model.mean[c]).max(0.0);
        let surplus: f64 = group.iter().map(|c| over(state, *c)).sum();
        if surplus <= 0.0 {
            continue;
        }
        let (give, get) = ((short / surplus).min(1.0), (surplus / short).min(1.0));
        for &c in group {
            let gives = over(state, c) * give;
            state.stock[c] -= gives;
            state.record.gained[row + c] -= gives;
            help(state, row, c, state.short[c] * get);
        }
    }
}

/// The site's own reserve, then pools, shared in proportion to shortage.
fn reserve(model: &Model, w: usize, state: &mut State) {
    let row = w * model.cells();
    let record = &mut state.record;
    if let Some(release) = &model.release {
        for (deep, (short, demand)) in state.deep.iter_mut().zip(state.short.iter().zip(&record.demand[row..])) {
            *deep = if *short > release.shortage_above * demand { *deep + 1 } else { 0 };
        }
    }
    let after = model.release.map_or(0, |r| r.after_weeks * model.per_week);
    let open = |deep: u32| model.release.is_none() || deep > after;
    let rows = record.short[row..row + model.cells()].iter_mut().zip(&mut record.reserve_drawn[row..]);
    let cells = rows.zip(state.reserve.iter_mut().zip(&mut state.short).zip(&state.deep));
    for ((before, draws), ((reserve, short), deep)) in cells {
        let drawn = if open(*deep) { least(*reserve, *short) } else { 0.0 };
        *before = *short;
        *draws = drawn;
        *reserve -= drawn;
        *short -= drawn;
    }
    for (p, pool) in model.pools.iter().enumerate() {
        let asks = |state: &State, c: usize| if open(state.deep[c]) { state.short[c] } else { 0.0 };
        let short: f64 = pool.cells.iter().map(|c| asks(state, *c)).sum();
        if short <= 0.0 || state.pools[p] <= 0.0 {
            continue;
        }
        let get = (state.pools[p] / short).min(1.0);
        state.pools[p] = (state.pools[p] - short * get).max(0.0);
        for &c in &pool.cells {
            help(state, row, c, asks(state, c) * get);
        }
    }
}

/// Units from elsewhere that serve a shortage at once.
fn help(state: &mut State, row: usize, c: usize, units: f64) {
    state.short[c] = (state.short[c] - units).max(0.0);
    state.record.gained[row + c] += units;
}
