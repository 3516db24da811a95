//! `ballast export`: a tender in another rendering, or an award as tables for a spreadsheet.

use std::path::{Path, PathBuf};

use ballast_domain::Tender;
use ballast_domain::certificate::{certify, default_tolerance};
use ballast_domain::raw::RawTable;
use ballast_domain::tables::canonical;
use ballast_exchange::award_tables::award_tables;
use ballast_exchange::documents::award::{AwardBody, Proof};
use ballast_exchange::hash::input_hash;
use ballast_exchange::tender::{packed, write_csv, write_results};
use serde_json::json;

use crate::exit::{Exit, Failure, Outcome};
use crate::load;
use crate::output::Output;

/// Writes a tender as workbook, folder or JSON file, without loss: the hash of the input stays the same. Or an award as
/// tables.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    #[command(flatten)]
    scenarios: load::Scenarios,
    /// Export this award of the tender: its lines, suppliers, tiers, rules and costs.
    #[arg(long, value_name = "AWARD")]
    award: Option<PathBuf>,
    /// File that ends in .xlsx; a tender also as file that ends in .json, or as folder.
    #[arg(long, value_name = "PATH", required_unless_present = "csv")]
    out: Option<PathBuf>,
    /// Folder for one CSV file per table.
    #[arg(long, value_name = "FOLDER")]
    csv: Option<PathBuf>,
    /// In the CSV files, put ' before text that a spreadsheet program would take for a formula.
    #[arg(long, requires = "csv")]
    excel_safe: bool,
}

/// Runs the verb.
pub fn run(args: &Args, output: &Output) -> Outcome {
    let (tender, _) = load::edited_tender(&args.tender, &args.scenarios, output)?;
    let tables = match &args.award {
        Some(award) => award_as_tables(&tender, award, output)?,
        None => canonical(&tender.draft).tables,
    };
    let mut text = String::new();
    if let Some(out) = &args.out {
        match &args.award {
            None => crate::tender_file::write(&tender.draft, out)?,
            Some(_) if packed::is_workbook(out) => crate::out::write_bytes(out, &write_results(&tables)?)?,
            Some(_) => return Err(Failure::input("an award is exported to a file that ends in .xlsx, or with --csv")),
        }
        text.push_str(&format!("written: {}\n", out.display()));
    }
    let mut quoted = None;
    if let Some(folder) = &args.csv {
        let changed = write_csv(&tables, folder, args.excel_safe)
            .map_err(|e| std::io::Error::new(e.kind(), format!("{} cannot be written: {e}", folder.display())))?;
        text.push_str(&format!("written: {} CSV file(s) in {}\n", tables.len(), folder.display()));
        if args.excel_safe {
            text.push_str(&format!("{changed} text(s) that look like formulas got a leading '\n"));
            quoted = Some(changed);
        }
    }
    let hash = input_hash(&tender.draft);
    let shown = |path: &Option<PathBuf>| path.as_ref().map(|p| p.display().to_string());
    let document = json!({
        "schema": "ballast.export/1",
        "build": load::build(),
        "input_hash": hash,
        "award": shown(&args.award),
        "out": shown(&args.out),
        "csv": shown(&args.csv),
        "quoted_cells": quoted,
    });
    text.push_str(&format!("tender {hash}\n"));
    output.result(&document, &text);
    Ok(Exit::Done)
}

/// What the award says once it is re-computed; the bound is the one that its file states.
fn award_as_tables(tender: &Tender, path: &Path, output: &Output) -> Result<Vec<RawTable>, Failure> {
    let (award, document) = load::award(tender, path, output)?;
    load::must_verify(tender, &award)?;
    let certificate = certify(tender, &award, default_tolerance());
    let text = |key: &str| document.get(key).and_then(|v| v.as_str());
    let bound = text("bound").and_then(|b| rust_decimal::Decimal::from_str_exact(b).ok());
    let proof = Proof { bound, ..Proof::default() };
    let body =
        AwardBody::without_award(text("termination").unwrap_or("feasible"), text("limit"), String::new(), Vec::new())
            .with_award(tender, &award, &certificate, proof);
    for line in crate::stated::contradictions(&document, &body) {
        output.note(&line);
    }
    Ok(award_tables(&serde_json::to_value(body)?))
}
