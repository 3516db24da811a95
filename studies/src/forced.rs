//! Tenders in which a bidder's share is bounded, or its prices are multiplied: what questions about a bidder ask of the engine.

use ballast_domain::Tender;
use ballast_domain::certificate::Certificate;
use ballast_domain::exact::{Exact, exact, round, whole, zero};
use ballast_domain::finding::{Findings, Place};
use ballast_domain::index::NeedIx;
use ballast_domain::raw::RawTender;
use ballast_domain::scenario::{Action, Edit, apply};
use ballast_domain::tender::Candidate;
use rust_decimal::Decimal;

use crate::Answer;

/// A bidder's share of what it may serve.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    /// Id of the rule that bounds it.
    pub(crate) rule: &'static str,
    /// Dimension of rules that tells its lines, and the value there.
    pub(crate) of: (&'static str, String),
    /// Ids of the needs and sites that it may serve.
    pub(crate) needs: Vec<String>,
    pub(crate) sites: Vec<String>,
    /// Whether needs are weighed by their reference price.
    by_reference: bool,
}

impl Share {
    /// The share of these lines.
    pub(crate) fn of(rule: &'static str, of: (&'static str, String), tender: &Tender, lines: &[&Candidate]) -> Self {
        let unique = |mut names: Vec<String>| {
            names.sort();
            names.dedup();
            names
        };
        let needs = unique(lines.iter().map(|c| tender.needs[c.need].id.clone()).collect());
        let sites = unique(lines.iter().map(|c| tender.sites[c.site].id.clone()).collect());
        let priced = lines.iter().all(|c| tender.reference_price(c.need).is_some());
        Self { rule, of, by_reference: priced || needs.len() > 1, needs, sites }
    }

    /// A rule that bounds it, by `at_least` or `at_most`.
    pub(crate) fn bounded(&self, bound: (&str, Decimal)) -> Action {
        let mut cells = vec![
            ("id".to_owned(), self.rule.to_owned()),
            ("measure".to_owned(), "share".to_owned()),
            (format!("scope.{}", self.of.0), self.of.1.clone()),
            ("scope.need".to_owned(), self.needs.join(";")),
            ("scope.site".to_owned(), self.sites.join(";")),
            ("within".to_owned(), "need;site".to_owned()),
            (bound.0.to_owned(), bound.1.normalize().to_string()),
        ];
        if self.by_reference {
            cells.push(("weight".to_owned(), "reference".to_owned()));
        }
        Action::AddRows { table: "rules".to_owned(), rows: vec![cells] }
    }

    /// The share that an award gives to the lines that are its own, with 9 decimals.
    pub(crate) fn in_award(
        &self,
        tender: &Tender,
        answer: &Answer,
        own: &dyn Fn(&Candidate) -> bool,
    ) -> Option<Decimal> {
        let weight = |need: NeedIx| match tender.reference_price(need).filter(|_| self.by_reference) {
            Some(price) => exact(price),
            None => whole(1),
        };
        let (award, _) = answer.award()?;
        let (mut part, mut all) = (zero(), zero());
        for line in &award.lines {
            let c = &tender.candidates[line.candidate];
            if !self.needs.contains(&tender.needs[c.need].id) || !self.sites.contains(&tender.sites[c.site].id) {
                continue;
            }
            let volume: Exact = line.used.exact() * weight(c.need);
            if own(c) {
                part += &volume;
            }
            all += volume;
        }
        Some(if all == zero() { Decimal::ZERO } else { round(&(part / all), 9) })
    }
}

/// The tender after actions, or why it is none.
pub(crate) fn edited(base: &RawTender, name: &str, actions: Vec<Action>) -> Result<Tender, Findings> {
    let edit = |(i, action)| Edit { name: format!("{name} {i}"), place: Place::file(name), action };
    let edits: Vec<Edit> = actions.into_iter().enumerate().map(edit).collect();
    let edited = apply(base, &edits);
    if edited.findings.has_errors() {
        return Err(edited.findings);
    }
    let reading = Tender::read(&edited.raw, Findings::default());
    reading.tender.ok_or(reading.findings)
}

/// What an award pays for lines over the contract: net spend less rebates and sums given, without mark-up, freight and fees.
pub(crate) fn paid(tender: &Tender, answer: &Answer, own: &dyn Fn(&Candidate) -> bool) -> Option<Decimal> {
    answer.award().map(|(_, certificate)| paid_in(tender, certificate, own))
}

/// The same of a certificate.
pub(crate) fn paid_in(tender: &Tender, certificate: &Certificate, own: &dyn Fn(&Candidate) -> bool) -> Decimal {
    let lines = certificate.lines.iter().filter(|l| own(&tender.candidates[l.candidate]));
    let yearly = lines.fold(zero(), |sum, l| sum + l.net() - &l.rebate - &l.credit);
    round(&(yearly * whole(tender.settings.contract_years)), 2)
}
