//! What whoever runs a server does: settings, copies, figures.

use std::net::TcpListener;

use serde_json::json;

use crate::run::run;
use crate::service_server::{Server, request, text};

#[test]
fn a_copy_made_while_the_server_works_is_a_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, copy) = (folder.path().join("store"), folder.path().join("copy"));
    let (store, copy) = (store.display().to_string(), copy.display().to_string());
    let server = Server::start(&store, "");
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    let decided = server.ended(&token, &server.run(&token, &json!({ "kind": "award", "tender": tender })));
    let copied = run(["serve", "--store", &store, "--back-up", &copy]);
    assert_eq!(copied.code, Some(0), "{}", copied.stderr);
    // A second server on the same folder would work on the same runs.
    assert_eq!(run(["serve", "--store", &store, "--listen", "127.0.0.1:0"]).code, Some(1));
    let restored = Server::again(&copy, "");
    let path = text(&decided, "result");
    assert_eq!(restored.get(&token, &path).expect(200).body, server.get(&token, &path).expect(200).body);
    assert_eq!(run(["audit", "verify", "--store", &copy]).code, Some(0));
}

#[test]
fn settings_are_shown_as_they_hold_and_a_wrong_one_is_refused() {
    let shown = run(["serve", "--print-config", "--listen", "127.0.0.1:99", "--store", "postgres://u:hush@h/d"]);
    assert_eq!(shown.code, Some(0));
    assert!(shown.stdout.contains("listen = \"127.0.0.1:99\"") && !shown.stdout.contains("hush"), "{}", shown.stdout);
    // Every setting stands in the page about the service.
    let page = include_str!("../../docs/service.md");
    let settings: toml_names::Names = toml_names::of(&shown.stdout);
    for name in &settings {
        assert!(page.contains(&format!("| `{name}` |")), "docs/service.md does not say {name}");
    }
    assert!(settings.len() > 12);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("c.toml").display().to_string();
    std::fs::write(&file, "listn = \"127.0.0.1:1\"\n").expect("settings");
    let refused = run(["serve", "--config", &file]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("listn"), "{}", refused.stderr);
}

/// Names of settings in what is printed, without a parser: a heading and keys below it.
mod toml_names {
    pub type Names = Vec<String>;

    pub fn of(text: &str) -> Names {
        let (mut table, mut names) = (String::new(), Vec::new());
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                table = format!("{heading}.");
            } else if let Some((key, _)) = line.split_once(" = ") {
                names.push(format!("{table}{key}"));
            }
        }
        names
    }
}

#[test]
fn figures_stand_at_an_address_of_their_own() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("an address");
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store").display().to_string();
    let server = Server::start(&store, &format!("metrics_listen = \"{free}\"\n"));
    let (token, _) = server.set_up();
    let tender = server.shipped(&token, "wound-care");
    server.ended(&token, &server.run(&token, &json!({ "kind": "award", "tender": tender })));
    assert_eq!(server.get(&token, "/metrics").status, 404);
    let figures = request(&format!("http://{free}"), "GET", "/metrics", "", &[], b"").expect(200).text();
    assert!(figures.contains("ballast_runs_begun_total 1\n"), "{figures}");
    assert!(figures.contains("ballast_requests_total{status=\"2xx\"}"), "{figures}");
    assert!(!figures.contains("First"), "{figures}");
    assert_eq!(server.get("", "/livez").status, 200);
    assert_eq!(server.get("", "/readyz").status, 200);
}
