//! Where the columns of a table stand on the sheet of a workbook, so that a finding can name its cell.

use std::collections::BTreeMap;

/// One column's position. `row` is given where the columns of one row stand below each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    column: u16,
    row: Option<u32>,
}

/// Position of each column of a row, by name. The name of a row as a whole is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Layout(BTreeMap<String, Spot>);

impl Layout {
    /// Columns side by side: names with their position, counted from 0. The first of two of one name counts.
    pub fn columns<'a>(names: impl IntoIterator<Item = (&'a str, u16)>) -> Self {
        let mut layout = Self::default();
        for (name, column) in names {
            layout.0.entry(name.to_owned()).or_insert(Spot { column, row: None });
        }
        layout
    }

    /// Adds a column that stands in a row of its own, counted from 1.
    pub fn put(&mut self, name: &str, column: u16, row: u32) {
        self.0.entry(name.to_owned()).or_insert(Spot { column, row: Some(row) });
    }

    /// Row, counted from 1, and column, counted from 0, of a cell of the row on this line.
    pub fn spot(&self, name: &str, line: Option<u32>) -> Option<(u32, u16)> {
        let spot = self.0.get(name)?;
        Some((spot.row.or(line)?, spot.column))
    }
}

/// The letters of a column, counted from 0: `A`, `Z`, `AA`.
pub fn letters(column: u16) -> String {
    let mut text = Vec::new();
    let mut rest = u32::from(column) + 1;
    while rest > 0 {
        text.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    text.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        let known =
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA"), (16383, "XFD")];
        for (column, expected) in known {
            assert_eq!(letters(column), expected);
        }
    }

    #[test]
    fn a_cell_is_found_by_the_line_or_by_its_own_row() {
        let mut layout = Layout::columns([("price", 5), ("price", 7)]);
        layout.put("currency", 1, 3);
        assert_eq!(layout.spot("price", Some(17)), Some((17, 5)));
        assert_eq!(layout.spot("currency", Some(17)), Some((3, 1)));
        assert_eq!((layout.spot("price", None), layout.spot("packs", Some(1))), (None, None));
    }
}
