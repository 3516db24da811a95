//! Demand of a path, as a multiple of each cell's mean week:
//!
//! demand(c, w) = surge(n, w) × year(c) × max(0, 1 + cv_c Z_cw)
//!
//! year(c) = exp(μ_c + σ_c Z_n), one standard normal Z_n per need and replication, so that all sites of a need have a
//! high year together; μ and σ are fitted to the cell's P5 and P95, relative to its mean:
//! μ = (ln P5 + ln P95) / 2, σ = (ln P95 − ln P5) / (2 z₉₅). With P5 = 0 the stated mean is taken as the median and σ
//! from P95 alone. Without a range the factor is 1. Surges act on the part of the week that they cover.

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx};
use ballast_domain::pack::{DemandEffect, NeedSelector, Pack};
use ballast_domain::tender::DemandCell;

use super::law::normal;
use super::stream::{Key, Purpose};

/// 95th percentile of the standard normal.
const Z95: f64 = 1.644_853_626_951_472_2;

/// What the demand of a path is drawn from.
#[derive(Debug, Clone)]
pub struct DemandLaw {
    /// Surge of each week and cell.
    surge: Vec<f64>,
    /// Key of the year's normal of each need that has a range somewhere.
    years: Vec<(NeedIx, Key)>,
    /// Per cell: need, μ, σ of the year; key and cv of the weeks.
    cells: Vec<CellLaw>,
    needs: usize,
    /// False if demand is the same in every replication.
    pub random: bool,
}

#[derive(Debug, Clone)]
struct CellLaw {
    need: usize,
    year: Option<(f64, f64)>,
    week: Option<(f64, Key)>,
}

/// True if the selector speaks of this need; an empty selector speaks of all.
pub fn speaks_of(on: &NeedSelector, tender: &Tender, need: NeedIx) -> bool {
    let n = &tender.needs[need];
    on.needs.is_empty() && on.categories.is_empty()
        || on.needs.contains(&n.id)
        || on.categories.contains(&tender.categories[n.category])
}

/// μ and σ of the logarithm of the year's factor, if the cell has a range.
fn year(cell: &DemandCell) -> Option<(f64, f64)> {
    let (low, high) = cell.range?;
    let mean = cell.quantity.to_f64();
    let (low, high) = (low.to_f64() / mean, high.to_f64() / mean);
    match low > 0.0 {
        true => Some(((low.ln() + high.ln()) / 2.0, (high.ln() - low.ln()) / (2.0 * Z95))),
        false => Some((0.0, high.ln() / Z95)),
    }
}

impl DemandLaw {
    /// Fits the laws.
    pub fn new(tender: &Tender, pack: &Pack, seed: u64) -> Self {
        let weeks = pack.horizon_weeks as usize;
        let mut surge = vec![1.0; weeks * tender.cells.len()];
        for effect in &pack.demand {
            let DemandEffect::Surge { on, from_week, weeks: length, factor, .. } = effect else { continue };
            for (w, row) in surge.chunks_mut(tender.cells.len().max(1)).enumerate() {
                let covered = ((from_week + length).min(w as f64 + 1.0) - from_week.max(w as f64)).max(0.0);
                for (slot, cell) in row.iter_mut().zip(tender.cells.iter()) {
                    if covered > 0.0 && speaks_of(on, tender, cell.need) {
                        *slot *= 1.0 + (factor - 1.0) * covered;
                    }
                }
            }
        }
        let cells: Vec<CellLaw> = tender
            .cells
            .iter()
            .map(|c| {
                let cv = c.weekly_cv.to_f64();
                let key = || Key::new(seed, Purpose::DemandWeek, &tender.sites[c.site].id, &tender.needs[c.need].id);
                CellLaw { need: c.need.ix(), year: year(c), week: (cv > 0.0).then(|| (cv, key())) }
            })
            .collect();
        let ranged = |n: &NeedIx| cells.iter().any(|c| c.need == n.ix() && c.year.is_some());
        let years: Vec<(NeedIx, Key)> = tender
            .needs
            .indexes()
            .filter(ranged)
            .map(|n| (n, Key::new(seed, Purpose::DemandYear, &tender.needs[n].id, "")))
            .collect();
        let random = !years.is_empty() || cells.iter().any(|c| c.week.is_some());
        Self { surge, years, cells, needs: tender.needs.len(), random }
    }

    /// The demand that holds if nothing is random.
    pub fn surges(&self) -> &[f64] {
        &self.surge
    }

    /// Draws the demand of a replication over the surges. `demand` is `[week × cells + cell]`.
    pub fn draw(&self, replication: u64, demand: &mut [f64]) {
        let mut z = vec![0.0; self.needs];
        for (need, key) in &self.years {
            z[need.ix()] = normal(&mut key.stream(replication));
        }
        demand.copy_from_slice(&self.surge);
        let count = self.cells.len();
        for (c, law) in self.cells.iter().enumerate() {
            let year = law.year.map_or(1.0, |(mu, sigma)| (mu + sigma * z[law.need]).exp());
            let column = demand.iter_mut().skip(c).step_by(count);
            match &law.week {
                None if year == 1.0 => {}
                None => column.for_each(|d| *d *= year),
                Some((cv, key)) => {
                    let mut rng = key.stream(replication);
                    column.for_each(|d| *d *= year * (1.0 + cv * normal(&mut rng)).max(0.0));
                }
            }
        }
    }
}
