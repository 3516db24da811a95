//! The award model: typed columns and rows in flat arrays, each with a business label.
//!
//! Algebra (`docs/mathematics.md`): x\[c\] share of a demand cell served by candidate c, n\[c\] whole packs, y used
//! indicators, λ tiers, M measures and V discounted values by tier, z switching, f formulary. One file per family of rows.

mod disjoint;
mod formulary;
mod indicators;
mod levels;
mod requirement;
mod volume;

use ballast_domain::Tender;
use ballast_domain::index::*;

pub(crate) use disjoint::DisjointSets;
pub(crate) use formulary::Formulary;
pub(crate) use indicators::Indicators;
pub(crate) use levels::turn_to;
pub(crate) use volume::{Volumes, money_scale};

use crate::prices;
use crate::rules;

/// A column of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Col(pub(crate) u32);

/// What a row says, in terms of the tender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowLabel {
    /// Links variables; never a reason of its own.
    Link,
    /// A demand cell is served.
    Balance(CellIx),
    /// Less than one pack over.
    Surplus(CellIx),
    /// Capacity of a product.
    ProductCapacity(ProductIx),
    /// Capacity of a plant.
    PlantCapacity(PlantIx),
    /// Capacity of a supplier.
    SupplierCapacity(SupplierIx),
    /// Most packs of an offer.
    OfferMaximum(OfferIx),
    /// Least packs of an offer that is used.
    OfferMinimum(OfferIx),
    /// Least spend of a supplier that wins.
    MinimumAward(SupplierIx),
    /// Most products of a need.
    MaxProducts(NeedIx),
    /// Most products of a need at a site.
    MaxProductsAtSite(CellIx),
    /// Most products of a need on formulary.
    FormularyLimit(NeedIx),
    /// A size of a need is bought.
    Coverage(NeedIx),
    /// Structure and required products of a conditional offer.
    Condition(OfferIx),
    /// Least packs of a site that uses an offer.
    MinimumOrder(OfferIx),
    /// Most spend of a supplier.
    MaximumAward(SupplierIx),
    /// A line picked by hand.
    Pick(PickIx),
    /// A rule of the tender, and which of its instances.
    Rule(RuleIx, u32),
}

/// Terms of a row or objective: column and coefficient.
pub(crate) type Terms = Vec<(Col, f64)>;

/// A mixed-integer model, minimised.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// Cost of each column, in scaled money.
    pub cost: Vec<f64>,
    /// Lower bound of each column.
    pub lower: Vec<f64>,
    /// Upper bound of each column.
    pub upper: Vec<f64>,
    /// Whether the column is integer.
    pub integer: Vec<bool>,
    /// Start of each row in `index` and `value`; one more entry than rows.
    pub start: Vec<i32>,
    /// Columns of the rows.
    pub index: Vec<i32>,
    /// Coefficients of the rows.
    pub value: Vec<f64>,
    /// Lower bound of each row.
    pub row_lower: Vec<f64>,
    /// Upper bound of each row.
    pub row_upper: Vec<f64>,
    /// Label of each row.
    pub label: Vec<RowLabel>,
    /// Constant of the objective, in scaled money.
    pub offset: f64,
    /// Money per unit of objective.
    pub money_scale: f64,
    /// True if levelled rules may give way: nothing may be concluded from them.
    pub open: bool,
    /// True if rows may be lifted later: nothing may then be concluded from them when others are written.
    pub liftable: bool,
}

impl Model {
    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.cost.len()
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.label.len()
    }

    /// Terms of a row, by column.
    pub(crate) fn terms(&self, row: usize) -> impl Iterator<Item = (Col, f64)> + '_ {
        let entries = self.start[row] as usize..self.start[row + 1] as usize;
        entries.map(|k| (Col(self.index[k] as u32), self.value[k]))
    }

    /// The model with only these rows.
    pub(crate) fn only_rows(&self, mut keep: impl FnMut(usize) -> bool) -> Self {
        let mut model = Self { money_scale: self.money_scale, offset: self.offset, ..Self::default() };
        model.cost.clone_from(&self.cost);
        model.lower.clone_from(&self.lower);
        model.upper.clone_from(&self.upper);
        model.integer.clone_from(&self.integer);
        for row in (0..self.rows()).filter(|row| keep(*row)) {
            model.row(self.label[row], self.row_lower[row], self.row_upper[row], self.terms(row).collect());
        }
        model
    }

    pub(crate) fn column(&mut self, cost: f64, lower: f64, upper: f64, integer: bool) -> Col {
        self.cost.push(cost);
        self.lower.push(lower);
        self.upper.push(upper);
        self.integer.push(integer);
        Col(u32::try_from(self.cost.len() - 1).unwrap_or(u32::MAX))
    }

    pub(crate) fn binary(&mut self, cost: f64) -> Col {
        self.column(cost, 0.0, 1.0, true)
    }

    pub(crate) fn add_cost(&mut self, col: Col, cost: f64) {
        self.cost[col.0 as usize] += cost;
    }

    /// Adds `lower ≤ Σ terms ≤ upper`; terms on the same column are added up.
    pub(crate) fn row(&mut self, label: RowLabel, lower: f64, upper: f64, mut terms: Terms) {
        if self.start.is_empty() {
            self.start.push(0);
        }
        terms.sort_by_key(|(c, _)| *c);
        let mut last: Option<Col> = None;
        for (col, coefficient) in terms {
            match (last, self.value.last_mut()) {
                (Some(l), Some(v)) if l == col => *v += coefficient,
                _ => {
                    self.index.push(col.0 as i32);
                    self.value.push(coefficient);
                    last = Some(col);
                }
            }
        }
        self.start.push(i32::try_from(self.index.len()).unwrap_or(i32::MAX));
        self.row_lower.push(lower);
        self.row_upper.push(upper);
        self.label.push(label);
    }
}

/// The slack of a levelled rule; the relaxation ladder opens it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relaxation {
    /// The column, 0 to 1.
    pub(crate) slack: Col,
    /// 1 to 4; 4 is given up first.
    pub(crate) level: u32,
    /// What a slack of 1 counts within its level.
    pub(crate) weight: f64,
}

/// The model of a tender with what is needed to read an award out of a solution.
#[derive(Debug, Clone)]
pub struct AwardModel {
    /// The model.
    pub model: Model,
    /// Volumes of the candidates.
    pub(crate) volumes: Volumes,
    /// What may be on formulary, for needs with a limit.
    pub(crate) formulary: Formulary,
    /// Tier columns with their thresholds.
    pub(crate) thresholds: Vec<prices::Threshold>,
    /// Slacks of levelled rules.
    pub(crate) relaxations: Vec<Relaxation>,
    /// Money of each level's measures over the contract; none where the tender names no objective.
    pub(crate) measures: Vec<rules::objective::Linear>,
}

/// Builds the model, with the cost of the objective's first level.
pub fn build(tender: &Tender) -> AwardModel {
    levels::first(tender, build_unmeasured(tender, false))
}

/// The same in which levelled rules may give way.
pub(crate) fn build_open(tender: &Tender) -> AwardModel {
    levels::first(tender, build_unmeasured(tender, true))
}

/// The model with the money of the first level alone on its cost.
fn build_unmeasured(tender: &Tender, open: bool) -> AwardModel {
    build_in(tender, Model { money_scale: money_scale(tender), open, ..Model::default() })
}

/// The same so that each requirement's rows can be lifted without a trace in the others; levelled rules give way, as they do
/// before there is a conflict.
pub(crate) fn build_liftable(tender: &Tender) -> AwardModel {
    build_in(tender, Model { money_scale: money_scale(tender), liftable: true, open: true, ..Model::default() })
}

/// All rules are listed here, in order.
fn build_in(tender: &Tender, mut model: Model) -> AwardModel {
    let volumes = Volumes::new(tender, &mut model);
    let formulary = formulary::add(tender, &mut model);
    let mut used = Indicators::default();
    let mut readers = prices::Readers::default();
    rules::balance::add(tender, &mut model, &volumes);
    rules::capacity::add(tender, &mut model, &volumes);
    rules::standardization::add(tender, &mut model, &volumes, &mut used);
    rules::coverage::add(tender, &mut model, &volumes);
    rules::minimum::add(tender, &mut model, &volumes, &mut used);
    rules::onboarding::add(tender, &mut model, &volumes, &mut used);
    rules::switching::add(tender, &mut model, &volumes);
    rules::outcome::add(tender, &mut model, &volumes);
    rules::minimum_order::add(tender, &mut model, &volumes, &mut used);
    rules::conditional::add(tender, &mut model, &volumes, &mut used, &formulary, &mut readers);
    rules::adjustments::add(tender, &mut model, &volumes, &mut used, &formulary, &mut readers);
    rules::packages::add(tender, &mut model, &volumes);
    rules::picks::add(tender, &mut model, &volumes);
    let relaxations = rules::tender_rules::add(tender, &mut model, &volumes, &mut used, &formulary, &mut readers);
    let measures = rules::objective::add(tender, &mut model, &volumes, &mut used, &formulary, &mut readers);
    let thresholds = prices::add(tender, &mut model, &volumes, &readers);
    AwardModel { model, volumes, formulary, thresholds, relaxations, measures }
}
