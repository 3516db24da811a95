//! Minima, if used: Σ packs ≥ m·y for an offer, Σ list spend ≥ m·g for a supplier, on the indicator of the same lines.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::CandidateIx;

use crate::model::{Indicators, Model, RowLabel, Terms, Volumes};

/// Adds the rows, divided by the minimum.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes, used: &mut Indicators) {
    let mut rows: BTreeMap<RowLabel, (f64, Vec<CandidateIx>)> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        let mut put = |label, minimum| rows.entry(label).or_insert_with(|| (minimum, Vec::new())).1.push(c);
        if let Some(m) = tender.offers[line.offer].minimum_if_used.filter(|m| m.to_f64() > 0.0) {
            put(RowLabel::OfferMinimum(line.offer), m.to_f64());
        }
        if let Some(m) = tender.suppliers[line.supplier].minimum_award.filter(|m| m.to_f64() > 0.0) {
            put(RowLabel::MinimumAward(line.supplier), m.to_f64());
        }
    }
    for (label, (minimum, lines)) in rows {
        let in_money = matches!(label, RowLabel::MinimumAward(_));
        let term = |c: &CandidateIx| {
            let (col, packs) = volumes.packs[*c];
            (col, packs * if in_money { volumes.list[*c] } else { 1.0 } / minimum)
        };
        let mut terms: Terms = lines.iter().map(term).collect();
        terms.push((used.used(tender, model, volumes, lines), -1.0));
        model.row(label, 0.0, f64::INFINITY, terms);
    }
}
