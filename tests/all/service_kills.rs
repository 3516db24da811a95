//! Servers and their processes are killed while clients write, at random moments and at aimed places: around every write, and
//! at each step of a run. Whatever was acknowledged is there afterwards, once: `BALLAST_TRIALS=1` does it 1,000 times.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ballast_api::failpoint::{CHILDREN, SERVER};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use ureq::http::Request;

use crate::service_server::{Place, Server, signal, text, trials};

/// What a client was told.
#[derive(Default)]
struct Journal {
    /// Scenario id by its name.
    scenarios: BTreeMap<String, String>,
    /// Run id by its key.
    runs: BTreeMap<String, String>,
    /// Keys that were sent, whether or not an answer came.
    sent: Vec<String>,
}

/// Posts, and takes it that no answer may come.
fn try_post(url: &str, token: &str, path: &str, key: Option<&str>, body: &Value) -> Option<Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .into();
    let mut request = Request::builder().method("POST").uri(format!("{url}{path}"));
    request = request.header("authorization", format!("Bearer {token}"));
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let mut response = agent.run(request.body(body.to_string()).ok()?).ok()?;
    if !response.status().is_success() {
        return None;
    }
    serde_json::from_slice(&response.body_mut().read_to_vec().ok()?).ok()
}

fn write(url: &str, token: &str, tender: &str, round: usize, writer: usize, journal: &Mutex<Journal>) {
    for i in 0.. {
        let name = format!("{round}-{writer}-{i}");
        let answered = if writer == 0 {
            let body = json!({ "name": name, "text": "name = \"x\"" });
            try_post(url, token, "/v1/scenarios", None, &body)
        } else {
            journal.lock().expect("the journal").sent.push(name.clone());
            // Of every two runs one is new work and one has been answered before.
            let options = json!({ "seed": i / 2, "work": 1 });
            let body = json!({ "kind": "award", "tender": tender, "label": name, "options": options });
            try_post(url, token, "/v1/runs", Some(&name), &body)
        };
        let Some(answered) = answered else { return };
        let mut journal = journal.lock().expect("the journal");
        let id = text(&answered, "id");
        let kept = if writer == 0 { &mut journal.scenarios } else { &mut journal.runs };
        assert!(kept.insert(name, id).is_none());
    }
}

/// All entries of a list.
fn all(server: &Server, token: &str, list: &str) -> Vec<Value> {
    let (mut items, mut next) = (Vec::new(), String::new());
    loop {
        let page = server.get(token, &format!("{list}?page_size=500&page_token={next}")).expect(200).json();
        items.extend(page["items"].as_array().expect("items").iter().cloned());
        next = text(&page, "next_page_token");
        if next.is_empty() {
            return items;
        }
    }
}

const SETTINGS: &str = "[request]\nper_minute = 100000000\n[tenant]\nqueued = 1000000\n";

/// A server that ends itself, or a process of its own, when it comes to a place; one that came there before it answered is
/// followed by another that does not.
fn aimed(store: &str, place: &str, times: u32) -> Server {
    let aimed = Server::aimed(store, SETTINGS, false, &format!("{place}:{times}"));
    aimed.unwrap_or_else(|_| Server::again(store, SETTINGS))
}

#[test]
fn nothing_acknowledged_is_lost_when_servers_are_killed() {
    let rounds = trials(100, 1_000);
    let place = Place::new();
    let mut server = Server::start(&place.store(), SETTINGS);
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    let journal = Mutex::new(Journal::default());
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut killed_at_work, mut ended_at_places) = (0, 0);
    let places: Vec<&str> = SERVER.iter().chain(CHILDREN).copied().collect();
    for round in 0..rounds {
        std::thread::scope(|scope| {
            for writer in 0..2 {
                let (url, token, tender, journal) = (&server.url, &token, &tender, &journal);
                scope.spawn(move || write(url, token, tender, round, writer, journal));
            }
            // Of every two rounds one is aimed: it lasts until the server has ended itself, or a second.
            let is_aimed = round % 2 == 1;
            let until =
                Instant::now() + Duration::from_millis(if is_aimed { 1_000 } else { random.random_range(1..300) });
            // Every third round a process that works is killed first, and the server lives on for a while.
            let child = !is_aimed && round % 3 == 0;
            let (mut hit, mut ended) = (false, false);
            while Instant::now() < until {
                if child
                    && !hit
                    && let Some(process) = server.children().first()
                {
                    signal(*process, "KILL");
                    hit = true;
                }
                ended = matches!(server.child.try_wait(), Ok(Some(_)));
                if ended {
                    ended_at_places += 1;
                    break;
                }
                std::thread::yield_now();
            }
            if !ended {
                killed_at_work += usize::from(!server.children().is_empty());
                signal(server.child.id(), "KILL");
            }
        });
        let _ = server.child.wait();
        let next = round / 2 % places.len();
        server = match round % 2 {
            0 => aimed(&place.store(), places[next], random.random_range(1..4)),
            _ => Server::again(&place.store(), SETTINGS),
        };
    }
    let journal = journal.into_inner().expect("the journal");
    let scenarios: BTreeMap<String, String> =
        all(&server, &token, "/v1/scenarios").iter().map(|s| (text(s, "id"), text(s, "name"))).collect();
    for (name, id) in &journal.scenarios {
        assert_eq!(scenarios.get(id), Some(name), "an acknowledged scenario is lost");
    }
    let runs = all(&server, &token, "/v1/runs");
    let mut by_key: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for run in &runs {
        by_key.entry(text(run, "label")).or_default().push(text(run, "id"));
    }
    assert!(by_key.values().all(|ids| ids.len() == 1), "a key made two runs");
    for (name, id) in &journal.runs {
        assert_eq!(by_key.get(name), Some(&vec![id.clone()]), "an acknowledged run is lost");
    }
    // Sent again, every key gives the run that it made, or makes it now; never a second one.
    let sent = journal.sent.iter().filter(|n| !journal.runs.contains_key(*n));
    for name in sent {
        let i: u64 = name.rsplit('-').next().and_then(|i| i.parse().ok()).expect("its number");
        let body = json!({ "kind": "award", "tender": tender, "label": name, "options": { "seed": i / 2, "work": 1 } });
        let answered = try_post(&server.url, &token, "/v1/runs", Some(name), &body).expect("an answer");
        if let Some(made) = by_key.get(name) {
            assert_eq!(made[0], text(&answered, "id"));
        }
    }
    // Every run ends, and equal questions have one answer.
    let mut digests: BTreeMap<String, Value> = BTreeMap::new();
    for run in all(&server, &token, "/v1/runs") {
        let ended = server.ended(&token, &text(&run, "id"));
        let failed = ended["state"] == "failed";
        // One that happened to be at work in several kills is given up, and says so.
        if failed {
            assert!(matches!(ended["error"]["code"].as_str(), Some("killed" | "attempts_exhausted")), "{ended:#}");
            continue;
        }
        assert_eq!(ended["state"], "done", "{ended:#}");
        let asked = ended["request"]["options"].to_string();
        let digest = digests.entry(asked).or_insert_with(|| ended["digest"].clone());
        assert_eq!(*digest, ended["digest"], "{ended:#}");
    }
    println!(
        "trial: {rounds} kills, {killed_at_work} of them while a run was at work, {ended_at_places} at aimed places: {} scenarios and {} runs acknowledged, none lost",
        journal.scenarios.len(),
        journal.runs.len()
    );
    let acknowledged = journal.scenarios.len() + journal.runs.len();
    assert!(acknowledged > rounds && !journal.runs.is_empty() && killed_at_work > 0, "the kills hit nothing");
    assert!(ended_at_places > rounds / 5, "aimed kills missed: {ended_at_places} of {}", rounds / 2);
}
