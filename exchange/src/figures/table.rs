//! Tables of shown numbers with the values behind them: the page shows the one, the report document holds the other.

use rust_decimal::Decimal;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{number, palette};
use crate::documents::stress::EstimatePart;

/// A table.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Table {
    /// What it shows; empty where the text before it says so.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, as long as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// How it is laid out.
    #[serde(skip)]
    pub look: Look,
}

/// Layout of a table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Look {
    /// Rows with rules between them.
    #[default]
    Plain,
    /// Tight coloured cells.
    Heat,
    /// The same with headers turned, for many columns.
    WideHeat,
}

impl Look {
    /// Class in the style sheet.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Heat => "heat",
            Self::WideHeat => "heat turned",
        }
    }
}

/// A column.
#[derive(Debug, Clone, Serialize)]
pub struct Column {
    /// Header, with the unit.
    pub name: String,
    /// Numbers stand to the right.
    #[serde(skip)]
    pub numeric: bool,
}

/// A cell.
#[derive(Debug, Clone)]
pub struct Cell {
    /// As shown.
    pub shown: String,
    /// The value, exact.
    pub value: Value,
    /// A smaller remark below.
    pub note: String,
    /// Length of a bar below, 0 to 1.
    pub bar: Option<f64>,
    /// Share that colours the cell, 0 to 1.
    pub heat: Option<f64>,
    /// Stands out.
    pub strong: bool,
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The remark of an estimate repeats its interval.
        if self.note.is_empty() || self.value.is_object() {
            return self.value.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("value", &self.value)?;
        map.serialize_entry("note", &self.note)?;
        map.end()
    }
}

impl Table {
    /// An empty table. A column whose name starts with `#` holds numbers.
    pub fn new<T: AsRef<str>>(columns: impl IntoIterator<Item = T>) -> Self {
        let column = |name: T| {
            let name = name.as_ref();
            Column { name: name.trim_start_matches('#').to_owned(), numeric: name.starts_with('#') }
        };
        Self { columns: columns.into_iter().map(column).collect(), ..Self::default() }
    }

    /// With a caption.
    #[must_use]
    pub fn caption(self, caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), ..self }
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl Into<Vec<Cell>>) {
        self.rows.push(row.into());
    }

    /// Classes in the style sheet.
    pub fn class(&self) -> String {
        let narrow = if self.columns.len() <= 3 { " narrow" } else { "" };
        let short = if self.rows.len() <= 12 { " short" } else { "" };
        format!("{}{narrow}{short}", self.look.class())
    }

    /// Rows whose cells know whether they stand to the right.
    pub fn lines(&self) -> impl Iterator<Item = Vec<(&Cell, bool)>> {
        let numeric = |i: usize| self.columns.get(i).is_some_and(|c| c.numeric);
        self.rows.iter().map(move |r| r.iter().enumerate().map(|(i, c)| (c, numeric(i))).collect())
    }
}

impl Cell {
    fn new(shown: String, value: Value) -> Self {
        Self { shown, value, note: String::new(), bar: None, heat: None, strong: false }
    }

    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(text.clone(), Value::from(text))
    }

    /// Nothing to show.
    pub fn none() -> Self {
        Self::new("–".to_owned(), Value::Null)
    }

    /// An empty place.
    pub fn blank() -> Self {
        Self::new(String::new(), Value::Null)
    }

    /// Words that the row above showed already.
    pub fn repeated(text: impl Into<String>) -> Self {
        Self { shown: String::new(), ..Self::text(text) }
    }

    /// Money without cents; the value keeps them.
    pub fn money(amount: Decimal) -> Self {
        Self::new(number::money(amount), Value::from(amount.normalize().to_string()))
    }

    /// Money with its sign.
    pub fn signed(amount: Decimal) -> Self {
        Self { shown: number::signed(amount), ..Self::money(amount) }
    }

    /// A decimal as it stands.
    pub fn exact(amount: Decimal) -> Self {
        let text = amount.normalize().to_string();
        Self::new(text.clone(), Value::from(text))
    }

    /// A number of things.
    pub fn count(n: usize) -> Self {
        Self::new(number::count(n), Value::from(n))
    }

    /// A float, shown by `show`.
    pub fn float(value: f64, show: impl Fn(f64) -> String) -> Self {
        Self::new(show(value), Value::from(value))
    }

    /// A float that may be missing.
    pub fn maybe(value: Option<f64>, show: impl Fn(f64) -> String) -> Self {
        value.map_or_else(Self::none, |v| Self::float(v, show))
    }

    /// An estimate with its interval below.
    pub fn estimate(e: &EstimatePart, show: impl Fn(f64) -> String) -> Self {
        let value = serde_json::json!({ "value": e.value, "low": e.low, "high": e.high });
        Self::new(show(e.value), value).note(number::ends(e, show))
    }

    /// With a remark.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// With a bar.
    #[must_use]
    pub fn bar(self, part: f64) -> Self {
        Self { bar: Some(part.clamp(0.0, 1.0)), ..self }
    }

    /// Coloured by a share.
    #[must_use]
    pub fn heat(self, share: f64) -> Self {
        Self { heat: Some(share), ..self }
    }

    /// Standing out.
    #[must_use]
    pub fn strong(self) -> Self {
        Self { strong: true, ..self }
    }

    /// Inline style of a coloured cell; empty for others.
    pub fn style(&self) -> String {
        self.heat.map(palette::heat).unwrap_or_default()
    }

    /// Length of the bar in percent.
    pub fn bar_percent(&self) -> Option<String> {
        self.bar.map(|b| format!("{:.1}", b * 100.0))
    }
}
