//! What can be asked of the service. Knows no HTTP.

pub mod approvals;
mod benchmarks;
pub mod demo;
pub mod exports;
pub mod kinds;
pub mod page;
pub mod people;
pub mod pieces;
pub mod runs;
pub mod tenders;
pub mod views;
pub mod webhooks;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::buckets::Buckets;
use crate::command::Command;
use crate::config::Config;
use crate::fault::Fault;
use crate::jobs::Bell;
use crate::metrics::Metrics;
use crate::rights::Caller;
use crate::secret;
use crate::store::{Scope, Store};

/// Everything that answering needs.
pub struct Service {
    /// Settings.
    pub config: Config,
    /// What is kept.
    pub store: Store,
    /// Where processes get their files; the system's folder for such if there is none.
    pub work: Option<PathBuf>,
    /// The command.
    pub command: Command,
    /// Rung when runs change.
    pub bell: Arc<Bell>,
    /// The build that documents of this server name.
    pub build: String,
    /// Hash of the set-up token, until it is used.
    pub setup: std::sync::Mutex<Option<String>>,
    /// Figures.
    pub metrics: Metrics,
    /// Requests of each credential.
    pub requests: Buckets,
    /// Sign-ins of each name: guessing must not get far.
    pub sign_ins: Buckets,
    /// Passwords hashed at a time: guessing must not slow down the rest.
    pub hashing: tokio::sync::Semaphore,
}

/// The key of a request that may come twice.
#[derive(Debug, Clone)]
pub struct Key {
    /// What the caller sent.
    pub key: String,
    /// Hash of the request.
    pub fingerprint: String,
}

/// Something made, or made before by the same key.
#[derive(Debug)]
pub struct Made<T> {
    /// What.
    pub what: T,
    /// True if an earlier request made it.
    pub before: bool,
}

impl Service {
    /// A folder for one process.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn scratch(&self) -> Result<TempDir, Fault> {
        let mut named = tempfile::Builder::new();
        named.prefix("ballast-");
        Ok(match &self.work {
            Some(work) => named.tempdir_in(work)?,
            None => named.tempdir()?,
        })
    }

    /// The rows of the caller's tenant.
    ///
    /// # Errors
    /// If the caller has none.
    pub async fn scope(&self, caller: &Caller) -> Result<Scope, Fault> {
        if caller.tenant.is_empty() {
            return Err(Fault::Denied("the operator sees no tenant's data".to_owned()));
        }
        self.store.scope(&caller.tenant).await
    }
}

/// Writes a file of a scratch folder.
///
/// # Errors
/// If it cannot be written.
pub async fn put(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> Result<PathBuf, Fault> {
    let path = folder.join(name);
    tokio::fs::write(&path, bytes).await?;
    Ok(path)
}

/// A hash over several texts, each with its length.
pub fn fingerprint(parts: &[&str]) -> String {
    let joined: String = parts.iter().map(|p| format!("{}:{p}", p.len())).collect();
    secret::content_hash(joined.as_bytes())
}
