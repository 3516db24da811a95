//! Why there is no award: every business row may give way at a price, and the cheapest way to make the rest hold names the
//! rows that had to. Violations are relative to each row's own scale, so that a rule in money and one in packs compare.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::rules::{expand, label};

use crate::highs::{self, Settings, Watch};
use crate::model::{AwardModel, Model, RowLabel, Terms};
use crate::report::Reason;

/// A violation below this is solver noise.
const NOISE: f64 = 1e-6;
/// Work for the diagnosis, in simplex iterations.
const ITERATIONS: i64 = 2_000_000;

struct Budget;

impl Watch for Budget {
    fn improving(&mut self, _: &[f64], _: f64, _: i64) {}
    fn stop(&mut self, _: f64, iterations: i64) -> bool {
        iterations > ITERATIONS
    }
}

/// The rows that must give way, in words.
pub(super) fn conflicts(tender: &Tender, model: &AwardModel, settings: &Settings) -> Vec<Reason> {
    let (elastic, slacks) = elastic(&model.model);
    let settings = Settings { gap: 0.05, ..settings.clone() };
    let outcome = highs::run(&elastic, &settings, None, &mut Budget);
    let Some(point) = outcome.solution else {
        return vec![Reason {
            kind: "conflict",
            text: "the rules and limits exclude each other; the conflict was not found within the work allowed"
                .to_owned(),
        }];
    };
    let mut broken: BTreeMap<RowLabel, f64> = BTreeMap::new();
    for (label, column) in slacks {
        let violation = point[column];
        if violation > NOISE {
            let worst = broken.entry(label).or_insert(0.0);
            *worst = worst.max(violation);
        }
    }
    if broken.is_empty() {
        return vec![Reason {
            kind: "conflict",
            text: "whole packs or tier limits leave no room for any award".to_owned(),
        }];
    }
    let reason = |(row, violation): (RowLabel, f64)| Reason {
        kind: "conflict",
        text: format!("{} (must give way by {:.4} of its scale for the others to hold)", words(tender, row), violation),
    };
    broken.into_iter().map(reason).collect()
}

/// The model with a slack on each business row; its objective is the sum of slacks.
fn elastic(model: &Model) -> (Model, Vec<(RowLabel, usize)>) {
    let mut elastic = Model {
        money_scale: 1.0,
        lower: model.lower.clone(),
        upper: model.upper.clone(),
        integer: model.integer.clone(),
        ..Model::default()
    };
    elastic.cost = vec![0.0; model.columns()];
    let mut slacks = Vec::new();
    for (row, label) in model.label.iter().enumerate() {
        let range = model.start[row] as usize..model.start[row + 1] as usize;
        let mut terms: Terms = range.map(|k| (crate::model::Col(model.index[k] as u32), model.value[k])).collect();
        if label.is_business() {
            let mut slack = |sign: f64| {
                let col = elastic.column(1.0, 0.0, f64::INFINITY, false);
                slacks.push((*label, col.0 as usize));
                terms.push((col, sign));
            };
            if model.row_lower[row].is_finite() {
                slack(1.0);
            }
            if model.row_upper[row].is_finite() {
                slack(-1.0);
            }
        }
        elastic.row(*label, model.row_lower[row], model.row_upper[row], terms);
    }
    (elastic, slacks)
}

fn words(tender: &Tender, row: RowLabel) -> String {
    match row {
        RowLabel::Link | RowLabel::Balance(_) | RowLabel::Surplus(_) => "demand".to_owned(),
        RowLabel::ProductCapacity(p) => format!("capacity of product {}", tender.products[p].id),
        RowLabel::PlantCapacity(p) => format!("capacity of plant {}", tender.plants[p].id),
        RowLabel::SupplierCapacity(s) => format!("capacity of supplier {}", tender.suppliers[s].id),
        RowLabel::OfferMaximum(o) => format!("max_packs of offer {}", tender.offers[o].id),
        RowLabel::OfferMinimum(o) => format!("minimum_if_used of offer {}", tender.offers[o].id),
        RowLabel::MinimumAward(s) => format!("minimum_award of supplier {}", tender.suppliers[s].id),
        RowLabel::MaxProducts(n) => format!("max_products of need {}", tender.needs[n].id),
        RowLabel::MaxProductsAtSite(c) => {
            let cell = &tender.cells[c];
            format!(
                "max_products_per_site of need {} at site {}",
                tender.needs[cell.need].id, tender.sites[cell.site].id
            )
        }
        RowLabel::FormularyLimit(n) => format!("formulary_limit of need {}", tender.needs[n].id),
        RowLabel::Coverage(n) => format!("sizes of need {}", tender.needs[n].id),
        RowLabel::Pick(p) => format!("pick {}", tender.picks[p].name),
        RowLabel::Rule(ix, instance) => {
            let rule = &tender.rules[ix];
            let at = expand(tender, rule).into_iter().nth(instance as usize).map(|i| i.label).unwrap_or_default();
            format!("rule {}: {}", label(rule, &at), rule.sentence)
        }
    }
}
