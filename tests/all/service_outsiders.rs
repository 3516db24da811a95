//! What somebody from outside tried, and what may not come of it: hanging up at the right time, names that are too long,
//! credentials that ended, guesses, zero characters, crowds.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::service_runs::long;
use crate::service_server::{Place, Server, fresh, text};

fn sent(server: &Server, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.strip_prefix("http://").expect("an address")).expect("a connection");
    stream.write_all(request.as_bytes()).expect("a request");
    stream
}

fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().expect("items")
}

/// Whoever hangs up while a person is let in has done it, and it is in the log; or has not, and she is not there.
#[test]
fn nobody_is_let_in_without_an_entry_in_the_log() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    for n in 0..200u64 {
        let body = json!({ "name": format!("ghost {n}"), "role": "strategist" }).to_string();
        let stream = sent(
            &server,
            &format!(
                "POST /v1/people HTTP/1.1\r\nHost: x\r\nAuthorization: bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
        );
        // Hung up after more and more of the work was done.
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_micros(n * 25) {
            std::thread::yield_now();
        }
        drop(stream);
    }
    // The log is read after the people: at no moment is there one without an entry.
    let people = server.get(&token, "/v1/people?page_size=500").expect(200).json();
    let log = server.get(&token, "/v1/audit?page_size=500").expect(200).json();
    let told: Vec<&Value> = items(&log).iter().filter(|e| e["action"] == "add_person").map(|e| &e["object"]).collect();
    assert!(items(&people).len() > 20, "some were let in: {}", items(&people).len());
    for person in items(&people).iter().filter(|p| p["name"] != "ann") {
        assert!(told.contains(&&person["id"]), "{person:#} is in no entry");
    }
}

#[test]
fn what_a_removed_person_had_open_ends() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let run = server.run(&token, &long(&tender, 1));
    server.until(&token, &run, |r| r["state"] == "running");
    let guest = server.person(&token, "gus", "strategist", None);
    let ask =
        |path: &str| sent(&server, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {guest}\r\n\r\n"));
    let mut stream = ask(&format!("/v1/runs/{run}/events"));
    let mut poll = ask(&format!("/v1/runs/{run}?wait=20"));
    let begun = stream.read(&mut [0; 4096]).expect("the snapshot");
    assert!(begun > 0);
    let people = server.get(&token, "/v1/people").expect(200).json();
    let gus = items(&people).iter().find(|p| p["name"] == "gus").map(|p| text(p, "id")).expect("gus");
    server.ask("DELETE", &format!("/v1/people/{gus}"), &token, &[], b"").expect(204);
    // The stream ends by itself, long before the run does.
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a limit");
    let mut rest = String::new();
    while !rest.ends_with("0\r\n\r\n") {
        let mut more = [0; 4096];
        match stream.read(&mut more).expect("the stream ends") {
            0 => break,
            n => rest.push_str(&String::from_utf8_lossy(&more[..n])),
        }
    }
    assert!(!rest.contains("event: end"), "{rest}");
    let mut answer = [0; 4096];
    let length = poll.read(&mut answer).expect("an answer");
    assert!(answer[..length].starts_with(b"HTTP/1.1 401"), "{}", String::from_utf8_lossy(&answer[..length]));
    assert_eq!(server.get(&token, &format!("/v1/runs/{run}")).json()["state"], "running");
    server.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
}

#[test]
fn a_server_that_stops_answers_those_who_wait() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let run = server.run(&token, &long(&tender, 1));
    server.until(&token, &run, |r| r["state"] == "running");
    let request = format!("GET /v1/runs/{run}?wait=60 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
    let mut poll = sent(&server, &request);
    // It is being answered once another request of the same kind is.
    server.get(&token, &format!("/v1/runs/{run}?wait=1")).expect(200);
    let stopped = std::thread::spawn(move || server.stop());
    let mut answer = [0; 4096];
    let length = poll.read(&mut answer).expect("an answer");
    assert!(answer[..length].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer[..length]));
    drop(poll);
    assert_eq!(stopped.join().expect("it ends").0, Some(0));
}

#[test]
fn guesses_are_logged_counted_and_limited() {
    let (_place, server) = fresh("[request]\nper_minute = 20\n");
    let (_, _) = server.set_up();
    let replies: Vec<_> = (0..30).map(|n| server.get(&format!("tok_{n}.guess"), "/v1/runs")).collect();
    assert!(replies.iter().filter(|r| r.status == 401).count() <= 20);
    assert!(replies.iter().any(|r| r.status == 429 && r.headers.contains_key("retry-after")));
    for reply in &replies {
        let has = |name: &str| reply.headers.contains_key(name);
        assert!(has("x-request-id") && has("content-security-policy"), "{:?}", reply.headers);
    }
    let (_, log) = server.stop();
    assert_eq!(log.lines().filter(|l| l.contains("\"path\":\"/v1/runs\"")).count(), 30, "{log}");
}

#[test]
fn long_names_and_zero_characters_are_refused() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let before = server.kib();
    for n in 0..8 {
        let long = json!({ "tenant": format!("{n}{}", "x".repeat(8_000_000)), "name": "ann", "password": "p" });
        server.post("", "/v1/sessions", &long).expect(422);
    }
    assert!(server.kib() < before + 60_000, "{before} KiB before, {} after", server.kib());
    let zero = json!({ "tenant": "\u{0}", "name": "x", "password": "x" });
    server.post("", "/v1/sessions", &zero).expect(422);
    for path in
        ["/v1/runs/%00", "/v1/tenders/%00", "/v1/awards/%00", "/v1/people/%00/tokens", "/v1/refusals/%00/findings"]
    {
        server.get(&token, path).expect(404);
    }
    for path in ["/v1/runs?state=%00", "/v1/runs?page_token=a.%00"] {
        server.get(&token, path).expect(422);
    }
    server.post(&token, "/v1/runs", &json!({ "kind": "award", "tender": "\u{0}" })).expect(422);
    server.post(&token, "/v1/approvals", &json!({ "run": "\u{0}" })).expect(422);
    let tender = server.shipped(&token, "wound-care");
    server.get(&token, &format!("/v1/tenders/{tender}/revisions/0")).expect(404);
    server.post(&token, "/v1/runs", &json!({ "kind": "award", "tender": tender, "revision": 0 })).expect(422);
}

#[test]
fn a_crowd_does_not_pass_the_limit_of_the_queue() {
    let (_place, server) = fresh("runs_at_a_time = 1\n[tenant]\nqueued = 3\n");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let first = server.run(&token, &long(&tender, 0));
    server.until(&token, &first, |r| r["state"] == "running");
    let accepted: usize = std::thread::scope(|scope| {
        let ask = |seed: u64| server.post(&token, "/v1/runs", &long(&tender, seed)).status;
        let all: Vec<_> = (1..=24).map(|seed| scope.spawn(move || ask(seed))).collect();
        all.into_iter().map(|one| one.join().expect("an answer")).filter(|status| *status == 202).count()
    });
    assert_eq!(accepted, 3);
}

/// A list tells of runs, not all that was asked of them; what cannot be started is refused when it is asked.
#[test]
fn long_requests_are_refused_and_lists_stay_short() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    let vary: Vec<String> = (0..30).map(|n| format!("rules.at_most[id=r{n}]={}", "1,".repeat(40_000))).collect();
    let asked = json!({ "kind": "sweep", "tender": tender, "options": { "vary": vary } });
    assert!(server.post(&token, "/v1/runs", &asked).expect(422).text().contains("at most 100000 characters"));
    let run = server.run(&token, &json!({ "kind": "award", "tender": tender }));
    let list = server.get(&token, "/v1/runs").expect(200).json();
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["request"]), (&json!(run), &Value::Null));
    assert_eq!(server.ended(&token, &run)["request"]["kind"], "award");
}

#[test]
fn a_key_answers_though_an_input_is_gone() {
    let place = Place::new();
    let server = Server::start(&place.store(), "");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    let scenario = json!({ "name": "s", "text": "schema = \"ballast.scenario/1\"\nname = \"s\"\n[[edit]]\nname = \"AG at 19\"\nset = 19\ntable = \"offers\"\ncolumn = \"price\"\nwhere = { offer = \"AG\" }\n" });
    let scenario = text(&server.post(&token, "/v1/scenarios", &scenario).expect(201).json(), "id");
    let asked = json!({ "kind": "award", "tender": tender, "scenarios": [scenario] }).to_string();
    let post = || server.ask("POST", "/v1/runs", &token, &[("idempotency-key", "k1")], asked.as_bytes());
    let first = text(&post().expect(202).json(), "id");
    let path = format!("/v1/scenarios/{scenario}");
    server.ask("DELETE", &path, &token, &[("if-match", "*")], b"").expect(204);
    let again = post().expect(202);
    assert_eq!((text(&again.json(), "id"), again.headers.contains_key("idempotency-replayed")), (first, true));
}
