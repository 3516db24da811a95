//! Tiers that nobody can reach: even if every cell bought all it needs of what is counted, in the way that counts most.

use std::collections::BTreeMap;

use ballast_domain::Severity;
use ballast_domain::index::CellIx;
use ballast_domain::tables::{Basis, CohortMode};
use ballast_domain::tender::{Candidate, Schedule, Tender};

use super::{Chart, Remark};

/// Most that one line can add to the measure; `None` for a basis whose measure is no sum over lines.
fn most(tender: &Tender, schedule: &Schedule, line: &Candidate) -> Option<f64> {
    let cell = &tender.cells[line.cell];
    let factor = line.use_factor.to_f64();
    let exact = cell.quantity.to_f64() / factor;
    // Whole packs may leave less than one pack over.
    let packs = if tender.needs[line.need].whole_packs { exact.ceil() + 1.0 } else { exact };
    if schedule.basis == Basis::Packs {
        Some(packs)
    } else if schedule.basis == Basis::NeedUnits {
        Some(packs * factor)
    } else if schedule.basis == Basis::Spend {
        Some(packs * tender.offers[line.offer].list_price.to_f64())
    } else {
        None
    }
}

/// Adds a finding per tier out of reach.
pub(super) fn check(chart: &mut Chart<'_>) {
    let tender = chart.tender;
    for schedule in tender.schedules.iter() {
        let mut best: BTreeMap<CellIx, f64> = BTreeMap::new();
        let mut sums = true;
        for line in tender.candidates.iter().filter(|c| schedule.counts.binary_search(&c.offer).is_ok()) {
            match most(tender, schedule, line) {
                Some(amount) => {
                    let entry = best.entry(line.cell).or_default();
                    *entry = entry.max(amount);
                }
                None => sums = false,
            }
        }
        if !sums {
            continue;
        }
        let mut cohorts: BTreeMap<String, f64> = BTreeMap::new();
        for (cell, amount) in best {
            let site = &tender.sites[tender.cells[cell].site];
            let cohort = match schedule.cohort_mode {
                CohortMode::All => String::new(),
                CohortMode::Member => tender.members[site.member].clone(),
                CohortMode::Site => site.id.clone(),
            };
            *cohorts.entry(cohort).or_default() += amount;
        }
        let reach = cohorts.values().copied().fold(0.0, f64::max);
        for row in tender.draft.tiers.iter().filter(|r| r.schedule.as_str() == schedule.id) {
            let from = ballast_domain::exact::float(&ballast_domain::exact::exact(row.from.0));
            if from > reach * (1.0 + 1e-9) {
                let whom = match schedule.cohort_mode {
                    CohortMode::All => "all sites together",
                    CohortMode::Member => "the largest member",
                    CohortMode::Site => "the largest site",
                };
                let remark = Remark {
                    severity: Severity::Information,
                    code: "tier_out_of_reach",
                    value: row.from.0.normalize().to_string(),
                    expected: format!(
                        "{whom} can bring at most {reach:.0} {} a year to schedule {}",
                        schedule.basis.word(),
                        schedule.id
                    ),
                    fix: "the tier is never earned; lower the threshold, widen what counts, or take the tier out",
                };
                chart.add("tiers", Some(row.at), "from", remark);
            }
        }
    }
}
