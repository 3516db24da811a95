//! Exposure: what each node of the factor map would do to this award, without asking how likely it is (Simchi-Levi et al.
//! 2015).
//!
//! A node gives nothing from day 0 on, everything else is as usual: stock at its target or as stated, goods under way
//! arrive, demand is its mean. *Time to survive* is how long all demand that the award serves is met. *Time to recover* is
//! what plants state, times an optimism factor. The *loss* is what goes unmet, early or late, if the node is out just as
//! long as it takes to recover. Each with two kinds of recourse: `fixed`, everybody else ships what is contracted, and `best`, the
//! best use of everything that could be bought (an LP). The truth lies between them: the first is what happens if nobody
//! acts, the second needs perfect foresight.

mod adversary;
mod best;
mod cut_off;
mod fixed;
mod network;
mod recovery;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::factor_map::NodeKind;
use ballast_domain::index::{Ix, NeedIx, NodeIx, SiteIx};
use ballast_domain::{Award, Tender};
use rayon::prelude::*;

use crate::error::StressError;
use crate::reserve::ReservePlan;

pub use adversary::Worst;
pub use cut_off::{CutOff, CutOffReport, cut_off};
pub use network::ValuedAt;
pub use recovery::{Recovery, RecoveryBasis};

use best::Outage;
pub(crate) use cut_off::two_states;
pub(crate) use network::Network;
use ways::Ways;

/// What to work out.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureOptions {
    /// Stated times to recover are multiplied by this.
    pub optimism: f64,
    /// Time to recover where nobody states one, weeks.
    pub assumed_recovery_weeks: f64,
    /// The worst outages of up to so many nodes.
    pub worst_of: usize,
}

impl Default for ExposureOptions {
    fn default() -> Self {
        Self { optimism: 1.0, assumed_recovery_weeks: 18.0, worst_of: 2 }
    }
}

/// What goes unmet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loss {
    /// Money.
    pub money: f64,
    /// Need units by need, in order.
    pub needs: Vec<(NeedIx, f64)>,
    /// Sites where something goes unmet.
    pub sites: Vec<SiteIx>,
    /// Patients who go without, over needs that state patients per unit; `None` if none of them does.
    pub patients: Option<f64>,
}

/// One kind of recourse to the loss of a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Recourse {
    /// Weeks until the first demand goes unmet; infinite if none ever does.
    pub time_to_survive: f64,
    /// Loss if the node is out until it recovers.
    pub loss: Loss,
    /// False where contracts of cells that are not struck were left alone because the program would have been too large: the loss is
    /// then one that can be reached, the best may be lower.
    pub exact: bool,
}

/// What the loss of one node does.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeExposure {
    /// The node.
    pub node: NodeIx,
    /// Its time to recover.
    pub recovery: Recovery,
    /// Spend that it carries, money a year.
    pub spend: f64,
    /// Needs that it carries a part of.
    pub needs: usize,
    /// Sites that it carries a part of.
    pub sites: usize,
    /// Weeks until each need runs short under the fixed award, in order of need.
    pub time_to_survive: Vec<(NeedIx, f64)>,
    /// Everybody else ships what is contracted.
    pub fixed: Recourse,
    /// The best use of everything that could be bought.
    pub best: Recourse,
}

impl NodeExposure {
    /// Weeks by which the node takes longer to recover than the fixed award survives, 0 if it does not.
    pub fn gap_weeks(&self) -> f64 {
        (self.recovery.weeks - self.fixed.time_to_survive).max(0.0)
    }
}

/// The worst outage of so many nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct WorstOutage {
    /// So many nodes at most.
    pub of: usize,
    /// Only nodes of this kind; `None`: any.
    pub kind: Option<NodeKind>,
    /// The outage.
    pub worst: Worst,
    /// What it loses.
    pub loss: Loss,
}

/// The exposure of an award.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureReport {
    /// Nodes that carry some of the award, the largest loss under the fixed award first, then the largest gap.
    pub nodes: Vec<NodeExposure>,
    /// Nodes of the tender that supply and carry nothing of the award.
    pub idle_nodes: usize,
    /// Worst outages, by number of nodes, then kind.
    pub worst: Vec<WorstOutage>,
    /// How units of each need are valued, in order of need.
    pub valued_at: Vec<ValuedAt>,
}

/// Works out the exposure of an award.
///
/// # Errors
/// Options out of range; a linear program without an answer, which no tender brings about.
pub fn exposure(
    tender: &Tender,
    award: &Award,
    plan: Option<&ReservePlan>,
    options: &ExposureOptions,
) -> Result<ExposureReport, StressError> {
    check(options)?;
    let network = Network::new(tender, award, plan);
    let ways = Ways::new(tender, award, &network.demand);
    let headroom: Vec<f64> = tender.policies.iter().map(|p| p.headroom).collect();
    let recovery = recovery::recovery(tender, options.optimism, options.assumed_recovery_weeks);
    let carrying: Vec<NodeIx> =
        tender.factor_map.nodes.indexes().filter(|n| !network.behind[n.ix()].is_empty()).collect();
    // Nodes that take out the same ways for the same time are one question.
    let beside = |n: NodeIx| network.pools.iter().any(|p| p.beside == Some(n)).then_some(n);
    let question = |n: NodeIx| {
        let out: Vec<usize> = (0..ways.list.len()).filter(|w| ways.list[*w].chain.contains(&n)).collect();
        (out, recovery[n.ix()].weeks.to_bits(), beside(n))
    };
    let mut questions = BTreeMap::new();
    let which: Vec<usize> = carrying
        .iter()
        .map(|n| {
            let next = questions.len();
            questions.entry(question(*n)).or_insert((next, *n)).0
        })
        .collect();
    let mut asked: Vec<(usize, NodeIx)> = questions.into_values().collect();
    asked.sort_unstable();
    let answers: Vec<Recourse> = asked
        .par_iter()
        .map(|(_, node)| best(tender, &Outage::new(&network, &ways, &headroom, *node), recovery[node.ix()].weeks))
        .collect::<Result<_, _>>()?;
    let mut nodes: Vec<NodeExposure> = carrying
        .iter()
        .zip(which)
        .map(|(n, q)| of_node(tender, &network, *n, recovery[n.ix()], answers[q].clone()))
        .collect();
    nodes.sort_by(|a, b| {
        let by = |x: &NodeExposure| (x.fixed.loss.money, x.gap_weeks());
        by(b).partial_cmp(&by(a)).unwrap_or(std::cmp::Ordering::Equal).then(a.node.cmp(&b.node))
    });
    let weeks = |n: NodeIx| (n, recovery[n.ix()].weeks);
    let mut worst = Vec::new();
    for of in 1..=options.worst_of {
        let kinds: BTreeSet<NodeKind> = carrying.iter().map(|n| tender.factor_map.nodes[*n].kind).collect();
        for kind in std::iter::once(None).chain(kinds.into_iter().map(Some)) {
            let is = |n: &NodeIx| kind.is_none_or(|k| tender.factor_map.nodes[*n].kind == k);
            let among: Vec<(NodeIx, f64)> = carrying.iter().copied().filter(is).map(weeks).collect();
            if among.len() >= of {
                let found = adversary::worst(&network, &among, of);
                let loss = loss(tender, &network, &found.unmet);
                worst.push(WorstOutage { of, kind, worst: found, loss });
            }
        }
    }
    Ok(ExposureReport {
        idle_nodes: tender.factor_map.nodes.iter().filter(|n| supplies(n.kind)).count() - carrying.len(),
        nodes,
        worst,
        valued_at: network.valued_at,
    })
}

/// Sites and their regions are where supply goes, not where it comes from.
fn supplies(kind: NodeKind) -> bool {
    !matches!(kind, NodeKind::Site | NodeKind::SiteRegion)
}

fn check(options: &ExposureOptions) -> Result<(), StressError> {
    let mut wrong = Vec::new();
    if !(options.optimism.is_finite() && options.optimism >= 1.0) {
        wrong.push(format!(
            "the optimism factor is {}, expected 1 or more (1: times to recover as stated)",
            options.optimism
        ));
    }
    if !(0.0..=520.0).contains(&options.assumed_recovery_weeks) {
        wrong.push(format!("the assumed recovery is {} weeks, expected 0 to 520", options.assumed_recovery_weeks));
    }
    if !(1..=5).contains(&options.worst_of) {
        wrong.push(format!("worst outages of {} nodes were asked for, expected 1 to 5", options.worst_of));
    }
    if wrong.is_empty() { Ok(()) } else { Err(StressError::Options(wrong.join("; "))) }
}

fn best(tender: &Tender, outage: &Outage<'_>, weeks: f64) -> Result<Recourse, StressError> {
    let failed = |e: good_lp::ResolutionError| {
        let node = &tender.factor_map.nodes[outage.node];
        StressError::Program(format!(
            "the best recourse to the loss of {}:{} has no answer: {e}",
            node.kind.word(),
            node.id
        ))
    };
    let at_least = fixed::survival(outage.network, outage.node).iter().map(|s| s.1).fold(f64::INFINITY, f64::min);
    if at_least == f64::INFINITY {
        return Ok(Recourse { time_to_survive: at_least, loss: Loss::default(), exact: true });
    }
    let unmet = match fixed::unmet_of_node(outage.network, outage.node, weeks) {
        none if none.is_empty() => none,
        _ => outage.unmet(weeks).map_err(failed)?,
    };
    let time_to_survive = outage.survival(at_least).map_err(failed)?;
    Ok(Recourse {
        time_to_survive,
        exact: outage.everybody || unmet.is_empty() && time_to_survive == f64::INFINITY,
        loss: loss(tender, outage.network, &unmet),
    })
}

fn of_node(tender: &Tender, network: &Network, node: NodeIx, recovery: Recovery, best: Recourse) -> NodeExposure {
    let flows = || network.behind[node.ix()].iter().map(|f| &network.flows[*f]);
    let survival = fixed::survival(network, node);
    let unmet = fixed::unmet_of_node(network, node, recovery.weeks);
    NodeExposure {
        node,
        recovery,
        spend: flows().map(|f| f.spend).sum(),
        needs: survival.len(),
        sites: flows().map(|f| tender.cells.as_slice()[f.cell].site).collect::<BTreeSet<_>>().len(),
        fixed: Recourse {
            time_to_survive: survival.iter().map(|s| s.1).fold(f64::INFINITY, f64::min),
            loss: loss(tender, network, &unmet),
            exact: true,
        },
        time_to_survive: survival.into_iter().map(|(n, weeks)| (NeedIx::new(n), weeks)).collect(),
        best,
    }
}

fn loss(tender: &Tender, network: &Network, unmet: &[(usize, f64)]) -> Loss {
    let mut needs: BTreeMap<NeedIx, f64> = BTreeMap::new();
    unmet.iter().for_each(|(c, units)| *needs.entry(NeedIx::new(network.need[*c])).or_default() += units);
    let patients: Vec<f64> =
        needs.iter().filter_map(|(n, units)| Some(units * tender.needs[*n].patients_per_unit?.to_f64())).collect();
    Loss {
        money: network.loss(unmet),
        sites: unmet
            .iter()
            .map(|(c, _)| tender.cells.as_slice()[*c].site)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect(),
        patients: (!patients.is_empty()).then(|| patients.iter().sum()),
        needs: needs.into_iter().collect(),
    }
}
