//! Products whose branches meet the same processes on the way to a site share one *supply class*, so that a step's
//! capacity is worked out once for all of them. Sites that no process tells apart are one *destination*.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::factor_map::{FactorMap, NodeKind};
use ballast_domain::index::{Ix, NodeIx, ProductIx};
use ballast_domain::pack::{Effect, Shock};

use super::processes::Process;

/// The processes that limit a chain of serial nodes, by what they limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Chain {
    /// Positions of processes whose goods are lost.
    pub lost: Vec<usize>,
    /// Goods are late.
    pub late: Vec<usize>,
    /// Orders are refused.
    pub refused: Vec<usize>,
    /// Goods on the way stand still.
    pub still: Vec<usize>,
    /// Processes of any of them that do more than that.
    pub shocked: Vec<usize>,
}

/// The classes of a tender under a pack.
#[derive(Debug, Clone)]
pub struct Classes {
    /// Unique chains; the first meets no process.
    pub chains: Vec<Chain>,
    /// Unique mixes of chains with their split; the first is the first chain alone.
    pub mixes: Vec<Vec<(usize, f64)>>,
    /// `[destination][product]`.
    pub of: Vec<Vec<u32>>,
    /// Destination of each site.
    pub destination: Vec<usize>,
    /// Processes on each dock: what keeps sites from taking in goods.
    pub docks: Vec<Vec<usize>>,
    /// Dock of each site, if something can close it.
    pub dock: Vec<Option<usize>>,
    /// Chains that lose goods to each process, and mixes of each chain.
    pub loses: Vec<Vec<usize>>,
    pub mixed: Vec<Vec<usize>>,
}

/// A site as far as processes tell it apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Destination {
    region: String,
    country: String,
    /// Nodes of the site itself and its region.
    nodes: Vec<usize>,
}

/// Which processes strike each node.
pub type ByNode = BTreeMap<usize, Vec<usize>>;

impl Classes {
    /// Sorts products and sites.
    pub fn new(tender: &Tender, processes: &[Process], by_node: &ByNode) -> Self {
        let map = &tender.factor_map;
        let struck = |kind: NodeKind| by_node.keys().any(|n| map.nodes[NodeIx::new(*n)].kind == kind);
        let (lanes, exports) = (struck(NodeKind::Lane), processes.iter().any(|p| p.effect == Effect::Export));
        let mut destinations = Numbered::default();
        let mut docks = Numbered::default();
        let (mut destination, mut dock) = (Vec::new(), Vec::new());
        for site in tender.sites.iter() {
            let own = [map.find(NodeKind::Site, &site.id), map.find(NodeKind::SiteRegion, &site.site_region)];
            let nodes: Vec<usize> = own.into_iter().flatten().map(Ix::ix).filter(|n| by_node.contains_key(n)).collect();
            let (receive, ship): (Vec<usize>, Vec<usize>) =
                nodes.iter().flat_map(|n| &by_node[n]).partition(|p| processes[**p].effect == Effect::Receive);
            dock.push((!receive.is_empty()).then(|| docks.number(receive)));
            destination.push(destinations.number(Destination {
                region: if lanes { site.site_region.clone() } else { String::new() },
                country: if exports { site.country.clone() } else { String::new() },
                nodes: if ship.is_empty() { Vec::new() } else { nodes },
            }));
        }
        let mut chains = Numbered::default();
        chains.number(Chain::default());
        let mut mixes: Numbered<Vec<(usize, u64)>> = Numbered::default();
        mixes.number(vec![(0, 1.0_f64.to_bits())]);
        let of = destinations
            .list
            .iter()
            .map(|to| {
                let class = |product: ProductIx| {
                    let mut mix: BTreeMap<usize, f64> = BTreeMap::new();
                    for branch in &map.branches[product] {
                        let plant = branch.plant.map(|p| &tender.plants[p]);
                        let country = plant.and_then(|p| p.country.as_ref());
                        let origin = plant.and_then(|p| p.plant_region.as_ref()).filter(|_| lanes);
                        let lane = origin.and_then(|o| map.find(NodeKind::Lane, &FactorMap::lane(o, &to.region)));
                        let nodes = branch.chain.iter().map(|n| n.ix()).chain(lane.map(Ix::ix));
                        let nodes = nodes.chain(to.nodes.iter().copied());
                        let at_home = |p: &usize| {
                            processes[*p].effect == Effect::Export && country.is_some_and(|c| *c == to.country)
                        };
                        let mut met: Vec<usize> =
                            nodes.flat_map(|n| by_node.get(&n).into_iter().flatten()).copied().collect();
                        met.retain(|p| !at_home(p));
                        met.sort_unstable();
                        met.dedup();
                        *mix.entry(chains.number(chain(&met, processes))).or_default() += branch.split;
                    }
                    let single = mix.len() == 1;
                    let mix = mix.into_iter().map(|(c, split)| (c, if single { 1.0 } else { split }.to_bits()));
                    u32::try_from(mixes.number(mix.collect())).unwrap_or(u32::MAX)
                };
                tender.products.indexes().map(class).collect()
            })
            .collect();
        let plain = |mix: Vec<(usize, u64)>| mix.into_iter().map(|(c, s)| (c, f64::from_bits(s))).collect();
        let (mut loses, mut mixed) = (vec![Vec::new(); processes.len()], vec![Vec::new(); chains.list.len()]);
        for (c, chain) in chains.list.iter().enumerate() {
            chain.lost.iter().for_each(|p| loses[*p].push(c));
        }
        for (m, mix) in mixes.list.iter().enumerate() {
            mix.iter().for_each(|(chain, _)| mixed[*chain].push(m));
        }
        Self {
            loses,
            mixed,
            chains: chains.list,
            mixes: mixes.list.into_iter().map(plain).collect(),
            of,
            destination,
            docks: docks.list,
            dock,
        }
    }
}

/// Processes by what they limit.
fn chain(met: &[usize], processes: &[Process]) -> Chain {
    let of = |effects: &[Effect]| met.iter().copied().filter(|p| effects.contains(&processes[*p].effect)).collect();
    Chain {
        lost: of(&[Effect::Capacity, Effect::Export]),
        late: of(&[Effect::Delay]),
        refused: of(&[Effect::Order]),
        still: of(&[Effect::Transit]),
        shocked: met.iter().copied().filter(|p| processes[*p].shock != Shock::default()).collect(),
    }
}

/// Unique values in order of first appearance.
struct Numbered<T> {
    list: Vec<T>,
    index: BTreeMap<T, usize>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { list: Vec::new(), index: BTreeMap::new() }
    }
}

impl<T: Ord + Clone> Numbered<T> {
    fn number(&mut self, value: T) -> usize {
        if let Some(i) = self.index.get(&value) {
            return *i;
        }
        self.list.push(value.clone());
        self.index.insert(value, self.list.len() - 1);
        self.list.len() - 1
    }
}
