//! Switching: z\[h, n\] ≥ 1 − Σ_{incumbents} x, z binary where the cost is due whole; z = 1 − Σ x where it is pro rata.

use ballast_domain::Tender;
use ballast_domain::tables::SwitchingMode;

use crate::model::{Model, RowLabel, Terms, Volumes};

/// Adds z with its cost.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    for (cell, switching) in tender.switching.enumerate() {
        let Some(switching) = switching else { continue };
        let cost = switching.cost.to_f64() / model.money_scale;
        if cost <= 0.0 {
            continue;
        }
        let kept = tender.candidates_of(cell).filter(|c| tender.candidates[*c].incumbent);
        let mut terms: Terms = kept.map(|c| (volumes.share[c], 1.0)).collect();
        match switching.mode {
            _ if terms.is_empty() => model.offset += cost,
            SwitchingMode::Whole => {
                terms.push((model.binary(cost), 1.0));
                model.row(RowLabel::Link, 1.0, f64::INFINITY, terms);
            }
            SwitchingMode::ProRata => {
                model.offset += cost;
                for (col, _) in terms {
                    model.add_cost(col, -cost);
                }
            }
        }
    }
}
