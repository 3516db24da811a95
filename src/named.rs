//! Ids on the command line: everything that is not known is said at once, with its place and the nearest that is.

use ballast_domain::cell::nearest;
use ballast_domain::finding::{Findings, Place};

/// Looks an id up among those of the tender; adds a finding where it is not one of them.
pub fn find<'a, T>(
    flag: &str,
    what: &str,
    id: &str,
    known: impl Iterator<Item = (T, &'a String)>,
    found: &mut Findings,
) -> Option<T> {
    let mut ids: Vec<&str> = Vec::new();
    for (at, name) in known {
        if name == id {
            return Some(at);
        }
        ids.push(name);
    }
    let fix = match nearest(id, ids.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if ids.is_empty() => format!("the tender has no {what}"),
        None => format!("one of: {}", ids.join(", ")),
    };
    found.error("unknown_id", Place::file(flag), id, format!("one of the tender's {what}s"), fix);
    None
}
