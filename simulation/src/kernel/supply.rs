//! Step 3: last week's orders are shipped as far as this week's capacity goes; what is due arrives.

use super::allocation::FULL;
use super::model::Model;
use super::state::State;
use crate::draw::Path;

/// Ships and receives in step `w`. Afterwards `record.received` holds the step's arrivals.
pub(super) fn ship(model: &Model, path: &Path, w: usize, state: &mut State) {
    let cells = model.cells();
    let late = !path.held.is_empty();
    let at_once = !late && path.moving.is_empty() && path.extra_lead.is_empty() && path.docks.is_empty();
    let watch = !model.reactions.is_empty();
    state.market_lost.fill(f64::NAN);
    state.market_struck.fill(None);
    for c in 0..cells {
        let (raw, most) = shippable(model, path, w, c, state);
        let shipped = state.wanted[c].min(most);
        if !model.all_cover {
            state.unfilled[c] = state.wanted[c] - shipped;
        }
        let at = w * cells + c;
        if !path.price.is_empty() {
            dearer(model, path, w, c, state, (raw, shipped));
        }
        if model.direct[c] && at_once {
            if !model.clauses.is_empty() {
                for l in model.lines.of(c) {
                    state.sent[l] = if raw > 0.0 { shipped * state.shippable[l] / raw } else { 0.0 };
                    state.kept[l] = 0.0;
                }
            }
            // Beside the contract only spot purchases are on the way.
            state.transit[c] -= state.arriving[at];
            state.record.received[at] = shipped + state.arriving[at];
            state.record.spare[at] = most - shipped;
            if watch {
                state.due[at] = state.wanted[c].min(model.mean[c]);
            }
            continue;
        }
        dispatch(model, path, w, c, state, (raw, most, shipped));
        let arrived = take_in(model, path, w, c, state);
        state.transit[c] -= arrived;
        state.record.received[at] = arrived;
    }
}

/// The smaller of two numbers that are never NaN: one instruction, where `f64::min` takes several.
#[inline]
pub(super) fn least(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// What the dock takes in of what is due.
fn take_in(model: &Model, path: &Path, w: usize, c: usize, state: &mut State) -> f64 {
    let arrived = state.arriving[w * model.cells() + c];
    let Some(dock) = model.dock[c] else { return arrived };
    let due = state.at_dock[c] + arrived;
    let open = path.docks[w * model.docks + dock];
    let taken = due * open;
    // Nor would more have come in.
    state.record.spare[w * model.cells() + c] *= open;
    state.at_dock[c] = due - taken;
    taken
}

/// What this step's shipment costs beyond the contract because prices rose.
fn dearer(model: &Model, path: &Path, w: usize, c: usize, state: &mut State, (raw, shipped): (f64, f64)) {
    for l in model.lines.of(c) {
        let rise = path.price[w * path.classes + model.lines.class[l] as usize] - 1.0;
        if rise != 0.0 && raw > 0.0 {
            state.record.price_rise += shipped * state.shippable[l] / raw * model.clauses.price(l) * rise;
        }
    }
}

/// The step in which goods arrive that were shipped in step `shipped`: the first, `lead` steps later at the earliest, by whose end
/// goods have moved for as long as the way takes. Goods shipped before the first step moved until then.
pub(super) fn arrival(path: &Path, class: u32, shipped: isize, lead: usize) -> usize {
    let extra = match usize::try_from(shipped) {
        Ok(w) if !path.extra_lead.is_empty() => path.extra_lead[w * path.classes + class as usize],
        _ => 0,
    };
    let lead = lead + extra;
    let earliest = usize::try_from(shipped + lead as isize).unwrap_or(0);
    if path.moving.is_empty() {
        return earliest;
    }
    let mut moved = (-shipped - 1).max(0) as f64;
    for t in usize::try_from(shipped).unwrap_or(0)..path.weeks {
        let moves = path.moving[t * path.classes + class as usize];
        if t as isize > shipped {
            moved += moves;
        }
        if t >= earliest && moved >= lead as f64 - 1e-9 && moves > 0.0 {
            return t;
        }
    }
    usize::MAX
}

/// What the lines of a cell may ship in this step, by line in `state.shippable`: together, and at most by the cell's policy.
fn shippable(model: &Model, path: &Path, w: usize, c: usize, state: &mut State) -> (f64, f64) {
    let lines = &model.lines;
    let row = &path.capacity[w * path.classes..(w + 1) * path.classes];
    let headroom = model.headroom[c];
    let (mut raw, mut displaced, mut beyond) = (0.0, 0.0, 1.0f64);
    for l in lines.of(c) {
        let class = lines.class[l] as usize;
        let capacity = row[class];
        let weekly = lines.weekly[l];
        let may = if capacity >= FULL {
            state.line_struck[l] = 0;
            beyond = beyond.max(capacity);
            headroom * weekly * capacity.max(1.0)
        } else {
            displaced += weekly * (1.0 - capacity);
            let may = headroom * weekly * lines.entitlement(l, capacity, w, state.line_struck[l]);
            state.line_struck[l] += 1;
            may
        };
        let taken = path.taken.get(w * path.classes + class).copied().unwrap_or(1.0);
        state.shippable[l] = may * taken;
        raw += state.shippable[l];
    }
    if displaced <= 0.0 {
        state.struck[c] = 0;
    } else {
        state.struck[c] += 1;
        raw += lend(model, path, w, c, state, displaced);
    }
    if let Some(protect) = model.protect {
        raw = guard(model, path, w, c, state, protect);
    }
    (raw, raw.min(model.most[c] * beyond))
}

/// Spare capacity of the lines that are not struck, after the lag; gives what it adds.
fn lend(model: &Model, path: &Path, w: usize, c: usize, state: &mut State, displaced: f64) -> f64 {
    let (spare, lines) = (model.market.spare, &model.lines);
    if spare.surge <= 0.0 || state.struck[c] <= spare.lag_weeks * model.per_week {
        return 0.0;
    }
    let row = &path.capacity[w * path.classes..(w + 1) * path.classes];
    let need = model.need[c] as usize;
    if state.market_lost[need].is_nan() {
        state.market_lost[need] = model.market.displaced(need, w, path);
    }
    let market = state.market_lost[need];
    let mut added = 0.0;
    for l in lines.of(c).filter(|l| row[lines.class[*l] as usize] >= FULL) {
        let contract = spare.surge * lines.weekly[l];
        // V δ_us is what the cell has lost, in units.
        let extra = match lines.market_share[l] {
            Some(share) if market > 0.0 => contract.min(spare.surge * share * displaced / market),
            _ => contract,
        };
        state.shippable[l] += extra;
        added += extra;
    }
    added
}

/// Suppliers that are not struck protect the customers they had; gives what all lines may ship then.
fn guard(model: &Model, path: &Path, w: usize, c: usize, state: &mut State, protect: f64) -> f64 {
    let lines = &model.lines;
    let need = model.need[c] as usize;
    let struck = *state.market_struck[need].get_or_insert_with(|| model.market.struck(need, w, path));
    let row = &path.capacity[w * path.classes..(w + 1) * path.classes];
    for l in lines.of(c).filter(|l| struck && row[lines.class[*l] as usize] >= FULL) {
        state.shippable[l] = state.shippable[l].min(protect * lines.weekly[l] * lines.earned(l, w));
    }
    lines.of(c).map(|l| state.shippable[l]).sum()
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
        state.due[(w + lines.lead[l]) * cells + c] += state.wanted[c].min(model.mean[c]) * lines.weekly[l] / normal;
        let arrives = arrival(path, lines.class[l], w as isize, lines.lead[l]);
        // What arrives after the horizon is on the way to its end.
        if arrives < model.weeks {
            state.arriving[arrives * cells + c] += state.sent[l];
            state.record.spare[arrives * cells + c] += (most - shipped) * part * (1.0 - keep);
        }
    }
}
