//! The random processes of a pack: one for each hazard and node, one for a hazard that strikes all its nodes together,
//! one for each event. A common hazard that strikes each node with a chance has one process per node, all with the same times.

use ballast_domain::Tender;
use ballast_domain::factor_map::FactorMap;
use ballast_domain::index::{Ix, NodeIx};
use ballast_domain::pack::{Coupled, Effect, Hazard, Law, NodeSelector, Pack, Shock};

use super::copula::Coupling;
use super::renewal::up_after_outage;
use super::season::Season;
use super::stream::{Key, Purpose};

/// What drives a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// The hazard at this position of the pack.
    Hazard(usize),
    /// The event at this position of the pack.
    Event(usize),
}

/// One process.
#[derive(Debug, Clone)]
pub struct Process {
    /// What drives it.
    pub driver: Driver,
    /// Address of its stream.
    pub key: Key,
    /// Chance that an outage of these times strikes here, and the address of the stream that decides.
    pub strikes: Option<(f64, Key)>,
    /// The nodes it strikes, in order of index.
    pub nodes: Vec<usize>,
    /// What its level limits.
    pub effect: Effect,
    /// What else it does.
    pub shock: Shock,
}

/// What a hazard needs beside its own figures.
#[derive(Debug, Clone)]
pub struct HazardFrame {
    /// Law of the up time after an outage.
    pub up_after_outage: Law,
    /// Its season.
    pub season: Option<Season>,
    /// Position of the copula that couples up times, and of the one that couples outages.
    pub coupled: [Option<usize>; 2],
}

/// Everything a pack draws from, apart from demand.
#[derive(Debug, Clone)]
pub struct Processes {
    /// Hazards in order of the pack, their nodes in order of the factor map, then events.
    pub list: Vec<Process>,
    /// By hazard.
    pub frames: Vec<HazardFrame>,
    /// By event: position of the copula that couples whether it happens.
    pub strikes: Vec<Option<usize>>,
    /// The copulas.
    pub couplings: Vec<Coupling>,
}

/// Text id of a node in a stream's address.
pub fn text_id(map: &FactorMap, node: usize) -> String {
    let node = &map.nodes[NodeIx::new(node)];
    format!("{}:{}", node.kind.word(), node.id)
}

fn selected(map: &FactorMap, selectors: &[NodeSelector]) -> Vec<usize> {
    let mut nodes: Vec<usize> = selectors.iter().flat_map(|s| map.select(s)).map(Ix::ix).collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}

/// The processes of a hazard.
fn of_hazard(map: &FactorMap, h: usize, hazard: &Hazard, seed: u64, list: &mut Vec<Process>) {
    let nodes = selected(map, &hazard.nodes);
    let process = |key, strikes, nodes| Process {
        driver: Driver::Hazard(h),
        key,
        strikes,
        nodes,
        effect: hazard.effect,
        shock: hazard.shock,
    };
    let common = Key::new(seed, Purpose::Hazard, "common", &hazard.id);
    if hazard.common && hazard.strikes >= 1.0 {
        list.push(process(common, None, nodes));
        return;
    }
    for node in nodes {
        let key = |purpose| Key::new(seed, purpose, &text_id(map, node), &hazard.id);
        let strikes = (hazard.strikes < 1.0).then(|| (hazard.strikes, key(Purpose::Strike)));
        let times = if hazard.common { common } else { key(Purpose::Hazard) };
        list.push(process(times, strikes, vec![node]));
    }
}

impl Processes {
    /// Those of a pack.
    pub fn new(tender: &Tender, pack: &Pack, seed: u64) -> Self {
        let map = &tender.factor_map;
        let mut list = Vec::new();
        for (h, hazard) in pack.hazards.iter().enumerate() {
            of_hazard(map, h, hazard, seed, &mut list);
        }
        for (e, event) in pack.events.iter().enumerate() {
            list.push(Process {
                driver: Driver::Event(e),
                key: Key::new(seed, Purpose::Event, "", &event.id),
                strikes: None,
                nodes: selected(map, &event.nodes),
                effect: event.effect,
                shock: event.shock,
            });
        }
        let coupled =
            |id: &String, what: Coupled| pack.copulas.iter().position(|c| c.couples == what && c.of.contains(id));
        let frame = |hazard: &Hazard| HazardFrame {
            up_after_outage: up_after_outage(hazard),
            season: hazard.season.as_ref().map(|months| Season::new(months, tender)),
            coupled: [coupled(&hazard.id, Coupled::Up), coupled(&hazard.id, Coupled::Down)],
        };
        Self {
            list,
            frames: pack.hazards.iter().map(frame).collect(),
            strikes: pack.events.iter().map(|e| coupled(&e.id, Coupled::Strike)).collect(),
            couplings: pack.copulas.iter().map(|c| Coupling::new(c, seed)).collect(),
        }
    }
}
