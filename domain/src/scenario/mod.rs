//! What-if: an ordered list of named edits over an unchanged tender. An edit changes text cells, before anything is
//! read, so every column of every table can be edited and every fault is found where any tender's faults are found.
//!
//! [`apply`] never guesses: an edit that touches no cell is an error that names the part of its selector which matches
//! nothing. Each edit is told as a sentence with the number of cells it touched.

mod apply;
mod cells;
mod plants;
mod reference;
mod rows;
mod select;
mod sentence;

use rust_decimal::Decimal;

use crate::finding::Place;

pub use apply::{Edited, Told, apply};

/// A named list of edits, those of the scenarios it extends first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scenario {
    /// Name.
    pub name: String,
    /// Why anyone asks; may be empty.
    pub why: String,
    /// The edits, in order.
    pub edits: Vec<Edit>,
}

/// One named edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// Name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// What it does.
    pub action: Action,
}

/// Which rows: for each column named, the accepted values. A column may belong to a row that the row refers to
/// (`product.supplier`, or plainly `category` where only one reference leads to it). No column: every row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter(pub Vec<(String, Vec<String>)>);

/// What becomes of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It says this; `None` leaves it blank.
    Set(Option<String>),
    /// It is multiplied, exactly.
    Scale(Decimal),
    /// This is added to it, exactly.
    Add(Decimal),
}

/// A line of another award that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLine {
    /// Site.
    pub site: String,
    /// Need.
    pub need: String,
    /// Product.
    pub product: String,
    /// Offer.
    pub offer: String,
    /// Share of the demand cell, at most 9 decimals.
    pub share: Decimal,
}

/// What an edit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Changes a column of selected rows.
    Cells {
        /// Table.
        table: String,
        /// Column.
        column: String,
        /// Rows.
        filter: Filter,
        /// What becomes of the cells.
        change: Change,
    },
    /// Adds rows, each as columns and text.
    AddRows {
        /// Table.
        table: String,
        /// The rows.
        rows: Vec<Vec<(String, String)>>,
    },
    /// Takes selected rows out.
    DropRows {
        /// Table.
        table: String,
        /// Rows.
        filter: Filter,
    },
    /// Takes rules out.
    RuleOff(Vec<String>),
    /// Puts rules back that an earlier edit took out.
    RuleOn(Vec<String>),
    /// Gives a rule other bounds.
    Rebound {
        /// The rule.
        id: String,
        /// Columns and text.
        bounds: Vec<(String, String)>,
    },
    /// Multiplies demand: quantity, low and high.
    Demand {
        /// Demand rows.
        filter: Filter,
        /// Factor.
        factor: Decimal,
    },
    /// Customs duty on what is made in a country.
    Tariff {
        /// Country.
        country: String,
        /// Fraction of the list price, added to what the plants bear already.
        percent: Decimal,
    },
    /// Plants that make nothing.
    PlantOut(Vec<String>),
    /// Moves a step of a schedule.
    Tier {
        /// Schedule.
        schedule: String,
        /// The step's threshold in the tender.
        from: Decimal,
        /// Its new threshold.
        to: Option<Decimal>,
        /// Its new fraction or price.
        value: Option<Decimal>,
    },
    /// Keeps what another award decided.
    Lock {
        /// Which of its lines, by their site, need, product or offer.
        filter: Filter,
        /// Name of the file the award came from.
        award: String,
        /// All lines of that award.
        lines: Vec<KeptLine>,
    },
}
