//! Awards put forward, what was decided on them, and whom they concern.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Scope, Tx};
use crate::fault::Fault;
use crate::rights::Role;
use crate::secret;

/// An award put forward.
#[derive(Debug, Clone)]
pub struct ApprovalRow {
    /// Id.
    pub id: String,
    /// The run that made the award.
    pub run_id: String,
    /// `proposed`, `approved`, `rejected`.
    pub state: String,
    /// Why.
    pub note: String,
    /// Who put it forward.
    pub proposed_by: String,
    /// When.
    pub proposed_at: i64,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<i64>,
    /// What it was approved on.
    pub approved: Option<Approved>,
}

/// What an award was approved on, by the hash of each document.
#[derive(Debug, Clone)]
pub struct Approved {
    /// The certificate.
    pub certificate: String,
    /// The tender with the edits of the run's scenarios.
    pub tender: String,
}

fn approval(row: &AnyRow) -> Result<ApprovalRow, sqlx::Error> {
    Ok(ApprovalRow {
        id: row.try_get("id")?,
        run_id: row.try_get("run_id")?,
        state: row.try_get("state")?,
        note: row.try_get("note")?,
        proposed_by: row.try_get("proposed_by")?,
        proposed_at: row.try_get("proposed_at")?,
        decided_by: row.try_get("decided_by")?,
        decided_at: row.try_get("decided_at")?,
        approved: row
            .try_get::<Option<String>, _>("certificate")?
            .zip(row.try_get("edited_tender")?)
            .map(|(certificate, tender)| Approved { certificate, tender }),
    })
}

impl Scope {
    /// Puts an award forward.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn propose(&self, tx: &mut Tx, run: &str, note: &str, by: &str) -> Result<String, Fault> {
        let id = secret::id("apr")?;
        sqlx::query(
            "INSERT INTO approval (tenant_id, id, run_id, state, note, proposed_by, proposed_at) \
             VALUES ($1, $2, $3, 'proposed', $4, $5, $6)",
        )
        .bind(&self.tenant)
        .bind(&id)
        .bind(run)
        .bind(note)
        .bind(by)
        .bind(self.now())
        .execute(&mut **tx)
        .await?;
        Ok(id)
    }

    /// An award put forward.
    ///
    /// # Errors
    /// If there is none.
    pub async fn approval(&self, id: &str) -> Result<ApprovalRow, Fault> {
        let mut tx = self.read().await?;
        let row = sqlx::query("SELECT * FROM approval WHERE tenant_id = $1 AND id = $2")
            .bind(&self.tenant)
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        Ok(approval(&row.ok_or(Fault::Missing("approval"))?)?)
    }

    /// Awards put forward, after an id.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn approvals(&self, after: &str, count: i64) -> Result<Vec<ApprovalRow>, Fault> {
        let mut tx = self.read().await?;
        let rows = sqlx::query("SELECT * FROM approval WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(&self.tenant)
            .bind(after)
            .bind(count)
            .fetch_all(&mut *tx)
            .await?;
        Ok(rows.iter().map(approval).collect::<Result<_, _>>()?)
    }

    /// Approved awards after an id: those that concern a party, or all.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn approved(
        &self,
        party: Option<(Role, &str)>,
        after: &str,
        count: i64,
    ) -> Result<Vec<ApprovalRow>, Fault> {
        let mut tx = self.read().await?;
        let (role, name) = party.map_or(("", ""), |(role, name)| (role.word(), name));
        let rows = sqlx::query(
            "SELECT * FROM approval a WHERE tenant_id = $1 AND state = 'approved' AND id > $2 AND ($3 = '' OR EXISTS \
             (SELECT 1 FROM concerned c WHERE c.tenant_id = a.tenant_id AND c.approval_id = a.id AND c.role = $3 \
             AND c.party = $4)) ORDER BY id LIMIT $5",
        )
        .bind(&self.tenant)
        .bind(after)
        .bind(role)
        .bind(name)
        .bind(count)
        .fetch_all(&mut *tx)
        .await?;
        Ok(rows.iter().map(approval).collect::<Result<_, _>>()?)
    }

    /// Whether an award concerns a party.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn concerns(&self, id: &str, (role, party): (Role, &str)) -> Result<bool, Fault> {
        let mut tx = self.read().await?;
        let found: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM concerned WHERE tenant_id = $1 AND approval_id = $2 AND role = $3 AND party = $4",
        )
        .bind(&self.tenant)
        .bind(id)
        .bind(role.word())
        .bind(party)
        .fetch_one(&mut *tx)
        .await?;
        Ok(found > 0)
    }

    /// Keeps whom an award concerns.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn add_concerned(&self, tx: &mut Tx, id: &str, parties: &[(Role, String)]) -> Result<(), Fault> {
        for (role, party) in parties {
            sqlx::query("INSERT INTO concerned (tenant_id, approval_id, role, party) VALUES ($1, $2, $3, $4)")
                .bind(&self.tenant)
                .bind(id)
                .bind(role.word())
                .bind(party)
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }

    /// Decides on a proposal that nobody has decided on.
    ///
    /// # Errors
    /// If somebody has.
    pub async fn decide(
        &self,
        tx: &mut Tx,
        id: &str,
        state: &str,
        by: &str,
        approved: Option<&Approved>,
    ) -> Result<(), Fault> {
        let decided = sqlx::query(
            "UPDATE approval SET state = $1, decided_by = $2, decided_at = $3, certificate = $4, \
             edited_tender = $5 WHERE tenant_id = $6 AND id = $7 AND state = 'proposed'",
        )
        .bind(state)
        .bind(by)
        .bind(self.now())
        .bind(approved.map(|a| &a.certificate))
        .bind(approved.map(|a| &a.tender))
        .bind(&self.tenant)
        .bind(id)
        .execute(&mut **tx)
        .await?;
        if decided.rows_affected() == 0 {
            return Err(Fault::Conflict("somebody has decided on this already".to_owned()));
        }
        Ok(())
    }
}
