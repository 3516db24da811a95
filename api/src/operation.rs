//! What whoever runs a server does beside it.

use std::path::Path;
use std::sync::Arc;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::fault::Fault;
use crate::store::{Store, verify};

/// Entries of an audit log read at a time.
const AT_A_TIME: i64 = 10_000;

fn beside<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

async fn open(config: &Config) -> Result<Store, Fault> {
    match config.folder() {
        Some(folder) => Store::beside(&folder, Arc::new(SystemClock)).await,
        None => Store::postgres(&config.store, Arc::new(SystemClock)).await,
    }
}

/// Copies a store to a folder, also while a server works on it; gives the files.
///
/// # Errors
/// If it cannot be copied.
pub fn back_up(config: &Config, to: &Path) -> Result<Vec<String>, Fault> {
    beside(async { open(config).await?.back_up(to).await })
}

/// Verifies the audit logs of all tenants, or of one: name, number of entries and last hash of each.
///
/// # Errors
/// The first entry that does not hold.
pub fn verify_audit(
    config: &Config,
    only: Option<&str>,
    anchor: Option<&str>,
) -> Result<Vec<(String, usize, String)>, Fault> {
    beside(async {
        let store = open(config).await?;
        let tenants: Vec<_> = store.tenants().await?.into_iter().filter(|(_, n)| only.is_none_or(|o| o == n)).collect();
        if tenants.is_empty() {
            return Err(Fault::Missing("tenant"));
        }
        let mut verified = Vec::new();
        for (id, name) in tenants {
            let scope = store.scope(&id).await?;
            let mut entries = Vec::new();
            loop {
                let after = entries.last().map_or(0, |e: &crate::store::Entry| e.seq);
                let more = scope.audit(after, AT_A_TIME).await?;
                if more.is_empty() {
                    break;
                }
                entries.extend(more);
            }
            let (count, last) = verify(&entries, anchor).map_err(|b| Fault::Conflict(format!("{name}: {b}")))?;
            verified.push((name, count, last));
        }
        Ok(verified)
    })
}
