//! What clinicians make of an award: the mean score by group, weighted by reference price where known, else by share of
//! demand. Products without a score are left out and counted.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use serde::{Deserialize, Serialize};

/// One clinician group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GroupPreference {
    /// The group.
    pub group: String,
    /// Mean score of what it gets, 0 to 1.
    pub mean: f64,
    /// Mean score of what is used today, 0 to 1, where known.
    pub today: Option<f64>,
    /// Part of its use on products it does not accept.
    pub not_accepted: f64,
    /// Part of the award's weight that this group scored.
    pub scored: f64,
}

#[derive(Default)]
struct Sum {
    score: f64,
    weight: f64,
    refused: f64,
}

/// Every group that scored anything, by name.
pub(super) fn by_group(tender: &Tender, award: &Award) -> Vec<GroupPreference> {
    let worth = |need| tender.needs[need].reference_price.map_or(1.0, |p| p.to_f64());
    let mut total = 0.0;
    let mut groups: BTreeMap<&str, (Sum, Sum)> = BTreeMap::new();
    let scores = |site, product| tender.preferences.get(&(site, product)).map_or(&[][..], Vec::as_slice);
    for line in &award.lines {
        let c = &tender.candidates[line.candidate];
        let weight = line.used.to_f64() * worth(c.need);
        total += weight;
        for p in scores(c.site, c.product) {
            let sum = &mut groups.entry(&p.group).or_default().0;
            let weight = weight * p.weight.to_f64();
            sum.score += weight * p.score.to_f64();
            sum.weight += weight;
            sum.refused += if p.acceptable { 0.0 } else { weight };
        }
    }
    for (ix, incumbents) in tender.incumbents.enumerate() {
        let cell = &tender.cells[ix];
        let bought: f64 = incumbents.iter().map(|i| i.quantity.to_f64()).sum();
        for i in incumbents.iter().filter(|_| bought > 0.0) {
            let weight = cell.quantity.to_f64() * i.quantity.to_f64() / bought * worth(cell.need);
            for p in scores(cell.site, i.product) {
                let sum = &mut groups.entry(&p.group).or_default().1;
                sum.score += weight * p.weight.to_f64() * p.score.to_f64();
                sum.weight += weight * p.weight.to_f64();
            }
        }
    }
    let scored = groups.into_iter().filter(|(_, (now, _))| now.weight > 0.0);
    scored
        .map(|(group, (now, before))| GroupPreference {
            group: group.to_owned(),
            mean: now.score / now.weight,
            today: (before.weight > 0.0).then(|| before.score / before.weight),
            not_accepted: now.refused / now.weight,
            scored: if total > 0.0 { now.weight / total } else { 0.0 },
        })
        .collect()
}
