//! One run of `ballast award` under a limit of CPU seconds: starts the program as anyone would, watches the file that it
//! rewrites at each better award, and writes the plan file each time. At the limit it asks for the best so far (SIGINT).
//!
//! The watching must cost next to nothing, because it counts: a look at the file's date every few milliseconds, and a new
//! plan only as often as plans take a small part of the time.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use crate::plan::{Entry, Found, plan, replace};
use crate::processes::{has_ended, thread_seconds, tree_seconds};

/// What to run, and for how long.
#[derive(Debug, Clone)]
pub struct Run {
    /// The program.
    pub ballast: PathBuf,
    /// The converted instance.
    pub tender: PathBuf,
    /// CPU seconds of the whole run, this process included.
    pub limit: f64,
    /// CPU seconds before the limit at which the award is asked to end.
    pub reserve: f64,
    /// Seconds by the clock that the program is given, for each second of the limit.
    pub wall: f64,
    /// Stops when the proven gap is at most this.
    pub gap: f64,
    /// Watch the brief documents of `--improvements` in place of the whole ones of `--out`.
    pub improvements: bool,
    /// More arguments for `ballast award`.
    pub arguments: Vec<OsString>,
    /// The plan file.
    pub plan: PathBuf,
}

/// Between two looks at the file; the second once the run is no longer young.
const LOOKS: [Duration; 2] = [Duration::from_millis(5), Duration::from_millis(50)];
/// So long a run is young.
const YOUNG: Duration = Duration::from_secs(5);
/// Writing a plan may take one part in so many of the time.
const SPARING: u32 = 50;

struct Watch<'a> {
    run: &'a Run,
    program: u32,
    file: &'a Path,
    seen: Option<SystemTime>,
    log: Vec<Entry>,
    /// No plan before.
    idle_until: Instant,
}

impl Watch<'_> {
    /// Writes the plan if the file changed and it is time.
    fn look(&mut self) -> Result<(), String> {
        if Instant::now() < self.idle_until {
            return Ok(());
        }
        let changed = fs::metadata(self.file).and_then(|m| m.modified()).ok();
        if changed.is_none() || changed == self.seen {
            return Ok(());
        }
        let started = Instant::now();
        self.seen = changed;
        // Half-written by a program that does not replace at once: the next look finds it whole.
        let Some(found) = fs::read(self.file).ok().and_then(|bytes| Found::read(&bytes).ok()) else { return Ok(()) };
        let cpu_s = found.cpu_seconds.unwrap_or_else(|| used(self.program));
        self.write(&found, cpu_s)?;
        self.idle_until = Instant::now() + started.elapsed() * SPARING;
        Ok(())
    }

    fn write(&mut self, found: &Found, cpu_s: f64) -> Result<(), String> {
        let cost_cents = found.claimed_cents().filter(|_| found.has_award());
        let bound_cents = found.bound_cents();
        let last = self.log.last();
        if last.is_none_or(|e| (e.cost_cents, e.bound_cents) != (cost_cents, bound_cents)) {
            self.log.push(Entry { cpu_s, cost_cents, bound_cents });
        }
        let text = plan(found, bound_cents, &self.log)?;
        replace(&self.run.plan, &text).map_err(|e| format!("{}: {e}", self.run.plan.display()))
    }
}

/// CPU seconds so far: the program with what it started, and the watching.
fn used(program: u32) -> f64 {
    tree_seconds(program) + thread_seconds()
}

/// CPU seconds past its limit after which a program is ended that was asked to end.
const DEAF: f64 = 2.0;

/// A file beside the plan.
fn beside(plan: &Path, ending: &str) -> PathBuf {
    let mut name = plan.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn start(run: &Run, watched: &Path, whole: &Path) -> Result<Child, String> {
    let mut command = Command::new(&run.ballast);
    command.arg("award").arg(&run.tender).arg("--quiet").args(["--gap", &run.gap.to_string()]);
    command.args(["--time-limit", &(run.limit * run.wall).to_string()]).args(&run.arguments);
    command.stdin(Stdio::null());
    if run.improvements {
        let fault = |e: std::io::Error| format!("{}: {e}", whole.display());
        command.arg("--improvements").arg(watched).arg("--json").stdout(File::create(whole).map_err(fault)?);
    } else {
        command.arg("--out").arg(watched).stdout(Stdio::null());
    }
    command.spawn().map_err(|e| format!("{}: {e}", run.ballast.display()))
}

/// Runs; returns the exit code of the program.
///
/// # Errors
/// If the program cannot be started, or the plan not be written.
pub fn run(run: &Run) -> Result<i32, String> {
    let (watched, whole) = (beside(&run.plan, ".award"), beside(&run.plan, ".document"));
    for old in [&run.plan, &watched, &whole] {
        let _ = fs::remove_file(old);
    }
    let mut child = start(run, &watched, &whole)?;
    let pid = child.id();
    let began = Instant::now();
    let mut watch = Watch { run, program: pid, file: &watched, seen: None, log: Vec::new(), idle_until: began };
    let mut asked = false;
    let cores = std::thread::available_parallelism().map_or(1.0, |n| n.get() as f64);
    let mut next_reading = began;
    // The most that was read: what a process used that nobody waited for is gone with it.
    let mut cpu_s = 0.0;
    // Waiting for it takes its figures away: they are read first.
    while !has_ended(pid) {
        watch.look()?;
        if Instant::now() >= next_reading {
            cpu_s = f64::max(cpu_s, used(pid));
            let left = run.limit - run.reserve - cpu_s;
            if !asked && left <= 0.0 {
                asked = true;
                interrupt(pid)?;
            }
            // One that does not hear it is ended: what it wrote so far counts.
            if asked && cpu_s > run.limit + DEAF {
                child.kill().map_err(|e| format!("kill: {e}"))?;
            }
            // All cores at work use up half of what is left by then.
            let pause = if asked { 1.0 } else { (left / cores / 2.0).clamp(0.02, 1.0) };
            next_reading = Instant::now() + Duration::from_secs_f64(pause);
        }
        sleep(LOOKS[usize::from(began.elapsed() > YOUNG)]);
    }
    let cpu_s = f64::max(cpu_s, used(pid));
    let status = child.wait().map_err(|e| e.to_string())?;
    let last = if run.improvements { &whole } else { &watched };
    match fs::read(last).ok().and_then(|bytes| Found::read(&bytes).ok()) {
        Some(found) => watch.write(&found, cpu_s)?,
        // The program failed; what it improved on the way still counts.
        None => {
            watch.idle_until = began;
            watch.look()?;
        }
    }
    for done in [&watched, &whole] {
        let _ = fs::remove_file(done);
    }
    Ok(status.code().unwrap_or(1))
}

/// Asks for the best so far, as Ctrl-C does.
fn interrupt(pid: u32) -> Result<(), String> {
    Command::new("kill").args(["-INT", &pid.to_string()]).status().map(|_| ()).map_err(|e| format!("kill: {e}"))
}
