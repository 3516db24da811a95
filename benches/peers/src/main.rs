//! `sourcing`: the sourcing benchmark through the ordinary door of Ballast.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;

use ballast_peers::instance::Instance;
use ballast_peers::tender;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "sourcing", about = "The sourcing benchmark through the ordinary door of Ballast", version)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Writes an instance as a tender (JSON).
    Tender {
        /// Instance (hsrc-1).
        instance: PathBuf,
        /// The tender.
        tender: PathBuf,
    },
}

fn run(verb: &Verb) -> Result<(), String> {
    match verb {
        Verb::Tender { instance, tender: path } => {
            let instance = Instance::read(instance)?;
            let fault = |e: std::io::Error| format!("{}: {e}", path.display());
            let file = File::create(path).map_err(fault)?;
            tender::write(&instance, BufWriter::new(file)).map_err(fault)
        }
    }
}

fn main() -> ExitCode {
    match run(&Cli::parse().verb) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
