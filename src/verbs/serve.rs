//! `ballast serve`: the service.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use ballast_api::config::Config;

use crate::exit::{Exit, Failure, Outcome};
use crate::load;

/// Answers over HTTP: tenders, runs of every kind in processes of their own, results.
#[derive(clap::Args)]
pub struct Args {
    /// Settings (TOML); `docs/service.md` has all of them.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where requests are answered.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// A folder for SQLite files, or postgres://…
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
    /// Print the settings that hold, and end.
    #[arg(long)]
    print_config: bool,
    /// Copy everything to this folder, also while a server works, and end (SQLite).
    #[arg(long, value_name = "FOLDER")]
    back_up: Option<PathBuf>,
}

/// Runs the verb.
pub fn run(args: &Args) -> Outcome {
    let mut config = match &args.config {
        Some(path) => Config::read(path).map_err(Failure::input)?,
        None => Config::default(),
    };
    config.listen = args.listen.unwrap_or(config.listen);
    config.store = args.store.clone().unwrap_or(config.store);
    if args.print_config {
        let _ = write!(std::io::stdout(), "{}", config.shown().map_err(Failure::input)?);
        return Ok(Exit::Done);
    }
    if let Some(to) = &args.back_up {
        for file in ballast_api::back_up(&config, to)? {
            let _ = writeln!(std::io::stdout(), "{}", to.join(file).display());
        }
        return Ok(Exit::Done);
    }
    ballast_api::serve(config, std::env::current_exe()?, load::build(), |started| {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "ballast serves http://{}", started.address);
        if let Some(token) = &started.setup_token {
            let _ = writeln!(out, "set-up token (used once, POST /v1/setup): {token}");
        }
        let _ = out.flush();
    })?;
    Ok(Exit::Done)
}
