//! What paths are drawn from: a pack compiled against a tender.

use ballast_domain::factor_map::{Node, NodeKind};
use ballast_domain::index::{Ix, NodeIx, ProductIx, SiteIx};
use ballast_domain::pack::{Effect, Pack};
use ballast_domain::{Findings, Tender};

use super::canvas::Canvas;
use super::demand::DemandLaws;
use super::events::draw_event;
use super::law::uniform;
use super::processes::{Driver, Process, Processes};
use super::renewal::{Timeline, outage};
use super::supply_class::{ByNode, Classes};

/// A pack compiled against a tender: draws paths.
#[derive(Debug, Clone)]
pub struct Scenery {
    pub(super) pack: Pack,
    pub(super) processes: Processes,
    pub(super) classes: Classes,
    pub(super) demand: DemandLaws,
    pub(super) cells: usize,
    /// Nodes that some process strikes, with its processes.
    pub(super) struck: Vec<(usize, Vec<usize>)>,
    /// Positions of `struck` that each process strikes.
    pub(super) strikes: Vec<Vec<usize>>,
    /// Plants with stock beside them, with the processes on that plant alone.
    pub(super) beside: Vec<Vec<usize>>,
    /// True if output may rise above normal after an outage.
    pub(super) overshoots: bool,
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
        let processes = Processes::new(tender, pack, seed);
        let mut by_node = ByNode::new();
        for (p, process) in processes.list.iter().enumerate() {
            for &node in &process.nodes {
                by_node.entry(node).or_default().push(p);
            }
        }
        let mut beside = Vec::new();
        let mut place_node = Vec::new();
        for place in &tender.places {
            let node = place.plant.and_then(|p| map.find(NodeKind::Plant, &tender.plants[p].id));
            place_node.push(node.map(|n| {
                let own = by_node.get(&n.ix()).into_iter().flatten().copied();
                beside.push(own.filter(|p| processes.list[*p].effect == Effect::Capacity).collect());
                beside.len() - 1
            }));
        }
        let overshoots = processes.list.iter().any(|p| p.shock.overshoot > 1.0 && p.shock.overshoot_weeks > 0.0);
        let mut strikes = vec![Vec::new(); processes.list.len()];
        for (position, processes) in by_node.values().enumerate() {
            processes.iter().for_each(|p| strikes[*p].push(position));
        }
        Ok(Self {
            pack: pack.clone(),
            strikes,
            classes: Classes::new(tender, &processes.list, &by_node),
            processes,
            demand: DemandLaws::new(tender, pack, seed),
            cells: tender.cells.len(),
            struck: by_node.into_iter().collect(),
            overshoots,
            beside,
            nodes: map.nodes.iter().cloned().collect(),
            place_node,
        })
    }

    /// Steps of the horizon: weeks, or days.
    pub fn weeks(&self) -> usize {
        (self.pack.horizon_weeks * self.per_week()) as usize
    }

    /// Steps in a week.
    pub fn per_week(&self) -> u32 {
        self.pack.step.per_week()
    }

    /// The pack.
    pub fn pack(&self) -> &Pack {
        &self.pack
    }

    /// The supply class of a product on its way to a site.
    pub fn class_at(&self, product: ProductIx, site: SiteIx) -> u32 {
        self.classes.of[self.classes.destination[site.ix()]][product.ix()]
    }

    /// The supply class of a product on the market at large, on its way to the first site of the tender.
    pub fn class_of(&self, product: ProductIx) -> u32 {
        self.classes.of.first().map_or(0, |of| of[product.ix()])
    }

    /// The demand of every path, if it is the same in all.
    pub fn steady_demand(&self) -> Option<&[f64]> {
        (!self.demand.random).then(|| self.demand.surges())
    }

    /// The dock of a site in [`Path::docks`](super::Path::docks), if something can close it.
    pub fn dock_of(&self, site: SiteIx) -> Option<usize> {
        self.classes.dock[site.ix()]
    }

    /// Number of supply classes.
    pub fn classes(&self) -> usize {
        self.classes.mixes.len()
    }

    /// Number of docks.
    pub fn docks(&self) -> usize {
        self.classes.docks.len()
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
        let end = f64::from(self.pack.horizon_weeks);
        let factors: Vec<_> = self.processes.couplings.iter().map(|c| c.factor(replication)).collect();
        let mut begins: Vec<Option<f64>> = vec![None; self.pack.events.len()];
        let Canvas { first, stream: rng, .. } = canvas;
        first.draw(replication);
        for (p, (process, trajectory)) in self.processes.list.iter().zip(&mut canvas.trajectories).enumerate() {
            first.begin(p, rng);
            match process.driver {
                Driver::Hazard(h) => {
                    let frame = &self.processes.frames[h];
                    let [up, down] = frame.coupled.map(|c| c.map(|c| factors[c]));
                    let timeline = Timeline {
                        hazard: &self.pack.hazards[h],
                        up_after_outage: &frame.up_after_outage,
                        initial: self.pack.initial,
                        season: frame.season.as_ref(),
                        up,
                        down,
                    };
                    let mut own = process.strikes.map(|(chance, key)| (chance, key.stream(replication)));
                    let strikes = || own.as_mut().is_none_or(|(chance, rng)| uniform(rng) < *chance);
                    timeline.draw(end, rng, strikes, trajectory);
                }
                Driver::Event(e) => {
                    let event = &self.pack.events[e];
                    let before =
                        |id: &String| self.pack.events.iter().position(|x| x.id == *id).and_then(|i| begins[i]);
                    let from = match &event.after {
                        None => Some(0.0),
                        Some(id) => before(id).map(|begin| if event.from_after { begin } else { 0.0 }),
                    };
                    let factor = self.processes.strikes[e].map(|c| factors[c]);
                    begins[e] = draw_event(event, from, factor, rng, trajectory);
                }
            }
        }
        canvas.finish(self);
        if self.demand.random {
            self.demand.draw(replication, &mut canvas.stream, &mut canvas.path.demand);
        }
    }

    /// The path on which exactly these outages happen, demand being its mean (with surges).
    ///
    /// # Errors
    /// A spell whose hazard or node the pack does not have.
    pub fn scripted(&self, spells: &[Spell<'_>], canvas: &mut Canvas) -> Result<(), String> {
        canvas.trajectories.iter_mut().for_each(super::trajectory::Trajectory::clear);
        for spell in spells {
            let fits = |p: &Process| match p.driver {
                Driver::Hazard(h) => {
                    self.pack.hazards[h].id == spell.hazard && p.nodes.iter().any(|n| self.nodes[*n].id == spell.node)
                }
                Driver::Event(_) => false,
            };
            let found = self.processes.list.iter().position(fits);
            let p =
                found.ok_or_else(|| format!("the pack has no hazard `{}` at node `{}`", spell.hazard, spell.node))?;
            if let Driver::Hazard(h) = self.processes.list[p].driver {
                let hazard = &self.pack.hazards[h];
                let times = (spell.from_week, spell.to_week);
                outage(hazard.capacity, &hazard.recovery, times, &mut canvas.trajectories[p]);
            }
        }
        canvas.finish(self);
        canvas.path.demand.copy_from_slice(self.demand.surges());
        Ok(())
    }
}
