//! Lists come in pages. A token says after what to go on; it grants nothing, and it fits only the list that gave it.

use serde::Serialize;
use utoipa::ToSchema;

use super::fingerprint;
use crate::fault::Fault;

/// Entries of a page where none is asked for.
const USUAL: i64 = 50;
/// At most.
const MOST: i64 = 500;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// Entries.
    pub items: Vec<T>,
    /// Send it as `page_token` for what comes next; empty at the end.
    pub next_page_token: String,
}

/// Which page.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Entries.
    pub size: i64,
    /// After which.
    pub after: String,
    list: String,
}

impl Ask {
    /// Reads `page_size` and `page_token` of a list; `list` names the list with its filters.
    ///
    /// # Errors
    /// If the size is negative or the token is of another list.
    pub fn read(size: Option<i64>, token: Option<&str>, list: &[&str]) -> Result<Self, Fault> {
        let list: String = fingerprint(list).chars().skip(7).take(12).collect();
        let size = match size.unwrap_or(0) {
            n if n < 0 => return Err(Fault::invalid("/page_size", "a page has 1 to 500 entries")),
            0 => USUAL,
            n => n.min(MOST),
        };
        let after = match token.unwrap_or("") {
            "" => String::new(),
            token => match token.split_once('.') {
                Some((of, after)) if of == list => after.to_owned(),
                _ => return Err(Fault::invalid("/page_token", "this token is of another list or of other filters")),
            },
        };
        Ok(Self { size, after, list })
    }

    /// As a number, where the list is counted.
    ///
    /// # Errors
    /// If the token is no number.
    pub fn after_number(&self) -> Result<i64, Fault> {
        match self.after.as_str() {
            "" => Ok(0),
            text => text.parse().map_err(|_| Fault::invalid("/page_token", "this token is of another list")),
        }
    }

    /// The page of entries that were asked for with one more than its size.
    pub fn page<T, U>(&self, mut found: Vec<T>, key: impl Fn(&T) -> String, say: impl Fn(T) -> U) -> Page<U> {
        let more = found.len() as i64 > self.size;
        found.truncate(usize::try_from(self.size).unwrap_or(usize::MAX));
        let next = found.last().filter(|_| more).map(|last| format!("{}.{}", self.list, key(last)));
        Page { items: found.into_iter().map(say).collect(), next_page_token: next.unwrap_or_default() }
    }
}
