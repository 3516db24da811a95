//! Terms of an objective that are measures, as terms on columns. A ratio of constant whole W is (p + Σ_part) ÷ W. Counts and
//! sites that move are sums of binaries: those that are 1 *at least* where a thing counts (Σ u) if more of them costs, those
//! that are 1 *at most* there (Σ v) if more of them pays. A curve through (x_i, m_i) needs the measure itself, so u and v with
//! Σ u ≤ Σ v, and
//!
//!   measure = Σ_i λ_i x_i,  money = Σ_i λ_i m_i,  Σ λ = 1,  λ_i ≤ b_{i−1} + b_i,  Σ b = 1,  b binary,
//!
//! with a point at either end of what the measure can be, so that the curve is level outside its own three.

use ballast_domain::Tender;
use ballast_domain::exact::{exact, float};
use ballast_domain::rules::{Reading, reading};
use ballast_domain::tender::objective::{TermOf, Worth};
use num_traits::Zero;
use rust_decimal::Decimal;

use super::rows::Rows;
use super::{count, moved};
use crate::model::{Col, Formulary, Indicators, Model, RowLabel, Terms, Volumes};
use crate::prices::Readers;

/// Part of the size of a curve by which its ends stand off what the measure can be.
const ROOM: f64 = 1e-6;

/// Σ terms + constant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Linear {
    /// Terms.
    pub(crate) terms: Terms,
    /// Constant.
    pub(crate) constant: f64,
}

impl Linear {
    fn add(&mut self, other: &Self, factor: f64) {
        self.terms.extend(other.terms.iter().map(|(c, v)| (*c, v * factor)));
        self.constant += other.constant * factor;
    }

    fn divided(&self, by: f64) -> Self {
        let mut part = Self::default();
        part.add(self, 1.0 / by);
        part
    }
}

/// Adds what the measures need and gives, for each level, their money over the contract.
pub(crate) fn add(
    tender: &Tender,
    model: &mut Model,
    volumes: &Volumes,
    used: &mut Indicators,
    formulary: &Formulary,
    readers: &mut Readers,
) -> Vec<Linear> {
    let Some(objective) = &tender.objective else { return Vec::new() };
    let years = f64::from(tender.settings.contract_years);
    let mut rows = Rows::new(tender, model, volumes, used, formulary, readers);
    rows.label = RowLabel::Link;
    let mut levels = Vec::new();
    for level in &objective.levels {
        let mut sum = Linear::default();
        for term in &level.terms {
            let TermOf::Measure { rule, worth } = &term.of else { continue };
            let Some(reading) = reading(tender, rule) else { continue };
            match worth {
                Worth::Factor(factor) => {
                    let factor = float(&exact(*factor));
                    let measure = match factor > 0.0 {
                        true => at_least_it(&mut rows, &reading),
                        false => at_most_it(&mut rows, &reading),
                    };
                    if let Some((measure, whole)) = measure {
                        sum.add(&measure.divided(whole), years * factor);
                    }
                }
                Worth::Curve(points) => {
                    if let Some((measure, whole)) = itself(&mut rows, &reading) {
                        sum.add(&curve(&mut rows, &measure.divided(whole), points), years);
                    }
                }
            }
        }
        levels.push(sum);
    }
    levels
}

/// A sum that is the measure where it is minimised, and what it is divided by; `None` where there is nothing to measure.
fn at_least_it(rows: &mut Rows<'_>, reading: &Reading) -> Option<(Linear, f64)> {
    match reading {
        Reading::Ratio(ratio) => {
            if ratio.base.is_zero() {
                return None;
            }
            Some((Linear { terms: rows.terms(&ratio.part, 1.0), constant: float(&ratio.offset) }, float(&ratio.base)))
        }
        // More things than none: a bound that binds, whatever there is.
        Reading::Tally(tally) => {
            let side = count::at_most(rows, tally, -1.0)?;
            Some((Linear { terms: side.terms, constant: 0.0 }, 1.0))
        }
        Reading::Moved(m) if m.things.is_empty() => None,
        Reading::Moved(m) => {
            let side = moved::at_most(rows, m, 0.0)?;
            Some((Linear { terms: side.terms, constant: -side.rhs }, m.things.len() as f64))
        }
    }
}

/// The same where it is maximised.
fn at_most_it(rows: &mut Rows<'_>, reading: &Reading) -> Option<(Linear, f64)> {
    let negated = |terms: Terms| terms.into_iter().map(|(c, v)| (c, -v)).collect();
    match reading {
        Reading::Ratio(_) => at_least_it(rows, reading),
        Reading::Tally(tally) => {
            let side = count::at_least(rows, tally, f64::INFINITY)?;
            Some((Linear { terms: negated(side.terms), constant: 0.0 }, 1.0))
        }
        Reading::Moved(m) if m.things.is_empty() => None,
        Reading::Moved(m) => {
            let side = moved::at_least(rows, m, 0.0)?;
            Some((Linear { terms: negated(side.terms), constant: side.rhs }, m.things.len() as f64))
        }
    }
}

/// A sum that is the measure.
fn itself(rows: &mut Rows<'_>, reading: &Reading) -> Option<(Linear, f64)> {
    let (upper, whole) = at_least_it(rows, reading)?;
    if !matches!(reading, Reading::Ratio(_)) {
        let (lower, _) = at_most_it(rows, reading)?;
        let mut over = upper.clone();
        over.add(&lower, -1.0);
        rows.link(f64::NEG_INFINITY, -over.constant, over.terms, 1.0);
    }
    Some((upper, whole))
}

/// The money of a curve a year.
fn curve(rows: &mut Rows<'_>, measure: &Linear, points: &[(Decimal, Decimal); 3]) -> Linear {
    let number = |d: Decimal| float(&exact(d));
    let mut points: Vec<(f64, f64)> = points.iter().map(|(x, m)| (number(*x), number(*m))).collect();
    let negated: Terms = measure.terms.iter().map(|(c, v)| (*c, -v)).collect();
    let highest = measure.constant + rows.most_of(&measure.terms);
    let lowest = measure.constant - rows.most_of(&negated);
    let room = ROOM * highest.abs().max(lowest.abs());
    let (first, last) = (points[0], points[points.len() - 1]);
    if lowest - room < first.0 {
        points.insert(0, (lowest - room, first.1));
    }
    if highest + room > last.0 {
        points.push((highest + room, last.1));
    }
    let size = points.iter().map(|(x, _)| x.abs()).fold(f64::MIN_POSITIVE, f64::max);
    let parts: Vec<Col> = points.iter().map(|_| rows.model.column(0.0, 0.0, 1.0, false)).collect();
    let pieces: Vec<Col> = points.windows(2).map(|_| rows.model.binary(0.0)).collect();
    rows.link(1.0, 1.0, parts.iter().map(|c| (*c, 1.0)).collect(), 1.0);
    rows.link(1.0, 1.0, pieces.iter().map(|c| (*c, 1.0)).collect(), 1.0);
    for (i, part) in parts.iter().enumerate() {
        let mut terms = vec![(*part, 1.0)];
        let beside = [i.checked_sub(1), Some(i)].into_iter().flatten().filter_map(|p| pieces.get(p));
        terms.extend(beside.map(|p| (*p, -1.0)));
        rows.link(f64::NEG_INFINITY, 0.0, terms, 1.0);
    }
    let mut at = measure.terms.clone();
    at.extend(parts.iter().zip(&points).map(|(c, (x, _))| (*c, -x)));
    rows.link(-measure.constant, -measure.constant, at, size);
    Linear { terms: parts.into_iter().zip(&points).map(|(c, (_, m))| (c, *m)).collect(), constant: 0.0 }
}
