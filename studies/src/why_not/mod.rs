//! Why does this supplier, or product, not win, and at which price would it?
//!
//! The best award *with* at least a share of what it may serve stands against the best *without* it. Its prices are then
//! scaled by a factor f. Where nothing but cost depends on them, z(f), the best value with it, rises with f: there is one
//! flip (`search.rs`). Elsewhere factors are decided one by one, and every range that wins is told. A factor is *proven
//! winning* where the award with it costs no more than the bound without it, *proven losing* where the bound with it lies
//! above the award without it.

pub(crate) mod pricing;
mod search;

use ballast_domain::Tender;
use ballast_domain::difference::{Decided, Difference, between};
use ballast_domain::finding::Findings;
use ballast_domain::index::OfferIx;
use ballast_domain::raw::RawTender;
use ballast_domain::scenario::Action;
use ballast_domain::tender::Candidate;
use ballast_solver::Engine;
use rust_decimal::Decimal;

use crate::forced::{Share, edited};
use crate::{Answer, Desk, Interval, Probe, Settings, ask, money};
use pricing::Pricing;

/// Id of the rule that forces or forbids.
pub const RULE: &str = "why-not";

/// Whom the question is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A supplier, by id.
    Supplier(String),
    /// A product, by id.
    Product(String),
}

impl Subject {
    fn column(&self) -> (&'static str, &str) {
        match self {
            Self::Supplier(id) => ("supplier", id),
            Self::Product(id) => ("product", id),
        }
    }

    fn sells(&self, tender: &Tender, line: &Candidate) -> bool {
        match self {
            Self::Supplier(id) => tender.suppliers[line.supplier].id == *id,
            Self::Product(id) => tender.products[line.product].id == *id,
        }
    }
}

/// The question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whom it is about.
    pub subject: Subject,
    /// At this site only.
    pub site: Option<String>,
    /// The least share of what it may serve, by reference price.
    pub share: Decimal,
}

/// What is known at a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The best award has it.
    Wins,
    /// The best award does not.
    Loses,
    /// Not decided within the gaps.
    Undecided,
}

/// A price factor and what is known there.
#[derive(Debug, Clone)]
pub struct Tried {
    /// Prices are multiplied by this.
    pub factor: Decimal,
    /// What is known.
    pub verdict: Verdict,
    /// What is proven about the best value with it.
    pub with: Interval,
    /// How much dearer that is than the best value without it.
    pub dearer: Interval,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct WhyNot {
    /// The best award with it.
    pub with: Answer,
    /// The best award without it.
    pub without: Answer,
    /// How much dearer the best award with it is.
    pub dearer: Interval,
    /// From the award without it to the one with it.
    pub difference: Option<Difference>,
    /// Why there may be several factors at which it flips; `None`: there is one at most.
    pub many_flips: Option<String>,
    /// Why prices are scaled wherever it sells although the question is about one site.
    pub everywhere: Option<String>,
    /// Prices that are left as they are, or that others' offers share.
    pub caveats: Vec<String>,
    /// Factors tried, in order.
    pub tried: Vec<Tried>,
    /// With one flip: the greatest factor proven to win and the least proven to lose.
    pub flip: (Option<Decimal>, Option<Decimal>),
}

/// Why the question cannot be asked.
#[derive(Debug, Clone)]
pub enum Refused {
    /// It may serve nothing here.
    ServesNothing,
    /// The edits leave no tender.
    Edits(Findings),
}

struct Asker<'a> {
    engine: &'a (dyn Engine + Sync),
    base: &'a RawTender,
    question: &'a Question,
    settings: &'a Settings,
    desk: &'a dyn Desk,
    share: Share,
    pricing: Pricing,
}

impl Asker<'_> {
    fn edited(&self, actions: Vec<Action>) -> Result<Tender, Refused> {
        edited(self.base, RULE, actions).map_err(Refused::Edits)
    }

    fn at(&self, factor: Decimal, bound: (&str, Decimal)) -> Result<Tender, Refused> {
        let mut actions = vec![self.share.bounded(bound)];
        if factor != Decimal::ONE {
            actions.extend(self.pricing.actions(factor));
        }
        self.edited(actions)
    }

    fn with(&self, factor: Decimal) -> Result<Tender, Refused> {
        self.at(factor, ("at_least", self.question.share))
    }

    fn without(&self, factor: Decimal) -> Result<Tender, Refused> {
        self.at(factor, ("at_most", Decimal::ZERO))
    }
}

/// Answers the question.
///
/// # Errors
/// If there is nothing to ask.
pub fn why_not(
    engine: &(dyn Engine + Sync),
    base: &RawTender,
    tender: &Tender,
    question: &Question,
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<WhyNot, Refused> {
    let sells = |c: &Candidate| question.subject.sells(tender, c);
    let site = question.site.as_ref().and_then(|id| tender.sites.enumerate().find(|(_, s)| s.id == *id));
    let site = site.map(|(ix, _)| ix);
    let lines: Vec<&Candidate> =
        tender.candidates.iter().filter(|c| sells(c) && site.is_none_or(|s| s == c.site)).collect();
    if lines.is_empty() {
        return Err(Refused::ServesNothing);
    }
    let (column, id) = question.subject.column();
    let share = Share::of(RULE, (column, id.to_owned()), tender, &lines);
    let pricing = Pricing::of(base, tender, &sells, site);
    let asker = Asker { engine, base, question, settings, desk, share, pricing };

    let forced = asker.with(Decimal::ONE)?;
    let forbidden = asker.without(Decimal::ONE)?;
    let probes = [Probe::new("with it", &forced), Probe::new("without it", &forbidden)];
    let mut answers = ask(engine, &probes, settings, desk).into_iter();
    let (with, without) = (answers.next().unwrap_or(Answer::Skipped), answers.next().unwrap_or(Answer::Skipped));
    let difference = without.award().zip(with.award()).map(|(before, after)| {
        between(
            Decided { tender: &forbidden, award: before.0, certificate: before.1 },
            Decided { tender: &forced, award: after.0, certificate: after.1 },
        )
    });
    let ours = |o: OfferIx| lines.iter().any(|c| c.offer == o);
    let sold = |o: OfferIx| tender.candidates.iter().any(|c| c.offer == o && sells(c));
    let several = || {
        let elsewhere = asker.pricing.everywhere.as_ref();
        elsewhere.map(|_| "what it sells elsewhere changes with it".to_owned())
    };
    let many_flips = money::counted(tender, &sold).or_else(|| money::bound_together(tender, &ours)).or_else(several);
    let mut answer = WhyNot {
        dearer: with.interval().less(without.interval()),
        difference,
        many_flips,
        everywhere: asker.pricing.everywhere.clone(),
        caveats: asker.pricing.caveats.clone(),
        tried: Vec::new(),
        flip: (None, None),
        with,
        without,
    };
    if answer.with.value().is_some() && answer.without.value().is_some() {
        match answer.many_flips {
            None => search::one_flip(&asker, &forced, &mut answer)?,
            Some(_) => search::every_range(&asker, (&forced, &forbidden), &mut answer)?,
        }
        answer.tried.sort_by_key(|t| t.factor);
    }
    Ok(answer)
}

pub(crate) fn judged(factor: Decimal, with: &Answer, without: &Answer) -> Tried {
    let (own, other) = (with.interval(), without.interval());
    let verdict = match (own.high.zip(other.low), own.low.zip(other.high)) {
        (Some((with, without)), _) if with <= without => Verdict::Wins,
        (_, Some((with, without))) if with > without => Verdict::Loses,
        _ if with.infeasible() => Verdict::Loses,
        _ if without.infeasible() && with.award().is_some() => Verdict::Wins,
        _ => Verdict::Undecided,
    };
    Tried { factor, verdict, with: own, dearer: own.less(other) }
}
