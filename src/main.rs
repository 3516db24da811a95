//! The command `ballast`: one verb per file in `verbs/`, one exit path here.

mod exit;
mod interrupt;
mod load;
mod named;
mod out;
mod output;
mod progress;
mod proven;
mod say;
mod stated;
mod study;
mod tender_file;
mod verbs;
mod watched;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use output::Output;

/// Decides what health systems buy, from whom, and how much they hold in reserve, and shows how the decision stands up
/// when supply breaks.
#[derive(Parser)]
#[command(
    name = "ballast",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    common: Common,
}

/// What every verb takes.
#[derive(clap::Args, Clone)]
pub struct Common {
    /// One JSON document on standard output, nothing else there.
    #[arg(long, global = true)]
    json: bool,
    /// No progress and no messages on standard error, except errors.
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Threads for the simulation (0: all cores). The result does not depend on it.
    #[arg(long, global = true, default_value_t = 0, value_name = "N")]
    threads: usize,
    /// Seed of everything random.
    #[arg(long, global = true, default_value_t = 1, value_name = "SEED")]
    seed: u64,
    /// Started by the service, with this much memory (MiB): ends when standard input closes.
    #[arg(long, global = true, hide = true, value_name = "MIB")]
    watched: Option<u64>,
}

#[derive(Subcommand)]
enum Verb {
    Check(verbs::check::Args),
    Award(verbs::award::Args),
    Certify(verbs::certify::Args),
    Conflicts(verbs::conflicts::Args),
    Exposure(verbs::exposure::Args),
    Stress(verbs::stress::Args),
    Merge(verbs::merge::Args),
    Replay(verbs::replay::Args),
    Reserve(verbs::reserve::Args),
    Report(verbs::report::Args),
    Export(verbs::export::Args),
    Alternatives(verbs::alternatives::Args),
    Compare(verbs::compare::Args),
    Frontier(verbs::frontier::Args),
    WhyNot(verbs::why_not::Args),
    Leverage(verbs::leverage::Args),
    WinCurve(verbs::win_curve::Args),
    CounterBid(verbs::counter_bid::Args),
    Coalition(verbs::coalition::Args),
    Targets(verbs::targets::Args),
    Template(verbs::template::Args),
    Prices(verbs::prices::Args),
    Sweep(verbs::sweep::Args),
    Doctor(verbs::doctor::Args),
    Demo(verbs::demo::Args),
    Serve(verbs::serve::Args),
    #[command(subcommand)]
    Audit(verbs::audit::Audit),
    #[command(subcommand)]
    Import(verbs::import::Import),
    /// A solving process; for the program itself.
    #[command(hide = true)]
    Worker,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(&cli.common);
    if let Some(Err(error)) = cli.common.watched.map(watched::begin) {
        output.failure(&error.into());
        return exit::Exit::Failure.code();
    }
    let result = match cli.verb {
        Verb::Check(args) => verbs::check::run(&args, &output),
        Verb::Award(args) => verbs::award::run(&args, &cli.common, &output),
        Verb::Conflicts(args) => verbs::conflicts::run(&args, &cli.common, &output),
        Verb::Certify(args) => verbs::certify::run(&args, &cli.common, &output),
        Verb::Exposure(args) => verbs::exposure::run(&args, &cli.common, &output),
        Verb::Stress(args) => verbs::stress::run(&args, &cli.common, &output),
        Verb::Merge(args) => verbs::merge::run(&args, &cli.common, &output),
        Verb::Replay(args) => verbs::replay::run(&args, &cli.common, &output),
        Verb::Reserve(args) => verbs::reserve::run(&args, &cli.common, &output),
        Verb::Report(args) => verbs::report::run(&args, &output),
        Verb::Export(args) => verbs::export::run(&args, &output),
        Verb::Alternatives(args) => verbs::alternatives::run(&args, &cli.common, &output),
        Verb::Frontier(args) => verbs::frontier::run(&args, &cli.common, &output),
        Verb::WhyNot(args) => verbs::why_not::run(&args, &cli.common, &output),
        Verb::Leverage(args) => verbs::leverage::run(&args, &cli.common, &output),
        Verb::WinCurve(args) => verbs::win_curve::run(&args, &cli.common, &output),
        Verb::CounterBid(args) => verbs::counter_bid::run(&args, &cli.common, &output),
        Verb::Coalition(args) => verbs::coalition::run(&args, &cli.common, &output),
        Verb::Targets(args) => verbs::targets::run(&args, &cli.common, &output),
        Verb::Compare(args) => verbs::compare::run(&args, &cli.common, &output),
        Verb::Template(args) => verbs::template::run(&args, &output),
        Verb::Prices(args) => verbs::prices::run(&args, &cli.common, &output),
        Verb::Sweep(args) => verbs::sweep::run(&args, &cli.common, &output),
        Verb::Doctor(args) => verbs::doctor::run(&args, &cli.common, &output),
        Verb::Demo(args) => verbs::demo::run(&args, &cli.common, &output),
        Verb::Audit(what) => verbs::audit::run(&what, &output),
        Verb::Serve(args) => verbs::serve::run(&args),
        Verb::Import(what) => verbs::import::run(&what, &output),
        Verb::Worker => ballast_isolation::run_child().map(|()| exit::Exit::Done).map_err(exit::Failure::from),
    };
    match result {
        Ok(exit) => exit.code(),
        Err(failure) => {
            output.failure(&failure);
            failure.exit.code()
        }
    }
}
