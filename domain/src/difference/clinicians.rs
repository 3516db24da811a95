//! Clinician groups at a site whose mean preference differs: the score of what they get, weighted by reference spend,
//! missing scores left out.

use std::collections::{BTreeMap, BTreeSet};

use super::Decided;
use crate::exact::{Exact, exact, float, zero};

/// A group at a site.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupChange {
    /// Site.
    pub site: String,
    /// Group.
    pub group: String,
    /// Mean preference before; `None` where no score is known.
    pub before: Option<f64>,
    /// After.
    pub after: Option<f64>,
}

/// A smaller difference is no news to anyone.
const LEAST: f64 = 0.0005;

fn means(of: Decided<'_>) -> BTreeMap<(String, String), f64> {
    let mut sums: BTreeMap<(String, String), (Exact, Exact)> = BTreeMap::new();
    for line in &of.award.lines {
        let c = &of.tender.candidates[line.candidate];
        let price = exact(of.tender.reference_price(c.need).unwrap_or(rust_decimal::Decimal::ONE));
        for p in of.tender.preferences.get(&(c.site, c.product)).into_iter().flatten() {
            let weight = line.used.exact() * &price * p.weight.exact();
            let key = (of.tender.sites[c.site].id.clone(), p.group.clone());
            let sum = sums.entry(key).or_insert_with(|| (zero(), zero()));
            sum.0 += &weight * p.score.exact();
            sum.1 += weight;
        }
    }
    sums.into_iter().filter(|(_, (_, w))| *w > zero()).map(|(k, (s, w))| (k, float(&(s / w)))).collect()
}

/// Groups whose mean differs, the worst loss first.
pub(super) fn changes(before: Decided<'_>, after: Decided<'_>) -> Vec<GroupChange> {
    let (old, new) = (means(before), means(after));
    let keys: BTreeSet<&(String, String)> = old.keys().chain(new.keys()).collect();
    let mut changes: Vec<GroupChange> = keys
        .into_iter()
        .map(|k| GroupChange {
            site: k.0.clone(),
            group: k.1.clone(),
            before: old.get(k).copied(),
            after: new.get(k).copied(),
        })
        .filter(|c| c.before.is_some() != c.after.is_some() || gain(c).abs() > LEAST)
        .collect();
    changes.sort_by(|a, b| gain(a).total_cmp(&gain(b)));
    changes
}

fn gain(change: &GroupChange) -> f64 {
    change.after.unwrap_or(0.0) - change.before.unwrap_or(0.0)
}
