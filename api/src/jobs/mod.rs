//! The queue is worked off: which tenant's turn it is (`turns.rs`), one run in a process of its own (`attempt.rs`). Who wants
//! to know of its end is told (`deliver.rs`).

mod attempt;
mod bell;
mod deliver;
mod turns;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

pub use bell::{Bell, wait_for};
pub use deliver::deliver;

use crate::clock::SECOND;
use crate::fault::Fault;
use crate::limits::Limits;
use crate::service::Service;
use turns::Turns;

/// How often queues are looked at that other servers may have filled.
const LOOK: Duration = Duration::from_millis(500);

/// Works the queues of all tenants off until `stop` says so. What is worked on then goes back to its queue.
pub async fn work(service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    let mut turns = Turns::default();
    let mut working: JoinSet<String> = JoinSet::new();
    loop {
        while working.len() < service.config.slots() && !*stop.borrow() {
            match claim(&service, &mut turns).await {
                Ok(Some((scope, claimed))) => {
                    let (service, stop) = (Arc::clone(&service), stop.clone());
                    working.spawn(async move {
                        let tenant = scope.tenant.clone();
                        if let Err(fault) = attempt::attempt(&service, &scope, &claimed, stop).await {
                            // The lease runs out, and the run is begun anew.
                            tracing::error!(run = claimed.run.id, ?fault, "an attempt was lost");
                        }
                        service.metrics.ended.fetch_add(1, Ordering::Relaxed);
                        tenant
                    });
                }
                Ok(None) => break,
                Err(fault) => {
                    tracing::error!(?fault, "the queue does not answer");
                    break;
                }
            }
        }
        if *stop.borrow() {
            while working.join_next().await.is_some() {}
            return;
        }
        tokio::select! {
            Some(ended) = working.join_next() => if let Ok(tenant) = ended { turns.ended(&tenant) },
            () = service.bell.heard() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
}

/// The next run, of the tenant whose turn it is.
async fn claim(
    service: &Service,
    turns: &mut Turns,
) -> Result<Option<(crate::store::Scope, crate::store::Claimed)>, Fault> {
    let tenants = service.store.tenants().await?;
    let ids = tenants.iter().map(|(id, _)| id.clone()).collect();
    let names: HashMap<String, String> = tenants.into_iter().collect();
    let most = |id: &str| Limits::of(&service.config, names.get(id).map_or("", String::as_str)).running;
    for tenant in turns.order(ids, most) {
        let scope = service.store.scope(&tenant).await?;
        let lease = i64::from(service.config.lease_seconds) * SECOND;
        if let Some(claimed) = scope.claim(lease, attempt::settings).await? {
            turns.begun(&tenant);
            service.metrics.begun.fetch_add(1, Ordering::Relaxed);
            return Ok(Some((scope, claimed)));
        }
    }
    Ok(None)
}
