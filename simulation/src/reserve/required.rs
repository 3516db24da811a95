//! Targets held against a stress test, without sizing anything: what is required, what was found, whether it holds.
//!
//! With `prob=P` a requirement is a chance constraint on each year by itself: `fill>=0.95@criticality=1,prob=0.99` asks that a replication
//! serves at least 95 % of demand with a chance of at least 99 %. Its estimate is the chance that it does not, by Wilson.

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx};

use super::size::{TargetOutcome, Verdict, Wanted};
use super::target::{Target, TargetMetric};
use crate::error::StressError;
use crate::metric::{Estimate, Scope, Scopes, StressReport, Summary, proportion};

/// Each target against a stress test. In the outcome `before` and `after` are the same.
///
/// # Errors
/// A scope without needs; weeks that are held, which a stress test does not tell.
pub fn required(
    tender: &Tender,
    targets: &[Target],
    summary: &Summary,
    report: &StressReport,
) -> Result<Vec<TargetOutcome>, StressError> {
    let scopes = Scopes::new(tender);
    let one = |target: &Target| {
        if target.metric == TargetMetric::Hold {
            let said =
                format!("`{target}`: a stress test cannot tell weeks that are held; `ballast reserve` holds them");
            return Err(StressError::Target(said));
        }
        let wanted = Wanted::new(target, tender, &scopes.mean)?;
        Ok(match target.probability {
            None => wanted.outcome(&[], None, report, report),
            Some(p) => chance(&wanted, p, &scopes, summary, report),
        })
    };
    targets.iter().map(one).collect()
}

/// The chance that a replication misses the level, at most 1 − p.
fn chance(wanted: &Wanted, p: f64, scopes: &Scopes, summary: &Summary, report: &StressReport) -> TargetOutcome {
    let allowed = wanted.weeks_allowed(f64::from(report.horizon_weeks));
    let missed = |scope: Scope| {
        let Some(column) = scopes.list.iter().position(|s| s.scope == scope) else { return Estimate::default() };
        let most = allowed * scopes.list[column].week * (1.0 + 1e-9);
        let values = summary.column(scopes, column);
        // What failed may have missed it.
        let (events, failed) = (values.iter().filter(|x| **x > most).count() as u64, summary.failed.len() as u64);
        let all = values.len() as u64 + failed;
        Estimate { high: proportion(events + failed, all).high, ..proportion(events, all) }
    };
    let verdict = |e: &Estimate| Verdict::at_most(e, 1.0 - p);
    let (worst, found) = match wanted.target.of_basket() {
        true => (None, missed(wanted.scope(report).scope)),
        false => {
            let each = wanted.needs.iter().map(|n| (*n, missed(Scope::Need(*n))));
            let worst =
                each.max_by(|a: &(NeedIx, Estimate), b| a.1.value.total_cmp(&b.1.value).then(b.0.ix().cmp(&a.0.ix())));
            worst.map_or((None, Estimate::default()), |(n, e)| (Some(n), e))
        }
    };
    TargetOutcome {
        target: wanted.target.clone(),
        before: found,
        after: found,
        worst,
        verdict: verdict(&found),
        greedy_and_bound: None,
    }
}
