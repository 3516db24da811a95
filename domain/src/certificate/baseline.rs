//! What today's buying would cost: the incumbent mix of each cell, scaled to the tender's demand.
//!
//! The first baseline uses today's prices with freight; the second re-prices the same mix on the best offer that each
//! site may use today, through the same tiers as any award. Neither has switching or onboarding. Cells without incumbent,
//! or (second baseline) whose incumbent is no longer offered, are left out and counted; so are cells that the award does not
//! serve in whole, for what is not bought is no saving.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::Zero;
use rust_decimal::Decimal;

use super::prices::{LineCost, price_lines};
use crate::award::{Award, AwardLine, SHARE_DECIMALS};
use crate::exact::{Exact, exact, round, whole, zero};
use crate::index::*;
use crate::quantity::NeedUnits;
use crate::tender::{Candidate, Conditions, Tender};

/// Both baselines over the contract, beside the award on the same cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Cells with an incumbent that the award serves in whole.
    pub cells: usize,
    /// All others.
    pub excluded: usize,
    /// Incumbent mix at incumbent prices.
    pub at_todays_prices: Decimal,
    /// The award's cost on the same cells, without one-off costs.
    pub award_on_same_cells: Decimal,
    /// Cells whose incumbents are all still offered to the site.
    pub repriced_cells: usize,
    /// Incumbent mix at incumbent prices, on the re-priced cells.
    pub repriced_before: Decimal,
    /// Incumbent mix on today's best offers, on the re-priced cells.
    pub repriced: Decimal,
}

impl Baseline {
    /// Saving against today's prices, before one-off costs.
    pub fn saving(&self) -> Decimal {
        self.at_todays_prices - self.award_on_same_cells
    }
    /// Part of it that comes from price alone (the same mix on the tender's offers).
    pub fn price_effect(&self) -> Decimal {
        self.repriced_before - self.repriced
    }
    /// The rest: another mix of products.
    pub fn mix_effect(&self) -> Decimal {
        self.saving() - self.price_effect()
    }
}

fn use_factor(tender: &Tender, cell: CellIx, product: ProductIx) -> Exact {
    let need = tender.cells[cell].need;
    let own = &tender.products[product];
    match tender.equivalences.iter().find(|e| e.product == product && e.need == need && own.need != need) {
        Some(e) => e.use_factor.exact(),
        None => own.use_factor.exact(),
    }
}

/// Packs that need units of an incumbent are.
pub(crate) fn incumbent_packs(tender: &Tender, cell: CellIx, product: ProductIx, used: &Exact) -> Exact {
    used / use_factor(tender, cell, product)
}

/// What the incumbent mix of a cell, scaled to its demand, costs a year today; `None` without incumbents.
pub(crate) fn todays_cost(tender: &Tender, cell: CellIx) -> Option<Exact> {
    let incumbents = &tender.incumbents[cell];
    let total = incumbents.iter().fold(zero(), |a, i| a + i.quantity.exact());
    if total.is_zero() {
        return None;
    }
    let demand = tender.cells[cell].quantity.exact();
    Some(incumbents.iter().fold(zero(), |sum, i| {
        let packs = incumbent_packs(tender, cell, i.product, &(&demand * i.quantity.exact() / &total));
        let freight = match i.freight_included {
            true => zero(),
            false => freight(tender, cell, i.product, &i.price.exact()),
        };
        sum + packs * (i.price.exact() + freight)
    }))
}

/// Cells of which nothing is left unserved.
fn served_in_whole(tender: &Tender, lines: &[LineCost]) -> BTreeSet<CellIx> {
    let mut served: BTreeMap<CellIx, Exact> = BTreeMap::new();
    for line in lines {
        let candidate = &tender.candidates[line.candidate];
        *served.entry(candidate.cell).or_insert_with(zero) += &line.packs * candidate.use_factor.exact();
    }
    served.retain(|cell, units| *units >= tender.cells[*cell].quantity.exact());
    served.into_keys().collect()
}

/// What a cell costs a year.
#[derive(Debug, Clone, PartialEq)]
pub struct CellCost {
    /// The cell.
    pub cell: CellIx,
    /// Incumbent mix at incumbent prices.
    pub today: Decimal,
    /// The award's lines, without one-off costs.
    pub award: Decimal,
}

/// The cells of the first baseline one by one; `lines` is the priced award.
pub fn cell_costs(tender: &Tender, lines: &[LineCost]) -> Vec<CellCost> {
    let whole_cells = served_in_whole(tender, lines);
    let cost = |cell: CellIx| {
        let today = todays_cost(tender, cell).filter(|_| whole_cells.contains(&cell))?;
        let own = lines.iter().filter(|l| tender.candidates[l.candidate].cell == cell);
        let award = own.map(LineCost::yearly).sum::<Exact>();
        Some(CellCost { cell, today: round(&today, 2), award: round(&award, 2) })
    };
    tender.incumbents.enumerate().filter_map(|(cell, _)| cost(cell)).collect()
}

/// Computes both baselines; `lines` is the priced award.
pub fn baseline(tender: &Tender, lines: &[LineCost]) -> Baseline {
    let years = whole(tender.settings.contract_years);
    let whole_cells = served_in_whole(tender, lines);
    let mut today: BTreeMap<CellIx, Exact> = BTreeMap::new();
    let mut award = Award::default();
    let mut repriced: Vec<CellIx> = Vec::new();
    for (cell, incumbents) in tender.incumbents.enumerate() {
        let Some(cost) = todays_cost(tender, cell).filter(|_| whole_cells.contains(&cell)) else { continue };
        today.insert(cell, cost);
        let total = incumbents.iter().fold(zero(), |a, i| a + i.quantity.exact());

        // The same mix on the cheapest offer of each product that the site may use.
        let best = |product| {
            tender
                .candidates_of(cell)
                .filter(|c| {
                    let offer = &tender.offers[tender.candidates[*c].offer];
                    tender.candidates[*c].product == product
                        && !offer.needs_tier
                        && offer.package.is_none()
                        && offer.conditions == Conditions::default()
                })
                .min_by_key(|c| tender.offers[tender.candidates[*c].offer].list_price)
        };
        let chosen: Option<Vec<(CandidateIx, Exact)>> =
            incumbents.iter().map(|i| best(i.product).map(|c| (c, i.quantity.exact() / &total))).collect();
        if let Some(chosen) = chosen {
            repriced.push(cell);
            for (candidate, share) in chosen {
                let share = round(&share, SHARE_DECIMALS);
                let used = NeedUnits(share * tender.cells[cell].quantity.0);
                award.lines.push(AwardLine { candidate, used, whole_packs: None });
            }
        }
    }
    award.lines.sort_by_key(|l| l.candidate);
    let sum = |lines: &[LineCost], cells: &dyn Fn(CellIx) -> bool| {
        let of = lines.iter().filter(|l| cells(tender.candidates[l.candidate].cell));
        round(&(of.map(LineCost::yearly).sum::<Exact>() * &years), 2)
    };
    let before = |cells: &dyn Fn(CellIx) -> bool| {
        let of = today.iter().filter(|(c, _)| cells(**c));
        round(&(of.fold(zero(), |a, (_, v)| a + v) * &years), 2)
    };
    let is_repriced = |c: CellIx| repriced.binary_search(&c).is_ok();
    Baseline {
        cells: today.len(),
        excluded: tender.cells.len() - today.len(),
        at_todays_prices: before(&|_| true),
        award_on_same_cells: sum(lines, &|c| today.contains_key(&c)),
        repriced_cells: repriced.len(),
        repriced_before: before(&is_repriced),
        repriced: sum(&price_lines(tender, &award).lines, &|_| true),
    }
}

/// Freight of a pack of an incumbent: that of the candidate line, where there is one.
fn freight(tender: &Tender, cell: CellIx, product: ProductIx, price: &Exact) -> Exact {
    let line: Option<&Candidate> =
        tender.candidates_of(cell).map(|c| &tender.candidates[c]).find(|c| c.product == product);
    line.map_or_else(zero, |l| {
        exact(l.freight.per_pack)
            + exact(l.freight.per_need_unit) * l.use_factor.exact()
            + exact(l.freight.percent_of_list) * price
    })
}
