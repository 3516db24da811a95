//! `ballast.compare/1`: scenarios and awards beside the tender as it stands.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::award::BaselinePart;
use super::study::{AnswerPart, DifferencePart, IntervalPart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CompareBody {
    /// The tender as it stands.
    pub base: ColumnPart,
    /// Scenarios and awards, in the order given.
    pub columns: Vec<ColumnPart>,
}

/// One column.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ColumnPart {
    /// Name.
    pub name: String,
    /// `base`, `scenario` or `award`.
    pub kind: String,
    /// Hash of the tender after the edits.
    pub input_hash: String,
    /// What the solve gave; for an award from a file, what it costs.
    pub answer: AnswerPart,
    /// Real money over the contract.
    pub cash: Option<Decimal>,
    /// Money that stands for something else.
    pub shadow: Option<Decimal>,
    /// Against what is bought today.
    pub baseline: Option<BaselinePart>,
    /// What of the hard rules and facts an award from a file breaks.
    pub broken: Vec<String>,
    /// Value less that of the base award.
    pub change: Option<Decimal>,
    /// What the edits together can only do to the best value: `tightens` (it cannot save), `loosens` (it cannot cost),
    /// `same`; null where that is not known.
    pub direction: Option<String>,
    /// What is proven about the difference of the best values.
    pub proven: IntervalPart,
    /// What differs from the base award.
    pub difference: Option<DifferencePart>,
    /// The difference edit by edit; the parts depend on their order.
    pub edits: Vec<EditShare>,
}

/// One edit's part of a difference.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EditShare {
    /// Edit.
    pub name: String,
    /// What it does.
    pub sentence: String,
    /// Cells it touched.
    pub touched: usize,
    /// The tender up to this edit.
    pub answer: AnswerPart,
    /// Value less that before the edit.
    pub change: Option<Decimal>,
    /// What the edit can only do to the best value: `tightens`, `loosens`, `same`; null where that is not known.
    pub direction: Option<String>,
    /// What is proven about that.
    pub proven: IntervalPart,
}
