//! Contract layers: which offer of the same product would have been cheaper at a site, and why the award uses another; and
//! what suppliers pay back when supply fails.
//!
//! The *best layer* of a line is the eligible offer of the same product for the same demand cell with the lowest list price
//! including its mark-up and buyer-paid fees, if that is below what the line costs a pack after its tiers. Tiers that the
//! other offer could earn are not counted in its favour.

use ballast_domain::Tender;
use ballast_domain::certificate::{Certificate, LineCost};
use ballast_domain::exact::{Exact, exact, float, round, whole, zero};
use ballast_domain::index::*;
use ballast_domain::tables::Payer;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A cheaper offer that a line does not use.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BestLayer {
    /// The offer.
    pub offer: String,
    /// Its contract layer.
    pub layer: String,
    /// Its list price per pack.
    pub price: Decimal,
    /// Why the award uses another: `tier` (the offer has no price below its first tier, or what is bought under the offer
    /// used counts towards a tier), `package` (the line belongs to one), `minimum`, `maximum`, or `rules_or_gap` (rules, or money within the gap).
    pub reason: String,
}

/// Clauses on failure to supply.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SupplyClauses {
    /// Cost a year of the lines that have a clause.
    pub cost: Decimal,
    /// Part of the yearly cost that these are.
    pub share: f64,
    /// The same with each line counted by the part of a price difference that is paid back.
    pub reimbursed_share: f64,
}

/// What a pack costs at list price with mark-up and buyer-paid fees; freight is that of the product, whatever the offer.
fn landed(tender: &Tender, offer: OfferIx) -> Exact {
    let own = &tender.offers[offer];
    let supplier = tender.products[own.product].supplier;
    let bears = |f: &&ballast_domain::tender::Fee| {
        f.payer == Payer::Buyer && f.supplier.is_none_or(|s| s == supplier) && f.layer.is_none_or(|l| l == own.layer)
    };
    let fees = tender.fees.iter().filter(bears).fold(zero(), |sum, f| sum + f.percent.exact());
    own.list_price.exact() * (whole(1) + own.markup.exact() + fees)
}

/// The best layer of a line, where it is another than the one used.
pub(super) fn best_layer(tender: &Tender, certificate: &Certificate, line: &LineCost) -> Option<BestLayer> {
    let used = &tender.candidates[line.candidate];
    let freight = &used.freight;
    let freight = &line.packs * (exact(freight.per_pack) + exact(freight.per_need_unit) * used.use_factor.exact())
        + &line.list * exact(freight.percent_of_list);
    let own = (line.yearly() - freight) / &line.packs;
    let others = tender.candidates_of(used.cell).map(|c| &tender.candidates[c]);
    let ordinary = |o: &OfferIx| *o != used.offer && tender.offers[*o].package.is_none();
    let others = others.filter(|c| c.product == used.product).map(|c| c.offer).filter(ordinary);
    let best = others.map(|o| (landed(tender, o), o)).min()?;
    if best.0 >= own {
        return None;
    }
    let offer = &tender.offers[best.1];
    let of = |o: OfferIx| {
        let lines = certificate.lines.iter().filter(|l| tender.candidates[l.candidate].offer == o);
        lines.fold(zero(), |sum, l| sum + &l.packs)
    };
    let packs = of(best.1) + &line.packs;
    let counts_towards_a_tier = certificate.schedules.iter().any(|u| {
        let counts = &tender.schedules[u.schedule].counts;
        u.tier.is_some() && counts.contains(&used.offer) && !counts.contains(&best.1)
    });
    let reason = match (offer.minimum_if_used, offer.max_packs) {
        _ if tender.offers[used.offer].package.is_some() => "package",
        _ if offer.needs_tier => "tier",
        (Some(least), _) if packs < least.exact() => "minimum",
        (_, Some(most)) if packs > most.exact() => "maximum",
        _ if counts_towards_a_tier => "tier",
        _ => "rules_or_gap",
    };
    Some(BestLayer {
        offer: offer.id.clone(),
        layer: offer.layer.word().to_owned(),
        price: offer.list_price.0,
        reason: reason.to_owned(),
    })
}

/// How much of the spend is covered by clauses.
pub(super) fn supply_clauses(tender: &Tender, certificate: &Certificate) -> Option<SupplyClauses> {
    let clause = |l: &LineCost| tender.offers[tender.candidates[l.candidate].offer].failure_to_supply;
    certificate.lines.iter().find(|l| clause(l).is_some())?;
    let sum = |of: &dyn Fn(&LineCost) -> Exact| certificate.lines.iter().fold(zero(), |sum, l| sum + of(l));
    let total = sum(&LineCost::yearly);
    let covered = sum(&|l| if clause(l).is_some() { l.yearly() } else { zero() });
    let reimbursed = sum(&|l| clause(l).map_or_else(zero, |(part, _)| l.yearly() * part.exact()));
    let share = |part: &Exact| if total == zero() { 0.0 } else { float(&(part / &total)) };
    Some(SupplyClauses { cost: round(&covered, 2), share: share(&covered), reimbursed_share: share(&reimbursed) })
}
