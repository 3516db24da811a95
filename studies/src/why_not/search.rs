//! At which factor of its prices a bidder flips between winning and losing.
//!
//! **One flip.** An award x found at any factor costs a + b·f. At c = (bound without − a) ÷ b it costs what is proven to be
//! paid without the bidder at least, so c wins: the greatest c of all awards found is proven winning (the tangents of Newton;
//! Eisner and Severance 1976). A little above it a probe either loses, and the flip is enclosed, or brings an award with a
//! greater c. Since the value rises with the factor, a factor that loses proves that all above it lose. What the gaps leave
//! undecided lies between; its ends are closed in by halves.
//!
//! **Every range.** Where the value need not rise, factors on a grid are decided, and between neighbours of different
//! verdict the step is halved. Of what lies between two factors nothing is proven.

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::certify;
use rust_decimal::prelude::FromPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

use super::{Asker, Refused, Tried, Verdict, WhyNot, judged};
use crate::{Answer, Interval, Probe, ask, ask_one};

/// Solves in search of the one flip.
const STEPS: usize = 16;
/// Decimals of a factor.
const DECIMALS: u32 = 4;
/// Factors nearer to each other are not told apart: a tenth of a percent.
const FINE: Decimal = Decimal::from_parts(1, 0, 0, false, 3);
/// The least factor asked for where no award reaches the goal at any price.
const LOWEST: Decimal = Decimal::from_parts(1, 0, 0, false, 1);
/// The greatest factor asked for.
const MOST: i64 = 100;
/// Hundredths below 1 of a bidder that loses, above 1 of one that wins.
const BELOW: [i64; 11] = [50, 60, 70, 75, 80, 85, 90, 93, 96, 98, 99];
const ABOVE: [i64; 9] = [101, 102, 105, 110, 115, 120, 130, 150, 200];
/// Times that the steps between different verdicts are halved.
const HALVINGS: usize = 4;

fn rounded(factor: Decimal) -> Decimal {
    factor.round_dp_with_strategy(DECIMALS, RoundingStrategy::ToZero).normalize()
}

/// What is known so far, as bounds on where the flip is.
struct Known {
    wins: Option<Decimal>,
    loses: Option<Decimal>,
    undecided: Vec<Decimal>,
}

impl Known {
    fn of(tried: &[Tried]) -> Self {
        let of = |v: Verdict| tried.iter().filter(move |t| t.verdict == v).map(|t| t.factor);
        let (wins, loses) = (of(Verdict::Wins).max(), of(Verdict::Loses).min());
        let open = |f: &Decimal| wins.is_none_or(|w| *f > w) && loses.is_none_or(|l| *f < l);
        Self { undecided: of(Verdict::Undecided).filter(open).collect(), wins, loses }
    }

    /// The next factor worth a solve; `step` is how far to go from what is not known to lose.
    fn next(&self, step: Decimal) -> Option<Decimal> {
        let (first, last) = (self.undecided.iter().min(), self.undecided.iter().max());
        match (self.wins, self.loses) {
            (Some(wins), None) => Some(last.copied().unwrap_or(wins) + step),
            (Some(wins), Some(loses)) => {
                // Ends that the gaps leave open are not worth more than a tenth of what lies between.
                let fine = FINE.max((loses - wins) / Decimal::TEN);
                let middle = |a: Decimal, b: Decimal| (b - a > fine).then(|| (a + b) / Decimal::TWO);
                match (first, last) {
                    (Some(first), Some(last)) => middle(*last, loses).or_else(|| middle(wins, *first)),
                    _ => (loses - wins > FINE).then_some(wins + FINE),
                }
            }
            (None, _) => {
                let tried = self.undecided.iter().chain(&self.loses).any(|f| *f <= LOWEST);
                (!tried).then_some(LOWEST)
            }
        }
    }
}

/// The factor at which an award found at another one costs `goal`, proven by its price there.
fn tangent(
    asker: &Asker<'_>,
    (tender, award, value): (&Tender, &Award, Decimal),
    factor: Decimal,
    goal: Decimal,
) -> Result<Option<(Tried, Decimal)>, Refused> {
    let cost = |at: Decimal| -> Result<Option<Decimal>, Refused> {
        let other = asker.with(at)?;
        let carried = asker.pricing.carried(tender, award, &other);
        let certified = carried.map(|a| certify(&other, &a, asker.settings.options.tolerance));
        Ok(certified.filter(|c| c.verified()).map(|c| c.costs.value))
    };
    let lower = rounded(factor * Decimal::new(9, 1));
    let Some(cheaper) = cost(lower)? else { return Ok(None) };
    let slope = (value - cheaper) / (factor - lower);
    if slope <= Decimal::ZERO {
        return Ok(None);
    }
    let at = rounded((factor + (goal - value) / slope).min(Decimal::from(MOST)));
    if at <= Decimal::ZERO {
        return Ok(None);
    }
    let high = cost(at)?.filter(|c| *c <= goal);
    let tried = |high| Tried {
        factor: at,
        verdict: Verdict::Wins,
        with: Interval { low: None, high: Some(high) },
        dearer: Interval { low: None, high: Some(high - goal) },
    };
    Ok(high.map(|high| (tried(high), slope)))
}

/// Encloses the one factor at which it flips.
pub(super) fn one_flip(asker: &Asker<'_>, forced: &Tender, answer: &mut WhyNot) -> Result<(), Refused> {
    let Some(goal) = answer.without.interval().low else { return Ok(()) };
    let gap = Decimal::from_f64(asker.settings.options.gap).unwrap_or_default();
    let mut step = FINE;
    let mut last = (Decimal::ONE, answer.with.clone(), None::<Tender>);
    for _ in 0..STEPS {
        let (factor, found, tender) = &last;
        answer.tried.push(judged(*factor, found, &answer.without));
        if let Some((award, certificate)) = found.award() {
            let value = certificate.costs.value;
            let own = tender.as_ref().unwrap_or(forced);
            if let Some((tried, slope)) = tangent(asker, (own, award, value), *factor, goal)? {
                // What the gaps leave undecided, as a factor.
                step = step.max(rounded(gap * value / slope));
                if answer.tried.iter().all(|t| t.factor != tried.factor) {
                    answer.tried.push(tried);
                }
            }
        }
        let known = Known::of(&answer.tried);
        let next = known.next(step).map(rounded).filter(|f| *f > Decimal::ZERO && *f <= Decimal::from(MOST));
        let Some(next) = next.filter(|f| answer.tried.iter().all(|t| t.factor != *f)) else { break };
        if known.loses.is_none() {
            step *= Decimal::TWO;
        }
        if asker.desk.cancelled() {
            break;
        }
        let (name, tender) = (format!("prices × {next}"), asker.with(next)?);
        let probe = Probe::new(&name, &tender).near(forced, &answer.with);
        let found = ask_one(asker.engine, probe, asker.settings, asker.desk);
        last = (next, found, Some(tender));
    }
    let known = Known::of(&answer.tried);
    answer.flip = (known.wins, known.loses);
    Ok(())
}

/// Decides factors on a grid and halves the steps between different verdicts.
pub(super) fn every_range(
    asker: &Asker<'_>,
    (forced, forbidden): (&Tender, &Tender),
    answer: &mut WhyNot,
) -> Result<(), Refused> {
    answer.tried.push(judged(Decimal::ONE, &answer.with, &answer.without));
    let grid: &[i64] = if answer.tried[0].verdict == Verdict::Wins { &ABOVE } else { &BELOW };
    let mut factors: Vec<Decimal> = grid.iter().map(|f| Decimal::new(*f, 2).normalize()).collect();
    for halving in 0..=HALVINGS {
        decide(asker, (forced, forbidden), answer, &factors)?;
        answer.tried.sort_by_key(|t| t.factor);
        let neighbours = answer.tried.windows(2).filter(|w| w[0].verdict != w[1].verdict);
        let apart = neighbours.filter(|w| w[1].factor - w[0].factor > FINE);
        factors = apart.map(|w| rounded((w[0].factor + w[1].factor) / Decimal::TWO)).collect();
        if factors.is_empty() || halving == HALVINGS || asker.desk.cancelled() {
            break;
        }
    }
    Ok(())
}

fn decide(
    asker: &Asker<'_>,
    (forced, forbidden): (&Tender, &Tender),
    answer: &mut WhyNot,
    factors: &[Decimal],
) -> Result<(), Refused> {
    let with: Vec<Tender> = factors.iter().map(|f| asker.with(*f)).collect::<Result<_, _>>()?;
    let everywhere = asker.pricing.everywhere.is_some();
    // Where its prices change elsewhere, too, so does the award without it here.
    let without: Vec<Tender> = match everywhere {
        true => factors.iter().map(|f| asker.without(*f)).collect::<Result<_, _>>()?,
        false => Vec::new(),
    };
    let names: Vec<String> = factors.iter().map(|f| format!("prices × {f}")).collect();
    let mut probes: Vec<Probe<'_>> =
        with.iter().zip(&names).map(|(t, name)| Probe::new(name, t).near(forced, &answer.with)).collect();
    probes.extend(without.iter().zip(&names).map(|(t, name)| Probe::new(name, t).near(forbidden, &answer.without)));
    let answers: Vec<Answer> = ask(asker.engine, &probes, asker.settings, asker.desk);
    let (own, other) = answers.split_at(factors.len());
    for (i, factor) in factors.iter().enumerate() {
        answer.tried.push(judged(*factor, &own[i], other.get(i).unwrap_or(&answer.without)));
    }
    Ok(())
}
