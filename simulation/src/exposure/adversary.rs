//! The worst outage of k nodes for this award, all from the first day, each until it recovers, the award fixed.
//!
//! A flow is cut for the longest recovery among the struck nodes behind it, so with g_c(K) the units lost in cell c the loss is
//! f(K) = Σ_n v_n (Σ_c (g_c(K) − I_c)⁺ − P_n)⁺. It only grows with K, so nodes whose cuts another node contains are left out.
//!
//! Up to 20,000 sets are looked at one by one. Beyond that branch and bound: g_c is submodular and (·)⁺ convex, so for a chosen S
//! and m more nodes j, with e_c = I_c − g_c(S) and h_c(j) = g_c(S ∪ j) − g_c(S),
//!
//! f(S ∪ J) ≤ Σ_c v_n (−e_c)⁺ + Σ_{j ∈ J} Σ_c v_n (h_c(j) − e_c⁺ ÷ m)⁺
//!
//! (pools left out), of which the m largest terms are a bound. The search ends after a fixed number of sets and then says what
//! bound is proven.

use ballast_domain::index::{Ix, NodeIx};

use super::fixed::unmet;
use super::network::Network;

/// Sets that are simply enumerated.
const FEW: u64 = 20_000;
/// Sets that a search looks at, at most.
const MOST: u64 = 400_000;

/// The worst outage of some nodes.
#[derive(Debug, Clone, PartialEq)]
pub struct Worst {
    /// The nodes, in order; fewer than asked for where more make nothing worse.
    pub nodes: Vec<NodeIx>,
    /// Loss, money.
    pub loss: f64,
    /// No set of so many nodes loses more than this.
    pub bound: f64,
    /// Unmet need units by cell.
    pub unmet: Vec<(usize, f64)>,
    /// Sets looked at.
    pub looked_at: u64,
}

struct Search<'a> {
    network: &'a Network,
    /// Candidates and the recovery of each, weeks.
    nodes: &'a [(NodeIx, f64)],
    /// Flows of each candidate.
    cuts: Vec<&'a [usize]>,
    best: (f64, Vec<usize>),
    looked_at: u64,
    most: u64,
    /// Largest bound of what was not searched.
    open: f64,
}

/// The worst set of `k` among these nodes with their recoveries.
pub(super) fn worst(network: &Network, nodes: &[(NodeIx, f64)], k: usize) -> Worst {
    worst_within(network, nodes, k, (FEW, MOST))
}

fn worst_within(network: &Network, nodes: &[(NodeIx, f64)], k: usize, (few, most): (u64, u64)) -> Worst {
    let nodes = undominated(network, nodes);
    let k = k.min(nodes.len());
    let cuts = nodes.iter().map(|(n, _)| network.behind[n.ix()].as_slice()).collect();
    let mut search =
        Search { network, nodes: &nodes, cuts, best: (0.0, Vec::new()), looked_at: 0, most, open: f64::NEG_INFINITY };
    if sets(nodes.len() as u64, k as u64) <= few {
        search.enumerate(&mut Vec::new(), 0, k);
    } else {
        // A good set first: add what makes the most, one by one.
        let mut greedy = Vec::new();
        for _ in 0..k {
            let with = |j: &usize| search.network.loss(&search.unmet(&greedy, Some(*j)));
            let next = (0..nodes.len()).filter(|j| !greedy.contains(j)).max_by(|a, b| with(a).total_cmp(&with(b)));
            greedy.extend(next);
        }
        search.try_set(&greedy);
        let mut gaps = vec![0.0; network.flows.len()];
        search.branch(&mut Vec::new(), &mut gaps, &(0..nodes.len()).collect::<Vec<usize>>(), k);
    }
    let (loss, mut chosen) = search.best.clone();
    chosen.sort_unstable();
    let unmet = search.unmet(&chosen, None);
    // Nodes that add nothing are not named.
    for i in (0..chosen.len()).rev() {
        let mut fewer = chosen.clone();
        fewer.remove(i);
        if network.loss(&search.unmet(&fewer, None)) >= loss * (1.0 - 1e-12) {
            chosen = fewer;
        }
    }
    Worst {
        nodes: chosen.iter().map(|i| nodes[*i].0).collect(),
        loss,
        bound: search.open.max(loss),
        unmet,
        looked_at: search.looked_at,
    }
}

fn sets(n: u64, k: u64) -> u64 {
    (0..k).fold(1u64, |sets, i| sets.saturating_mul(n - i) / (i + 1))
}

/// Drops nodes that another one contains: all its flows, for at least as long, and every pool beside it.
fn undominated(network: &Network, nodes: &[(NodeIx, f64)]) -> Vec<(NodeIx, f64)> {
    let beside = |n: NodeIx| network.pools.iter().any(|p| p.beside == Some(n));
    let contains = |(a, wa): (NodeIx, f64), (b, wb): (NodeIx, f64)| {
        let (fa, fb) = (&network.behind[a.ix()], &network.behind[b.ix()]);
        wa >= wb && !beside(b) && fb.iter().all(|f| fa.binary_search(f).is_ok())
    };
    let kept = |(i, x): (usize, &(NodeIx, f64))| {
        let dominated =
            |(j, y): (usize, &(NodeIx, f64))| j != i && contains(*y, *x) && (!contains(*x, *y) || beside(y.0) || j < i);
        !network.behind[x.0.ix()].is_empty() && !nodes.iter().enumerate().any(dominated)
    };
    nodes.iter().enumerate().filter(|e| kept(*e)).map(|e| *e.1).collect()
}

impl Search<'_> {
    fn unmet(&self, chosen: &[usize], more: Option<usize>) -> Vec<(usize, f64)> {
        let mut gaps = std::collections::BTreeMap::new();
        for &i in chosen.iter().chain(more.as_ref()) {
            for f in self.cuts[i] {
                let slot = gaps.entry(*f).or_insert(0.0f64);
                *slot = slot.max(self.nodes[i].1);
            }
        }
        let struck = |n: NodeIx| chosen.iter().chain(more.as_ref()).any(|i| self.nodes[*i].0 == n);
        unmet(self.network, gaps.into_iter(), struck)
    }

    fn try_set(&mut self, chosen: &[usize]) {
        self.looked_at += 1;
        let loss = self.network.loss(&self.unmet(chosen, None));
        if loss > self.best.0 {
            self.best = (loss, chosen.to_vec());
        }
    }

    fn enumerate(&mut self, chosen: &mut Vec<usize>, from: usize, more: usize) {
        if more == 0 {
            return self.try_set(chosen);
        }
        for i in from..=self.nodes.len() - more {
            chosen.push(i);
            self.enumerate(chosen, i + 1, more - 1);
            chosen.pop();
        }
    }

    /// Looks at all sets that extend `chosen` by `more` of the `allowed` nodes; `gaps` are the cuts so far, weeks by flow.
    fn branch(&mut self, chosen: &mut Vec<usize>, gaps: &mut [f64], allowed: &[usize], more: usize) {
        if more == 0 {
            return self.try_set(chosen);
        }
        let (base, mut gains) = self.bounds(gaps, allowed, more);
        gains.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        // In order of gain: what stands before in the list was a branch of its own.
        for at in 0..=gains.len() - more {
            let bound = base + gains[at..].iter().take(more).map(|g| g.1).sum::<f64>();
            if bound <= self.best.0 * (1.0 + 1e-9) {
                return;
            }
            if self.looked_at >= self.most {
                self.open = self.open.max(bound);
                return;
            }
            self.looked_at += 1;
            let (j, later) = (gains[at].0, gains[at + 1..].iter().map(|g| g.0).collect::<Vec<usize>>());
            let before: Vec<(usize, f64)> = self.cuts[j].iter().map(|f| (*f, gaps[*f])).collect();
            self.cuts[j].iter().for_each(|f| gaps[*f] = gaps[*f].max(self.nodes[j].1));
            chosen.push(j);
            self.branch(chosen, gaps, &later, more - 1);
            chosen.pop();
            before.into_iter().for_each(|(f, gap)| gaps[f] = gap);
        }
    }

    /// The bound of the sets chosen so far, and what each further node adds to it at most.
    fn bounds(&self, gaps: &[f64], allowed: &[usize], more: usize) -> (f64, Vec<(usize, f64)>) {
        let network = self.network;
        let mut left = network.stock.clone();
        for (flow, gap) in network.flows.iter().zip(gaps) {
            left[flow.cell] -= flow.weekly * gap;
        }
        let value = |c: usize| network.value[network.need[c]];
        let base = left.iter().enumerate().map(|(c, e)| value(c) * (-e).max(0.0)).sum();
        let gain = |j: usize| {
            let mut adds: std::collections::BTreeMap<usize, f64> = std::collections::BTreeMap::new();
            for &f in self.cuts[j] {
                let flow = &network.flows[f];
                *adds.entry(flow.cell).or_default() += flow.weekly * (self.nodes[j].1 - gaps[f]).max(0.0);
            }
            let part = |(c, add): (&usize, &f64)| value(*c) * (add - left[*c].max(0.0) / more as f64).max(0.0);
            (j, adds.iter().map(part).sum::<f64>())
        };
        (base, allowed.iter().map(|j| gain(*j)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::network::{Flow, Pool};
    use super::*;

    /// A network from a few numbers: 6 cells of 3 needs, 9 nodes, each flow behind two of them.
    fn network(seed: u64) -> (Network, Vec<(NodeIx, f64)>) {
        let mut state = seed;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let flows: Vec<Flow> = (0..24)
            .map(|f| {
                let chain = vec![NodeIx::new(next(9) as usize), NodeIx::new(next(9) as usize)];
                Flow { cell: f % 6, weekly: 1.0 + next(9) as f64, lead: 0.0, spend: 0.0, chain }
            })
            .collect();
        let mut behind = vec![Vec::new(); 9];
        for (f, flow) in flows.iter().enumerate() {
            for n in &flow.chain {
                if behind[n.ix()].last() != Some(&f) {
                    behind[n.ix()].push(f);
                }
            }
        }
        let demand = (0..6).map(|c| flows.iter().filter(|f| f.cell == c).map(|f| f.weekly).sum()).collect();
        let pools = vec![Pool { need: 1, units: next(60) as f64, beside: Some(NodeIx::new(next(9) as usize)) }];
        let network = Network {
            need: vec![0, 0, 1, 1, 2, 2],
            demand,
            stock: (0..6).map(|_| next(300) as f64).collect(),
            flows,
            behind,
            pools,
            value: vec![3.0, 1.0, 2.0],
            valued_at: vec![],
        };
        let nodes = (0..9).map(|n| (NodeIx::new(n), 4.0 + next(20) as f64)).collect();
        (network, nodes)
    }

    #[test]
    fn branch_and_bound_finds_what_enumeration_finds() {
        let mut distinct = std::collections::BTreeSet::new();
        for seed in 0..60 {
            let (network, nodes) = network(seed);
            for k in 1..=4 {
                let all = worst_within(&network, &nodes, k, (u64::MAX, 0));
                let searched = worst_within(&network, &nodes, k, (0, MOST));
                assert!((all.loss - searched.loss).abs() < 1e-9 * (1.0 + all.loss), "seed {seed}, k {k}");
                assert!(searched.bound <= searched.loss * (1.0 + 1e-9), "seed {seed}, k {k}: proven");
                distinct.insert(all.nodes.clone());
            }
        }
        assert!(distinct.len() > 60, "the trials are not all alike");
    }

    #[test]
    fn a_search_that_is_cut_short_states_a_bound_that_holds() {
        let (mut open, mut looked) = (0, 0);
        for seed in 0..60 {
            let (network, nodes) = network(seed);
            let all = worst_within(&network, &nodes, 4, (u64::MAX, 0));
            let short = worst_within(&network, &nodes, 4, (0, 3));
            assert!(short.loss <= all.loss * (1.0 + 1e-12) && all.loss <= short.bound * (1.0 + 1e-12), "seed {seed}");
            open += usize::from(short.bound > short.loss);
            looked += 1;
        }
        assert!(open * 4 > looked, "{open} of {looked} searches were left open");
    }
}
