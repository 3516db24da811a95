//! How often something may be asked: so many times a minute for each name, refilled evenly.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

/// Names that are remembered before those that have refilled are forgotten.
const MANY: usize = 10_000;

/// What each name has left, and since when.
#[derive(Debug, Default)]
pub struct Buckets(Mutex<HashMap<String, (f64, Instant)>>);

impl Buckets {
    /// Takes one of so many a minute; what is left, or the seconds until there is one.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn take(&self, name: &str, per_minute: u32) -> Result<u32, u64> {
        let most = f64::from(per_minute);
        let Ok(mut buckets) = self.0.lock() else { return Ok(0) };
        if buckets.len() > MANY {
            buckets.retain(|_, (_, at)| at.elapsed().as_secs() < 60);
        }
        let (left, at) = buckets.entry(name.to_owned()).or_insert((most, Instant::now()));
        *left = (*left + at.elapsed().as_secs_f64() * most / 60.0).min(most);
        *at = Instant::now();
        if *left < 1.0 {
            return Err(((1.0 - *left) * 60.0 / most).ceil() as u64);
        }
        *left -= 1.0;
        Ok(*left as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::Buckets;

    #[test]
    fn each_name_has_its_own() {
        let buckets = Buckets::default();
        assert_eq!((buckets.take("a", 2), buckets.take("a", 2)), (Ok(1), Ok(0)));
        assert!(buckets.take("a", 2).is_err_and(|wait| (1..=30).contains(&wait)));
        assert_eq!(buckets.take("b", 2), Ok(1));
    }
}
