//! The queue is worked off: which tenant's turn it is (`turns.rs`), one run in a process of its own (`attempt.rs`). Who wants
//! to know of its end is told (`deliver.rs`, `post.rs`).

mod attempt;
mod bell;
mod deliver;
mod post;
mod turns;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

pub use bell::{Bell, wait_for};
pub use deliver::deliver;
pub use post::post;

use crate::clock::SECOND;
use crate::fault::Fault;
use crate::limits::Limits;
use crate::service::Service;
use crate::store::{Claimed, Scope};
use attempt::{After, attempt, settings};
use turns::Turns;

/// How often queues are looked at that other servers may have filled.
const LOOK: Duration = Duration::from_millis(500);

/// Works the queues of all tenants off until `stop` says so. What is worked on then goes back to its queue, once nothing is
/// claimed here any more: a claim on its way could take the very run that was put back.
pub async fn work(service: Arc<Service>, mut stop: watch::Receiver<bool>) {
    let mut turns = Turns::default();
    let mut working: JoinSet<(Scope, Claimed, After)> = JoinSet::new();
    let mut back = Vec::new();
    while !*stop.borrow() {
        while working.len() < service.config.slots() && !*stop.borrow() {
            match claim(&service, &mut turns).await {
                Ok(Some((scope, claimed))) => {
                    working.spawn(one(Arc::clone(&service), scope, claimed, stop.clone()));
                }
                Ok(None) => break,
                Err(fault) => {
                    tracing::error!(?fault, "the queue does not answer");
                    break;
                }
            }
        }
        tokio::select! {
            Some(Ok((scope, claimed, after))) = working.join_next() => {
                turns.ended(&scope.tenant);
                back.extend((after == After::PutBack).then_some((scope, claimed)));
            }
            () = service.bell.heard() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
    while let Some(ended) = working.join_next().await {
        back.extend(
            ended.ok().and_then(|(scope, claimed, after)| (after == After::PutBack).then_some((scope, claimed))),
        );
    }
    for (scope, claimed) in back {
        if let Err(fault) = scope.put_back(&claimed, ("shutdown", "the server was stopped")).await {
            tracing::error!(run = claimed.run.id, ?fault, "an attempt was lost");
        }
    }
}

async fn one(
    service: Arc<Service>,
    scope: Scope,
    claimed: Claimed,
    stop: watch::Receiver<bool>,
) -> (Scope, Claimed, After) {
    let after = match attempt(&service, &scope, &claimed, stop).await {
        Ok(after) => after,
        Err(fault) => {
            tracing::error!(run = claimed.run.id, ?fault, "an attempt was lost");
            // Where the store cannot write that down either, the lease runs out.
            let back = scope.put_back(&claimed, ("lost", "the server failed; its log says why")).await;
            service.bell.ring(&claimed.run.id);
            if let Err(fault) = back {
                tracing::error!(run = claimed.run.id, ?fault, "it is not put back");
            }
            After::Nothing
        }
    };
    service.metrics.ended.fetch_add(1, Ordering::Relaxed);
    (scope, claimed, after)
}

/// The next run, of the tenant whose turn it is.
async fn claim(service: &Service, turns: &mut Turns) -> Result<Option<(Scope, Claimed)>, Fault> {
    let tenants = service.store.tenants().await?;
    let ids = tenants.iter().map(|(id, _)| id.clone()).collect();
    let names: HashMap<String, String> = tenants.into_iter().collect();
    let most = |id: &str| Limits::of(&service.config, names.get(id).map_or("", String::as_str)).running;
    for tenant in turns.order(ids, most) {
        let scope = service.store.scope(&tenant).await?;
        let lease = i64::from(service.config.lease_seconds) * SECOND;
        if let Some(claimed) = scope.claim(lease, settings).await? {
            turns.begun(&tenant);
            service.metrics.begun.fetch_add(1, Ordering::Relaxed);
            return Ok(Some((scope, claimed)));
        }
    }
    Ok(None)
}
