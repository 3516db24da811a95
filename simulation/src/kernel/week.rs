//! The order of a step, and a path from its first step to its last.

use ballast_domain::pack::Recourse;

use super::clauses::settle;
use super::model::Model;
use super::order::order;
use super::reaction::{count, hoarding, saving};
use super::recourse::apply;
use super::state::State;
use super::supply::{least, ship};
use super::withdrawal::withdraw;
use crate::draw::Path;

/// Shortages below this many units are rounding dust.
pub(super) const DUST: f64 = 1e-9;

/// Lives the award through a path; `state.record` tells what happened. The path must come from the scenery that the
/// model was compiled with.
pub fn live(model: &Model, path: &Path, state: &mut State) {
    if model.shortcut.applies && path.held.is_empty() {
        return super::plain::live_plain(model, path, state);
    }
    state.open(model, path);
    for w in 0..model.weeks {
        lose(model, path, w, state);
        withdraw(model, path, w, state);
        demand(model, path, w, state);
        ship(model, path, w, state);
        catch_up(model, w, state);
        let short = serve(model, w, state);
        recourse(model, w, state, short);
        postpone(model, w, state);
        settle(model, path, w, state);
        refill(model, w, state);
        buy(model, w, state);
        watch(model, w, state);
        order(model, Some(w), state);
    }
}

/// Lives the award through a path; `state.outcome` tells what it came to. Quicker than [`live`] where the record is not needed, which
/// is then left as it was.
pub fn live_in_short(model: &Model, path: &Path, state: &mut State) {
    if model.shortcut.applies && path.held.is_empty() {
        return super::plain::live_plain_in_short(model, path, state);
    }
    live(model, path, state);
    state.sum_up(model);
}

/// Step 1: pooled stock beside a plant that stops is lost.
fn lose(model: &Model, path: &Path, w: usize, state: &mut State) {
    for (units, pool) in state.pools.iter_mut().zip(&model.pools) {
        if pool.stop_row.is_some_and(|row| path.stopped[row * path.weeks + w]) {
            state.record.pool_lost += *units;
            *units = 0.0;
        }
    }
}

/// Step 2.
fn demand(model: &Model, path: &Path, w: usize, state: &mut State) {
    let cells = model.cells();
    let row = w * cells;
    let wanted = model.mean.iter().zip(&path.demand[row..row + cells]);
    for (slot, (mean, multiple)) in state.record.demand[row..row + cells].iter_mut().zip(wanted) {
        *slot = mean * multiple;
    }
    if !state.record.saves {
        return;
    }
    saving(&model.reactions, &state.thin, &mut state.saving);
    for c in 0..cells {
        let full = state.record.demand[row + c];
        state.record.demand[row + c] = full * state.saving[model.need[c] as usize];
        state.record.saved[row + c] = full - state.record.demand[row + c];
    }
}

/// Before step 4: what is owed to users is served first.
fn catch_up(model: &Model, w: usize, state: &mut State) {
    let row = w * model.cells();
    for (c, owed) in state.owed_to_users.iter_mut().enumerate() {
        let cleared = least(*owed, state.stock[c] + state.record.received[row + c]);
        state.stock[c] -= cleared;
        state.record.cleared[row + c] = cleared;
        *owed -= cleared;
    }
}

/// After step 6: a part of what went unmet is postponed.
fn postpone(model: &Model, w: usize, state: &mut State) {
    let row = w * model.cells();
    for (c, (owed, part)) in state.owed_to_users.iter_mut().zip(&model.backlog).enumerate() {
        *owed += part * state.record.unmet[row + c];
        state.record.owed[row + c] = *owed;
    }
}

/// Step 8, outside the contract: what went unmet is bought for a later step, up to the cap.
fn buy(model: &Model, w: usize, state: &mut State) {
    let Some(spot) = &model.spot else { return };
    let cells = model.cells();
    let arrives = w + ((spot.lag_weeks * model.per_week) as usize).max(1);
    for c in 0..cells {
        let units = least(state.record.unmet[w * cells + c], spot.cap * model.mean[c]);
        if units <= 0.0 || model.lowest_price[c].is_infinite() {
            continue;
        }
        state.transit[c] += units;
        state.record.spot_units += units;
        state.record.spot_cost += units * spot.multiple * model.lowest_price[c];
        if arrives < model.weeks {
            state.arriving[arrives * cells + c] += units;
        }
    }
}

/// Step 4: gives the total shortage.
fn serve(model: &Model, w: usize, state: &mut State) -> f64 {
    let cells = model.cells();
    let row = w * cells..(w + 1) * cells;
    let flow = state.record.received[row.clone()].iter().zip(&state.record.demand[row]);
    let mut total = 0.0;
    for ((stock, short), (received, demand)) in state.stock.iter_mut().zip(&mut state.short).zip(flow) {
        let on_hand = *stock + received;
        let served = least(*demand, on_hand);
        *stock = on_hand - served;
        *short = demand - served;
        total += *short;
    }
    total
}

/// Steps 5 and 6.
fn recourse(model: &Model, w: usize, state: &mut State, short: f64) {
    let row = w * model.cells()..(w + 1) * model.cells();
    state.record.any_short[w] = short > 0.0;
    if short <= 0.0 {
        state.deep.fill(0);
        state.record.short[row.clone()].fill(0.0);
        state.record.reserve_drawn[row.clone()].fill(0.0);
        state.record.unmet[row].fill(0.0);
        return;
    }
    for kind in &model.recourse {
        apply(*kind, model, w, state);
    }
    if !model.recourse.contains(&Recourse::Reserve) {
        state.record.short[row.clone()].copy_from_slice(&state.short);
        state.record.reserve_drawn[row.clone()].fill(0.0);
    }
    for (unmet, short) in state.record.unmet[row].iter_mut().zip(&state.short) {
        *unmet = if *short < DUST { 0.0 } else { *short };
    }
}

/// Step 7.
fn refill(model: &Model, w: usize, state: &mut State) {
    let cells = model.cells();
    let kept = &mut state.record.stock[w * cells..(w + 1) * cells];
    let targets = model.stock_target.iter().zip(&model.reserve_target);
    let cell = kept.iter_mut().zip(&mut state.stock).zip(&mut state.reserve).zip(targets);
    for (((kept, stock), reserve), (stock_target, reserve_target)) in cell {
        let over = least(*stock - stock_target, reserve_target - *reserve);
        let refill = if over > 0.0 { over } else { 0.0 };
        *stock -= refill;
        *reserve += refill;
        *kept = *stock + *reserve;
    }
}

/// What people see of this week's receipts.
fn watch(model: &Model, w: usize, state: &mut State) {
    if model.reactions.is_empty() {
        return;
    }
    let row = w * model.cells();
    state.received.fill(0.0);
    state.due_now.fill(0.0);
    for c in 0..model.cells() {
        let need = model.need[c] as usize;
        state.received[need] += state.record.received[row + c];
        state.due_now[need] += state.due[row + c];
    }
    count(&model.reactions, &state.received, &state.due_now, &mut state.thin);
    hoarding(&model.reactions, &state.thin, &mut state.hoarded, &mut state.hoarding);
}
