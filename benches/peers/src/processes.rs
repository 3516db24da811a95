//! CPU seconds of a process and of all that it started, from `/proc`.
//!
//! A tree of processes is measured from its root: what another child of this process uses is not counted. The root has to
//! be read while it is still in the table of processes, which is until somebody has waited for it.

use std::fs;

/// Ticks of `/proc/PID/stat` in a second: a constant of the interface on Linux.
const TICKS_A_SECOND: f64 = 100.0;

/// User and system seconds of a process and its living descendants, with those of the children they have waited for.
pub fn tree_seconds(pid: u32) -> f64 {
    descendants(pid).into_iter().filter_map(|pid| ticks(&pid.to_string(), 4)).sum::<u64>() as f64 / TICKS_A_SECOND
}

/// User and system seconds of the thread that asks.
pub fn thread_seconds() -> f64 {
    ticks("thread-self", 2).unwrap_or(0) as f64 / TICKS_A_SECOND
}

/// Ended, and not yet waited for: its figures are final.
pub fn has_ended(pid: u32) -> bool {
    fields(&pid.to_string()).is_none_or(|f| f.starts_with('Z'))
}

/// Ticks of one process or thread: of its own in two fields (user, system), with the children it has waited for in four.
fn ticks(process: &str, count: usize) -> Option<u64> {
    // utime is the 14th field, the 12th behind the name.
    fields(process)?.split_whitespace().skip(11).take(count).map(|f| f.parse::<u64>().ok()).sum()
}

/// The fields behind the name, which stands in parentheses and may hold anything; the first is the state.
fn fields(process: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ").map(|(_, fields)| fields.to_owned())
}

fn descendants(pid: u32) -> Vec<u32> {
    let mut known = vec![pid];
    let mut next = 0;
    while let Some(&pid) = known.get(next) {
        next += 1;
        let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { continue };
        for thread in threads.flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            known.extend(children.split_whitespace().filter_map(|c| c.parse::<u32>().ok()));
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_child_of_a_child_counts() {
        // The shell starts another one, which works and then waits for its input to end.
        let mut child = Command::new("sh")
            .args(["-c", "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read x'; true"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
        let tree = tree_seconds(child.id());
        let own = ticks(&child.id().to_string(), 2).unwrap() as f64 / TICKS_A_SECOND;
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(tree > own, "tree {tree}, own {own}");
    }

    #[test]
    fn what_another_child_used_is_not_of_this_one() {
        let quiet = Command::new("sh").args(["-c", "read x"]).stdin(Stdio::piped()).spawn().unwrap();
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        assert!(Command::new("sh").args(["-c", busy]).status().unwrap().success());
        let mut quiet = quiet;
        let used = tree_seconds(quiet.id());
        drop(quiet.stdin.take());
        while !has_ended(quiet.id()) {
            std::thread::yield_now();
        }
        assert!(tree_seconds(quiet.id()) >= used, "an ended process keeps its figures until it is waited for");
        quiet.wait().unwrap();
        assert!(used < 0.05, "{used}");
    }

    #[test]
    fn a_process_that_is_gone_has_used_nothing() {
        assert_eq!(tree_seconds(u32::MAX - 1), 0.0);
    }
}
