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
    // What is used for the first time comes in the first sixths.
    let most = |of: fn(&Held) -> u64| -> Vec<u64> {
        let sixth = |n: u32| seen.iter().filter(move |(at, _)| *at > all * n / 6 && *at <= all * (n + 1) / 6);
        (0..6).map(|n| sixth(n).map(|(_, held)| of(held)).max().unwrap_or(0)).collect()
    };
    let (memory, descriptors) = (most(|h| h.kib), most(|h| h.descriptors as u64));
    println!(
        "trial: {minutes} min of {} visits: at most {memory:?} KiB and {descriptors:?} descriptors in each sixth",
        visits * 3
    );
    let flat = |held: &[u64], slack: u64| held[5] <= held[2].max(held[3]) + held[3] / 20 + slack;
    assert!(flat(&memory, 4096), "memory grows: {memory:?} KiB");
    assert!(flat(&descriptors, 8), "descriptors grow: {descriptors:?}");
    assert!(server.children().is_empty(), "a process is left");
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    assert!(!log.contains("panicked"), "{log}");
}
