//! Recourse by the fixed award: whoever is not struck ships its contract volume, no more.
//!
//! A flow of r need units a week with lead time L that is cut from 0 to T leaves a gap in arrivals from L to L + T. Nothing
//! arrives beyond the contract, so stock never refills before all is over, and what a cell lacks up to time t is
//!
//! Δ_c(t) = Σ_flows r · min((t − L)⁺, T).
//!
//! Unmet demand of a need is (Σ_c (Δ_c(∞) − I_c)⁺ − P)⁺ with I_c the stock of the cell and P what is pooled. If the node never
//! comes back, the first unmet demand of the need falls at the end of the last t with Σ_c (Δ_c(t) − I_c)⁺ ≤ P: the time to
//! survive.

use ballast_domain::index::{Ix, NodeIx};

use super::network::{DUST, Network};

/// Time to survive of each need that a node carries; needs that it does not carry are left out. Infinite where what
/// falls out is dust.
pub(super) fn survival(network: &Network, node: NodeIx) -> Vec<(usize, f64)> {
    let mut needs: Vec<usize> =
        network.behind[node.ix()].iter().map(|f| network.need[network.flows[*f].cell]).collect();
    needs.sort_unstable();
    needs.dedup();
    needs.into_iter().map(|n| (n, of_need(network, node, n))).collect()
}

/// (lead, rate) of each flow that is cut, by cell.
fn cut(network: &Network, node: NodeIx, need: usize) -> Vec<(f64, Vec<(f64, f64)>)> {
    let mut cells: std::collections::BTreeMap<usize, Vec<(f64, f64)>> = std::collections::BTreeMap::new();
    for flow in network.behind[node.ix()].iter().map(|f| &network.flows[*f]) {
        if network.need[flow.cell] == need && flow.weekly > DUST * network.demand[flow.cell] {
            cells.entry(flow.cell).or_default().push((flow.lead, flow.weekly));
        }
    }
    cells.into_iter().map(|(c, flows)| (network.stock[c], flows)).collect()
}

/// What a cell lacks at a time, if the node stays out.
fn lacks(flows: &[(f64, f64)], t: f64) -> f64 {
    flows.iter().map(|(lead, rate)| rate * (t - lead).max(0.0)).sum()
}

/// When a cell's stock is used up.
fn runs_out(stock: f64, flows: &[(f64, f64)]) -> f64 {
    let mut leads: Vec<f64> = flows.iter().map(|f| f.0).collect();
    leads.sort_by(f64::total_cmp);
    // The last break at which stock still lasts; from there on the drain is even.
    let from = leads.into_iter().rfind(|t| lacks(flows, *t) <= stock).unwrap_or(0.0);
    let rate: f64 = flows.iter().filter(|f| f.0 <= from).map(|f| f.1).sum();
    from + (stock - lacks(flows, from)) / rate
}

fn of_need(network: &Network, node: NodeIx, need: usize) -> f64 {
    let cells = cut(network, node, need);
    let pool = network.pooled(need, |n| n == node);
    let short = |t: f64| cells.iter().map(|(stock, flows)| (lacks(flows, t) - stock).max(0.0)).sum::<f64>();
    let mut breaks: Vec<f64> = cells.iter().map(|(stock, flows)| runs_out(*stock, flows)).collect();
    breaks.extend(cells.iter().flat_map(|(_, flows)| flows.iter().map(|f| f.0)));
    breaks.sort_by(f64::total_cmp);
    let tiny = 1e-12 * (1.0 + pool);
    let Some(from) = breaks.iter().copied().rfind(|t| short(*t) <= pool + tiny) else { return f64::INFINITY };
    // One week further on, or at the next break, the need is short of more than the pool has; between, it is a line.
    let to = breaks.iter().copied().find(|t| *t > from).unwrap_or(from + 1.0);
    let slope = (short(to) - short(from)) / (to - from);
    if slope > 0.0 { from + (pool - short(from)).max(0.0) / slope } else { f64::INFINITY }
}

/// Unmet need units by cell when these flows are cut for so many weeks, and `struck` nodes fail.
pub(super) fn unmet(
    network: &Network,
    cut: impl Iterator<Item = (usize, f64)>,
    struck: impl Fn(NodeIx) -> bool,
) -> Vec<(usize, f64)> {
    let mut lost = vec![0.0; network.demand.len()];
    for (flow, weeks) in cut {
        lost[network.flows[flow].cell] += network.flows[flow].weekly * weeks;
    }
    let mut short: Vec<(usize, f64)> = lost
        .into_iter()
        .enumerate()
        .map(|(c, lost)| (c, lost - network.stock[c]))
        .filter(|(c, short)| *short > DUST * network.demand[*c])
        .collect();
    let mut by_need = vec![0.0; network.value.len()];
    short.iter().for_each(|(c, units)| by_need[network.need[*c]] += units);
    if !network.pools.is_empty() {
        // A pool is shared in proportion to what is missing.
        let left: Vec<f64> = (0..by_need.len())
            .map(|n| if by_need[n] > 0.0 { (1.0 - network.pooled(n, &struck) / by_need[n]).max(0.0) } else { 0.0 })
            .collect();
        short.iter_mut().for_each(|(c, units)| *units *= left[network.need[*c]]);
        short.retain(|(_, units)| *units > 0.0);
    }
    short
}

/// The same for one node that is out for so many weeks.
pub(super) fn unmet_of_node(network: &Network, node: NodeIx, weeks: f64) -> Vec<(usize, f64)> {
    unmet(network, network.behind[node.ix()].iter().map(|f| (*f, weeks)), |n| n == node)
}
