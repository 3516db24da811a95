//! The shortest way through the service: set-up, upload, award, result; and what it says about bad input.

use std::io::Read;

use serde_json::{Value, json};

use crate::run::run;
use crate::service_server::{Server, fresh, text};
use crate::tiny::body;

#[test]
fn a_shipped_tender_is_entered_decided_and_exported() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let demos = server.get(&token, "/v1/demo-tenders").expect(200).json();
    assert_eq!(demos["items"][1]["name"], "wound-care");
    let tender = server.shipped(&token, "wound-care");

    let asked = server.post(&token, "/v1/runs", &json!({ "kind": "award", "tender": tender })).expect(202);
    let run = asked.json();
    assert_eq!(asked.headers["location"], format!("/v1/runs/{}", text(&run, "id")));
    let ended = server.ended(&token, &text(&run, "id"));
    assert_eq!((&ended["state"], &ended["termination"]), (&json!("done"), &json!("optimal")), "{ended:#}");
    let result = server.get(&token, &text(&ended, "result")).expect(200).json();
    assert_eq!(result["digest"], ended["digest"]);
    // The command gives the same document.
    let command = run_on_shipped();
    assert_eq!(result["digest"], command["digest"]);

    let id = text(&run, "id");
    let workbook = server.get(&token, &format!("/v1/runs/{id}/export.xlsx")).expect(200);
    assert!(workbook.body.starts_with(b"PK"));
    let archive = server.get(&token, &format!("/v1/runs/{id}/export.zip")).expect(200);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive.body)).expect("an archive");
    assert!(archive.by_name("lines.csv").is_ok());
    let report = server.get(&token, &format!("/v1/runs/{id}/report.html")).expect(200);
    assert!(report.text().contains("Wound care 2026"));
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    assert!(log.contains("\"request\""), "{log}");
    assert!(!log.contains(&token) && !log.contains("panicked"), "{log}");
}

fn run_on_shipped() -> Value {
    let tender = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/wound-care");
    run(["award", tender, "--json", "--quiet"]).document()
}

#[test]
fn an_upload_that_is_no_tender_says_everything_with_its_place() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let mut body = body();
    body["offers"][0]["price"] = json!("ten");
    body["sites"][0]["beds"] = json!("-4");
    let refused = server.post(&token, "/v1/tenders", &body).expect(422);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    let problem = refused.json();
    let pointers: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|e| e["pointer"].as_str()).collect();
    assert!(pointers.contains(&"/offers/0/price") && pointers.contains(&"/sites/0/beds"), "{problem:#}");
    // All of them, page by page.
    let findings = text(&problem, "findings");
    let first = server.get(&token, &format!("{findings}?page_size=1")).expect(200).json();
    assert_eq!(first["items"].as_array().map(Vec::len), Some(1));
    let next = format!("{findings}?page_size=1&page_token={}", text(&first, "next_page_token"));
    assert_ne!(server.get(&token, &next).expect(200).json()["items"], first["items"]);
    // Nothing was entered, and asking first would have said the same.
    assert_eq!(server.get(&token, "/v1/tenders").expect(200).json()["items"], json!([]));
    let checked = server.post(&token, "/v1/tenders?validate_only=true", &body).expect(200).json();
    assert_eq!(checked["tender"], json!(false));
}

#[test]
fn a_workbook_with_a_fault_names_sheet_and_cell() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let folder = tempfile::tempdir().expect("a folder");
    let book = folder.path().join("t.xlsx");
    let mut sheets = rust_xlsxwriter::Workbook::new();
    let sheet = sheets.add_worksheet().set_name("sites").expect("a sheet");
    sheet.write_string(0, 0, "site").expect("a cell");
    sheet.write_string(0, 1, "beds").expect("a cell");
    sheet.write_string(1, 0, "S1").expect("a cell");
    sheet.write_string(1, 1, "many").expect("a cell");
    sheets.save(&book).expect("a workbook");
    let problem = server.ask("POST", "/v1/tenders", &token, &[], &std::fs::read(&book).expect("it")).expect(422).json();
    let errors = problem["errors"].as_array().expect("errors");
    assert!(errors.iter().any(|e| e["sheet"] == "sites" && e["cell"] == "B2"), "{problem:#}");
    // It comes back with the findings in it; somebody else's does not.
    let copy = server.get(&token, &text(&problem, "workbook")).expect(200);
    let mut copy = zip::ZipArchive::new(std::io::Cursor::new(copy.body)).expect("a workbook");
    let mut part = |name: &str| {
        let mut text = String::new();
        copy.by_name(name).expect(name).read_to_string(&mut text).expect("its text");
        text
    };
    assert!(part("xl/workbook.xml").contains("name=\"Issues\""));
    assert!(part("xl/comments1.xml").contains("ref=\"B2\""));
    let other = server.post(&token, "/v1/tenders", &json!({ "schema": "ballast.tender/1" })).expect(422).json();
    assert!(other.get("workbook").is_none(), "{other:#}");
    let path = text(&other, "findings").replace("findings", "annotated.xlsx");
    assert_eq!(server.get(&token, &path).status, 404);
}

#[test]
fn a_tender_of_an_older_form_is_read_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store").display().to_string();
    let server = Server::start(&store, "");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    let path = format!("/v1/tenders/{tender}/upgrade");
    assert_eq!(server.post(&token, &path, &json!({})).expect(200).json()["revision"], json!(1));
    // As a server before this one might have kept it: the same tender, written otherwise.
    let file = std::fs::read_dir(folder.path().join("store/tenants")).expect("tenants").flatten();
    let file = file.map(|e| e.path()).find(|p| p.extension().is_some_and(|e| e == "db")).expect("a file");
    let older = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute(\"UPDATE document SET body = ' ' || body, \
                 hash = 'older' WHERE hash IN (SELECT body_hash FROM revision)\"); \
                 c.execute(\"UPDATE revision SET body_hash = 'older'\"); c.commit()";
    let done = std::process::Command::new("python3").args(["-c", older]).arg(&file).status();
    assert!(done.is_ok_and(|s| s.success()));
    let first = server.get(&token, &format!("/v1/tenders/{tender}/revisions/1")).expect(200);
    let second = server.post(&token, &path, &json!({})).expect(201);
    assert_eq!(second.json()["revision"], json!(2));
    assert_eq!(second.headers["location"], format!("/v1/tenders/{tender}/revisions/2"));
    let anew = server.get(&token, &format!("/v1/tenders/{tender}/revisions/2")).expect(200);
    assert_eq!((anew.json(), anew.body.len() + 1), (first.json(), first.body.len()));
    assert_eq!(server.post(&token, &path, &json!({})).expect(200).json()["revision"], json!(2));
    assert_eq!(server.post(&token, "/v1/tenders/tnd_none/upgrade", &json!({})).status, 404);
}

#[test]
fn revisions_never_change_and_tell_what_differs() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let mut body = body();
    let entered = server.post(&token, "/v1/tenders", &body).expect(201).json();
    let tender = text(&entered, "tender");
    let first = server.get(&token, &text(&entered, "href")).expect(200).json();
    body["offers"][0]["price"] = json!("11");
    let path = format!("/v1/tenders/{tender}/revisions");
    let second = server.post(&token, &path, &body).expect(201).json();
    assert_eq!(second["revision"], json!(2));
    assert_eq!(server.get(&token, &text(&entered, "href")).expect(200).json(), first);
    let diff = server.get(&token, &format!("/v1/tenders/{tender}/diff?from=1&to=2")).expect(200).json();
    assert_eq!(diff["tables"].as_array().map(Vec::len), Some(1), "{diff:#}");
    assert_eq!(diff["tables"][0]["added"][0]["price"], "11");
    // A run is about the newest unless it says otherwise.
    let run = |revision: Value| {
        let mut body = json!({ "kind": "award", "tender": tender });
        if !revision.is_null() {
            body["revision"] = revision;
        }
        let ended = server.ended(&token, &server.run(&token, &body));
        (ended["revision"].clone(), ended["digest"].clone())
    };
    let (newest, of_second) = run(Value::Null);
    let (_, of_first) = run(json!(1));
    assert_eq!(newest, json!(2));
    assert_ne!(of_first, of_second);
}

#[test]
fn a_key_makes_one_thing_however_often_it_is_sent() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    let body = json!({ "kind": "award", "tender": tender, "options": { "gap": 0.02 } }).to_string();
    let ask = |server: &Server, body: &str| {
        server.ask("POST", "/v1/runs", &token, &[("idempotency-key", "k1")], body.as_bytes())
    };
    let ids: Vec<String> = std::thread::scope(|scope| {
        let asks: Vec<_> =
            (0..8).map(|_| scope.spawn(|| text(&ask(&server, &body).expect(202).json(), "id"))).collect();
        asks.into_iter().map(|a| a.join().expect("an answer")).collect()
    });
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(ask(&server, &body).headers["idempotency-replayed"], "true");
    assert_eq!(ask(&server, &body.replace("0.02", "0.03")).status, 422);
    assert_eq!(server.get(&token, "/v1/runs").expect(200).json()["items"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_is_wrong_with_a_run_is_said_at_once() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let body = json!({
        "kind": "stress", "tender": "tnd_none", "packs": ["demo:none"], "options": { "gap": 0.1, "replications": 0 },
    });
    let problem = server.post(&token, "/v1/runs?validate_only=true", &body).expect(422).json();
    let mut pointers: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|e| e["pointer"].as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/award", "/options/gap", "/options/replications", "/packs/0", "/tender"]);
    for (body, pointer) in [
        ("{\"kind\":\"award\",\"tender\":\"t\",\"state\":\"done\"}", "/state"),
        ("{\"kind\":\"award\",\"tender\":\"t\",\"options\":{\"work\":-1}}", "/options/work"),
        ("{\"kind\":\"guess\",\"tender\":\"t\"}", "/kind"),
        ("{\"kind\":", "/kind"),
        ("[[[", ""),
    ] {
        let problem = server.ask("POST", "/v1/runs", &token, &[], body.as_bytes()).expect(422).json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem:#}");
    }
}
