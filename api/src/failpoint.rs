//! Places where a trial ends a process in the middle of what it does: `BALLAST_FAILPOINT=PLACE:N` sends SIGKILL the N-th time
//! that the server comes to a place: to the server itself, or, at a place of `CHILDREN`, to the process of the run.
//!
//! Only with the feature `failpoints`, which tests alone ask for; without it a place is nothing.

/// Places of the server: around every write, and in the life of a run.
#[cfg(feature = "failpoints")]
pub const SERVER: &[&str] = &[
    // A transaction that writes has its lock.
    "write.begun",
    // Between its statements.
    "write.half",
    // The same, where a run's events are told.
    "event.told",
    "commit.before",
    // Written, and nobody knows it yet.
    "commit.after",
    "run.claimed",
    "run.laid_out",
    "run.started",
    "run.progress",
    // Its process has given a result that is not written yet.
    "run.ended",
    "run.concluded",
];

/// Places where the process of a run is killed, and the server lives on.
#[cfg(feature = "failpoints")]
pub const CHILDREN: &[&str] = &["child.started", "child.progress"];

/// What is aimed at, and how many times it is still to be passed.
#[cfg(feature = "failpoints")]
static AIM: std::sync::LazyLock<Option<(String, std::sync::atomic::AtomicI64)>> = std::sync::LazyLock::new(|| {
    let aim = std::env::var("BALLAST_FAILPOINT").ok()?;
    let (place, times) = aim.split_once(':')?;
    Some((place.to_owned(), times.parse::<i64>().ok()?.into()))
});

/// Whether this is the time at which `place` is aimed at.
#[cfg(feature = "failpoints")]
fn hit(place: &str) -> bool {
    let aimed = AIM.as_ref().filter(|(name, _)| name == place);
    aimed.is_some_and(|(_, left)| left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) == 1)
}

#[cfg(feature = "failpoints")]
fn kill(process: Option<rustix::process::Pid>) {
    if let Some(process) = process {
        // One that has ended is not killed any more.
        let _ = rustix::process::kill_process(process, rustix::process::Signal::KILL);
    }
}

/// The server comes to a place.
#[cfg(feature = "failpoints")]
pub fn pass(place: &str) {
    if hit(place) {
        kill(Some(rustix::process::getpid()));
    }
}

/// The server comes to a place of the process of a run.
#[cfg(feature = "failpoints")]
pub fn pass_child(place: &str, process: Option<u32>) {
    if hit(place) {
        let id = process.and_then(|id| i32::try_from(id).ok());
        kill(id.and_then(rustix::process::Pid::from_raw));
    }
}

/// Nothing, outside of trials.
#[cfg(not(feature = "failpoints"))]
pub const fn pass(_: &str) {}

/// Nothing, outside of trials.
#[cfg(not(feature = "failpoints"))]
pub const fn pass_child(_: &str, _: Option<u32>) {}
