//! `ballast.sweep/1`: a grid of tenders, each decided.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::study::{AnswerPart, DifferencePart, IntervalPart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SweepBody {
    /// The tender as it stands.
    pub base: AnswerPart,
    /// The axes, in order.
    pub axes: Vec<AxisPart>,
    /// Every cell, the last axis fastest.
    pub cells: Vec<CellPart>,
}

/// One axis.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AxisPart {
    /// Name.
    pub name: String,
    /// Its values.
    pub values: Vec<String>,
}

/// One cell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellPart {
    /// Value of each axis.
    pub at: Vec<String>,
    /// What the edits of this cell do.
    pub sentences: Vec<String>,
    /// What the solve gave; `no_tender` where the edits make none.
    pub answer: AnswerPart,
    /// Value less that of the tender as it stands.
    pub change: Option<Decimal>,
    /// What the edits can only do to the best value: `tightens` (it cannot save), `loosens` (it cannot cost), `same`; null
    /// where that is not known.
    pub direction: Option<String>,
    /// What is proven about that.
    pub proven: IntervalPart,
    /// Value less that of the cell before on the last axis: the price of one step.
    pub step: Option<Decimal>,
    /// What is proven about the step.
    pub step_proven: IntervalPart,
    /// What differs from the award of the tender as it stands.
    pub difference: Option<DifferencePart>,
}
