//! What paths are drawn from: a pack compiled against a tender. Products whose branches meet the same processes share
//! one *supply class*, so that a week's capacity is worked out once for all of them.

use std::collections::BTreeMap;

use ballast_domain::factor_map::{Node, NodeKind};
use ballast_domain::index::{Ix, NodeIx, ProductIx};
use ballast_domain::pack::Pack;
use ballast_domain::{Findings, Tender};

use super::canvas::Canvas;
use super::demand::DemandLaw;
use super::processes::{Driver, Process, processes};
use super::renewal::{draw_event, draw_hazard, outage};

/// The processes that limit a chain of serial nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Chain {
    /// Positions of processes whose goods are lost.
    pub lost: Vec<usize>,
    /// Positions of processes whose goods are late.
    pub late: Vec<usize>,
}

/// A pack compiled against a tender: draws paths.
#[derive(Debug, Clone)]
pub struct Scenery {
    pub(super) pack: Pack,
    pub(super) processes: Vec<Process>,
    /// Unique chains; the first meets no process.
    pub(super) chains: Vec<Chain>,
    /// Unique mixes of chains with their split; the first is the first chain alone.
    pub(super) classes: Vec<Vec<(usize, f64)>>,
    pub(super) demand: DemandLaw,
    pub(super) cells: usize,
    /// Nodes that some process strikes, with its processes.
    pub(super) struck: Vec<(usize, Vec<usize>)>,
    /// Plants with stock beside them, with the processes on that plant alone.
    pub(super) beside: Vec<Vec<usize>>,
    class_of: Vec<u32>,
    nodes: Vec<Node>,
    /// Which of `beside` each place of the tender stands beside.
    place_node: Vec<Option<usize>>,
}

/// A stated outage of one hazard at one node, without its ramp.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell<'a> {
    /// Id of the hazard.
    pub hazard: &'a str,
    /// Id of the node; for a hazard with `common`, any of its nodes.
    pub node: &'a str,
    /// Begin, weeks from the start of the horizon.
    pub from_week: f64,
    /// End, weeks.
    pub to_week: f64,
}

impl Scenery {
    /// Compiles a pack.
    ///
    /// # Errors
    /// Everything in the pack that does not fit the tender.
    pub fn new(tender: &Tender, pack: &Pack, seed: u64) -> Result<Self, Findings> {
        let findings = super::check(tender, pack);
        if findings.has_errors() {
            return Err(findings);
        }
        let map = &tender.factor_map;
        let processes = processes(map, pack, seed);
        let mut by_node: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (p, process) in processes.iter().enumerate() {
            for &node in &process.nodes {
                by_node.entry(node).or_default().push(p);
            }
        }
        let mut chains = Numbered::starting_with(Chain::default());
        let mut classes = Numbered::starting_with(vec![(0, 1.0_f64.to_bits())]);
        let mut class_of = Vec::with_capacity(map.branches.len());
        for branches in map.branches.iter() {
            let mut mix: BTreeMap<usize, f64> = BTreeMap::new();
            for branch in branches {
                let mut met: Vec<usize> =
                    branch.chain.iter().flat_map(|n| by_node.get(&n.ix()).into_iter().flatten()).copied().collect();
                met.sort_unstable();
                met.dedup();
                let (late, lost) = met.into_iter().partition(|p| processes[*p].delay);
                *mix.entry(chains.number(Chain { lost, late })).or_default() += branch.split;
            }
            let single = mix.len() == 1;
            let mix =
                mix.into_iter().map(|(chain, split)| (chain, if single { 1.0 } else { split }.to_bits())).collect();
            class_of.push(u32::try_from(classes.number(mix)).unwrap_or(u32::MAX));
        }
        let plant_node = |id: &str| map.nodes.iter().position(|n| n.kind == NodeKind::Plant && n.id == id);
        let mut beside = Vec::new();
        let mut place_node = Vec::new();
        for place in &tender.places {
            let node = place.plant.and_then(|p| plant_node(&tender.plants[p].id));
            place_node.push(node.map(|n| {
                let own = by_node.get(&n).into_iter().flatten().copied().filter(|p| !processes[*p].delay);
                beside.push(own.collect());
                beside.len() - 1
            }));
        }
        Ok(Self {
            pack: pack.clone(),
            processes,
            chains: chains.list,
            classes: classes
                .list
                .into_iter()
                .map(|mix| mix.into_iter().map(|(c, s)| (c, f64::from_bits(s))).collect())
                .collect(),
            demand: DemandLaw::new(tender, pack, seed),
            cells: tender.cells.len(),
            struck: by_node.into_iter().collect(),
            beside,
            class_of,
            nodes: map.nodes.iter().cloned().collect(),
            place_node,
        })
    }

    /// Weeks of the horizon.
    pub fn weeks(&self) -> usize {
        self.pack.horizon_weeks as usize
    }

    /// The pack.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// The supply class of a product.
    pub fn class_of(&self, product: ProductIx) -> u32 {
        self.class_of[product.ix()]
    }

    /// Row of [`Path::stopped`](super::Path::stopped) of a place of the tender, if stock there can be lost with a plant.
    pub fn row_of_place(&self, place: usize) -> Option<usize> {
        self.place_node[place]
    }

    /// The nodes of [`Path::down`](super::Path::down), in that order.
    pub fn struck_nodes(&self) -> impl ExactSizeIterator<Item = (NodeIx, &Node)> {
        self.struck.iter().map(|(n, _)| (NodeIx::new(*n), &self.nodes[*n]))
    }

    /// Draws one replication.
    pub fn draw(&self, replication: u64, canvas: &mut Canvas) {
        let end = self.weeks() as f64;
        let mut happened = vec![false; self.pack.events.len()];
        for (process, trajectory) in self.processes.iter().zip(&mut canvas.trajectories) {
            let mut rng = process.key.stream(replication);
            match process.driver {
                Driver::Hazard(h) => draw_hazard(&self.pack.hazards[h], self.pack.initial, end, &mut rng, trajectory),
                Driver::Event(e) => {
                    let event = &self.pack.events[e];
                    let before =
                        |id: &String| self.pack.events.iter().position(|x| x.id == *id).is_some_and(|i| happened[i]);
                    let may = event.after.as_ref().is_none_or(before);
                    happened[e] = draw_event(event, may, &mut rng, trajectory);
                }
            }
        }
        canvas.finish(self);
        if self.demand.random {
            self.demand.draw(replication, &mut canvas.path.demand);
        }
    }

    /// The path on which exactly these outages happen, demand being its mean (with surges).
    ///
    /// # Errors
    /// A spell whose hazard or node the pack does not have.
    pub fn scripted(&self, spells: &[Spell<'_>], canvas: &mut Canvas) -> Result<(), String> {
        canvas.trajectories.iter_mut().for_each(|t| t.pieces.clear());
        for spell in spells {
            let fits = |p: &Process| match p.driver {
                Driver::Hazard(h) => {
                    self.pack.hazards[h].id == spell.hazard && p.nodes.iter().any(|n| self.nodes[*n].id == spell.node)
                }
                Driver::Event(_) => false,
            };
            let found = self.processes.iter().position(fits);
            let p =
                found.ok_or_else(|| format!("the pack has no hazard `{}` at node `{}`", spell.hazard, spell.node))?;
            if let Driver::Hazard(h) = self.processes[p].driver {
                outage(&self.pack.hazards[h], spell.from_week, spell.to_week, &mut canvas.trajectories[p]);
            }
        }
        canvas.finish(self);
        canvas.path.demand.copy_from_slice(self.demand.surges());
        Ok(())
    }
}

/// Unique values in order of first appearance.
struct Numbered<T> {
    list: Vec<T>,
    index: BTreeMap<T, usize>,
}

impl<T: Ord + Clone> Numbered<T> {
    fn starting_with(first: T) -> Self {
        Self { list: vec![first.clone()], index: BTreeMap::from([(first, 0)]) }
    }

    fn number(&mut self, value: T) -> usize {
        if let Some(i) = self.index.get(&value) {
            return *i;
        }
        self.list.push(value.clone());
        self.index.insert(value, self.list.len() - 1);
        self.list.len() - 1
    }
}
