//! `/v1/tenders`, `/v1/demo-tenders`, `/v1/refusals`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::answers::{Problems, made};
use super::ask::{Asking, Body, PageQuery, key};
use crate::fault::Fault;
use crate::service::exports::Form;
use crate::service::page::{Ask, Page};
use crate::service::tenders::{DiffView, RevisionView, TenderView};
use crate::service::{Service, demo};

/// Whether to keep what is read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// Read it and say what was found, without keeping anything.
    #[serde(default)]
    pub validate_only: bool,
}

/// Which revisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DiffQuery {
    /// The earlier one.
    pub from: i64,
    /// The later one.
    pub to: i64,
}

/// Tenders.
#[utoipa::path(get, path = "/v1/tenders", tag = "tenders", params(PageQuery),
    responses((status = 200, body = Page<TenderView>), Problems))]
pub async fn list(service: Data<Service>, caller: Asking, page: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &["tenders", &caller.tenant])?;
    Ok(HttpResponse::Ok().json(service.tenders(&caller, &ask).await?))
}

/// Enter a tender: a JSON body, a workbook (.xlsx), or a zip archive of the folder with CSV files.
#[utoipa::path(post, path = "/v1/tenders", tag = "tenders",
    params(UploadQuery, ("Idempotency-Key" = Option<String>, Header, description = "The same key again gives the same answer for a day.")),
    request_body(description = "The tender.", content(
        (serde_json::Value = "application/json"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/zip"))),
    responses((status = 200, description = "What was found (validate_only).", body = serde_json::Value),
        (status = 201, description = "Entered.", body = RevisionView), Problems))]
pub async fn enter(
    service: Data<Service>,
    caller: Asking,
    query: Query<UploadQuery>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Fault> {
    if query.validate_only {
        return Ok(HttpResponse::Ok().json(service.check(&caller, &body.0).await?));
    }
    let entered = service.enter(&caller, None, &body.0, key(&request, &body.0)?.as_ref()).await?;
    Ok(made(StatusCode::CREATED, &entered, &entered.what.href))
}

/// A tender.
#[utoipa::path(get, path = "/v1/tenders/{tender}", tag = "tenders", params(("tender" = String, Path)),
    responses((status = 200, body = TenderView), Problems))]
pub async fn one(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(service.tender(&caller, &id).await?))
}

/// Revisions of a tender; none of them ever changes.
#[utoipa::path(get, path = "/v1/tenders/{tender}/revisions", tag = "tenders",
    params(("tender" = String, Path), PageQuery), responses((status = 200, body = Page<RevisionView>), Problems))]
pub async fn revisions(
    service: Data<Service>,
    caller: Asking,
    id: Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &["revisions", &id])?;
    Ok(HttpResponse::Ok().json(service.revisions(&caller, &id, &ask).await?))
}

/// Enter the next revision of a tender.
#[utoipa::path(post, path = "/v1/tenders/{tender}/revisions", tag = "tenders",
    params(("tender" = String, Path), ("Idempotency-Key" = Option<String>, Header, description = "The same key again gives the same answer for a day.")),
    request_body(description = "The tender.", content(
        (serde_json::Value = "application/json"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Vec<u8> = "application/zip"))),
    responses((status = 201, description = "Entered.", body = RevisionView), Problems))]
pub async fn revise(
    service: Data<Service>,
    caller: Asking,
    id: Path<String>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Fault> {
    let entered = service.enter(&caller, Some(&id), &body.0, key(&request, &body.0)?.as_ref()).await?;
    Ok(made(StatusCode::CREATED, &entered, &entered.what.href))
}

/// A revision: the canonical tender.
#[utoipa::path(get, path = "/v1/tenders/{tender}/revisions/{revision}", tag = "tenders",
    params(("tender" = String, Path), ("revision" = i64, Path)), responses((status = 200, body = serde_json::Value), Problems))]
pub async fn revision(
    service: Data<Service>,
    caller: Asking,
    path: Path<(String, i64)>,
) -> Result<HttpResponse, Fault> {
    let (body, view) = service.revision(&caller, &path.0, path.1).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("etag", format!("\"{}\"", view.input_hash)))
        .content_type("application/json")
        .body(body))
}

/// What reading a revision found.
#[utoipa::path(get, path = "/v1/tenders/{tender}/revisions/{revision}/findings", tag = "tenders",
    params(("tender" = String, Path), ("revision" = i64, Path), PageQuery),
    responses((status = 200, body = Page<serde_json::Value>), Problems))]
pub async fn findings(
    service: Data<Service>,
    caller: Asking,
    path: Path<(String, i64)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Fault> {
    let list = ["findings", &path.0, &path.1.to_string()];
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &list)?;
    Ok(HttpResponse::Ok().json(service.findings(&caller, &path.0, path.1, &ask).await?))
}

/// What was found in an upload that is no tender.
#[utoipa::path(get, path = "/v1/refusals/{refusal}/findings", tag = "tenders",
    params(("refusal" = String, Path), PageQuery), responses((status = 200, body = Page<serde_json::Value>), Problems))]
pub async fn refusal(
    service: Data<Service>,
    caller: Asking,
    id: Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &["refusal", &id])?;
    Ok(HttpResponse::Ok().json(service.refusal(&caller, &id, &ask).await?))
}

/// The workbook of a refused upload, with the findings at their cells and on a sheet `Issues`: mend it and send it again.
#[utoipa::path(get, path = "/v1/refusals/{refusal}/annotated.xlsx", tag = "tenders", params(("refusal" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problems))]
pub async fn refused_workbook(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    let bytes = service.refused_workbook(&caller, &id).await?;
    Ok(HttpResponse::Ok()
        .content_type(Form::Workbook.media().0)
        .insert_header(("content-disposition", "attachment; filename=\"annotated.xlsx\""))
        .body(bytes))
}

/// Read the newest revision anew, as this version of the server understands it. 201 with the next revision if that differs,
/// else 200 with the newest.
#[utoipa::path(post, path = "/v1/tenders/{tender}/upgrade", tag = "tenders", params(("tender" = String, Path)),
    responses((status = 200, description = "Nothing to do.", body = RevisionView),
        (status = 201, description = "The next revision.", body = RevisionView), Problems))]
pub async fn upgrade(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    let (revision, entered) = service.upgrade(&caller, &id).await?;
    let status = if entered { StatusCode::CREATED } else { StatusCode::OK };
    let href = revision.href.clone();
    Ok(HttpResponse::build(status).insert_header(("location", href)).json(revision))
}

/// What differs between two revisions.
#[utoipa::path(get, path = "/v1/tenders/{tender}/diff", tag = "tenders",
    params(("tender" = String, Path), DiffQuery), responses((status = 200, body = DiffView), Problems))]
pub async fn diff(
    service: Data<Service>,
    caller: Asking,
    id: Path<String>,
    query: Query<DiffQuery>,
) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(service.diff(&caller, &id, query.from, query.to).await?))
}

/// Shipped tenders.
#[utoipa::path(get, path = "/v1/demo-tenders", tag = "tenders",
    responses((status = 200, body = Page<demo::DemoView>), Problems))]
pub async fn demos(_: Asking) -> HttpResponse {
    HttpResponse::Ok().json(Page { items: demo::list(), next_page_token: String::new() })
}

/// A shipped tender: its body posts to `/v1/tenders` as it is.
#[utoipa::path(get, path = "/v1/demo-tenders/{name}", tag = "tenders", params(("name" = String, Path)),
    responses((status = 200, body = serde_json::Value), Problems))]
pub async fn demo(service: Data<Service>, caller: Asking, name: Path<String>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(service.demo_tender(&caller, &name).await?))
}
