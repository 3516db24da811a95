//! What handlers take out of requests.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use utoipa::IntoParams;

use crate::fault::Fault;
use crate::rights::Caller;
use crate::service::{Key, Service, fingerprint};

/// Who asks; the guard has seen to it that there is somebody.
pub struct Asking(Arc<Caller>);

impl Deref for Asking {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl FromRequest for Asking {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(request.extensions().get::<Arc<Caller>>().cloned().map(Asking).ok_or(Fault::Unknown))
    }
}

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Entries of a page; 0 or nothing: 50, at most 500.
    #[param(minimum = 0)]
    pub page_size: Option<i64>,
    /// What the page before gave as `next_page_token`.
    pub page_token: Option<String>,
}

/// A JSON body; a fault has its pointer.
///
/// # Errors
/// If it is none, or none of the kind.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    // A list would be taken for the fields in their order.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Fault::invalid("", "expected a JSON object"));
    }
    if holds_zero(body) {
        return Err(Fault::invalid("", "a text holds a zero character (\\u0000)"));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer: String = error
            .path()
            .iter()
            .map(|segment| match segment {
                Segment::Seq { index } => format!("/{index}"),
                Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
                Segment::Enum { variant } => format!("/{variant}"),
                Segment::Unknown => String::new(),
            })
            .collect();
        Fault::invalid(pointer, error.into_inner().to_string())
    })?;
    reader.end().map_err(|e| Fault::invalid("", e.to_string()))?;
    Ok(read)
}

/// Whether a text of a JSON body holds a zero character, which PostgreSQL does not keep.
fn holds_zero(body: &[u8]) -> bool {
    let mut escaped = false;
    body.windows(6).any(|w| {
        escaped = w[0] == b'\\' && !escaped;
        escaped && w == b"\\u0000"
    })
}

/// The Idempotency-Key of a request, if it has one.
///
/// # Errors
/// If it is no key.
pub fn key(request: &HttpRequest, body: &[u8]) -> Result<Option<Key>, Fault> {
    let Some(value) = request.headers().get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim().trim_matches('"').to_owned();
    if key.is_empty() || key.len() > 200 {
        return Err(Fault::invalid("", "Idempotency-Key: expected 1 to 200 characters"));
    }
    let body = crate::secret::content_hash(body);
    Ok(Some(Key { key, fingerprint: fingerprint(&[request.method().as_str(), request.path(), &body]) }))
}

/// The version that If-Match names; `None` for any (`*`).
///
/// # Errors
/// If it names none.
pub fn version(request: &HttpRequest) -> Result<Option<i64>, Fault> {
    let value = request.headers().get(header::IF_MATCH).ok_or(Fault::NoVersion)?;
    match value.to_str().map(str::trim) {
        Ok("*") => Ok(None),
        Ok(tag) => tag.trim_matches('"').parse().map(Some).map_err(|_| Fault::Stale),
        Err(_) => Err(Fault::Stale),
    }
}

/// A whole body, at most as long as allowed.
pub struct Body(pub Vec<u8>);

impl FromRequest for Body {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Fault>>>>;
    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mib = request.app_data::<Data<Service>>().map_or(1, |s| s.config.request.body_mib);
        let mut payload = payload.take();
        Box::pin(async move {
            let mut body = Vec::new();
            while let Some(chunk) = payload.next().await {
                let chunk = chunk.map_err(|e| Fault::invalid("", format!("the body broke off: {e}")))?;
                if body.len() + chunk.len() > mib << 20 {
                    return Err(Fault::TooLarge(format!("a body has at most {mib} MiB")));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Self(body))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::holds_zero;

    #[test]
    fn an_escaped_backslash_is_no_zero_character() {
        assert!(holds_zero(br#"{"a":"\u0000"}"#) && holds_zero(br#"{"a":"\\\u0000"}"#));
        assert!(!holds_zero(br#"{"a":"\\u0000"}"#) && !holds_zero(br#"{"a":"\u0001"}"#));
    }
}
