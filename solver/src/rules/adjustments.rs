//! Adjustments: minimise … + Σ_c (a l n + b u x) + Σ_a e\[a\] y\[a\]: a of the list spend, b per need unit used, e once where
//! the lines have volume. A bonus (e < 0) must be earned: Σ_{packs} n + Σ_{continuous} x ÷ ε ≥ y.

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{Exact, exact, float, whole};
use ballast_domain::index::CandidateIx;

use super::rows::Rows;
use crate::model::{Formulary, Indicators, Model, Volumes};
use crate::prices::Readers;

/// The part of what the lines can at most be that is taken for volume.
const SOME: f64 = 1e-5;

/// Adds the costs.
pub(crate) fn add(
    tender: &Tender,
    model: &mut Model,
    volumes: &Volumes,
    used: &mut Indicators,
    formulary: &Formulary,
    readers: &mut Readers,
) {
    let weight = float(&exact(tender.settings.component_weight(Component::Adjustments)));
    let unit = weight / model.money_scale;
    let years = f64::from(tender.settings.contract_years);
    for adjustment in &tender.adjustments {
        let number = |d| float(&exact(d));
        for &c in &adjustment.lines {
            let (col, packs) = volumes.packs[c];
            let of_list = number(adjustment.percent_of_list) * volumes.list[c] * packs;
            model.add_cost(col, unit * years * of_list);
            let per_unit = number(adjustment.per_need_unit) * volumes.units[c];
            model.add_cost(volumes.share[c], unit * years * per_unit);
        }
        let once = number(adjustment.once) * unit;
        if once != 0.0 && !adjustment.lines.is_empty() {
            let lines: Vec<(CandidateIx, Exact)> = adjustment.lines.iter().map(|c| (*c, whole(1))).collect();
            let mut rows = Rows::new(tender, model, volumes, used, formulary, readers);
            let wins = rows.indicator(&lines);
            if once < 0.0 {
                let mut earned = rows.volume(&lines, None, SOME);
                earned.push((wins, -1.0));
                rows.row(0.0, f64::INFINITY, earned, 1.0);
            }
            model.add_cost(wins, once);
        }
    }
}
