//! A summary of some replications to a document and back.

use ballast_exchange::documents::partial::Sums;
use ballast_simulation::metric::{ExactSum, Failure, Summary};

fn numbers(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().map(|v| (!v.is_nan()).then_some(*v)).collect()
}

fn digits(sums: &[ExactSum]) -> Vec<String> {
    sums.iter().map(|s| s.digits()).collect()
}

/// As a document has it.
pub fn sums(summary: &Summary) -> Sums {
    let failed = |(r, why): &(u64, Failure)| {
        let why = match why {
            Failure::NotFinite => "not_finite",
            Failure::Stopped => "stopped",
        };
        (*r, why.to_owned())
    };
    Sums {
        range: [summary.range.start, summary.range.end],
        failed: summary.failed.iter().map(failed).collect(),
        unmet: numbers(&summary.unmet),
        down: summary.down.iter().map(|d| if *d { '1' } else { '0' }).collect(),
        excess: numbers(&summary.excess),
        credit: numbers(&summary.credit),
        stockouts: summary.stockouts.clone(),
        weeks_short: summary.weeks_short.clone(),
        out_in_week: summary.out_in_week.clone(),
        demand: digits(&summary.demand),
        saved: digits(&summary.saved),
        drawn: digits(&summary.drawn),
        weekly: digits(&summary.weekly),
        unmet_in_week: digits(&summary.unmet_in_week),
        inventory: digits(&summary.inventory),
        counts: summary.counts.clone(),
    }
}

/// As the simulation has it; `None` if a figure cannot be read.
pub fn summary(sums: &Sums) -> Option<Summary> {
    let numbers = |values: &[Option<f64>]| values.iter().map(|v| v.unwrap_or(f64::NAN)).collect();
    let exact = |sums: &[String]| sums.iter().map(|s| ExactSum::from_digits(s)).collect::<Option<Vec<_>>>();
    let failed = |(r, why): &(u64, String)| {
        let why = match why.as_str() {
            "not_finite" => Failure::NotFinite,
            "stopped" => Failure::Stopped,
            _ => return None,
        };
        Some((*r, why))
    };
    Some(Summary {
        range: sums.range[0]..sums.range[1],
        failed: sums.failed.iter().map(failed).collect::<Option<_>>()?,
        unmet: numbers(&sums.unmet),
        down: sums.down.chars().map(|c| c == '1').collect(),
        excess: numbers(&sums.excess),
        credit: numbers(&sums.credit),
        stockouts: sums.stockouts.clone(),
        weeks_short: sums.weeks_short.clone(),
        out_in_week: sums.out_in_week.clone(),
        demand: exact(&sums.demand)?,
        saved: exact(&sums.saved)?,
        drawn: exact(&sums.drawn)?,
        weekly: exact(&sums.weekly)?,
        unmet_in_week: exact(&sums.unmet_in_week)?,
        inventory: exact(&sums.inventory)?,
        counts: sums.counts.clone(),
    })
}
