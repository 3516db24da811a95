//! Balance: Σ_c x\[c\] + o = 1 for every demand cell, o the part left unserved, 0 unless the need states what that costs.
//! Whole packs: q ≤ Σ u·n < q + the largest pack used; where o may be above 0, f = 1 if it is, o ≤ f and
//! Σ u·n + q o ≤ q + u\[max\] (1 − f): nothing that is bought lies unused while demand is unserved.
//!
//! Where the packs of a cell differ in size, w\[k\] = 1 if a pack of at least the k-th size is used, and
//! Σ u·n < q + u\[0\] + Σ_k (u\[k\] − u\[k−1\]) w\[k\].
//!
//! What is bought lies on the grid g of the pack sizes, so both sides are stated half a step away from the nearest grid
//! point, and in packs of the smallest size, so that the solver's tolerance is far less than a pack however large q is.

use ballast_domain::Tender;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::CandidateIx;
use rust_decimal::Decimal;

use crate::model::{Model, RowLabel, Terms, Volumes};

/// The largest number of which all are multiples.
pub(crate) fn grid(values: impl IntoIterator<Item = Decimal>) -> Decimal {
    values.into_iter().fold(Decimal::ZERO, |mut a, mut b| {
        while !b.is_zero() {
            (a, b) = (b, a % b);
        }
        a
    })
}

/// Half a step below the first grid point that is not below `value`.
pub(crate) fn just_below(value: Decimal, grid: Decimal) -> Decimal {
    ((value / grid).ceil() - Decimal::new(5, 1)) * grid
}

/// Adds the rows.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    for (cell, demand) in tender.cells.enumerate() {
        let lines: Vec<CandidateIx> = tender.candidates_of(cell).collect();
        let unserved = volumes.unserved[cell];
        let mut all: Terms = lines.iter().map(|c| (volumes.share[*c], 1.0)).collect();
        all.extend(unserved.map(|u| (u, 1.0)));
        model.row(RowLabel::Balance(cell), 1.0, 1.0, all);
        if !tender.needs[demand.need].whole_packs || lines.is_empty() {
            continue;
        }
        let size = |c: &CandidateIx| tender.candidates[*c].use_factor.0;
        let mut sizes: Vec<Decimal> = lines.iter().map(size).collect();
        sizes.sort();
        sizes.dedup();
        let number = |value: Decimal| float(&exact(value)) / float(&exact(sizes[0]));
        let below = just_below(demand.quantity.0, grid(sizes.iter().copied()));
        let mut bought: Terms = lines.iter().map(|c| (volumes.packs[*c].0, number(size(c)))).collect();
        match unserved {
            None => model.row(RowLabel::Surplus(cell), number(below), f64::INFINITY, bought.clone()),
            // What is bought and left off need not lie on the grid together, so the least follows from shares alone.
            Some(unserved) => {
                let falls_short = model.binary(0.0);
                model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(unserved, 1.0), (falls_short, -1.0)]);
                let (quantity, largest) = (number(demand.quantity.0), number(sizes[sizes.len() - 1]));
                let mut all_used = bought.clone();
                all_used.extend([(unserved, quantity), (falls_short, largest)]);
                model.row(RowLabel::Surplus(cell), f64::NEG_INFINITY, quantity + largest, all_used);
            }
        }
        for pair in sizes.windows(2) {
            let larger = model.binary(0.0);
            // w ≤ Σ n over packs of at least this size
            let mut terms: Terms = vec![(larger, 1.0)];
            terms.extend(lines.iter().filter(|c| size(c) >= pair[1]).map(|c| (volumes.packs[*c].0, -1.0)));
            model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, terms);
            bought.push((larger, -number(pair[1] - pair[0])));
        }
        model.row(RowLabel::Surplus(cell), f64::NEG_INFINITY, number(below + sizes[0]), bought);
    }
}
