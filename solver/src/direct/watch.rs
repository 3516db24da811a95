//! Watches a run of HiGHS: turns better points into certified awards at once, so that a kill loses nothing, and ends the
//! run when the caller or the work limit says so.

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::{Certificate, certify};

use super::in_money;
use crate::highs::Watch;
use crate::model::AwardModel;
use crate::repair;
use crate::report::{Control, Event, Limit, LogEntry, Options};

/// The state of a search.
pub(super) struct Search<'a> {
    tender: &'a Tender,
    model: &'a AwardModel,
    options: &'a Options,
    control: &'a dyn Control,
    /// The best certified award.
    pub(super) best: Option<(Award, Certificate)>,
    /// Value and bound at each improvement.
    pub(super) log: Vec<LogEntry>,
    /// What ended the run, if the watcher did.
    pub(super) limit: Option<Limit>,
    told: f64,
}

impl<'a> Search<'a> {
    pub(super) fn new(
        tender: &'a Tender,
        model: &'a AwardModel,
        options: &'a Options,
        control: &'a dyn Control,
    ) -> Self {
        Self { tender, model, options, control, best: None, log: Vec::new(), limit: None, told: f64::NEG_INFINITY }
    }

    fn entry(&self, bound: f64, iterations: i64) -> LogEntry {
        let value = self.best.as_ref().map(|(_, c)| c.costs.value);
        let bound = in_money(self.model, bound).map(|b| value.map_or(b, |v| b.min(v)));
        LogEntry { work: iterations as f64 / 1000.0, value, bound }
    }
}

impl Watch for Search<'_> {
    fn improving(&mut self, solution: &[f64], bound: f64, iterations: i64) {
        let award = repair::to_award(self.tender, self.model, solution);
        let certificate = certify(self.tender, &award, self.options.tolerance);
        // Unpolished points may miss a threshold by rounding; the next one, or the polished last one, will do.
        let better = self.best.as_ref().is_none_or(|(_, b)| certificate.costs.value < b.costs.value);
        if certificate.verified() && better {
            self.best = Some((award.clone(), certificate));
            let at = self.entry(bound, iterations);
            self.log.push(at);
            self.control.observe(&Event::Improved { award, at });
        }
    }

    fn stop(&mut self, bound: f64, iterations: i64) -> bool {
        if bound > self.told {
            self.told = bound;
            self.control.observe(&Event::Progress(self.entry(bound, iterations)));
        }
        let over = self
            .options
            .work_limit
            .is_some_and(|w| iterations >= i64::try_from(w.saturating_mul(1000)).unwrap_or(i64::MAX));
        self.limit = match (self.control.cancelled(), over) {
            (true, _) => Some(Limit::Cancelled),
            (false, true) => Some(Limit::Work),
            (false, false) => self.limit,
        };
        self.limit.is_some()
    }
}
