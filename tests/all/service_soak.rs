//! A long day in short: clients enter tenders, ask for runs, listen, cancel, err and leave, for a minute or with
//! `BALLAST_TRIALS=1` for twenty. Memory, descriptors and processes stay what they were once everything had been used.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::service_server::{Server, fresh, text, trials};

/// What a server holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    kib: u64,
    descriptors: usize,
}

fn held(server: &Server) -> Held {
    let open = std::fs::read_dir(format!("/proc/{}/fd", server.child.id())).expect("/proc");
    Held { kib: server.kib(), descriptors: open.count() }
}

/// One client's visit; `n` makes its work new.
fn visit(server: &Server, token: &str, tender: &str, body: &[u8], n: u64) {
    let options = json!({ "seed": n, "work": 1 });
    let run = server.run(token, &json!({ "kind": "award", "tender": tender, "options": options }));
    let address = server.url.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(stream, "GET /v1/runs/{run}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n")
        .expect("a request");
    let _ = stream.read(&mut [0; 64]).expect("an answer");
    drop(stream);
    if n.is_multiple_of(5) {
        server.post(token, &format!("/v1/runs/{run}/cancel"), &json!({}));
    }
    let ended = server.ended(token, &run);
    assert!(matches!(ended["state"].as_str(), Some("done" | "cancelled")), "{ended:#}");
    if ended["state"] == "done" {
        for export in ["result", "export.xlsx", "export.csv", "report.html"] {
            let reply = server.get(token, &format!("/v1/runs/{run}/{export}"));
            assert!(reply.status < 500, "{export}: {}", reply.text());
        }
    }
    // The same question again, a wrong one, and a tender that is none.
    let again = server.run(token, &json!({ "kind": "award", "tender": tender, "options": options }));
    server.ended(token, &again);
    let wrong: Value = json!({ "kind": "award", "tender": tender, "options": { "gap": -1 } });
    server.post(token, "/v1/runs", &wrong).expect(422);
    server.ask("POST", "/v1/tenders", token, &[], &body[..body.len() / 2]).expect(422);
    let list = server.get(token, "/v1/runs?page_size=50").expect(200).json();
    assert!(!list["items"].as_array().expect("items").is_empty());
}

#[test]
fn what_a_server_holds_stays_the_same() {
    let minutes = trials(1, 20);
    let (_place, server) = fresh("[request]\nper_minute = 100000000\n[tenant]\nqueued = 1000000\n");
    let (token, _) = server.set_up();
    let body = server.get(&token, "/v1/demo-tenders/wound-care").expect(200).body;
    let tender = text(&server.ask("POST", "/v1/tenders", &token, &[], &body).expect(201).json(), "tender");
    let begun = Instant::now();
    let all = Duration::from_secs(60 * minutes);
    let (mut visits, mut seen) = (0u64, Vec::new());
    while begun.elapsed() < all {
        std::thread::scope(|scope| {
            for client in 0..3 {
                let (server, token, tender, body) = (&server, &token, &tender, &body);
                scope.spawn(move || visit(server, token, tender, body, visits * 3 + client));
            }
        });
        visits += 1;
        seen.push((begun.elapsed(), held(&server)));
    }
    // What is used for the first time comes in the first third.
    let settled: Vec<Held> = seen.iter().filter(|(at, _)| *at > all / 3).map(|(_, held)| *held).collect();
    let (early, late) = settled.split_at(settled.len() / 2);
    let most = |part: &[Held], of: fn(&Held) -> u64| part.iter().map(of).max().expect("a look");
    let memory = (most(early, |h| h.kib), most(late, |h| h.kib));
    let descriptors = (most(early, |h| h.descriptors as u64), most(late, |h| h.descriptors as u64));
    println!(
        "trial: {minutes} min of {} visits: at most {} KiB and {} descriptors in the middle third, {} KiB and {} in the last",
        visits * 3,
        memory.0,
        descriptors.0,
        memory.1,
        descriptors.1
    );
    assert!(memory.1 <= memory.0 + memory.0 / 10 + 8192, "memory grows: {memory:?} KiB");
    assert!(descriptors.1 <= descriptors.0 + 8, "descriptors grow: {descriptors:?}");
    assert!(server.children().is_empty(), "a process is left");
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    assert!(!log.contains("panicked"), "{log}");
}
