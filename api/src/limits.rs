//! What a run may take: what the server allows its tenant, or less if the run itself asks for less.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::Config;
use crate::fault::{Fault, Pointed};
use crate::service::Service;

/// Limits of one tenant; what is not said is as for all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OneTenant {
    /// Runs that wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<i64>,
    /// Runs worked on at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<usize>,
    /// Seconds of each run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Memory of each process of a run, MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u64>,
    /// Work of each solve, whatever the run asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<u64>,
}

/// Limits that a run asks for itself; those of the server and of the tenant hold as well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OneRun {
    /// Seconds; then its best so far is taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub seconds: Option<u64>,
    /// Memory of each of its processes, MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 64)]
    pub memory_mib: Option<u64>,
}

impl OneRun {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong with it.
    pub fn faults(&self) -> Vec<Pointed> {
        let least = [("seconds", self.seconds, 1), ("memory_mib", self.memory_mib, 64)];
        let wrong = least.into_iter().filter(|(_, asked, least)| asked.is_some_and(|n| n < *least));
        wrong
            .map(|(name, _, least)| Pointed::at(format!("/limits/{name}"), format!("expected {least} or more")))
            .collect()
    }
}

/// What holds for the runs of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Runs that wait.
    pub queued: i64,
    /// Runs worked on at a time.
    pub running: usize,
    /// Seconds of each run.
    pub seconds: u64,
    /// Memory of each process, MiB.
    pub memory_mib: u64,
    /// Work of each solve, if it is limited.
    pub work: Option<u64>,
}

impl Limits {
    /// What settings say of a tenant by this name.
    pub fn of(config: &Config, tenant: &str) -> Self {
        let own = config.limits.get(tenant).cloned().unwrap_or_default();
        Self {
            queued: own.queued.unwrap_or(config.tenant.queued),
            running: own.running.unwrap_or(config.tenant.running),
            seconds: own.seconds.unwrap_or(config.run.seconds),
            memory_mib: own.memory_mib.unwrap_or(config.run.memory_mib),
            work: own.work,
        }
    }

    /// What is left of it for a run that asks for less.
    pub fn within(mut self, run: &OneRun) -> Self {
        self.seconds = self.seconds.min(run.seconds.unwrap_or(u64::MAX));
        self.memory_mib = self.memory_mib.min(run.memory_mib.unwrap_or(u64::MAX));
        self
    }
}

impl Service {
    /// What holds for the runs of a tenant by this id.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn limits(&self, tenant: &str) -> Result<Limits, Fault> {
        if self.config.limits.is_empty() {
            return Ok(Limits::of(&self.config, ""));
        }
        let known = self.store.tenants().await?;
        let name = known.into_iter().find(|(id, _)| id == tenant).map(|(_, name)| name);
        Ok(Limits::of(&self.config, &name.unwrap_or_default()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{Limits, OneRun};
    use crate::config::Config;

    #[test]
    fn the_least_holds() {
        let text = "[run]\nseconds = 100\nmemory_mib = 1000\n[limits.\"Riverside GPO\"]\nseconds = 200\nwork = 5\nrunning = 1\n";
        let config: Config = toml::from_str(text).unwrap();
        let (all, own) = (Limits::of(&config, "Another"), Limits::of(&config, "Riverside GPO"));
        assert_eq!((all.seconds, all.work, all.running), (100, None, config.tenant.running));
        assert_eq!((own.seconds, own.memory_mib, own.work, own.running), (200, 1000, Some(5), 1));
        let less = OneRun { seconds: Some(7), memory_mib: Some(5000) };
        assert_eq!(own.within(&less), Limits { seconds: 7, ..Limits::of(&config, "Riverside GPO") });
        // Settings that are shown can be read again.
        let again: Config = toml::from_str(&config.shown().unwrap()).unwrap();
        assert_eq!(Limits::of(&again, "Riverside GPO").work, Some(5));
    }

    #[test]
    fn a_limit_of_nothing_is_refused() {
        let faults = OneRun { seconds: Some(0), memory_mib: Some(63) }.faults();
        let pointers: Vec<&str> = faults.iter().map(|f| f.pointer.as_str()).collect();
        assert_eq!(pointers, ["/limits/seconds", "/limits/memory_mib"]);
        assert!(OneRun::default().faults().is_empty());
    }
}
