//! Which requirement a row states; the others are logic, or demand.

use ballast_domain::Tender;
use ballast_domain::requirement::Requirement;

use super::RowLabel;

impl RowLabel {
    /// The requirement that a buyer or supplier could give up, demand apart.
    pub fn requirement(self, tender: &Tender) -> Option<Requirement> {
        Some(match self {
            Self::Link | Self::Balance(_) | Self::Surplus(_) => return None,
            Self::ProductCapacity(p) => Requirement::ProductCapacity(p),
            Self::PlantCapacity(p) => Requirement::PlantCapacity(p),
            Self::SupplierCapacity(s) => Requirement::SupplierCapacity(s),
            Self::OfferMaximum(o) => Requirement::OfferMaximum(o),
            Self::OfferMinimum(o) => Requirement::OfferMinimum(o),
            Self::MinimumOrder(o) => Requirement::MinimumOrder(o),
            Self::Condition(o) => Requirement::Condition(o),
            Self::MinimumAward(s) => Requirement::MinimumAward(s),
            Self::MaximumAward(s) => Requirement::MaximumAward(s),
            Self::MaxProducts(n) => Requirement::MaxProducts(n),
            Self::MaxProductsAtSite(c) => Requirement::MaxProductsPerSite(tender.cells[c].need),
            Self::FormularyLimit(n) => Requirement::FormularyLimit(n),
            Self::Coverage(n) => Requirement::Sizes(n),
            Self::Pick(p) => Requirement::Pick(p),
            Self::Rule(rule, _) => Requirement::Rule(rule),
        })
    }
}
