//! What the figures rest on: which inputs are assumed, where the others come from.

use std::collections::BTreeMap;

use ballast_domain::tables::{Draft, canonical};

use super::{Section, Sources};
use crate::documents::stress::PackPart;
use crate::figures::{Cell, Table, number};

/// Sources listed at most.
const SOURCES: usize = 60;

/// What the rows of a tender say about their own figures.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Provenance {
    /// Rows and rows with assumed figures, by table.
    tables: Vec<(String, usize, usize)>,
    /// Rows by table and assumed column; `*` stands for all of a row.
    assumed: Vec<(String, String, usize)>,
    /// Rows by citation, with the tables that cite it.
    cited: BTreeMap<String, (usize, Vec<String>)>,
}

/// Collects from every table. The canonical form has the two columns of provenance as text, whatever the table.
pub(super) fn collect(draft: &Draft) -> Provenance {
    let mut found = Provenance::default();
    for table in canonical(draft).tables {
        let column = |name: &str| table.columns.iter().position(|c| c == name);
        let (source, assumed) = (column("source"), column("assumed"));
        let mut by_column: BTreeMap<&str, usize> = BTreeMap::new();
        let mut rows = 0;
        for row in &table.rows {
            let cell = |i: Option<usize>| i.and_then(|i| row.cells[i].as_deref());
            if let Some(text) = cell(assumed) {
                rows += 1;
                for name in text.split(';') {
                    *by_column.entry(name.trim()).or_default() += 1;
                }
            }
            if let Some(text) = cell(source) {
                let entry = found.cited.entry(text.to_owned()).or_default();
                entry.0 += 1;
                if !entry.1.contains(&table.name) {
                    entry.1.push(table.name.clone());
                }
            }
        }
        found.assumed.extend(by_column.into_iter().map(|(c, n)| (table.name.clone(), c.to_owned(), n)));
        found.tables.push((table.name, table.rows.len(), rows));
    }
    found
}

pub(super) fn section(sources: &Sources<'_>) -> Section {
    let found = collect(&sources.tender.draft);
    let mut section = Section::new("assumptions", "Assumptions and sources");
    let (rows, assumed) = found.tables.iter().fold((0, 0), |(r, a), t| (r + t.1, a + t.2));
    section.say(format!(
        "{} of {} rows of the tender hold at least one figure that is an assumption and not a record. They are listed below so that the committee \
         can ask for the ones that matter.",
        number::count(assumed),
        number::count(rows)
    ));
    let mut table = Table::new(["table", "#rows", "#rows with assumed figures", "assumed columns (rows)"])
        .caption("Assumed figures of the tender, by table.");
    for (name, rows, assumed) in &found.tables {
        let columns = found.assumed.iter().filter(|a| a.0 == *name).map(|(_, column, n)| {
            let column = if column == "*" { "all figures" } else { column.as_str() };
            format!("{} ({})", column.replace('_', " "), number::count(*n))
        });
        let columns: Vec<String> = columns.collect();
        let columns = if columns.is_empty() { "none".to_owned() } else { columns.join(", ") };
        table.push([Cell::text(name), Cell::count(*rows), Cell::count(*assumed), Cell::text(columns)]);
    }
    section.table(table);
    for pack in packs(sources) {
        section.table(entries(pack));
    }
    let mut cited: Vec<_> = found.cited.iter().collect();
    cited.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(b.0)));
    let mut table = Table::new(["source", "tables", "#rows"]).caption("Sources that the tender cites.");
    for (text, (rows, tables)) in cited.iter().take(SOURCES) {
        table.push([Cell::text(*text), Cell::text(tables.join(", ")), Cell::count(*rows)]);
    }
    section.table(table);
    if cited.len() > SOURCES {
        section.remark(format!(
            "{} more sources with fewer rows stand in the tender.",
            number::count(cited.len() - SOURCES)
        ));
    }
    section
}

/// Each pack once, though several documents lived through it.
fn packs<'a>(sources: &'a Sources<'_>) -> Vec<&'a PackPart> {
    let mut packs: Vec<&PackPart> = Vec::new();
    let all = sources.stress.iter().map(|s| &s.body.pack).chain(sources.reserve.iter().map(|r| &r.body.pack));
    let all = all.chain(sources.replay.iter().map(|r| &r.body.pack));
    for pack in all {
        if !packs.iter().any(|p| p.hash == pack.hash) {
            packs.push(pack);
        }
    }
    packs
}

fn entries(pack: &PackPart) -> Table {
    let mut table = Table::new(["kind", "entry", "source", "assumed figures"])
        .caption(format!("Disruption pack {}: {}.", pack.name, pack.title));
    for e in &pack.entries {
        let assumed = match e.assumed.as_slice() {
            [] => "none".to_owned(),
            [all] if all == "*" => "all figures".to_owned(),
            names => names.join(", ").replace('_', " "),
        };
        table.push([Cell::text(&e.kind), Cell::text(&e.id), Cell::text(&e.source), Cell::text(assumed)]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assumed_columns_and_sources_are_counted() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/iv-fluids");
        let draft = crate::tender::read(&path).tender.unwrap().draft;
        let found = collect(&draft);
        assert!(found.assumed.contains(&("demand".to_owned(), "*".to_owned(), draft.demand.len())));
        assert!(found.assumed.iter().any(|(t, c, _)| t == "needs" && c == "reference_price"));
        assert_eq!(found.cited["fictional"].1.first().map(String::as_str), Some("sites"));
    }
}
