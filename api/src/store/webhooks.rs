//! Webhooks, and what is still to be told to them. A message is written down in the transaction that ends its run, so it is
//! told at least once, whatever happens to the server.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Scope, Tx, commit};
use crate::fault::Fault;
use crate::secret;

/// A webhook.
#[derive(Debug, Clone)]
pub struct WebhookRow {
    /// Id.
    pub id: String,
    /// Where messages go.
    pub url: String,
    /// What they are signed with.
    pub secret: String,
    /// Who entered it.
    pub created_by: String,
    /// When.
    pub created_at: i64,
    /// When the last message was sent.
    pub told_at: Option<i64>,
    /// The run it was about.
    pub told_run: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
}

/// A message that is due, taken for one try.
#[derive(Debug, Clone)]
pub struct Due {
    /// Id of the message: the same at each try.
    pub id: String,
    /// Where to.
    pub webhook: WebhookRow,
    /// About which run.
    pub run: String,
    /// This try, from 1.
    pub tries: i64,
    /// When the next try would be.
    pub again_at: i64,
}

/// What is to become of a message after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is not tried again.
    Over,
    /// It is tried again later, and no other one is tried at that webhook before.
    Again,
}

fn webhook(row: &AnyRow) -> Result<WebhookRow, sqlx::Error> {
    Ok(WebhookRow {
        id: row.try_get("id")?,
        url: row.try_get("url")?,
        secret: row.try_get("secret")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        told_at: row.try_get("told_at")?,
        told_run: row.try_get("told_run")?,
        outcome: row.try_get("outcome")?,
    })
}

impl Scope {
    /// Enters a webhook.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn add_webhook(&self, tx: &mut Tx, url: &str, by: &str) -> Result<WebhookRow, Fault> {
        let row = WebhookRow {
            id: secret::id("whk")?,
            url: url.to_owned(),
            secret: secret::secret()?,
            created_by: by.to_owned(),
            created_at: self.now(),
            told_at: None,
            told_run: None,
            outcome: None,
        };
        sqlx::query(
            "INSERT INTO webhook (tenant_id, id, url, secret, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&self.tenant)
        .bind(&row.id)
        .bind(&row.url)
        .bind(&row.secret)
        .bind(&row.created_by)
        .bind(row.created_at)
        .execute(&mut **tx)
        .await?;
        Ok(row)
    }

    /// Webhooks after an id, at most `count`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn webhooks(&self, after: &str, count: i64) -> Result<Vec<WebhookRow>, Fault> {
        let mut tx = self.read().await?;
        let rows = sqlx::query("SELECT * FROM webhook WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(&self.tenant)
            .bind(after)
            .bind(count)
            .fetch_all(&mut *tx)
            .await?;
        Ok(rows.iter().map(webhook).collect::<Result<_, _>>()?)
    }

    /// Takes a webhook away, with what was still to be told to it.
    ///
    /// # Errors
    /// If there is none.
    pub async fn remove_webhook(&self, tx: &mut Tx, id: &str) -> Result<(), Fault> {
        sqlx::query("DELETE FROM delivery WHERE tenant_id = $1 AND webhook_id = $2")
            .bind(&self.tenant)
            .bind(id)
            .execute(&mut **tx)
            .await?;
        let removed = sqlx::query("DELETE FROM webhook WHERE tenant_id = $1 AND id = $2")
            .bind(&self.tenant)
            .bind(id)
            .execute(&mut **tx)
            .await?;
        if removed.rows_affected() == 0 { Err(Fault::Missing("webhook")) } else { Ok(()) }
    }

    /// Writes down that all webhooks are to be told of the end of a run.
    pub(super) async fn to_be_told(&self, tx: &mut Tx, run: &str) -> Result<(), Fault> {
        let all: Vec<String> = sqlx::query_scalar("SELECT id FROM webhook WHERE tenant_id = $1 ORDER BY id")
            .bind(&self.tenant)
            .fetch_all(&mut **tx)
            .await?;
        for webhook in all {
            sqlx::query(
                "INSERT INTO delivery (tenant_id, id, webhook_id, run_id, tries, due_at) VALUES ($1, $2, $3, $4, 0, $5)",
            )
            .bind(&self.tenant)
            .bind(secret::id("msg")?)
            .bind(webhook)
            .bind(run)
            .bind(self.now())
            .execute(&mut **tx)
            .await?;
        }
        Ok(())
    }

    /// Webhooks that a message is due to.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn webhooks_due(&self) -> Result<Vec<String>, Fault> {
        let mut tx = self.read().await?;
        let due = "SELECT DISTINCT webhook_id FROM delivery WHERE tenant_id = $1 AND due_at <= $2 ORDER BY webhook_id";
        Ok(sqlx::query_scalar(due).bind(&self.tenant).bind(self.now()).fetch_all(&mut *tx).await?)
    }

    /// Takes the message to a webhook that is due longest for a try; it is due again after `pause` (by the number of the
    /// try), should nobody say what came of it.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn take_due(&self, to: &str, pause: impl Fn(i64) -> i64) -> Result<Option<Due>, Fault> {
        let mut tx = self.write().await?;
        let row = sqlx::query(
            "SELECT d.id AS message, d.run_id, d.tries, d.due_at, w.* FROM delivery d \
             JOIN webhook w ON w.tenant_id = d.tenant_id AND w.id = d.webhook_id \
             WHERE d.tenant_id = $1 AND d.webhook_id = $2 AND d.due_at <= $3 ORDER BY d.due_at, d.id LIMIT 1",
        )
        .bind(&self.tenant)
        .bind(to)
        .bind(self.now())
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (id, due_at): (String, i64) = (row.try_get("message")?, row.try_get("due_at")?);
        let tries = row.try_get::<i64, _>("tries")? + 1;
        let again_at = self.now() + pause(tries);
        // Another server may have taken it meanwhile.
        let taken =
            sqlx::query("UPDATE delivery SET tries = $1, due_at = $2 WHERE tenant_id = $3 AND id = $4 AND due_at = $5")
                .bind(tries)
                .bind(again_at)
                .bind(&self.tenant)
                .bind(&id)
                .bind(due_at)
                .execute(&mut *tx)
                .await?;
        if taken.rows_affected() == 0 {
            return Ok(None);
        }
        commit(tx).await?;
        Ok(Some(Due { id, webhook: webhook(&row)?, run: row.try_get("run_id")?, tries, again_at }))
    }

    /// Writes down what came of a try.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn told(&self, due: &Due, outcome: &str, after: Told) -> Result<(), Fault> {
        let mut tx = self.write().await?;
        sqlx::query("UPDATE webhook SET told_at = $1, told_run = $2, outcome = $3 WHERE tenant_id = $4 AND id = $5")
            .bind(self.now())
            .bind(&due.run)
            .bind(outcome)
            .bind(&self.tenant)
            .bind(&due.webhook.id)
            .execute(&mut *tx)
            .await?;
        match after {
            Told::Over => {
                sqlx::query("DELETE FROM delivery WHERE tenant_id = $1 AND id = $2").bind(&self.tenant).bind(&due.id)
            }
            Told::Again => {
                sqlx::query("UPDATE delivery SET due_at = $1 WHERE tenant_id = $2 AND webhook_id = $3 AND due_at < $1")
                    .bind(due.again_at)
                    .bind(&self.tenant)
                    .bind(&due.webhook.id)
            }
        }
        .execute(&mut *tx)
        .await?;
        commit(tx).await
    }
}
