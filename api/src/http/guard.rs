//! Before any handler: who asks, whether he may, and whether he asks too often. Deny is what stands unless `routes.rs` says
//! otherwise.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};

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
    if let Some(token) = text(header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer ")) {
        return service.store.caller_of_token(token.trim()).await;
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

/// Lets a request through, or not.
pub async fn guard(
    service: web::Data<Service>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let route = request.match_pattern().and_then(|path| find(request.method().as_str(), &path));
    let per_minute = service.config.request.per_minute;
    let mut left = None;
    if let Some(route) = route {
        // Those whom nobody knows share what there is by address.
        let caller = match (caller(&service, &request).await, route.access) {
            (Ok(caller), _) => Some(caller),
            (Err(Fault::Unknown | Fault::Denied(_)), Access::Open) => None,
            (Err(fault), _) => return Err(fault.into()),
        };
        let credential = match &caller {
            Some(caller) => caller.credential.clone(),
            None => request.peer_addr().map(|a| a.ip().to_string()).unwrap_or_default(),
        };
        left = Some(service.requests.take(&credential, per_minute).map_err(|retry_seconds| Fault::TooMany {
            detail: format!("at most {per_minute} requests a minute"),
            retry_seconds,
        })?);
        if let (Access::Needs(right), Some(caller)) = (route.access, &caller)
            && !caller.role.may(right)
        {
            tracing::info!(who = caller.person, role = caller.role.word(), path = route.path, "denied");
            return Err(Fault::Denied(format!("the role {} may not do this", caller.role.word())).into());
        }
        if let Some(caller) = caller {
            request.extensions_mut().insert(Arc::new(caller));
        }
    }
    let mut response = next.call(request).await?;
    if let Some(left) = left {
        set(&mut response, "ratelimit-policy", &format!("\"requests\";q={per_minute};w=60"));
        set(&mut response, "ratelimit", &format!("\"requests\";r={left};t=60"));
    }
    Ok(response)
}
