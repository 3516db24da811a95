//! What a pack says should come out, against what comes out: outcomes of its facts, measured on replications.
//!
//! Weeks count from the first event of the pack. Base demand is that without surge and conservation. A site is *short* of a need
//! in a week if more than 1 % of base demand went unmet there, or less than 90 % of demand arrived in the four weeks up to it; the market is short
//! if more than 2 % of all base demand went unmet or was saved by conservation. Each measure is the median over the replications; most
//! events of the past are scripted, and then all replications are alike.
//!
//! | measure | |
//! |---|---|
//! | `systems_short:NEED@A..B` | fraction of sites that are short in some week of A to B |
//! | `unmet:NEED@A..B` | part of base demand that is not used, over weeks A to B |
//! | `lowest_use:NEED` | least use of a week over sites that are ever short, part of base demand |
//! | `lowest_receipts:NEED` | least receipts of four weeks at a site, part of base demand |
//! | `short_from:NEED`, `short_until:NEED` | first week in which the market is short, and the week after the last |
//! | `stock_full:NEED` | first week, once short, at whose end stock is back at 98 % of its usual level for good |

use ballast_domain::index::{Ix, NeedIx};
use ballast_domain::pack::{Fact, Pack, Role};
use ballast_domain::{Award, Tender};

use crate::draw::{Canvas, Scenery};
use crate::error::StressError;
use crate::kernel::{Model, Record, State, live};

/// Base demand of a week that goes unmet where a site is short; or so much of demand arrives at most.
const SITE_SHORT: f64 = 0.01;
const THIN: f64 = 0.9;
/// Base demand that is not used where the market is short.
const MARKET_SHORT: f64 = 0.02;
/// Part of usual stock that counts as full.
const FULL: f64 = 0.98;

/// One outcome, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Id of the fact.
    pub fact: String,
    /// Fitted, or never seen by the pack.
    pub role: Role,
    /// What the fact says.
    pub stated: f64,
    /// How far off is still right.
    pub tolerance: f64,
    /// What came out; `None` if the measure does not apply (nothing was ever short).
    pub measured: Option<f64>,
}

impl Judgement {
    /// True if what came out agrees.
    pub fn holds(&self) -> bool {
        self.measured.is_some_and(|m| (m - self.stated).abs() <= self.tolerance)
    }
}

/// A measure with the need it speaks of.
struct Measure<'a> {
    name: &'a str,
    need: NeedIx,
    weeks: Option<(usize, usize)>,
}

/// Judges the outcomes of a pack on an award.
///
/// # Errors
/// A pack that does not fit the tender, or a measure that is not understood.
pub fn judge(
    tender: &Tender,
    award: &Award,
    pack: &Pack,
    seed: u64,
    replications: u64,
) -> Result<Vec<Judgement>, StressError> {
    let scenery = Scenery::new(tender, pack, seed).map_err(StressError::Pack)?;
    let model = Model::new(tender, award, &scenery, None);
    let facts: Vec<(&Fact, f64, Measure<'_>)> =
        pack.facts.iter().filter_map(|f| outcome(tender, f).transpose()).collect::<Result<_, _>>()?;
    let begin = pack.events.iter().map(|e| e.week).fold(f64::INFINITY, f64::min);
    let begin = if begin.is_finite() { begin as usize } else { 0 };
    let (mut canvas, mut state) = (Canvas::new(&scenery), State::new(&model));
    let mut seen: Vec<Vec<f64>> = vec![Vec::new(); facts.len()];
    for replication in 0..replications {
        scenery.draw(replication, &mut canvas);
        live(&model, &canvas.path, &mut state);
        for ((_, _, measure), seen) in facts.iter().zip(&mut seen) {
            let weeks = Weeks::new(tender, &model, &state.record, measure.need, begin);
            seen.extend(weeks.measure(measure));
        }
    }
    let judged = facts.iter().zip(seen).map(|((fact, stated, _), mut seen)| {
        seen.sort_by(f64::total_cmp);
        // Only what most replications show is what the pack brings about.
        let measured = (2 * seen.len() as u64 > replications).then(|| seen[seen.len() / 2]);
        Judgement {
            fact: fact.id.clone(),
            role: fact.role,
            stated: *stated,
            tolerance: fact.tolerance.unwrap_or(0.0),
            measured,
        }
    });
    Ok(judged.collect())
}

/// The measure of a fact, if it is an outcome.
fn outcome<'a>(tender: &Tender, fact: &'a Fact) -> Result<Option<(&'a Fact, f64, Measure<'a>)>, StressError> {
    let (Some(text), Some(stated)) = (fact.measure.as_deref(), fact.value) else { return Ok(None) };
    if fact.role == Role::Input {
        return Ok(None);
    }
    let refuse = |what: &str| Err(StressError::Options(format!("measure `{text}` of fact `{}`: {what}", fact.id)));
    let Some((name, rest)) = text.split_once(':') else { return refuse("expected NAME:NEED") };
    let (need, weeks) = rest.split_once('@').map_or((rest, None), |(need, weeks)| (need, Some(weeks)));
    let Some((need, _)) = tender.needs.enumerate().find(|(_, n)| n.id == need) else {
        return refuse("the tender has no such need");
    };
    let range = |text: &str| {
        let (from, to) = text.split_once("..")?;
        Some((from.parse().ok()?, to.parse().ok()?))
    };
    let ranged = matches!(name, "systems_short" | "unmet");
    if !ranged && !matches!(name, "lowest_use" | "lowest_receipts" | "short_from" | "short_until" | "stock_full") {
        return refuse("unknown; docs/packs.md lists them");
    }
    match (weeks.map(range), ranged) {
        (Some(Some(weeks)), true) => Ok(Some((fact, stated, Measure { name, need, weeks: Some(weeks) }))),
        (None, false) => Ok(Some((fact, stated, Measure { name, need, weeks: None }))),
        _ => refuse("expected weeks as @A..B after systems_short and unmet, and after no other"),
    }
}

/// One need's weeks from the begin on, site by site; all as parts of base demand.
struct Weeks {
    /// `[site][week]`: not used, received, unmet, demand.
    missing: Vec<Vec<f64>>,
    received: Vec<Vec<f64>>,
    unmet: Vec<Vec<f64>>,
    demand: Vec<Vec<f64>>,
    /// Base demand of each site's week, need units.
    base: Vec<f64>,
    /// `[week]`: stock over all sites, part of usual.
    stock: Vec<f64>,
}

impl Weeks {
    fn new(tender: &Tender, model: &Model, record: &Record, need: NeedIx, begin: usize) -> Self {
        let per_week = model.per_week as usize;
        let cells: Vec<usize> =
            tender.cells.enumerate().filter(|(_, c)| c.need == need).map(|(ix, _)| ix.ix()).collect();
        let weekly = |rows: &dyn Fn(usize) -> f64, c: usize| -> Vec<f64> {
            (begin..model.weeks / per_week)
                .map(|w| {
                    (w * per_week..(w + 1) * per_week).map(|t| rows(t * record.cells + c)).sum::<f64>()
                        / model.weekly(c)
                })
                .collect()
        };
        let missing = |at: usize| record.unmet[at] + if record.saves { record.saved[at] } else { 0.0 };
        let usual: f64 = cells.iter().map(|c| model.stock_target[*c] + model.reserve_target[*c]).sum();
        let stock = |w: usize| {
            let end = ((w + 1) * per_week - 1) * record.cells;
            cells.iter().map(|c| record.stock[end + c]).sum::<f64>() / usual.max(f64::MIN_POSITIVE)
        };
        Self {
            missing: cells.iter().map(|c| weekly(&missing, *c)).collect(),
            received: cells.iter().map(|c| weekly(&|at| record.received[at], *c)).collect(),
            unmet: cells.iter().map(|c| weekly(&|at| record.unmet[at], *c)).collect(),
            demand: cells.iter().map(|c| weekly(&|at| record.demand[at], *c)).collect(),
            base: cells.iter().map(|c| model.weekly(*c)).collect(),
            stock: (begin..model.weeks / per_week).map(stock).collect(),
        }
    }

    /// Part of all base demand that is not used in a week.
    fn market(&self, week: usize) -> f64 {
        let units: f64 = self.missing.iter().zip(&self.base).map(|(m, b)| m[week] * b).sum();
        units / self.base.iter().sum::<f64>()
    }

    fn site_short(&self, site: usize, week: usize) -> bool {
        let four = |x: &[f64]| x[week.saturating_sub(3)..=week].iter().sum::<f64>();
        self.unmet[site][week] > SITE_SHORT || four(&self.received[site]) < THIN * four(&self.demand[site])
    }

    fn measure(&self, measure: &Measure<'_>) -> Option<f64> {
        let weeks = self.stock.len();
        let short = |w: &usize| self.market(*w) > MARKET_SHORT;
        let range = |(from, to): (usize, usize)| from.min(weeks)..(to + 1).min(weeks);
        match (measure.name, measure.weeks) {
            ("systems_short", Some(at)) => {
                let any = (0..self.base.len()).filter(|s| range(at).any(|w| self.site_short(*s, w))).count();
                Some(any as f64 / self.base.len() as f64)
            }
            ("unmet", Some(at)) => {
                let n = range(at).len() as f64;
                Some(range(at).map(|w| self.market(w)).sum::<f64>() / n)
            }
            ("lowest_use", _) => {
                let struck = (0..self.base.len()).filter(|s| (0..weeks).any(|w| self.site_short(*s, w)));
                let most = struck.flat_map(|s| &self.missing[s]).copied().fold(f64::NAN, f64::max);
                (!most.is_nan()).then_some(1.0 - most)
            }
            ("lowest_receipts", _) => {
                let four =
                    |r: &Vec<f64>| r.windows(4).map(|x| x.iter().sum::<f64>() / 4.0).fold(f64::INFINITY, f64::min);
                Some(self.received.iter().map(four).fold(f64::INFINITY, f64::min))
            }
            ("short_from", _) => (0..weeks).find(short).map(|w| w as f64),
            ("short_until", _) => (0..weeks).rev().find(short).map(|w| w as f64 + 1.0),
            ("stock_full", _) => {
                (0..weeks).find(short)?;
                let low = (0..weeks).rev().find(|w| self.stock[*w] < FULL)?;
                Some(low as f64 + 1.0).filter(|w| *w < weeks as f64)
            }
            _ => None,
        }
    }
}
