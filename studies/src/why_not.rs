//! Why does this supplier, or product, not win, and at which price would it?
//!
//! The best award *with* at least a share of what it may serve stands against the best *without* it. Its prices are then
//! scaled by a factor f. Where no threshold and no rule counts money spent on it, the best value with it, z(f), is the least
//! of functions linear in f, so concave and rising. The award x found at f costs a + b·f; the tangent reaches the value
//! without it at f' = (value without − a) ÷ b, and z(f') cannot lie above: from the losing side and from the winning side
//! alike f' is a factor that wins (Newton; Eisner and Severance 1976). A factor is *proven winning* where the award with
//! it costs no more than the bound without it, *proven losing* where the bound with it lies above the award without it.
//! Elsewhere factors on a grid are decided, and every range that wins is told.

use ballast_domain::Tender;
use ballast_domain::certificate::price;
use ballast_domain::difference::{Decided, Difference, between};
use ballast_domain::finding::{Findings, Place};
use ballast_domain::raw::RawTender;
use ballast_domain::rules::{Measured, Weight};
use ballast_domain::scenario::{Action, Change, Edit, Filter, apply};
use ballast_domain::tables::{Basis, Gives};
use ballast_domain::tender::Candidate;
use ballast_solver::Engine;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use crate::{Answer, Desk, Interval, Probe, Settings, ask, ask_one};

/// Id of the rule that forces or forbids.
const RULE: &str = "why-not";
/// Solves in search of the flip.
const STEPS: usize = 8;
/// Decimals of a factor.
const DECIMALS: u32 = 6;
/// Factors decided where the value is not concave.
const SCAN: [i64; 12] = [50, 60, 70, 75, 80, 85, 90, 93, 96, 98, 99, 100];

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
    /// True if the best value is concave in its prices.
    pub concave: bool,
    /// Factors tried, in order.
    pub tried: Vec<Tried>,
    /// The greatest factor proven to win and the least proven to lose; where the value is not concave these are only the
    /// outermost ones, and `tried` tells the ranges.
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
    base: &'a RawTender,
    tender: &'a Tender,
    question: &'a Question,
    /// Needs and sites it may serve.
    needs: Vec<String>,
    sites: Vec<String>,
    /// Price schedules over its offers.
    priced_by: Vec<String>,
}

impl Asker<'_> {
    fn rule(&self, bound: (&str, Decimal)) -> Action {
        let (column, id) = self.question.subject.column();
        let cells = [
            ("id".to_owned(), RULE.to_owned()),
            ("measure".to_owned(), "share".to_owned()),
            (format!("scope.{column}"), id.to_owned()),
            ("scope.need".to_owned(), self.needs.join(";")),
            ("scope.site".to_owned(), self.sites.join(";")),
            ("within".to_owned(), "need;site".to_owned()),
            ("weight".to_owned(), "reference".to_owned()),
            (bound.0.to_owned(), bound.1.normalize().to_string()),
        ];
        Action::AddRows { table: "rules".to_owned(), rows: vec![cells.to_vec()] }
    }

    fn prices(&self, factor: Decimal) -> Vec<Action> {
        let (column, id) = self.question.subject.column();
        let column = if column == "supplier" { "product.supplier" } else { column };
        let scale = |table: &str, what: &str, filter: Filter| Action::Cells {
            table: table.to_owned(),
            column: what.to_owned(),
            filter,
            change: Change::Scale(factor),
        };
        let mut actions = vec![scale("offers", "price", Filter(vec![(column.to_owned(), vec![id.to_owned()])]))];
        if !self.priced_by.is_empty() {
            let schedules = Filter(vec![("schedule".to_owned(), self.priced_by.clone())]);
            actions.push(scale("tiers", "value", schedules));
        }
        actions
    }

    fn edited(&self, actions: Vec<Action>) -> Result<Tender, Refused> {
        let edit = |(i, action)| Edit { name: format!("{RULE} {i}"), place: Place::file(RULE), action };
        let edits: Vec<Edit> = actions.into_iter().enumerate().map(edit).collect();
        let edited = apply(self.base, &edits);
        if edited.findings.has_errors() {
            return Err(Refused::Edits(edited.findings));
        }
        let reading = Tender::read(&edited.raw, Findings::default());
        reading.tender.ok_or(Refused::Edits(reading.findings))
    }

    fn with(&self, factor: Decimal) -> Result<Tender, Refused> {
        let mut actions = vec![self.rule(("at_least", self.question.share))];
        if factor != Decimal::ONE {
            actions.extend(self.prices(factor));
        }
        self.edited(actions)
    }

    /// True if no threshold and no rule counts money that its prices change.
    fn concave(&self) -> bool {
        let ours = |o: &ballast_domain::index::OfferIx| {
            self.tender.candidates.iter().any(|c| c.offer == *o && self.question.subject.sells(self.tender, c))
        };
        let by_money = self
            .tender
            .schedules
            .iter()
            .any(|s| !matches!(s.basis, Basis::Packs | Basis::NeedUnits) && s.counts.iter().any(ours));
        let limit = |s: &ballast_domain::tender::Supplier| s.minimum_award.is_some() || s.maximum_award.is_some();
        let minimum = self.tender.suppliers.iter().any(limit);
        let rule = |m: &Measured| match m {
            Measured::Units | Measured::MovedUnits { .. } | Measured::MovedSites => false,
            Measured::Share { weight, .. } | Measured::Count { weight, .. } | Measured::Mean { weight, .. } => {
                !matches!(weight, Weight::Reference | Weight::Units)
            }
            _ => true,
        };
        !by_money && !minimum && !self.tender.rules.iter().any(|r| rule(&r.subject.measured) || r.when.is_some())
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
    let at = |c: &&Candidate| question.site.as_ref().is_none_or(|s| tender.sites[c.site].id == *s);
    let lines: Vec<&Candidate> =
        tender.candidates.iter().filter(|c| question.subject.sells(tender, c)).filter(at).collect();
    let unique = |mut names: Vec<String>| {
        names.sort();
        names.dedup();
        names
    };
    let needs = unique(lines.iter().map(|c| tender.needs[c.need].id.clone()).collect());
    let sites = unique(lines.iter().map(|c| tender.sites[c.site].id.clone()).collect());
    if needs.is_empty() {
        return Err(Refused::ServesNothing);
    }
    let priced = tender.schedules.iter().filter(|s| s.gives == Gives::Price);
    let ours = priced.filter(|s| s.applies_to.iter().any(|o| lines.iter().any(|c| c.offer == *o)));
    let priced_by = unique(ours.map(|s| s.id.clone()).collect());
    let asker = Asker { base, tender, question, needs, sites, priced_by };

    let forced = asker.with(Decimal::ONE)?;
    let forbidden = asker.edited(vec![asker.rule(("at_most", Decimal::ZERO))])?;
    let probes = [Probe::new("with it", &forced), Probe::new("without it", &forbidden)];
    let mut answers = ask(engine, &probes, settings, desk).into_iter();
    let (with, without) = (answers.next().unwrap_or(Answer::Skipped), answers.next().unwrap_or(Answer::Skipped));
    let difference = without.award().zip(with.award()).map(|(before, after)| {
        between(
            Decided { tender: &forbidden, award: before.0, certificate: before.1 },
            Decided { tender: &forced, award: after.0, certificate: after.1 },
        )
    });
    let concave = asker.concave();
    let mut answer = WhyNot {
        dearer: with.interval().less(without.interval()),
        difference,
        concave,
        tried: Vec::new(),
        flip: (None, None),
        with,
        without,
    };
    let target = answer.without.interval();
    if answer.with.value().is_some() && target.high.is_some() {
        answer.tried.push(judged(Decimal::ONE, &answer.with, target));
        match concave {
            true => newton(engine, &asker, &forced, &mut answer, target, settings, desk)?,
            false => scan(engine, &asker, &forced, &mut answer, target, settings, desk)?,
        }
        answer.tried.sort_by_key(|t| t.factor);
        let of = |v: Verdict| answer.tried.iter().filter(move |t| t.verdict == v).map(|t| t.factor);
        answer.flip = (of(Verdict::Wins).max(), of(Verdict::Loses).min());
    }
    Ok(answer)
}

fn judged(factor: Decimal, answer: &Answer, without: Interval) -> Tried {
    let with = answer.interval();
    let verdict = match (with.high.zip(without.low), with.low.zip(without.high)) {
        (Some((with, without)), _) if with <= without => Verdict::Wins,
        (_, Some((with, without))) if with > without => Verdict::Loses,
        _ if answer.infeasible() => Verdict::Loses,
        _ => Verdict::Undecided,
    };
    Tried { factor, verdict, with }
}

/// Tangents until a factor is proven to win, then steps back up, each four times the one before, until one is proven to
/// lose.
fn newton(
    engine: &(dyn Engine + Sync),
    asker: &Asker<'_>,
    forced: &Tender,
    answer: &mut WhyNot,
    target: Interval,
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<(), Refused> {
    let (Some(goal), Some(value)) = (target.low.or(target.high), target.high) else { return Ok(()) };
    let mut last = answer.with.clone();
    let (mut factor, mut step) = (Decimal::ONE, Decimal::new(1, 4));
    for _ in 0..STEPS {
        let won = answer.tried.iter().filter(|t| t.verdict == Verdict::Wins).map(|t| t.factor).max();
        let lost = answer.tried.iter().filter(|t| t.verdict == Verdict::Loses).map(|t| t.factor).min();
        let Some((award, certificate)) = last.award() else { break };
        // What the award would cost at nine tenths of the factor gives its slope.
        let lower = factor * Decimal::new(9, 1);
        let cheaper = price(&asker.with(lower)?, award).costs.value;
        let slope = (certificate.costs.value - cheaper) / (factor - lower);
        if slope <= Decimal::ZERO {
            break;
        }
        // What the gaps leave undecided, as a factor.
        let gap = Decimal::from_f64(settings.options.gap).unwrap_or_default();
        let blur = (gap * value / slope).max(step);
        let next = match (won, answer.tried.last().map(|t| t.verdict)) {
            (None, Some(Verdict::Undecided)) => factor - blur,
            (None, _) => factor + (goal - certificate.costs.value) / slope,
            (Some(won), _) => won + blur,
        };
        let next = next.round_dp_with_strategy(DECIMALS, rust_decimal::RoundingStrategy::ToZero);
        step *= Decimal::from(4);
        let known = answer.tried.iter().any(|t| t.factor == next);
        if next <= Decimal::ZERO || known || (won.is_some() && lost.is_some_and(|l| next >= l)) {
            break;
        }
        let (name, tender) = (format!("prices × {next}"), asker.with(next)?);
        last = ask_one(engine, Probe::new(&name, &tender).near(forced, &answer.with), settings, desk);
        factor = next;
        let tried = judged(factor, &last, target);
        let closed = won.is_some() && tried.verdict == Verdict::Loses;
        answer.tried.push(tried);
        if closed {
            break;
        }
    }
    Ok(())
}

/// Factors on a grid.
fn scan(
    engine: &(dyn Engine + Sync),
    asker: &Asker<'_>,
    forced: &Tender,
    answer: &mut WhyNot,
    target: Interval,
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<(), Refused> {
    let factors: Vec<Decimal> = SCAN.iter().filter(|f| **f != 100).map(|f| Decimal::new(*f, 2)).collect();
    let tenders: Vec<Tender> = factors.iter().map(|f| asker.with(*f)).collect::<Result<_, _>>()?;
    let names: Vec<String> = factors.iter().map(|f| format!("prices × {f}")).collect();
    let probes: Vec<Probe<'_>> =
        tenders.iter().zip(&names).map(|(t, name)| Probe::new(name, t).near(forced, &answer.with)).collect();
    let answers = ask(engine, &probes, settings, desk);
    answer.tried.extend(factors.iter().zip(&answers).map(|(f, a)| judged(*f, a, target)));
    Ok(())
}
