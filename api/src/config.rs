//! Every setting of the service, with what stands where none is given.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::limits::OneTenant;

/// Settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where requests are answered. Anything but loopback belongs behind a proxy that speaks TLS.
    pub listen: SocketAddr,
    /// Where figures for Prometheus are answered; not at all without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<SocketAddr>,
    /// A folder (SQLite), or `postgres://…`.
    pub store: String,
    /// Runs worked on at a time; 0: one per core.
    pub runs_at_a_time: usize,
    /// Limits of each tenant.
    pub tenant: TenantLimits,
    /// Limits of each run.
    pub run: RunLimits,
    /// Limits of requests.
    pub request: RequestLimits,
    /// Messages about runs that ended.
    pub webhooks: Webhooks,
    /// What members of a GPO are told of each other's cost.
    pub benchmarks: Benchmarks,
    /// How long a session of a browser lives, hours.
    pub session_hours: u32,
    /// How long others may take a run for alive without a sign of life, seconds.
    pub lease_seconds: u32,
    /// Limits of single tenants, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, OneTenant>,
}

/// Limits of each tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TenantLimits {
    /// Runs that wait.
    pub queued: i64,
    /// Runs worked on at a time.
    pub running: usize,
}

/// Limits of each run.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunLimits {
    /// Seconds, whatever the run asks for; then its best so far is taken.
    pub seconds: u64,
    /// Memory of each process, MiB.
    pub memory_mib: u64,
    /// How often a run is begun before it has failed.
    pub attempts: i64,
}

/// Limits of requests.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RequestLimits {
    /// Longest body, MiB.
    pub body_mib: usize,
    /// Requests a minute of one token or session.
    pub per_minute: u32,
    /// Files read, exported or certified at a time.
    pub files_at_a_time: usize,
    /// Seconds that reading or writing a file may take.
    pub file_seconds: u64,
    /// Open event streams of one person.
    pub streams: usize,
}

/// Messages about runs that ended.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Hosts that tenants may have messages sent to; none: nothing is sent.
    pub hosts: Vec<String>,
}

/// What members of a GPO are told of each other's cost: means per need (`service/benchmarks.rs`).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Benchmarks {
    /// Whether they are told anything.
    pub on: bool,
    /// Members that a mean counts at least, 5 or more.
    pub contributors: usize,
    /// How much of a mean one member may be at most, percent, 25 or less.
    pub share_percent: u32,
    /// Days between the approval of an award and the day on which its means are told.
    pub days: u32,
}

impl Default for Benchmarks {
    fn default() -> Self {
        Self { on: false, contributors: 5, share_percent: 25, days: 90 }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8321)),
            metrics_listen: None,
            store: "ballast-data".to_owned(),
            runs_at_a_time: 0,
            tenant: TenantLimits::default(),
            run: RunLimits::default(),
            request: RequestLimits::default(),
            webhooks: Webhooks::default(),
            benchmarks: Benchmarks::default(),
            session_hours: 12,
            lease_seconds: 30,
            limits: BTreeMap::new(),
        }
    }
}

impl Default for TenantLimits {
    fn default() -> Self {
        Self { queued: 1_000, running: 64 }
    }
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { seconds: 3_600, memory_mib: 8_192, attempts: 3 }
    }
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self { body_mib: 64, per_minute: 6_000, files_at_a_time: 2, file_seconds: 60, streams: 16 }
    }
}

impl Config {
    /// Reads a file of settings.
    ///
    /// # Errors
    /// If it cannot be read, or names a setting that there is not.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{} cannot be read: {e}", path.display()))?;
        let config: Self = toml::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        config.check().map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        let at_least_one = [
            ("run.seconds", self.run.seconds),
            ("run.memory_mib", self.run.memory_mib),
            ("run.attempts", u64::try_from(self.run.attempts).unwrap_or(0)),
            ("tenant.running", self.tenant.running as u64),
            ("request.body_mib", self.request.body_mib as u64),
            ("request.per_minute", u64::from(self.request.per_minute)),
            ("request.files_at_a_time", self.request.files_at_a_time as u64),
            ("request.file_seconds", self.request.file_seconds),
            ("session_hours", u64::from(self.session_hours)),
            ("lease_seconds", u64::from(self.lease_seconds)),
        ];
        let own = self.limits.iter().flat_map(|(tenant, own)| {
            let figures = [
                ("seconds", own.seconds),
                ("memory_mib", own.memory_mib),
                ("work", own.work),
                ("running", own.running.map(|n| n as u64)),
            ];
            figures
                .into_iter()
                .filter(|(_, n)| *n == Some(0))
                .map(move |(name, _)| format!("limits.\"{tenant}\".{name}"))
        });
        if self.benchmarks.contributors < 5 || !(1..=25).contains(&self.benchmarks.share_percent) {
            return Err("benchmarks.contributors must be 5 or more, benchmarks.share_percent 1 to 25".to_owned());
        }
        if let Some(name) = own.into_iter().next() {
            return Err(format!("{name} must be at least 1"));
        }
        match at_least_one.iter().find(|(_, n)| *n == 0) {
            Some((name, _)) => Err(format!("{name} must be at least 1")),
            None => Ok(()),
        }
    }

    /// The settings as a file, without what a store's address keeps secret.
    ///
    /// # Errors
    /// Never, for settings that were read.
    pub fn shown(&self) -> Result<String, String> {
        let mut shown = self.clone();
        if let Some((scheme, rest)) = shown.store.split_once("://") {
            let rest = rest.split_once('@').map_or(rest.to_owned(), |(who, at)| {
                let user = who.split_once(':').map_or(who, |(user, _)| user);
                if user == who { format!("{who}@{at}") } else { format!("{user}:***@{at}") }
            });
            shown.store = format!("{scheme}://{rest}");
        }
        toml::to_string(&shown).map_err(|e| e.to_string())
    }

    /// The folder of the store, if it is one.
    pub fn folder(&self) -> Option<PathBuf> {
        (!self.store.starts_with("postgres://") && !self.store.starts_with("postgresql://"))
            .then(|| PathBuf::from(&self.store))
    }

    /// Runs worked on at a time.
    pub fn slots(&self) -> usize {
        match self.runs_at_a_time {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::Config;

    #[test]
    fn what_is_shown_can_be_read_and_keeps_the_password() {
        let config = Config { store: "postgres://ballast:hush@db/x".to_owned(), ..Config::default() };
        let shown = config.shown().unwrap();
        assert!(!shown.contains("hush"), "{shown}");
        let again: Config = toml::from_str(&shown).unwrap();
        assert_eq!(again.store, "postgres://ballast:***@db/x");
        assert_eq!(again.request.per_minute, config.request.per_minute);
    }

    #[test]
    fn a_setting_that_there_is_not_is_refused_and_so_is_a_lax_one() {
        assert!(toml::from_str::<Config>("listn = \"127.0.0.1:1\"").is_err());
        for laxer in ["contributors = 4", "share_percent = 26", "share_percent = 0"] {
            let config: Config = toml::from_str(&format!("[benchmarks]\n{laxer}")).unwrap();
            assert!(config.check().is_err(), "{laxer}");
        }
    }
}
