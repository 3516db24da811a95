//! Demand of a path, as a multiple of each cell's mean week:
//!
//! demand(c, w) = noise(surge(n, w) × season(n, w) × year(c)), noise as the pack's demand law or max(0, 1 + cv_c Z_cw)
//!
//! year(c) = exp(μ_c + σ_c Z_n), one standard normal Z_n per need and replication, so that all sites of a need have a
//! high year together; μ and σ are fitted to the cell's P5 and P95, relative to its mean:
//! μ = (ln P5 + ln P95) / 2, σ = (ln P95 − ln P5) / (2 z₉₅). With P5 = 0 the stated mean is taken as the median and σ
//! from P95 alone. Without a range the factor is 1. Surges act on the part of the week that they cover.

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx};
use ballast_domain::pack::{DemandEffect, NeedSelector, Noise, Pack};
use ballast_domain::tender::DemandCell;

use super::law::normal;
use super::noise::StepNoise;
use super::pinned::{exp, ln};
use super::season::Season;
use super::stream::{Key, Purpose, Stream};

/// 95th percentile of the standard normal.
const Z95: f64 = 1.644_853_626_951_472_2;

/// What the demand of a path is drawn from.
#[derive(Debug, Clone)]
pub struct DemandLaws {
    /// Surge of each week and cell.
    surge: Vec<f64>,
    /// Key of the year's normal of each need that has a range somewhere.
    years: Vec<(NeedIx, Key)>,
    cells: Vec<CellLaw>,
    needs: usize,
    /// False if demand is the same in every replication.
    pub random: bool,
}

#[derive(Debug, Clone)]
struct CellLaw {
    need: usize,
    /// μ and σ of the year.
    year: Option<(f64, f64)>,
    /// Need units of a mean step.
    mean: f64,
    /// How steps vary.
    step: Option<(StepNoise, Key)>,
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
        true => Some(((ln(low) + ln(high)) / 2.0, (ln(high) - ln(low)) / (2.0 * Z95))),
        false => Some((0.0, ln(high) / Z95)),
    }
}

impl DemandLaws {
    /// Fits the laws.
    pub fn new(tender: &Tender, pack: &Pack, seed: u64) -> Self {
        let per_week = pack.step.per_week();
        let surge = levels(tender, pack);
        let cells: Vec<CellLaw> = tender
            .cells
            .iter()
            .map(|c| {
                let key = || Key::new(seed, Purpose::DemandWeek, &tender.sites[c.site].id, &tender.needs[c.need].id);
                let own = Noise::Normal { cv: c.weekly_cv.to_f64() };
                let stated = pack.demand_laws.iter().find(|l| speaks_of(&l.on, tender, c.need)).map(|l| &l.noise);
                CellLaw {
                    need: c.need.ix(),
                    year: year(c),
                    mean: c.quantity.to_f64() / f64::from(52 * per_week),
                    step: StepNoise::new(stated.unwrap_or(&own), per_week).map(|noise| (noise, key())),
                }
            })
            .collect();
        let ranged = |n: &NeedIx| cells.iter().any(|c| c.need == n.ix() && c.year.is_some());
        let years: Vec<(NeedIx, Key)> = tender
            .needs
            .indexes()
            .filter(ranged)
            .map(|n| (n, Key::new(seed, Purpose::DemandYear, &tender.needs[n].id, "")))
            .collect();
        let random = !years.is_empty() || cells.iter().any(|c| c.step.is_some());
        Self { surge, years, cells, needs: tender.needs.len(), random }
    }

    /// The demand that holds if nothing is random.
    pub fn surges(&self) -> &[f64] {
        &self.surge
    }

    /// Draws the demand of a replication over the surges. `demand` is `[week × cells + cell]`; `stream` is memory.
    pub fn draw(&self, replication: u64, stream: &mut Stream, demand: &mut [f64]) {
        let mut z = vec![0.0; self.needs];
        for (need, key) in &self.years {
            stream.begin(key, replication);
            z[need.ix()] = normal(stream);
        }
        demand.copy_from_slice(&self.surge);
        let count = self.cells.len();
        for (c, law) in self.cells.iter().enumerate() {
            let year = law.year.map_or(1.0, |(mu, sigma)| exp(mu + sigma * z[law.need]));
            let steps = demand.chunks_exact_mut(count);
            match &law.step {
                None if year == 1.0 => {}
                None => steps.for_each(|row| row[c] *= year),
                Some((noise, key)) => {
                    stream.begin(key, replication);
                    steps.for_each(|row| row[c] = noise.draw(row[c] * year * law.mean, stream) / law.mean);
                }
            }
        }
    }
}

/// Surge × season of each step and cell.
fn levels(tender: &Tender, pack: &Pack) -> Vec<f64> {
    let per_week = f64::from(pack.step.per_week());
    let (steps, cells) = ((pack.horizon_weeks * pack.step.per_week()) as usize, tender.cells.len());
    let mut levels = vec![1.0; steps * cells];
    for effect in &pack.demand {
        let on = match effect {
            DemandEffect::Surge { on, .. } | DemandEffect::Season { on, .. } => on,
            DemandEffect::Conservation { .. } | DemandEffect::Hoarding { .. } => continue,
        };
        let season = match effect {
            DemandEffect::Season { months, .. } => Some(Season::new(months, tender)),
            _ => None,
        };
        // The factor of a step, by its begin and end in weeks.
        let factor = |from: f64, to: f64| match (effect, &season) {
            (DemandEffect::Surge { from_week, weeks, factor, .. }, _) => {
                let covered = ((from_week + weeks).min(to) - from_week.max(from)).max(0.0) / (to - from);
                if covered > 0.0 { 1.0 + (factor - 1.0) * covered } else { 1.0 }
            }
            (_, Some(season)) => season.mean(from, to),
            _ => 1.0,
        };
        for (w, row) in levels.chunks_mut(cells.max(1)).enumerate() {
            let factor = factor(w as f64 / per_week, (w as f64 + 1.0) / per_week);
            for (slot, cell) in row.iter_mut().zip(tender.cells.iter()) {
                if factor != 1.0 && speaks_of(on, tender, cell.need) {
                    *slot *= factor;
                }
            }
        }
    }
    levels
}
