//! Where paths are drawn: reused from replication to replication, so that drawing allocates next to nothing.

use super::path::Path;
use super::scenery::Scenery;
use super::trajectory::Trajectory;

/// Working memory of one thread, and the path drawn last.
#[derive(Debug, Clone)]
pub struct Canvas {
    /// The path drawn last.
    pub path: Path,
    pub(super) trajectories: Vec<Trajectory>,
    low: Trajectory,
    spare: Trajectory,
    /// `[chain × weeks + week]`: fraction lost.
    loss: Vec<f64>,
    held: Vec<f64>,
    opens: Vec<bool>,
    /// What each branch of a class holds, for a unit of normal output.
    queue: Vec<f64>,
}

impl Canvas {
    /// Memory for this scenery.
    pub fn new(scenery: &Scenery) -> Self {
        let (weeks, classes) = (scenery.weeks(), scenery.classes.len());
        let late = scenery.processes.iter().any(|p| p.delay);
        let rows = if late { weeks * classes } else { 0 };
        Self {
            path: Path {
                weeks,
                classes,
                cells: scenery.cells,
                capacity: vec![1.0; weeks * classes],
                held: vec![0.0; rows],
                released: vec![1.0; rows],
                demand: scenery.demand.surges().to_vec(),
                down: vec![false; scenery.struck.len()],
                stopped: vec![false; scenery.beside.len() * weeks],
            },
            trajectories: vec![Trajectory::default(); scenery.processes.len()],
            low: Trajectory::default(),
            spare: Trajectory::default(),
            loss: vec![0.0; scenery.chains.len() * weeks],
            held: vec![0.0; scenery.chains.len() * weeks],
            opens: vec![true; scenery.chains.len() * weeks],
            queue: Vec::new(),
        }
    }

    /// Turns the trajectories of the processes into the path's weekly rows.
    pub(super) fn finish(&mut self, scenery: &Scenery) {
        let weeks = self.path.weeks;
        let end = weeks as f64;
        for (c, chain) in scenery.chains.iter().enumerate() {
            let row = c * weeks..(c + 1) * weeks;
            self.loss[row.clone()].fill(0.0);
            if lowest(&chain.lost, &self.trajectories, &mut self.low, &mut self.spare) {
                self.low.add_weekly_loss(&mut self.loss[row.clone()]);
            }
            if !self.path.held.is_empty() {
                let (held, opens) = (&mut self.held[row.clone()], &mut self.opens[row]);
                held.fill(0.0);
                opens.fill(true);
                if lowest(&chain.late, &self.trajectories, &mut self.low, &mut self.spare) {
                    self.low.weekly_delay(held, opens);
                }
            }
        }
        for class in 0..self.path.classes {
            self.class_capacity(class, &scenery.classes[class]);
            if !self.path.held.is_empty() {
                self.class_delay(class, &scenery.classes[class]);
            }
        }
        for (slot, (_, processes)) in self.path.down.iter_mut().zip(&scenery.struck) {
            *slot = processes.iter().any(|p| self.trajectories[*p].below_one(0.0, end));
        }
        for (row, processes) in self.path.stopped.chunks_mut(weeks).zip(&scenery.beside) {
            row.fill(false);
            for piece in processes.iter().flat_map(|p| &self.trajectories[*p].pieces) {
                // A stop that began before the first day cannot take stock that is stated to be there on it.
                if piece.at_from <= 0.0 && (0.0..end).contains(&piece.from) {
                    row[piece.from as usize] = true;
                }
            }
        }
    }

    /// Alternatives add: φ = Σ split × serial minimum.
    fn class_capacity(&mut self, class: usize, mix: &[(usize, f64)]) {
        let (weeks, classes) = (self.path.weeks, self.path.classes);
        for w in 0..weeks {
            let lost: f64 = mix.iter().map(|(chain, split)| split * self.loss[chain * weeks + w]).sum();
            self.path.capacity[w * classes + class] = (1.0 - lost).clamp(0.0, 1.0);
        }
    }

    /// Delays of a class, from the flow of one unit of normal output through its branches.
    fn class_delay(&mut self, class: usize, mix: &[(usize, f64)]) {
        let (weeks, classes) = (self.path.weeks, self.path.classes);
        self.queue.clear();
        self.queue.resize(mix.len(), 0.0);
        for w in 0..weeks {
            let (mut before, mut left, mut made, mut kept) = (0.0, 0.0, 0.0, 0.0);
            for ((chain, split), queue) in mix.iter().zip(&mut self.queue) {
                let at = chain * weeks + w;
                let output = split * (1.0 - self.loss[at]);
                before += *queue;
                if self.opens[at] {
                    left += *queue;
                    *queue = 0.0;
                }
                *queue += output * self.held[at];
                made += output;
                kept += output * self.held[at];
            }
            let at = w * classes + class;
            self.path.released[at] = if before > 0.0 { left / before } else { 1.0 };
            self.path.held[at] = if made > 0.0 { (kept / made).clamp(0.0, 1.0) } else { 0.0 };
        }
    }
}

/// The minimum of some trajectories at each instant, in `low`; false if all are at full output throughout.
fn lowest(which: &[usize], all: &[Trajectory], low: &mut Trajectory, spare: &mut Trajectory) -> bool {
    let mut any = false;
    for t in which.iter().map(|p| &all[*p]).filter(|t| !t.pieces.is_empty()) {
        if any {
            low.min(t, spare);
            std::mem::swap(low, spare);
        } else {
            low.pieces.clone_from(&t.pieces);
            any = true;
        }
    }
    any
}
