//! Faults as `application/problem+json` (RFC 9457).

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::fault::{Fault, Pointed};

/// A problem.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem: `urn:ballast:problem:…`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words.
    pub title: String,
    /// Status.
    pub status: u16,
    /// This problem in words.
    pub detail: String,
    /// Every fault of the input with its place.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<PointedView>,
    /// Where all findings stand, page by page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<String>,
    /// Where the workbook that was sent stands with the findings at their cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workbook: Option<String>,
}

/// One fault with its place: a JSON pointer, or sheet and cell, or file and line.
#[derive(Debug, Serialize, ToSchema)]
pub struct PointedView {
    /// JSON pointer into what was sent; empty where it has none.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
    /// `code`, `value`, `fix`, `sheet`, `cell`, `file`, `line`, `column`, where they are known.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub further: Value,
}

impl From<&Pointed> for PointedView {
    fn from(p: &Pointed) -> Self {
        Self { pointer: p.pointer.clone(), detail: p.detail.clone(), further: p.further.clone() }
    }
}

fn kind(fault: &Fault) -> (&'static str, &'static str, StatusCode) {
    match fault {
        Fault::Unknown => ("unknown-caller", "You are not signed in", StatusCode::UNAUTHORIZED),
        Fault::Denied(_) => ("denied", "You may not do this", StatusCode::FORBIDDEN),
        Fault::Missing(_) => ("missing", "There is no such thing", StatusCode::NOT_FOUND),
        Fault::Invalid { .. } => ("invalid-input", "The input is at fault", StatusCode::UNPROCESSABLE_ENTITY),
        Fault::Conflict(_) => ("conflict", "This contradicts what is there", StatusCode::CONFLICT),
        Fault::OtherRequest => ("key-reused", "The key was used before", StatusCode::UNPROCESSABLE_ENTITY),
        Fault::NoVersion => ("version-required", "If-Match is missing", StatusCode::PRECONDITION_REQUIRED),
        Fault::Stale => ("stale", "It has changed since", StatusCode::PRECONDITION_FAILED),
        Fault::TooLarge(_) => ("too-large", "The input is too large", StatusCode::PAYLOAD_TOO_LARGE),
        Fault::TooMany { .. } => ("too-many", "Too much at once", StatusCode::TOO_MANY_REQUESTS),
        Fault::Unavailable(_) => ("unavailable", "Not just now", StatusCode::SERVICE_UNAVAILABLE),
        Fault::Internal(_) => ("failure", "The server failed", StatusCode::INTERNAL_SERVER_ERROR),
    }
}

impl ResponseError for Fault {
    fn status_code(&self) -> StatusCode {
        kind(self).2
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Internal(why) = self {
            tracing::error!(why, "a request failed");
        }
        let (kind, title, status) = kind(self);
        let mut response = HttpResponse::build(status);
        match self {
            Self::Unknown => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            Self::TooMany { retry_seconds, .. } => {
                response.insert_header((header::RETRY_AFTER, *retry_seconds));
            }
            Self::Unavailable(_) => {
                response.insert_header((header::RETRY_AFTER, 5));
            }
            _ => {}
        }
        let (errors, findings, workbook) = match self {
            Self::Invalid { errors, findings, workbook, .. } => {
                (errors.iter().map(PointedView::from).collect(), findings.clone(), workbook.clone())
            }
            _ => (Vec::new(), None, None),
        };
        response.content_type("application/problem+json").json(Problem {
            kind: format!("urn:ballast:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
            errors,
            findings,
            workbook,
        })
    }
}

/// What is asked of a path that there is not.
pub async fn no_such_path() -> Result<HttpResponse, Fault> {
    Err(Fault::Missing("path"))
}

/// What is asked of a path in a way that it does not take.
pub async fn no_such_method(request: HttpRequest) -> HttpResponse {
    let methods = super::routes::ROUTES.iter().filter(|r| Some(r.path) == request.match_pattern().as_deref());
    let allow: Vec<&str> = methods.map(|r| r.method).collect();
    let problem = Problem {
        kind: "urn:ballast:problem:method".to_owned(),
        title: "Not in this way".to_owned(),
        status: 405,
        detail: format!("{} is answered to {}", request.path(), allow.join(", ")),
        errors: Vec::new(),
        findings: None,
        workbook: None,
    };
    HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, allow.join(", ")))
        .content_type("application/problem+json")
        .json(problem)
}
