//! Who may do what: every route of the description, asked by every role and by another tenant.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::run::run;
use crate::service_server::{Server, fresh, text, trials};

/// The roles that may, for each route; a route that is missing here fails the test.
const STAFF: &[&str] = &["administrator", "strategist", "negotiator", "risk_manager"];
const DECIDERS: &[&str] = &["administrator", "strategist"];
const ADMINISTRATOR: &[&str] = &["administrator"];
const OPERATOR: &[&str] = &["operator"];
const ALL: &[&str] =
    &["administrator", "strategist", "negotiator", "risk_manager", "clinician_reviewer", "member_viewer", "supplier"];
const EVERYBODY: &[&str] = &[
    "administrator",
    "strategist",
    "negotiator",
    "risk_manager",
    "clinician_reviewer",
    "member_viewer",
    "supplier",
    "operator",
];
const STRANGERS: &[&str] = &["stranger"];

fn may(method: &str, path: &str) -> Option<&'static [&'static str]> {
    Some(match (method, path) {
        (_, "/" | "/livez" | "/readyz" | "/v1/openapi.json" | "/v1/setup" | "/v1/sessions") => STRANGERS,
        (_, "/v1/me" | "/v1/sessions/current") => EVERYBODY,
        (_, "/v1/tenants") => OPERATOR,
        (_, p) if p.starts_with("/v1/people") => ADMINISTRATOR,
        (_, "/v1/audit") => ADMINISTRATOR,
        (_, p) if p.starts_with("/v1/webhooks") => ADMINISTRATOR,
        (_, "/v1/awards" | "/v1/awards/{approval}") => ALL,
        ("POST", "/v1/approvals" | "/v1/approvals/{approval}/decision") => DECIDERS,
        (_, p) if p.starts_with("/v1/approvals") => STAFF,
        (_, p)
            if ["tenders", "demo-tenders", "refusals", "scenarios", "packs", "runs"]
                .iter()
                .any(|t| p.strip_prefix("/v1/").is_some_and(|r| r == *t || r.starts_with(&format!("{t}/")))) =>
        {
            STAFF
        }
        _ => return None,
    })
}

/// A tenant with one of everything.
struct Tenant {
    tokens: BTreeMap<&'static str, String>,
    /// Value of each parameter of a path.
    things: BTreeMap<&'static str, String>,
}

/// A price that stands in one tenant's data only, and is looked for everywhere else.
fn canary(i: usize) -> String {
    format!("9{i}7.531{i}")
}

fn tenant(server: &Server, administrator: String, i: usize) -> Tenant {
    let mut tokens = BTreeMap::new();
    for role in ALL.iter().skip(1) {
        let party = match *role {
            "member_viewer" => Some("North"),
            "supplier" => Some("Acme"),
            _ => None,
        };
        tokens.insert(*role, server.person(&administrator, &format!("{role} {i}"), role, party));
    }
    let token = &administrator;
    let mut body = crate::tiny::body();
    body["offers"][0]["price"] = json!(canary(i));
    let tender = text(&server.post(token, "/v1/tenders", &body).expect(201).json(), "tender");
    let mut broken = body.clone();
    broken["offers"][0]["price"] = json!("x");
    let refusal = text(&server.post(token, "/v1/tenders", &broken).expect(422).json(), "findings");
    let scenario = json!({ "name": "s", "text": "name = \"x\"" });
    let scenario_id = text(&server.post(token, "/v1/scenarios", &scenario).expect(201).json(), "id");
    let pack = text(&server.post(token, "/v1/packs", &scenario).expect(201).json(), "id");
    let run = server.run(token, &json!({ "kind": "award", "tender": tender }));
    assert_eq!(server.ended(token, &run)["state"], "done");
    let approval = text(&server.post(token, "/v1/approvals", &json!({ "run": run })).expect(201).json(), "id");
    let decided = format!("/v1/approvals/{approval}/decision");
    server.post(&tokens["strategist"], &decided, &json!({ "approve": true })).expect(200);
    let person =
        server.get(token, "/v1/people").expect(200).json()["items"][0]["id"].as_str().expect("an id").to_owned();
    let webhook = json!({ "url": format!("https://localhost:9/{}", canary(i)) });
    let webhook = text(&server.post(token, "/v1/webhooks", &webhook).expect(201).json(), "id");
    tokens.insert("administrator", administrator.clone());
    let refusal = refusal.split('/').nth(3).expect("its id").to_owned();
    let things = BTreeMap::from([
        ("tender", tender),
        ("revision", "1".to_owned()),
        ("refusal", refusal),
        ("scenario", scenario_id),
        ("pack", pack),
        ("run", run),
        ("approval", approval),
        ("person", person),
        ("token", "tok_x".to_owned()),
        ("name", "wound-care".to_owned()),
        ("webhook", webhook),
    ]);
    Tenant { tokens, things }
}

fn path_of(pattern: &str, things: &BTreeMap<&'static str, String>) -> String {
    things.iter().fold(pattern.to_owned(), |p, (name, value)| p.replace(&format!("{{{name}}}"), value))
        + if pattern.ends_with("/diff") { "?from=1&to=1" } else { "" }
}

#[test]
fn every_route_asks_for_its_right_and_none_crosses_tenants() {
    let (_place, server) = fresh("[webhooks]\nhosts = [\"localhost\"]\n");
    let (first, operator) = server.set_up();
    let second = json!({ "tenant": "Second", "administrator": "bob" });
    let second = text(&server.post(&operator, "/v1/tenants", &second).expect(201).json(), "token");
    let tenants = [tenant(&server, first, 1), tenant(&server, second, 2)];
    let description = server.get("", "/v1/openapi.json").expect(200).json();
    let mut asked = 0;
    for (pattern, item) in description["paths"].as_object().expect("paths") {
        for method in item.as_object().expect("methods").keys().map(|m| m.to_uppercase()) {
            let allowed = may(&method, pattern).unwrap_or_else(|| panic!("{method} {pattern} has no row"));
            for (i, own) in tenants.iter().enumerate() {
                let other = &tenants[1 - i];
                let roles = EVERYBODY.iter().map(|r| (*r, own.tokens.get(r).unwrap_or(&operator).as_str()));
                for (role, token) in roles.chain([("stranger", "")]) {
                    for (whose, things) in [("own", &own.things), ("other", &other.things)] {
                        let what = format!("{method} {pattern} by {role} on {whose}");
                        // A body that is never right: nothing is changed, but rights come first.
                        let reply = server.ask(&method, &path_of(pattern, things), token, &[], b"[]");
                        asked += 1;
                        let open = allowed == STRANGERS;
                        match (open, role, allowed.contains(&role)) {
                            (true, _, _) => {}
                            (_, "stranger", _) => assert_eq!(reply.status, 401, "{what}"),
                            (_, _, false) => assert_eq!(reply.status, 403, "{what}"),
                            (_, _, true) => assert!(![401, 403].contains(&reply.status), "{what}: {}", reply.status),
                        }
                        assert!(reply.status < 500, "{what}: {}", reply.text());
                        let crosses = pattern.contains('{') && !pattern.contains("{name}") && whose == "other";
                        if crosses && !open && allowed.contains(&role) {
                            assert!(matches!(reply.status, 404 | 422 | 428), "{what}: {}", reply.status);
                        }
                        assert!(!reply.text().contains(&canary(2 - i)), "{what} shows a price of another tenant");
                    }
                }
            }
        }
    }
    assert!(asked > 1_500, "{asked}");
    println!("trial: {asked} requests, each operation × role × tenant: all as the table of rights says");
    mixed_ids(&server, &tenants, &description);
    assert!(server.get(&tenants[0].tokens["strategist"], "/v1/me").status == 200);
}

/// Random requests whose paths and bodies mix ids of both tenants: whatever names anything of the other tenant is not found,
/// and no answer holds its price.
fn mixed_ids(server: &Server, tenants: &[Tenant; 2], description: &Value) {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let operations: Vec<(&String, String)> = description["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(p, item)| item.as_object().expect("methods").keys().map(move |m| (p, m.to_uppercase())))
        .filter(|(p, m)| p.starts_with("/v1/") && m != "DELETE" && !p.contains("sessions") && !p.contains("setup"))
        .collect();
    let requests = trials(1_000, 10_000);
    for _ in 0..requests {
        let (pattern, method) = &operations[random.random_range(0..operations.len())];
        let i = random.random_range(0..2);
        let (own, other) = (&tenants[i], &tenants[1 - i]);
        let role = ALL[random.random_range(0..ALL.len())];
        let mut foreign = false;
        let mut pick = |name: &&'static str| {
            let theirs = random.random_bool(0.5);
            let value = if theirs { &other.things[name] } else { &own.things[name] };
            (theirs, value.clone())
        };
        let mut path = (*pattern).clone();
        for name in own.things.keys() {
            let hole = format!("{{{name}}}");
            if path.contains(&hole) {
                let (theirs, value) = pick(name);
                // The same in both tenants.
                foreign |= theirs && !["revision", "name", "token"].contains(name);
                path = path.replace(&hole, &value);
            }
        }
        let body = json!({
            "kind": "compare", "tender": pick(&"tender").1, "scenarios": [pick(&"scenario").1], "awards": [pick(&"run").1],
        });
        let body = match pattern.as_str() {
            "/v1/approvals" => json!({ "run": other.things["run"] }),
            "/v1/runs" => body,
            _ => json!([]),
        };
        let mine = body.as_object().is_some_and(|b| {
            !other.things.values().any(|id| id.len() > 5 && b.values().any(|v| v.to_string().contains(id.as_str())))
        });
        let reply = server.ask(method, &path, &own.tokens[role], &[], body.to_string().as_bytes());
        let what = format!("{method} {path} by {role}: {}", reply.status);
        assert!(reply.status < 500, "{what}");
        assert!(!foreign || reply.status >= 400, "{what}");
        assert!(
            method != "POST" || !["/v1/runs", "/v1/approvals"].contains(&path.as_str()) || mine || reply.status >= 400,
            "{what}"
        );
        assert!(!reply.text().contains(&canary(2 - i)), "{what} shows a price of another tenant");
    }
    println!("trial: {requests} random requests that mix ids of two tenants: no leak");
}

#[test]
fn an_award_is_approved_by_somebody_else_and_shown_to_each_as_far_as_it_is_theirs() {
    let (_place, server) = fresh("");
    let (admin, _) = server.set_up();
    let strategist = server.person(&admin, "sam", "strategist", None);
    let second = server.person(&admin, "sue", "strategist", None);
    let tender = server.shipped(&strategist, "wound-care");
    let run = server.run(&strategist, &json!({ "kind": "award", "tender": tender }));
    server.ended(&strategist, &run);
    let award = server.get(&strategist, &format!("/v1/runs/{run}/result")).expect(200).json();
    let winner = text(&award["lines"][0], "supplier");
    let member = server.person(&admin, "mel", "member_viewer", Some("North"));
    let supplier = server.person(&admin, "sid", "supplier", Some(&winner));
    let clinician = server.person(&admin, "cleo", "clinician_reviewer", None);
    let approval = text(&server.post(&strategist, "/v1/approvals", &json!({ "run": run })).expect(201).json(), "id");
    let path = format!("/v1/awards/{approval}");
    assert_eq!(server.get(&member, &path).status, 404, "not approved yet");
    let decision = format!("/v1/approvals/{approval}/decision");
    assert_eq!(server.post(&strategist, &decision, &json!({ "approve": true })).status, 403, "four eyes");
    server.post(&second, &decision, &json!({ "approve": true })).expect(200);
    assert_eq!(server.post(&admin, &decision, &json!({ "approve": false })).status, 409, "decided already");

    let body = server.get(&admin, &format!("/v1/tenders/{tender}/revisions/1")).expect(200).json();
    let north: Vec<&str> = body["sites"]
        .as_array()
        .expect("sites")
        .iter()
        .filter(|s| s["member"] == "North")
        .filter_map(|s| s["site"].as_str())
        .collect();
    let seen = server.get(&member, &path).expect(200).json();
    let lines = seen["lines"].as_array().expect("lines");
    assert!(!lines.is_empty() && lines.iter().all(|l| north.contains(&l["site"].as_str().unwrap_or(""))), "{seen:#}");
    let changes = seen["changes"].as_array().expect("its own changes of cost");
    assert!(!changes.is_empty(), "{seen:#}");
    for change in changes {
        assert!(north.contains(&change["site"].as_str().unwrap_or("")), "{change:#}");
        let of = |key: &str| change[key].as_str().and_then(|n| n.parse::<f64>().ok()).expect("money");
        assert!((of("today") - of("award") - of("saving")).abs() < 0.005, "{change:#}");
        // The award's side is the sum of the member's own lines.
        let lines = lines.iter().filter(|l| l["site"] == change["site"] && l["need"] == change["need"]);
        let cost: f64 = lines.filter_map(|l| l["cost"].as_str()?.parse::<f64>().ok()).sum();
        assert!((cost - of("award")).abs() < 0.05, "{change:#}: {cost}");
    }
    assert!(seen.get("value").is_none() && seen.get("suppliers").is_none() && seen.get("bound").is_none());
    let seen = server.get(&supplier, &path).expect(200).json();
    assert!(seen["lines"].as_array().is_some_and(|l| !l.is_empty()));
    assert!(!seen.to_string().contains("cost"), "{seen:#}");
    let seen = server.get(&clinician, &path).expect(200).json();
    assert!(seen["formulary"].as_array().is_some_and(|f| !f.is_empty()));
    assert!(!seen.to_string().contains("price") && !seen.to_string().contains("cost"), "{seen:#}");
    // Who looked is known; what was seen is not in the log.
    let audit = server.get(&admin, "/v1/audit?page_size=500").expect(200).json();
    let actions: Vec<String> = audit["items"].as_array().expect("entries").iter().map(|e| text(e, "action")).collect();
    for action in ["enter_tender", "ask_run", "propose_award", "approved_award", "see_award", "add_person"] {
        assert!(actions.iter().any(|a| a == action), "{action} in {actions:?}");
    }
}

#[test]
fn a_changed_audit_log_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store").display().to_string();
    let server = Server::start(&store, "");
    let (token, _) = server.set_up();
    for name in ["a", "b", "c"] {
        server.person(&token, name, "negotiator", None);
    }
    // Verified while the server works.
    let verify = |further: &[&str]| {
        let mut args = vec!["audit", "verify", "--json", "--store", &store];
        args.extend(further);
        run(args)
    };
    let verified = verify(&[]);
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
    let told = verified.document()["tenants"][0].clone();
    assert_eq!(told["entries"], json!(6));
    let last = text(&told, "last");
    server.person(&token, "d", "negotiator", None);
    assert_eq!(verify(&["--tenant", "First", "--anchor", &last]).code, Some(0));
    assert_eq!(verify(&["--tenant", "First", "--anchor", "00"]).code, Some(2));
    server.stop();
    let file = std::fs::read_dir(folder.path().join("store/tenants")).expect("tenants").flatten();
    let file = file.map(|e| e.path()).find(|p| p.extension().is_some_and(|e| e == "db")).expect("a file");
    let edit = |sql: &str| {
        let done = std::process::Command::new("python3")
            .args(["-c", "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()"])
            .arg(&file)
            .arg(sql)
            .status();
        assert!(done.is_ok_and(|s| s.success()), "{sql}");
    };
    edit("DELETE FROM audit WHERE seq > 6");
    assert_eq!(verify(&["--tenant", "First"]).code, Some(0), "a cut-off end is not seen by the chain alone");
    edit("DELETE FROM audit WHERE seq > 5");
    assert_eq!(verify(&["--tenant", "First", "--anchor", &last]).code, Some(2), "the anchor shows it");
    edit("UPDATE audit SET actor = 'eve' WHERE seq = 2");
    let broken = verify(&[]);
    assert_eq!(broken.code, Some(2));
    assert!(broken.stderr.contains("entry 2 was changed"), "{}", broken.stderr);
}

#[test]
fn a_session_needs_its_token_against_forged_requests() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let person = json!({ "name": "pat", "role": "strategist", "password": "correct horse battery" });
    server.post(&token, "/v1/people", &person).expect(201);
    let sign_in = |password: &str| {
        server.post("", "/v1/sessions", &json!({ "tenant": "First", "name": "pat", "password": password }))
    };
    assert_eq!(sign_in("wrong horse battery").status, 401);
    let signed = sign_in("correct horse battery").expect(201);
    let cookie = signed.headers["set-cookie"].clone();
    for mark in ["__Host-ballast=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(mark), "{cookie}");
    }
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let csrf = text(&signed.json(), "csrf_token");
    assert_eq!(server.ask("GET", "/v1/me", "", &[("cookie", &cookie)], b"").expect(200).json()["name"], "pat");
    let body = json!({ "name": "s", "text": "name = \"x\"" }).to_string();
    let post = |headers: &[(&str, &str)]| server.ask("POST", "/v1/scenarios", "", headers, body.as_bytes()).status;
    assert_eq!(post(&[("cookie", &cookie)]), 403);
    assert_eq!(post(&[("cookie", &cookie), ("x-csrf-token", "x")]), 403);
    assert_eq!(post(&[("cookie", &cookie), ("x-csrf-token", &csrf), ("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(post(&[("cookie", &cookie), ("x-csrf-token", &csrf)]), 201);
    let out = [("cookie", cookie.as_str()), ("x-csrf-token", csrf.as_str())];
    assert_eq!(server.ask("DELETE", "/v1/sessions/current", "", &out, b"").status, 204);
    assert_eq!(server.ask("GET", "/v1/me", "", &[("cookie", &cookie)], b"").status, 401);
    // Guessing gets not far, and does not stop another person.
    let guesses: Vec<u16> = (0..12).map(|_| sign_in("wrong horse battery").status).collect();
    assert_eq!(guesses.last(), Some(&429), "{guesses:?}");
    let other = json!({ "tenant": "First", "name": "ann", "password": "no password at all" });
    assert_eq!(server.post("", "/v1/sessions", &other).status, 401);
}

#[test]
fn tokens_end_when_they_are_revoked_and_when_their_person_goes() {
    let (_place, server) = fresh("");
    let (admin, _) = server.set_up();
    assert_eq!(server.post("setup.wrong", "/v1/setup", &json!({ "tenant": "x", "administrator": "y" })).status, 401);
    let used = server.setup.clone().expect("it");
    assert_eq!(server.post(&used, "/v1/setup", &json!({ "tenant": "x", "administrator": "y" })).status, 401);
    let person = text(
        &server.post(&admin, "/v1/people", &json!({ "name": "n", "role": "negotiator" })).expect(201).json(),
        "id",
    );
    let path = format!("/v1/people/{person}/tokens");
    let make = || server.post(&admin, &path, &json!({ "label": "t", "days": 1 })).expect(201).json();
    let (one, other) = (make(), make());
    assert_eq!(server.get(&text(&one, "token"), "/v1/me").status, 200);
    let listed = server.get(&admin, &path).expect(200);
    assert!(!listed.text().contains(text(&one, "token").split('.').nth(1).expect("its secret")));
    server.ask("DELETE", &format!("{path}/{}", text(&one, "id")), &admin, &[], b"").expect(204);
    assert_eq!(server.get(&text(&one, "token"), "/v1/me").status, 401);
    assert_eq!(server.get(&text(&other, "token"), "/v1/me").status, 200);
    server.ask("DELETE", &format!("/v1/people/{person}"), &admin, &[], b"").expect(204);
    assert_eq!(server.get(&text(&other, "token"), "/v1/me").status, 401);
}

#[test]
fn nobody_sets_what_the_server_sets() {
    let (_place, server) = fresh("");
    let (admin, _) = server.set_up();
    let description = server.get("", "/v1/openapi.json").expect(200).json();
    let mut bodies = 0;
    for (pattern, item) in description["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let Some(name) = schema.as_str().and_then(|s| s.rsplit('/').next()) else { continue };
            let fields = description["components"]["schemas"][name]["properties"].as_object().expect("fields");
            for field in ["id", "tenant_id", "state", "created_by", "priority", "seq"] {
                if fields.contains_key(field) {
                    continue;
                }
                let body = json!({ field: "x" });
                let path = pattern
                    .replace("{person}", "p")
                    .replace("{approval}", "a")
                    .replace("{scenario}", "s")
                    .replace("{pack}", "p");
                let token = match pattern.as_str() {
                    "/v1/setup" => continue,
                    "/v1/tenants" => continue,
                    _ => &admin,
                };
                let headers = [("if-match", "\"1\"")];
                let reply = server.ask(&method.to_uppercase(), &path, token, &headers, body.to_string().as_bytes());
                assert_eq!(reply.status, 422, "{method} {pattern}: {}", reply.text());
                assert_eq!(
                    reply.json()["errors"][0]["pointer"],
                    Value::from(format!("/{field}")),
                    "{method} {pattern}"
                );
                bodies += 1;
            }
        }
    }
    assert!(bodies > 40, "{bodies}");
}

/// Six members of one size buy gauze at prices of their own; a seventh buys tape alone.
fn six_members(server: &Server, token: &str) -> String {
    let mut tender = server.get(token, "/v1/demo-tenders/wound-care").expect(200).json();
    let today = ["20.01", "20.12", "20.23", "20.34", "20.45", "20.59"];
    let sites = (1..=7).map(|n| json!({ "site": format!("H{n}"), "name": "Hospital", "member": format!("M{n}") }));
    tender["sites"] = sites.collect();
    let mut demand: Vec<Value> =
        (1..=6).map(|n| json!({ "site": format!("H{n}"), "need": "gauze", "quantity": "100000" })).collect();
    demand.push(json!({ "site": "H7", "need": "tape", "quantity": "20000" }));
    tender["demand"] = demand.into();
    let bought = today.iter().enumerate().map(|(n, price)| {
        json!({ "site": format!("H{}", n + 1), "need": "gauze", "product": "acme-gauze", "quantity": "100000", "price": price })
    });
    tender["incumbents"] = bought.collect();
    for table in ["preferences", "rules", "switching"] {
        tender[table] = json!([]);
    }
    let asked = server.post(token, "/v1/tenders", &tender);
    assert_eq!(asked.status, 201, "{}", asked.text());
    text(&asked.json(), "tender")
}

/// An approved award of six members, and what one of them sees of it.
fn approved_for_six(settings: &str, member: &str) -> (Value, String) {
    let (_place, server) = fresh(settings);
    let (admin, _) = server.set_up();
    let strategist = server.person(&admin, "sam", "strategist", None);
    let tender = six_members(&server, &strategist);
    let run = server.run(&strategist, &json!({ "kind": "award", "tender": tender }));
    server.ended(&strategist, &run);
    let approval = text(&server.post(&strategist, "/v1/approvals", &json!({ "run": run })).expect(201).json(), "id");
    server.post(&admin, &format!("/v1/approvals/{approval}/decision"), &json!({ "approve": true })).expect(200);
    let viewer = server.person(&admin, "mel", "member_viewer", Some(member));
    let seen = server.get(&viewer, &format!("/v1/awards/{approval}")).expect(200).json();
    (seen, server.get(&admin, "/v1/audit").expect(200).text())
}

#[test]
fn members_are_told_means_only_by_the_operators_word_and_after_three_months() {
    let (seen, log) = approved_for_six("", "M2");
    assert!(seen.get("benchmarks").is_none() && !log.contains("make_benchmarks"), "off by default: {seen:#}");
    let (seen, log) = approved_for_six("[benchmarks]\non = true\n", "M2");
    let waits = &seen["benchmarks"][0];
    assert!(waits["told_from"].is_string() && waits.get("today").is_none(), "{seen:#}");
    assert!(log.contains("make_benchmarks") && log.contains("1 means made"), "{log}");
    let (seen, _) = approved_for_six("[benchmarks]\non = true\ndays = 0\n", "M2");
    let told = &seen["benchmarks"][0];
    assert_eq!((&told["need"], &told["members"]), (&json!("gauze"), &json!(6)), "{seen:#}");
    assert_eq!(told["today"], json!({ "own": "0.201", "mean": "0.203" }), "{seen:#}");
    // What others pay stands nowhere.
    let text = seen.to_string();
    assert!(text.contains("20.12") && ["20.01", "20.23", "20.34", "20.45", "20.59"].iter().all(|p| !text.contains(p)));
    // Whoever is not among them is told nothing.
    let (seen, _) = approved_for_six("[benchmarks]\non = true\ndays = 0\n", "M7");
    assert_eq!(seen["benchmarks"], json!([]), "{seen:#}");
}

/// A scenario gives a hospital to another member: what is approved is that, and each sees what is its own there.
#[test]
fn members_see_what_is_theirs_in_the_award_not_in_the_tender_before() {
    let (_place, server) = fresh("");
    let (admin, _) = server.set_up();
    let strategist = server.person(&admin, "sam", "strategist", None);
    let tender = server.shipped(&strategist, "wound-care");
    let moved = "schema = \"ballast.scenario/1\"\nname = \"moved\"\n[[edit]]\nname = \"H2 joins South\"\nset = \"South\"\ntable = \"sites\"\ncolumn = \"member\"\nwhere = { site = \"H2\" }\n";
    let scenario =
        server.post(&strategist, "/v1/scenarios", &json!({ "name": "moved", "text": moved })).expect(201).json();
    let asked = json!({ "kind": "award", "tender": tender, "scenarios": [text(&scenario, "id")] });
    let run = server.run(&strategist, &asked);
    server.ended(&strategist, &run);
    let approval = text(&server.post(&strategist, "/v1/approvals", &json!({ "run": run })).expect(201).json(), "id");
    server.post(&admin, &format!("/v1/approvals/{approval}/decision"), &json!({ "approve": true })).expect(200);
    let sites = |seen: &Value, table: &str| -> BTreeSet<String> {
        seen[table].as_array().expect("rows").iter().map(|row| text(row, "site")).collect()
    };
    let path = format!("/v1/awards/{approval}");
    for (member, own) in [("North", &["H1"][..]), ("South", &["H2", "H3"])] {
        let viewer = server.person(&admin, member, "member_viewer", Some(member));
        let seen = server.get(&viewer, &path).expect(200).json();
        let own: BTreeSet<String> = own.iter().map(|s| (*s).to_owned()).collect();
        assert_eq!((sites(&seen, "lines"), sites(&seen, "changes")), (own.clone(), own), "{member}: {seen:#}");
    }
    // Whom it does not concern it is not shown to, and not told of.
    for (name, role) in [("zed", "supplier"), ("wes", "member_viewer")] {
        let other = server.person(&admin, name, role, Some("Somebody else"));
        server.get(&other, &path).expect(404);
        assert_eq!(server.get(&other, "/v1/awards").expect(200).json()["items"], json!([]));
    }
    let bolt = server.person(&admin, "bo", "supplier", Some("Bolt"));
    assert_eq!(server.get(&bolt, "/v1/awards").expect(200).json()["items"][0]["id"], json!(approval));
}
