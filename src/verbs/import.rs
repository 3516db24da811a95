//! `ballast import purchases`: a purchase history becomes a tender.

use std::path::{Path, PathBuf};

use ballast_domain::Findings;
use ballast_domain::finding::Severity;
use ballast_exchange::documents::check::FindingRow;
use ballast_exchange::purchases::{Mapping, import, write};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure, Outcome};
use crate::load;
use crate::output::Output;

/// Turns other systems' files into a tender.
#[derive(clap::Subcommand)]
pub enum Import {
    /// A purchase history, by a mapping that says what its columns and cells mean.
    Purchases(Purchases),
}

/// A purchase history.
#[derive(clap::Args)]
pub struct Purchases {
    /// The history (CSV).
    pub file: PathBuf,
    /// What the file's columns and cells mean; docs/purchase-import.md explains it.
    #[arg(long, value_name = "MAPPING")]
    pub mapping: PathBuf,
    /// First day of the window.
    #[arg(long, value_name = "DATE")]
    pub from: Date,
    /// Last day of the window.
    #[arg(long, value_name = "DATE")]
    pub to: Date,
    /// Only rows where a column has a value, such as "Product Group=ARV".
    #[arg(long = "where", value_name = "COLUMN=VALUE", value_parser = pair)]
    pub wheres: Vec<(String, String)>,
    /// Folder for the tender, the lateness pack and the reconciliation.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (column, value) = text.split_once('=').ok_or_else(|| "write COLUMN=VALUE".to_owned())?;
    Ok((column.trim().to_owned(), value.trim().to_owned()))
}

/// What an import gives: the document, the account for people, and whether there is a tender.
pub struct Made {
    /// The import document.
    pub document: Value,
    /// The account.
    pub text: String,
    /// Whether a tender was written.
    pub tender: bool,
}

/// Imports and writes the folder.
pub fn make(args: &Purchases) -> Result<Made, Failure> {
    let bytes = |path: &Path| {
        std::fs::read(path).map_err(|e| Failure::input(format!("{} cannot be read: {e}", path.display())))
    };
    let mapping_text =
        String::from_utf8(bytes(&args.mapping)?).map_err(|_| Failure::input("the mapping is not UTF-8"))?;
    let mut findings = Findings::default();
    let mapping = Mapping::parse(&mapping_text, &args.mapping.display().to_string(), &mut findings);
    let Some(mapping) = mapping.filter(|_| !findings.has_errors()) else {
        return Err(load::faults(&format!("{} is not a mapping", args.mapping.display()), &findings));
    };
    let imported =
        import(&bytes(&args.file)?, &args.file.display().to_string(), &mapping, args.from, args.to, &args.wheres);
    write(&imported, &args.out)?;

    let tender = !imported.findings.has_errors();
    let rows: Vec<FindingRow> = imported.findings.0.iter().map(FindingRow::from).collect();
    let document = json!({
        "schema": "ballast.import/1",
        "build": load::build(),
        "tender": tender,
        "reconciliation": imported.reconciliation.to_json(),
        "findings": rows,
    });
    let mut text = imported.reconciliation.to_markdown();
    for finding in imported.findings.of(Severity::Error).chain(imported.findings.of(Severity::Warning)) {
        text.push_str(&format!("{finding}\n"));
    }
    let remarks = imported.findings.count(Severity::Information);
    if remarks > 0 {
        text.push_str(&format!("\n{remarks} further remark(s); --json lists them\n"));
    }
    let folder = args.out.display();
    text.push_str(&match tender {
        true => format!("the tender is in {folder}; `ballast check {folder}` reads it\n"),
        false => format!("no tender was written; {folder} holds the account of rows\n"),
    });
    Ok(Made { document, text, tender })
}

/// Runs the verb.
pub fn run(what: &Import, output: &Output) -> Outcome {
    let Import::Purchases(args) = what;
    let made = make(args)?;
    output.result(&made.document, &made.text);
    Ok(if made.tender { Exit::Done } else { Exit::BadInput })
}
