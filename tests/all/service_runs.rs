//! Runs of every kind, watched and stopped.

use std::io::{BufRead, BufReader};

use serde_json::{Value, json};
use ureq::http::Request;

use crate::service_server::{Server, fresh, text};

const SCENARIO: &str = include_str!("../../scenarios/wound-care/what-if/dear-bolt.toml");

/// A pack that fits any tender.
pub const PACK: &str = "schema = \"ballast.pack/1\"\nname = \"outages\"\ntitle = \"Outages\"\nhorizon_weeks = 26\n\n[[hazard]]\n\
                        id = \"out\"\nnodes = [\"supplier:*\"]\ncommon = false\nup = { law = \"exponential\", mean = 60 }\n\
                        down = { law = \"lognormal\", median = 8, sigma = 0.5 }\ncapacity = 0.0\n\
                        recovery = { shape = \"step\" }\nsource = \"made up\"\n";

/// A run that works for long: the solver is asked for a proof that takes more than a minute.
pub fn long(tender: &str, seed: u64) -> Value {
    json!({ "kind": "award", "tender": tender, "options": { "gap": 0, "seed": seed } })
}

#[test]
fn every_kind_gives_its_document() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    let body = server.get(&token, &format!("/v1/tenders/{tender}/revisions/1")).expect(200).json();
    let supplier = text(&body["suppliers"][0], "supplier");
    let need = text(&body["needs"][0], "need");
    let scenario = server.post(&token, "/v1/scenarios", &json!({ "name": "s", "text": SCENARIO })).expect(201).json();
    let award = server.run(&token, &json!({ "kind": "award", "tender": tender }));
    assert_eq!(server.ended(&token, &award)["state"], "done");
    let pack = server.post(&token, "/v1/packs", &json!({ "name": "p", "text": PACK })).expect(201).json();
    let packs = json!([pack["id"]]);
    let asked = [
        ("stress", json!({ "award": award, "packs": packs, "options": { "replications": 50, "against": award } })),
        ("reserve", json!({ "award": award, "packs": packs, "options": { "replications": 50 } })),
        ("exposure", json!({ "award": award, "options": { "worst": 1, "optimism": 1.5 } })),
        ("compare", json!({ "scenarios": [scenario["id"]], "awards": [award] })),
        ("prices", json!({ "options": { "gap": 0.05 } })),
        ("conflicts", json!({})),
        ("why-not", json!({ "options": { "subject": supplier, "gap": 0.05 } })),
        ("leverage", json!({ "options": { "suppliers": [supplier], "gap": 0.05 } })),
        (
            "win-curve",
            json!({ "options": { "supplier": supplier, "from": -0.2, "steps": 2, "gap": 0.05, "width": 0.1 } }),
        ),
        ("counter-bid", json!({ "options": { "supplier": supplier, "share": 0.3, "need": need, "gap": 0.05 } })),
        ("coalition", json!({ "options": { "members": ["North", "South"], "gap": 0.05 } })),
        ("targets", json!({ "options": { "save": "1%", "gap": 0.05 } })),
        ("alternatives", json!({ "options": { "count": 1, "gap": 0.05 } })),
        ("sweep", json!({ "options": { "vary": [format!("needs.max_products[need={need}]=1,2")], "gap": 0.05 } })),
        ("frontier", json!({ "options": { "against": "suppliers", "points": 2, "gap": 0.05 } })),
    ];
    let ids: Vec<(&str, String)> = asked
        .into_iter()
        .map(|(kind, mut body)| {
            body["kind"] = json!(kind);
            body["tender"] = json!(tender);
            (kind, server.run(&token, &body))
        })
        .collect();
    for (kind, id) in ids {
        let ended = server.ended(&token, &id);
        assert_eq!(ended["state"], "done", "{kind}: {ended:#}");
        let result = server.get(&token, &text(&ended, "result")).expect(200).json();
        assert_eq!(result["schema"], format!("ballast.{kind}/1"));
        assert_eq!(result["digest"], ended["digest"], "{kind}");
    }
    // What the command finds wrong with the input is the error of the run.
    let body = json!({ "kind": "why-not", "tender": tender, "options": { "subject": "Nobody" } });
    let failed = server.ended(&token, &server.run(&token, &body));
    assert_eq!((&failed["state"], &failed["error"]["code"]), (&json!("failed"), &json!("bad_input")), "{failed:#}");
    assert!(text(&failed["error"], "message").contains("Nobody"));
}

#[test]
fn a_cancelled_run_keeps_its_best_and_its_processes_end() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let run = server.run(&token, &long(&tender, 1));
    // Wait for an award on the way.
    let running =
        server.until(&token, &run, |r| !r["progress"]["value"].is_null() && !r["progress"]["bound"].is_null());
    let told = |name: &str| running["progress"][name].to_string().trim_matches('"').parse::<f64>().expect("a number");
    assert!((told("gap") - (told("value") - told("bound")) / told("value")).abs() < 1e-5, "{running:#}");
    server.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
    let ended = server.ended(&token, &run);
    assert_eq!((&ended["state"], &ended["termination"]), (&json!("cancelled"), &json!("feasible")), "{ended:#}");
    let result = server.get(&token, &text(&ended, "result")).expect(200).json();
    assert_eq!((&result["limit"], &result["certificate"]["verified"]), (&json!("cancelled"), &json!(true)));
    // Once more changes nothing, and a result that a person cut short answers nobody else.
    server.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
    let again = server.run(&token, &long(&tender, 1));
    let state = server.get(&token, &format!("/v1/runs/{again}")).expect(200).json();
    assert_eq!(state["reused"], json!(false));
    server.post(&token, &format!("/v1/runs/{again}/cancel"), &json!({})).expect(202);
    server.ended(&token, &again);
    assert_eq!(server.children(), Vec::<u32>::new());
}

#[test]
fn a_run_and_a_tenant_have_limits_of_their_own() {
    let limits = "[limits.First]\nqueued = 2\nrunning = 1\nwork = 3\n";
    let (_place, server) = fresh(&format!("{limits}[limits.Second]\nrunning = 2\n"));
    let (token, operator) = server.set_up();
    let other = json!({ "tenant": "Second", "administrator": "bob" });
    let other = text(&server.post(&operator, "/v1/tenants", &other).expect(201).json(), "token");
    let (ours, theirs) = (server.shipped(&token, "iv-fluids"), server.shipped(&other, "iv-fluids"));
    // The run asks for less than its tenant may have.
    let mut asked = long(&theirs, 1);
    asked["limits"] = json!({ "seconds": 1, "memory_mib": 4096 });
    let limited = server.run(&other, &asked);
    let free = server.run(&other, &long(&theirs, 2));
    // Work is cut for every solve of the tenant, whatever is asked for.
    let quick = server.shipped(&token, "wound-care");
    let cut = server.run(&token, &json!({ "kind": "award", "tender": quick, "options": { "work": 50 } }));
    let result = server.get(&token, &text(&server.ended(&token, &cut), "result")).expect(200).json();
    assert_eq!(result["options"]["work"].as_f64(), Some(3.0), "{}", result["options"]);
    let ended = server.ended(&other, &limited);
    assert!(matches!(ended["state"].as_str(), Some("done" | "failed")), "{ended:#}");
    assert!(
        ended["finished_at"].is_string()
            && server.get(&other, &format!("/v1/runs/{free}")).json()["finished_at"].is_null()
    );
    server.post(&other, &format!("/v1/runs/{free}/cancel"), &json!({})).expect(202);
    // Two may wait, and one works or waits to be begun.
    let more: Vec<u16> = (4..9).map(|seed| server.post(&token, "/v1/runs", &long(&ours, seed)).status).collect();
    assert!(more.contains(&429) && more[0] == 202, "{more:?}");
    asked["limits"] = json!({ "seconds": 0, "memory_mib": 1 });
    let refused = server.post(&other, "/v1/runs", &asked).expect(422).json();
    let pointers: Vec<&Value> = refused["errors"].as_array().expect("errors").iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, [&json!("/limits/seconds"), &json!("/limits/memory_mib")]);
}

#[test]
fn the_limit_of_the_server_ends_a_run_with_its_best() {
    let (_place, server) = fresh("[run]\nseconds = 4\n");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let ended = server.ended(&token, &server.run(&token, &long(&tender, 3)));
    assert!(matches!(ended["state"].as_str(), Some("done" | "failed")), "{ended:#}");
    if ended["state"] == "failed" {
        assert_eq!(ended["error"]["code"], "time_limit", "{ended:#}");
    }
}

/// Reads events of a run until `enough`; id and kind of each.
fn events(
    server: &Server,
    token: &str,
    run: &str,
    last: Option<&str>,
    enough: impl Fn(&str) -> bool,
) -> Vec<(i64, String)> {
    let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
    let mut request = Request::builder().uri(format!("{}/v1/runs/{run}/events", server.url));
    request = request.header("authorization", format!("Bearer {token}"));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let response = agent.run(request.body(()).expect("a request")).expect("a stream");
    let (mut seen, mut id) = (Vec::new(), 0);
    for line in BufReader::new(response.into_body().into_reader()).lines() {
        let line = line.expect("a line");
        if let Some(number) = line.strip_prefix("id: ") {
            id = number.parse().expect("a number");
        }
        if let Some(kind) = line.strip_prefix("event: ") {
            seen.push((id, kind.to_owned()));
            if enough(kind) {
                break;
            }
        }
    }
    seen
}

#[test]
fn events_begin_with_a_snapshot_and_go_on_after_the_last_one() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "iv-fluids");
    let run = server.run(&token, &long(&tender, 2));
    let first = events(&server, &token, &run, None, |kind| kind == "progress");
    assert_eq!(first[0].1, "snapshot");
    let (last, _) = first.last().expect("an event").clone();
    server.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
    let rest = events(&server, &token, &run, Some(&last.to_string()), |_| false);
    assert!(rest.iter().all(|(id, _)| *id > last), "{rest:?}");
    assert_eq!(rest.last().map(|(_, kind)| kind.as_str()), Some("end"));
    assert_eq!(rest.iter().filter(|(_, kind)| kind == "snapshot").count(), 0);
    // From the beginning again: every event once, in order.
    let all = events(&server, &token, &run, Some("0"), |_| false);
    let ids: Vec<i64> = all.iter().map(|(id, _)| *id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, sorted);
    assert!(all.len() > rest.len());
}

#[test]
fn a_scenario_is_changed_only_by_who_knows_its_version() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let made = server.post(&token, "/v1/scenarios", &json!({ "name": "s", "text": SCENARIO })).expect(201);
    let path = made.headers["location"].clone();
    let change = |etag: Option<&str>, name: &str| {
        let headers: Vec<(&str, &str)> = etag.map(|e| ("if-match", e)).into_iter().collect();
        let body = json!({ "name": name, "text": SCENARIO }).to_string();
        server.ask("PUT", &path, &token, &headers, body.as_bytes())
    };
    assert_eq!(change(None, "a").status, 428);
    let second = change(Some("\"1\""), "a").expect(200);
    assert_eq!(second.headers["etag"], "\"2\"");
    assert_eq!(change(Some("\"1\""), "b").status, 412);
    assert_eq!(server.get(&token, &path).expect(200).json()["name"], "a");
    assert_eq!(server.ask("DELETE", &path, &token, &[("if-match", "\"1\"")], b"").status, 412);
    assert_eq!(server.ask("DELETE", &path, &token, &[("if-match", "\"2\"")], b"").status, 204);
    assert_eq!(server.get(&token, &path).status, 404);
}

#[test]
fn lists_come_in_pages_and_tokens_fit_their_list() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    for i in 0..5 {
        server.post(&token, "/v1/scenarios", &json!({ "name": format!("s{i}"), "text": SCENARIO })).expect(201);
    }
    let mut names = Vec::new();
    let mut path = "/v1/scenarios?page_size=2".to_owned();
    let mut first_token = String::new();
    loop {
        let page = server.get(&token, &path).expect(200).json();
        names.extend(page["items"].as_array().expect("items").iter().map(|i| text(i, "name")));
        let next = text(&page, "next_page_token");
        if next.is_empty() {
            break;
        }
        if first_token.is_empty() {
            first_token.clone_from(&next);
        }
        path = format!("/v1/scenarios?page_size=2&page_token={next}");
    }
    assert_eq!(names, ["s0", "s1", "s2", "s3", "s4"]);
    assert_eq!(server.get(&token, "/v1/scenarios?page_size=-1").status, 422);
    assert_eq!(server.get(&token, &format!("/v1/packs?page_token={first_token}")).status, 422);
    assert_eq!(server.get(&token, "/v1/scenarios?page_size=100000").expect(200).json()["next_page_token"], "");
}

#[test]
fn a_stress_test_tells_how_precise_it_is_so_far() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    let award = server.run(&token, &json!({ "kind": "award", "tender": tender }));
    assert_eq!(server.ended(&token, &award)["state"], "done");
    let pack = text(&server.post(&token, "/v1/packs", &json!({ "name": "p", "text": PACK })).expect(201).json(), "id");
    let options = json!({ "replications": 1_000_000 });
    let body = json!({ "kind": "stress", "tender": tender, "award": award, "packs": [pack], "options": options });
    let run = server.run(&token, &body);
    let seen = server.until(&token, &run, |r| r["progress"]["precision"].is_number() || r["state"] == "done");
    let precision = seen["progress"]["precision"].as_f64().expect("a number");
    assert!(precision > 0.0 && precision < 10.0, "{seen:#}");
    server.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
    server.ended(&token, &run);
}
