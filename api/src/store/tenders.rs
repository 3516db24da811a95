//! Tenders with their immutable revisions, refused uploads, answered keys, approvals.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Scope, Tx, commit};
use crate::fault::Fault;
use crate::secret;

/// A tender.
#[derive(Debug, Clone)]
pub struct TenderRow {
    /// Id.
    pub id: String,
    /// Name, that of its first revision.
    pub name: String,
    /// Number of the newest revision.
    pub latest: i64,
    /// Who entered it.
    pub created_by: String,
    /// When.
    pub created_at: i64,
}

/// A revision of a tender; never changed.
#[derive(Debug, Clone)]
pub struct Revision {
    /// The tender.
    pub tender_id: String,
    /// Counted from 1.
    pub number: i64,
    /// Hash of the canonical tender.
    pub input_hash: String,
    /// Name of the canonical body among the documents.
    pub body_hash: String,
    /// Name of the check document.
    pub findings_hash: String,
    /// Who entered it.
    pub created_by: String,
    /// When.
    pub created_at: i64,
}

fn tender(row: &AnyRow) -> Result<TenderRow, sqlx::Error> {
    Ok(TenderRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        latest: row.try_get("latest")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
    })
}

fn revision(row: &AnyRow) -> Result<Revision, sqlx::Error> {
    Ok(Revision {
        tender_id: row.try_get("tender_id")?,
        number: row.try_get("number")?,
        input_hash: row.try_get("input_hash")?,
        body_hash: row.try_get("body_hash")?,
        findings_hash: row.try_get("findings_hash")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
    })
}

impl Scope {
    /// Enters the first revision of a tender, or the next one of `tender`.
    ///
    /// # Errors
    /// If there is no such tender.
    pub async fn add_revision(
        &self,
        tx: &mut Tx,
        tender: Option<&str>,
        name: &str,
        input_hash: &str,
        (body, findings): (&str, &str),
        by: &str,
    ) -> Result<Revision, Fault> {
        let now = self.now();
        let (tender_id, number) = match tender {
            None => {
                let id = secret::id("tnd")?;
                sqlx::query(
                    "INSERT INTO tender (tenant_id, id, name, latest, created_by, created_at) VALUES ($1, $2, $3, 1, $4, $5)",
                )
                .bind(&self.tenant)
                .bind(&id)
                .bind(name)
                .bind(by)
                .bind(now)
                .execute(&mut **tx)
                .await?;
                (id, 1)
            }
            Some(id) => {
                sqlx::query("UPDATE tender SET latest = latest + 1 WHERE tenant_id = $1 AND id = $2")
                    .bind(&self.tenant)
                    .bind(id)
                    .execute(&mut **tx)
                    .await?;
                let latest: Option<i64> =
                    sqlx::query_scalar("SELECT latest FROM tender WHERE tenant_id = $1 AND id = $2")
                        .bind(&self.tenant)
                        .bind(id)
                        .fetch_optional(&mut **tx)
                        .await?;
                (id.to_owned(), latest.ok_or(Fault::Missing("tender"))?)
            }
        };
        let (body_hash, findings_hash) = (self.keep(tx, body).await?, self.keep(tx, findings).await?);
        sqlx::query(
            "INSERT INTO revision (tenant_id, tender_id, number, input_hash, body_hash, findings_hash, created_by, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&self.tenant)
        .bind(&tender_id)
        .bind(number)
        .bind(input_hash)
        .bind(&body_hash)
        .bind(&findings_hash)
        .bind(by)
        .bind(now)
        .execute(&mut **tx)
        .await?;
        let (input_hash, created_by) = (input_hash.to_owned(), by.to_owned());
        Ok(Revision { tender_id, number, input_hash, body_hash, findings_hash, created_by, created_at: now })
    }

    /// A tender.
    ///
    /// # Errors
    /// If there is none.
    pub async fn tender(&self, id: &str) -> Result<TenderRow, Fault> {
        let mut tx = self.read().await?;
        let row = sqlx::query("SELECT * FROM tender WHERE tenant_id = $1 AND id = $2")
            .bind(&self.tenant)
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        Ok(tender(&row.ok_or(Fault::Missing("tender"))?)?)
    }

    /// Tenders after an id, at most `count`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn tenders(&self, after: &str, count: i64) -> Result<Vec<TenderRow>, Fault> {
        let mut tx = self.read().await?;
        let rows = sqlx::query("SELECT * FROM tender WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(&self.tenant)
            .bind(after)
            .bind(count)
            .fetch_all(&mut *tx)
            .await?;
        Ok(rows.iter().map(tender).collect::<Result<_, _>>()?)
    }

    /// A revision; the newest without a number.
    ///
    /// # Errors
    /// If there is none.
    pub async fn revision(&self, tender_id: &str, number: Option<i64>) -> Result<Revision, Fault> {
        if number.is_some_and(|n| n < 1) {
            return Err(Fault::Missing("tender or revision"));
        }
        let mut tx = self.read().await?;
        let row = sqlx::query(
            "SELECT * FROM revision WHERE tenant_id = $1 AND tender_id = $2 AND ($3 = 0 OR number = $3) \
             ORDER BY number DESC LIMIT 1",
        )
        .bind(&self.tenant)
        .bind(tender_id)
        .bind(number.unwrap_or(0))
        .fetch_optional(&mut *tx)
        .await?;
        Ok(revision(&row.ok_or(Fault::Missing("tender or revision"))?)?)
    }

    /// Revisions after a number, at most `count`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn revisions(&self, tender_id: &str, after: i64, count: i64) -> Result<Vec<Revision>, Fault> {
        let mut tx = self.read().await?;
        let rows = sqlx::query(
            "SELECT * FROM revision WHERE tenant_id = $1 AND tender_id = $2 AND number > $3 ORDER BY number LIMIT $4",
        )
        .bind(&self.tenant)
        .bind(tender_id)
        .bind(after)
        .bind(count)
        .fetch_all(&mut *tx)
        .await?;
        Ok(rows.iter().map(revision).collect::<Result<_, _>>()?)
    }

    /// Keeps what was found in an upload that is no tender, and the workbook with its findings (Base64).
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn add_refusal(&self, findings: &str, workbook: Option<&str>) -> Result<String, Fault> {
        let mut tx = self.write().await?;
        let (id, hash) = (secret::id("ref")?, self.keep(&mut tx, findings).await?);
        let workbook = match workbook {
            Some(workbook) => Some(self.keep(&mut tx, workbook).await?),
            None => None,
        };
        sqlx::query(
            "INSERT INTO refusal (tenant_id, id, findings_hash, created_at, workbook_hash) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&self.tenant)
        .bind(&id)
        .bind(hash)
        .bind(self.now())
        .bind(workbook)
        .execute(&mut *tx)
        .await?;
        commit(tx).await?;
        Ok(id)
    }

    /// What was found in a refused upload: name of the document.
    ///
    /// # Errors
    /// If there is none.
    pub async fn refusal(&self, id: &str) -> Result<String, Fault> {
        let mut tx = self.read().await?;
        let hash: Option<String> =
            sqlx::query_scalar("SELECT findings_hash FROM refusal WHERE tenant_id = $1 AND id = $2")
                .bind(&self.tenant)
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
        hash.ok_or(Fault::Missing("refused upload"))
    }

    /// The workbook of a refused upload: name of the document.
    ///
    /// # Errors
    /// If there is none.
    pub async fn refused_workbook(&self, id: &str) -> Result<String, Fault> {
        let mut tx = self.read().await?;
        let hash: Option<Option<String>> =
            sqlx::query_scalar("SELECT workbook_hash FROM refusal WHERE tenant_id = $1 AND id = $2")
                .bind(&self.tenant)
                .bind(id)
                .fetch_optional(&mut *tx)
                .await?;
        hash.flatten().ok_or(Fault::Missing("workbook of a refused upload"))
    }

    /// What a key has made, without using it.
    ///
    /// # Errors
    /// If the key was used for another request.
    pub async fn made_by(&self, person: &str, key: &str, fingerprint: &str) -> Result<Option<String>, Fault> {
        let mut tx = self.read().await?;
        let row = sqlx::query(
            "SELECT fingerprint, made FROM idempotency \
             WHERE tenant_id = $1 AND person_id = $2 AND key = $3 AND expires_at > $4 AND made <> ''",
        )
        .bind(&self.tenant)
        .bind(person)
        .bind(key)
        .bind(self.now())
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let kept: String = row.try_get("fingerprint")?;
        if kept == fingerprint { Ok(Some(row.try_get("made")?)) } else { Err(Fault::OtherRequest) }
    }

    /// What a key made before, if it was used; else remembers what it makes now. In one transaction with the making, so
    /// that a key never stands for something half done.
    ///
    /// # Errors
    /// If the key was used for another request.
    pub async fn made_before(
        &self,
        tx: &mut Tx,
        person: &str,
        key: &str,
        fingerprint: &str,
    ) -> Result<Option<String>, Fault> {
        sqlx::query("DELETE FROM idempotency WHERE tenant_id = $1 AND expires_at <= $2")
            .bind(&self.tenant)
            .bind(self.now())
            .execute(&mut **tx)
            .await?;
        let inserted = sqlx::query(
            "INSERT INTO idempotency (tenant_id, person_id, key, fingerprint, made, expires_at) \
             VALUES ($1, $2, $3, $4, '', $5) ON CONFLICT DO NOTHING",
        )
        .bind(&self.tenant)
        .bind(person)
        .bind(key)
        .bind(fingerprint)
        .bind(self.now() + KEYS_LIVE)
        .execute(&mut **tx)
        .await?;
        if inserted.rows_affected() == 1 {
            return Ok(None);
        }
        let row = sqlx::query(
            "SELECT fingerprint, made FROM idempotency WHERE tenant_id = $1 AND person_id = $2 AND key = $3",
        )
        .bind(&self.tenant)
        .bind(person)
        .bind(key)
        .fetch_one(&mut **tx)
        .await?;
        let kept: String = row.try_get("fingerprint")?;
        if kept == fingerprint { Ok(Some(row.try_get("made")?)) } else { Err(Fault::OtherRequest) }
    }

    /// What the key has made.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn key_made(&self, tx: &mut Tx, person: &str, key: &str, made: &str) -> Result<(), Fault> {
        sqlx::query("UPDATE idempotency SET made = $1 WHERE tenant_id = $2 AND person_id = $3 AND key = $4")
            .bind(made)
            .bind(&self.tenant)
            .bind(person)
            .bind(key)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }
}

/// How long an idempotency key is remembered: a day.
const KEYS_LIVE: i64 = 24 * 3600 * crate::clock::SECOND;
