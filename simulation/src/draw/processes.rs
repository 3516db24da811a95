//! The random processes of a pack: one for each hazard and node, one for a hazard that strikes all its nodes together,
//! one for each event.

use ballast_domain::factor_map::FactorMap;
use ballast_domain::index::{Ix, NodeIx};
use ballast_domain::pack::{Effect, NodeSelector, Pack};

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
    /// The nodes it strikes, in order of index.
    pub nodes: Vec<usize>,
    /// Goods are late, not lost.
    pub delay: bool,
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

/// All processes: hazards in order of the pack, their nodes in order of the factor map, then events.
pub fn processes(map: &FactorMap, pack: &Pack, seed: u64) -> Vec<Process> {
    let mut list = Vec::new();
    for (h, hazard) in pack.hazards.iter().enumerate() {
        let nodes = selected(map, &hazard.nodes);
        let driver = Driver::Hazard(h);
        let delay = hazard.effect == Effect::Delay;
        if hazard.common {
            let key = Key::new(seed, Purpose::Hazard, "common", &hazard.id);
            list.push(Process { driver, key, nodes, delay });
            continue;
        }
        for node in nodes {
            let key = Key::new(seed, Purpose::Hazard, &text_id(map, node), &hazard.id);
            list.push(Process { driver, key, nodes: vec![node], delay });
        }
    }
    for (e, event) in pack.events.iter().enumerate() {
        let key = Key::new(seed, Purpose::Event, "", &event.id);
        let nodes = selected(map, &event.nodes);
        list.push(Process { driver: Driver::Event(e), key, nodes, delay: false });
    }
    list
}
