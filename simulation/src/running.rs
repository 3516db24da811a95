//! A mean while replications are still going on, for whoever watches. Blocks come in any order, so its last digits vary; no
//! result is made of it.

use std::sync::Mutex;

use crate::metric::Z;

/// Number of values, their sum and the sum of their squares.
#[derive(Debug, Default)]
pub(crate) struct Running(Mutex<(f64, f64, f64)>);

impl Running {
    /// Adds values; those of failed replications are none.
    pub(crate) fn add(&self, values: impl Iterator<Item = f64>) {
        let more = values
            .filter(|x| x.is_finite())
            .fold((0.0, 0.0, 0.0), |(n, sum, squares), x| (n + 1.0, sum + x, squares + x * x));
        if let Ok(mut all) = self.0.lock() {
            *all = (all.0 + more.0, all.1 + more.1, all.2 + more.2);
        }
    }

    /// Half the 95 % interval of the mean, as a part of the mean.
    pub(crate) fn precision(&self) -> Option<f64> {
        let (n, sum, squares) = *self.0.lock().ok()?;
        let mean = sum / n;
        let variance = (squares / n - mean * mean).max(0.0) * n / (n - 1.0);
        (n > 1.0 && mean > 0.0).then(|| Z * (variance / n).sqrt() / mean)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Running;

    #[test]
    fn the_interval_is_that_of_a_mean() {
        let running = Running::default();
        assert_eq!(running.precision(), None);
        running.add([1.0, f64::NAN, 2.0].into_iter());
        running.add([3.0, 4.0].into_iter());
        // Mean 2.5, variance 5/3 of 4 values.
        let by_hand = 1.959_963_984_540_054 * (5.0_f64 / 3.0 / 4.0).sqrt() / 2.5;
        assert!((running.precision().unwrap() - by_hand).abs() < 1e-12);
        let none = Running::default();
        none.add([0.0, 0.0].into_iter());
        assert_eq!(none.precision(), None);
    }
}
