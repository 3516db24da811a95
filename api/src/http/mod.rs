//! HTTP: requests are parsed, the service is asked, answers are said.

mod answers;
mod approvals;
mod ask;
mod events;
mod guard;
mod health;
mod people;
mod pieces;
mod problem;
mod request_log;
mod routes;
mod runs;
mod tenders;
mod webhooks;

#[cfg(test)]
pub use ask::json as parse;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{self, Data, PathConfig, QueryConfig, ServiceConfig};
use actix_web::{App, HttpServer};
use tokio::sync::watch;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::fault::Fault;
use crate::service::Service;

/// What browsers may do with our pages: nothing but what comes from here.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

#[derive(OpenApi)]
#[openapi(
    modifiers(&Signing),
    security(("token" = [])),
    info(title = "Ballast", version = "1", description = "Tenders, runs and their results. docs/api.md has examples."),
    components(schemas(problem::Problem, problem::PointedView)),
    paths(
        health::page,
        health::live,
        health::ready,
        health::description,
        people::set_up,
        people::add_tenant,
        people::me,
        people::list,
        people::add,
        people::remove,
        people::tokens,
        people::add_token,
        people::revoke_token,
        people::sign_in,
        people::sign_out,
        people::audit,
        webhooks::list,
        webhooks::add,
        webhooks::remove,
        tenders::list,
        tenders::enter,
        tenders::one,
        tenders::revisions,
        tenders::revise,
        tenders::revision,
        tenders::findings,
        tenders::refusal,
        tenders::refused_workbook,
        tenders::upgrade,
        tenders::diff,
        tenders::demos,
        tenders::demo,
        pieces::scenarios::list,
        pieces::scenarios::add,
        pieces::scenarios::one,
        pieces::scenarios::replace,
        pieces::scenarios::remove,
        pieces::packs::list,
        pieces::packs::add,
        pieces::packs::one,
        pieces::packs::replace,
        pieces::packs::remove,
        runs::list,
        runs::ask,
        runs::one,
        runs::cancel,
        runs::result,
        runs::workbook,
        runs::csv,
        runs::report,
        events::events,
        approvals::list,
        approvals::propose,
        approvals::one,
        approvals::decide,
        approvals::approved,
        approvals::award,
    )
)]
struct Description;

/// How callers say who they are.
struct Signing;

impl Modify for Signing {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        description.components.get_or_insert_default().add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// The description of the interface: OpenAPI 3.1 as JSON.
pub fn openapi() -> String {
    Description::openapi().to_pretty_json().unwrap_or_default()
}

fn routes(config: &mut ServiceConfig) {
    let at = |path: &'static str| web::resource(path).default_service(web::to(problem::no_such_method));
    config
        .service(at("/").get(health::page))
        .service(at("/livez").get(health::live))
        .service(at("/readyz").get(health::ready))
        .service(at("/v1/openapi.json").get(health::description))
        .service(at("/v1/setup").post(people::set_up))
        .service(at("/v1/sessions").post(people::sign_in))
        .service(at("/v1/sessions/current").delete(people::sign_out))
        .service(at("/v1/me").get(people::me))
        .service(at("/v1/tenants").post(people::add_tenant))
        .service(at("/v1/people").get(people::list).post(people::add))
        .service(at("/v1/people/{person}").delete(people::remove))
        .service(at("/v1/people/{person}/tokens").get(people::tokens).post(people::add_token))
        .service(at("/v1/people/{person}/tokens/{token}").delete(people::revoke_token))
        .service(at("/v1/audit").get(people::audit))
        .service(at("/v1/webhooks").get(webhooks::list).post(webhooks::add))
        .service(at("/v1/webhooks/{webhook}").delete(webhooks::remove))
        .service(at("/v1/demo-tenders").get(tenders::demos))
        .service(at("/v1/demo-tenders/{name}").get(tenders::demo))
        .service(at("/v1/tenders").get(tenders::list).post(tenders::enter))
        .service(at("/v1/tenders/{tender}").get(tenders::one))
        .service(at("/v1/tenders/{tender}/revisions").get(tenders::revisions).post(tenders::revise))
        .service(at("/v1/tenders/{tender}/revisions/{revision}").get(tenders::revision))
        .service(at("/v1/tenders/{tender}/revisions/{revision}/findings").get(tenders::findings))
        .service(at("/v1/tenders/{tender}/diff").get(tenders::diff))
        .service(at("/v1/tenders/{tender}/upgrade").post(tenders::upgrade))
        .service(at("/v1/refusals/{refusal}/findings").get(tenders::refusal))
        .service(at("/v1/refusals/{refusal}/annotated.xlsx").get(tenders::refused_workbook))
        .service(at("/v1/scenarios").get(pieces::scenarios::list).post(pieces::scenarios::add))
        .service(
            at("/v1/scenarios/{scenario}")
                .get(pieces::scenarios::one)
                .put(pieces::scenarios::replace)
                .delete(pieces::scenarios::remove),
        )
        .service(at("/v1/packs").get(pieces::packs::list).post(pieces::packs::add))
        .service(
            at("/v1/packs/{pack}").get(pieces::packs::one).put(pieces::packs::replace).delete(pieces::packs::remove),
        )
        .service(at("/v1/runs").get(runs::list).post(runs::ask))
        .service(at("/v1/runs/{run}").get(runs::one))
        .service(at("/v1/runs/{run}/cancel").post(runs::cancel))
        .service(at("/v1/runs/{run}/result").get(runs::result))
        .service(at("/v1/runs/{run}/events").get(events::events))
        .service(at("/v1/runs/{run}/export.xlsx").get(runs::workbook))
        .service(at("/v1/runs/{run}/export.zip").get(runs::csv))
        .service(at("/v1/runs/{run}/report.html").get(runs::report))
        .service(at("/v1/approvals").get(approvals::list).post(approvals::propose))
        .service(at("/v1/approvals/{approval}").get(approvals::one))
        .service(at("/v1/approvals/{approval}/decision").post(approvals::decide))
        .service(at("/v1/awards").get(approvals::approved))
        .service(at("/v1/awards/{approval}").get(approvals::award));
}

/// Binds the address; the server answers once it is polled.
///
/// # Errors
/// If the address cannot be had.
pub fn server(service: Arc<Service>, stop: watch::Receiver<bool>) -> Result<(Server, SocketAddr), Fault> {
    let wanted = service.config.listen;
    let listener = TcpListener::bind(wanted)
        .map_err(|e| Fault::Unavailable(format!("{wanted} cannot be had: {e}; name another address with --listen")))?;
    let address = listener.local_addr()?;
    let (service, stop) = (Data::from(service), Data::new(stop));
    let streams = Data::new(events::Streams::default());
    let headers = || {
        DefaultHeaders::new()
            .add(("content-security-policy", POLICY))
            .add(("x-content-type-options", "nosniff"))
            .add(("referrer-policy", "no-referrer"))
            .add(("cross-origin-opener-policy", "same-origin"))
    };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(service.clone())
            .app_data(stop.clone())
            .app_data(streams.clone())
            .app_data(QueryConfig::default().error_handler(|e, _| Fault::invalid("", e.to_string()).into()))
            .app_data(PathConfig::default().error_handler(|_, _| Fault::Missing("path").into()))
            .configure(routes)
            .default_service(web::to(problem::no_such_path))
            .wrap(from_fn(guard::guard))
            .wrap(headers())
            .wrap(from_fn(request_log::log))
    })
    .disable_signals()
    .shutdown_timeout(10)
    .listen(listener)?
    .run();
    Ok((server, address))
}

/// Figures for Prometheus at an address of their own, where settings name one.
///
/// # Errors
/// If the address cannot be had.
pub fn figures(service: &Arc<Service>) -> Result<Option<Server>, Fault> {
    let Some(address) = service.config.metrics_listen else { return Ok(None) };
    let service = Data::from(Arc::clone(service));
    let answer = |service: Data<Service>| async move { service.metrics.text() };
    let server = HttpServer::new(move || App::new().app_data(service.clone()).route("/metrics", web::get().to(answer)))
        .workers(1)
        .disable_signals()
        .bind(address)
        .map_err(|e| Fault::Unavailable(format!("{address} cannot be had: {e}")))?;
    Ok(Some(server.run()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::openapi;
    use super::routes::ROUTES;

    /// A route without a row in the table of rights, or a row without a description, fails here.
    #[test]
    fn every_route_is_described_and_has_its_right() {
        let description: Value = serde_json::from_str(&openapi()).unwrap();
        let mut described = BTreeSet::new();
        for (path, item) in description["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                described.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
        let listed: BTreeSet<String> = ROUTES.iter().map(|r| format!("{} {}", r.method, r.path)).collect();
        assert_eq!(described, listed);
        assert_eq!(listed.len(), ROUTES.len(), "a route stands twice");
    }

    /// The committed description is the one that the code gives. `BALLAST_BLESS=1` writes it anew.
    #[test]
    fn the_committed_description_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
        let current = openapi() + "\n";
        if std::env::var_os("BALLAST_BLESS").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        assert!(std::fs::read_to_string(path).unwrap_or_default() == current, "BALLAST_BLESS=1 writes {path} anew");
    }
}
