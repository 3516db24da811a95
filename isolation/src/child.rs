//! The child's side.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use ballast_domain::{Findings, Tender};
use ballast_solver::conflicts::conflicts;
use ballast_solver::{Control, Engine, Event, InProcess};
use rlimit::Resource;

use crate::frame;
use crate::message::{FromChild, ToChild};

struct Parent {
    out: Mutex<Box<dyn Write + Send>>,
    cancelled: AtomicBool,
}

impl Parent {
    fn say(&self, message: &FromChild) {
        if let Ok(mut out) = self.out.lock() {
            // A parent that no longer listens has closed our input too; the watcher ends us.
            let _ = frame::write(&mut *out, message);
        }
    }
}

impl Control for Parent {
    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn observe(&self, event: &Event) {
        match event {
            Event::Improved { award, at } => self.say(&FromChild::Improved { award: award.into(), at: (*at).into() }),
            Event::Progress(at) => self.say(&FromChild::Progress((*at).into())),
            Event::Retried { .. } => {}
        }
    }
}

/// Runs the job that stands on standard input. Ends the process if the input closes before the job is done.
///
/// # Errors
/// If the streams break.
pub fn run_child() -> io::Result<()> {
    let mut input = io::stdin();
    let (tender, options, memory_bytes, explain) = match frame::read(&mut input)? {
        Some(ToChild::Award { tender, options, memory_bytes }) => (tender, options, memory_bytes, false),
        Some(ToChild::Conflicts { tender, options, memory_bytes }) => (tender, options, memory_bytes, true),
        Some(ToChild::Unpack(job)) => return crate::unpacking::answer(job),
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "this verb is for the program itself")),
    };
    if let Some(bytes) = memory_bytes {
        // A limit that cannot be set (below what is in use already) must not pass silently.
        rlimit::setrlimit(Resource::AS, bytes, bytes)?;
    }
    let parent: &'static Parent =
        Box::leak(Box::new(Parent { out: Mutex::new(Box::new(io::stdout())), cancelled: AtomicBool::new(false) }));
    std::thread::spawn(move || {
        loop {
            match frame::read::<ToChild>(&mut input) {
                Ok(Some(ToChild::Cancel)) => parent.cancelled.store(true, Ordering::Relaxed),
                Ok(Some(ToChild::Award { .. } | ToChild::Conflicts { .. } | ToChild::Unpack(_))) => {}
                Ok(None) | Err(_) => std::process::exit(3),
            }
        }
    });

    let bytes = serde_json::to_vec(&tender)?;
    drop(tender);
    let mut findings = Findings::default();
    let raw = ballast_exchange::tender::from_body(&bytes, "job", &mut findings);
    let Some(tender) = Tender::read(&raw, findings).tender else {
        parent.say(&FromChild::Failed("the tender did not survive its way to the child".to_owned()));
        return Ok(());
    };
    drop(raw);
    parent.say(&FromChild::Began);
    let said = match explain {
        true => conflicts(&tender, &(*options).into(), parent).map(|r| FromChild::Conflicts(Box::new((&r).into()))),
        false => InProcess.award(&tender, &(*options).into(), parent).map(|r| FromChild::Done(Box::new((&r).into()))),
    };
    parent.say(&said.unwrap_or_else(|error| FromChild::Failed(error.to_string())));
    Ok(())
}
