//! CPU seconds of a process and of all that it started, from `/proc`.

use std::fs;

/// Ticks of `/proc/PID/stat` in a second: a constant of the interface on Linux.
const TICKS_A_SECOND: f64 = 100.0;

/// User and system seconds of a process and its living descendants, with those of the children they have waited for.
pub fn cpu_seconds(pid: u32) -> f64 {
    descendants(pid).into_iter().filter_map(own_ticks).sum::<u64>() as f64 / TICKS_A_SECOND
}

/// Ticks of one process and of the children it has waited for.
fn own_ticks(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in parentheses and may hold anything; utime is the 14th field, the 12th behind it.
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().skip(11).take(4).map(|f| f.parse::<u64>().ok()).sum()
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
        let tree = cpu_seconds(child.id());
        let own = own_ticks(child.id()).unwrap() as f64 / TICKS_A_SECOND;
        drop(child.stdin.take());
        child.wait().unwrap();
        assert!(tree > own, "tree {tree}, own {own}");
    }

    #[test]
    fn a_process_that_is_gone_has_used_nothing() {
        assert_eq!(cpu_seconds(u32::MAX - 1), 0.0);
    }
}
