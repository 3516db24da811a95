//! A solver that dies and a user who has waited long enough: real signals to real processes.

use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::run::{Ran, ballast};
use crate::tiny::iv_fluids;

/// After this long something is broken; nothing is judged by how long it takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// Asks again and again until there is an answer.
fn poll<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("waited in vain for {what}");
}

/// A running `ballast award` that takes seconds (the scenario, to the last cent), killed should the test fail on the way.
struct Running {
    process: Child,
    /// Where it writes each better award.
    out: PathBuf,
    _folder: TempDir,
}

impl Running {
    fn award() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("award.json");
        let mut command = ballast();
        command.arg("award").arg(iv_fluids()).args(["--json", "--gap", "0", "--out"]).arg(&out);
        let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        Self { process, out, _folder: folder }
    }

    /// The solving process; `dead` are those that were there before.
    fn solver(&mut self, dead: &[u32]) -> u32 {
        let pid = self.process.id();
        poll("the solving process", || {
            assert!(self.process.try_wait().unwrap().is_none(), "the award ended before its child was seen");
            let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            let child = children.split_whitespace().filter_map(|c| c.parse().ok()).find(|c| !dead.contains(c))?;
            // Between fork and exec the child still has the parent's command line.
            let line = std::fs::read(format!("/proc/{child}/cmdline")).unwrap_or_default();
            line.split(|b| *b == 0).any(|word| word == b"worker").then_some(child)
        })
    }

    /// Waits for an award found from now on.
    fn improved(&mut self) {
        // There may be none yet.
        let _ = std::fs::remove_file(&self.out);
        poll("an award in the file", || {
            assert!(self.process.try_wait().unwrap().is_none(), "the award ended before it was interrupted");
            self.out.exists().then_some(())
        });
    }

    fn signal(&self, name: &str) {
        send(name, self.process.id());
    }

    fn end(&mut self) -> Ran {
        // Both pipes are drained side by side, or a full one would stop the program for ever.
        let mut errors = self.process.stderr.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).map(|_| text)
        });
        let mut stdout = String::new();
        self.process.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        let stderr = reader.join().unwrap().unwrap();
        let code = self.process.wait().unwrap().code();
        Ran { code, stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended in every test that passes.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a signal to one process by its number.
fn send(signal: &str, pid: u32) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {pid}")]).status().unwrap();
    assert!(sent.success(), "no process {pid} to send {signal} to");
}

#[test]
fn an_award_survives_the_death_of_its_solving_process() {
    let mut running = Running::award();
    let first = running.solver(&[]);
    send("KILL", first);
    let second = running.solver(&[first]);
    assert_ne!(first, second);
    // The second attempt would go on for minutes; its first award is enough.
    running.improved();
    running.signal("INT");
    let ran = running.end();
    let document = ran.document();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(document["run"]["retries"].as_array().map(Vec::len), Some(1), "{}", document["run"]);
    assert!(document["run"]["retries"][0].as_str().unwrap().contains("signal 9"));
    assert_eq!(document["reproducible"], false);
    assert_eq!(document["certificate"]["verified"], true);
}

#[test]
fn a_solving_process_that_dies_every_time_is_a_failure_with_its_reason() {
    let mut running = Running::award();
    let mut dead = Vec::new();
    for _ in 0..3 {
        dead.push(running.solver(&dead));
        send("KILL", dead[dead.len() - 1]);
    }
    let ran = running.end();
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert_eq!(ran.document()["schema"], "ballast.error/1");
    assert!(ran.stderr.contains("signal 9") && ran.stderr.contains("tried 3 times"), "{}", ran.stderr);
}

#[test]
fn an_interrupted_award_is_the_best_so_far() {
    let mut running = Running::award();
    running.improved();
    running.signal("INT");
    let ran = running.end();
    let document = ran.document();
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!((&document["termination"], &document["limit"]), (&"feasible".into(), &"cancelled".into()));
    assert_eq!(document["certificate"]["verified"], true);
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(&running.out).unwrap()).unwrap();
    assert_eq!(file, document, "the file holds the final document");
}

#[test]
fn an_award_interrupted_at_once_says_so() {
    let mut running = Running::award();
    // Once it has a child it listens; a signal before that ends it like any program.
    running.solver(&[]);
    running.signal("TERM");
    let ran = running.end();
    let document = ran.document();
    assert_eq!(document["limit"], "cancelled");
    match ran.code {
        Some(0) => assert_eq!(document["termination"], "feasible"),
        Some(4) => assert_eq!(document["termination"], "no_award"),
        other => panic!("exit code {other:?}: {}", ran.stderr),
    }
}

#[test]
fn a_solving_process_ends_when_its_parent_is_gone() {
    let mut running = Running::award();
    let child = running.solver(&[]);
    running.signal("KILL");
    assert_eq!(running.end().code, None, "ended by the signal");
    poll("the end of the orphan", || {
        let stat = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        // Gone, or dead and not yet collected by whoever inherited it.
        (stat.is_empty() || stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')))
            .then_some(())
    });
}
