//! `/v1/webhooks`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};

use super::answers::Problems;
use super::ask::{Asking, Body, PageQuery, json};
use crate::fault::Fault;
use crate::service::Service;
use crate::service::page::{Ask, Page};
use crate::service::webhooks::{WebhookInput, WebhookView};

/// List webhooks, with what came of the last message to each.
#[utoipa::path(get, path = "/v1/webhooks", tag = "webhooks", operation_id = "list_webhooks", params(PageQuery),
    responses((status = 200, body = Page<WebhookView>), Problems))]
pub async fn list(service: Data<Service>, caller: Asking, page: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &["webhook", &caller.tenant])?;
    Ok(HttpResponse::Ok().json(service.webhooks(&caller, &ask).await?))
}

/// Enter a webhook: it is told when a run ends. Its secret is shown this once.
#[utoipa::path(post, path = "/v1/webhooks", tag = "webhooks", operation_id = "enter_webhook", request_body = WebhookInput,
    responses((status = 201, body = WebhookView), Problems))]
pub async fn add(service: Data<Service>, caller: Asking, body: Body) -> Result<HttpResponse, Fault> {
    let webhook = service.add_webhook(&caller, &json::<WebhookInput>(&body.0)?).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(webhook))
}

/// Take a webhook away.
#[utoipa::path(delete, path = "/v1/webhooks/{webhook}", tag = "webhooks", operation_id = "remove_webhook",
    params(("webhook" = String, Path)), responses((status = 204), Problems))]
pub async fn remove(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    service.remove_webhook(&caller, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
