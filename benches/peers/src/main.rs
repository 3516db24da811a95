//! `sourcing`: the sourcing benchmark through the ordinary door of Ballast.

use std::ffi::OsString;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;

use ballast_peers::instance::Instance;
use ballast_peers::plan::replace;
use ballast_peers::results::{self, Circumstances};
use ballast_peers::run::{Run, run};
use ballast_peers::tender;
use clap::{Args, Parser, Subcommand};

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
    /// Runs `ballast award` on a converted instance and keeps the plan file up to date.
    Run(Asked),
    /// Adds what `compare.py --json` wrote to the results.
    Record {
        /// What `compare.py --json` wrote.
        comparison: PathBuf,
        /// The results; lines are only added.
        results: PathBuf,
        /// When the comparison was started, UTC.
        #[arg(long)]
        started: String,
        /// The machine.
        #[arg(long)]
        machine: String,
        /// Version of a solver: `NAME=VERSION`.
        #[arg(long = "version-of", value_parser = version, value_name = "NAME=VERSION")]
        versions: Vec<(String, String)>,
    },
    /// Makes the table of the results.
    Table {
        /// The results.
        results: PathBuf,
        /// Puts it between the marks of this page, in place of printing it.
        #[arg(long)]
        into: Option<PathBuf>,
    },
}

#[derive(Args)]
struct Asked {
    /// The program.
    #[arg(long)]
    ballast: PathBuf,
    /// CPU seconds before the limit at which the award is asked to end [default: 0.3 and 2 % of the limit].
    #[arg(long)]
    reserve: Option<f64>,
    /// Seconds by the clock given for each CPU second of the limit: more than one, so that a busy machine does not end the
    /// run before its CPU time is used.
    #[arg(long, default_value_t = 10.0)]
    wall: f64,
    /// Stops when the proven gap is at most this.
    #[arg(long, default_value_t = 1e-4)]
    gap: f64,
    /// Watch the brief documents of `ballast award --improvements` in place of the whole ones of `--out`.
    #[arg(long)]
    improvements: bool,
    /// The converted instance.
    tender: PathBuf,
    /// CPU seconds of the whole run.
    limit: f64,
    /// The plan file.
    plan: PathBuf,
    /// More arguments for `ballast award`.
    #[arg(last = true)]
    arguments: Vec<OsString>,
}

fn version(text: &str) -> Result<(String, String), String> {
    let (name, version) = text.split_once('=').ok_or("NAME=VERSION")?;
    Ok((name.to_owned(), version.to_owned()))
}

fn perform(verb: Verb) -> Result<ExitCode, String> {
    match verb {
        Verb::Tender { instance, tender: path } => {
            let instance = Instance::read(&instance)?;
            let fault = |e: std::io::Error| format!("{}: {e}", path.display());
            let file = File::create(&path).map_err(fault)?;
            tender::write(&instance, BufWriter::new(file)).map_err(fault)?;
        }
        Verb::Run(asked) => {
            let run_it = Run {
                ballast: asked.ballast,
                tender: asked.tender,
                limit: asked.limit,
                reserve: asked.reserve.unwrap_or(0.3 + 0.02 * asked.limit),
                wall: asked.wall,
                gap: asked.gap,
                improvements: asked.improvements,
                arguments: asked.arguments,
                plan: asked.plan,
            };
            return Ok(ExitCode::from(u8::try_from(run(&run_it)?).unwrap_or(1)));
        }
        Verb::Record { comparison, results, started, machine, versions } => {
            let circumstances =
                Circumstances { comparison: started, machine, versions: versions.into_iter().collect() };
            let count = results::record(&comparison, &circumstances, &results)?;
            println!("{count} run(s) added to {}", results.display());
        }
        Verb::Table { results: path, into } => {
            let table = results::table(&results::read(&path)?);
            match into {
                None => print!("{table}"),
                Some(page) => {
                    let fault = |e: std::io::Error| format!("{}: {e}", page.display());
                    let old = std::fs::read_to_string(&page).map_err(fault)?;
                    replace(&page, &results::insert(&old, &table)?).map_err(fault)?;
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    match perform(Cli::parse().verb) {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
