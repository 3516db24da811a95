//! Server-sent events of a run: first what happened so far, or since `Last-Event-ID`; then what happens; the end closes
//! the stream. A stream is a hint: whoever misses events finds everything at the run.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use serde_json::json;
use tokio::sync::{broadcast, watch};
use utoipa::ToSchema;

use super::answers::Problems;
use super::ask::Asking;
use crate::fault::Fault;
use crate::jobs::wait_for;
use crate::rights::Caller;
use crate::service::Service;

/// A sign of life at least this often: only a write shows that the other side has gone.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// The store is looked at this often where no bell is heard.
const LOOK: Duration = Duration::from_secs(1);

/// Open streams of each person.
#[derive(Debug, Default)]
pub struct Streams(Mutex<HashMap<String, usize>>);

/// One open stream; closing it counts it off.
struct Open {
    streams: Data<Streams>,
    person: String,
}

impl Open {
    fn new(streams: Data<Streams>, person: &str, most: usize) -> Result<Self, Fault> {
        if let Ok(mut open) = streams.0.lock() {
            let count = open.entry(person.to_owned()).or_default();
            if *count >= most {
                let detail = format!("at most {most} open streams");
                return Err(Fault::TooMany { detail, retry_seconds: 5 });
            }
            *count += 1;
        }
        Ok(Self { streams, person: person.to_owned() })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Ok(mut open) = self.streams.0.lock()
            && let Some(count) = open.get_mut(&self.person)
        {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}

struct Stream {
    service: Arc<Service>,
    caller: Arc<Caller>,
    run: String,
    bell: broadcast::Receiver<String>,
    stop: watch::Receiver<bool>,
    /// Last event sent; `None` before the snapshot.
    sent: Option<i64>,
    ready: VecDeque<String>,
    ended: bool,
    written: Instant,
    /// When the caller was last seen to be let in still.
    known: Instant,
    _open: Open,
}

/// An event of a stream.
#[derive(Debug, ToSchema)]
pub struct Event {
    /// Its number in the run, as `Last-Event-ID` takes it.
    id: String,
    /// `snapshot`, `progress`, `state` or `end`.
    event: String,
    /// JSON: the run for a snapshot, else what is new.
    data: String,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "id: {}\nevent: {}\ndata: {}\n\n", self.id, self.event, self.data)
    }
}

fn event(seq: i64, kind: &str, data: String) -> String {
    Event { id: seq.to_string(), event: kind.to_owned(), data }.to_string()
}

impl Stream {
    /// The next words, or the end.
    async fn next(&mut self) -> Result<Option<String>, Fault> {
        loop {
            if let Some(words) = self.ready.pop_front() {
                self.written = Instant::now();
                return Ok(Some(words));
            }
            if self.ended || *self.stop.borrow() {
                return Ok(None);
            }
            if self.known.elapsed() >= LOOK {
                self.service.store.still(&self.caller).await?;
                self.known = Instant::now();
            }
            self.look().await?;
            if self.ready.is_empty() && !self.ended {
                if self.written.elapsed() >= HEARTBEAT {
                    self.ready.push_back(": alive\n\n".to_owned());
                    continue;
                }
                wait_for(&mut self.bell, &self.run, LOOK).await;
            }
        }
    }

    async fn look(&mut self) -> Result<(), Fault> {
        let row = self.service.run_row(&self.caller, &self.run).await?;
        match self.sent {
            None => {
                let view = self.service.run(&self.caller, &self.run).await?;
                self.sent = Some(view.seq);
                self.ready.push_back(event(view.seq, "snapshot", serde_json::to_string(&view)?));
            }
            Some(sent) if row.seq > sent => {
                for (seq, kind, data) in self.service.events(&self.caller, &self.run, sent).await? {
                    self.sent = Some(seq);
                    self.ready.push_back(event(seq, &kind, data));
                }
            }
            Some(_) => {}
        }
        if row.ended() && self.sent >= Some(row.seq) {
            self.ended = true;
            let data = json!({ "state": row.state, "termination": row.termination, "digest": row.digest });
            self.ready.push_back(event(row.seq, "end", data.to_string()));
        }
        Ok(())
    }
}

/// What happens to a run, as it happens: events `snapshot`, `progress`, `state` and `end`.
#[utoipa::path(get, path = "/v1/runs/{run}/events", tag = "runs",
    params(("run" = String, Path), ("Last-Event-ID" = Option<String>, Header, description = "Go on after this event.")),
    responses((status = 200, body = Event, content_type = "text/event-stream"), Problems))]
pub async fn events(
    service: Data<Service>,
    streams: Data<Streams>,
    stop: Data<watch::Receiver<bool>>,
    caller: Asking,
    id: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Fault> {
    service.run_row(&caller, &id).await?;
    let open = Open::new(streams, &caller.person, service.config.request.streams)?;
    let sent = request.headers().get("last-event-id").and_then(|v| v.to_str().ok()?.trim().parse().ok());
    let stream = Stream {
        bell: service.bell.listen(),
        service: service.into_inner(),
        caller: Arc::new(caller.clone()),
        run: id.into_inner(),
        stop: stop.get_ref().clone(),
        sent,
        ready: VecDeque::new(),
        ended: false,
        written: Instant::now(),
        known: Instant::now(),
        _open: open,
    };
    let words = stream::unfold(stream, |mut stream| async move {
        match stream.next().await {
            Ok(Some(words)) => Some((Ok::<_, Fault>(Bytes::from(words)), stream)),
            // Whoever was cut off comes back with the last event he has.
            Ok(None) | Err(_) => None,
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("cache-control", "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(words))
}
