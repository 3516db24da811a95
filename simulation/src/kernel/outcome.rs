//! What a replication came to: what named figures need, without the week-by-week record of all cells.

use super::model::Model;
use super::record::Record;

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
    /// In order of step; together every cell of a need that went unmet in a step.
    pub shortages: Vec<Shortage>,
    /// By cell, over the horizon: demand after conservation.
    pub demand: Vec<f64>,
    /// Demand that conservation saved.
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
            demand: zero(),
            saved: zero(),
            drawn: zero(),
            excess: vec![0.0; clauses],
            credit: vec![0.0; clauses],
        }
    }

    /// True if every figure is a number.
    pub fn is_finite(&self) -> bool {
        let short = self.shortages.iter().all(|s| s.unmet.is_finite());
        short && [&self.demand, &self.drawn].into_iter().flatten().all(|x| x.is_finite())
    }

    /// Reads a record.
    pub(super) fn read(&mut self, model: &Model, record: &Record) {
        let cells = record.cells;
        self.shortages.clear();
        self.demand.fill(0.0);
        self.saved.fill(0.0);
        self.drawn.fill(0.0);
        self.excess.copy_from_slice(&record.excess);
        self.credit.copy_from_slice(&record.credit);
        let mut needs = Vec::new();
        for w in 0..model.weeks {
            let row = w * cells..(w + 1) * cells;
            add(&mut self.demand, &record.demand[row.clone()]);
            if record.saves {
                add(&mut self.saved, &record.saved[row.clone()]);
            }
            add(&mut self.drawn, &record.reserve_drawn[row.clone()]);
            let (unmet, demand) = (&record.unmet[row.clone()], &record.demand[row]);
            let short = model.in_turn().filter(|c| unmet[*c] != 0.0);
            match model.one_cell_each {
                true => self.shortages.extend(short.map(|c| Shortage {
                    step: w as u32,
                    cell: c as u32,
                    demand: demand[c],
                    unmet: unmet[c],
                })),
                false => {
                    needs.extend(short.map(|c| model.need[c]));
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
