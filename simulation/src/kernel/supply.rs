//! Step 3: last week's orders are shipped as far as this week's capacity goes; what is due arrives.

use super::allocation::FULL;
use super::model::Model;
use super::state::State;
use crate::draw::Path;

/// Ships and receives in week `w`. Afterwards `record.received` holds the week's arrivals.
pub(super) fn ship(model: &Model, path: &Path, w: usize, state: &mut State) {
    let cells = model.cells();
    let late = !path.held.is_empty();
    if model.plain && !late {
        return ship_plain(model, path, w, state);
    }
    let watch = !model.conservation.is_empty();
    state.market_lost.fill(f64::NAN);
    for c in 0..cells {
        let raw = shippable(model, path, w, c, state);
        let most = raw.min(model.most[c]);
        let shipped = state.wanted[c].min(most);
        let at = w * cells + c;
        if model.direct[c] && !late {
            if !model.clauses.is_empty() {
                for l in model.lines.of(c) {
                    state.sent[l] = if raw > 0.0 { shipped * state.shippable[l] / raw } else { 0.0 };
                    state.kept[l] = 0.0;
                }
            }
            state.record.received[at] = shipped;
            state.record.spare[at] = most - shipped;
            if watch {
                state.due[at] = state.wanted[c].min(model.mean[c]);
            }
            continue;
        }
        dispatch(model, path, w, c, state, (raw, most, shipped));
        let arrived = state.arriving[at];
        state.transit[c] -= arrived;
        state.record.received[at] = arrived;
    }
}

/// The same where nothing but capacity, order and headroom counts; most of the work of a large run.
fn ship_plain(model: &Model, path: &Path, w: usize, state: &mut State) {
    let cells = model.cells();
    let row = &path.capacity[w * path.classes..(w + 1) * path.classes];
    let received = &mut state.record.received[w * cells..(w + 1) * cells];
    let spare = &mut state.record.spare[w * cells..(w + 1) * cells];
    let cell = received.iter_mut().zip(spare).zip(&state.wanted).zip(model.most.iter().zip(&model.headroom));
    for (c, (((received, spare), wanted), (most, headroom))) in cell.enumerate() {
        let lines = model.lines.of(c);
        let line = model.lines.class[lines.clone()].iter().zip(&model.lines.weekly[lines]);
        let flow: f64 = line.map(|(class, weekly)| weekly * row[*class as usize]).sum();
        let most = least(headroom * flow, *most);
        let shipped = least(*wanted, most);
        *received = shipped;
        *spare = most - shipped;
    }
}

/// The smaller of two numbers that are never NaN: one instruction, where `f64::min` takes several.
#[inline]
pub(super) fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// What the lines of a cell may ship this week, by line in `state.shippable`, and together.
fn shippable(model: &Model, path: &Path, w: usize, c: usize, state: &mut State) -> f64 {
    let lines = &model.lines;
    let row = &path.capacity[w * path.classes..(w + 1) * path.classes];
    let headroom = model.headroom[c];
    let (mut raw, mut displaced) = (0.0, 0.0);
    for l in lines.of(c) {
        let capacity = row[lines.class[l] as usize];
        let weekly = lines.weekly[l];
        let may = if capacity >= FULL {
            headroom * weekly
        } else {
            displaced += weekly * (1.0 - capacity);
            headroom * weekly * lines.entitlement(l, capacity, w)
        };
        state.shippable[l] = may;
        raw += may;
    }
    if displaced <= 0.0 {
        state.struck_weeks[c] = 0;
        return raw;
    }
    state.struck_weeks[c] += 1;
    let spare = model.market.spare;
    if spare.surge > 0.0 && state.struck_weeks[c] > spare.lag_weeks {
        let need = model.need[c] as usize;
        if state.market_lost[need].is_nan() {
            state.market_lost[need] = model.market.displaced(need, w, path);
        }
        let market = state.market_lost[need];
        for l in lines.of(c).filter(|l| row[lines.class[*l] as usize] >= FULL) {
            let contract = spare.surge * lines.weekly[l];
            // V δ_us is what the cell has lost, in units.
            let extra = match lines.market_share[l] {
                Some(share) if market > 0.0 => contract.min(spare.surge * share * displaced / market),
                _ => contract,
            };
            state.shippable[l] += extra;
            raw += extra;
        }
    }
    raw
}

/// Spreads a shipment over the lines in proportion to what each may ship, through delays and lead times.
fn dispatch(model: &Model, path: &Path, w: usize, c: usize, state: &mut State, (raw, most, shipped): (f64, f64, f64)) {
    let cells = model.cells();
    let lines = &model.lines;
    let normal: f64 = lines.of(c).map(|l| lines.weekly[l]).sum();
    state.transit[c] += shipped;
    for l in lines.of(c) {
        let part = if raw > 0.0 { state.shippable[l] / raw } else { 0.0 };
        let (keep, free) = match path.held.is_empty() {
            true => (0.0, 0.0),
            false => {
                let at = w * path.classes + lines.class[l] as usize;
                (path.held[at], path.released[at])
            }
        };
        let out = state.held[l] * free;
        state.held[l] += shipped * part * keep - out;
        state.kept[l] = shipped * part * keep;
        state.sent[l] = out + shipped * part * (1.0 - keep);
        let arrives = (w + lines.lead[l]) * cells + c;
        state.arriving[arrives] += out + shipped * part * (1.0 - keep);
        state.due[arrives] += state.wanted[c].min(model.mean[c]) * lines.weekly[l] / normal;
        if let Some(slot) = state.record.spare.get_mut(arrives) {
            *slot += (most - shipped) * part * (1.0 - keep);
        }
    }
}
