//! Set-up, tenants, people, tokens, sessions, the audit log.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};

use super::answers::Problems;
use super::ask::{Asking, Body, PageQuery, json};
use super::guard::COOKIE;
use crate::fault::Fault;
use crate::service::Service;
use crate::service::page::{Ask, Page};
use crate::service::people::{
    AuditView, MeView, PersonInput, PersonView, SessionInput, SessionView, TenantInput, TenantView, TokenInput,
    TokenView,
};

/// Use the set-up token that the server printed (`Authorization: Bearer setup.…`): the first tenant and its administrator.
#[utoipa::path(post, path = "/v1/setup", tag = "people", request_body = TenantInput,
    responses((status = 201, body = TenantView), Problems))]
pub async fn set_up(service: Data<Service>, request: HttpRequest, body: Body) -> Result<HttpResponse, Fault> {
    let given = request.headers().get("authorization").and_then(|v| v.to_str().ok()?.strip_prefix("Bearer "));
    let made = service.set_up(given.ok_or(Fault::Unknown)?.trim(), &json(&body.0)?).await?;
    Ok(HttpResponse::Created().json(made))
}

/// Add a tenant with its administrator.
#[utoipa::path(post, path = "/v1/tenants", tag = "people", request_body = TenantInput,
    responses((status = 201, body = TenantView), Problems))]
pub async fn add_tenant(service: Data<Service>, _: Asking, body: Body) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Created().json(service.add_tenant(&json::<TenantInput>(&body.0)?).await?))
}

/// Who you are.
#[utoipa::path(get, path = "/v1/me", tag = "people", responses((status = 200, body = MeView), Problems))]
pub async fn me(service: Data<Service>, caller: Asking) -> HttpResponse {
    HttpResponse::Ok().json(service.me(&caller))
}

/// The people of the tenant.
#[utoipa::path(get, path = "/v1/people", tag = "people", params(PageQuery),
    responses((status = 200, body = Page<PersonView>), Problems))]
pub async fn list(service: Data<Service>, caller: Asking, page: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &["people", &caller.tenant])?;
    Ok(HttpResponse::Ok().json(service.people(&caller, &ask).await?))
}

/// Let a person in.
#[utoipa::path(post, path = "/v1/people", tag = "people", request_body = PersonInput,
    responses((status = 201, body = PersonView), Problems))]
pub async fn add(service: Data<Service>, caller: Asking, body: Body) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Created().json(service.add_person(&caller, &json(&body.0)?).await?))
}

/// End a person's access at once, with all tokens and sessions.
#[utoipa::path(delete, path = "/v1/people/{person}", tag = "people", params(("person" = String, Path)),
    responses((status = 204), Problems))]
pub async fn remove(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    service.remove_person(&caller, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The tokens of a person.
#[utoipa::path(get, path = "/v1/people/{person}/tokens", tag = "people", params(("person" = String, Path), PageQuery),
    responses((status = 200, body = Page<TokenView>), Problems))]
pub async fn tokens(
    service: Data<Service>,
    caller: Asking,
    id: Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &["tokens", &caller.tenant, &id])?;
    Ok(HttpResponse::Ok().json(service.tokens(&caller, &id, &ask).await?))
}

/// Make a token for a person; it is shown this once.
#[utoipa::path(post, path = "/v1/people/{person}/tokens", tag = "people", params(("person" = String, Path)),
    request_body = TokenInput, responses((status = 201, body = TokenView), Problems))]
pub async fn add_token(
    service: Data<Service>,
    caller: Asking,
    id: Path<String>,
    body: Body,
) -> Result<HttpResponse, Fault> {
    let made = service.add_token(&caller, &id, &json(&body.0)?).await?;
    Ok(HttpResponse::Created().json(made))
}

/// End a token.
#[utoipa::path(delete, path = "/v1/people/{person}/tokens/{token}", tag = "people",
    params(("person" = String, Path), ("token" = String, Path)), responses((status = 204), Problems))]
pub async fn revoke_token(
    service: Data<Service>,
    caller: Asking,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    service.revoke_token(&caller, &path.0, &path.1).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign in with a password: a cookie, and the token that goes with everything that changes something.
#[utoipa::path(post, path = "/v1/sessions", tag = "people", request_body = SessionInput,
    responses((status = 201, body = SessionView), Problems))]
pub async fn sign_in(service: Data<Service>, body: Body) -> Result<HttpResponse, Fault> {
    let (session, view) = service.sign_in(json(&body.0)?).await?;
    let cookie =
        Cookie::build(COOKIE, session).path("/").secure(true).http_only(true).same_site(SameSite::Lax).finish();
    Ok(HttpResponse::Created().cookie(cookie).json(view))
}

/// Sign out.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "people", responses((status = 204), Problems))]
pub async fn sign_out(service: Data<Service>, caller: Asking) -> Result<HttpResponse, Fault> {
    service.sign_out(&caller).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The audit log of the tenant.
#[utoipa::path(get, path = "/v1/audit", tag = "people", params(PageQuery),
    responses((status = 200, body = Page<AuditView>), Problems))]
pub async fn audit(service: Data<Service>, caller: Asking, page: Query<PageQuery>) -> Result<HttpResponse, Fault> {
    let ask = Ask::read(page.page_size, page.page_token.as_deref(), &["audit", &caller.tenant])?;
    Ok(HttpResponse::Ok().json(service.audit(&caller, &ask).await?))
}
