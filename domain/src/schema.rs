//! Tables described as data: one declaration gives the row type, the reader, the canonical writer and the manual.

use std::collections::{BTreeMap, HashMap};

use crate::cell::{Cell, Refusal, did_you_mean};
use crate::finding::{Findings, Place};
use crate::raw::{RawRow, RawTable};

/// One column, as the manual shows it.
#[derive(Debug, Clone)]
pub struct Column {
    /// Name in the header. A wildcard column ends in `.*`.
    pub name: String,
    /// Type of the cell, in words.
    pub kind: String,
    /// True if a blank cell is an error.
    pub required: bool,
    /// Text assumed for a blank cell.
    pub default: Option<&'static str>,
    /// Unit of the value.
    pub unit: &'static str,
    /// One example.
    pub example: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// One table, as the manual shows it.
#[derive(Debug, Clone)]
pub struct Table {
    /// Name of the table and of its file without the ending.
    pub name: &'static str,
    /// Columns that together name a row.
    pub key: &'static [&'static str],
    /// What a row is.
    pub meaning: &'static str,
    /// All columns.
    pub columns: Vec<Column>,
}

/// Columns that every table has besides its own.
pub const PROVENANCE: [(&str, &str, &str); 2] = [
    ("source", "where the figures of this row come from", "hpnonline.com 55320137"),
    ("assumed", "columns of this row whose figures are assumptions (`*`: all)", "price;capacity"),
];

/// Where a row's figures come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Citation.
    pub source: Option<String>,
    /// Names of columns whose figures are assumptions, or `*`.
    pub assumed: Vec<String>,
}

/// A row type made by `table!`.
pub trait Row: Sized {
    /// The description of its table.
    fn table() -> Table;
    /// Reads one row; every fault goes to `findings`.
    fn read(raw: &mut RowReader<'_>) -> Option<Self>;
    /// Calls `cell` with column and text of each canonical cell, blanks and defaults left out, in column order.
    fn print(&self, cell: &mut dyn FnMut(&str, String));
    /// The canonical key.
    fn key(&self) -> Vec<String>;
    /// Position of the row among the rows read.
    fn at(&self) -> usize;
}

/// Rows read and what became of them; `read = accepted + rejected + ignored`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowCount {
    /// Rows with at least one cell, or none (see `ignored`).
    pub read: usize,
    /// Rows that became part of the draft.
    pub accepted: usize,
    /// Rows with an error.
    pub rejected: usize,
    /// Rows without any filled cell.
    pub ignored: usize,
}

/// Gives a row its cells by name, and collects refusals.
pub struct RowReader<'a> {
    at: usize,
    row: &'a RawRow,
    columns: &'a BTreeMap<&'a str, usize>,
    findings: &'a mut Findings,
}

impl RowReader<'_> {
    /// Position of the row among the rows read.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Reads one cell; a refusal becomes a finding and `None`.
    pub fn cell<T: Cell>(&mut self, name: &str, default: Option<&str>) -> Option<T> {
        let text = self.columns.get(name).and_then(|&i| self.row.cells[i].as_deref());
        match T::parse(text.or(default)) {
            Ok(value) => Some(value),
            Err(Refusal { expected, fix }) => {
                let code = if text.is_none() { "missing_value" } else { "bad_value" };
                let place = self.row.place.column(name);
                self.findings.error(code, place, text.unwrap_or(""), format!("expected {expected}"), fix);
                None
            }
        }
    }

    /// All filled cells whose column starts with `prefix` and a dot, without the prefix.
    pub fn wildcard(&mut self, prefix: &str) -> BTreeMap<String, String> {
        let own = |name: &&str| name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.'));
        let names: Vec<&str> = self.columns.keys().copied().filter(own).collect();
        let read = |name: &str| {
            let text = self.cell::<Option<crate::cell::Text>>(name, None)??;
            Some((name[prefix.len() + 1..].to_owned(), text.0))
        };
        names.into_iter().filter_map(read).collect()
    }

    /// The columns that every table has.
    pub fn provenance(&mut self, table: &str, columns: &[&str]) -> Option<Provenance> {
        let source: Option<crate::cell::Text> = self.cell("source", None)?;
        let assumed: crate::cell::List = self.cell("assumed", None)?;
        for name in &assumed.0 {
            if name != "*" && !columns.contains(&name.as_str()) {
                let place = self.row.place.column("assumed");
                let expected = format!("expected names of columns of `{table}`, or `*`");
                self.findings.error("unknown_column", place, name, expected, "mend the name");
                return None;
            }
        }
        Some(Provenance { source: source.map(|t| t.0), assumed: assumed.0 })
    }
}

/// Where a table stands in a body: the pointer of its first row without the row's number.
fn table_pointer(raw: &RawTable) -> Option<String> {
    let pointer = raw.rows.first()?.place.pointer.as_ref()?;
    match pointer.rsplit_once('/') {
        Some((table, _)) if !table.is_empty() => Some(table.to_owned()),
        _ => Some(pointer.clone()),
    }
}

/// Reads all rows of a table: unknown columns, cells, duplicate keys.
pub fn read_rows<R: Row>(raw: Option<&RawTable>, findings: &mut Findings) -> (Vec<R>, RowCount) {
    let table = R::table();
    let Some(raw) = raw else { return (Vec::new(), RowCount::default()) };
    let known = |name: &str| {
        table.columns.iter().any(|c| match c.name.strip_suffix('*') {
            Some(prefix) => name.starts_with(prefix) && name.len() > prefix.len(),
            None => c.name == name,
        })
    };
    let mut columns = BTreeMap::new();
    let header =
        |column: &str| Place { column: Some(column.to_owned()), pointer: table_pointer(raw), ..Place::file(&raw.file) };
    for (i, name) in raw.columns.iter().enumerate() {
        // Where rows are written key by key, the first that has it.
        let written = raw.rows.iter().find(|row| row.place.keys.contains_key(name));
        let place = written.map_or_else(|| header(name), |row| row.place.column(name));
        if !known(name) {
            let fix = did_you_mean(name, table.columns.iter().map(|c| c.name.as_str()), "the columns are:");
            let expected = format!("`{}` has no such column", table.name);
            findings.error("unknown_column", place, name, expected, fix);
        } else if columns.insert(name.as_str(), i).is_some() {
            findings.error("duplicate_column", place, name, "the column stands twice", "remove one of them");
        }
    }
    let mut missing = false;
    for column in table.columns.iter().filter(|c| c.required) {
        if !columns.contains_key(column.name.as_str()) && !raw.rows.is_empty() {
            missing = true;
            let expected = format!("the required column `{}` of `{}` is missing", column.name, table.name);
            let fix = format!("add it, for example with the value `{}`", column.example);
            findings.error("missing_column", header(&column.name), "", expected, fix);
        }
    }

    let mut count = RowCount { read: raw.rows.len(), ..RowCount::default() };
    let mut rows: Vec<R> = Vec::new();
    let mut seen: HashMap<Vec<String>, usize> = HashMap::new();
    for (at, row) in raw.rows.iter().enumerate() {
        if !row.refused && row.cells.iter().all(Option::is_none) {
            count.ignored += 1;
            continue;
        }
        if missing || row.refused {
            count.rejected += 1;
            continue;
        }
        let before = findings.0.len();
        let parsed = R::read(&mut RowReader { at, row, columns: &columns, findings });
        let Some(parsed) = parsed.filter(|_| findings.0.len() == before) else {
            count.rejected += 1;
            continue;
        };
        let key = parsed.key();
        if let Some(&first) = seen.get(&key) {
            count.rejected += 1;
            let place = row.place.column(table.key.first().copied().unwrap_or(""));
            let expected = format!("the key ({}) already stands at {}", table.key.join(", "), raw.rows[first].place);
            findings.error("duplicate_key", place, key.join(", "), expected, "remove or rename one of the two");
            continue;
        }
        seen.insert(key, at);
        count.accepted += 1;
        rows.push(parsed);
    }
    (rows, count)
}

/// Declares a table: its row type and its description.
///
/// ```text
/// table! {
///     /// What a row is.
///     sites: SiteRow, key [site];
///     /// What the column means.
///     site: Id, "unit", "example";
///     beds: Option<u32>, "beds", "320";
///     approval: Approval = "approved", "", "trial";      (a default makes the column optional)
///     wildcards {                                         (any column that starts with `attr.`)
///         /// What such a column means.
///         attr, "rural";
///     }
/// }
/// ```
#[macro_export]
macro_rules! table {
    (
        $(#[doc = $tdoc:literal])+
        $table:ident: $row:ident, key [$($key:ident),+];
        $( $(#[doc = $doc:literal])+ $field:ident: $ty:ty $(= $default:literal)?, $unit:literal, $example:literal; )+
        $( wildcards { $( $(#[doc = $wdoc:literal])+ $wild:ident, $wexample:literal; )+ } )?
    ) => {
        $(#[doc = $tdoc])+
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $row {
            /// Position of the row among the rows read.
            pub at: usize,
            $( $(#[doc = $doc])+ pub $field: $ty, )+
            $( $( $(#[doc = $wdoc])+ pub $wild: std::collections::BTreeMap<String, String>, )+ )?
            /// Where the figures come from.
            pub provenance: $crate::schema::Provenance,
        }

        impl $crate::schema::Row for $row {
            fn table() -> $crate::schema::Table {
                use $crate::schema::{Column, PROVENANCE, Table};
                #[allow(unused_mut)]
                let mut columns = vec![$({
                    let default: Option<&'static str> = None $(.or(Some($default)))?;
                    Column {
                        name: stringify!($field).to_owned(),
                        kind: <$ty as $crate::cell::Cell>::kind(),
                        required: default.is_none() && !<$ty as $crate::cell::Cell>::optional(),
                        default,
                        unit: $unit,
                        example: $example,
                        meaning: concat!($($doc),+).trim(),
                    }
                }),+];
                $( $( columns.push(Column {
                    name: concat!(stringify!($wild), ".*").to_owned(), kind: "any".to_owned(), required: false,
                    default: None, unit: "", example: $wexample, meaning: concat!($($wdoc),+).trim(),
                }); )+ )?
                columns.extend(PROVENANCE.map(|(name, meaning, example)| Column {
                    name: name.to_owned(), kind: "text".to_owned(), required: false, default: None, unit: "", example, meaning,
                }));
                Table { name: stringify!($table), key: &[$(stringify!($key)),+], meaning: concat!($($tdoc),+).trim(), columns }
            }

            fn read(raw: &mut $crate::schema::RowReader<'_>) -> Option<Self> {
                // Every cell is read before any refusal counts, so that all faults of a row are reported at once.
                $( let $field = raw.cell::<$ty>(stringify!($field), None $(.or(Some($default)))?); )+
                $( $( let $wild = raw.wildcard(stringify!($wild)); )+ )?
                let provenance = raw.provenance(stringify!($table), &[$(stringify!($field)),+]);
                Some(Self { at: raw.at(), $($field: $field?,)+ $($($wild,)+)? provenance: provenance? })
            }

            fn print(&self, cell: &mut dyn FnMut(&str, String)) {
                $( if let Some(text) = $crate::cell::Cell::print(&self.$field) {
                    let default: Option<&str> = None $(.or(Some($default)))?;
                    if default != Some(text.as_str()) {
                        cell(stringify!($field), text);
                    }
                } )+
                $( $( for (name, text) in &self.$wild {
                    cell(&format!("{}.{name}", stringify!($wild)), text.clone());
                } )+ )?
                if let Some(source) = &self.provenance.source {
                    cell("source", source.clone());
                }
                if !self.provenance.assumed.is_empty() {
                    cell("assumed", self.provenance.assumed.join(";"));
                }
            }

            fn key(&self) -> Vec<String> {
                vec![$( $crate::cell::Cell::print(&self.$key).unwrap_or_default() ),+]
            }

            fn at(&self) -> usize {
                self.at
            }
        }
    };
}
