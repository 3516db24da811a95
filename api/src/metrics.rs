//! Figures for Prometheus. No figure is about one tenant.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper ends of the classes of request durations, seconds.
const CLASSES: [f64; 8] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Counters.
#[derive(Debug, Default)]
pub struct Metrics {
    by_hundred: [AtomicU64; 6],
    classes: [AtomicU64; 9],
    micros: AtomicU64,
    /// Runs begun.
    pub begun: AtomicU64,
    /// Runs ended.
    pub ended: AtomicU64,
}

impl Metrics {
    /// Counts a request.
    pub fn request(&self, status: u16, elapsed: Duration) {
        let add = |c: Option<&AtomicU64>| c.map(|c| c.fetch_add(1, Ordering::Relaxed));
        add(self.by_hundred.get(usize::from(status / 100)));
        let seconds = elapsed.as_secs_f64();
        add(self.classes.get(CLASSES.iter().position(|c| seconds <= *c).unwrap_or(CLASSES.len())));
        self.micros.fetch_add(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// All of them in the text form of Prometheus.
    pub fn text(&self) -> String {
        let get = |c: &AtomicU64| c.load(Ordering::Relaxed);
        let mut text = String::from("# TYPE ballast_requests_total counter\n");
        for (hundred, count) in self.by_hundred.iter().enumerate().skip(1) {
            let _ = writeln!(text, "ballast_requests_total{{status=\"{hundred}xx\"}} {}", get(count));
        }
        text.push_str("# TYPE ballast_request_seconds histogram\n");
        let mut sum = 0;
        for (class, count) in self.classes.iter().enumerate() {
            sum += get(count);
            let end = CLASSES.get(class).map_or_else(|| "+Inf".to_owned(), f64::to_string);
            let _ = writeln!(text, "ballast_request_seconds_bucket{{le=\"{end}\"}} {sum}");
        }
        let _ = writeln!(text, "ballast_request_seconds_sum {}", get(&self.micros) as f64 / 1e6);
        let _ = writeln!(text, "ballast_request_seconds_count {sum}");
        for (name, count) in [("begun", &self.begun), ("ended", &self.ended)] {
            let _ =
                writeln!(text, "# TYPE ballast_runs_{name}_total counter\nballast_runs_{name}_total {}", get(count));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Metrics;

    #[test]
    fn classes_add_up() {
        let metrics = Metrics::default();
        metrics.request(200, Duration::from_millis(7));
        metrics.request(404, Duration::from_secs(9));
        let text = metrics.text();
        for line in [
            "ballast_requests_total{status=\"2xx\"} 1",
            "ballast_requests_total{status=\"4xx\"} 1",
            "ballast_request_seconds_bucket{le=\"0.005\"} 0",
            "ballast_request_seconds_bucket{le=\"0.01\"} 1",
            "ballast_request_seconds_bucket{le=\"+Inf\"} 2",
            "ballast_request_seconds_count 2",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
    }
}
