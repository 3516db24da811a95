//! The award as flows: what arrives where, from which plant, behind which nodes; what lies in stock; what a missing unit
//! weighs.

use ballast_domain::certificate::price;
use ballast_domain::exact::float;
use ballast_domain::factor_map::{Branch, FactorMap, NodeKind};
use ballast_domain::index::{Ix, NeedIx, NodeIx, SiteIx};
use ballast_domain::{Award, Tender};

use crate::reserve::ReservePlan;
use crate::stock::stated;

/// Flows below this part of a cell's demand are rounding of the award.
pub(super) const DUST: f64 = 1e-9;

/// One plant's part of one awarded line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Flow {
    /// Demand cell.
    pub cell: usize,
    /// Need units a week.
    pub weekly: f64,
    /// Weeks from shipment to receipt.
    pub lead: f64,
    /// Money a year that it carries.
    pub spend: f64,
    /// Serial nodes behind it.
    pub chain: Vec<NodeIx>,
}

/// Stock that every site may draw from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pool {
    pub need: usize,
    /// Need units.
    pub units: f64,
    /// The plant it stands beside; it is lost with it.
    pub beside: Option<NodeIx>,
}

/// What a need unit that goes missing is valued at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuedAt {
    /// The need's shortage cost.
    ShortageCost,
    /// Its reference price.
    ReferencePrice,
    /// The average price of the award.
    AwardedPrice,
}

/// The network of an award. Cells and needs are those of the tender, in its order.
#[derive(Debug, Clone)]
pub(crate) struct Network {
    /// Need of each cell.
    pub need: Vec<usize>,
    /// Need units a week that the award serves, by cell.
    pub demand: Vec<f64>,
    /// Working stock and reserve on the first day, need units, by cell.
    pub stock: Vec<f64>,
    pub flows: Vec<Flow>,
    /// Flows behind each node, by position of the node.
    pub behind: Vec<Vec<usize>>,
    pub pools: Vec<Pool>,
    /// Money per need unit, by need.
    pub value: Vec<f64>,
    pub valued_at: Vec<ValuedAt>,
}

impl Network {
    pub fn new(tender: &Tender, award: &Award, plan: Option<&ReservePlan>) -> Self {
        let mut arriving = vec![0.0; tender.cells.len()];
        let (mut money, mut units) = (vec![0.0; tender.needs.len()], vec![0.0; tender.needs.len()]);
        let mut flows = Vec::new();
        for (cost, line) in price(tender, award).lines.iter().zip(&award.lines) {
            let c = &tender.candidates[line.candidate];
            let (used, spend) = (line.used.to_f64(), float(&cost.yearly()));
            arriving[c.cell.ix()] += used / 52.0;
            money[c.need.ix()] += spend;
            units[c.need.ix()] += used;
            let lead = tender.offers[c.offer].lead_time.to_f64();
            flows.extend(tender.factor_map.branches[c.product].iter().filter(|b| b.split > 0.0).map(|b| Flow {
                cell: c.cell.ix(),
                weekly: used / 52.0 * b.split,
                lead,
                spend: spend * b.split,
                chain: chain(tender, b, c.site),
            }));
        }
        let mut behind = vec![Vec::new(); tender.factor_map.nodes.len()];
        for (f, flow) in flows.iter().enumerate() {
            flow.chain.iter().for_each(|n| behind[n.ix()].push(f));
        }
        let weekly = tender.cells.iter().map(|c| c.quantity.to_f64() / 52.0);
        let (stock, pools) = stock(tender, plan);
        let (value, valued_at) = (0..tender.needs.len())
            .map(|n| {
                let need = &tender.needs[NeedIx::new(n)];
                match (need.shortage_cost, need.reference_price) {
                    (Some(cost), _) => (cost.to_f64(), ValuedAt::ShortageCost),
                    (None, Some(price)) => (price.to_f64(), ValuedAt::ReferencePrice),
                    _ => (if units[n] > 0.0 { money[n] / units[n] } else { 0.0 }, ValuedAt::AwardedPrice),
                }
            })
            .unzip();
        Self {
            need: tender.cells.iter().map(|c| c.need.ix()).collect(),
            demand: weekly.zip(&arriving).map(|(d, a)| if *a < d { *a } else { d }).collect(),
            stock,
            flows,
            behind,
            pools,
            value,
            valued_at,
        }
    }

    /// Money that unmet need units by cell are worth.
    pub fn loss(&self, unmet: &[(usize, f64)]) -> f64 {
        unmet.iter().map(|(c, units)| units * self.value[self.need[*c]]).sum()
    }

    /// Pooled need units of a need that are left when `struck` nodes fail.
    pub fn pooled(&self, need: usize, struck: impl Fn(NodeIx) -> bool) -> f64 {
        let left = |p: &&Pool| p.need == need && !p.beside.is_some_and(&struck);
        self.pools.iter().filter(left).map(|p| p.units).sum()
    }
}

/// The serial nodes behind a branch, the lane to the site among them.
pub(super) fn chain(tender: &Tender, branch: &Branch, site: SiteIx) -> Vec<NodeIx> {
    let origin = branch.plant.and_then(|p| tender.plants[p].plant_region.as_ref());
    let lane = origin.and_then(|o| {
        let id = FactorMap::lane(o, &tender.sites[site].site_region);
        tender.factor_map.find(NodeKind::Lane, &id)
    });
    branch.chain.iter().copied().chain(lane).collect()
}

/// Stock of each cell on the first day and the pools: what `stock` states at a site, else the policy's working stock; the
/// policy's reserve, or the plan's; what lies at centres and vendors.
fn stock(tender: &Tender, plan: Option<&ReservePlan>) -> (Vec<f64>, Vec<Pool>) {
    let stated = stated(tender);
    let node_of = |place: usize| {
        let id = &tender.plants[tender.places[place].plant?].id;
        tender.factor_map.find(NodeKind::Plant, id)
    };
    let stock = tender.cells.iter().zip(tender.policies.iter()).zip(stated.cells).map(|((cell, policy), stated)| {
        let mean = cell.quantity.to_f64() / 52.0;
        let reserve = plan.and_then(|p| p.weeks(cell.need)).unwrap_or(policy.reserve_weeks);
        stated.unwrap_or(policy.working_stock_weeks * mean) + reserve * mean
    });
    let pool = |((place, need), units): ((usize, NeedIx), f64)| Pool { need: need.ix(), units, beside: node_of(place) };
    (stock.collect(), stated.pooled.into_iter().map(pool).collect())
}
