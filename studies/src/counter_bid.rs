//! The smallest change of a bidder's prices with which it wins a wanted share, or up to which it keeps it.
//!
//! With its prices multiplied by f, w(f) is the best value of awards that give it at least the share X, and l(f) that of awards
//! that give it at most 0.99 X. A factor is *proven winning* where an award with X costs no more than the bound of all with
//! less, *proven losing* where the bound of all with X lies above an award with less. From the prices as they are the search
//! goes down (of a bidder that loses) or up (of one that wins) in steps that double, then halves what lies between: both
//! ends of the answer are proven, so at least one flip lies between them. Where its lines are of one price there is
//! no other; elsewhere there may be, and the answer is the one met first.

use ballast_domain::Tender;
use ballast_domain::difference::{Decided, Difference, between};
use ballast_domain::index::OfferIx;
use ballast_domain::raw::RawTender;
use ballast_domain::tender::Candidate;
use ballast_solver::Engine;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::forced::{Share, edited, paid};
use crate::why_not::pricing::Pricing;
use crate::why_not::{Tried, Verdict, judged};
pub use crate::win_curve::Refused;
use crate::{Answer, Desk, Probe, Settings, ask, money};

/// Id of the rule that gives it the share or less.
pub const RULE: &str = "counter-bid";
/// Part of the wanted share that is less than it.
const LESS: Decimal = Decimal::from_parts(99, 0, 0, false, 2);
/// Decimals of a factor.
const DECIMALS: u32 = 4;
/// Factors nearer to each other are not told apart.
const FINE: Decimal = Decimal::from_parts(1, 0, 0, false, 3);
/// The first step away from the prices as they are.
const FIRST: Decimal = Decimal::from_parts(2, 0, 0, false, 2);
/// The least and the greatest factor asked for.
const LOWEST: Decimal = Decimal::from_parts(5, 0, 0, false, 2);
const MOST: Decimal = Decimal::TEN;
/// Factors decided between a winning and a losing one.
const BETWEEN: usize = 20;
/// Factors tried where there is no award at the prices as they are.
const AWAY: [Decimal; 6] = [
    Decimal::from_parts(5, 0, 0, false, 1),
    Decimal::from_parts(7, 0, 0, false, 1),
    Decimal::from_parts(85, 0, 0, false, 2),
    Decimal::from_parts(12, 0, 0, false, 1),
    Decimal::from_parts(15, 0, 0, false, 1),
    Decimal::from_parts(2, 0, 0, false, 0),
];

/// The question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Supplier, by id.
    pub supplier: String,
    /// Of this need only, by id.
    pub need: Option<String>,
    /// The wanted share of what it may serve.
    pub share: Decimal,
}

/// An offer that the answer is about.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The offer.
    pub offer: OfferIx,
    /// Its list price now.
    pub now: Decimal,
    /// That times the greatest factor proven to win.
    pub winning: Option<Decimal>,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct CounterBid {
    /// The best award with the share at the prices as they are.
    pub with: Answer,
    /// The best with less.
    pub less: Answer,
    /// What is known at the prices as they are.
    pub now: Verdict,
    /// Factors tried, in order.
    pub tried: Vec<Tried>,
    /// The greatest factor proven to win below the least proven to lose, and that; as far as there are.
    pub flip: (Option<Decimal>, Option<Decimal>),
    /// Its offers.
    pub offers: Vec<Asked>,
    /// What it is paid over the contract in the award with the share at the winning factor.
    pub paid: Option<Decimal>,
    /// From the best award with less at the prices as they are to the one with the share at the winning factor.
    pub difference: Option<Difference>,
    /// Why it may flip elsewhere, too.
    pub counts: Option<String>,
    /// Prices that are left as they are, or that others share.
    pub caveats: Vec<String>,
}

struct Asker<'a> {
    engine: &'a (dyn Engine + Sync),
    raw: &'a RawTender,
    question: &'a Question,
    settings: &'a Settings,
    desk: &'a dyn Desk,
    share: Share,
    pricing: Pricing,
}

/// Both answers at a factor, with their tenders.
struct Both {
    with: (Tender, Answer),
    less: (Tender, Answer),
    tried: Tried,
}

impl Asker<'_> {
    fn tender(&self, factor: Decimal, bound: (&str, Decimal)) -> Result<Tender, Refused> {
        let mut actions = vec![self.share.bounded(bound)];
        if factor != Decimal::ONE {
            actions.extend(self.pricing.actions(factor));
        }
        edited(self.raw, RULE, actions).map_err(Refused::Edits)
    }

    fn at(&self, factor: Decimal, near: Option<&Both>) -> Result<Both, Refused> {
        let with = self.tender(factor, ("at_least", self.question.share))?;
        let less = self.tender(factor, ("at_most", self.question.share * LESS))?;
        let names = [format!("prices × {factor}, with the share"), format!("prices × {factor}, with less")];
        let mut probes = [Probe::new(&names[0], &with), Probe::new(&names[1], &less)];
        if let Some(near) = near {
            probes = [probes[0].near(&near.with.0, &near.with.1), probes[1].near(&near.less.0, &near.less.1)];
        }
        let mut answers = ask(self.engine, &probes, self.settings, self.desk).into_iter();
        let (own, other) = (answers.next().unwrap_or(Answer::Skipped), answers.next().unwrap_or(Answer::Skipped));
        let tried = judged(factor, &own, &other);
        Ok(Both { with: (with, own), less: (less, other), tried })
    }
}

/// What is known of where it flips: the end proven to win and the end proven to lose.
fn flip(tried: &[Tried]) -> (Option<Decimal>, Option<Decimal>) {
    let of = |v: Verdict| tried.iter().filter(move |t| t.verdict == v).map(|t| t.factor);
    let loses = of(Verdict::Loses).filter(|l| of(Verdict::Wins).any(|w| w < *l)).min();
    let wins = of(Verdict::Wins).filter(|w| loses.is_none_or(|l| *w < l)).max();
    // Where money counts it may win dearer only: what lies below says nothing of where it loses again.
    let loses = loses.or_else(|| of(Verdict::Loses).min().filter(|_| wins.is_none()));
    (wins, loses)
}

/// The next factor worth deciding.
fn next(tried: &[Tried]) -> Option<Decimal> {
    let rounded = |f: Decimal| f.round_dp_with_strategy(DECIMALS, RoundingStrategy::ToZero).normalize();
    let factors = || tried.iter().map(|t| t.factor);
    // Twice as far as so far, on the side where the verdict has not been met.
    let further = |factor: Option<Decimal>, sign: Decimal| {
        let from = (factor? - Decimal::ONE).abs();
        let step = if from < FIRST { FIRST } else { from * Decimal::TWO };
        let next = (Decimal::ONE + sign * step).clamp(LOWEST, MOST);
        factors().all(|f| f != next).then_some(next)
    };
    match flip(tried) {
        (Some(wins), Some(loses)) => {
            let open =
                || tried.iter().filter(|t| t.verdict == Verdict::Undecided && wins < t.factor && t.factor < loses);
            let (first, last) = (open().map(|t| t.factor).min(), open().map(|t| t.factor).max());
            // Two parts then lie between. Ends that the gaps leave open are not worth more than a tenth of it.
            let fine = if first.is_some() { (FINE / Decimal::TWO).max((loses - wins) / Decimal::TEN) } else { FINE };
            let middle = |a: Decimal, b: Decimal| (b - a > fine).then(|| rounded((a + b) / Decimal::TWO));
            match (first, last) {
                (Some(first), Some(last)) => middle(last, loses).or_else(|| middle(wins, first)),
                _ => middle(wins, loses),
            }
        }
        (None, _) => further(factors().min(), Decimal::NEGATIVE_ONE),
        (Some(_), None) => further(factors().max(), Decimal::ONE),
    }
}

/// Answers the question.
///
/// # Errors
/// If there is nothing to ask.
pub fn counter_bid(
    engine: &(dyn Engine + Sync),
    raw: &RawTender,
    tender: &Tender,
    question: &Question,
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<CounterBid, Refused> {
    let sells = |c: &Candidate| {
        let here = question.need.as_ref().is_none_or(|n| tender.needs[c.need].id == *n);
        here && tender.suppliers[c.supplier].id == question.supplier
    };
    let lines: Vec<&Candidate> = tender.candidates.iter().filter(|c| sells(c)).collect();
    if lines.is_empty() {
        return Err(Refused::ServesNothing);
    }
    let pricing = Pricing::of(raw, tender, &sells, None);
    if pricing.is_empty() {
        return Err(Refused::NoPrice);
    }
    let share = Share::of(RULE, ("supplier", question.supplier.clone()), tender, &lines);
    let sold = |o: OfferIx| lines.iter().any(|c| c.offer == o);
    let counts = money::counted(tender, &sold).or_else(|| money::bound_together(tender, &sold));
    let asker = Asker { engine, raw, question, settings, desk, share, pricing };

    let first = asker.at(Decimal::ONE, None)?;
    let mut tried = vec![first.tried.clone()];
    let mut winning: Option<Both> = None;
    let stuck = first.with.1.infeasible() || first.less.1.infeasible();
    // What cannot be at the prices as they are may be at others, where limits in money are why.
    if stuck && counts.is_some() {
        for factor in AWAY {
            let both = asker.at(factor, None)?;
            tried.push(both.tried.clone());
            if both.tried.verdict == Verdict::Wins && flip(&tried).0 == Some(factor) {
                winning = Some(both);
            }
        }
    }
    let flips = matches!(flip(&tried), (Some(_), Some(_)));
    let possible = if stuck { flips } else { first.with.1.award().is_some() && first.less.1.award().is_some() };
    let mut between_ends = 0;
    while possible && between_ends < BETWEEN && !desk.cancelled() {
        let Some(factor) = next(&tried).filter(|f| tried.iter().all(|t| t.factor != *f)) else { break };
        if matches!(flip(&tried), (Some(_), Some(_))) {
            between_ends += 1;
        }
        let both = asker.at(factor, Some(&first))?;
        tried.push(both.tried.clone());
        if both.tried.verdict == Verdict::Wins && flip(&tried).0 == Some(factor) {
            winning = Some(both);
        }
    }
    tried.sort_by_key(|t| t.factor);
    let flip = flip(&tried);
    let at_flip = winning.as_ref().filter(|b| flip.0 == Some(b.tried.factor));
    let at_flip = at_flip.or_else(|| (flip.0 == Some(Decimal::ONE)).then_some(&first));
    let difference =
        at_flip.and_then(|b| first.less.1.award().zip(b.with.1.award()).map(|p| (b, p))).map(|(b, (old, new))| {
            between(
                Decided { tender: &first.less.0, award: old.0, certificate: old.1 },
                Decided { tender: &b.with.0, award: new.0, certificate: new.1 },
            )
        });
    let paid =
        at_flip.and_then(|b| paid(&b.with.0, &b.with.1, &|c| tender.suppliers[c.supplier].id == question.supplier));
    let priced = |o: &OfferIx| !tender.offers[*o].needs_tier && tender.offers[*o].package.is_none();
    let mut offers: Vec<OfferIx> = lines.iter().map(|c| c.offer).filter(priced).collect();
    offers.sort_unstable();
    offers.dedup();
    let offer = |offer: OfferIx| {
        let now = tender.offers[offer].list_price.0;
        Asked { offer, now, winning: flip.0.map(|f| (now * f).normalize()) }
    };
    Ok(CounterBid {
        now: first.tried.verdict,
        tried,
        flip,
        offers: offers.into_iter().map(offer).collect(),
        paid,
        difference,
        counts,
        caveats: asker.pricing.caveats.clone(),
        with: first.with.1,
        less: first.less.1,
    })
}
