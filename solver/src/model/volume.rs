//! Volumes: x\[c\] ∈ \[0, 1\] is the share of its demand cell that candidate c serves; where the need asks for whole packs,
//! n\[c\] is the integer number of packs bought and u·n ≥ q·x. Money and capacity follow the packs *bought*, shares and
//! preferences the need units *used*.

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::*;
use ballast_domain::tables::{Payer, PriceLevel};

use super::{Col, Model, RowLabel};
use crate::rules::packages;

/// Columns and coefficients of each candidate.
#[derive(Debug, Clone)]
pub(crate) struct Volumes {
    /// Share of the cell.
    pub(crate) share: IxVec<CandidateIx, Col>,
    /// Need units a year at share 1.
    pub(crate) units: IxVec<CandidateIx, f64>,
    /// The column that packs bought follow, and packs a year per unit of it.
    pub(crate) packs: IxVec<CandidateIx, (Col, f64)>,
    /// List price per pack, the mean over the contract years.
    pub(crate) list: IxVec<CandidateIx, f64>,
    /// Part of the cell left unserved, where its need states what that weighs.
    pub(crate) unserved: IxVec<CellIx, Option<Col>>,
    /// 1 + mark-up + buyer-paid fees on net, each weighed as the objective says: what a unit of discount saves.
    pub(crate) net_factor: IxVec<CandidateIx, f64>,
}

impl Volumes {
    /// Adds the columns with their cost before discounts.
    pub(crate) fn new(tender: &Tender, model: &mut Model) -> Self {
        let years = f64::from(tender.settings.contract_years);
        let weight = |c: Component| float(&exact(tender.settings.component_weight(c)));
        let n = tender.candidates.len();
        let mut volumes = Self {
            share: IxVec::default(),
            units: IxVec::from_fn(n, |c| tender.cells[tender.candidates[c].cell].quantity.to_f64()),
            packs: IxVec::default(),
            list: IxVec::from_fn(n, |c| float(&tender.mean_list_price(tender.candidates[c].offer))),
            unserved: IxVec::default(),
            net_factor: IxVec::default(),
        };
        for c in tender.candidates.indexes() {
            let line = &tender.candidates[c];
            let offer = &tender.offers[line.offer];
            let mut extras = weight(Component::Markup) * offer.markup.to_f64();
            let mut list_fee = 0.0;
            for fee in tender.fees.iter().filter(|f| f.payer == Payer::Buyer) {
                let bears =
                    fee.supplier.is_none_or(|s| s == line.supplier) && fee.layer.is_none_or(|l| l == offer.layer);
                match fee.base {
                    PriceLevel::Net if bears => extras += weight(Component::Fees) * fee.percent.to_f64(),
                    PriceLevel::List if bears => list_fee += weight(Component::Fees) * fee.percent.to_f64(),
                    _ => {}
                }
            }
            let off = packages::discount(tender, line.offer);
            let packaged = weight(Component::Packages) * off;
            extras *= 1.0 - off;
            let factor = line.use_factor.to_f64();
            let freight = float(&exact(line.freight.per_pack)) + float(&exact(line.freight.per_need_unit)) * factor;
            let percent = float(&exact(line.freight.percent_of_list));
            let per_pack = volumes.list[c] * (weight(Component::Goods) - packaged + extras + list_fee)
                + weight(Component::Freight) * (volumes.list[c] * percent + freight);
            volumes.net_factor.push(weight(Component::Discounts) - packaged + extras);

            let cost_per_pack = years * per_pack / model.money_scale;
            let units = volumes.units[c];
            if tender.needs[line.need].whole_packs {
                let largest = tender
                    .candidates_of(line.cell)
                    .map(|o| tender.candidates[o].use_factor.to_f64())
                    .fold(0.0, f64::max);
                let most = ((units + largest) / factor).floor();
                let share = model.column(0.0, 0.0, 1.0, false);
                let packs = model.column(cost_per_pack, 0.0, most, true);
                // units·x ≤ factor·n, in shares
                model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(share, 1.0), (packs, -factor / units)]);
                volumes.share.push(share);
                volumes.packs.push((packs, 1.0));
            } else {
                let packs = units / factor;
                let share = model.column(cost_per_pack * packs, 0.0, 1.0, false);
                volumes.share.push(share);
                volumes.packs.push((share, packs));
            }
        }
        let unit = weight(Component::Unserved) * years / model.money_scale;
        for cell in tender.cells.iter() {
            let cost = tender.needs[cell.need].shortage_cost.map(|c| unit * c.to_f64() * cell.quantity.to_f64());
            let col = cost.map(|cost| model.column(cost, 0.0, 1.0, false));
            volumes.unserved.push(col);
        }
        volumes
    }

    /// Most packs a year that a candidate can carry.
    pub(crate) fn most_packs(&self, model: &Model, c: CandidateIx) -> f64 {
        let (col, packs) = self.packs[c];
        packs * model.upper[col.0 as usize]
    }
}

/// Money per unit of objective: a power of two that brings the cheapest conceivable cost near 10,000, so that the same
/// tolerances mean the same whatever the currency.
pub(crate) fn money_scale(tender: &Tender) -> f64 {
    let cheapest = |cell: CellIx| {
        let per_unit = tender.candidates_of(cell).map(|c| {
            let line = &tender.candidates[c];
            tender.offers[line.offer].list_price.to_f64() / line.use_factor.to_f64()
        });
        let shortage = tender.needs[tender.cells[cell].need].shortage_cost.map(|c| c.to_f64());
        let least = per_unit.chain(shortage).fold(f64::INFINITY, f64::min);
        if least.is_finite() { least * tender.cells[cell].quantity.to_f64() } else { 0.0 }
    };
    let total: f64 = tender.cells.indexes().map(cheapest).sum::<f64>() * f64::from(tender.settings.contract_years);
    if total > 0.0 { (total / 1e4).log2().round().exp2() } else { 1.0 }
}
