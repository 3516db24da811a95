//! Answers that many handlers give.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName, LOCATION};
use serde::Serialize;
use utoipa::openapi::{Content, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::problem::Problem;
use crate::service::Made;

/// What may go wrong with any request: the status, and when it is answered.
const PROBLEMS: [(StatusCode, &str); 10] = [
    (StatusCode::UNAUTHORIZED, "The caller is not signed in."),
    (StatusCode::FORBIDDEN, "The caller may not do this."),
    (StatusCode::NOT_FOUND, "There is no such thing, or not for the caller."),
    (StatusCode::CONFLICT, "It contradicts what is there."),
    (StatusCode::PRECONDITION_FAILED, "It has changed since."),
    (StatusCode::PAYLOAD_TOO_LARGE, "The body is too large."),
    (StatusCode::UNPROCESSABLE_ENTITY, "The input is at fault; `errors` says where."),
    (StatusCode::PRECONDITION_REQUIRED, "If-Match is missing."),
    (StatusCode::TOO_MANY_REQUESTS, "Too much at once."),
    (StatusCode::SERVICE_UNAVAILABLE, "Not just now."),
];

/// The problems of any request, as each route describes them.
pub enum Problems {}

impl IntoResponses for Problems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let problem = || Content::new(Some(Ref::from_schema_name(Problem::name())));
        let described = |(status, when): (StatusCode, &str)| {
            let response = ResponseBuilder::new().description(when).content("application/problem+json", problem());
            (status.as_str().to_owned(), response.build().into())
        };
        PROBLEMS.into_iter().map(described).collect()
    }
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
