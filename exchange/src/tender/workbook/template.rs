//! A workbook to fill in: a sheet per table with every column, what each means as a note at its head, and lists of what
//! may stand in a cell. Filled with a tender's rows if there are some.

use std::collections::BTreeMap;
use std::io;

use ballast_domain::layout::letters;
use ballast_domain::raw::RawTable;
use ballast_domain::schema::{Column, Table};
use ballast_domain::tables::{Draft, all_tables, canonical};
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, Formula, Note, Workbook, Worksheet, XlsxError,
};

use super::bids::{BIDS, wide_heads};
use super::settings_sheet::HEADS;
use super::write::{Form, Pen};

/// The form of the workbooks that this program writes.
const FORMAT: &str = "ballast.workbook/1";
/// Rows that get lists to choose from.
const ROWS: u32 = 5_000;
/// The sheet of words that cells may hold.
const LISTS: &str = "Lists";

/// Writes the template; `draft` fills it, `wide` adds a sheet of bids with a group of columns per supplier.
///
/// # Errors
/// If a table has more rows, or a cell more text, than a sheet can hold.
pub fn write_template(draft: Option<&Draft>, wide: bool) -> io::Result<Vec<u8>> {
    template(draft, wide).map_err(io::Error::other)
}

fn template(draft: Option<&Draft>, wide: bool) -> Result<Vec<u8>, XlsxError> {
    let tables = all_tables();
    let filled = draft.map(canonical).unwrap_or_default();
    let rows = |name: &str| filled.tables.iter().find(|t| t.name == name);
    let mut book = Workbook::new();
    let maker = Maker { pen: Pen::new(), lists: Lists::of(&tables), tables: &tables };
    maker.readme(book.add_worksheet().set_name("README")?, wide)?;
    for table in &tables {
        let sheet = book.add_worksheet().set_name(table.name)?;
        match table.name {
            "tender" => maker.settings(sheet, table, rows(table.name))?,
            _ => maker.table(sheet, table, rows(table.name))?,
        }
    }
    if wide {
        maker.bids(book.add_worksheet().set_name(BIDS)?, rows("suppliers"), rows("needs"))?;
    }
    maker.lists.write(book.add_worksheet().set_name(LISTS)?, &maker.pen)?;
    let meta = book.add_worksheet().set_name("_meta")?;
    for (row, (key, value)) in (0..).zip([("format", FORMAT), ("bids", if wide { "wide" } else { "none" })]) {
        maker.pen.text(meta, row, 0, key, &maker.pen.text)?;
        maker.pen.text(meta, row, 1, value, &maker.pen.text)?;
    }
    meta.protect().set_hidden(true);
    book.save_to_buffer()
}

struct Maker<'a> {
    pen: Pen,
    lists: Lists,
    tables: &'a [Table],
}

impl Maker<'_> {
    fn readme(&self, sheet: &mut Worksheet, wide: bool) -> Result<(), XlsxError> {
        let bold = Format::new().set_bold();
        let mut row = 0;
        let mut line = |cells: [&str; 3], format: &Format| -> Result<(), XlsxError> {
            for (column, text) in (0..).zip(cells).filter(|(_, text)| !text.is_empty()) {
                sheet.write_string_with_format(row, column, text, format)?;
            }
            row += 1;
            Ok(())
        };
        let plain = Format::new().set_align(FormatAlign::Top);
        line(
            ["A tender: who needs what, who offers it at which price, and what the award must respect", "", ""],
            &bold,
        )?;
        for text in [
            "One sheet per table. Tables that you do not need stay empty. Columns with a dark head must be filled in every row.",
            "Point at a head to read what the column means, its unit and an example. Ids are text: their zeros stay.",
            "Lists in one cell are separated by ; such as S1;S2. Fractions are written as such: 12 % is 0.12.",
            "Do not rename sheets or heads. The sheets README, Lists, _meta and Issues are not read.",
            "ballast check FILE.xlsx --annotate COPY.xlsx marks what is wrong, cell by cell, in a copy of this workbook.",
        ] {
            line([text, "", ""], &plain)?;
        }
        if wide {
            let text = "Bids: one row per need on the sheet bids. NB is no bid; a blank group is no answer; 0 is a price of 0.";
            line([text, "", ""], &plain)?;
        }
        line(["", "", ""], &plain)?;
        line(["sheet", "a row is", "further columns"], &bold)?;
        for table in self.tables {
            let wild: Vec<&str> = table.columns.iter().filter_map(|c| c.name.strip_suffix('*')).collect();
            let wild: Vec<String> = wild.iter().map(|w| format!("{w}NAME")).collect();
            line([table.name, table.meaning, &wild.join(", ")], &plain)?;
        }
        sheet.set_column_width(0, 18)?.set_column_width(1, 90)?.set_column_width(2, 24)?;
        Ok(())
    }

    fn table(&self, sheet: &mut Worksheet, table: &Table, rows: Option<&RawTable>) -> Result<(), XlsxError> {
        let declared: Vec<&Column> = table.columns.iter().filter(|c| !c.name.ends_with('*')).collect();
        for (at, column) in (0..).zip(&declared) {
            self.head(sheet, 0, at, column)?;
            if Form::of_kind(&column.kind) == Form::Text {
                sheet.set_column_format(at, &self.pen.text)?;
            }
            sheet.set_column_width(at, u16::try_from(column.name.len() + 4).unwrap_or(40).clamp(12, 40))?;
            self.allow(sheet, table, column, (1, at, ROWS, at))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let Some(rows) = rows else { return Ok(()) };
        let mut next = u16::try_from(declared.len()).unwrap_or(u16::MAX);
        for (i, name) in rows.columns.iter().enumerate() {
            let at = match declared.iter().position(|c| c.name == *name) {
                Some(at) => u16::try_from(at).unwrap_or(u16::MAX),
                None => {
                    self.pen.text(sheet, 0, next, name, &self.pen.head)?;
                    next += 1;
                    next - 1
                }
            };
            let form = declared.iter().find(|c| c.name == *name).map_or(Form::Text, |c| Form::of_kind(&c.kind));
            for (line, row) in (1..).zip(&rows.rows) {
                if let Some(text) = &row.cells[i] {
                    self.pen.cell(sheet, line, at, text, form)?;
                }
            }
        }
        Ok(())
    }

    fn settings(&self, sheet: &mut Worksheet, table: &Table, rows: Option<&RawTable>) -> Result<(), XlsxError> {
        for (at, head) in (0..).zip(HEADS.into_iter().chain(["meaning", "unit"])) {
            self.pen.text(sheet, 0, at, head, &self.pen.head)?;
        }
        for (line, column) in (1..).zip(table.columns.iter().filter(|c| !c.name.ends_with('*'))) {
            self.head(sheet, line, 0, column)?;
            self.pen.text(sheet, line, 2, column.meaning, &self.pen.text)?;
            self.pen.text(sheet, line, 3, column.unit, &self.pen.text)?;
            self.allow(sheet, table, column, (line, 1, line, 1))?;
            let text = rows.and_then(|r| {
                let i = r.columns.iter().position(|c| *c == column.name)?;
                r.rows.first()?.cells[i].as_deref()
            });
            match text {
                Some(text) => self.pen.cell(sheet, line, 1, text, Form::of_kind(&column.kind))?,
                None if Form::of_kind(&column.kind) == Form::Text => {
                    sheet.write_blank(line, 1, &self.pen.text)?;
                }
                None => {}
            }
        }
        for (at, width) in (0..).zip([18, 40, 90, 24]) {
            sheet.set_column_width(at, width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(())
    }

    /// The name of a column with all that is known about it as a note.
    fn head(&self, sheet: &mut Worksheet, row: u32, at: u16, column: &Column) -> Result<(), XlsxError> {
        let format = if column.required { &self.pen.required } else { &self.pen.head };
        self.pen.text(sheet, row, at, &column.name, format)?;
        let mut text = format!("{}\n\n{}", column.meaning, column.kind);
        if !column.unit.is_empty() {
            text.push_str(&format!(" ({})", column.unit));
        }
        text.push_str(if column.required { "\nrequired" } else { "\noptional" });
        if let Some(default) = column.default {
            text.push_str(&format!("; blank means {default}"));
        }
        text.push_str(&format!("\nexample: {}", column.example));
        let note = Note::new(text).add_author_prefix(false).set_width(300).set_height(140);
        sheet.insert_note(row, at, &note)?;
        Ok(())
    }

    /// Lists for choices, which forbid all else, and for ids of other tables, which only propose.
    fn allow(
        &self,
        sheet: &mut Worksheet,
        table: &Table,
        column: &Column,
        (row, at, last_row, last): (u32, u16, u32, u16),
    ) -> Result<(), XlsxError> {
        let (formula, style) = if let Some(range) = self.lists.range(&column.kind) {
            (range, DataValidationErrorStyle::Stop)
        } else if let Some(range) = self.ids(table, column) {
            (range, DataValidationErrorStyle::Warning)
        } else {
            return Ok(());
        };
        let validation = DataValidation::new()
            .allow_list_formula(Formula::new(formula))
            .set_error_style(style)
            .set_error_title("Not in the list")?
            .set_error_message("Choose one of the list; the note at the head of the column says what it means.")?;
        sheet.add_data_validation(row, at, last_row, last, &validation)?;
        Ok(())
    }

    /// The ids that a column may name: those of the table whose key alone has the column's name.
    fn ids(&self, own: &Table, column: &Column) -> Option<String> {
        if column.kind != "id" {
            return None;
        }
        let table = self.tables.iter().find(|t| t.key == [column.name.as_str()] && t.name != own.name)?;
        if table.name == "tender" {
            return None;
        }
        let declared = table.columns.iter().filter(|c| !c.name.ends_with('*'));
        let at = declared.into_iter().position(|c| c.name == column.name)?;
        let letters = letters(u16::try_from(at).ok()?);
        Some(format!(
            "=OFFSET({0}!${letters}$2,0,0,MAX(COUNTA({0}!${letters}$2:${letters}${1}),1),1)",
            table.name,
            ROWS + 1
        ))
    }

    fn bids(
        &self,
        sheet: &mut Worksheet,
        suppliers: Option<&RawTable>,
        needs: Option<&RawTable>,
    ) -> Result<(), XlsxError> {
        let ids = |table: Option<&RawTable>, key: &str| -> Vec<String> {
            let Some(table) = table else { return Vec::new() };
            let i = table.columns.iter().position(|c| c == key);
            i.map(|i| table.rows.iter().filter_map(|r| r.cells[i].clone()).collect()).unwrap_or_default()
        };
        let mut suppliers = ids(suppliers, "supplier");
        if suppliers.is_empty() {
            suppliers = vec!["Supplier A".to_owned(), "Supplier B".to_owned()];
        }
        for (at, (head, required)) in (0..).zip(wide_heads(&suppliers)) {
            self.pen.text(sheet, 0, at, &head, if required { &self.pen.required } else { &self.pen.head })?;
            sheet.set_column_width(at, u16::try_from(head.chars().count() + 2).unwrap_or(40).clamp(10, 40))?;
        }
        for (line, need) in (1..).zip(ids(needs, "need")) {
            self.pen.text(sheet, line, 0, &need, &self.pen.text)?;
        }
        sheet.set_freeze_panes(1, 1)?;
        Ok(())
    }
}

/// The words that choices offer, each kind of choice in a column of its own.
struct Lists(BTreeMap<String, Vec<String>>);

impl Lists {
    fn of(tables: &[Table]) -> Self {
        let kinds = tables.iter().flat_map(|t| &t.columns).map(|c| &c.kind);
        Self(kinds.filter_map(|kind| Some((kind.clone(), words(kind)?))).collect())
    }

    fn range(&self, kind: &str) -> Option<String> {
        let at = self.0.keys().position(|k| k == kind)?;
        let letters = letters(u16::try_from(at).ok()?);
        Some(format!("={LISTS}!${letters}$1:${letters}${}", self.0[kind].len()))
    }

    fn write(&self, sheet: &mut Worksheet, pen: &Pen) -> Result<(), XlsxError> {
        for (at, words) in (0..).zip(self.0.values()) {
            for (row, word) in (0..).zip(words) {
                pen.text(sheet, row, at, word, &pen.text)?;
            }
        }
        sheet.set_hidden(true);
        Ok(())
    }
}

/// The words of a kind of cell that is a choice.
fn words(kind: &str) -> Option<Vec<String>> {
    match kind {
        "yes or no" => Some(vec!["yes".to_owned(), "no".to_owned()]),
        _ => kind.starts_with('`').then(|| kind.split('`').skip(1).step_by(2).map(str::to_owned).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_lists_of_their_words() {
        assert_eq!(words("`gpo`, `regional`, `local`").unwrap(), ["gpo", "regional", "local"]);
        assert_eq!(words("yes or no").unwrap(), ["yes", "no"]);
        assert_eq!(words("id"), None);
    }
}
