//! Builds a graph. The columns of a model name its quantities: shares, packs, use of a line, outputs of functions; so sums
//! over lines are stated by the same code that states them for the model ([`crate::rules`], [`crate::prices`]).

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::*;

use super::graph::{Check, Function, FunctionIx, Graph, Packs, Quotient, Rows, SumIx};
use crate::model::{Col, Formulary, Indicators, Model, Terms, Volumes};
use crate::prices::Readers;

/// What a column stands for.
#[derive(Debug, Clone, Copy)]
enum Source {
    Share(u32),
    Packs(u32),
    Use(u32),
    Output(FunctionIx),
}

/// Requirements whose violations have one price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    /// Facts of one kind.
    Fact(&'static str),
    /// All instances of a rule.
    Rule(RuleIx),
}

/// Part of what a need is worth that missing a requirement of that need costs at all: without it, a set of suppliers that
/// misses a small need by little is never left.
const FIXED: f64 = 0.02;
/// Part of what a thing is worth on average that one thing too many or too few costs.
const THING: f64 = 0.05;
/// The least that anything missed is worth, so that it is seen.
const LEAST: f64 = 1e-6;
/// Part of a sum's largest term.
const NOISE: f64 = 1e-9;

/// A graph under construction.
pub(super) struct Builder<'t> {
    pub(super) tender: &'t Tender,
    pub(super) model: Model,
    pub(super) volumes: Volumes,
    pub(super) formulary: Formulary,
    pub(super) indicators: Indicators,
    pub(super) readers: Readers,
    /// Column of the use of each line.
    pub(super) use_of: IxVec<CandidateIx, Col>,
    /// Place of the unserved part of each cell.
    pub(super) unserved: IxVec<CellIx, Option<u32>>,
    /// What each place is worth at share 1, before discounts, over the contract.
    pub(super) worth: Vec<f64>,
    /// What each cell is worth: the mean of its places.
    pub(super) cell_worth: IxVec<CellIx, f64>,
    sources: Vec<Option<Source>>,
    sums: Vec<(Terms, f64)>,
    known: BTreeMap<Vec<(u32, u64)>, SumIx>,
    functions: Vec<(Function, Col, Option<u32>)>,
    classes: BTreeMap<Class, u32>,
}

impl<'t> Builder<'t> {
    /// Columns of places, without any function.
    pub(super) fn new(tender: &'t Tender, model: Model, volumes: Volumes) -> Self {
        let lines = tender.candidates.len();
        let years = f64::from(tender.settings.contract_years);
        let mut b = Self {
            tender,
            model,
            volumes,
            formulary: Formulary::new(),
            indicators: Indicators::default(),
            readers: Readers::default(),
            use_of: IxVec::default(),
            unserved: IxVec::default(),
            worth: Vec::new(),
            cell_worth: IxVec::default(),
            sources: Vec::new(),
            sums: Vec::new(),
            known: BTreeMap::new(),
            functions: Vec::new(),
            classes: BTreeMap::new(),
        };
        for c in tender.candidates.indexes() {
            let place = u32::try_from(c.ix()).unwrap_or(u32::MAX);
            let (packs, _) = b.volumes.packs[c];
            b.name(b.volumes.share[c], Source::Share(place));
            if packs != b.volumes.share[c] {
                b.name(packs, Source::Packs(place));
            }
            let used = b.model.column(0.0, 0.0, 1.0, false);
            b.name(used, Source::Use(place));
            b.use_of.push(used);
            let per_share = b.packs_per_share(c);
            b.worth.push(years * per_share * b.volumes.list[c] / b.model.money_scale);
        }
        for cell in tender.cells.indexes() {
            let place = b.volumes.unserved[cell].map(|col| {
                let place = u32::try_from(b.worth.len()).unwrap_or(u32::MAX);
                b.name(col, Source::Share(place));
                b.worth.push(b.model.cost[col.0 as usize]);
                place
            });
            b.unserved.push(place);
            let served: Vec<f64> = tender.candidates_of(cell).map(|c| b.worth[c.ix()]).collect();
            let mean = served.iter().sum::<f64>() / served.len().max(1) as f64;
            b.cell_worth.push(mean);
        }
        debug_assert!(b.worth.len() >= lines);
        b
    }

    /// Packs a year at share 1, whole or not.
    pub(super) fn packs_per_share(&self, c: CandidateIx) -> f64 {
        self.volumes.units[c] / self.tender.candidates[c].use_factor.to_f64()
    }

    fn name(&mut self, col: Col, source: Source) {
        let at = col.0 as usize;
        if self.sources.len() <= at {
            self.sources.resize(at + 1, None);
        }
        self.sources[at] = Some(source);
    }

    /// A sum; the same terms are one sum.
    pub(super) fn sum(&mut self, terms: &Terms, constant: f64) -> SumIx {
        let mut own: Terms = terms.clone();
        own.sort_by_key(|(c, _)| *c);
        let mut merged: Terms = Vec::with_capacity(own.len());
        for (col, v) in own {
            match merged.last_mut() {
                Some((last, sum)) if *last == col => *sum += v,
                _ => merged.push((col, v)),
            }
        }
        let mut key: Vec<(u32, u64)> = merged.iter().map(|(c, v)| (c.0, v.to_bits())).collect();
        key.push((u32::MAX, constant.to_bits()));
        let next = u32::try_from(self.sums.len()).unwrap_or(u32::MAX);
        let sum = *self.known.entry(key).or_insert(next);
        if sum == next {
            self.sums.push((merged, constant));
        }
        sum
    }

    /// A function, by the column of its output.
    pub(super) fn function(&mut self, function: Function) -> Col {
        let col = self.model.column(0.0, 0.0, 1.0, false);
        self.define(col, function, None);
        col
    }

    /// Says what a column is that others read already.
    pub(super) fn define(&mut self, col: Col, function: Function, class: Option<u32>) {
        let f = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
        self.name(col, Source::Output(f));
        self.functions.push((function, col, class));
    }

    /// 1 where any of these lines is used.
    pub(super) fn used(&mut self, lines: impl IntoIterator<Item = CandidateIx>) -> Col {
        let count = self.uses(lines);
        self.function(Function::Used(count))
    }

    /// The number of these lines that are used.
    pub(super) fn uses(&mut self, lines: impl IntoIterator<Item = CandidateIx>) -> SumIx {
        let terms: Terms = lines.into_iter().map(|c| (self.use_of[c], 1.0)).collect();
        self.sum(&terms, 0.0)
    }

    fn class(&mut self, class: Class) -> u32 {
        let next = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
        *self.classes.entry(class).or_insert(next)
    }

    /// A requirement that every award must keep.
    pub(super) fn must(&mut self, class: Class, function: Function) {
        let class = self.class(class);
        let col = self.model.column(0.0, 0.0, f64::INFINITY, false);
        self.define(col, function, Some(class));
    }

    /// Limits of a sum over volumes that every award must keep.
    pub(super) fn limit(&mut self, class: Class, terms: &Terms, low: f64, high: f64, used: Option<SumIx>) {
        let (unit, fixed) = self.price(terms);
        let size = [low, high].iter().filter(|b| b.is_finite()).fold(0.0, |a: f64, b| a.max(b.abs()));
        let part = self.sum(terms, 0.0);
        let of = Quotient { part, whole: None };
        let tolerance = 2e-7 * size.max(1e-9);
        let check = Check { of, low, high, times: None, when: Vec::new(), used, unit, fixed, tolerance };
        self.must(class, Function::Check(Box::new(check)));
    }

    /// What a unit of a sum is worth in money, and what missing a requirement on it costs at all: the money behind its lines
    /// for the first, a part of the need for the second if all lines are of one.
    pub(super) fn price(&self, terms: &Terms) -> (f64, f64) {
        let (mut money, mut units) = (0.0, 0.0);
        let mut needs: Vec<NeedIx> = Vec::new();
        for (col, v) in terms {
            let (place, packs) = match self.sources[col.0 as usize] {
                Some(Source::Share(p)) => (p as usize, 1.0),
                Some(Source::Packs(p)) => (p as usize, self.packs_per_share(CandidateIx::new(p as usize))),
                _ => continue,
            };
            money += self.worth[place];
            units += v.abs() * packs;
            if place < self.tender.candidates.len() && needs.len() < 2 {
                let need = self.tender.candidates[CandidateIx::new(place)].need;
                if !needs.contains(&need) {
                    needs.push(need);
                }
            }
        }
        let fixed = match needs[..] {
            [need] => FIXED * self.need_worth(need),
            _ => 0.0,
        };
        (if units > 0.0 { (money / units).max(LEAST) } else { 1.0 }, fixed)
    }

    fn need_worth(&self, need: NeedIx) -> f64 {
        let own = self.tender.cells.enumerate().filter(|(_, c)| c.need == need);
        own.map(|(cell, _)| self.cell_worth[cell]).sum()
    }

    /// What one of so many things is worth that these lines serve; of no lines, an average cell's worth.
    pub(super) fn thing(&self, lines: impl IntoIterator<Item = CandidateIx>, things: f64) -> f64 {
        let mut cells: Vec<CellIx> = lines.into_iter().map(|c| self.tender.candidates[c].cell).collect();
        cells.sort();
        cells.dedup();
        let all: f64 = cells.iter().map(|c| self.cell_worth[*c]).sum();
        let mean = self.cell_worth.iter().sum::<f64>() / self.cell_worth.len() as f64;
        let worth = THING * if cells.is_empty() { mean } else { all / things.max(1.0) };
        worth.max(LEAST)
    }

    /// The graph.
    pub(super) fn finish(mut self) -> Graph {
        self.sources.resize(self.model.columns(), None);
        let (functions, layer) = self.layers();
        let places = self.worth.len();
        let mut graph = Graph {
            cost: vec![0.0; places],
            packs: vec![None; places],
            by_share: Rows::default(),
            by_packs: Rows::default(),
            by_use: Rows::default(),
            constants: self.sums.iter().map(|s| s.1).collect(),
            noise: self.sums.iter().map(|s| noise(&s.0, s.1)).collect(),
            functions: Vec::new(),
            readers: Rows::default(),
            layer: Vec::new(),
            outputs: Rows::default(),
            worth: Vec::new(),
            class: Vec::new(),
            classes: self.classes.len(),
            offset: self.model.offset,
        };
        let mut renamed = vec![0u32; functions.len()];
        for (new, old) in functions.iter().enumerate() {
            renamed[*old] = u32::try_from(new).unwrap_or(u32::MAX);
        }
        for (col, source) in self.sources.iter().enumerate() {
            let cost = self.model.cost[col];
            match source {
                Some(Source::Share(p)) => graph.cost[*p as usize] += cost,
                Some(Source::Packs(p)) => {
                    let per_share = self.packs_per_share(CandidateIx::new(*p as usize));
                    graph.packs[*p as usize] = Some(Packs { per_share, cost });
                }
                _ => {}
            }
        }
        let (mut share, mut packs, mut uses, mut outputs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (s, (terms, _)) in self.sums.iter().enumerate() {
            let s = u32::try_from(s).unwrap_or(u32::MAX);
            for (col, v) in terms {
                match self.sources[col.0 as usize] {
                    Some(Source::Share(p)) => share.push((p, s, *v)),
                    Some(Source::Packs(p)) => packs.push((p, s, *v)),
                    Some(Source::Use(p)) => uses.push((p, s, *v)),
                    Some(Source::Output(f)) => outputs.push((renamed[f as usize], s, *v)),
                    None => {}
                }
            }
        }
        graph.by_share = Rows::new(places, &share);
        graph.by_packs = Rows::new(places, &packs);
        graph.by_use = Rows::new(places, &uses);
        graph.outputs = Rows::new(functions.len(), &outputs);
        let mut readers = Vec::new();
        for (new, old) in functions.iter().enumerate() {
            let (function, col, class) = &self.functions[*old];
            for s in function.reads() {
                readers.push((s, u32::try_from(new).unwrap_or(u32::MAX), 0.0));
            }
            graph.functions.push(function.clone());
            graph.layer.push(layer[*old]);
            graph.worth.push(self.model.cost[col.0 as usize]);
            graph.class.push(*class);
        }
        readers.sort_by_key(|(s, f, _)| (*s, *f));
        readers.dedup_by_key(|(s, f, _)| (*s, *f));
        graph.readers = Rows::new(self.sums.len(), &readers);
        graph
    }

    /// Functions in order of layer, and the layer of each: one above the highest output that its sums take.
    fn layers(&self) -> (Vec<usize>, Vec<u32>) {
        let mut layer = vec![0u32; self.functions.len()];
        let output = |col: &Col| match self.sources[col.0 as usize] {
            Some(Source::Output(f)) => Some(f as usize),
            _ => None,
        };
        let takes: Vec<Vec<usize>> =
            self.sums.iter().map(|(terms, _)| terms.iter().filter_map(|(c, _)| output(c)).collect()).collect();
        // No sum takes what is made of it, so this ends.
        let mut changed = true;
        while changed {
            changed = false;
            for (f, (function, ..)) in self.functions.iter().enumerate() {
                let inputs = function.reads().into_iter().flat_map(|s| &takes[s as usize]);
                let above = inputs.map(|g| layer[*g] + 1).max().unwrap_or(0);
                if above > layer[f] {
                    layer[f] = above;
                    changed = true;
                }
            }
        }
        let mut order: Vec<usize> = (0..self.functions.len()).collect();
        order.sort_by_key(|f| (layer[*f], *f));
        (order, layer)
    }
}

/// What may be left of a sum of which nothing is left.
fn noise(terms: &Terms, constant: f64) -> f64 {
    NOISE * terms.iter().fold(constant.abs(), |most: f64, (_, v)| most.max(v.abs()))
}
