//! How the file is to be read: its form, its columns, what odd cells mean, which rows count.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::purchases::pattern::Pattern;
use crate::purchases::template::Template;

/// Form of the file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileForm {
    /// Character between cells.
    #[serde(default = "comma")]
    pub delimiter: char,
    /// Character encoding.
    #[serde(default)]
    pub encoding: Encoding,
    /// Decimal mark.
    #[serde(default = "point")]
    pub decimal: char,
    /// Mark between groups of three digits.
    pub thousands: Option<char>,
    /// Signs and words that may stand beside a number, such as `$` or `EUR`.
    #[serde(default)]
    pub currency_signs: Vec<String>,
    /// Column whose cell names the row; other rows point to it.
    pub key: Option<String>,
    /// What becomes of a second row with the same key.
    #[serde(default)]
    pub duplicates: Duplicates,
}

/// Character encoding of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// What Western European spreadsheets write.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What becomes of a second row with the same key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// It counts.
    #[default]
    Keep,
    /// It is ignored.
    Ignore,
}

/// Which columns hold dates, quantities and money.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowPart {
    /// The date that decides whether a row lies in the window.
    pub date: DateColumn,
    /// When delivery was promised.
    pub promised: Option<DateColumn>,
    /// When it came; absent: `date`.
    pub delivered: Option<DateColumn>,
    /// When the order went to the supplier.
    pub ordered: Option<DateColumn>,
    /// Packs bought.
    pub packs: String,
    /// Need units in a pack.
    pub pack_size: String,
    /// Money paid for the row; absent: packs × `price`.
    pub value: Option<String>,
    /// Money paid for a pack.
    pub price: Option<String>,
    /// Freight of the row.
    pub freight: Option<String>,
    /// Names the delivery a row came with; rows of one delivery from one plant count once for lateness.
    pub delivery: Option<Template>,
}

/// A column of dates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateColumn {
    /// Column.
    pub column: String,
    /// strptime patterns, tried in order.
    pub formats: Vec<String>,
    /// Words that mean that there is no date.
    #[serde(default)]
    pub none: Vec<String>,
}

/// A column made from others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Derive {
    /// Name of the new column.
    pub column: String,
    /// What it is made from.
    pub from: Template,
    /// Parts of the text to replace, in order.
    #[serde(default)]
    pub replace: Vec<(String, String)>,
    /// Whole texts and what they become.
    #[serde(default)]
    pub table: BTreeMap<String, String>,
    /// Patterns and what the text becomes; the first that fits holds.
    #[serde(default)]
    pub cases: Vec<Case>,
    /// What it becomes where neither table nor cases fit; absent: it stays.
    pub otherwise: Option<String>,
}

/// A pattern and what a text that fits it becomes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Regular expression.
    pub pattern: Pattern,
    /// The text; `$1` is the first group.
    pub value: String,
}

/// What a cell that is no plain number means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellPattern {
    /// The columns it speaks of.
    pub columns: Vec<String>,
    /// Regular expression; for a reference its first group is the key of the row pointed to, for a number the number.
    pub pattern: Pattern,
    /// The meaning.
    pub means: Meaning,
}

/// Meaning of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Nothing is due: the price includes it.
    Included,
    /// Not known.
    Unknown,
    /// It stands in another row and covers this one too.
    Reference,
    /// A number inside other text.
    Number,
}

/// A test on one cell. All the tests given must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Why rows go, as the reconciliation prints it.
    pub reason: String,
    /// Column.
    pub column: String,
    /// One of these texts.
    pub is: Option<Vec<String>>,
    /// Fits this pattern.
    pub matches: Option<Pattern>,
    /// A number below this.
    pub below: Option<f64>,
    /// A number of at least this.
    pub at_least: Option<f64>,
}

fn comma() -> char {
    ','
}
fn point() -> char {
    '.'
}
