//! Structure found, not declared. Needs are connected by the rows that speak of several of them and by ladders. The widest
//! of these (by the number of needs) are taken away, all of one width at once, until at least two blocks remain of which
//! none has more than [`LARGEST`] of the lines. A row taken away is given up, a ladder taken away leaves its lines loose;
//! rebates on net spend, counts of suppliers, onboarding and rules on net spend never connect: they are the outer
//! block's business.

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::index::*;

use super::offers::Schedules;
use super::relaxed::Relaxed;
use crate::model::DisjointSets;

/// The part of all lines that one block may hold.
const LARGEST: f64 = 0.75;

/// What belongs together.
pub(super) struct Blocks {
    /// The block of each need; needs without lines have one, too.
    pub(super) of_need: IxVec<NeedIx, usize>,
    /// How many there are.
    pub(super) count: usize,
    /// Rows of the relaxation by block.
    pub(super) rows: Vec<Vec<usize>>,
    /// Columns by block.
    pub(super) columns: Vec<Vec<usize>>,
    /// Whether each ladder lies in one block.
    pub(super) ladders: Vec<bool>,
}

/// The need of each column that stands for a line, and for the others a node of their own.
fn nodes(tender: &Tender, relaxed: &Relaxed) -> Vec<usize> {
    let needs = tender.needs.len();
    let mut node: Vec<usize> = (0..relaxed.model.columns()).map(|c| needs + c).collect();
    for (c, line) in tender.candidates.enumerate() {
        node[relaxed.volumes.share[c].0 as usize] = line.need.ix();
        node[relaxed.volumes.packs[c].0.0 as usize] = line.need.ix();
    }
    for (cell, col) in relaxed.volumes.unserved.enumerate() {
        if let Some(col) = col {
            node[col.0 as usize] = tender.cells[cell].need.ix();
        }
    }
    node
}

/// The blocks; `None` if the tender does not fall apart.
pub(super) fn blocks(tender: &Tender, relaxed: &Relaxed, schedules: &Schedules) -> Option<Blocks> {
    let needs = tender.needs.len();
    let node = nodes(tender, relaxed);
    let model = &relaxed.model;
    let of_row = |row: usize| model.terms(row).map(|(c, _)| node[c.0 as usize]).collect::<BTreeSet<usize>>();
    let rows: Vec<BTreeSet<usize>> = (0..model.rows()).map(of_row).collect();
    let ladders: Vec<BTreeSet<usize>> = schedules
        .ladders
        .iter()
        .map(|l| l.lines.iter().map(|c| tender.candidates[*c].need.ix()).collect::<BTreeSet<usize>>())
        .collect();
    let width = |nodes: &BTreeSet<usize>| nodes.iter().filter(|n| **n < needs).count();
    let widths: BTreeSet<usize> = rows.iter().chain(&ladders).map(width).chain([1]).collect();
    let mut lines = vec![0usize; needs];
    for line in tender.candidates.iter() {
        lines[line.need.ix()] += 1;
    }
    let most = LARGEST * tender.candidates.len() as f64;
    for &widest in widths.iter().rev() {
        let mut sets = DisjointSets::new(node.len() + needs);
        for nodes in rows.iter().chain(&ladders).filter(|n| width(n) <= widest) {
            for pair in nodes.iter().zip(nodes.iter().skip(1)) {
                sets.join(*pair.0, *pair.1);
            }
        }
        let mut held = vec![0usize; needs];
        for (need, lines) in lines.iter().enumerate() {
            // A set that holds a need is named after its least need.
            held[sets.find(need)] += lines;
        }
        let roots: Vec<usize> = (0..needs).filter(|n| held[*n] > 0).collect();
        if roots.len() < 2 || held.iter().any(|h| *h as f64 > most) {
            continue;
        }
        let position = |root: usize| roots.binary_search(&root).unwrap_or(0);
        let of_need = IxVec::from_fn(needs, |n: NeedIx| position(sets.find(n.ix())));
        let mut blocks = Blocks {
            of_need,
            count: roots.len(),
            rows: vec![Vec::new(); roots.len()],
            columns: vec![Vec::new(); roots.len()],
            ladders: ladders.iter().map(|l| width(l) <= widest).collect(),
        };
        for (row, nodes) in rows.iter().enumerate() {
            if let Some(first) = nodes.first().filter(|_| width(nodes) <= widest) {
                blocks.rows[position(sets.find(*first))].push(row);
            }
        }
        for (col, node) in node.iter().enumerate() {
            blocks.columns[position(sets.find(*node))].push(col);
        }
        return Some(blocks);
    }
    None
}
