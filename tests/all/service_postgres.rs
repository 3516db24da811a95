//! The same service on PostgreSQL. `BALLAST_TEST_POSTGRES` names a database of a role that owns it and is no superuser;
//! every test empties it first, so these run one after the other.

use std::process::Command;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::service_runs::long;
use crate::service_server::{Server, psql, signal, text};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Runs a test on an emptied database; says loudly that it did not where there is none.
fn on_postgres(test: impl FnOnce(&str)) {
    let Ok(url) = std::env::var("BALLAST_TEST_POSTGRES") else {
        eprintln!("\n*** NOT TESTED ON POSTGRESQL: BALLAST_TEST_POSTGRES is not set ***\n");
        return;
    };
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    psql(&url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    test(&url);
}

fn decided(server: &Server, token: &str) -> Value {
    let tender = server.shipped(token, "wound-care");
    server.ended(token, &server.run(token, &json!({ "kind": "award", "tender": tender })))
}

#[test]
fn postgres_gives_the_same_results_and_shows_no_row_without_a_tenant() {
    on_postgres(|url| {
        let server = Server::start(url, "");
        let (token, operator) = server.set_up();
        let second = json!({ "tenant": "Second", "administrator": "bob" });
        let second = text(&server.post(&operator, "/v1/tenants", &second).expect(201).json(), "token");
        let (ours, theirs) = (decided(&server, &token), decided(&server, &second));
        assert_eq!(ours["state"], "done", "{ours:#}");
        assert_eq!((&theirs["digest"], &theirs["reused"]), (&ours["digest"], &json!(false)));
        assert_eq!(decided(&server, &token)["reused"], json!(true));
        assert_eq!(server.get(&second, &format!("/v1/runs/{}", text(&ours, "id"))).status, 404);
        // The owner of the tables himself sees nothing unless he says which tenant he means.
        let tables = psql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND rowsecurity");
        assert!(tables.lines().count() == 17, "{tables}");
        for table in tables.lines() {
            assert_eq!(psql(url, &format!("SELECT count(*) FROM {table}")), "0", "{table}");
        }
        let tenant = psql(url, "SELECT id FROM tenant WHERE name = 'First'");
        let own =
            psql(url, &format!("SELECT set_config('ballast.tenant', '{tenant}', false); SELECT count(*) FROM run"));
        assert!(own.ends_with("\n2"), "{own}");
        let forged =
            format!("SELECT set_config('ballast.tenant', '{tenant}', false); UPDATE run SET tenant_id = 'tnt_x'");
        let refused = Command::new("psql").args([url, "-v", "ON_ERROR_STOP=1", "-c", &forged]).output().expect("psql");
        assert!(!refused.status.success(), "a row was moved to another tenant");
        // Every table that holds a tenant's rows is bound, control tables apart.
        let unbound = psql(
            url,
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' \
             AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1",
        );
        let unbound: Vec<&str> = unbound.lines().collect();
        assert_eq!(unbound, ["_sqlx_migrations", "person", "session", "tenant", "token"]);
    });
}

#[test]
fn postgres_keeps_runs_of_a_killed_server_and_leases_run_out() {
    on_postgres(|url| {
        let mut first = Server::start(url, "");
        let (token, _) = first.set_up();
        let tender = first.shipped(&token, "iv-fluids");
        let run = first.run(&token, &long(&tender, 1));
        first.until(&token, &run, |r| !r["progress"].is_null());
        // Another server answers for the same store while the first one works, and takes over what it leaves.
        let second = Server::again(url, "");
        assert_eq!(second.get(&token, &format!("/v1/runs/{run}")).expect(200).json()["state"], "running");
        signal(first.child.id(), "KILL");
        let _ = first.child.wait();
        let again = second.until(&token, &run, |r| r["attempts"].as_array().map(Vec::len) == Some(2));
        assert_eq!(again["attempts"][0]["outcome"], "interrupted", "{again:#}");
        second.post(&token, &format!("/v1/runs/{run}/cancel"), &json!({})).expect(202);
        assert_eq!(second.ended(&token, &run)["state"], "cancelled");
    });
}
