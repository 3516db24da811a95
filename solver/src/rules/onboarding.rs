//! Onboarding: a supplier that wins anything costs f once: minimise … + Σ_s f\[s\] g\[s\].

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::CandidateIx;

use crate::model::{Indicators, Model, Volumes};

/// Puts the cost on the supplier's indicator.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes, used: &mut Indicators) {
    for (ix, supplier) in tender.suppliers.enumerate() {
        let lines: Vec<CandidateIx> =
            tender.candidates.indexes().filter(|c| tender.candidates[*c].supplier == ix).collect();
        if supplier.onboarding_cost.to_f64() > 0.0 && !lines.is_empty() {
            let wins = used.used(tender, model, volumes, lines);
            let weight = float(&exact(tender.settings.component_weight(Component::Onboarding)));
            model.add_cost(wins, weight * supplier.onboarding_cost.to_f64() / model.money_scale);
        }
    }
}
