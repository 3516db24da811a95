//! What comes from outside is hostile: bodies, names, sizes, clients that go away.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::service_runs::long;
use crate::service_server::{Server, fresh, text, trials};

/// JSON of any shape, with the names that the service knows among its keys.
fn any_json() -> impl Strategy<Value = Value> {
    const NAMES: &[&str] =
        &["kind", "tender", "options", "scenarios", "award", "text", "name", "role", "gap", "label", "run", "x"];
    const KINDS: &[&str] =
        &["award", "stress", "strategist", "tnd_x", "", "\u{0}", "../..", "'; DROP TABLE run; --", "é\u{202e}"];
    let leaf = proptest::prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|f| json!(f)),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(KINDS).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        proptest::prelude::Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        proptest::prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

#[test]
fn no_body_makes_the_server_fail() {
    let (_place, server) = fresh("[request]\nper_minute = 100000000\n[tenant]\nqueued = 3\n");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    const PATHS: &[&str] =
        &["/v1/runs", "/v1/scenarios", "/v1/packs", "/v1/people", "/v1/approvals", "/v1/sessions", "/v1/tenders"];
    let config = Config { cases: trials(400, 20_000), failure_persistence: None, ..Config::default() };
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(config, random);
    let shapes = (any_json(), prop::sample::select(PATHS), any::<u8>());
    let tried = runner.run(&shapes, |(mut body, path, cut)| {
        if let Some(object) = body.as_object_mut().filter(|_| cut % 2 == 0) {
            object.insert("tender".to_owned(), json!(tender));
            object.insert("kind".to_owned(), json!("award"));
        }
        let mut bytes = body.to_string().into_bytes();
        if cut % 5 == 0 {
            bytes.truncate(usize::from(cut));
        }
        let reply = server.ask("POST", path, &token, &[], &bytes);
        assert!(reply.status < 500, "{path}: {}: {}", String::from_utf8_lossy(&bytes), reply.text());
        if reply.status >= 400 {
            assert_eq!(reply.headers["content-type"], "application/problem+json");
            assert_eq!(reply.json()["status"], json!(reply.status));
        }
        Ok(())
    });
    tried.expect("no case fails");
    println!("trial: {} random bodies to {} routes: no failure", trials(400, 20_000), PATHS.len());
    for (body, status) in [
        (b"[".repeat(100_000), 422),
        (b"{\"a\":".repeat(10_000), 422),
        (b"\xff\xfe\x00".to_vec(), 422),
        (b"{\"kind\":\"award\",\"tender\":\"t\",\"options\":{\"gap\":1e400}}".to_vec(), 422),
        (b"{\"kind\":\"award\",\"tender\":\"\\ud800\"}".to_vec(), 422),
        (b"PK\x03\x04 not an archive".to_vec(), 422),
        (vec![b' '; 65 << 20], 413),
    ] {
        let path = if body.starts_with(b"PK") { "/v1/tenders" } else { "/v1/runs" };
        let reply = server.ask("POST", path, &token, &[], &body);
        assert_eq!(reply.status, status, "{}", reply.text());
    }
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn a_scenario_reads_no_file_of_the_server() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    for text in [
        "schema = \"ballast.scenario/1\"\nname = \"x\"\nextends = [\"/etc/passwd\"]\n",
        "schema = \"ballast.scenario/1\"\nname = \"x\"\n[[edit]]\nname = \"l\"\nlock = { award = \"../x/result.json\" }\n",
    ] {
        let refused = server.post(&token, "/v1/scenarios", &json!({ "name": "s", "text": text })).expect(422).json();
        assert_eq!(refused["errors"][0]["pointer"], "/text");
    }
    // One that names a file of its run is fine; here it is its own, which it may not extend.
    let own = "schema = \"ballast.scenario/1\"\nname = \"x\"\nextends = [\"scenario-1.toml\"]\n";
    let own = server.post(&token, "/v1/scenarios", &json!({ "name": "s", "text": own })).expect(201).json();
    let run = server.run(&token, &json!({ "kind": "award", "tender": tender, "scenarios": [own["id"]] }));
    let ended = server.ended(&token, &run);
    assert_eq!(ended["error"]["code"], "bad_input", "{ended:#}");
    assert!(!ended["error"].to_string().contains("/tmp"), "a path of the server: {ended:#}");
}

/// Connections that the server holds open: rows of `/proc/net/tcp` of its port that are not the listening one and still have
/// an inode. Files and connections of its store are not among them, for a pool of those may grow at any time.
fn connections(server: &Server) -> usize {
    let port: u16 = server.url.rsplit_once(':').expect("a port").1.parse().expect("a number");
    let table = std::fs::read_to_string("/proc/net/tcp").expect("/proc");
    let held = |row: &&str| {
        let fields: Vec<&str> = row.split_whitespace().collect();
        fields[1].ends_with(&format!(":{port:04X}")) && fields[3] != "0A" && fields[9] != "0"
    };
    table.lines().skip(1).filter(held).count()
}

#[test]
fn streams_whose_clients_go_leave_nothing_open() {
    let (_place, server) = fresh("[request]\nper_minute = 100000000\nstreams = 64\n");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let run = server.run(&token, &long(&tender, 1));
    server.until(&token, &run, |r| r["state"] == "running");
    let address = server.url.strip_prefix("http://").expect("an address").to_owned();
    let mut refused = 0;
    for _ in 0..trials(150, 5_000) {
        let mut stream = TcpStream::connect(&address).expect("a connection");
        write!(stream, "GET /v1/runs/{run}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n")
            .expect("a request");
        let mut begun = [0; 64];
        let read = stream.read(&mut begun).expect("an answer");
        assert!(connections(&server) > 0, "the stream itself is not counted");
        // The server sees that a client has gone when it next writes; till then the stream counts.
        refused += usize::from(!String::from_utf8_lossy(&begun[..read]).starts_with("HTTP/1.1 200"));
    }
    let begun = Instant::now();
    while connections(&server) > 0 {
        assert!(begun.elapsed() < Duration::from_secs(300), "{} connections are open", connections(&server));
        let seen = server.get(&token, &format!("/v1/runs/{run}")).expect(200).json();
        server.get(&token, &format!("/v1/runs/{run}?wait=5&seq={}", seen["seq"])).expect(200);
    }
    let cycles = trials(150, 5_000);
    println!("trial: {cycles} streams opened and dropped: no connection is left");
    assert!(refused < cycles as usize, "every stream was refused");
    server.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
    server.ended(&token, &run);
}

#[test]
fn too_many_requests_are_told_when_to_come_back() {
    let (_place, server) = fresh("[request]\nper_minute = 30\n");
    let (token, operator) = server.set_up();
    let replies: Vec<_> = (0..40).map(|_| server.get(&token, "/v1/me")).collect();
    assert_eq!(replies[0].headers["ratelimit-policy"], "\"requests\";q=30;w=60");
    let refused = replies.iter().find(|r| r.status == 429).expect("a limit");
    assert!(refused.headers["retry-after"].parse::<u32>().is_ok_and(|s| s >= 1));
    // It is the limit of one token, not of all.
    assert_eq!(server.get(&operator, "/v1/me").status, 200);
}

#[test]
fn the_page_obeys_its_own_policy_in_a_browser() {
    let Some(browser) = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .into_iter()
        .find(|p| std::path::Path::new(p).exists())
    else {
        eprintln!("\n*** NOT TESTED IN A BROWSER: no chromium ***\n");
        return;
    };
    let (_place, server) = fresh("");
    let profile = tempfile::tempdir().expect("a folder");
    let seen = std::process::Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("{}/", server.url))
        .output()
        .expect("the browser");
    let (page, log) = (String::from_utf8_lossy(&seen.stdout), String::from_utf8_lossy(&seen.stderr));
    assert!(page.contains("<h1>Ballast</h1>"), "{page}\n{log}");
    assert!(!log.contains("Content Security Policy"), "{log}");
    let reply = server.get("", "/");
    let policy = &reply.headers["content-security-policy"];
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(text(&server.get("", "/v1/nothing").json(), "title"), "There is no such thing");
}
