//! `ballast audit verify`: whether an audit log of the service is what was written.

use std::path::PathBuf;

use ballast_api::config::Config;
use serde_json::json;

use crate::exit::{Exit, Failure, Outcome};
use crate::output::Output;

/// The audit log of the service.
#[derive(clap::Subcommand)]
pub enum Audit {
    /// Recomputes the chain of every tenant; tells the last hash of each, to be kept elsewhere.
    Verify(Args),
}

/// What is verified.
#[derive(clap::Args)]
pub struct Args {
    /// Settings of the service.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A folder of SQLite files, or postgres://…
    #[arg(long, value_name = "STORE")]
    store: Option<String>,
    /// Only this tenant, by name.
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// A hash that was told before: shows that nothing up to it was cut off or written anew.
    #[arg(long, value_name = "HASH", requires = "tenant")]
    anchor: Option<String>,
}

/// Runs the verb. A log that does not hold ends with code 2.
pub fn run(Audit::Verify(args): &Audit, output: &Output) -> Outcome {
    let mut config = match &args.config {
        Some(path) => Config::read(path).map_err(Failure::input)?,
        None => Config::default(),
    };
    config.store = args.store.clone().unwrap_or(config.store);
    let verified = ballast_api::verify_audit(&config, args.tenant.as_deref(), args.anchor.as_deref());
    let verified = verified.map_err(|e| Failure::input(e.to_string()))?;
    let tenants: Vec<_> = verified
        .iter()
        .map(|(name, entries, last)| json!({ "tenant": name, "entries": entries, "last": last }))
        .collect();
    let lines: Vec<String> =
        verified.iter().map(|(name, entries, last)| format!("{name}: {entries} entries hold; last {last}")).collect();
    output.result(&json!({ "schema": "ballast.audit/1", "tenants": tenants }), &lines.join("\n"));
    Ok(Exit::Done)
}
