//! How a run ends: the exit codes that people script against.

use std::process::ExitCode;

/// What a finished run says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// The program failed.
    Failure = 1,
    /// The input is at fault.
    BadInput = 2,
    /// Proven: no award satisfies the hard rules.
    Infeasible = 3,
    /// A limit was reached before any award was found.
    NoAward = 4,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// A run that did not finish, with the sentence that says why.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// Why, and what to do.
    pub message: String,
}

impl Failure {
    /// The input is at fault.
    pub fn input(message: impl Into<String>) -> Self {
        Self { exit: Exit::BadInput, message: message.into() }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { exit: Exit::Failure, message: error.to_string() }
    }
}

/// What a verb gives.
pub type Outcome = Result<Exit, Failure>;
