//! Texts become ids: readable, of an id's form, one per thing. Ids are given in order of key, never of row, so that the
//! same history in another order has the same ids.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::finding::Place;
use ballast_domain::{Findings, Severity};

use super::template::squeeze;

/// Most characters of an id.
const LONGEST: usize = 80;

/// A name as it stands, without what an id may not hold.
pub(super) fn name(text: &str) -> String {
    let allowed = |c: char| if c.is_control() || matches!(c, ';' | ':' | ',') { ' ' } else { c };
    squeeze(&text.chars().map(allowed).collect::<String>())
}

/// Small letters and digits joined by single hyphens; a point between digits, `%` and `+` stay.
pub(super) fn slug(text: &str) -> String {
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let digit = |i: Option<usize>| i.and_then(|i| letters.get(i)).is_some_and(char::is_ascii_digit);
    let mut slug = String::new();
    for (i, &c) in letters.iter().enumerate() {
        let point = c == '.' && digit(i.checked_sub(1)) && digit(Some(i + 1));
        if c.is_alphanumeric() || matches!(c, '%' | '+') || point {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches(['-', '+']).to_owned()
}

fn shortened(text: &str, length: usize) -> String {
    let short: String = text.chars().take(length).collect();
    short.trim_end_matches([' ', '-', '.']).to_owned()
}

/// An id for each key; `wanted` says what it should look like. Keys that want one id get `-2`, `-3` … in order of key.
pub(super) fn assign<K: Ord + Clone>(
    what: &str,
    wanted: &BTreeMap<K, String>,
    file: &str,
    findings: &mut Findings,
) -> BTreeMap<K, String> {
    let mut taken = BTreeSet::new();
    let mut ids = BTreeMap::new();
    for (key, text) in wanted {
        let plain = if text.is_empty() { what.to_owned() } else { shortened(text, LONGEST) };
        let mut id = plain.clone();
        let mut n = 1;
        while !taken.insert(id.clone()) {
            n += 1;
            let tail = format!("-{n}");
            id = format!("{}{tail}", shortened(&plain, LONGEST - tail.len()));
        }
        if n > 1 {
            let expected = format!("several {what}s would be called `{plain}`; this one is `{id}`");
            findings.add(
                Severity::Information,
                "id_collision",
                Place::file(file),
                text.clone(),
                expected,
                "tell them apart in the mapping's templates, or join them by aliases",
            );
        }
        ids.insert(key.clone(), id);
    }
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_readable_short_and_unique() {
        assert_eq!(slug("EFV/3TC 600/300mg, Tablet - FDC"), "efv-3tc-600-300mg-tablet-fdc");
        assert_eq!(slug("Logis. UK 2.5 %"), "logis-uk-2.5-%");
        assert_eq!(name("Cipla, Goa, India"), "Cipla Goa India");
        let long = "x".repeat(90);
        let wanted: BTreeMap<u8, String> = [(1, long.clone()), (2, long), (3, String::new())].into();
        let mut findings = Findings::default();
        let ids = assign("need", &wanted, "f", &mut findings);
        assert_eq!((ids[&1].len(), ids[&2].len(), ids[&3].as_str()), (80, 80, "need"));
        assert!(ids[&2].ends_with("-2"));
        assert_eq!(findings.count(Severity::Information), 1);
    }
}
