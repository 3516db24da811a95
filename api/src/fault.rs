//! Why something that was asked is not done. Knows nothing of HTTP; `http/problem.rs` says it there.

use serde_json::{Value, json};

/// One fault of an input, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Pointed {
    /// JSON pointer into what was sent.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
    /// Further places: sheet, cell, line, value, cure, where there are any.
    pub further: Value,
}

impl Pointed {
    /// A fault at a pointer.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into(), further: json!({}) }
    }
}

/// Why not.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    /// Nobody we know.
    #[error("sign in: send `Authorization: Bearer …`")]
    Unknown,
    /// Somebody who may not.
    #[error("{0}")]
    Denied(String),
    /// Not there, or not for this caller.
    #[error("there is no such {0}")]
    Missing(&'static str),
    /// The request itself is at fault, everywhere it says.
    #[error("{detail}")]
    Invalid {
        /// In one sentence.
        detail: String,
        /// Every fault with its place.
        errors: Vec<Pointed>,
        /// Where all findings stand, if there are more.
        findings: Option<String>,
        /// Where the workbook stands with its findings in it, if it was one.
        workbook: Option<String>,
    },
    /// It contradicts what is there.
    #[error("{0}")]
    Conflict(String),
    /// An idempotency key was used for something else.
    #[error("this Idempotency-Key was used for another request")]
    OtherRequest,
    /// The caller must say which version he changes.
    #[error("send If-Match with the ETag of the version you change")]
    NoVersion,
    /// He changes a version that is no longer the newest.
    #[error("this has changed since; read it again")]
    Stale,
    /// Larger than allowed.
    #[error("{0}")]
    TooLarge(String),
    /// Too much at once.
    #[error("{detail}")]
    TooMany {
        /// What was too much.
        detail: String,
        /// When to try again.
        retry_seconds: u64,
    },
    /// The server cannot just now.
    #[error("{0}")]
    Unavailable(String),
    /// The server failed; the reason is for its log.
    #[error("the server failed")]
    Internal(String),
}

impl Fault {
    /// A request with one fault.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::all(vec![Pointed::at(pointer, detail)])
    }

    /// A request with these faults.
    pub fn all(errors: Vec<Pointed>) -> Self {
        let detail = match &errors[..] {
            [one] => one.detail.clone(),
            many => format!("{} faults", many.len()),
        };
        Self::Invalid { detail, errors, findings: None, workbook: None }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Unavailable("the store is busy; try again".to_owned()),
            other => Self::Internal(format!("store: {other}")),
        }
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<getrandom::Error> for Fault {
    fn from(error: getrandom::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(format!("stored document: {error}"))
    }
}
