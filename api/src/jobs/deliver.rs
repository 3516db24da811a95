//! Messages to webhooks: each is sent until somebody answers with 2xx, up to [`TRIES`] times in two hours. A message says
//! that a run ended and holds no price; whoever gets it asks the service for the rest. Webhooks are told side by side, so
//! that one which does not answer keeps no other waiting.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock::{SECOND, iso};
use crate::fault::Fault;
use crate::service::webhooks::refusal;
use crate::store::{Due, RunRow, Scope, Store, Told};

/// How often a message is tried.
const TRIES: i64 = 10;
/// How often it is looked for messages.
const LOOK: Duration = Duration::from_millis(500);
/// How many webhooks are told at a time.
const SIDE_BY_SIDE: usize = 32;

/// Microseconds till the next try: 15 seconds, then twice as long each time; more than an answer may take.
fn pause(tries: i64) -> i64 {
    (15 * SECOND) << (tries - 1).clamp(0, 14)
}

/// Sends one message: address, secret, seconds since 1970, body; the status, or why it was not taken.
pub type Post = dyn Fn(&str, &str, i64, &str) -> Result<u16, String> + Send + Sync;

/// Tells webhooks of all tenants until `stop` says so.
pub async fn deliver(store: &Store, hosts: Arc<[String]>, post: Arc<Post>, mut stop: watch::Receiver<bool>) {
    let mut telling: JoinSet<String> = JoinSet::new();
    let mut busy: HashSet<String> = HashSet::new();
    while !*stop.borrow() {
        if let Err(fault) = begin(store, &hosts, &post, &mut telling, &mut busy).await {
            tracing::error!(?fault, "webhooks are not told");
        }
        tokio::select! {
            Some(Ok(webhook)) = telling.join_next() => { busy.remove(&webhook); }
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
    while telling.join_next().await.is_some() {}
}

/// Begins to tell every webhook that has a message due and is not being told one.
async fn begin(
    store: &Store,
    hosts: &Arc<[String]>,
    post: &Arc<Post>,
    telling: &mut JoinSet<String>,
    busy: &mut HashSet<String>,
) -> Result<(), Fault> {
    for (tenant, _) in store.tenants().await? {
        let scope = store.scope(&tenant).await?;
        for webhook in scope.webhooks_due().await? {
            if telling.len() < SIDE_BY_SIDE && busy.insert(webhook.clone()) {
                let (scope, hosts, post) = (scope.clone(), Arc::clone(hosts), Arc::clone(post));
                telling.spawn(async move {
                    if let Err(fault) = tell(&scope, &hosts, post, &webhook).await {
                        tracing::error!(webhook, ?fault, "a webhook is not told");
                    }
                    webhook
                });
            }
        }
    }
    Ok(())
}

/// Tells a webhook the message that is due longest.
async fn tell(scope: &Scope, hosts: &[String], post: Arc<Post>, webhook: &str) -> Result<(), Fault> {
    let Some(due) = scope.take_due(webhook, pause).await? else { return Ok(()) };
    let body = message(&due, &scope.run(&due.run).await?);
    let (webhook, now) = (due.webhook.clone(), scope.now());
    // The settings may have changed since the webhook was entered.
    let outcome = match refusal(&webhook.url, hosts) {
        Some(why) => Err(why),
        None => {
            let sent = move || post(&webhook.url, &webhook.secret, now / SECOND, &body);
            tokio::task::spawn_blocking(sent).await.map_err(|e| Fault::Internal(e.to_string()))?
        }
    };
    let (outcome, after) = match outcome {
        Ok(status) => (format!("delivered ({status})"), Told::Over),
        Err(why) if due.tries >= TRIES => (format!("given up after {} tries: {why}", due.tries), Told::Over),
        Err(why) => (format!("try {} of {TRIES}: {why}", due.tries), Told::Again),
    };
    tracing::info!(webhook = due.webhook.id, run = due.run, outcome, "told");
    scope.told(&due, &outcome, after).await
}

/// What is said: which run, and how it ended.
fn message(due: &Due, run: &RunRow) -> String {
    json!({
        "type": "run.ended",
        "id": due.id,
        "run": run.id,
        "kind": run.kind,
        "label": run.label,
        "state": run.state,
        "termination": run.termination,
        "digest": run.digest,
        "finished_at": run.finished_at.map(iso),
        "href": format!("/v1/runs/{}", run.id),
    })
    .to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex, mpsc};

    use tokio::sync::watch;

    use super::{SECOND, deliver, pause};
    use crate::clock::HandClock;
    use crate::store::Store;
    use crate::store::contract::{claim, done, queue};

    /// Two webhooks of one tenant and one of another; one of them does not answer until all others were told everything.
    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_does_not_answer_keeps_no_other_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock::at(1_000 * SECOND));
        let store = Store::folder(folder.path(), Arc::clone(&clock) as _).await.unwrap();
        for (tenant, hosts) in [("A", &["dead", "a"][..]), ("B", &["b"])] {
            let scope = store.scope(&store.add_tenant(tenant).await.unwrap()).await.unwrap();
            let mut tx = scope.write().await.unwrap();
            for host in hosts {
                scope.add_webhook(&mut tx, &format!("https://{host}/"), "ann").await.unwrap();
            }
            tx.commit().await.unwrap();
            for run in 0..3 {
                queue(&scope, &run.to_string()).await;
                let claimed = claim(&scope).await.unwrap();
                assert!(scope.finish(&claimed, &done("{}"), ("done", "")).await.unwrap());
            }
        }
        let (heard, hear) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let released = Arc::new(Mutex::new(released));
        let post = move |url: &str, _: &str, _: i64, body: &str| {
            if url == "https://dead/" {
                released.lock().unwrap().recv().unwrap();
            }
            heard.send((url.to_owned(), body.to_owned())).unwrap();
            if url == "https://dead/" { Err("no answer".to_owned()) } else { Ok(204) }
        };
        let hosts: Arc<[String]> = ["dead", "a", "b"].map(str::to_owned).into();
        let (stop, stopping) = watch::channel(false);
        let telling = async { deliver(&store, hosts, Arc::new(post), stopping).await };
        let listening = tokio::task::spawn_blocking(move || {
            let told: BTreeSet<_> = (0..6).map(|_| hear.recv().unwrap()).collect();
            release.send(()).unwrap();
            let last = hear.recv().unwrap();
            stop.send(true).unwrap();
            (told, last)
        });
        let ((), said) = tokio::join!(telling, listening);
        let (told, last) = said.unwrap();
        assert_eq!((told.len(), told.iter().filter(|(url, _)| url == "https://a/").count()), (6, 3), "{told:?}");
        assert_eq!(last.0, "https://dead/");
        // It is left alone for a while with all its messages, and the others have none left.
        for (tenant, _) in store.tenants().await.unwrap() {
            assert!(store.scope(&tenant).await.unwrap().webhooks_due().await.unwrap().is_empty());
        }
        clock.turn(16 * SECOND);
        let mut due = Vec::new();
        for (tenant, _) in store.tenants().await.unwrap() {
            let scope = store.scope(&tenant).await.unwrap();
            for webhook in scope.webhooks_due().await.unwrap() {
                while let Some(message) = scope.take_due(&webhook, pause).await.unwrap() {
                    due.push((message.webhook.url, message.tries));
                }
            }
        }
        due.sort();
        assert_eq!(due, [1, 1, 2].map(|n| ("https://dead/".to_owned(), n)));
    }
    #[test]
    fn tries_go_on_for_hours() {
        let all: i64 = (1..10).map(pause).sum();
        assert!((2 * 3_600..86_400).contains(&(all / SECOND)), "{}", all / SECOND);
        assert!((1..20).all(|n| pause(n) <= pause(n + 1)));
    }
}
