//! Webhooks of a real server: who may have one, and that nothing is ever sent into the server's own network. What a message
//! looks like and how often it is sent is tried in the crate of the service.

use std::net::TcpListener;

use serde_json::json;

use crate::service_server::{fresh, text};

#[test]
fn without_the_operators_word_there_are_none() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let refused =
        server.post(&token, "/v1/webhooks", &json!({ "url": "https://hooks.example.org/" })).expect(422).json();
    assert_eq!(refused["errors"][0]["pointer"], "/url");
    assert!(refused.to_string().contains("webhooks.hosts"), "{refused:#}");
}

#[test]
fn a_webhook_into_the_own_network_is_never_called() {
    let (_place, server) = fresh("[webhooks]\nhosts = [\"localhost\"]\n");
    let (token, _) = server.set_up();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let url = format!("https://localhost:{port}/hook");
    let made = server.post(&token, "/v1/webhooks", &json!({ "url": url })).expect(201).json();
    assert_eq!(text(&made, "secret").len(), 40);
    for url in ["http://localhost/", "https://169.254.169.254/latest/meta-data", "https://localhost@10.0.0.1/"] {
        server.post(&token, "/v1/webhooks", &json!({ "url": url })).expect(422);
    }
    let tender = server.shipped(&token, "wound-care");
    let run = server.run(&token, &json!({ "kind": "award", "tender": tender }));
    assert_eq!(server.ended(&token, &run)["state"], "done");
    let begun = std::time::Instant::now();
    let seen = loop {
        let list = server.get(&token, "/v1/webhooks").expect(200).json();
        let hook = list["items"][0].clone();
        assert!(hook["secret"].is_null(), "shown once: {hook:#}");
        if hook["outcome"].is_string() {
            break hook;
        }
        assert!(begun.elapsed().as_secs() < 60, "nothing came of it: {hook:#}");
        std::thread::yield_now();
    };
    assert_eq!(text(&seen, "told_run"), run);
    assert!(text(&seen, "outcome").contains("no public address"), "{seen:#}");
    listener.set_nonblocking(true).expect("no waiting");
    assert!(listener.accept().is_err(), "the server connected to its own network");
    let path = format!("/v1/webhooks/{}", text(&seen, "id"));
    server.ask("DELETE", &path, &token, &[], b"").expect(204);
    server.ask("DELETE", &path, &token, &[], b"").expect(404);
    let log = server.get(&token, "/v1/audit").expect(200).text();
    assert!(log.contains("enter_webhook") && log.contains("remove_webhook"), "{log}");
    assert!(!log.contains(&text(&made, "secret")), "the audit log holds a secret");
}
