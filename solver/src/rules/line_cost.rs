//! What a line costs as savings count it: net spend × (1 + mark-up + fees on net) + list spend × (fees and freight on list) +
//! freight per pack, whatever the objective weighs.

use ballast_domain::Tender;
use ballast_domain::exact::{Exact, exact, float, whole};
use ballast_domain::index::CandidateIx;
use ballast_domain::tables::{Payer, PriceLevel};

/// Cost of a line in its parts.
pub(super) struct LineCost {
    /// Per unit of net spend.
    pub(super) net: Exact,
    /// Per unit of list spend.
    pub(super) list: f64,
    /// Per pack.
    pub(super) pack: f64,
}

/// The parts of a line's cost.
pub(super) fn of(tender: &Tender, c: CandidateIx) -> LineCost {
    let line = &tender.candidates[c];
    let offer = &tender.offers[line.offer];
    let freight = &line.freight;
    let mut cost = LineCost {
        net: whole(1) + offer.markup.exact(),
        list: float(&exact(freight.percent_of_list)),
        pack: float(&(exact(freight.per_pack) + exact(freight.per_need_unit) * line.use_factor.exact())),
    };
    for fee in tender.fees.iter().filter(|f| f.payer == Payer::Buyer) {
        let bears = fee.supplier.is_none_or(|s| s == line.supplier) && fee.layer.is_none_or(|l| l == offer.layer);
        match fee.base {
            PriceLevel::Net if bears => cost.net += fee.percent.exact(),
            PriceLevel::List if bears => cost.list += fee.percent.to_f64(),
            _ => {}
        }
    }
    cost
}
