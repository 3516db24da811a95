//! One line per request: its id, what was asked, the answer and how long it took. Never a body, a query or a secret. The
//! id is the caller's `X-Request-Id` where it sends a harmless one, and stands in the answer.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::secret;
use crate::service::Service;

/// Logs a request.
pub async fn log(
    service: Data<Service>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let begun = Instant::now();
    let sent = request.headers().get("x-request-id").and_then(|v| v.to_str().ok());
    let harmless =
        |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let id = match sent.filter(harmless) {
        Some(id) => id.to_owned(),
        None => secret::id("req").unwrap_or_default(),
    };
    let (method, path) = (request.method().to_string(), request.match_pattern().unwrap_or_else(|| "-".to_owned()));
    let mut response = next.call(request).await?;
    let (status, elapsed) = (response.status().as_u16(), begun.elapsed());
    service.metrics.request(status, elapsed);
    tracing::info!(request = id, method, path, status, milliseconds = elapsed.as_secs_f64() * 1e3, "request");
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    Ok(response)
}
