//! Whether the server lives and can work; its description; the page that stands where the workbench will be.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::answers::Problems;
use crate::fault::Fault;
use crate::service::Service;

/// The process answers.
#[utoipa::path(get, path = "/livez", tag = "operation", responses((status = 200, body = String, content_type = "text/plain"), Problems))]
pub async fn live() -> &'static str {
    "ok\n"
}

/// The store answers, too.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses((status = 200, body = String, content_type = "text/plain"), Problems))]
pub async fn ready(service: Data<Service>) -> Result<&'static str, Fault> {
    service.store.answers().await.map_err(|_| Fault::Unavailable("the store does not answer".to_owned()))?;
    Ok("ok\n")
}

/// This description.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "operation", responses((status = 200, body = serde_json::Value), Problems))]
pub async fn description() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(super::openapi())
}

/// The page of the server.
#[utoipa::path(get, path = "/", tag = "operation", responses((status = 200, body = String, content_type = "text/html"), Problems))]
pub async fn page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(include_str!("page.html"))
}
