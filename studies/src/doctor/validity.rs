//! Prices and approvals that run out: before the contract starts, or before it ends.

use ballast_domain::Severity;
use jiff::ToSpan;
use jiff::civil::Date;

use super::{Chart, Remark};

/// Adds the findings.
pub(super) fn check(chart: &mut Chart<'_>) {
    let tender = chart.tender;
    let starts = tender.settings.starts;
    // The last day of the contract.
    let years = i64::from(tender.settings.contract_years).years();
    let ends = starts.checked_add(years).and_then(|d| d.yesterday()).unwrap_or(Date::MAX);
    for row in &tender.draft.offers {
        let remark = |code, value: Date, expected: String, fix| Remark {
            severity: Severity::Information,
            code,
            value: value.to_string(),
            expected,
            fix,
        };
        if let Some(from) = row.valid_from.filter(|d| *d > starts) {
            let expected =
                format!("the price does not hold yet when the contract starts ({starts}), so the offer is not used");
            chart.add(
                "offers",
                Some(row.at),
                "valid_from",
                remark("offer_not_yet_valid", from, expected, "ask for an earlier date"),
            );
        }
        if let Some(to) = row.valid_to.filter(|d| *d < starts) {
            let expected =
                format!("the price has run out when the contract starts ({starts}), so the offer is not used");
            chart.add(
                "offers",
                Some(row.at),
                "valid_to",
                remark("stale_offer", to, expected, "ask for a current price, or take the offer out"),
            );
        } else if let Some(to) = row.valid_to.filter(|d| *d < ends) {
            let expected = format!("the price runs out before the contract ends ({ends}); it is used as if it held");
            chart.add(
                "offers",
                Some(row.at),
                "valid_to",
                remark("price_ends_early", to, expected, "ask for a price over the whole contract"),
            );
        }
    }
    for row in &tender.draft.equivalences {
        if let Some(expires) = row.expires.filter(|d| *d < ends) {
            let remark = Remark {
                severity: Severity::Information,
                code: "approval_ends_early",
                value: expires.to_string(),
                expected: format!("the equivalence expires before the contract ends ({ends})"),
                fix: "renew the approval, or take the equivalence out",
            };
            chart.add("equivalences", Some(row.at), "expires", remark);
        }
    }
}
