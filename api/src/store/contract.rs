//! What every store promises, tried on SQLite and, where `BALLAST_TEST_POSTGRES` names a database, on PostgreSQL. Time is that
//! of a clock which stands still until it is turned.

use std::sync::Arc;

use serde_json::json;

use super::{Claimed, Ending, NewRun, PieceKind, Scope, Store, Told};
use crate::clock::{HandClock, SECOND};
use crate::fault::Fault;
use crate::rights::Role;

const LEASE: i64 = 30 * SECOND;

/// Runs a promise on each store there is; a database gets a schema of its own.
fn on_each_store(promise: impl AsyncFn(&Store, &HandClock)) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let clock = Arc::new(HandClock::at(1_000 * SECOND));
        let folder = tempfile::tempdir().unwrap();
        let store = Store::folder(folder.path(), Arc::clone(&clock) as _).await.unwrap();
        promise(&store, &clock).await;
        let Ok(url) = std::env::var("BALLAST_TEST_POSTGRES") else {
            eprintln!("\n*** NOT TESTED ON POSTGRESQL: BALLAST_TEST_POSTGRES is not set ***\n");
            return;
        };
        let schema = crate::secret::id("c").unwrap();
        let sql = |sql: String| {
            let ran = std::process::Command::new("psql")
                .args([&url, "-q", "-c", "SET client_min_messages = warning", "-c", &sql])
                .status();
            assert!(ran.is_ok_and(|s| s.success()));
        };
        sql(format!("CREATE SCHEMA {schema}"));
        let own = format!("{url}?options=-csearch_path%3D{schema}");
        let store = Store::postgres(&own, Arc::clone(&clock) as _).await.unwrap();
        promise(&store, &clock).await;
        drop(store);
        sql(format!("DROP SCHEMA {schema} CASCADE"));
    });
}

pub(crate) async fn queue(scope: &Scope, fingerprint: &str) -> String {
    let mut tx = scope.write().await.unwrap();
    let new = NewRun {
        kind: "award",
        label: "",
        tender_id: "tnd_x",
        revision: 1,
        request: "{}",
        frozen: "{}",
        fingerprint,
        by: "ann",
    };
    let id = scope.queue(&mut tx, &new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

pub(crate) async fn claim(scope: &Scope) -> Option<Claimed> {
    scope.claim(LEASE, |n| n.to_string()).await.unwrap()
}

pub(crate) fn done(document: &str) -> Ending {
    Ending { state: "done", document: Some(document.to_owned()), reproducible: true, ..Ending::default() }
}

#[test]
fn a_lease_that_has_run_out_is_taken_over_and_its_holder_writes_nothing_more() {
    on_each_store(async |store, clock| {
        let scope = store.scope(&store.add_tenant("A").await.unwrap()).await.unwrap();
        let id = queue(&scope, "f").await;
        let first = claim(&scope).await.expect("a run waits");
        assert_eq!((&first.run.id, first.run.attempts), (&id, 1));
        assert!(claim(&scope).await.is_none(), "it is leased");
        // Held on to, it stays leased.
        clock.turn(LEASE - SECOND);
        assert_eq!(scope.extend(&id, first.lease, LEASE).await.unwrap(), Some(false));
        clock.turn(LEASE - SECOND);
        assert!(claim(&scope).await.is_none());
        clock.turn(2 * SECOND);
        let second = claim(&scope).await.expect("the lease has run out");
        assert_eq!((second.run.attempts, second.lease > first.lease), (2, true));
        // The first holder wakes up: nothing that it brings is kept.
        assert_eq!(scope.extend(&id, first.lease, LEASE).await.unwrap(), None);
        assert!(!scope.progress(&id, first.lease, "{}").await.unwrap());
        assert!(!scope.finish(&first, &done("late"), ("done", "")).await.unwrap());
        assert!(!scope.put_back(&first, ("killed", "")).await.unwrap());
        assert!(scope.finish(&second, &done("right"), ("done", "")).await.unwrap());
        assert!(!scope.finish(&second, &done("twice"), ("done", "")).await.unwrap(), "a run ends once");
        let run = scope.run(&id).await.unwrap();
        assert_eq!(scope.document(&run.document_hash.unwrap()).await.unwrap(), "right");
        let outcomes: Vec<_> = scope.attempts(&id).await.unwrap().into_iter().map(|a| a.outcome.unwrap()).collect();
        assert_eq!(outcomes, ["interrupted", "done"]);
        let events = scope.events(&id, 0).await.unwrap();
        assert!(events.windows(2).all(|w| w[0].seq < w[1].seq), "{events:?}");
        assert_eq!(events.last().map(|e| e.seq), Some(run.seq));
    });
}

#[test]
fn runs_wait_in_order_and_equal_ones_are_answered_within_their_tenant() {
    on_each_store(async |store, clock| {
        let scope = store.scope(&store.add_tenant("A").await.unwrap()).await.unwrap();
        let other = store.scope(&store.add_tenant("B").await.unwrap()).await.unwrap();
        let first = queue(&scope, "f").await;
        clock.turn(SECOND);
        let second = queue(&scope, "g").await;
        let mut tx = scope.write().await.unwrap();
        assert_eq!(scope.queued(&mut tx).await.unwrap(), 2);
        drop(tx);
        assert_eq!(scope.waiting(&scope.run(&second).await.unwrap()).await.unwrap(), 1);
        let claimed = claim(&scope).await.unwrap();
        assert_eq!(claimed.run.id, first);
        assert!(scope.finish(&claimed, &done("{}"), ("done", "")).await.unwrap());
        assert_eq!(claim(&scope).await.unwrap().run.id, second);
        let again = scope.run(&queue(&scope, "f").await).await.unwrap();
        assert_eq!((again.state.as_str(), again.reused), ("done", true));
        let theirs = other.run(&queue(&other, "f").await).await.unwrap();
        assert_eq!((theirs.state.as_str(), theirs.reused), ("queued", false));
        assert!(matches!(other.run(&first).await, Err(Fault::Missing(_))));
    });
}

#[test]
fn a_cancelled_run_that_waits_is_never_begun() {
    on_each_store(async |store, _| {
        let scope = store.scope(&store.add_tenant("A").await.unwrap()).await.unwrap();
        let waits = queue(&scope, "f").await;
        let mut tx = scope.write().await.unwrap();
        scope.cancel(&mut tx, &waits).await.unwrap();
        tx.commit().await.unwrap();
        assert!(claim(&scope).await.is_none());
        assert_eq!(scope.run(&waits).await.unwrap().state, "cancelled");
        // One that is worked on hears of it when it next holds on to its lease.
        let works = queue(&scope, "g").await;
        let claimed = claim(&scope).await.unwrap();
        let mut tx = scope.write().await.unwrap();
        scope.cancel(&mut tx, &works).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(scope.extend(&works, claimed.lease, LEASE).await.unwrap(), Some(true));
    });
}

#[test]
fn keys_and_tokens_and_sessions_end_by_the_clock() {
    on_each_store(async |store, clock| {
        let tenant = store.add_tenant("A").await.unwrap();
        let scope = store.scope(&tenant).await.unwrap();
        let person = store.new_person(&tenant, "ann", Role::Strategist, None).await.unwrap();
        store.add_person(&tenant, &person, None).await.unwrap();
        let until = store.now() + 60 * SECOND;
        let (new, secret) = store.new_token("t", Some(until)).unwrap();
        let token = store.add_token((&tenant, &person.id), &new, &secret).await.unwrap();
        let (session, _) = store.open_session(&tenant, &person.id, until).await.unwrap();
        let before = async |key: &str, fingerprint: &str| {
            let mut tx = scope.write().await.unwrap();
            let before = scope.made_before(&mut tx, "ann", key, fingerprint).await;
            if let Ok(None) = before {
                scope.key_made(&mut tx, "ann", key, "made").await.unwrap();
            }
            tx.commit().await.unwrap();
            before
        };
        assert_eq!(before("k", "f").await.unwrap(), None);
        assert_eq!(before("k", "f").await.unwrap().as_deref(), Some("made"));
        assert!(matches!(before("k", "g").await, Err(Fault::OtherRequest)));
        assert_eq!(store.caller_of_token(&token).await.unwrap().name, "ann");
        assert!(store.caller_of_token(&format!("{token}x")).await.is_err());
        assert!(store.caller_of_session(&session).await.is_ok());
        clock.turn(60 * SECOND);
        assert!(matches!(store.caller_of_token(&token).await, Err(Fault::Unknown)));
        assert!(matches!(store.caller_of_session(&session).await, Err(Fault::Unknown)));
        clock.turn(24 * 3_600 * SECOND);
        assert_eq!(before("k", "g").await.unwrap(), None, "a key is forgotten after a day");
    });
}

#[test]
fn what_is_not_committed_is_not_there() {
    on_each_store(async |store, _| {
        let scope = store.scope(&store.add_tenant("A").await.unwrap()).await.unwrap();
        let mut tx = scope.write().await.unwrap();
        let piece = scope.add_piece(&mut tx, PieceKind::Pack, "p", ("toml", "x"), "ann").await.unwrap();
        scope.note(&mut tx, "ann", "enter_pack", &piece.id, "").await.unwrap();
        drop(tx);
        assert!(matches!(scope.piece(PieceKind::Pack, &piece.id).await, Err(Fault::Missing(_))));
        assert!(scope.audit(0, 10).await.unwrap().is_empty());
    });
}

#[test]
fn the_audit_log_of_many_writers_is_one_chain() {
    on_each_store(async |store, _| {
        let scope = store.scope(&store.add_tenant("A").await.unwrap()).await.unwrap();
        let writers = (0..4).map(|writer| {
            let scope = scope.clone();
            tokio::spawn(async move {
                for i in 0..10 {
                    let mut tx = scope.write().await.unwrap();
                    let detail = json!({ "i": i }).to_string();
                    scope.note(&mut tx, &writer.to_string(), "test", "x", &detail).await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let entries = scope.audit(0, 100).await.unwrap();
        let (count, last) = super::verify(&entries, None).unwrap();
        assert_eq!(count, 40);
        assert!(super::verify(&entries, Some(&last)).is_ok());
        // Whatever is changed, left out, doubled or put elsewhere is found.
        for at in 0..40 {
            let mut changed = entries.clone();
            changed[at].detail.push(' ');
            assert!(super::verify(&changed, None).is_err());
            let mut gone = entries.clone();
            gone.remove(at);
            assert!(super::verify(&gone, Some(&last)).is_err(), "{at}");
            let mut doubled = entries.clone();
            doubled.insert(at, entries[at].clone());
            assert!(super::verify(&doubled, None).is_err());
        }
    });
}

#[test]
fn webhooks_are_told_of_every_end_until_somebody_takes_it() {
    on_each_store(async |store, clock| {
        let scope = store.scope(&store.add_tenant("A").await.unwrap()).await.unwrap();
        let other = store.scope(&store.add_tenant("B").await.unwrap()).await.unwrap();
        let take =
            async || scope.take_due(&scope.webhooks_due().await.unwrap().pop()?, |n| n * 10 * SECOND).await.unwrap();
        let mut tx = scope.write().await.unwrap();
        let hook = scope.add_webhook(&mut tx, "https://hooks.example.org/", "ann").await.unwrap();
        tx.commit().await.unwrap();
        // A run that ends, one that is answered from it, and one that is cancelled while it waits.
        let id = queue(&scope, "f").await;
        assert!(take().await.is_none(), "nothing has ended");
        let claimed = claim(&scope).await.expect("a run waits");
        assert!(scope.finish(&claimed, &done("{}"), ("done", "")).await.unwrap());
        let again = queue(&scope, "f").await;
        let waits = queue(&scope, "g").await;
        let mut tx = scope.write().await.unwrap();
        scope.cancel(&mut tx, &waits).await.unwrap();
        tx.commit().await.unwrap();
        let mut due = Vec::new();
        while let Some(next) = take().await {
            assert_eq!((&next.webhook.id, next.tries), (&hook.id, 1));
            due.push(next);
        }
        let mut runs: Vec<&String> = due.iter().map(|d| &d.run).collect();
        runs.sort();
        let mut ended = [&id, &again, &waits];
        ended.sort();
        assert_eq!(runs, ended);
        assert!(other.webhooks_due().await.unwrap().is_empty() && other.webhooks("", 9).await.unwrap().is_empty());
        // One is taken, one refused; of the third nothing is heard. Both of those come again when their time has come.
        scope.told(&due[0], "delivered (204)", Told::Over).await.unwrap();
        scope.told(&due[1], "try 1 of 10: answered 500", Told::Again).await.unwrap();
        assert_eq!(scope.webhooks("", 9).await.unwrap()[0].outcome.as_deref(), Some("try 1 of 10: answered 500"));
        assert!(take().await.is_none(), "not yet");
        clock.turn(10 * SECOND);
        let second = [take().await.unwrap(), take().await.unwrap()];
        assert!(second.iter().all(|d| d.tries == 2 && d.id != due[0].id), "{second:?}");
        clock.turn(19 * SECOND);
        assert!(take().await.is_none(), "the pause grows");
        // With the webhook goes what was to be told to it.
        let mut tx = scope.write().await.unwrap();
        scope.remove_webhook(&mut tx, &hook.id).await.unwrap();
        assert!(matches!(scope.remove_webhook(&mut tx, &hook.id).await, Err(Fault::Missing(_))));
        tx.commit().await.unwrap();
        clock.turn(1_000 * SECOND);
        assert!(take().await.is_none());
    });
}
