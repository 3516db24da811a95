//! Switching: z\[h, n\] ≥ 1 − Σ_{incumbents} x, z binary for what is due whole; z = 1 − Σ x for what is pro rata. The costs
//! of the clinician groups of a cell add up, as all of them move together.

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use ballast_domain::tables::SwitchingMode;

use crate::model::{Model, RowLabel, Terms, Volumes};

/// Adds z with its cost.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    let unit = float(&exact(tender.settings.component_weight(Component::Switching))) / model.money_scale;
    for (cell, groups) in tender.switching.enumerate() {
        let due = |mode: SwitchingMode| -> f64 {
            groups.iter().filter(|s| s.mode == mode).map(|s| s.cost.to_f64()).sum::<f64>() * unit
        };
        let (whole, pro_rata) = (due(SwitchingMode::Whole), due(SwitchingMode::ProRata));
        let kept = tender.candidates_of(cell).filter(|c| tender.candidates[*c].incumbent);
        let mut terms: Terms = kept.map(|c| (volumes.share[c], 1.0)).collect();
        model.offset += pro_rata;
        for (col, _) in &terms {
            model.add_cost(*col, -pro_rata);
        }
        match terms.is_empty() {
            true => model.offset += whole,
            false if whole > 0.0 => {
                terms.push((model.binary(whole), 1.0));
                model.row(RowLabel::Link, 1.0, f64::INFINITY, terms);
            }
            false => {}
        }
    }
}
