//! A real server as a child process, and a client that talks to it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::Request;

use crate::run::ballast;

/// An answer.
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The same, if the status is this one.
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

/// A running server. Dropped, it is killed.
pub struct Server {
    pub child: Child,
    pub url: String,
    pub setup: Option<String>,
    pub log: std::thread::JoinHandle<String>,
}

impl Server {
    /// Starts a server on a new store, with settings.
    pub fn start(store: &str, settings: &str) -> Self {
        Self::begin(store, settings, true)
    }

    /// Starts a server on a store that has been set up.
    pub fn again(store: &str, settings: &str) -> Self {
        Self::begin(store, settings, false)
    }

    fn begin(store: &str, settings: &str, new: bool) -> Self {
        Self::aimed(store, settings, new, "").unwrap_or_else(|log| panic!("the server ended: {log}"))
    }

    /// The same with a place where it is killed (`PLACE:N`); its log, if it comes to that place before it answers.
    pub fn aimed(store: &str, settings: &str, new: bool, aim: &str) -> Result<Self, String> {
        // Short leases, so that nobody waits for those of a killed server, unless the test is about one that is not killed.
        let mut config = tempfile::NamedTempFile::new().expect("a file");
        let lease = if settings.contains("lease_seconds") { "" } else { "lease_seconds = 2\n" };
        write!(config, "{lease}{settings}").expect("settings");
        let mut child = ballast()
            .args(["serve", "--listen", "127.0.0.1:0", "--store", store, "--config"])
            .arg(config.path())
            .env("BALLAST_LOG", "info")
            // As it is operated (`operation/`).
            .env("MALLOC_ARENA_MAX", "2")
            .env("BALLAST_FAILPOINT", aim)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut errors = child.stderr.take().expect("standard error");
        let log = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        let mut lines = BufReader::new(child.stdout.take().expect("standard output")).lines();
        let Some(Ok(first)) = lines.next() else {
            let _ = child.wait();
            return Err(log.join().expect("its log"));
        };
        let url = first.strip_prefix("ballast serves ").expect("the address").to_owned();
        let setup = new.then(|| {
            let line = lines.next().expect("the line with the token").expect("standard output");
            line.rsplit(' ').next().unwrap_or_default().to_owned()
        });
        Ok(Self { child, url, setup, log })
    }

    pub fn ask(&self, method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        request(&self.url, method, path, token, headers, body)
    }

    pub fn get(&self, token: &str, path: &str) -> Reply {
        self.ask("GET", path, token, &[], b"")
    }

    pub fn post(&self, token: &str, path: &str, body: &Value) -> Reply {
        self.ask("POST", path, token, &[], body.to_string().as_bytes())
    }

    /// Uses the set-up token: the administrator's and the operator's.
    pub fn set_up(&self) -> (String, String) {
        let body = json!({ "tenant": "First", "administrator": "ann" });
        let made = self.post(self.setup.as_ref().expect("a fresh store"), "/v1/setup", &body).expect(201).json();
        (text(&made, "token"), text(&made, "operator_token"))
    }

    /// The token of a new person of the tenant.
    pub fn person(&self, administrator: &str, name: &str, role: &str, party: Option<&str>) -> String {
        let mut body = json!({ "name": name, "role": role });
        if let Some(party) = party {
            body["party"] = json!(party);
        }
        let id = text(&self.post(administrator, "/v1/people", &body).expect(201).json(), "id");
        let path = format!("/v1/people/{id}/tokens");
        text(&self.post(administrator, &path, &json!({ "label": "t" })).expect(201).json(), "token")
    }

    /// Enters a shipped tender; its id.
    pub fn shipped(&self, token: &str, name: &str) -> String {
        let body = self.get(token, &format!("/v1/demo-tenders/{name}")).expect(200).body;
        text(&self.ask("POST", "/v1/tenders", token, &[], &body).expect(201).json(), "tender")
    }

    /// Asks for a run; its id.
    pub fn run(&self, token: &str, body: &Value) -> String {
        text(&self.post(token, "/v1/runs", body).expect(202).json(), "id")
    }

    /// Waits for the end of a run.
    pub fn ended(&self, token: &str, run: &str) -> Value {
        self.until(token, run, |r| !matches!(r["state"].as_str(), Some("queued" | "running")))
    }

    /// Waits until something is true of a run.
    pub fn until(&self, token: &str, run: &str, fine: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        let mut seen = self.get(token, &format!("/v1/runs/{run}")).expect(200).json();
        while !fine(&seen) {
            let over = seen["state"] != "queued" && seen["state"] != "running";
            assert!(!over && begun.elapsed() < Duration::from_secs(900), "nothing came of it: {seen:#}");
            let path = format!("/v1/runs/{run}?wait=5&seq={}", seen["seq"]);
            seen = self.get(token, &path).expect(200).json();
        }
        seen
    }

    /// Its memory, without the program itself.
    pub fn kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("/proc");
        let line = status.lines().find(|l| l.starts_with("RssAnon")).expect("its memory");
        line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number")
    }

    /// Processes that the server has started and that live.
    pub fn children(&self) -> Vec<u32> {
        children_of(self.child.id())
    }

    /// Asks it to end, and waits for that; its log.
    pub fn stop(mut self) -> (Option<i32>, String) {
        signal(self.child.id(), "TERM");
        let code = self.child.wait().expect("it ends").code();
        let log = std::mem::replace(&mut self.log, std::thread::spawn(String::new));
        (code, log.join().expect("its log"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How often something is tried: quickly, or with `BALLAST_TRIALS=1`.
pub fn trials<T>(few: T, many: T) -> T {
    if std::env::var_os("BALLAST_TRIALS").is_some() { many } else { few }
}

pub fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_else(|| panic!("no {key} in {value:#}")).to_owned()
}

/// Sends a signal by the system's own command.
pub fn signal(process: u32, name: &str) {
    let _ = std::process::Command::new("kill").args([&format!("-{name}"), &process.to_string()]).status();
}

/// Living children of a process.
pub fn children_of(process: u32) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").expect("/proc").flatten();
    let pids = entries.filter_map(|e| e.file_name().to_string_lossy().parse::<u32>().ok());
    let is_child = |pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let mut after = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let (state, parent) = (after.next().unwrap_or("Z"), after.next().unwrap_or_default());
        state != "Z" && parent == process.to_string()
    };
    pids.filter(is_child).collect()
}

pub fn request(url: &str, method: &str, path: &str, token: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build().into();
    let mut request = Request::builder().method(method).uri(format!("{url}{path}"));
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = agent.run(request.body(body.to_vec()).expect("a request")).expect("an answer");
    let headers = response
        .headers()
        .iter()
        .map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
        .collect();
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(1 << 28).read_to_vec().expect("a body");
    Reply { status, headers, body }
}

/// A store of one test: a folder, or with `BALLAST_TEST_STORE=postgres` a schema of `BALLAST_TEST_POSTGRES`.
pub struct Place {
    folder: TempDir,
    schema: Option<(String, String)>,
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Place {
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let postgres = std::env::var("BALLAST_TEST_STORE").is_ok_and(|s| s == "postgres");
        let schema = postgres.then(|| {
            let url = std::env::var("BALLAST_TEST_POSTGRES").expect("BALLAST_TEST_POSTGRES names the database");
            let name = format!("t_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            psql(&url, &format!("CREATE SCHEMA {name}"));
            (url, name)
        });
        Self { folder, schema }
    }

    /// Its name for `--store`.
    pub fn store(&self) -> String {
        match &self.schema {
            Some((url, name)) => format!("{url}?options=-csearch_path%3D{name}"),
            None => self.folder.path().join("store").display().to_string(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((url, name)) = &self.schema {
            let drop = format!("DROP SCHEMA {name} CASCADE");
            let _ = std::process::Command::new("psql").args([url, "-q", "-c", &drop]).output();
        }
    }
}

/// Asks a database itself.
pub fn psql(url: &str, sql: &str) -> String {
    let ran = std::process::Command::new("psql").args([url, "-qtA", "-v", "ON_ERROR_STOP=1", "-c", sql]).output();
    let ran = ran.expect("psql");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8_lossy(&ran.stdout).trim().to_owned()
}

/// A server on a new store.
pub fn fresh(settings: &str) -> (Place, Server) {
    let place = Place::new();
    let server = Server::start(&place.store(), settings);
    (place, server)
}
