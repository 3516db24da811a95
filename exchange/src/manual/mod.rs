//! The manual of the tender format, made from the same declarations that read the files, so that the two cannot disagree.

use ballast_domain::schema::Table;
use ballast_domain::tables::all_tables;

/// What stands before the tables: renderings, cells, prices, rounding, rules.
const INTRODUCTION: &str = include_str!("introduction.md");

/// `docs/tender-format.md`.
pub fn tender_format() -> String {
    let mut text = INTRODUCTION.to_owned();
    text.push_str("\n## Tables\n\n`●` marks a required column. A blank cell takes the default. Every table also has the columns `source` (a citation for the row's figures) and\n`assumed` (the names of its columns whose figures are assumptions, separated by `;`, or `*` for all of them).\n");
    for table in all_tables() {
        text.push_str(&section(&table));
    }
    text
}

fn section(table: &Table) -> String {
    let file = match table.name {
        "tender" => "tender.toml".to_owned(),
        "rules" => "rules.toml".to_owned(),
        name => format!("{name}.csv"),
    };
    let key: Vec<String> = table.key.iter().map(|k| format!("`{k}`")).collect();
    let mut text = format!("\n### {} (`{file}`)\n\n{} Key: {}.\n\n", table.name, table.meaning, key.join(", "));
    text.push_str("| column | type | unit | default | example | meaning |\n|---|---|---|---|---|---|\n");
    for c in table.columns.iter().filter(|c| c.name != "source" && c.name != "assumed") {
        let required = if c.required { "● " } else { "" };
        let default = c.default.map_or_else(String::new, |d| format!("`{d}`"));
        let cell = |t: &str| t.replace('|', "\\|");
        text.push_str(&format!(
            "| {required}`{}` | {} | {} | {default} | `{}` | {} |\n",
            c.name,
            cell(&c.kind),
            cell(c.unit),
            cell(c.example),
            cell(c.meaning)
        ));
    }
    text
}

#[cfg(test)]
mod rules;

#[cfg(test)]
mod tests {
    /// The committed manual is the generated one. `BALLAST_BLESS=1 cargo test -p ballast-exchange manual` rewrites it.
    #[test]
    fn the_committed_manual_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/tender-format.md");
        let made = super::tender_format();
        if std::env::var_os("BALLAST_BLESS").is_some() {
            std::fs::write(path, &made).expect("docs can be written");
        }
        let committed = std::fs::read_to_string(path).expect("docs/tender-format.md is committed");
        assert!(made == committed, "docs/tender-format.md is out of date; BALLAST_BLESS=1 rewrites it");
    }

    #[test]
    fn every_example_is_a_value_of_its_column() {
        // A table of one row made of the examples reads without a finding about its cells.
        for table in ballast_domain::tables::all_tables() {
            let mut raw = ballast_domain::raw::RawTable { name: table.name.to_owned(), ..Default::default() };
            let cells = table.columns.iter().filter(|c| !c.name.ends_with('*') && c.name != "assumed");
            raw.push(ballast_domain::finding::Place::default(), cells.map(|c| (c.name.clone(), c.example.to_owned())));
            let mut findings = ballast_domain::Findings::default();
            let tables = ballast_domain::raw::RawTender { tables: vec![raw] };
            ballast_domain::tables::read(&tables, &mut findings);
            assert_eq!(findings.0, vec![], "{}", table.name);
        }
    }
}
