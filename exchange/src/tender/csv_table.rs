//! One CSV file as a text table: comma-separated, UTF-8, quoted where needed, first line the column names.

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::raw::{RawRow, RawTable};

use crate::tender::packed::COLUMNS;

/// Decodes bytes as UTF-8, without byte order mark; says which line is not.
pub(super) fn decode<'a>(bytes: &'a [u8], file: &str, findings: &mut Findings) -> Option<&'a str> {
    let fix = "save the file as UTF-8 (in a spreadsheet: “CSV UTF-8”)";
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        findings.error("wrong_encoding", Place::file(file), "", "the file is UTF-16, expected UTF-8", fix);
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let good = &bytes[..error.valid_up_to()];
            let line = 1 + good.iter().filter(|b| **b == b'\n').count();
            let byte = bytes.get(error.valid_up_to()).map(|b| format!("byte 0x{b:02x}")).unwrap_or_default();
            let place = Place { line: u32::try_from(line).ok(), ..Place::file(file) };
            findings.error("wrong_encoding", place, byte, "not UTF-8", fix);
            None
        }
    }
}

/// Reads the table; faults of form become findings.
pub(super) fn read(name: &str, file: &str, bytes: &[u8], findings: &mut Findings) -> RawTable {
    let mut table = RawTable { name: name.to_owned(), file: file.to_owned(), ..RawTable::default() };
    let Some(text) = decode(bytes, file, findings) else { return table };
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let at = |line: u64| Place { line: u32::try_from(line).ok(), ..Place::file(file) };
    match reader.headers() {
        Ok(header) => table.columns = header.iter().map(str::to_owned).collect(),
        Err(error) => {
            findings.error("bad_csv", at(1), "", format!("the header cannot be read: {error}"), "mend the first line");
            return table;
        }
    }
    if table.columns.len() as u64 > COLUMNS {
        let expected = format!("the file has {} columns; a file has at most {COLUMNS}", table.columns.len());
        findings.error("bad_csv", at(1), "", expected, "write one row for each thing, not one column");
        table.columns.clear();
        return table;
    }
    if table.columns.iter().all(String::is_empty) {
        findings.error("bad_csv", at(1), "", "the file has no header", "write the column names into the first line");
        return table;
    }
    if let [only] = &table.columns[..]
        && (only.contains(';') || only.contains('\t'))
    {
        findings.error(
            "wrong_delimiter",
            at(1),
            only.clone(),
            "the columns are not separated by commas",
            "save the file with commas; lists inside a cell use `;`",
        );
        table.columns.clear();
        return table;
    }
    for record in reader.records() {
        match record {
            Ok(record) => {
                let place = at(record.position().map_or(0, csv::Position::line));
                let refused = record.len() != table.columns.len() && record.iter().any(|c| !c.is_empty());
                if refused {
                    let expected =
                        format!("the row has {} cells, the header has {}", record.len(), table.columns.len());
                    findings.error(
                        "bad_row",
                        place.clone(),
                        "",
                        expected,
                        "add or remove commas; put text with commas in double quotes",
                    );
                }
                let cell = |i: usize| record.get(i).filter(|c| !c.is_empty()).map(str::to_owned);
                table.rows.push(RawRow { place, cells: (0..table.columns.len()).map(cell).collect(), refused });
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                findings.error("bad_csv", at(line), "", format!("the row cannot be read: {error}"), "mend the quotes");
                break;
            }
        }
    }
    table
}

/// Writes a table as CSV.
pub(super) fn write(table: &RawTable) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&table.columns)?;
    for row in &table.rows {
        writer.write_record(row.cells.iter().map(|c| c.as_deref().unwrap_or("")))?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}
