//! One attempt at a run: the command in a process of its own, its progress passed on, its lease held, its end written
//! down. A process that dies by itself is tried once more with calmer settings, and both attempts are recorded.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::watch;

use crate::clock::SECOND;
use crate::command::{Ended, Working};
use crate::failpoint::{pass, pass_child};
use crate::fault::Fault;
use crate::jobs::bell::hear;
use crate::limits::Limits;
use crate::service::Service;
use crate::service::exports::lay_out;
use crate::service::kinds::Kind;
use crate::service::runs::{Frozen, RunInput, error};
use crate::store::{Claimed, Ending, Scope};

/// How long a process may take to stop once asked to, before it is killed. It ends its solver after 5 seconds at most and
/// then writes the best that it had streamed.
const GRACE: Duration = Duration::from_secs(9);
/// How often the lease is looked after.
const TICK: Duration = Duration::from_millis(1_000);
/// Progress is written down at most this often.
const WRITE: Duration = Duration::from_millis(500);

/// What an attempt sets otherwise than asked after others were lost: one solve and one thread at a time, should memory or
/// threads have been the trouble. Neither changes a result.
pub fn settings(lost: i64) -> String {
    if lost == 0 { "as asked" } else { "one thread, one solve at a time" }.to_owned()
}

fn arguments(limits: &Limits, frozen: &Frozen, lost: i64) -> Result<Vec<String>, Fault> {
    let verb = frozen.args.iter().position(|a| !a.starts_with("--")).unwrap_or(0);
    let kind: Kind = serde_json::from_value(Value::from(frozen.args[verb].clone()))?;
    let mut args = frozen.args.clone();
    let mut set = Vec::new();
    if !kind.about_award() {
        set.push(format!("--memory={}", limits.memory_mib));
    }
    if lost > 0 {
        set.push("--threads=1".to_owned());
        set.extend(kind.studies().then(|| "--at-a-time=1".to_owned()));
    }
    args.splice(verb + 1..verb + 1, set);
    Ok(args)
}

/// How the process was brought to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stopped {
    /// By itself.
    No,
    /// Somebody wanted its best so far.
    Cancelled,
    /// The server's limit of time.
    Limit,
    /// The server stops.
    Shutdown,
    /// Somebody else has the run.
    Lost,
}

/// What is to be done with a run that was worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Nothing: its end is written down, or somebody else has it.
    Nothing,
    /// It goes back to its queue, since the server stops.
    PutBack,
}

/// Works on a run until it has ended one way or another.
///
/// # Errors
/// If the store or the system fails; the lease runs out then.
pub async fn attempt(
    service: &Service,
    scope: &Scope,
    claimed: &Claimed,
    stop: watch::Receiver<bool>,
) -> Result<After, Fault> {
    let run = &claimed.run;
    pass("run.claimed");
    service.bell.ring(&run.id);
    if claimed.lost >= service.config.run.attempts {
        let why = format!("begun {} times without an end; the attempts say what happened", claimed.lost);
        let ending = Ending { state: "failed", error: Some(error("attempts_exhausted", &why)), ..Ending::default() };
        scope.finish(claimed, &ending, ("failed", &why)).await?;
        service.bell.ring(&run.id);
        return Ok(After::Nothing);
    }
    let frozen: Frozen = serde_json::from_str(&run.frozen)?;
    let asked: RunInput = serde_json::from_str(&run.request)?;
    let limits = service.limits(&scope.tenant).await?.within(&asked.limits);
    let folder = service.scratch()?;
    lay_out(scope, &frozen, folder.path()).await?;
    pass("run.laid_out");
    let args = arguments(&limits, &frozen, claimed.lost)?;
    let mut working = service.command.start(folder.path(), limits.memory_mib, &args)?;
    pass("run.started");
    pass_child("child.started", working.process());
    let stopped = watch_over(service, scope, claimed, (&mut working, limits.seconds), stop).await?;
    if let Stopped::Lost | Stopped::Shutdown = stopped {
        working.kill().await;
        return Ok(if stopped == Stopped::Shutdown { After::PutBack } else { After::Nothing });
    }
    let ended = working.end().await?;
    pass("run.ended");
    conclude(scope, claimed, &ended, stopped).await?;
    pass("run.concluded");
    service.bell.ring(&run.id);
    Ok(After::Nothing)
}

/// Passes progress on and holds the lease until the process has ended or is to be ended.
async fn watch_over(
    service: &Service,
    scope: &Scope,
    claimed: &Claimed,
    (working, seconds): (&mut Working, u64),
    mut stop: watch::Receiver<bool>,
) -> Result<Stopped, Fault> {
    let run = &claimed.run;
    let lease = i64::from(service.config.lease_seconds) * SECOND;
    let limit = Instant::now() + Duration::from_secs(seconds);
    let mut bell = service.bell.listen();
    let mut tick = tokio::time::interval(TICK);
    let (mut latest, mut written): (Option<Value>, Option<Instant>) = (None, None);
    let (mut stopped, mut kill_at): (Stopped, Option<Instant>) = (Stopped::No, None);
    loop {
        let due = written.map_or(Instant::now(), |at| at + WRITE);
        tokio::select! {
            said = working.progress.recv() => match said {
                Some(said) => latest = Some(said),
                // Standard error is closed: it has ended, or is about to.
                None => {
                    if tokio::time::timeout(GRACE, working.wait()).await.is_err() {
                        working.kill().await;
                    }
                    return Ok(stopped);
                }
            },
            _ = stop.changed() => return Ok(Stopped::Shutdown),
            () = async { tokio::select! { _ = tick.tick() => {}, () = hear(&mut bell, &run.id) => {} } } => {
                match scope.extend(&run.id, claimed.lease, lease).await? {
                    None => return Ok(Stopped::Lost),
                    Some(true) if stopped == Stopped::No => {
                        working.cancel().await;
                        (stopped, kill_at) = (Stopped::Cancelled, Some(Instant::now() + GRACE));
                    }
                    Some(_) => {}
                }
            }
            () = tokio::time::sleep_until(due.into()), if latest.is_some() => {
                if let Some(progress) = latest.take() {
                    scope.progress(&run.id, claimed.lease, &progress.to_string()).await?;
                    pass("run.progress");
                    pass_child("child.progress", working.process());
                    written = Some(Instant::now());
                    service.bell.ring(&run.id);
                }
            }
        }
        if stopped == Stopped::No && Instant::now() > limit {
            working.cancel().await;
            (stopped, kill_at) = (Stopped::Limit, Some(Instant::now() + GRACE));
        }
        if kill_at.is_some_and(|at| Instant::now() > at) {
            working.kill().await;
        }
    }
}

/// Writes down how the run ended, or puts it back for another attempt.
async fn conclude(scope: &Scope, claimed: &Claimed, ended: &Ended, stopped: Stopped) -> Result<(), Fault> {
    let document = ended.document().filter(|d| d["schema"] != "ballast.error/1");
    let state = if stopped == Stopped::Cancelled { "cancelled" } else { "done" };
    if let Some(document) = document {
        let text = |key: &str| document[key].as_str().map(str::to_owned);
        let ending = Ending {
            state,
            termination: text("termination"),
            digest: text("digest"),
            reproducible: stopped == Stopped::No && reproducible(&document, &claimed.run.frozen),
            document: Some(ended.printed.clone()),
            error: None,
        };
        scope.finish(claimed, &ending, (state, "")).await?;
        return Ok(());
    }
    let last = ended.complaint.lines().last().unwrap_or_default();
    if stopped != Stopped::No {
        let (state, code) = match stopped {
            Stopped::Cancelled => ("cancelled", "cancelled"),
            _ => ("failed", "time_limit"),
        };
        let why = "it had found nothing yet, or did not stop in time";
        let ending = Ending { state, error: Some(error(code, why)), ..Ending::default() };
        scope.finish(claimed, &ending, ("killed", why)).await?;
        return Ok(());
    }
    // That a server went away in between is not the fault of the run.
    let killed_before = scope.attempts(&claimed.run.id).await?.iter().any(|a| a.outcome.as_deref() == Some("killed"));
    // A result that was printed in half, too, is a process that died.
    let died = match (ended.status.signal(), ended.status.code()) {
        (Some(signal), _) => Some(format!("the process was ended by signal {signal}")),
        (None, Some(1 | 2)) => None,
        (None, code) => Some(format!("the process ended with code {}: {last}", code.unwrap_or_default())),
    };
    match died {
        Some(why) if !killed_before => {
            scope.put_back(claimed, ("killed", &why)).await?;
        }
        Some(why) => {
            let ending = Ending { state: "failed", error: Some(error("killed", &why)), ..Ending::default() };
            scope.finish(claimed, &ending, ("killed", &why)).await?;
        }
        None => {
            let code = if ended.status.code() == Some(2) { "bad_input" } else { "failure" };
            let why = ended.complaint.strip_prefix("ballast: ").unwrap_or(&ended.complaint);
            let ending = Ending { state: "failed", error: Some(error(code, why)), ..Ending::default() };
            scope.finish(claimed, &ending, ("failed", last)).await?;
        }
    }
    Ok(())
}

/// Whether the same question has this answer for certain: no clock had a say in it and nothing went wrong on the way.
fn reproducible(document: &Value, frozen: &str) -> bool {
    let said = document.get("reproducible").is_none_or(|r| *r == Value::Bool(true));
    let retried = document["run"]["retries"].as_array().is_some_and(|r| !r.is_empty());
    said && !retried && !frozen.contains("\"--time-limit=")
}
