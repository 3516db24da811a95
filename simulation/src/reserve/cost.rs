//! What a reserve costs and how much of it can be held.
//!
//! Purchase value = quantity × average awarded price per need unit (all yearly cost of the need's lines ÷ units used,
//! so freight and mark-up count). Cost a year = purchase value × (holding rate + capital rate). Stock is rotated: with a shelf
//! life of L weeks and working stock of W weeks at most L − W weeks can be held without expiry; the shortest-lived
//! awarded product decides.

use ballast_domain::certificate::price;
use ballast_domain::exact::float;
use ballast_domain::index::{Ix, NeedIx};
use ballast_domain::{Award, Tender};

/// Prices and limits of an award's needs.
#[derive(Debug, Clone)]
pub(super) struct Costs {
    /// Average awarded price per need unit, by need.
    pub unit_price: Vec<f64>,
    /// Most weeks by shelf life, by need; `None` where no product states one.
    pub ceiling_weeks: Vec<Option<f64>>,
    /// Weeks that today's policies hold already, by need: the most of any site. No plan goes below it.
    pub held_weeks: Vec<f64>,
    /// Need units that today's policies hold already, by need. They are not bought again.
    pub held_units: Vec<f64>,
    /// Holding and capital rate a year.
    pub yearly_rate: f64,
}

impl Costs {
    pub fn new(tender: &Tender, award: &Award) -> Self {
        let mut money = vec![0.0; tender.needs.len()];
        let mut units = vec![0.0; tender.needs.len()];
        let mut ceiling_weeks: Vec<Option<f64>> = vec![None; tender.needs.len()];
        for (cost, line) in price(tender, award).lines.iter().zip(&award.lines) {
            let candidate = &tender.candidates[line.candidate];
            let n = candidate.need.ix();
            money[n] += float(&cost.yearly());
            units[n] += line.used.to_f64();
            if let Some(life) = tender.products[candidate.product].shelf_life {
                let left = (life.to_f64() - tender.policies[candidate.cell].working_stock_weeks).max(0.0);
                ceiling_weeks[n] = Some(ceiling_weeks[n].map_or(left, |c| c.min(left)));
            }
        }
        let unit_price = money.iter().zip(&units).map(|(m, u)| if *u > 0.0 { m / u } else { 0.0 }).collect();
        let mut held_weeks = vec![0.0f64; tender.needs.len()];
        let mut held_units = vec![0.0; tender.needs.len()];
        for (cell, policy) in tender.cells.iter().zip(tender.policies.iter()) {
            let n = cell.need.ix();
            held_weeks[n] = held_weeks[n].max(policy.reserve_weeks);
            held_units[n] += policy.reserve_weeks * cell.quantity.to_f64() / 52.0;
        }
        let settings = &tender.settings;
        Self {
            unit_price,
            ceiling_weeks,
            held_weeks,
            held_units,
            yearly_rate: settings.holding_rate.to_f64() + settings.capital_rate.to_f64(),
        }
    }

    /// Most weeks that may be held of a need.
    pub fn ceiling(&self, need: NeedIx) -> f64 {
        self.ceiling_weeks[need.ix()].unwrap_or(f64::INFINITY)
    }
}
