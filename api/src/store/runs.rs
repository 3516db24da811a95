//! Runs: a durable queue with leases. A lease is a number that only its holder knows as the newest; whoever comes back
//! with an older one has lost the run and what he brings is thrown away. Time is that of the server's clock.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Scope, Tx, commit, dialect};
use crate::failpoint::pass;
use crate::fault::Fault;
use crate::secret::{self, content_hash};

/// A run.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// Id.
    pub id: String,
    /// What is asked.
    pub kind: String,
    /// What the caller calls it.
    pub label: String,
    /// `queued`, `running`, `done`, `failed`, `cancelled`.
    pub state: String,
    /// About which tender.
    pub tender_id: String,
    /// Which revision of it.
    pub revision: i64,
    /// The request as it came.
    pub request: String,
    /// Everything that it depends on, frozen.
    pub frozen: String,
    /// Hash of that.
    pub fingerprint: String,
    /// Who asks.
    pub created_by: String,
    /// Since when.
    pub queued_at: i64,
    /// Last start.
    pub started_at: Option<i64>,
    /// End.
    pub finished_at: Option<i64>,
    /// How often it was begun.
    pub attempts: i64,
    /// Whether somebody wants it to stop.
    pub cancel: bool,
    /// Grows with every change.
    pub seq: i64,
    /// How far it is.
    pub progress: Option<String>,
    /// How the solve ended.
    pub termination: Option<String>,
    /// Name of its result among the documents.
    pub document_hash: Option<String>,
    /// Digest of the result.
    pub digest: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether the result is that of an identical run.
    pub reused: bool,
}

impl RunRow {
    /// Whether nothing more will happen.
    pub fn ended(&self) -> bool {
        ended(&self.state)
    }
}

fn ended(state: &str) -> bool {
    !matches!(state, "queued" | "running")
}

/// A run to be queued.
#[derive(Debug, Clone)]
pub struct NewRun<'a> {
    /// What is asked.
    pub kind: &'a str,
    /// What the caller calls it.
    pub label: &'a str,
    /// About which tender.
    pub tender_id: &'a str,
    /// Which revision of it.
    pub revision: i64,
    /// The request as it came.
    pub request: &'a str,
    /// Everything that it depends on.
    pub frozen: &'a str,
    /// Hash of that.
    pub fingerprint: &'a str,
    /// Who asks.
    pub by: &'a str,
}

/// A run that this server is to work on.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The run.
    pub run: RunRow,
    /// The lease.
    pub lease: i64,
    /// How many attempts before were cut off or died; that its server was stopped is not held against a run.
    pub lost: i64,
}

/// How a run ended.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    /// `done`, `failed`, `cancelled`.
    pub state: &'static str,
    /// How the solve ended.
    pub termination: Option<String>,
    /// The result.
    pub document: Option<String>,
    /// Its digest.
    pub digest: Option<String>,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether identical runs may be answered from it.
    pub reproducible: bool,
}

/// One beginning of a run.
#[derive(Debug, Clone)]
pub struct AttemptRow {
    /// Counted from 1.
    pub number: i64,
    /// What was set otherwise than asked.
    pub settings: String,
    /// Start.
    pub started_at: i64,
    /// End.
    pub ended_at: Option<i64>,
    /// `done`, `killed`, `failed`, `interrupted`, …
    pub outcome: Option<String>,
    /// In words.
    pub detail: Option<String>,
}

/// Something that happened to a run.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Its number.
    pub seq: i64,
    /// `state`, `progress`.
    pub kind: String,
    /// JSON.
    pub data: String,
}

fn run(row: &AnyRow) -> Result<RunRow, sqlx::Error> {
    let flag = |name: &str| row.try_get::<i64, _>(name).map(|n| n != 0);
    Ok(RunRow {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        label: row.try_get("label")?,
        state: row.try_get("state")?,
        tender_id: row.try_get("tender_id")?,
        revision: row.try_get("revision")?,
        request: row.try_get("request")?,
        frozen: row.try_get("frozen")?,
        fingerprint: row.try_get("fingerprint")?,
        created_by: row.try_get("created_by")?,
        queued_at: row.try_get("queued_at")?,
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
        attempts: row.try_get("attempts")?,
        cancel: flag("cancel")?,
        seq: row.try_get("seq")?,
        progress: row.try_get("progress")?,
        termination: row.try_get("termination")?,
        document_hash: row.try_get("document_hash")?,
        digest: row.try_get("digest")?,
        error: row.try_get("error")?,
        reused: flag("reused")?,
    })
}

/// Identical runs of these people are answered from one result.
const SCOPE: &str = "staff";

impl Scope {
    /// Queues a run; one whose result is known is done at once.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn queue(&self, tx: &mut Tx, new: &NewRun<'_>) -> Result<String, Fault> {
        let (id, now) = (secret::id("run")?, self.now());
        let known = sqlx::query(
            "SELECT r.termination, r.document_hash, r.digest FROM reuse u JOIN run r ON r.tenant_id = u.tenant_id AND r.id = u.run_id \
             WHERE u.tenant_id = $1 AND u.scope = $2 AND u.fingerprint = $3",
        )
        .bind(&self.tenant)
        .bind(SCOPE)
        .bind(new.fingerprint)
        .fetch_optional(&mut **tx)
        .await?;
        let state = if known.is_some() { "done" } else { "queued" };
        let known = known.as_ref();
        let of = |name: &'static str| known.map(|r| r.try_get::<Option<String>, _>(name)).transpose();
        let (termination, document, digest) =
            (of("termination")?.flatten(), of("document_hash")?.flatten(), of("digest")?.flatten());
        sqlx::query(
            "INSERT INTO run (tenant_id, id, kind, label, state, tender_id, revision, request, frozen, fingerprint, created_by, \
             queued_at, started_at, finished_at, attempts, lease, lease_until, cancel, seq, termination, document_hash, digest, reused) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, 0, 0, 0, 0, 1, $14, $15, $16, $17)",
        )
        .bind(&self.tenant)
        .bind(&id)
        .bind(new.kind)
        .bind(new.label)
        .bind(state)
        .bind(new.tender_id)
        .bind(new.revision)
        .bind(new.request)
        .bind(new.frozen)
        .bind(new.fingerprint)
        .bind(new.by)
        .bind(now)
        .bind(known.map(|_| now))
        .bind(termination)
        .bind(document)
        .bind(digest)
        .bind(i64::from(known.is_some()))
        .execute(&mut **tx)
        .await?;
        self.tell_state(tx, &id, 1, state).await?;
        Ok(id)
    }

    /// Tells of a new state; of the last one webhooks are told, too.
    async fn tell_state(&self, tx: &mut Tx, run: &str, seq: i64, state: &str) -> Result<(), Fault> {
        self.tell(tx, run, seq, "state", &format!("{{\"state\":\"{state}\"}}")).await?;
        if ended(state) { self.to_be_told(tx, run).await } else { Ok(()) }
    }

    async fn tell(&self, tx: &mut Tx, run: &str, seq: i64, kind: &str, data: &str) -> Result<(), Fault> {
        sqlx::query("INSERT INTO event (tenant_id, run_id, seq, kind, data) VALUES ($1, $2, $3, $4, $5)")
            .bind(&self.tenant)
            .bind(run)
            .bind(seq)
            .bind(kind)
            .bind(data)
            .execute(&mut **tx)
            .await?;
        pass("event.told");
        Ok(())
    }

    /// A run.
    ///
    /// # Errors
    /// If there is none.
    pub async fn run(&self, id: &str) -> Result<RunRow, Fault> {
        let mut tx = self.read().await?;
        let row = sqlx::query("SELECT * FROM run WHERE tenant_id = $1 AND id = $2")
            .bind(&self.tenant)
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        Ok(run(&row.ok_or(Fault::Missing("run"))?)?)
    }

    /// Runs after an id, at most `count`, of one state, kind, tender or of all.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn runs(
        &self,
        (state, kind, tender): (&str, &str, &str),
        after: &str,
        count: i64,
    ) -> Result<Vec<RunRow>, Fault> {
        let mut tx = self.read().await?;
        let rows = sqlx::query(
            "SELECT * FROM run WHERE tenant_id = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR kind = $3) \
             AND ($4 = '' OR tender_id = $4) AND id > $5 ORDER BY id LIMIT $6",
        )
        .bind(&self.tenant)
        .bind(state)
        .bind(kind)
        .bind(tender)
        .bind(after)
        .bind(count)
        .fetch_all(&mut *tx)
        .await?;
        Ok(rows.iter().map(run).collect::<Result<_, _>>()?)
    }

    /// How many runs wait, as the transaction sees it.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn queued(&self, tx: &mut Tx) -> Result<i64, Fault> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM run WHERE tenant_id = $1 AND state = 'queued'")
            .bind(&self.tenant)
            .fetch_one(&mut **tx)
            .await?)
    }

    /// How many runs wait before this one.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn waiting(&self, before: &RunRow) -> Result<i64, Fault> {
        let mut tx = self.read().await?;
        Ok(sqlx::query_scalar(
            "SELECT count(*) FROM run WHERE tenant_id = $1 AND state = 'queued' \
             AND (queued_at < $2 OR (queued_at = $2 AND id < $3))",
        )
        .bind(&self.tenant)
        .bind(before.queued_at)
        .bind(&before.id)
        .fetch_one(&mut *tx)
        .await?)
    }

    /// The attempts of a run.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn attempts(&self, run: &str) -> Result<Vec<AttemptRow>, Fault> {
        let mut tx = self.read().await?;
        let rows = sqlx::query("SELECT * FROM attempt WHERE tenant_id = $1 AND run_id = $2 ORDER BY number")
            .bind(&self.tenant)
            .bind(run)
            .fetch_all(&mut *tx)
            .await?;
        let attempt = |r: &AnyRow| {
            Ok::<_, sqlx::Error>(AttemptRow {
                number: r.try_get("number")?,
                settings: r.try_get("settings")?,
                started_at: r.try_get("started_at")?,
                ended_at: r.try_get("ended_at")?,
                outcome: r.try_get("outcome")?,
                detail: r.try_get("detail")?,
            })
        };
        Ok(rows.iter().map(attempt).collect::<Result<_, _>>()?)
    }

    /// What happened to a run after an event.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn events(&self, run: &str, after: i64) -> Result<Vec<EventRow>, Fault> {
        let mut tx = self.read().await?;
        let rows = sqlx::query(
            "SELECT seq, kind, data FROM event WHERE tenant_id = $1 AND run_id = $2 AND seq > $3 ORDER BY seq",
        )
        .bind(&self.tenant)
        .bind(run)
        .bind(after)
        .fetch_all(&mut *tx)
        .await?;
        let event = |r: &AnyRow| {
            Ok::<_, sqlx::Error>(EventRow {
                seq: r.try_get("seq")?,
                kind: r.try_get("kind")?,
                data: r.try_get("data")?,
            })
        };
        Ok(rows.iter().map(event).collect::<Result<_, _>>()?)
    }

    /// Takes the run that waits longest, or one whose holder has let his lease run out. An attempt is opened with it.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn claim(
        &self,
        lease_for: i64,
        settings: impl Fn(i64) -> String + Send,
    ) -> Result<Option<Claimed>, Fault> {
        let now = self.now();
        let next = dialect(
            self.postgres,
            "SELECT id FROM run WHERE tenant_id = $1 AND (state = 'queued' OR (state = 'running' AND lease_until < $2)) \
             ORDER BY queued_at, id LIMIT 1",
            "SELECT id FROM run WHERE tenant_id = $1 AND (state = 'queued' OR (state = 'running' AND lease_until < $2)) \
             ORDER BY queued_at, id LIMIT 1 FOR UPDATE SKIP LOCKED",
        );
        // Idle tenants are looked at often, so without the lock of a writer.
        if !self.postgres {
            let mut look = self.read().await?;
            let found: Option<String> =
                sqlx::query_scalar(next).bind(&self.tenant).bind(now).fetch_optional(&mut *look).await?;
            if found.is_none() {
                return Ok(None);
            }
        }
        let mut tx = self.write().await?;
        let found: Option<String> =
            sqlx::query_scalar(next).bind(&self.tenant).bind(now).fetch_optional(&mut *tx).await?;
        let Some(id) = found else { return Ok(None) };
        let row = sqlx::query(
            "UPDATE run SET state = 'running', lease = lease + 1, lease_until = $1, attempts = attempts + 1, \
             started_at = $2, seq = seq + 1 WHERE tenant_id = $3 AND id = $4 RETURNING *",
        )
        .bind(now + lease_for)
        .bind(now)
        .bind(&self.tenant)
        .bind(&id)
        .fetch_one(&mut *tx)
        .await?;
        let (claimed, lease): (RunRow, i64) = (run(&row)?, row.try_get("lease")?);
        // The attempt before, if it was not closed, was cut off.
        sqlx::query(
            "UPDATE attempt SET ended_at = $1, outcome = 'interrupted', detail = 'its server went away' \
             WHERE tenant_id = $2 AND run_id = $3 AND ended_at IS NULL",
        )
        .bind(now)
        .bind(&self.tenant)
        .bind(&id)
        .execute(&mut *tx)
        .await?;
        let lost: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM attempt WHERE tenant_id = $1 AND run_id = $2 AND outcome <> 'shutdown'",
        )
        .bind(&self.tenant)
        .bind(&id)
        .fetch_one(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO attempt (tenant_id, run_id, number, settings, started_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&self.tenant)
        .bind(&id)
        .bind(claimed.attempts)
        .bind(settings(lost))
        .bind(now)
        .execute(&mut *tx)
        .await?;
        self.tell_state(&mut tx, &id, claimed.seq, "running").await?;
        commit(tx).await?;
        Ok(Some(Claimed { run: claimed, lease, lost }))
    }

    /// Takes back at once what a server that is surely gone had leased.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn take_over(&self) -> Result<u64, Fault> {
        let mut tx = self.write().await?;
        let taken = sqlx::query("UPDATE run SET lease_until = 0 WHERE tenant_id = $1 AND state = 'running'")
            .bind(&self.tenant)
            .execute(&mut *tx)
            .await?;
        commit(tx).await?;
        Ok(taken.rows_affected())
    }

    /// Holds on to a lease; `None` if it is lost, else whether somebody wants the run to stop.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn extend(&self, run: &str, lease: i64, lease_for: i64) -> Result<Option<bool>, Fault> {
        let mut tx = self.write().await?;
        let cancel: Option<i64> = sqlx::query_scalar(
            "UPDATE run SET lease_until = $1 WHERE tenant_id = $2 AND id = $3 AND lease = $4 AND state = 'running' \
             RETURNING cancel",
        )
        .bind(self.now() + lease_for)
        .bind(&self.tenant)
        .bind(run)
        .bind(lease)
        .fetch_optional(&mut *tx)
        .await?;
        commit(tx).await?;
        Ok(cancel.map(|c| c != 0))
    }

    /// Says how far a run is. False if the lease is lost.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn progress(&self, run: &str, lease: i64, progress: &str) -> Result<bool, Fault> {
        let mut tx = self.write().await?;
        let seq: Option<i64> = sqlx::query_scalar(
            "UPDATE run SET progress = $1, seq = seq + 1 WHERE tenant_id = $2 AND id = $3 AND lease = $4 \
             AND state = 'running' RETURNING seq",
        )
        .bind(progress)
        .bind(&self.tenant)
        .bind(run)
        .bind(lease)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(seq) = seq else { return Ok(false) };
        self.tell(&mut tx, run, seq, "progress", progress).await?;
        commit(tx).await?;
        Ok(true)
    }

    async fn close_attempt(&self, tx: &mut Tx, run: &str, outcome: &str, detail: &str) -> Result<(), Fault> {
        sqlx::query(
            "UPDATE attempt SET ended_at = $1, outcome = $2, detail = $3 \
             WHERE tenant_id = $4 AND run_id = $5 AND ended_at IS NULL",
        )
        .bind(self.now())
        .bind(outcome)
        .bind(detail)
        .bind(&self.tenant)
        .bind(run)
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    /// Ends a run, result and all, in one transaction. False if the lease is lost: then nothing is written.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn finish(
        &self,
        claimed: &Claimed,
        ending: &Ending,
        (outcome, detail): (&str, &str),
    ) -> Result<bool, Fault> {
        let mut tx = self.write().await?;
        let id = &claimed.run.id;
        let document = ending.document.as_ref().map(|d| content_hash(d.as_bytes()));
        let seq: Option<i64> = sqlx::query_scalar(
            "UPDATE run SET state = $1, termination = $2, document_hash = $3, digest = $4, error = $5, finished_at = $6, \
             seq = seq + 1 WHERE tenant_id = $7 AND id = $8 AND lease = $9 AND state = 'running' RETURNING seq",
        )
        .bind(ending.state)
        .bind(&ending.termination)
        .bind(document)
        .bind(&ending.digest)
        .bind(&ending.error)
        .bind(self.now())
        .bind(&self.tenant)
        .bind(id)
        .bind(claimed.lease)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(seq) = seq else { return Ok(false) };
        if let Some(body) = &ending.document {
            self.keep(&mut tx, body).await?;
        }
        if ending.reproducible {
            sqlx::query(
                "INSERT INTO reuse (tenant_id, scope, fingerprint, run_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
            )
            .bind(&self.tenant)
            .bind(SCOPE)
            .bind(&claimed.run.fingerprint)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        }
        self.close_attempt(&mut tx, id, outcome, detail).await?;
        self.tell_state(&mut tx, id, seq, ending.state).await?;
        commit(tx).await?;
        Ok(true)
    }

    /// Puts a run back into the queue. False if the lease is lost.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn put_back(&self, claimed: &Claimed, (outcome, detail): (&str, &str)) -> Result<bool, Fault> {
        let mut tx = self.write().await?;
        let seq: Option<i64> = sqlx::query_scalar(
            "UPDATE run SET state = 'queued', lease_until = 0, seq = seq + 1 \
             WHERE tenant_id = $1 AND id = $2 AND lease = $3 AND state = 'running' RETURNING seq",
        )
        .bind(&self.tenant)
        .bind(&claimed.run.id)
        .bind(claimed.lease)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(seq) = seq else { return Ok(false) };
        self.close_attempt(&mut tx, &claimed.run.id, outcome, detail).await?;
        self.tell_state(&mut tx, &claimed.run.id, seq, "queued").await?;
        commit(tx).await?;
        Ok(true)
    }

    /// Wants a run to stop: one that waits is cancelled at once, one that runs keeps its best.
    ///
    /// # Errors
    /// If there is no such run.
    pub async fn cancel(&self, tx: &mut Tx, run: &str) -> Result<(), Fault> {
        let waiting: Option<i64> = sqlx::query_scalar(
            "UPDATE run SET state = 'cancelled', finished_at = $1, seq = seq + 1, cancel = 1 \
             WHERE tenant_id = $2 AND id = $3 AND state = 'queued' RETURNING seq",
        )
        .bind(self.now())
        .bind(&self.tenant)
        .bind(run)
        .fetch_optional(&mut **tx)
        .await?;
        if let Some(seq) = waiting {
            return self.tell_state(tx, run, seq, "cancelled").await;
        }
        sqlx::query("UPDATE run SET cancel = 1 WHERE tenant_id = $1 AND id = $2 AND state = 'running'")
            .bind(&self.tenant)
            .bind(run)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}
