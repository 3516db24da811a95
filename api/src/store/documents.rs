//! Texts by the hash of their content, each once per tenant.

use super::{Scope, Tx};
use crate::fault::Fault;
use crate::secret::content_hash;

impl Scope {
    /// Keeps a text; gives its name.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn keep(&self, tx: &mut Tx, body: &str) -> Result<String, Fault> {
        let hash = content_hash(body.as_bytes());
        sqlx::query("INSERT INTO document (tenant_id, hash, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&self.tenant)
            .bind(&hash)
            .bind(body)
            .execute(&mut **tx)
            .await?;
        Ok(hash)
    }

    /// The text of a name.
    ///
    /// # Errors
    /// If there is none.
    pub async fn document(&self, hash: &str) -> Result<String, Fault> {
        let mut tx = self.read().await?;
        let body: Option<String> = sqlx::query_scalar("SELECT body FROM document WHERE tenant_id = $1 AND hash = $2")
            .bind(&self.tenant)
            .bind(hash)
            .fetch_optional(&mut *tx)
            .await?;
        body.ok_or_else(|| Fault::Internal(format!("document {hash} is not in the store")))
    }
}
