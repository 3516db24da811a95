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

/// Lines `key=value` of a section of a systemd unit.
fn of_unit(unit: &str, section: &str) -> Vec<(String, String)> {
    let below = unit.split(&format!("[{section}]\n")).nth(1).unwrap_or_default();
    let lines = below.lines().take_while(|l| !l.starts_with('['));
    lines.filter_map(|l| l.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned()))).collect()
}

#[test]
fn the_unit_starts_what_there_is_and_shuts_it_in() {
    let unit = include_str!("../../operation/ballast.service");
    let service = of_unit(unit, "Service");
    let of = |key: &str| service.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str());
    let start: Vec<&str> = of("ExecStart").expect("what it starts").split(' ').collect();
    assert_eq!(start, ["/usr/local/bin/ballast", "serve", "--config", "/etc/ballast.toml"]);
    for (key, value) in
        [("DynamicUser", "yes"), ("NoNewPrivileges", "yes"), ("ProtectSystem", "strict"), ("PrivateTmp", "yes")]
    {
        assert_eq!(of(key), Some(value), "{key}");
    }
    // A stop waits for what the server itself waits for: 10 seconds of requests.
    assert!(of("TimeoutStopSec").and_then(|s| s.parse::<u32>().ok()).is_some_and(|s| s > 10));
    // The arguments and the settings that it names are taken by the command.
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("ballast.toml").display().to_string();
    std::fs::write(&settings, "store = \"/var/lib/ballast\"\n").expect("settings");
    let shown = run([start[1], start[2], &settings, "--print-config"]);
    assert!(shown.stdout.contains("store = \"/var/lib/ballast\""), "{}{}", shown.stdout, shown.stderr);
    // systemd's own opinion, with a program that there is here.
    if std::process::Command::new("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("\n*** THE UNIT IS NOT VERIFIED: no systemd-analyze ***\n");
        return;
    }
    let copy = folder.path().join("ballast.service");
    let program = env!("CARGO_BIN_EXE_ballast");
    std::fs::write(&copy, unit.replace("/usr/local/bin/ballast", program)).expect("the unit");
    let verified = std::process::Command::new("systemd-analyze").arg("verify").arg(&copy).output().expect("its answer");
    let said = String::from_utf8_lossy(&verified.stderr);
    let ours: Vec<&str> = said.lines().filter(|l| l.contains("ballast.service")).collect();
    assert!(ours.is_empty(), "{said}");
}

#[test]
fn the_container_starts_what_there_is_as_nobody_special() {
    let file = include_str!("../../operation/Containerfile");
    let joined = file.replace("\\\n", " ");
    let steps: Vec<(&str, &str)> =
        joined.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once(' ')).collect();
    let at = |name: &str| steps.iter().position(|(n, _)| *n == name).unwrap_or_else(|| panic!("no {name}"));
    assert!(at("FROM") == 0 && at("COPY") < at("USER") && at("USER") < at("ENTRYPOINT"), "{steps:?}");
    assert_ne!(steps[at("USER")].1, "root");
    // The profile that it copies from is one that cargo knows.
    let profile = steps[at("COPY")].1.strip_prefix("target/").and_then(|s| s.split('/').next()).expect("a profile");
    assert!(include_str!("../../Cargo.toml").contains(&format!("[profile.{profile}]")), "{profile}");
    // The command takes the arguments, and listens and keeps where the file says.
    let arguments: Vec<String> = serde_json::from_str(steps[at("ENTRYPOINT")].1).expect("a list of arguments");
    assert_eq!(arguments[0], "ballast");
    let mut shown: Vec<&str> = arguments[1..].iter().map(String::as_str).collect();
    shown.push("--print-config");
    let shown = run(shown);
    assert!(
        shown.stdout.contains(&format!("store = \"{}\"", steps[at("VOLUME")].1)),
        "{}{}",
        shown.stdout,
        shown.stderr
    );
    assert!(shown.stdout.contains(&format!("listen = \"0.0.0.0:{}\"", steps[at("EXPOSE")].1)), "{}", shown.stdout);
}
