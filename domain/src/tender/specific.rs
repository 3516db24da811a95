//! Rows that speak of one site or all, of one need or all, and what they say of a demand cell.

use std::collections::HashMap;

use crate::index::{NeedIx, SiteIx};

/// Rows by site and need; `None` stands for all.
pub(super) struct Specific<T>(HashMap<(Option<SiteIx>, Option<NeedIx>), Vec<T>>);

impl<T> Specific<T> {
    pub(super) fn new() -> Self {
        Self(HashMap::new())
    }

    pub(super) fn add(&mut self, site: Option<SiteIx>, need: Option<NeedIx>, row: T) {
        self.0.entry((site, need)).or_default().push(row);
    }

    /// Rows that speak of a cell, the least specific first; a site is more specific than a need.
    pub(super) fn of(&self, site: SiteIx, need: NeedIx) -> impl Iterator<Item = &T> {
        let keys = [(None, None), (None, Some(need)), (Some(site), None), (Some(site), Some(need))];
        keys.into_iter().filter_map(|key| self.0.get(&key)).flatten()
    }
}
