//! `/v1/scenarios` and `/v1/packs`: the same handlers for both.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};

use super::answers::{Problems, versioned};
use super::ask::{Asking, Body, PageQuery, json, version};
use crate::fault::Fault;
use crate::service::Service;
use crate::service::page::{Ask, Page};
use crate::service::pieces::{PieceInput, PieceView};
use crate::store::PieceKind;

async fn list(kind: PieceKind, service: &Service, caller: &Asking, page: &PageQuery) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &[kind.word(), &caller.tenant])?;
    Ok(HttpResponse::Ok().json(service.pieces(caller, kind, &ask).await?))
}

async fn add(kind: PieceKind, service: &Service, caller: &Asking, body: &Body) -> Result<HttpResponse, Fault> {
    let piece = service.add_piece(caller, kind, &json(&body.0)?).await?;
    let location = format!("/v1/{}s/{}", kind.word(), piece.id);
    let etag = format!("\"{}\"", piece.version);
    Ok(HttpResponse::build(StatusCode::CREATED)
        .insert_header(("location", location))
        .insert_header(("etag", etag))
        .json(piece))
}

async fn one(kind: PieceKind, service: &Service, caller: &Asking, id: &str) -> Result<HttpResponse, Fault> {
    let piece = service.piece(caller, kind, id).await?;
    Ok(versioned(&piece, piece.version))
}

async fn replace(
    kind: PieceKind,
    (service, caller): (&Service, &Asking),
    id: &str,
    request: &HttpRequest,
    body: &Body,
) -> Result<HttpResponse, Fault> {
    let piece = service.replace_piece(caller, kind, id, version(request)?, &json(&body.0)?).await?;
    Ok(versioned(&piece, piece.version))
}

async fn remove(
    kind: PieceKind,
    service: &Service,
    caller: &Asking,
    id: &str,
    request: &HttpRequest,
) -> Result<HttpResponse, Fault> {
    service.remove_piece(caller, kind, id, version(request)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Handlers of a kind.
macro_rules! routes {
    ($module:ident, $kind:expr, $all:literal, $each:literal, $what:literal) => {
        #[doc = concat!("`", $all, "`.")]
        pub mod $module {
            use super::*;

            #[doc = concat!("List ", $what, "s.")]
            #[utoipa::path(get, path = $all, tag = $what, operation_id = concat!("list_", $what), params(PageQuery),
                responses((status = 200, body = Page<PieceView>), Problems))]
            pub async fn list(service: Data<Service>, caller: Asking, page: Query<PageQuery>) -> Result<HttpResponse, Fault> {
                super::list($kind, &service, &caller, &page).await
            }

            #[doc = concat!("Enter a ", $what, ".")]
            #[utoipa::path(post, path = $all, tag = $what, operation_id = concat!("enter_", $what), request_body = PieceInput,
                responses((status = 201, body = PieceView), Problems))]
            pub async fn add(service: Data<Service>, caller: Asking, body: Body) -> Result<HttpResponse, Fault> {
                super::add($kind, &service, &caller, &body).await
            }

            #[doc = concat!("A ", $what, ".")]
            #[utoipa::path(get, path = $each, tag = $what, operation_id = concat!("get_", $what), params(($what = String, Path)),
                responses((status = 200, body = PieceView), Problems))]
            pub async fn one(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
                super::one($kind, &service, &caller, &id).await
            }

            #[doc = concat!("Replace a ", $what, "; If-Match names the version that is replaced.")]
            #[utoipa::path(put, path = $each, tag = $what, operation_id = concat!("replace_", $what),
                params(($what = String, Path), ("If-Match" = Option<String>, Header)), request_body = PieceInput,
                responses((status = 200, body = PieceView), Problems))]
            pub async fn replace(
                service: Data<Service>,
                caller: Asking,
                id: Path<String>,
                request: HttpRequest,
                body: Body,
            ) -> Result<HttpResponse, Fault> {
                super::replace($kind, (&service, &caller), &id, &request, &body).await
            }

            #[doc = concat!("Take a ", $what, " away; runs keep what they were given.")]
            #[utoipa::path(delete, path = $each, tag = $what, operation_id = concat!("remove_", $what),
                params(($what = String, Path), ("If-Match" = Option<String>, Header)),
                responses((status = 204), Problems))]
            pub async fn remove(
                service: Data<Service>,
                caller: Asking,
                id: Path<String>,
                request: HttpRequest,
            ) -> Result<HttpResponse, Fault> {
                super::remove($kind, &service, &caller, &id, &request).await
            }
        }
    };
}

routes!(scenarios, PieceKind::Scenario, "/v1/scenarios", "/v1/scenarios/{scenario}", "scenario");
routes!(packs, PieceKind::Pack, "/v1/packs", "/v1/packs/{pack}", "pack");
