//! One answer of one bidder for one item, or one further tier of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ballast_domain::finding::Place;
use ballast_domain::layout::Layout;

/// Words for "we do not bid", in lower case. A blank price says nothing, and 0 is a price.
const REFUSALS: [&str; 3] = ["nb", "no bid", "n/b"];

/// Cells by column of the long form.
pub(super) struct Answer {
    /// Row of the sheet, counted from 0.
    pub(super) row: u32,
    pub(super) cells: BTreeMap<String, String>,
    /// Where each column stands, filled or not.
    pub(super) layout: Arc<Layout>,
    /// What is wrong was said already.
    pub(super) refused: bool,
}

impl Answer {
    pub(super) fn get(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }

    /// The place of the row.
    pub(super) fn place(&self, sheet: &str) -> Place {
        Place { line: Some(self.row + 1), layout: Some(Arc::clone(&self.layout)), ..Place::file(sheet) }
    }

    /// The bidder says that it does not bid.
    pub(super) fn declines(&self) -> bool {
        self.get("price").is_some_and(|p| REFUSALS.contains(&p.to_lowercase().as_str()))
    }

    /// Nothing but what names the item.
    pub(super) fn unanswered(&self, given: &[&str]) -> bool {
        !self.refused && self.cells.keys().all(|c| given.contains(&c.as_str()))
    }
}
