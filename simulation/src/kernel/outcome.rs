//! What a replication came to: what named figures need, without the week-by-week record of all cells.

use super::model::Model;
use super::octet::{Eight, WIDTH};
use super::record::Record;
use super::shortfall::{Shortfall, Shortfalls};

/// A cell in a step in which its need went unmet somewhere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shortage {
    /// The step.
    pub step: u32,
    /// The cell.
    pub cell: u32,
    /// What it asked for, need units.
    pub demand: f64,
    /// What went unmet, need units; 0 where only other cells of the need went short.
    pub unmet: f64,
}

/// One replication in short.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// In order of step; together every cell of a need that went unmet in a step. Empty where no need is asked for at more than one site.
    pub shortages: Vec<Shortage>,
    /// In order of step, then of cells in turn; empty where some need is asked for at more than one site.
    pub shortfalls: Shortfalls,
    /// By cell, over the horizon: demand after conservation.
    pub demand: Vec<f64>,
    /// Demand that conservation saved; empty if none ever is.
    pub saved: Vec<f64>,
    /// Drawn from the site's own reserve.
    pub drawn: Vec<f64>,
    /// By supplier with a clause: see [`Record::excess`].
    pub excess: Vec<f64>,
    /// See [`Record::credit`].
    pub credit: Vec<f64>,
}

impl Outcome {
    pub(super) fn new(model: &Model) -> Self {
        let (cells, clauses) = (model.cells(), model.clauses.suppliers.len());
        let zero = || vec![0.0; cells];
        Self {
            shortages: Vec::new(),
            shortfalls: Shortfalls::default(),
            demand: zero(),
            saved: if model.saves() { zero() } else { Vec::new() },
            drawn: zero(),
            excess: vec![0.0; clauses],
            credit: vec![0.0; clauses],
        }
    }

    /// True if every figure is a number.
    pub fn is_finite(&self) -> bool {
        let mut zero = Eight::default();
        // 0 × x is 0 if x is a number, else it is none, and no sum brings it back.
        let mut add = |x: &[f64]| {
            x.chunks(WIDTH).for_each(|eight| zero.iter_mut().zip(eight).for_each(|(zero, x)| *zero += 0.0 * x));
        };
        self.shortfalls.iter().for_each(|s| add(&s.unmet));
        add(&self.demand);
        add(&self.drawn);
        zero.iter().all(|x| *x == 0.0) && self.shortages.iter().all(|s| s.unmet.is_finite())
    }

    /// Reads a record.
    pub(super) fn read(&mut self, model: &Model, record: &Record) {
        let cells = record.cells;
        self.shortages.clear();
        self.shortfalls.clear();
        self.demand.fill(0.0);
        self.saved.fill(0.0);
        self.drawn.fill(0.0);
        self.excess.copy_from_slice(&record.excess);
        self.credit.copy_from_slice(&record.credit);
        let turn: Vec<usize> = model.in_turn().collect();
        let mut needs = Vec::new();
        for w in 0..model.weeks {
            let row = w * cells..(w + 1) * cells;
            add(&mut self.demand, &record.demand[row.clone()]);
            add(&mut self.saved, &record.saved[row.clone()]);
            add(&mut self.drawn, &record.reserve_drawn[row.clone()]);
            let (unmet, demand) = (&record.unmet[row.clone()], &record.demand[row]);
            match model.one_cell_each {
                true => {
                    let any = |cells: &[usize]| cells.iter().any(|c| unmet[*c] != 0.0);
                    for (i, cells) in turn.chunks(WIDTH).enumerate().filter(|(_, cells)| any(cells)) {
                        let of = |row: &[f64]| std::array::from_fn(|k| cells.get(k).map_or(0.0, |c| row[*c]));
                        let (step, eight) = (w as u32, i as u32);
                        self.shortfalls.push(Shortfall { unmet: of(unmet), demand: of(demand), step, eight });
                    }
                }
                false => {
                    needs.extend(turn.iter().filter(|c| unmet[**c] != 0.0).map(|c| model.need[*c]));
                    self.note(model, w, &mut needs, |c| (demand[c], unmet[c]));
                }
            }
        }
    }

    /// Notes the shortages of a step, by the needs that went unmet somewhere, in any order; `of` is demand and unmet of a cell.
    pub(super) fn note(&mut self, model: &Model, w: usize, needs: &mut Vec<u32>, of: impl Fn(usize) -> (f64, f64)) {
        needs.sort_unstable();
        needs.dedup();
        for need in needs.drain(..) {
            for &cell in &model.cells_of[need as usize] {
                let (demand, unmet) = of(cell as usize);
                self.shortages.push(Shortage { step: w as u32, cell, demand, unmet });
            }
        }
    }
}

fn add(sums: &mut [f64], values: &[f64]) {
    sums.iter_mut().zip(values).for_each(|(s, v)| *s += v);
}
