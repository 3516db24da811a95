//! The file as text cells: decoding, delimiter, header, aliases, derived columns. After this every row has the same
//! columns and every spelling is the one to keep.

use std::collections::BTreeMap;

use ballast_domain::Findings;
use ballast_domain::cell::nearest;
use ballast_domain::finding::Place;

use super::mapping::{Derive, Encoding, Mapping};
use super::template::Template;

/// One row.
pub(super) struct SheetRow {
    /// Line in the file.
    pub line: u32,
    /// Cells, one per column of the sheet.
    pub cells: Vec<String>,
    /// Cells as read; a row with another number of cells than the header is not used.
    pub width: usize,
}

/// All rows.
pub(super) struct Sheet {
    columns: BTreeMap<String, usize>,
    /// Number of columns of the file.
    pub width: usize,
    /// Rows in the order of the file.
    pub rows: Vec<SheetRow>,
}

impl Sheet {
    /// Position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.get(name).copied()
    }

    /// A cell's text; a column that does not exist is blank (it was reported before).
    pub fn cell<'a>(&self, row: &'a SheetRow, name: &str) -> &'a str {
        self.column(name).and_then(|i| row.cells.get(i)).map_or("", String::as_str)
    }

    /// Reads the file.
    pub fn read(bytes: &[u8], file: &str, mapping: &Mapping, findings: &mut Findings) -> Option<Self> {
        let text = decode(bytes, file, mapping.file.encoding, findings)?;
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(u8::try_from(mapping.file.delimiter).unwrap_or(b','))
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let at = |line: u64| Place { line: u32::try_from(line).ok(), ..Place::file(file) };
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                findings.error(
                    "bad_csv",
                    at(1),
                    "",
                    format!("the header cannot be read: {error}"),
                    "mend the first line",
                );
                return None;
            }
        };
        let mut columns = BTreeMap::new();
        for (i, name) in header.iter().enumerate() {
            if columns.insert(name.to_owned(), i).is_some() && !name.is_empty() {
                findings.error(
                    "duplicate_column",
                    at(1).column(name),
                    name,
                    "the column stands twice",
                    "rename one of them",
                );
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            match record {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    let cells = (0..header.len()).map(|i| record.get(i).unwrap_or("").to_owned()).collect();
                    rows.push(SheetRow { line: u32::try_from(line).unwrap_or(u32::MAX), cells, width: record.len() });
                }
                Err(error) => {
                    findings.error(
                        "bad_csv",
                        at(error.position().map_or(0, csv::Position::line)),
                        "",
                        format!("the row cannot be read: {error}"),
                        "mend the quotes",
                    );
                    return None;
                }
            }
        }
        let mut sheet = Self { columns, width: header.len(), rows };
        sheet.check(mapping, file, findings);
        if findings.has_errors() {
            return None;
        }
        sheet.apply_aliases(mapping);
        for derive in &mapping.derive {
            sheet.derive(derive);
        }
        Some(sheet)
    }

    /// Every column the mapping names must exist.
    fn check(&self, mapping: &Mapping, file: &str, findings: &mut Findings) {
        let mut known: Vec<String> = self.columns.keys().cloned().collect();
        let mut need = |name: &str, known: &[String]| {
            if known.iter().any(|k| k == name) {
                return;
            }
            let fix = nearest(name, known.iter().map(String::as_str))
                .map_or_else(|| format!("the columns are: {}", known.join(", ")), |n| format!("did you mean `{n}`?"));
            findings.error("unknown_column", mapping.place(name), name, format!("{file} has no such column"), fix);
        };
        for column in mapping.aliases.keys() {
            need(column, &known);
        }
        for derive in &mapping.derive {
            for column in derive.from.columns() {
                need(column, &known);
            }
            known.push(derive.column.clone());
        }
        for column in mapping.columns() {
            need(column, &known);
        }
    }

    fn apply_aliases(&mut self, mapping: &Mapping) {
        for (column, names) in &mapping.aliases {
            let Some(i) = self.column(column) else { continue };
            let keep: BTreeMap<&str, &str> =
                names.iter().flat_map(|(keep, olds)| olds.iter().map(move |o| (o.as_str(), keep.as_str()))).collect();
            for row in &mut self.rows {
                if let Some(name) = keep.get(row.cells[i].as_str()) {
                    row.cells[i] = (*name).to_owned();
                }
            }
        }
    }

    fn derive(&mut self, derive: &Derive) {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let mut made = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let from = derive.from.fill(|name| self.cell(row, name));
            made.push(seen.entry(from).or_insert_with_key(|from| derived(derive, from)).clone());
        }
        let next = self.columns.values().max().map_or(0, |m| m + 1);
        let at = *self.columns.entry(derive.column.clone()).or_insert(next);
        for (row, text) in self.rows.iter_mut().zip(made) {
            if at < row.cells.len() {
                row.cells[at] = text;
            } else {
                row.cells.push(text);
            }
        }
    }
}

fn derived(derive: &Derive, from: &str) -> String {
    let mut text = from.to_owned();
    for (old, new) in &derive.replace {
        text = text.replace(old, new);
    }
    if let Some(value) = derive.table.get(&text) {
        return value.clone();
    }
    let case = derive.cases.iter().find_map(|c| c.pattern.rewrite(&text, &c.value));
    case.or_else(|| derive.otherwise.clone()).unwrap_or(text)
}

/// What windows-1252 has at 0x80 to 0x9f; elsewhere it is Latin-1.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn decode(bytes: &[u8], file: &str, encoding: Encoding, findings: &mut Findings) -> Option<String> {
    if encoding == Encoding::Windows1252 {
        let char_of = |b: &u8| match b {
            0x80..=0x9f => WINDOWS_1252[usize::from(*b) - 0x80],
            other => char::from(*other),
        };
        return Some(bytes.iter().map(char_of).collect());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned()),
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count();
            let place = Place { line: u32::try_from(line).ok(), ..Place::file(file) };
            findings.error(
                "wrong_encoding",
                place,
                "",
                "not UTF-8",
                "set `encoding = \"windows-1252\"` in [file], or save the file as UTF-8",
            );
            None
        }
    }
}

impl Mapping {
    /// Every column the mapping names outside aliases and derived columns.
    fn columns(&self) -> Vec<&str> {
        let row = &self.row;
        let dates = [Some(&row.date), row.promised.as_ref(), row.delivered.as_ref(), row.ordered.as_ref()];
        let mut names: Vec<&str> = dates.into_iter().flatten().map(|d| d.column.as_str()).collect();
        names.extend([&row.packs, &row.pack_size].map(String::as_str));
        names.extend([&row.value, &row.price, &row.freight, &self.file.key].into_iter().flatten().map(String::as_str));
        names.extend(self.cell.iter().flat_map(|c| &c.columns).map(String::as_str));
        names.extend(self.ignore.iter().chain(&self.only).map(|c| c.column.as_str()));
        let templates = [
            row.delivery.as_ref(),
            self.tiers.as_ref().and_then(|t| t.within.as_ref()),
            Some(&self.site.id),
            self.site.member.as_ref(),
            self.site.class.as_ref(),
            self.site.region.as_ref(),
            self.site.country.as_ref(),
            Some(&self.need.id),
            self.need.name.as_ref(),
            Some(&self.need.category),
            Some(&self.need.unit),
            self.need.criticality.as_ref(),
            Some(&self.supplier.id),
            self.plant.as_ref().map(|p| &p.id),
            self.product.name.as_ref(),
        ];
        names.extend(templates.into_iter().flatten().flat_map(Template::columns));
        // Parts of a product's id that are no columns were checked with the mapping.
        names.extend(self.product.id.columns().filter(|n| !n.starts_with('@')));
        names
    }
}
