//! A verb that the service has started (`--watched`): it lives no longer than its caller, keeps to its memory, gives way to
//! whoever answers requests, says how far it is as JSON lines on standard error, and stops with the best so far when told.

use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ballast_solver::LogEntry;
use rlimit::Resource;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

/// Whether anyone watches.
static WATCHED: AtomicBool = AtomicBool::new(false);
/// Who is to stop once the caller says so, and whether he has.
static STOP: Mutex<(bool, Vec<Arc<AtomicBool>>)> = Mutex::new((false, Vec::new()));

/// Priority of a watched process: requests come first.
const NICE: i32 = 10;

/// Takes on the limits and listens to the caller from now on.
///
/// # Errors
/// If the system refuses a limit.
pub fn begin(memory_mib: u64) -> std::io::Result<()> {
    let bytes = memory_mib.saturating_mul(1 << 20);
    rlimit::setrlimit(Resource::AS, bytes, bytes)?;
    rustix::process::nice(NICE)?;
    WATCHED.store(true, Ordering::Relaxed);
    std::thread::spawn(|| {
        for line in std::io::stdin().lock().lines() {
            match line {
                Ok(line) if line == "cancel" => stop(),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        // Nobody is left who would take the result; solving processes end with this one.
        std::process::exit(3);
    });
    Ok(())
}

fn stop() {
    if let Ok(mut stop) = STOP.lock() {
        stop.0 = true;
        stop.1.iter().for_each(|flag| flag.store(true, Ordering::Relaxed));
    }
}

/// Raises this flag, too, when the caller wants the best so far.
pub fn also(flag: &Arc<AtomicBool>) {
    if let Ok(mut stop) = STOP.lock() {
        flag.fetch_or(stop.0, Ordering::Relaxed);
        stop.1.push(Arc::clone(flag));
    }
}

/// How far a search is: its best, what is proven, and what could at most still be saved, as a fraction of the best.
pub fn search(at: &LogEntry) -> Value {
    let gap = at.value.zip(at.bound).filter(|(value, _)| !value.is_zero());
    let gap = gap.and_then(|(value, bound)| ((value - bound).max(Decimal::ZERO) / value.abs()).round_dp(6).to_f64());
    json!({ "work": at.work, "value": at.value, "bound": at.bound, "gap": gap })
}

/// Says how far the work is, if anyone watches.
pub fn tell(progress: impl FnOnce() -> Value) {
    if WATCHED.load(Ordering::Relaxed) {
        let line = json!({ "progress": progress() }).to_string();
        // A caller that has gone closes standard input, too.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
}
