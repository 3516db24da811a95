//! Before any handler: who asks, whether he may, and whether he asks too often. Deny is what stands unless `routes.rs` says
//! otherwise.

use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError, web};

use super::routes::{Access, find};
use crate::fault::Fault;
use crate::rights::Caller;
use crate::secret;
use crate::service::Service;

/// The cookie of a session.
pub const COOKIE: &str = "__Host-ballast";

/// Who asks: by token, or by the cookie of a session together with the token against forged requests.
async fn caller(service: &Service, request: &ServiceRequest) -> Result<Caller, Fault> {
    let text = |name: HeaderName| request.headers().get(name).and_then(|v| v.to_str().ok());
    let scheme = |v: &'_ str| v.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).is_some();
    if let Some(credentials) = text(header::AUTHORIZATION).filter(|v| scheme(v)) {
        return service.store.caller_of_token(credentials["bearer ".len()..].trim()).await;
    }
    let cookie = request.cookie(COOKIE).ok_or(Fault::Unknown)?;
    let (caller, csrf) = service.store.caller_of_session(cookie.value()).await?;
    if !request.method().is_safe() {
        let sent = text(HeaderName::from_static("x-csrf-token")).unwrap_or_default();
        let site = text(HeaderName::from_static("sec-fetch-site")).unwrap_or("same-origin");
        if !secret::same(sent, &csrf) || !matches!(site, "same-origin" | "none") {
            return Err(Fault::Denied("this request does not come from our page".to_owned()));
        }
    }
    Ok(caller)
}

fn set<B>(response: &mut ServiceResponse<B>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

/// What the credential of a request has left this minute, once it is let in; who asks goes along with it.
async fn admit(service: &Service, request: &ServiceRequest) -> Result<Option<u32>, Fault> {
    let uri = request.uri();
    // No name, id or token holds a zero character, and PostgreSQL refuses to look for one.
    if uri.path().contains("%00") {
        return Err(Fault::Missing("path"));
    }
    if uri.query().is_some_and(|query| query.contains("%00")) {
        return Err(Fault::invalid("", "the query holds a zero character"));
    }
    let Some(route) = request.match_pattern().and_then(|path| find(request.method().as_str(), &path)) else {
        return Ok(None);
    };
    let caller = caller(service, request).await;
    // Those whom nobody knows share what there is by address.
    let credential = match &caller {
        Ok(caller) => caller.credential.clone(),
        Err(_) => request.peer_addr().map(|a| a.ip().to_string()).unwrap_or_default(),
    };
    let per_minute = service.config.request.per_minute;
    let left = service.requests.take(&credential, per_minute).map_err(|retry_seconds| Fault::TooMany {
        detail: format!("at most {per_minute} requests a minute"),
        retry_seconds,
    })?;
    match (caller, route.access) {
        (Ok(caller), Access::Needs(right)) if !caller.role.may(right) => {
            tracing::info!(who = caller.person, role = caller.role.word(), path = route.path, "denied");
            return Err(Fault::Denied(format!("the role {} may not do this", caller.role.word())));
        }
        (Ok(caller), _) => {
            request.extensions_mut().insert(Arc::new(caller));
        }
        (Err(Fault::Unknown | Fault::Denied(_)), Access::Open) => {}
        (Err(fault), _) => return Err(fault),
    }
    Ok(Some(left))
}

/// Lets a request through, or not. One that changes something is worked on to its end, even if whoever asked hangs up.
pub async fn guard(
    service: web::Data<Service>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let left = match admit(&service, &request).await {
        Ok(left) => left,
        Err(fault) => return Ok(request.into_response(fault.error_response())),
    };
    let mut response = match request.method().is_safe() {
        true => next.call(request).await?,
        false => actix_web::rt::spawn(async move { next.call(request).await })
            .await
            .map_err(|e| Fault::Internal(e.to_string()))??,
    };
    if let Some(left) = left {
        let per_minute = service.config.request.per_minute;
        set(&mut response, "ratelimit-policy", &format!("\"requests\";q={per_minute};w=60"));
        set(&mut response, "ratelimit", &format!("\"requests\";r={left};t=60"));
    }
    Ok(response.map_into_boxed_body())
}
