//! Requests while all cores solve. `BALLAST_TRIALS=1` asks for as long and as much as the targets say and prints what was
//! measured; else a few seconds show that nothing fails.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::json;
use ureq::http::Request;

use crate::service_runs::long;
use crate::service_server::{Server, fresh, text, trials};

/// Asks `per_second` times a second from several threads; milliseconds of each, sorted, and how many were refused by the server.
fn ask_steadily(
    server: &Server,
    token: &str,
    per_second: u32,
    seconds: u32,
    request: &(dyn Fn() -> (&'static str, String, String) + Sync),
) -> (Vec<f64>, usize) {
    let threads = 8;
    let seen = Mutex::new((Vec::new(), 0));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let seen = &seen;
            scope.spawn(move || {
                let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
                for i in (thread..per_second * seconds).step_by(threads as usize) {
                    let due = Duration::from_secs_f64(f64::from(i) / f64::from(per_second));
                    // Keeping to a rate is what is asked of this client; nothing is concluded from the pause.
                    std::thread::park_timeout(due.saturating_sub(begun.elapsed()));
                    let (method, path, body) = request();
                    let asked = Instant::now();
                    let builder = Request::builder().method(method).uri(format!("{}{path}", server.url));
                    let builder = builder.header("authorization", format!("Bearer {token}"));
                    let mut reply = agent.run(builder.body(body).expect("a request")).expect("an answer");
                    let _ = reply.body_mut().read_to_vec();
                    let milliseconds = asked.elapsed().as_secs_f64() * 1e3;
                    let mut seen = seen.lock().expect("figures");
                    seen.0.push(milliseconds);
                    seen.1 += usize::from(reply.status().as_u16() >= 500);
                }
            });
        }
    });
    let (mut times, failed) = seen.into_inner().expect("figures");
    times.sort_by(f64::total_cmp);
    (times, failed)
}

#[test]
fn requests_are_answered_while_all_cores_solve() {
    let (seconds, gets, posts) = trials((3, 60, 5), (60, 500, 20));
    let (_place, server) = fresh("[request]\nper_minute = 100000000\n[tenant]\nqueued = 1000000\n");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let begun = Instant::now();
    let first = server.run(&token, &long(&tender, 1));
    server.until(&token, &first, |r| !r["progress"]["value"].is_null());
    let to_first_award = begun.elapsed();
    let others: Vec<String> = (2..4).map(|seed| server.run(&token, &long(&tender, seed))).collect();
    let run = format!("/v1/runs/{first}");
    let before = server.kib();
    let get = || ("GET", run.clone(), String::new());
    let body = json!({ "name": "s", "text": "name = \"x\"" }).to_string();
    let post = || ("POST", "/v1/scenarios".to_owned(), body.clone());
    let ((got, failed_gets), (posted, failed_posts)) = std::thread::scope(|scope| {
        let gets = scope.spawn(|| ask_steadily(&server, &token, gets, seconds, &get));
        let posts = scope.spawn(|| ask_steadily(&server, &token, posts, seconds, &post));
        (gets.join().expect("figures"), posts.join().expect("figures"))
    });
    assert_eq!((failed_gets, failed_posts), (0, 0), "5xx");
    let at = |times: &[f64], part: f64| times[((times.len() - 1) as f64 * part) as usize];
    println!(
        "trial: first award after {to_first_award:?}; {} GET: median {:.1} ms, p99 {:.1} ms; {} POST: median {:.1} ms, p99 {:.1} ms; \
         memory {before} KiB before, {} KiB after",
        got.len(),
        at(&got, 0.5),
        at(&got, 0.99),
        posted.len(),
        at(&posted, 0.5),
        at(&posted, 0.99),
        server.kib()
    );
    let stopped = Instant::now();
    for run in others.iter().chain([&first]) {
        server.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
    }
    for run in others.iter().chain([&first]) {
        assert_eq!(text(&server.ended(&token, run), "state"), "cancelled");
    }
    println!("trial: three runs cancelled after {:?}", stopped.elapsed());
}
