//! Fair share: the tenant with the fewest runs at work is next; among equals the one that was served longest ago. However
//! much one tenant queues, another waits for at most one run.

use std::collections::HashMap;

/// Who was served, and when.
#[derive(Debug, Default)]
pub struct Turns {
    working: HashMap<String, usize>,
    served: HashMap<String, u64>,
    count: u64,
}

impl Turns {
    /// Tenants in the order of their turns, without those that have as many at work as they may.
    pub fn order(&self, mut tenants: Vec<String>, most: impl Fn(&str) -> usize) -> Vec<String> {
        tenants.retain(|t| self.working(t) < most(t));
        tenants.sort_by_key(|t| (self.working(t), self.served.get(t).copied().unwrap_or(0)));
        tenants
    }

    fn working(&self, tenant: &str) -> usize {
        self.working.get(tenant).copied().unwrap_or(0)
    }

    /// A run of the tenant begins.
    pub fn begun(&mut self, tenant: &str) {
        self.count += 1;
        *self.working.entry(tenant.to_owned()).or_default() += 1;
        self.served.insert(tenant.to_owned(), self.count);
    }

    /// A run of the tenant has ended.
    pub fn ended(&mut self, tenant: &str) {
        if let Some(working) = self.working.get_mut(tenant) {
            *working = working.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Turns;

    /// One tenant queues a thousand runs, another one: its run is the second or third to begin.
    #[test]
    fn a_flood_delays_nobody_else() {
        let mut turns = Turns::default();
        let mut waiting = [("flood".to_owned(), 1_000), ("small".to_owned(), 1)];
        let mut begun: Vec<String> = Vec::new();
        for _ in 0..10 {
            let names = waiting.iter().filter(|(_, n)| *n > 0).map(|(t, _)| t.clone()).collect();
            let Some(next) = turns.order(names, |_| 64).into_iter().next() else { break };
            turns.begun(&next);
            if let Some((_, n)) = waiting.iter_mut().find(|(t, _)| *t == next) {
                *n -= 1;
            }
            // One slot: each run ends before the next begins.
            turns.ended(&next);
            begun.push(next);
        }
        assert!(begun.iter().position(|t| t == "small").is_some_and(|at| at <= 1), "{begun:?}");
    }

    #[test]
    fn nobody_has_more_at_work_than_allowed() {
        let mut turns = Turns::default();
        turns.begun("a");
        turns.begun("a");
        let both = || vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(turns.order(both(), |_| 2), ["b"]);
        turns.ended("a");
        assert_eq!(turns.order(both(), |_| 2), ["b", "a"]);
        assert_eq!(turns.order(both(), |t| if t == "a" { 1 } else { 2 }), ["b"]);
    }
}
