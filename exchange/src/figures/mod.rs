//! Figures of the report: each has a title, a sentence that says what to see, drawings as inline SVG, and the table of
//! the numbers drawn. Nothing is drawn that is not in the table.

mod axis;
pub mod curve;
pub mod dots;
pub mod exceedance;
pub mod fan;
pub mod number;
pub mod palette;
pub mod replay;
mod svg;
mod table;
pub mod waterfall;

use serde::Serialize;

pub use svg::FigureError;
pub use table::{Cell, Column, Look, Table};

/// A figure.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// Its anchor in the page.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// What to see in it, with units.
    pub caption: String,
    /// Colours and strokes in words.
    #[serde(skip)]
    pub legend: Vec<Key>,
    /// One drawing, or small multiples on the same axes.
    #[serde(skip)]
    pub panels: Vec<Panel>,
    /// The numbers drawn.
    pub table: Table,
}

/// One drawing of a figure.
#[derive(Debug, Clone)]
pub struct Panel {
    /// What sets it apart from its neighbours; empty if it stands alone.
    pub title: String,
    /// The drawing, an `svg` element.
    pub svg: String,
}

/// An entry of a legend.
#[derive(Debug, Clone)]
pub struct Key {
    /// Class of the swatch in the style sheet.
    pub class: &'static str,
    /// What it stands for.
    pub label: String,
}

impl Figure {
    /// Class of its panels in the style sheet: how they stand side by side.
    pub fn arrangement(&self) -> &'static str {
        match self.panels.len() {
            0 | 1 => "panels",
            2 | 4 => "panels many two",
            _ => "panels many",
        }
    }
}

impl Key {
    /// A swatch with its meaning.
    pub fn new(class: &'static str, label: impl Into<String>) -> Self {
        Self { class, label: label.into() }
    }
}
