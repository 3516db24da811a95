//! Step 1: stock lost with the site where it lies, working stock and reserve; recalls and quality holds. A withdrawal takes a part of a product's stock off the shelves, the reserve's too; the mix of
//! products in stock is taken to be that of the award. What is held comes back as working stock.

use super::model::Model;
use super::state::State;
use crate::draw::Path;

/// Takes and gives back what the path says for step `w`.
pub(super) fn withdraw(model: &Model, path: &Path, w: usize, state: &mut State) {
    for loss in path.losses.iter().filter(|x| x.step == w) {
        for c in (0..model.cells()).filter(|c| model.dock[*c] == Some(loss.dock)) {
            state.record.withdrawn[w * model.cells() + c] += loss.part * (state.stock[c] + state.reserve[c]);
            state.stock[c] *= 1.0 - loss.part;
            state.reserve[c] *= 1.0 - loss.part;
        }
    }
    if path.withdrawals.is_empty() {
        return;
    }
    let row = w * model.cells();
    let mut still = 0;
    for i in 0..state.quarantine.len() {
        let (step, c, units) = state.quarantine[i];
        if step == w {
            state.stock[c] += units;
            state.record.withdrawn[row + c] -= units;
        } else {
            state.quarantine[still] = (step, c, units);
            still += 1;
        }
    }
    state.quarantine.truncate(still);
    for withdrawal in path.withdrawals.iter().filter(|x| x.step == w) {
        for c in 0..model.cells() {
            let lines = model.lines.of(c);
            let all: f64 = model.lines.weekly[lines.clone()].iter().sum();
            let struck = lines.filter(|l| model.lines.class[*l] == withdrawal.class);
            let part = withdrawal.part * struck.map(|l| model.lines.weekly[l]).sum::<f64>() / all;
            // A cell that buys nothing has no mix.
            if part.is_nan() || part <= 0.0 {
                continue;
            }
            let units = part * (state.stock[c] + state.reserve[c]);
            state.stock[c] *= 1.0 - part;
            state.reserve[c] *= 1.0 - part;
            state.record.withdrawn[row + c] += units;
            if let Some(step) = withdrawal.returns {
                state.quarantine.push((step, c, units));
            }
        }
    }
}
