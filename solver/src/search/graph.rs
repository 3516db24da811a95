//! An award as a graph of quantities, re-priced move by move.
//!
//! A *place* is a share x in \[0, 1\]: a candidate line, or the part of a cell left unserved. A *sum* is linear in places, in
//! the packs they take (whole packs: ⌈units·x ÷ factor⌉), in whether they are used (1 if x > 0), and in outputs of functions.
//! A *function* reads sums: a tier, an indicator, a rule. Value and violations are linear in places and outputs:
//!
//!   energy = value + Σ_k λ\[k\] · violation\[k\]
//!
//! Functions stand in layers, so that a move settles in one pass: places, sums, functions of layer 0, their sums, layer 1, …
//! Only what a move touches is computed; what it was before is kept until the move is kept or undone.

/// Position of a sum.
pub(super) type SumIx = u32;
/// Position of a function.
pub(super) type FunctionIx = u32;

/// A part of a requirement this small is kept: well within the tolerance of a certificate.
const KEPT: f64 = 2e-7;
/// A share this near to all of it is all of it.
const WHOLE: f64 = 1e-9;
/// Steps of a share of which an award may say how many: what lies between would be worth something else once awarded.
const STEPS: f64 = 1e9;

/// A value read off a graph: a sum, or one sum by another (nothing where that is zero).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Quotient {
    pub(super) part: SumIx,
    pub(super) whole: Option<SumIx>,
}

/// Limits of a quotient.
#[derive(Debug, Clone)]
pub(super) struct Check {
    pub(super) of: Quotient,
    /// At least; `-∞` for none.
    pub(super) low: f64,
    /// At most; `∞` for none.
    pub(super) high: f64,
    /// What the limits are multiples of.
    pub(super) times: Option<Quotient>,
    /// Applies only where each of these quotients lies within its limits.
    pub(super) when: Vec<(Quotient, f64, f64)>,
    /// Applies only where this count is above zero.
    pub(super) used: Option<SumIx>,
    /// What a unit by which the part falls short is worth.
    pub(super) unit: f64,
    /// What falling short at all is worth.
    pub(super) fixed: f64,
    /// A violation up to this size is none.
    pub(super) tolerance: f64,
}

/// Points with what they give.
#[derive(Debug, Clone)]
pub(super) struct Steps {
    pub(super) from: Vec<f64>,
    pub(super) value: Vec<f64>,
}

/// What is made of sums.
#[derive(Debug, Clone)]
pub(super) enum Function {
    /// 1 where the count is above zero.
    Used(SumIx),
    /// The sum itself.
    Same(SumIx),
    /// 1 where the sum is below the limit.
    Below(SumIx, f64),
    /// 1 where the part is above zero and at least so much of the whole.
    Counts { part: SumIx, whole: SumIx, from: f64 },
    /// All units: value of the highest step that the measure reaches, times the sum `of`.
    Ladder { measure: Quotient, of: Option<SumIx>, steps: Steps },
    /// Incremental: `start` + slope of the piece in which the measure lies.
    Pieces { measure: SumIx, steps: Steps, start: Vec<f64> },
    /// Straight between the points, level outside, 0 where there is nothing to measure.
    Curve { of: Quotient, steps: Steps },
    /// Distance to the nearer of 0 and 1.
    Whole(SumIx),
    /// By how much a requirement is missed.
    Check(Box<Check>),
}

impl Function {
    /// The sums it reads.
    pub(super) fn reads(&self) -> Vec<SumIx> {
        let both = |q: &Quotient| [Some(q.part), q.whole].into_iter().flatten().collect::<Vec<_>>();
        match self {
            Self::Used(s) | Self::Same(s) | Self::Below(s, _) | Self::Whole(s) => vec![*s],
            Self::Counts { part, whole, .. } => vec![*part, *whole],
            Self::Ladder { measure, of, .. } => both(measure).into_iter().chain(*of).collect(),
            Self::Pieces { measure, .. } => vec![*measure],
            Self::Curve { of, .. } => both(of),
            Self::Check(c) => {
                let mut sums = both(&c.of);
                sums.extend(c.times.iter().flat_map(both));
                sums.extend(c.when.iter().flat_map(|(q, ..)| both(q)));
                sums.extend(c.used);
                sums
            }
        }
    }
}

/// Rows of pairs, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    start: Vec<u32>,
    entry: Vec<u32>,
    value: Vec<f64>,
}

impl Rows {
    /// From unordered triples (row, entry, value).
    pub(super) fn new(rows: usize, triples: &[(u32, u32, f64)]) -> Self {
        let mut start = vec![0u32; rows + 1];
        for (row, ..) in triples {
            start[*row as usize + 1] += 1;
        }
        for row in 0..rows {
            start[row + 1] += start[row];
        }
        let mut next = start.clone();
        let (mut entry, mut value) = (vec![0; triples.len()], vec![0.0; triples.len()]);
        for (row, of, v) in triples {
            let at = &mut next[*row as usize];
            (entry[*at as usize], value[*at as usize]) = (*of, *v);
            *at += 1;
        }
        Self { start, entry, value }
    }

    fn range(&self, row: usize) -> std::ops::Range<usize> {
        self.start[row] as usize..self.start[row + 1] as usize
    }

    /// Entries of a row.
    pub(super) fn entries(&self, row: usize) -> &[u32] {
        &self.entry[self.range(row)]
    }

    /// A row.
    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = (u32, f64)> + Clone + '_ {
        let range = self.range(row);
        self.entry[range.clone()].iter().copied().zip(self.value[range].iter().copied())
    }
}

/// Whole packs of a place: ⌈x · per_share⌉, at the cost of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packs {
    pub(super) per_share: f64,
    pub(super) cost: f64,
}

/// The quantities of a tender.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    /// Cost of a place at share 1.
    pub(super) cost: Vec<f64>,
    /// Whole packs of a place, if it has any.
    pub(super) packs: Vec<Option<Packs>>,
    /// Sums a share goes into, by place.
    pub(super) by_share: Rows,
    /// Sums the packs go into.
    pub(super) by_packs: Rows,
    /// Sums the use goes into.
    pub(super) by_use: Rows,
    /// Constants of the sums.
    pub(super) constants: Vec<f64>,
    /// Up to where each sum is none: moves leave a rounding behind.
    pub(super) noise: Vec<f64>,
    /// Functions, in order of layer.
    pub(super) functions: Vec<Function>,
    /// Functions that read a sum.
    pub(super) readers: Rows,
    /// Layer of each function.
    pub(super) layer: Vec<u32>,
    /// Sums an output goes into.
    pub(super) outputs: Rows,
    /// Cost of a unit of each output.
    pub(super) worth: Vec<f64>,
    /// The class of violation that an output counts in.
    pub(super) class: Vec<Option<u32>>,
    /// Number of classes.
    pub(super) classes: usize,
    /// Constant of the value.
    pub(super) offset: f64,
}

/// An award on a graph.
#[derive(Debug, Clone)]
pub(super) struct State<'g> {
    pub(super) graph: &'g Graph,
    /// Shares.
    pub(super) x: Vec<f64>,
    pub(super) sums: Vec<f64>,
    pub(super) outs: Vec<f64>,
    /// What the award is worth, as the graph knows it.
    pub(super) value: f64,
    /// Violation by class.
    pub(super) violation: Vec<f64>,
    /// Price of a violation by class.
    pub(super) lambda: Vec<f64>,
    /// Value and priced violations.
    pub(super) energy: f64,
    /// Part of the way from the steps of a ladder to straight lines between them.
    pub(super) smooth: f64,
    /// Places with the shares they had before the move.
    pub(super) moved: Vec<(u32, f64)>,
    old_sums: Vec<(u32, f64)>,
    old_outs: Vec<(u32, f64)>,
    old: (f64, f64),
    stamp: u32,
    sum_stamp: Vec<u32>,
    out_stamp: Vec<u32>,
    queues: Vec<Vec<u32>>,
}

impl<'g> State<'g> {
    /// The award without any volume.
    pub(super) fn new(graph: &'g Graph) -> Self {
        let layers = graph.layer.iter().max().map_or(0, |l| *l as usize + 1);
        let mut state = Self {
            graph,
            x: vec![0.0; graph.cost.len()],
            sums: Vec::new(),
            outs: vec![0.0; graph.functions.len()],
            value: 0.0,
            violation: vec![0.0; graph.classes],
            lambda: vec![1.0; graph.classes],
            energy: 0.0,
            smooth: 0.0,
            moved: Vec::new(),
            old_sums: Vec::new(),
            old_outs: Vec::new(),
            old: (0.0, 0.0),
            stamp: 0,
            sum_stamp: vec![0; graph.constants.len()],
            out_stamp: vec![0; graph.functions.len()],
            queues: vec![Vec::new(); layers],
        };
        state.refresh();
        state
    }

    /// Computes everything from the shares.
    pub(super) fn refresh(&mut self) {
        let graph = self.graph;
        self.sums.clone_from(&graph.constants);
        self.value = graph.offset;
        self.violation.fill(0.0);
        for (place, &x) in self.x.iter().enumerate().filter(|(_, x)| **x > 0.0) {
            self.value += graph.cost[place] * x;
            for (sum, v) in graph.by_share.row(place) {
                self.sums[sum as usize] += v * x;
            }
            for (sum, v) in graph.by_use.row(place) {
                self.sums[sum as usize] += v;
            }
            if let Some(packs) = graph.packs[place] {
                let n = whole_packs(x, packs.per_share);
                self.value += packs.cost * n;
                for (sum, v) in graph.by_packs.row(place) {
                    self.sums[sum as usize] += v * n;
                }
            }
        }
        for f in 0..graph.functions.len() {
            let out = self.evaluate(f);
            self.outs[f] = out;
            self.value += graph.worth[f] * out;
            if let Some(class) = graph.class[f] {
                self.violation[class as usize] += out;
            }
            for (sum, v) in graph.outputs.row(f) {
                self.sums[sum as usize] += v * out;
            }
        }
        self.reprice();
        self.keep();
    }

    /// Energy at the present λ.
    pub(super) fn reprice(&mut self) {
        self.energy = self.value + self.violation.iter().zip(&self.lambda).map(|(v, l)| v * l).sum::<f64>();
    }

    /// Changes a share; [`settle`](Self::settle) follows.
    pub(super) fn set(&mut self, place: u32, x: f64) {
        let graph = self.graph;
        let p = place as usize;
        let x = if x < WHOLE {
            0.0
        } else if x > 1.0 - WHOLE {
            1.0
        } else if graph.packs[p].is_none() {
            ((x * STEPS + 0.5) as u64) as f64 / STEPS
        } else {
            x
        };
        let before = std::mem::replace(&mut self.x[p], x);
        if before == x {
            return;
        }
        if self.moved.is_empty() {
            self.old = (self.value, self.energy);
            self.stamp = self.stamp.wrapping_add(1);
        }
        self.moved.push((place, before));
        let change = x - before;
        self.cost(graph.cost[p] * change);
        for (sum, v) in graph.by_share.row(p) {
            self.touch(sum, v * change);
        }
        if (before > 0.0) != (x > 0.0) {
            let sign = if x > 0.0 { 1.0 } else { -1.0 };
            for (sum, v) in graph.by_use.row(p) {
                self.touch(sum, v * sign);
            }
        }
        if let Some(packs) = graph.packs[p] {
            let more = whole_packs(x, packs.per_share) - whole_packs(before, packs.per_share);
            self.cost(packs.cost * more);
            for (sum, v) in graph.by_packs.row(p) {
                self.touch(sum, v * more);
            }
        }
    }

    fn cost(&mut self, more: f64) {
        self.value += more;
        self.energy += more;
    }

    fn touch(&mut self, sum: u32, more: f64) {
        let s = sum as usize;
        if self.sum_stamp[s] != self.stamp {
            self.sum_stamp[s] = self.stamp;
            self.old_sums.push((sum, self.sums[s]));
            for f in self.graph.readers.entries(s) {
                let stamp = &mut self.out_stamp[*f as usize];
                if *stamp != self.stamp {
                    *stamp = self.stamp;
                    self.queues[self.graph.layer[*f as usize] as usize].push(*f);
                }
            }
        }
        self.sums[s] += more;
    }

    /// Brings everything up to date after shares have changed.
    pub(super) fn settle(&mut self) {
        let graph = self.graph;
        for layer in 0..self.queues.len() {
            let mut queue = std::mem::take(&mut self.queues[layer]);
            for f in queue.drain(..) {
                let at = f as usize;
                let out = self.evaluate(at);
                let before = self.outs[at];
                if out == before {
                    continue;
                }
                let more = out - before;
                self.old_outs.push((f, before));
                self.outs[at] = out;
                if let Some(class) = graph.class[at] {
                    self.violation[class as usize] += more;
                    self.energy += self.lambda[class as usize] * more;
                }
                self.cost(graph.worth[at] * more);
                for (sum, v) in graph.outputs.row(at) {
                    self.touch(sum, v * more);
                }
            }
            self.queues[layer] = queue;
        }
    }

    /// Draws ladders towards straight lines.
    pub(super) fn smoothen(&mut self, smooth: f64) {
        self.smooth = smooth;
        self.stamp = self.stamp.wrapping_add(1);
        for (f, function) in self.graph.functions.iter().enumerate() {
            if matches!(function, Function::Ladder { .. }) {
                self.out_stamp[f] = self.stamp;
                self.queues[self.graph.layer[f] as usize].push(f as u32);
            }
        }
        self.settle();
        self.keep();
    }

    /// The move stands.
    pub(super) fn keep(&mut self) {
        self.moved.clear();
        self.old_sums.clear();
        self.old_outs.clear();
    }

    /// As it was before the move.
    pub(super) fn undo(&mut self) {
        if self.moved.is_empty() {
            return;
        }
        // A place or a sum may have changed more than once: the first is what it was.
        while let Some((place, x)) = self.moved.pop() {
            self.x[place as usize] = x;
        }
        while let Some((sum, value)) = self.old_sums.pop() {
            self.sums[sum as usize] = value;
        }
        while let Some((f, out)) = self.old_outs.pop() {
            let f = f as usize;
            if let Some(class) = self.graph.class[f] {
                self.violation[class as usize] += out - self.outs[f];
            }
            self.outs[f] = out;
        }
        (self.value, self.energy) = self.old;
    }

    /// All violations.
    pub(super) fn violated(&self) -> bool {
        self.violation.iter().any(|v| *v > 1e-9)
    }

    /// The sum, if there is any of it.
    fn any(&self, sum: SumIx) -> Option<f64> {
        Some(self.sums[sum as usize]).filter(|value| *value > self.graph.noise[sum as usize])
    }

    pub(super) fn quotient(&self, q: Quotient) -> Option<f64> {
        let part = self.sums[q.part as usize];
        match q.whole {
            None => Some(part),
            Some(whole) => self.any(whole).map(|whole| part / whole),
        }
    }

    fn evaluate(&self, f: usize) -> f64 {
        let sum = |s: &SumIx| self.sums[*s as usize];
        match &self.graph.functions[f] {
            Function::Used(of) => f64::from(u8::from(sum(of) > 0.5)),
            Function::Same(of) => sum(of),
            Function::Below(of, limit) => f64::from(u8::from(sum(of) < limit - WHOLE * limit.abs())),
            Function::Counts { part, whole, from } => {
                let least = from * sum(whole) * (1.0 - KEPT);
                f64::from(u8::from(self.any(*part).is_some_and(|part| part >= least)))
            }
            Function::Ladder { measure, of, steps } => {
                let off = self.quotient(*measure).map_or(0.0, |m| self.step(m, steps));
                if off == 0.0 { 0.0 } else { off * of.as_ref().map_or(1.0, sum) }
            }
            Function::Pieces { measure, steps, start } => {
                let m = sum(measure);
                let piece = steps.from.partition_point(|from| *from <= m).max(1) - 1;
                start[piece] + steps.value[piece] * (m - steps.from[piece])
            }
            Function::Curve { of, steps } => self.quotient(*of).map_or(0.0, |m| straight(m, steps)),
            Function::Whole(of) => {
                let part = sum(of);
                let far = part.abs().min((1.0 - part).abs());
                if far < KEPT { 0.0 } else { far }
            }
            Function::Check(check) => self.missed(check),
        }
    }

    /// Value of the highest step reached, drawn towards the next by [`smooth`](Self::smooth).
    fn step(&self, m: f64, steps: &Steps) -> f64 {
        let above = steps.from.partition_point(|from| *from <= m);
        let value = if above == 0 { 0.0 } else { steps.value[above - 1] };
        if self.smooth == 0.0 || above == steps.from.len() {
            return value;
        }
        let low = if above == 0 { 0.0 } else { steps.from[above - 1] };
        let part = (m - low) / (steps.from[above] - low);
        value + self.smooth * part * (steps.value[above] - value)
    }

    /// By how much a requirement is missed, in its unit.
    fn missed(&self, check: &Check) -> f64 {
        if check.used.is_some_and(|u| self.sums[u as usize] < 0.5) {
            return 0.0;
        }
        let met = |(q, low, high): &(Quotient, f64, f64)| self.quotient(*q).is_some_and(|v| v >= *low && v <= *high);
        if !check.when.iter().all(met) {
            return 0.0;
        }
        let Some(whole) = check.of.whole.map_or(Some(1.0), |whole| self.any(whole)) else { return 0.0 };
        let times = match check.times {
            None => 1.0,
            Some(q) => match self.quotient(q) {
                Some(times) => times,
                None => return 0.0,
            },
        };
        let part = self.sums[check.of.part as usize];
        // No limit stays none, whatever it is multiplied by.
        let limit = |limit: f64| if limit.is_finite() { limit * times * whole } else { limit };
        let missed = (limit(check.low) - part).max(part - limit(check.high));
        if missed <= check.tolerance { 0.0 } else { missed * check.unit + check.fixed }
    }
}

/// ⌈x · per share⌉ but for rounding.
pub(super) fn whole_packs(x: f64, per_share: f64) -> f64 {
    (x * per_share - 1e-7).ceil().max(0.0)
}

fn straight(m: f64, steps: &Steps) -> f64 {
    let above = steps.from.partition_point(|from| *from < m);
    match above {
        0 => steps.value[0],
        n if n == steps.from.len() => steps.value[n - 1],
        n => {
            let part = (m - steps.from[n - 1]) / (steps.from[n] - steps.from[n - 1]);
            steps.value[n - 1] + part * (steps.value[n] - steps.value[n - 1])
        }
    }
}
