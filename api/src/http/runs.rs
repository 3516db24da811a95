//! `/v1/runs`.

use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, ETAG, HeaderName, LOCATION, RETRY_AFTER};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use tokio::sync::watch;
use utoipa::IntoParams;

use super::answers::{Problems, versioned};
use super::ask::{Asking, Body, json, key};
use crate::fault::Fault;
use crate::jobs::wait_for;
use crate::service::Service;
use crate::service::exports::Form;
use crate::service::page::{Ask, Page};
use crate::service::runs::{RunInput, RunView};

/// Longest long poll, seconds.
const LONGEST_WAIT: u64 = 60;

/// Whether to queue what is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AskQuery {
    /// Say what is wrong with it, without queueing it.
    #[serde(default)]
    pub validate_only: bool,
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RunsQuery {
    /// Only of this state.
    #[serde(default)]
    pub state: String,
    /// Only of this kind.
    #[serde(default)]
    pub kind: String,
    /// Only about this tender.
    #[serde(default)]
    pub tender: String,
    /// Entries of a page; 0 or nothing: 50, at most 500.
    #[param(minimum = 0)]
    pub page_size: Option<i64>,
    /// What the page before gave as `next_page_token`.
    pub page_token: Option<String>,
}

/// How long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Answer once the run has changed since `seq`, or after so many seconds (at most 60).
    #[param(minimum = 0)]
    pub wait: Option<u64>,
    /// The `seq` that you know; without it, wait for the end of the run.
    pub seq: Option<i64>,
}

/// What stands beside the award in a report.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReportQuery {
    /// Runs of kind `stress`, `reserve` or `exposure`, separated by commas.
    #[serde(default)]
    pub with: String,
}

/// Runs.
#[utoipa::path(get, path = "/v1/runs", tag = "runs", params(RunsQuery),
    responses((status = 200, body = Page<RunView>), Problems))]
pub async fn list(service: Data<Service>, caller: Asking, q: Query<RunsQuery>) -> Result<HttpResponse, Fault> {
    let filter = (q.state.as_str(), q.kind.as_str(), q.tender.as_str());
    let list = ["runs", &caller.tenant, filter.0, filter.1, filter.2];
    let ask = Ask::read(q.page_size, q.page_token.as_deref(), &list)?;
    Ok(HttpResponse::Ok().json(service.runs(&caller, filter, &ask).await?))
}

/// Ask for a run. It is queued; the answer says where to look.
#[utoipa::path(post, path = "/v1/runs", tag = "runs", request_body = RunInput,
    params(AskQuery, ("Idempotency-Key" = Option<String>, Header, description = "The same key again gives the same answer for a day.")),
    responses((status = 202, description = "Queued.", body = RunView), (status = 204, description = "It could be asked for (validate_only)."), Problems))]
pub async fn ask(
    service: Data<Service>,
    caller: Asking,
    query: Query<AskQuery>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Fault> {
    let input: RunInput = json(&body.0)?;
    if query.validate_only {
        service.validate_run(&caller, &input).await?;
        return Ok(HttpResponse::NoContent().finish());
    }
    let asked = service.ask_run(&caller, &input, key(&request, &body.0)?.as_ref()).await?;
    let mut response = HttpResponse::build(StatusCode::ACCEPTED);
    response.insert_header((LOCATION, format!("/v1/runs/{}", asked.what.id))).insert_header((RETRY_AFTER, 1));
    if asked.before {
        response.insert_header((HeaderName::from_static("idempotency-replayed"), "true"));
    }
    Ok(response.json(asked.what))
}

/// A run. With `wait` the answer comes when something has happened.
#[utoipa::path(get, path = "/v1/runs/{run}", tag = "runs", params(("run" = String, Path), WaitQuery),
    responses((status = 200, body = RunView), Problems))]
pub async fn one(
    service: Data<Service>,
    caller: Asking,
    id: Path<String>,
    query: Query<WaitQuery>,
    stop: Data<watch::Receiver<bool>>,
) -> Result<HttpResponse, Fault> {
    let Some(wait) = query.wait else {
        let view = service.run(&caller, &id).await?;
        return Ok(versioned(&view, view.seq));
    };
    let mut stop = stop.get_ref().clone();
    let until = Instant::now() + Duration::from_secs(wait.min(LONGEST_WAIT));
    let mut bell = service.bell.listen();
    loop {
        let row = service.run_row(&caller, &id).await?;
        let changed = query.seq.map_or(row.ended(), |seq| row.seq != seq);
        let left = until.saturating_duration_since(Instant::now());
        if changed || left.is_zero() || *stop.borrow() {
            service.store.still(&caller).await?;
            let view = service.run(&caller, &id).await?;
            return Ok(versioned(&view, view.seq));
        }
        tokio::select! {
            () = wait_for(&mut bell, &id, left.min(Duration::from_secs(1))) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Stop a run; its best so far is kept. Once more changes nothing.
#[utoipa::path(post, path = "/v1/runs/{run}/cancel", tag = "runs", params(("run" = String, Path)),
    responses((status = 202, body = RunView), Problems))]
pub async fn cancel(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Accepted().json(service.cancel_run(&caller, &id).await?))
}

/// The document of a run, as the command prints it.
#[utoipa::path(get, path = "/v1/runs/{run}/result", tag = "runs", params(("run" = String, Path)),
    responses((status = 200, body = serde_json::Value), Problems))]
pub async fn result(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    let (body, hash) = service.result(&caller, &id).await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, format!("\"{hash}\""))).content_type("application/json").body(body))
}

async fn export(
    (service, caller): (&Service, &Asking),
    id: &str,
    form: Form,
    further: &[String],
) -> Result<HttpResponse, Fault> {
    let bytes = service.export(caller, id, form, further).await?;
    let (media, name) = form.media();
    let disposition = format!("attachment; filename=\"{name}\"");
    Ok(HttpResponse::Ok().content_type(media).insert_header((CONTENT_DISPOSITION, disposition)).body(bytes))
}

/// An award as a workbook.
#[utoipa::path(get, path = "/v1/runs/{run}/export.xlsx", tag = "runs", params(("run" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problems))]
pub async fn workbook(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    export((&service, &caller), &id, Form::Workbook, &[]).await
}

/// An award as CSV files in a zip archive.
#[utoipa::path(get, path = "/v1/runs/{run}/export.zip", tag = "runs", params(("run" = String, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/zip"), Problems))]
pub async fn csv(service: Data<Service>, caller: Asking, id: Path<String>) -> Result<HttpResponse, Fault> {
    export((&service, &caller), &id, Form::Csv, &[]).await
}

/// The report about an award.
#[utoipa::path(get, path = "/v1/runs/{run}/report.html", tag = "runs", params(("run" = String, Path), ReportQuery),
    responses((status = 200, body = String, content_type = "text/html"), Problems))]
pub async fn report(
    service: Data<Service>,
    caller: Asking,
    id: Path<String>,
    query: Query<ReportQuery>,
) -> Result<HttpResponse, Fault> {
    let further: Vec<String> = query.with.split(',').filter(|s| !s.is_empty()).map(str::to_owned).collect();
    export((&service, &caller), &id, Form::Report, &further).await
}
