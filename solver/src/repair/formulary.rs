//! The formulary of a point: what the solver put on it and the award uses. Where no rule looks at it, the products with the
//! largest volume are on it (of equal ones the first by id), as many as the limit allows.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::index::*;
use rust_decimal::Decimal;

use crate::model::AwardModel;

/// The formulary, `None` where no need has a limit.
pub(super) fn formulary(
    tender: &Tender,
    model: &AwardModel,
    point: &[f64],
    award: &Award,
) -> Option<BTreeSet<(NeedIx, ProductIx)>> {
    if tender.needs.iter().all(|n| n.formulary_limit.is_none()) {
        return None;
    }
    let mut used: BTreeMap<(NeedIx, ProductIx), Decimal> = BTreeMap::new();
    for line in &award.lines {
        let c = &tender.candidates[line.candidate];
        if tender.needs[c.need].formulary_limit.is_some() {
            *used.entry((c.need, c.product)).or_default() += line.used.0;
        }
    }
    let ruled = tender.rules.iter().any(ballast_domain::rules::Rule::asks_for_formulary);
    let mut largest: Vec<((NeedIx, ProductIx), Decimal)> = used.into_iter().collect();
    largest.sort_by(|(a, x), (b, y)| a.0.cmp(&b.0).then(y.cmp(x)).then(a.1.cmp(&b.1)));
    let mut on: BTreeSet<(NeedIx, ProductIx)> = BTreeSet::new();
    for products in largest.chunk_by(|(a, _), (b, _)| a.0 == b.0) {
        let limit = tender.needs[products[0].0.0].formulary_limit.unwrap_or(u32::MAX) as usize;
        let chosen = |key: &(NeedIx, ProductIx)| model.formulary.get(key).is_none_or(|f| point[f.0 as usize] > 0.5);
        let keys = products.iter().map(|(key, _)| *key);
        match ruled {
            true => on.extend(keys.filter(chosen)),
            false => on.extend(keys.take(limit)),
        }
    }
    Some(on)
}
