//! The command, started by the service: a process with limits, a folder of its own and nothing else.
//!
//! It ends when its standard input closes, so none outlives the server, and its solving processes end with it. Paths that
//! it names in its documents are names in its folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit, mpsc};

use crate::fault::Fault;

/// Longest document taken from a process, bytes.
const LONGEST: u64 = 1 << 28;
/// Characters kept of what a process complained about.
const COMPLAINT: usize = 4_000;
/// Memory of a process that reads or writes files, MiB.
const FILES_MIB: u64 = 4_096;

/// Whose turn it is to have a file read: so many at a time, of one tenant half of them, and no more of it stand in the queue
/// that all share. So one tenant's files delay another's by as long as those at work take, at most.
#[derive(Debug)]
struct Files {
    all: Semaphore,
    own: Mutex<HashMap<String, Arc<Semaphore>>>,
    each: usize,
}

impl Files {
    fn new(at_a_time: usize) -> Self {
        Self { all: Semaphore::new(at_a_time), own: Mutex::default(), each: at_a_time.div_ceil(2) }
    }

    /// Waits for a tenant's turn, which lasts until both are dropped; `None` if the server fails.
    async fn turn(&self, tenant: &str) -> Option<(OwnedSemaphorePermit, SemaphorePermit<'_>)> {
        let own = Arc::clone(
            self.own.lock().ok()?.entry(tenant.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(self.each))),
        );
        Some((own.acquire_owned().await.ok()?, self.all.acquire().await.ok()?))
    }
}

/// Starts the command.
#[derive(Debug)]
pub struct Command {
    program: PathBuf,
    files: Files,
    longest: Duration,
}

/// A process that has ended.
#[derive(Debug)]
pub struct Ended {
    /// How.
    pub status: ExitStatus,
    /// What it printed.
    pub printed: String,
    /// What it complained about.
    pub complaint: String,
}

impl Ended {
    /// The document that it printed.
    pub fn document(&self) -> Option<Value> {
        serde_json::from_str(&self.printed).ok()
    }
}

/// A process that works.
pub struct Working {
    child: Child,
    input: Option<ChildStdin>,
    /// How far it is, as it says.
    pub progress: mpsc::Receiver<Value>,
    printed: tokio::task::JoinHandle<String>,
    complaint: tokio::task::JoinHandle<String>,
}

impl Command {
    /// Starts `program`, at most so many at a time for files, each at most so long.
    pub fn new(program: PathBuf, files_at_a_time: usize, longest: Duration) -> Self {
        Self { program, files: Files::new(files_at_a_time), longest }
    }

    /// Starts a process in a folder.
    ///
    /// # Errors
    /// If the system does not start it.
    pub fn start(&self, folder: &Path, memory_mib: u64, args: &[String]) -> Result<Working, Fault> {
        let mut child = tokio::process::Command::new(&self.program)
            .arg(format!("--watched={memory_mib}"))
            .args(args)
            .current_dir(folder)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let (Some(input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Fault::Internal("a process without streams".to_owned()));
        };
        let printed = tokio::spawn(async move {
            let mut text = Vec::new();
            let _ = output.take(LONGEST).read_to_end(&mut text).await;
            String::from_utf8_lossy(&text).into_owned()
        });
        // Progress may be lost where nobody keeps up with it; the result may not.
        let (send, progress) = mpsc::channel(64);
        let complaint = tokio::spawn(async move {
            let mut lines = BufReader::new(errors).lines();
            let mut complaint = String::new();
            while let Ok(Some(line)) = lines.next_line().await {
                let said =
                    line.starts_with("{\"progress\"").then(|| serde_json::from_str::<Value>(&line).ok()).flatten();
                if let Some(mut said) = said {
                    let _ = send.try_send(said["progress"].take());
                } else if complaint.len() < COMPLAINT {
                    complaint.extend(line.chars().take(COMPLAINT));
                    complaint.push('\n');
                }
            }
            complaint
        });
        Ok(Working { child, input: Some(input), progress, printed, complaint })
    }

    /// Runs a process that reads or writes files of a tenant to its end; they wait for each other.
    ///
    /// # Errors
    /// If it takes too long.
    pub async fn file(&self, tenant: &str, folder: &Path, args: &[String]) -> Result<Ended, Fault> {
        let busy = || Fault::Unavailable("too many files are being read; try again".to_owned());
        let turn = tokio::time::timeout(self.longest, self.files.turn(tenant)).await;
        let _turn = turn.ok().flatten().ok_or_else(busy)?;
        let working = self.start(folder, FILES_MIB, args)?;
        // Dropped at the limit, it is killed.
        tokio::time::timeout(self.longest, working.end()).await.map_err(|_| {
            Fault::TooLarge(format!("this takes more than {} seconds; make it smaller", self.longest.as_secs()))
        })?
    }
}

impl Working {
    /// Waits for the end.
    pub async fn wait(&mut self) -> Result<ExitStatus, Fault> {
        Ok(self.child.wait().await?)
    }

    /// Its id, while it lives.
    pub fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// Asks for the best so far.
    pub async fn cancel(&mut self) {
        if let Some(input) = &mut self.input {
            // One that has ended does not hear it.
            let _ = input.write_all(b"cancel\n").await;
            let _ = input.flush().await;
        }
    }

    /// Ends it whatever it does.
    pub async fn kill(&mut self) {
        let _ = self.child.kill().await;
    }

    /// What it leaves.
    ///
    /// # Errors
    /// If the system has lost it.
    pub async fn end(mut self) -> Result<Ended, Fault> {
        // Standard input stays open till then: closing it means that nobody waits.
        let status = self.child.wait().await?;
        let lost = |e: tokio::task::JoinError| Fault::Internal(e.to_string());
        let (printed, complaint) = (self.printed.await.map_err(lost)?, self.complaint.await.map_err(lost)?);
        Ok(Ended { status, printed, complaint: complaint.trim().to_owned() })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use futures_util::FutureExt;

    use super::Files;

    #[tokio::test]
    async fn one_tenants_files_leave_a_turn_to_others() {
        let files = Files::new(2);
        let first = files.turn("A").now_or_never().flatten();
        assert!(first.is_some());
        let second = files.turn("A");
        tokio::pin!(second);
        assert!((&mut second).now_or_never().is_none(), "it waits for its own");
        let other = files.turn("B").now_or_never().flatten();
        assert!(other.is_some(), "nobody else does");
        drop(first);
        assert!(second.now_or_never().flatten().is_some());
    }
}
