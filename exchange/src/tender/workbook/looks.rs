//! How sheets look: what the library that reads cells does not tell is looked up in the XML, so that an annotated copy keeps
//! it. Rows that are not shown are reported, too, because whoever looked at the sheet did not see them. Whatever is odd there
//! is left out: looks are no reason to refuse a file.

mod notes;
mod sheet;
mod styles;
mod xml;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::tender::packed::Archive;
pub(super) use notes::{AUTHOR, PARTED};
pub(super) use styles::Style;

/// Cells whose style is kept, over all sheets: so many that no sheet made by hand has more.
const STYLED: usize = 200_000;
/// Notes and lists that are kept per sheet.
const KEPT: usize = 20_000;

/// The looks of one sheet; rows and columns are counted from 0.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Looks {
    /// Rows that are not shown, by hand or by a filter. They are read like all others.
    pub(super) hidden_rows: Vec<u32>,
    /// Columns of a width of their own.
    pub(super) columns: Vec<Width>,
    /// The first row and column that scroll.
    pub(super) frozen: Option<(u32, u16)>,
    /// Lists to choose from.
    pub(super) lists: Vec<List>,
    /// Notes of the user at cells.
    pub(super) notes: Vec<(u32, u16, String)>,
    /// Styles of cells.
    pub(super) styles: Vec<(u32, u16, Style)>,
}

/// Columns of one width.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Width {
    pub(super) first: u16,
    pub(super) last: u16,
    pub(super) pixels: Option<u32>,
    pub(super) hidden: bool,
}

/// A list to choose from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct List {
    /// First row and column, last row and column.
    pub(super) ranges: Vec<[u32; 4]>,
    /// Where the words stand, or the words.
    pub(super) formula: String,
    /// `stop`, `warning` or `information`.
    pub(super) strictness: String,
    pub(super) title: String,
    pub(super) message: String,
}

/// The looks of all sheets by name.
pub(super) fn by_sheet(archive: &mut Archive) -> BTreeMap<String, Looks> {
    let targets = xml::targets(archive, "xl/_rels/workbook.xml.rels");
    let mut parts = Vec::new();
    xml::each_element(archive, "xl/workbook.xml", |element| {
        if element.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (xml::attribute(element, "name"), xml::attribute(element, "r:id"))
        {
            parts.push((name, id));
        }
    });
    let styles = styles::all(archive);
    let mut left = STYLED;
    let mut looks = BTreeMap::new();
    for (name, id) in parts {
        let Some((_, target)) = targets.get(&id) else { continue };
        let part = xml::within("xl", target);
        let mut own = sheet::read(archive, &part, &styles, &mut left);
        own.notes = notes::of(archive, &part);
        looks.insert(name, own);
    }
    looks
}
