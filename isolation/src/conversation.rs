//! One child: started, told its job, heard to its last word, and ended, whatever happens to it.

use std::io::{self, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use ballast_solver::{Control, Limit};

use crate::children::Children;
use crate::frame;
use crate::message::{FromChild, ToChild};
use crate::start::{Started, start};

/// How long a child may take to stop once asked to, or past its time limit, before it is killed: what it has found so far it
/// has said already.
const GRACE: Duration = Duration::from_millis(1500);
/// How often the caller's wish to cancel is looked at.
const TICK: Duration = Duration::from_millis(50);

/// How one child ended.
pub(crate) enum Ended {
    /// With its last word.
    Said(FromChild),
    /// Killed by us at a limit, or dead of memory.
    Stopped(Limit),
    /// Died by itself.
    Crashed(String),
}

impl Children {
    /// Puts a job to a child; `hear` gets everything it says before its last word.
    pub(crate) fn converse(
        &self,
        job: &ToChild,
        time_limit: Option<Duration>,
        control: &dyn Control,
        hear: &mut dyn FnMut(FromChild),
    ) -> io::Result<Ended> {
        let Started { mut child, mut to, from, mut errors } = start(&self.program, self.verb)?;
        let (send, heard) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            while let Ok(Some(message)) = frame::read::<FromChild>(&mut from) {
                if send.send(message).is_err() {
                    break;
                }
            }
        });
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        // A child that dies while being told shows up below as a crash.
        let _ = frame::write(&mut to, job);

        let mut deadline: Option<Instant> = None;
        let mut cancel_by: Option<Instant> = None;
        let ended = loop {
            match heard.recv_timeout(TICK) {
                // The limit is on solving; a large tender takes a while to read.
                Ok(FromChild::Began) => deadline = time_limit.map(|t| Instant::now() + t + GRACE),
                Ok(message @ (FromChild::Improved { .. } | FromChild::Progress(_))) => hear(message),
                Ok(last) => break Some(Ended::Said(last)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break None,
            }
            if control.cancelled() && cancel_by.is_none() {
                let _ = frame::write(&mut to, &ToChild::Cancel);
                cancel_by = Some(Instant::now() + GRACE);
            }
            if cancel_by.is_some_and(|by| Instant::now() > by) {
                break Some(Ended::Stopped(Limit::Cancelled));
            }
            if deadline.is_some_and(|by| Instant::now() > by) {
                break Some(Ended::Stopped(Limit::Time));
            }
        };
        drop(to);
        let status = end(&mut child, ended.is_some())?;
        let _ = reader.join();
        let complaints = complaints.join().unwrap_or_default();
        Ok(ended.unwrap_or_else(|| crash(status, &complaints)))
    }
}

/// Waits for the child; one that has said its last word or is to be stopped is killed.
fn end(child: &mut Child, kill: bool) -> io::Result<ExitStatus> {
    if kill {
        // It may have ended by itself already.
        let _ = child.kill();
    }
    child.wait()
}

fn crash(status: ExitStatus, complaints: &str) -> Ended {
    let out_of_memory = complaints.contains("memory allocation") || complaints.contains("bad_alloc");
    if out_of_memory {
        return Ended::Stopped(Limit::Memory);
    }
    let last = complaints.lines().last().unwrap_or("").trim();
    let how = match status.signal() {
        Some(signal) => format!("the solving process was ended by signal {signal}"),
        None => format!("the solving process ended with {status}"),
    };
    Ended::Crashed(if last.is_empty() { how } else { format!("{how}: {last}") })
}
