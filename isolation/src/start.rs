//! A child is started as the head of a process group of its own, and its three pipes are taken.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};

/// A child with its pipes.
pub(crate) struct Started {
    /// The process.
    pub child: Child,
    /// What it is told.
    pub to: ChildStdin,
    /// What it says.
    pub from: ChildStdout,
    /// What it complains about.
    pub errors: ChildStderr,
}

/// Starts a program with one word.
pub(crate) fn start(program: &Path, verb: &str) -> io::Result<Started> {
    let mut child = Command::new(program)
        .arg(verb)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
        (Some(to), Some(from), Some(errors)) => Ok(Started { child, to, from, errors }),
        _ => Err(io::ErrorKind::BrokenPipe.into()),
    }
}
