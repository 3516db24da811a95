//! The service: tenders, runs and their results over HTTP, for tenants who compete.
//!
//! `http/` parses, asks and answers; `service/` decides and knows no HTTP; `store/` keeps; `jobs/` works the queue off.
//! Whatever computes or reads a file is the command itself, in a process of its own with limits (`command.rs`), so the
//! service and the command line give the same documents.

mod buckets;
pub mod clock;
mod command;
pub mod config;
pub mod failpoint;
mod fault;
#[cfg(test)]
mod hostile;
mod http;
mod jobs;
mod limits;
mod metrics;
mod operation;
mod rights;
mod secret;
mod serve;
mod service;
pub mod store;

pub use fault::Fault;
pub use http::openapi;
pub use operation::{back_up, verify_audit};
pub use rights::Role;
pub use serve::{Started, serve};
