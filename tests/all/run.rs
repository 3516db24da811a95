//! Starts the binary and keeps what it said.

use std::ffi::OsStr;
use std::process::{Command, Output};

use serde_json::Value;

/// The binary under test, quiet about the terminal it does not have.
pub fn ballast() -> Command {
    Command::new(env!("CARGO_BIN_EXE_ballast"))
}

/// A finished run.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }
}

impl Ran {
    /// Standard output as exactly one JSON document: anything before or after it is a fault.
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("standard output is not one document: {e}\n{}\n{}", self.stdout, self.stderr))
    }

    /// True if some thread of the program died instead of saying what is wrong.
    pub fn panicked(&self) -> bool {
        self.stderr.contains("panicked") || self.code == Some(101)
    }
}

/// Runs the binary to its end. A panic is never an answer, so it fails the test here.
pub fn run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    let ran = Ran::from(ballast().args(args).output().expect("the binary starts"));
    assert!(!ran.panicked(), "the program panicked:\n{}", ran.stderr);
    ran
}

/// As [`run`], but a panic is left to the caller to report.
pub fn try_run<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Ran {
    Ran::from(ballast().args(args).output().expect("the binary starts"))
}
