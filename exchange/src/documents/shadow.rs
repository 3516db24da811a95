//! Shadow money in an award: what weighs in its value and is never paid.

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::{self, Certificate};
use ballast_domain::exact::{float, round, whole};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An adjustment on something the award buys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdjustmentPart {
    /// Adjustment.
    pub adjustment: String,
    /// Why it is weighed.
    pub why: String,
    /// Over the contract; a bonus is negative.
    pub amount: Decimal,
}

/// Demand that the award leaves unserved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnservedPart {
    /// Site.
    pub site: String,
    /// Need.
    pub need: String,
    /// Need units a year.
    pub need_units: Decimal,
    /// Share of the demand cell.
    pub share: f64,
    /// What it weighs over the contract.
    pub amount: Decimal,
}

/// The adjustments whose amount is not 0.
pub(super) fn adjustments(tender: &Tender, award: &Award, certificate: &Certificate) -> Vec<AdjustmentPart> {
    let years = whole(tender.settings.contract_years);
    let part = |a: &ballast_domain::tender::Adjustment| {
        let (yearly, once) = certificate::adjusted(a, award, &certificate.lines);
        let amount = round(&(yearly * &years + once), 2);
        (!amount.is_zero()).then(|| AdjustmentPart { adjustment: a.id.clone(), why: a.why.clone(), amount })
    };
    tender.adjustments.iter().filter_map(part).collect()
}

/// The cells that are not served whole.
pub(super) fn unserved(tender: &Tender, award: &Award) -> Vec<UnservedPart> {
    let years = whole(tender.settings.contract_years);
    certificate::unserved(tender, award)
        .into_iter()
        .map(|(ix, units)| {
            let cell = &tender.cells[ix];
            let need = &tender.needs[cell.need];
            UnservedPart {
                site: tender.sites[cell.site].id.clone(),
                need: need.id.clone(),
                need_units: round(&units, 9).normalize(),
                share: float(&(&units / cell.quantity.exact())),
                amount: round(&(units * need.shortage_cost.unwrap_or_default().exact() * &years), 2),
            }
        })
        .collect()
}
