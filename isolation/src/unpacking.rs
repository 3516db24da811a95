//! Packed files of unknown origin are opened in a child: whatever a parser does with them, the parent lives and says why
//! the file was not read.

use std::ffi::OsString;
use std::io::{self, BufReader, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use ballast_exchange::tender::packed::{Contents, Refusal, unpack};
use rlimit::Resource;
use serde::{Deserialize, Serialize};

use crate::frame;
use crate::message::ToChild;
use crate::start::{Started, start};

/// The signal that the system sends at the end of processor time.
const SIGXCPU: i32 = 24;

/// Opens packed files in child processes.
#[derive(Debug, Clone)]
pub struct Unpacker {
    /// The program to start; this one.
    pub program: PathBuf,
    /// Its hidden verb.
    pub verb: &'static str,
    /// Address space of the child, bytes.
    pub memory_bytes: u64,
    /// Processor time of the child, seconds.
    pub cpu_seconds: u64,
    /// After this time the child is ended whatever it does.
    pub longest: Duration,
}

/// What the child is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Paths need not be text.
    path: Vec<u8>,
    memory_bytes: u64,
    cpu_seconds: u64,
}

/// The child's side: limits first, then the file.
pub(crate) fn answer(job: Job) -> io::Result<()> {
    rlimit::setrlimit(Resource::AS, job.memory_bytes, job.memory_bytes)?;
    // The second figure kills where the signal of the first is not enough.
    rlimit::setrlimit(Resource::CPU, job.cpu_seconds, job.cpu_seconds + 1)?;
    let contents = unpack(&PathBuf::from(OsString::from_vec(job.path)));
    frame::write(&mut io::stdout(), &contents)
}

impl Unpacker {
    /// Opens the file. A child that fails is a refusal with its reason.
    ///
    /// # Errors
    /// Why the file is not opened.
    pub fn unpack(&self, path: &Path) -> Result<Contents, Refusal> {
        self.ask(path).unwrap_or_else(|error| Err(Refusal::Ended(error.to_string())))
    }

    fn ask(&self, path: &Path) -> io::Result<Result<Contents, Refusal>> {
        let Started { mut child, mut to, from, mut errors } = start(&self.program, self.verb)?;
        let job = Job {
            path: path.as_os_str().as_bytes().to_vec(),
            memory_bytes: self.memory_bytes,
            cpu_seconds: self.cpu_seconds,
        };
        // A child that dies while being told shows up below as one that said nothing.
        let _ = frame::write(&mut to, &ToChild::Unpack(job));
        let (send, heard) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let said = frame::read::<Result<Contents, Refusal>>(&mut BufReader::new(from));
            let _ = send.send(said);
        });
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.by_ref().take(1 << 16).read_to_string(&mut text);
            text
        });
        let said = heard.recv_timeout(self.longest);
        // It has said its last word, or is not to say any.
        let _ = match said {
            Ok(Ok(Some(_))) | Err(RecvTimeoutError::Timeout) => child.kill(),
            _ => Ok(()),
        };
        let status = child.wait()?;
        let _ = reader.join();
        let complaints = complaints.join().unwrap_or_default();
        Ok(match said {
            Ok(Ok(Some(contents))) => contents,
            Err(RecvTimeoutError::Timeout) => {
                Err(Refusal::Ended(format!("it took longer than {} seconds", self.longest.as_secs())))
            }
            _ => Err(Refusal::Ended(self.death(status, &complaints))),
        })
    }

    /// Why a child said nothing.
    fn death(&self, status: ExitStatus, complaints: &str) -> String {
        if status.signal() == Some(SIGXCPU) {
            return format!("it needs more than {} seconds of processor time", self.cpu_seconds);
        }
        if complaints.contains("memory allocation") || complaints.contains("bad_alloc") {
            return format!("it needs more than {} MB of memory", self.memory_bytes / 1_000_000);
        }
        match status.signal() {
            Some(signal) => format!("the reading process was ended by signal {signal}"),
            None => format!("the reading process ended with {status}"),
        }
    }
}
