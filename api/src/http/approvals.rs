//! `/v1/approvals` for those who decide, `/v1/awards` for those whom it concerns.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};

use super::answers::Problems;
use super::ask::{Asking, Body, PageQuery, json};
use crate::fault::Fault;
use crate::service::Service;
use crate::service::approvals::{ApprovalInput, ApprovalView, ApprovedView, DecisionInput};
use crate::service::page::{Ask, Page};

/// Awards put forward.
#[utoipa::path(get, path = "/v1/approvals", tag = "approvals", params(PageQuery),
    responses((status = 200, body = Page<ApprovalView>), Problems))]
pub async fn list(service: Data<Service>, caller: Asking, page: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &["approvals", &caller.tenant])?;
    Ok(HttpResponse::Ok().json(service.approvals(&caller, &ask).await?))
}

/// Put the award of a run forward.
#[utoipa::path(post, path = "/v1/approvals", tag = "approvals", request_body = ApprovalInput,
    responses((status = 201, body = ApprovalView), Problems))]
pub async fn propose(service: Data<Service>, caller: Asking, body: Body) -> Result<HttpResponse, Fault> {
    let proposed = service.propose(&caller, &json(&body.0)?).await?;
    Ok(HttpResponse::Created().insert_header(("location", format!("/v1/approvals/{}", proposed.id))).json(proposed))
}

/// An award put forward.
#[utoipa::path(get, path = "/v1/approvals/{approval}", tag = "approvals", params(("approval" = String, Path)),
    responses((status = 200, body = ApprovalView), Problems))]
pub async fn one(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(service.approval(&caller, &id).await?))
}

/// Decide on an award that somebody else asked for and put forward; its cost and rules are computed anew first.
#[utoipa::path(post, path = "/v1/approvals/{approval}/decision", tag = "approvals",
    params(("approval" = String, Path)), request_body = DecisionInput,
    responses((status = 200, body = ApprovalView), Problems))]
pub async fn decide(
    service: Data<Service>,
    caller: Asking,
    id: Path<String>,
    body: Body,
) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(service.decide(&caller, &id, &json(&body.0)?).await?))
}

/// Approved awards.
#[utoipa::path(get, path = "/v1/awards", tag = "approvals", params(PageQuery),
    responses((status = 200, body = Page<ApprovedView>), Problems))]
pub async fn approved(service: Data<Service>, caller: Asking, page: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &["awards", &caller.tenant])?;
    Ok(HttpResponse::Ok().json(service.approved(&caller, &ask).await?))
}

/// Your part of an approved award: all of it for those who decide, the own lines for members and suppliers, the formulary
/// without money for clinicians.
#[utoipa::path(get, path = "/v1/awards/{approval}", tag = "approvals", params(("approval" = String, Path)),
    responses((status = 200, body = serde_json::Value), Problems))]
pub async fn award(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(service.approved_award(&caller, &id).await?))
}
