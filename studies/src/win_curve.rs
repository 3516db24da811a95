//! What a bidder is awarded, and what the buyer pays, against a factor on its prices; all others bid as they do.
//!
//! z(f) is the best value with the bidder's prices multiplied by f, s(f) its share in the award found there. Factors on a grid
//! are decided; where the share of neighbours differs by more than a stated change, the middle is decided, too, until they lie
//! no more than half a stated width apart. What then still differs is a **flip**, between f₁ < f₂ with shares s₁ and s₂. It is
//! proven by a limit l half-way between the two: at an end whose share lies above l, every award with at most l is proven to
//! cost more than the one found (its bound lies above z's upper end); at the other, every award with at least l. With both
//! proofs every best award changes sides between f₁ and f₂, whatever the gaps and whatever counts money.
//!
//! Where nothing but cost depends on the prices, z rises with f, and each end of what is proven of z helps its neighbours.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::difference::{Decided, Difference, between};
use ballast_domain::finding::Findings;
use ballast_domain::index::{NeedIx, OfferIx};
use ballast_domain::raw::RawTender;
use ballast_domain::tender::Candidate;
use ballast_solver::Engine;
use rust_decimal::Decimal;

use crate::forced::{Share, edited, paid};
use crate::why_not::pricing::Pricing;
use crate::{Answer, Desk, Interval, Probe, Settings, ask, ask_one, money};

/// Id of the rule that proves a flip.
pub const RULE: &str = "win-curve";
/// Decimals of a factor, and of a limit on a share.
const DECIMALS: u32 = 6;

/// Whose prices are multiplied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// All prices of a supplier, by id.
    Supplier(String),
    /// The price of an offer, by id.
    Offer(String),
}

impl Subject {
    fn column(&self) -> (&'static str, &str) {
        match self {
            Self::Supplier(id) => ("supplier", id),
            Self::Offer(id) => ("offer", id),
        }
    }

    fn sells(&self, tender: &Tender, line: &Candidate) -> bool {
        match self {
            Self::Supplier(id) => tender.suppliers[line.supplier].id == *id,
            Self::Offer(id) => tender.offers[line.offer].id == *id,
        }
    }
}

/// The question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose prices are multiplied.
    pub subject: Subject,
    /// The least and the greatest factor.
    pub range: (Decimal, Decimal),
    /// Steps of the grid between them, at least 1.
    pub steps: u32,
    /// Flips are enclosed to this width of the factor.
    pub width: Decimal,
    /// Changes of the share up to this are not looked into.
    pub change: Decimal,
}

/// A point of the curve.
#[derive(Debug, Clone)]
pub struct Point {
    /// Prices are multiplied by this.
    pub factor: Decimal,
    /// Whether it is one of the grid, not one that closes in a flip.
    pub grid: bool,
    /// What the engine said.
    pub answer: Answer,
    /// What is proven about the best value there.
    pub total: Interval,
    /// Its share of what it may serve; `None` without an award.
    pub share: Option<Decimal>,
    /// Need units a year that it is awarded.
    pub units: BTreeMap<NeedIx, Decimal>,
    /// What it is paid over the contract.
    pub paid: Option<Decimal>,
}

/// Between two factors its share changes.
#[derive(Debug, Clone)]
pub struct Flip {
    /// The factors below and above; both are points.
    pub ends: (Decimal, Decimal),
    /// The share between those of the two ends that is crossed.
    pub limit: Decimal,
    /// Whether it is proven that at the lower, at the upper end every best award is on its side of the limit.
    pub proven: (bool, bool),
    /// What changes as the prices fall from the upper to the lower end.
    pub difference: Option<Difference>,
}

/// The curve.
#[derive(Debug, Clone)]
pub struct WinCurve {
    /// Points, by factor.
    pub points: Vec<Point>,
    /// Flips, by factor.
    pub flips: Vec<Flip>,
    /// Why dearer is not simply dearer; `None`: nothing but cost depends on the prices.
    pub counts: Option<String>,
    /// Prices that are left as they are, or that others share.
    pub caveats: Vec<String>,
}

/// Why the question cannot be asked.
#[derive(Debug, Clone)]
pub enum Refused {
    /// It may serve nothing.
    ServesNothing,
    /// It has no price of its own.
    NoPrice,
    /// The edits leave no tender.
    Edits(Findings),
}

/// A point with its tender.
struct Decision {
    tender: Tender,
    point: Point,
}

struct Asker<'a> {
    engine: &'a (dyn Engine + Sync),
    base: (&'a RawTender, &'a Tender),
    question: &'a Question,
    settings: &'a Settings,
    desk: &'a dyn Desk,
    share: Share,
    pricing: Pricing,
    /// The answer at the prices as they are, from which all others start.
    first: Answer,
}

impl Asker<'_> {
    fn at(&self, factor: Decimal, bound: Option<(&str, Decimal)>) -> Result<Tender, Refused> {
        let mut actions: Vec<_> = bound.map(|b| self.share.bounded(b)).into_iter().collect();
        if factor != Decimal::ONE {
            actions.extend(self.pricing.actions(factor));
        }
        edited(self.base.0, RULE, actions).map_err(Refused::Edits)
    }

    fn point(&self, tender: &Tender, factor: Decimal, answer: Answer) -> Point {
        let own = |c: &Candidate| self.question.subject.sells(tender, c);
        let mut units = BTreeMap::new();
        for line in answer.award().iter().flat_map(|(award, _)| &award.lines) {
            let candidate = &tender.candidates[line.candidate];
            if own(candidate) {
                *units.entry(candidate.need).or_insert(Decimal::ZERO) += line.used.0;
            }
        }
        Point {
            factor,
            grid: grid(self.question).contains(&factor),
            total: answer.interval(),
            share: self.share.in_award(tender, &answer, &own),
            units,
            paid: paid(tender, &answer, &own),
            answer,
        }
    }

    /// Decides factors side by side.
    fn decide(&self, factors: &[Decimal]) -> Result<Vec<Decision>, Refused> {
        let tenders: Vec<Tender> = factors.iter().map(|f| self.at(*f, None)).collect::<Result<_, _>>()?;
        let names: Vec<String> = factors.iter().map(|f| format!("prices × {f}")).collect();
        let new = tenders.iter().zip(&names).zip(factors).filter(|(_, f)| **f != Decimal::ONE);
        let probes: Vec<Probe<'_>> =
            new.map(|((t, name), _)| Probe::new(name, t).near(self.base.1, &self.first)).collect();
        let mut answers = ask(self.engine, &probes, self.settings, self.desk).into_iter();
        let mut answer = |f: &Decimal| match *f == Decimal::ONE {
            true => self.first.clone(),
            false => answers.next().unwrap_or(Answer::Skipped),
        };
        let decided = tenders.into_iter().zip(factors).map(|(tender, f)| (answer(f), tender, *f));
        Ok(decided.map(|(a, tender, f)| Decision { point: self.point(&tender, f, a), tender }).collect())
    }

    /// Decides the grid, and the middle between neighbours that differ, until they lie close.
    fn curve(&self) -> Result<Vec<Decision>, Refused> {
        let mut decided = self.decide(&grid(self.question))?;
        loop {
            decided.sort_by_key(|d| d.point.factor);
            let apart = |w: &&[Decision]| {
                // Half of it is left for ends that prove nothing.
                let far = (w[1].point.factor - w[0].point.factor) * Decimal::TWO > self.question.width;
                far && differ(&w[0].point, &w[1].point, self.question.change)
            };
            let middle = |w: &[Decision]| ((w[0].point.factor + w[1].point.factor) / Decimal::TWO).round_dp(DECIMALS);
            let factors: Vec<Decimal> = decided.windows(2).filter(apart).map(middle).collect();
            if factors.is_empty() || self.desk.cancelled() {
                return Ok(decided);
            }
            decided.extend(self.decide(&factors)?);
        }
    }

    /// Neighbours that differ, as flips with what is proven of them.
    fn flips(&self, decided: &mut Vec<Decision>) -> Result<Vec<Flip>, Refused> {
        let mut flips = Vec::new();
        for pair in decided.windows(2) {
            let (a, b) = (&pair[0].point, &pair[1].point);
            if let (Some(low), Some(high), true) = (a.share, b.share, differ(a, b, self.question.change)) {
                let limit = ((low + high) / Decimal::TWO).round_dp(DECIMALS);
                flips.push(Flip { ends: (a.factor, b.factor), limit, proven: (false, false), difference: None });
            }
        }
        self.prove(decided, &mut flips)?;
        // Where both sides cost the same an end proves nothing, but a quarter of the width beyond it may.
        let quarter = self.question.width / Decimal::from(4);
        let (from, to) = self.question.range;
        let mut beyond = Vec::new();
        for (i, flip) in flips.iter().enumerate() {
            let ends = [(flip.ends.0, -quarter, flip.proven.0), (flip.ends.1, quarter, flip.proven.1)];
            for (end, step, _) in ends.into_iter().filter(|(.., proven)| !proven) {
                let factor = (end + step).round_dp(DECIMALS).clamp(from, to);
                if decided.iter().all(|d| d.point.factor != factor) {
                    beyond.push((i, end, factor));
                }
            }
        }
        if beyond.is_empty() || self.desk.cancelled() {
            self.tell(decided, &mut flips);
            return Ok(flips);
        }
        let further = self.decide(&beyond.iter().map(|(.., f)| *f).collect::<Vec<_>>())?;
        let mut moved = Vec::new();
        for ((i, end, factor), new) in beyond.into_iter().zip(further) {
            let old = decided.iter().find(|d| d.point.factor == end).and_then(|d| d.point.share);
            let above = |s: Option<Decimal>| s.map(|s| s > flips[i].limit);
            if new.point.share.is_some() && above(old) == above(new.point.share) {
                let ends = flips[i].ends;
                flips[i].ends = if end == ends.0 { (factor, ends.1) } else { (ends.0, factor) };
                moved.push(i);
            }
            if decided.iter().all(|d| d.point.factor != factor) {
                decided.push(new);
            }
        }
        decided.sort_by_key(|d| d.point.factor);
        let mut again: Vec<Flip> = moved.iter().map(|i| flips[*i].clone()).collect();
        self.prove(decided, &mut again)?;
        for (i, flip) in moved.into_iter().zip(again) {
            flips[i] = flip;
        }
        self.tell(decided, &mut flips);
        Ok(flips)
    }

    /// Asks for the best awards on the other side of the limits.
    fn prove(&self, decided: &[Decision], flips: &mut [Flip]) -> Result<(), Refused> {
        let mut asked: Vec<(Tender, String, Option<Decimal>)> = Vec::new();
        for flip in flips.iter() {
            for end in [flip.ends.0, flip.ends.1] {
                let point = decided.iter().map(|d| &d.point).find(|p| p.factor == end);
                let column = if point.and_then(|p| p.share) > Some(flip.limit) { "at_most" } else { "at_least" };
                let name = format!("prices × {end}, {} {}", column.replace('_', " "), flip.limit);
                asked.push((self.at(end, Some((column, flip.limit)))?, name, point.and_then(|p| p.total.high)));
            }
        }
        let probes: Vec<Probe<'_>> =
            asked.iter().map(|(t, name, _)| Probe::new(name, t).near(self.base.1, &self.first)).collect();
        let answers = ask(self.engine, &probes, self.settings, self.desk);
        let dearer = |best: Option<Decimal>, other: &Answer| {
            other.infeasible() || other.interval().low.zip(best).is_some_and(|(other, best)| other > best)
        };
        let proven: Vec<bool> = asked.iter().zip(&answers).map(|((.., best), other)| dearer(*best, other)).collect();
        for (flip, ends) in flips.iter_mut().zip(proven.chunks(2)) {
            flip.proven = (ends[0], ends[1]);
        }
        Ok(())
    }

    /// What each flip changes.
    fn tell(&self, decided: &[Decision], flips: &mut [Flip]) {
        let at = |factor: Decimal| decided.iter().find(|d| d.point.factor == factor);
        let award = |factor: Decimal| {
            let d = at(factor)?;
            let (award, certificate) = d.point.answer.award()?;
            Some(Decided { tender: &d.tender, award, certificate })
        };
        for flip in flips {
            flip.difference = award(flip.ends.1).zip(award(flip.ends.0)).map(|(above, below)| between(above, below));
        }
    }
}

/// The factors first decided; prices as they are among them.
fn grid(question: &Question) -> Vec<Decimal> {
    let (from, to) = question.range;
    let step = (to - from) / Decimal::from(question.steps.max(1));
    let mut factors: Vec<Decimal> =
        (0..=question.steps.max(1)).map(|i| (from + step * Decimal::from(i)).round_dp(DECIMALS).normalize()).collect();
    if from < Decimal::ONE && Decimal::ONE < to {
        factors.push(Decimal::ONE);
    }
    factors.sort();
    factors.dedup();
    factors
}

fn differ(a: &Point, b: &Point, change: Decimal) -> bool {
    a.share.zip(b.share).is_some_and(|(a, b)| (a - b).abs() > change)
}

/// Where z rises with the factor: no less than below, no more than above.
fn rising(decided: &mut [Decision]) {
    let mut low = None;
    for total in decided.iter_mut().map(|d| &mut d.point.total) {
        low = total.low.into_iter().chain(low).max();
        total.low = low.map(|l| total.high.map_or(l, |h| l.min(h)));
    }
    let mut high = None;
    for total in decided.iter_mut().rev().map(|d| &mut d.point.total) {
        high = total.high.into_iter().chain(high).min();
        total.high = high.map(|h| total.low.map_or(h, |l| h.max(l)));
    }
}

/// Traces the curve.
///
/// # Errors
/// If there is nothing to ask.
pub fn win_curve(
    engine: &(dyn Engine + Sync),
    raw: &RawTender,
    tender: &Tender,
    question: &Question,
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<WinCurve, Refused> {
    let sells = |c: &Candidate| question.subject.sells(tender, c);
    let lines: Vec<&Candidate> = tender.candidates.iter().filter(|c| sells(c)).collect();
    let Some(some) = lines.first() else { return Err(Refused::ServesNothing) };
    let pricing = match question.subject {
        Subject::Supplier(_) => Pricing::of(raw, tender, &sells, None),
        Subject::Offer(_) => Pricing::of_offer(tender, some.offer),
    };
    if pricing.is_empty() {
        return Err(Refused::NoPrice);
    }
    let (column, id) = question.subject.column();
    let share = Share::of(RULE, (column, id.to_owned()), tender, &lines);
    let own = |o: OfferIx| lines.iter().any(|c| c.offer == o);
    let counts = money::counted(tender, &own).or_else(|| money::bound_together(tender, &own));
    let mut asker =
        Asker { engine, base: (raw, tender), question, settings, desk, share, pricing, first: Answer::Skipped };
    // What proofs will ask must be a tender, before anything is decided.
    asker.at(Decimal::ONE, Some(("at_most", Decimal::ONE)))?;
    asker.first = ask_one(engine, Probe::new("prices as they are", tender), settings, desk);
    let mut decided = asker.curve()?;
    if counts.is_none() {
        rising(&mut decided);
    }
    let flips = asker.flips(&mut decided)?;
    if counts.is_none() {
        rising(&mut decided);
    }
    let caveats = asker.pricing.caveats.clone();
    Ok(WinCurve { points: decided.into_iter().map(|d| d.point).collect(), flips, counts, caveats })
}
