//! Who moves away from what is used today, where, and what that costs.

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::switching;
use ballast_domain::exact::{float, round};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A clinician group at a site that moves for a need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SwitchingPart {
    /// Site.
    pub site: String,
    /// Need.
    pub need: String,
    /// Clinician group; `all` where groups are not told apart.
    pub clinician_group: String,
    /// Part of the site's demand that leaves today's products.
    pub moved: f64,
    /// Money, once.
    pub cost: Decimal,
}

/// Every group that moves, by site, need and group.
pub(super) fn by_group(tender: &Tender, award: &Award) -> Vec<SwitchingPart> {
    let part = |s: ballast_domain::certificate::SwitchingUse| SwitchingPart {
        site: tender.sites[tender.cells[s.cell].site].id.clone(),
        need: tender.needs[tender.cells[s.cell].need].id.clone(),
        clinician_group: s.group,
        moved: float(&s.moved),
        cost: round(&s.cost, 2),
    };
    switching(tender, award).into_iter().map(part).collect()
}
