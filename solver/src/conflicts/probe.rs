//! Probes: can these requirements hold together? The model is built once, with its rows sorted by requirement; a probe lifts
//! the rows of all others. Tier rows are stated with the reach that demand alone gives, so that they stay right whatever is
//! lifted.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::index::*;
use ballast_domain::requirement::Requirement;

use crate::confirmed;
use crate::highs::{Settings, Status, Watch};
use crate::model::{self, AwardModel, Col, Model, RowLabel, Terms};
use crate::report::{Control, Options};

/// Simplex iterations of one probe: these, and more per column.
const ITERATIONS: i64 = 20_000;
/// As above.
const PER_COLUMN: i64 = 40;
/// A violation below this, relative to its row, is solver noise.
pub(super) const NOISE: f64 = 2e-6;

/// What a probe found.
pub(super) enum Answer {
    /// They can.
    Holds,
    /// Proven: they cannot.
    Fails,
    /// The work ran out.
    Unknown,
}

/// What the elastic model found: how much each requirement gives way, and the point.
pub(super) enum Elastic {
    /// Requirements with their violation, relative to the scale of their rows; empty if everything holds.
    Point(BTreeMap<Requirement, f64>, Vec<f64>),
    /// What is not elastic cannot hold.
    Fails,
    /// The work ran out.
    Unknown,
}

/// A row of a rule's instance: the rule and the position of the instance.
pub(super) type InstanceRow = (RuleIx, u32);

/// The model whose rows can be lifted.
pub(super) struct Probes<'a> {
    pub(super) tender: &'a Tender,
    pub(super) options: &'a Options,
    pub(super) control: &'a dyn Control,
    pub(super) model: AwardModel,
    settings: Settings,
    /// Demand that is not asked for any more.
    pub(super) waived: BTreeSet<CellIx>,
    pub(super) made: usize,
    pub(super) inconclusive: usize,
    pub(super) iterations: i64,
}

struct Budget<'a> {
    control: &'a dyn Control,
    left: i64,
    /// Ends at the first point.
    any: bool,
    found: Option<Vec<f64>>,
}

impl Watch for Budget<'_> {
    fn improving(&mut self, solution: &[f64], _: f64, _: i64) {
        self.found = Some(solution.to_vec());
    }
    fn stop(&mut self, _: f64, iterations: i64) -> bool {
        iterations > self.left || self.control.cancelled() || (self.any && self.found.is_some())
    }
}

impl<'a> Probes<'a> {
    pub(super) fn new(tender: &'a Tender, options: &'a Options, control: &'a dyn Control) -> Self {
        let mut model = model::build_liftable(tender);
        model.model.cost.fill(0.0);
        model.model.offset = 0.0;
        model.model.money_scale = 1.0;
        let settings = Settings {
            time_limit: options.time_limit.map(|d| d.as_secs_f64()),
            gap: 0.0,
            absolute_gap: 1e-6,
            seed: u32::try_from(options.seed & 0x7fff_ffff).unwrap_or(0),
            presolve: options.attempt < 2,
            fragile_heuristics: false,
        };
        Self {
            tender,
            options,
            control,
            model,
            settings,
            waived: BTreeSet::new(),
            made: 0,
            inconclusive: 0,
            iterations: 0,
        }
    }

    /// Everything that has rows, demand apart.
    pub(super) fn requirements(&self) -> BTreeSet<Requirement> {
        self.model.model.label.iter().filter_map(|l| self.requirement(*l)).collect()
    }

    /// The needs whose lines stand in the rows of each of these; if there is none, in the rows of any.
    pub(super) fn needs_of(&self, set: &BTreeSet<Requirement>) -> Vec<NeedIx> {
        let each: Vec<BTreeSet<NeedIx>> = set.iter().map(|r| self.needs_in_rows(*r)).collect();
        let common = each.iter().cloned().reduce(|a, b| a.intersection(&b).copied().collect()).unwrap_or_default();
        let needs = if common.is_empty() { each.into_iter().flatten().collect() } else { common };
        needs.into_iter().collect()
    }

    fn needs_in_rows(&self, requirement: Requirement) -> BTreeSet<NeedIx> {
        let (model, volumes) = (&self.model.model, &self.model.volumes);
        let rows = (0..model.rows()).filter(|r| self.requirement(model.label[*r]) == Some(requirement));
        let columns: BTreeSet<Col> = rows.flat_map(|r| model.terms(r)).map(|(col, _)| col).collect();
        let within = |col: Col| columns.contains(&col);
        let lines = self.tender.candidates.enumerate();
        let spoken = lines.filter(|(c, _)| within(volumes.share[*c]) || within(volumes.packs[*c].0));
        spoken.map(|(_, line)| line.need).collect()
    }

    fn requirement(&self, label: RowLabel) -> Option<Requirement> {
        label.requirement(self.tender)
    }

    /// Whether these can hold together, all demand served but what is waived.
    pub(super) fn probe(&mut self, kept: &BTreeSet<Requirement>) -> Answer {
        let waived = self.waived.clone();
        self.probe_with(kept, &waived, |_| true)
    }

    /// The same with other demand waived, and of the rules only the instances that `asked` accepts.
    pub(super) fn probe_with(
        &mut self,
        kept: &BTreeSet<Requirement>,
        waived: &BTreeSet<CellIx>,
        asked: impl Fn(InstanceRow) -> bool,
    ) -> Answer {
        let mut lifted = self.model.model.clone();
        for row in 0..lifted.rows() {
            let label = lifted.label[row];
            let stays = match label {
                RowLabel::Rule(rule, i) => kept.contains(&Requirement::Rule(rule)) && asked((rule, i)),
                other => self.requirement(other).is_none_or(|r| kept.contains(&r)),
            };
            if !stays {
                (lifted.row_lower[row], lifted.row_upper[row]) = (f64::NEG_INFINITY, f64::INFINITY);
            }
        }
        waive(&mut lifted, waived);
        self.made += 1;
        match self.run(&lifted, true) {
            (_, Some(_)) => Answer::Holds,
            (Status::Infeasible, None) => Answer::Fails,
            _ => {
                self.inconclusive += 1;
                Answer::Unknown
            }
        }
    }

    /// Minimises the sum of what `elastic` requirements give way, each at `weight`, `hard` ones kept, all others lifted.
    /// One slack per requirement: what its worst row needs.
    pub(super) fn elastic(
        &mut self,
        hard: &BTreeSet<Requirement>,
        elastic: &BTreeSet<Requirement>,
        relaxed: bool,
    ) -> Elastic {
        let base = &self.model.model;
        let mut model = Model {
            money_scale: 1.0,
            lower: base.lower.clone(),
            upper: base.upper.clone(),
            integer: base.integer.iter().map(|i| *i && !relaxed).collect(),
            cost: vec![0.0; base.columns()],
            ..Model::default()
        };
        let mut slack: BTreeMap<Requirement, Col> = BTreeMap::new();
        for row in 0..base.rows() {
            let mut terms: Terms = base.terms(row).collect();
            let (low, high) = (base.row_lower[row], base.row_upper[row]);
            let requirement = self.requirement(base.label[row]);
            match requirement {
                Some(r) if elastic.contains(&r) => {
                    let col = *slack.entry(r).or_insert_with(|| model.column(1.0, 0.0, f64::INFINITY, false));
                    if low.is_finite() {
                        let mut terms = terms.clone();
                        terms.push((col, 1.0));
                        model.row(base.label[row], low, f64::INFINITY, terms);
                    }
                    if high.is_finite() {
                        terms.push((col, -1.0));
                        model.row(base.label[row], f64::NEG_INFINITY, high, terms);
                    }
                }
                Some(r) if !hard.contains(&r) => {}
                _ => model.row(base.label[row], low, high, terms),
            }
        }
        waive(&mut model, &self.waived);
        self.made += 1;
        match self.run(&model, false) {
            (_, Some(mut point)) => {
                let violation = |(r, c): (&Requirement, &Col)| (*r, point[c.0 as usize]);
                let broken = slack.iter().map(violation).filter(|(_, v)| *v > NOISE).collect();
                point.truncate(self.model.model.columns());
                Elastic::Point(broken, point)
            }
            (Status::Infeasible, None) => Elastic::Fails,
            _ => {
                self.inconclusive += 1;
                Elastic::Unknown
            }
        }
    }

    fn run(&mut self, model: &Model, any: bool) -> (Status, Option<Vec<f64>>) {
        let columns = i64::try_from(model.columns()).unwrap_or(i64::MAX);
        let all =
            self.options.work_limit.map_or(i64::MAX, |w| i64::try_from(w.saturating_mul(1000)).unwrap_or(i64::MAX));
        let left = (ITERATIONS + PER_COLUMN * columns).min(all - self.iterations);
        if left <= 0 || self.control.cancelled() {
            return (Status::Interrupted, None);
        }
        let mut budget = Budget { control: self.control, left, any, found: None };
        let outcome = confirmed::run(model, &self.settings, None, &mut budget);
        self.iterations += outcome.iterations;
        self.settings.time_limit = self.settings.time_limit.map(|t| (t - outcome.seconds).max(0.0));
        // An interrupted LP has no feasible point, an interrupted search has its best.
        (outcome.status, outcome.solution.or(budget.found))
    }
}

/// Demand that is not asked for: Σ x ≤ 1, and nothing has to be bought.
fn waive(model: &mut Model, waived: &BTreeSet<CellIx>) {
    for row in 0..model.rows() {
        match model.label[row] {
            RowLabel::Balance(cell) if waived.contains(&cell) => model.row_lower[row] = 0.0,
            RowLabel::Surplus(cell) if waived.contains(&cell) => model.row_lower[row] = f64::NEG_INFINITY,
            _ => {}
        }
    }
}
