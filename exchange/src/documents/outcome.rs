//! Outcome cost at both ends of its evidence.

use ballast_domain::Tender;
use ballast_domain::certificate::{Certificate, Component};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What the products cost in outcomes over the contract; nobody pays it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OutcomePart {
    /// As far as the evidence is sure: the component `outcome`.
    pub amount: Decimal,
    /// At the other end of every range.
    pub other_end: Decimal,
    /// What a unit of it adds to the value; 0 unless the objective says otherwise.
    pub weight: Decimal,
}

/// Both ends, where any product has a range.
pub(super) fn part(tender: &Tender, certificate: &Certificate) -> Option<OutcomePart> {
    let known = tender.products.iter().any(|p| p.outcome_cost.is_some());
    let (_, amount) = certificate.costs.components.iter().find(|(c, _)| known && *c == Component::Outcome)?;
    Some(OutcomePart {
        amount: *amount,
        other_end: certificate.costs.outcome_other_end,
        weight: tender.settings.component_weight(Component::Outcome),
    })
}
