//! What happens to runs when processes die: real servers, real children, real kills.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::service_runs::{PACK, long};
use crate::service_server::{Place, Server, children_of, fresh, signal, text};

/// Waits until the server has a child at work; its id.
fn child(server: &Server) -> u32 {
    let begun = Instant::now();
    loop {
        if let Some(child) = server.children().first() {
            return *child;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no run begins");
        std::thread::yield_now();
    }
}

/// Waits until a process is gone.
fn gone(process: u32) {
    let begun = Instant::now();
    let lives = || std::fs::read_to_string(format!("/proc/{process}/stat")).is_ok_and(|s| !s.contains(") Z "));
    while lives() {
        assert!(begun.elapsed() < Duration::from_secs(20), "process {process} outlives its server");
        std::thread::yield_now();
    }
}

#[test]
fn a_killed_child_is_tried_once_more_and_both_attempts_are_recorded() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let run = server.run(&token, &long(&tender, 1));
    signal(child(&server), "KILL");
    let second = server.until(&token, &run, |r| r["attempts"].as_array().map(Vec::len) == Some(2));
    assert_eq!(second["attempts"][0]["outcome"], "killed", "{second:#}");
    assert_ne!(second["attempts"][1]["settings"], second["attempts"][0]["settings"]);
    // Killed once more, it has failed, and says why.
    signal(child(&server), "KILL");
    let ended = server.ended(&token, &run);
    assert_eq!((&ended["state"], &ended["error"]["code"]), (&json!("failed"), &json!("killed")), "{ended:#}");
    assert!(text(&ended["error"], "message").contains("signal 9"));
}

#[test]
fn a_killed_child_that_is_tried_again_gives_the_same_result() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let ask = |server: &Server, token: &str| {
        let tender = server.shipped(token, "wound-care");
        let pack = server.post(token, "/v1/packs", &json!({ "name": "p", "text": PACK })).expect(201).json();
        let award = server.run(token, &json!({ "kind": "award", "tender": tender }));
        assert_eq!(server.ended(token, &award)["state"], "done");
        let options = json!({ "replications": 20_000, "seed": 5 });
        server.run(
            token,
            &json!({ "kind": "stress", "tender": tender, "award": award, "packs": [pack["id"]], "options": options }),
        )
    };
    let run = ask(&server, &token);
    signal(child(&server), "KILL");
    let ended = server.ended(&token, &run);
    assert_eq!(ended["state"], "done", "{ended:#}");
    assert_eq!(ended["attempts"].as_array().map(Vec::len), Some(2), "{ended:#}");
    let (_other, undisturbed) = fresh("");
    let (token, _) = undisturbed.set_up();
    assert_eq!(undisturbed.ended(&token, &ask(&undisturbed, &token))["digest"], ended["digest"]);
}

#[test]
fn a_killed_server_loses_nothing_and_leaves_no_process() {
    let place = Place::new();
    let mut server = Server::start(&place.store(), "");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let quick = server.shipped(&token, "wound-care");
    let run = server.run(&token, &long(&tender, 1));
    let next = server.run(&token, &json!({ "kind": "award", "tender": quick }));
    server.until(&token, &run, |r| !r["progress"].is_null());
    let child = child(&server);
    let solvers = children_of(child);
    signal(server.child.id(), "KILL");
    let _ = server.child.wait();
    gone(child);
    solvers.into_iter().for_each(gone);
    drop(server);

    let server = Server::again(&place.store(), "");
    let again =
        server.until(&token, &run, |r| r["state"] == "running" && r["attempts"].as_array().map(Vec::len) == Some(2));
    assert_eq!(again["attempts"][0]["outcome"], "interrupted", "{again:#}");
    assert_eq!(server.ended(&token, &next)["state"], "done");
    server.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
    assert_eq!(server.ended(&token, &run)["state"], "cancelled");
}

/// More restarts than a run may have attempts: none is held against it, and each server tried once.
#[test]
fn a_stopped_server_puts_runs_back() {
    let place = Place::new();
    // A server that comes late to a lease of two seconds loses it; here it is to give it back.
    let settings = "lease_seconds = 60\n[run]\nattempts = 2\n";
    let mut server = Server::start(&place.store(), settings);
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let run = server.run(&token, &long(&tender, 1));
    for restarts in 1..=5 {
        server.until(&token, &run, |r| r["state"] == "running");
        let (code, log) = server.stop();
        assert_eq!(code, Some(0), "{log}");
        server = Server::again(&place.store(), settings);
        let again = server.until(&token, &run, |r| r["attempts"].as_array().map(Vec::len) == Some(restarts + 1));
        for attempt in again["attempts"].as_array().expect("attempts") {
            let last = attempt["number"] == json!(restarts + 1);
            let outcome = if last { Value::Null } else { json!("shutdown") };
            assert_eq!((&attempt["outcome"], &attempt["settings"]), (&outcome, &json!("as asked")), "{again:#}");
        }
    }
    server.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
    server.ended(&token, &run);
}

#[test]
fn an_identical_run_is_answered_from_the_first_within_its_tenant_only() {
    let (_place, server) = fresh("");
    let (token, operator) = server.set_up();
    let other = json!({ "tenant": "Second", "administrator": "bob" });
    let other = text(&server.post(&operator, "/v1/tenants", &other).expect(201).json(), "token");
    let decide = |token: &str, options: Value| {
        let tender = server.shipped(token, "wound-care");
        server.ended(token, &server.run(token, &json!({ "kind": "award", "tender": tender, "options": options })))
    };
    let first = decide(&token, json!({}));
    let second = decide(&token, json!({}));
    assert_eq!((&first["reused"], &second["reused"]), (&json!(false), &json!(true)));
    assert_eq!(second["digest"], first["digest"]);
    assert_eq!(decide(&token, json!({ "seed": 2 }))["reused"], json!(false));
    let theirs = decide(&other, json!({}));
    assert_eq!((&theirs["reused"], &theirs["digest"]), (&json!(false), &first["digest"]));
    // A clock may have had a say in these.
    decide(&token, json!({ "time_limit": 60 }));
    assert_eq!(decide(&token, json!({ "time_limit": 60 }))["reused"], json!(false));
}

#[test]
fn a_tenant_that_floods_the_queue_delays_nobody_else() {
    let (_place, server) = fresh("runs_at_a_time = 1\n[tenant]\nqueued = 12\n");
    let (token, operator) = server.set_up();
    let other = json!({ "tenant": "Second", "administrator": "bob" });
    let other = text(&server.post(&operator, "/v1/tenants", &other).expect(201).json(), "token");
    let (ours, theirs) = (server.shipped(&token, "wound-care"), server.shipped(&other, "wound-care"));
    let ask = |seed: u64| json!({ "kind": "award", "tender": ours, "options": { "seed": seed } });
    let flood: Vec<_> = (0..40).map(|seed| server.post(&token, "/v1/runs", &ask(seed))).collect();
    let refused = flood.iter().find(|r| r.status == 429).expect("a limit");
    assert!(refused.headers.contains_key("retry-after"));
    let queued: Vec<String> = flood.iter().filter(|r| r.status == 202).map(|r| text(&r.json(), "id")).collect();
    let small = server.ended(&other, &server.run(&other, &json!({ "kind": "award", "tender": theirs })));
    let last = server.ended(&token, queued.last().expect("a run"));
    assert!(text(&small, "finished_at") < text(&last, "finished_at"), "{small:#} {last:#}");
    // What it says of the queue is about its own tenant.
    assert!(!small.to_string().contains("First"));
}
