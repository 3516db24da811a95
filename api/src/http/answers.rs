//! Answers that many handlers give.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, LOCATION};
use serde::Serialize;
use utoipa::IntoResponses;

use super::problem::Problem;
use crate::service::Made;

/// What may go wrong with any request.
#[derive(IntoResponses)]
#[allow(dead_code, reason = "only described, never made")]
pub enum Problems {
    /// The caller is not signed in.
    #[response(status = 401, content_type = "application/problem+json")]
    Unknown(Problem),
    /// The caller may not do this.
    #[response(status = 403, content_type = "application/problem+json")]
    Denied(Problem),
    /// There is no such thing, or not for the caller.
    #[response(status = 404, content_type = "application/problem+json")]
    Missing(Problem),
    /// It contradicts what is there.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(Problem),
    /// It has changed since.
    #[response(status = 412, content_type = "application/problem+json")]
    Stale(Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(Problem),
    /// The input is at fault; `errors` says where.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(Problem),
    /// If-Match is missing.
    #[response(status = 428, content_type = "application/problem+json")]
    NoVersion(Problem),
    /// Too much at once.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(Problem),
    /// Not just now.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(Problem),
}

/// What a request made, with where it stands; `Idempotency-Replayed` tells that an earlier one made it.
pub fn made<T: Serialize>(status: StatusCode, made: &Made<T>, location: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    response.insert_header((LOCATION, location));
    if made.before {
        response.insert_header((HeaderName::from_static("idempotency-replayed"), "true"));
    }
    response.json(&made.what)
}

/// Something with a version.
pub fn versioned<T: Serialize>(what: &T, version: i64) -> HttpResponse {
    HttpResponse::Ok().insert_header((ETAG, format!("\"{version}\""))).json(what)
}
