//! Means that members are told of each other's cost.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Scope, Tx};
use crate::fault::Fault;

/// A mean of one need, made when an award was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarkRow {
    /// Of what.
    pub need: String,
    /// Whose sites are in it, as JSON: `{"site": "member"}`.
    pub sites: String,
    /// Money a need unit today.
    pub today: String,
    /// Money a need unit by the award.
    pub award: String,
    /// When it was made.
    pub made_at: i64,
    /// From when on it is told.
    pub told_from: i64,
}

fn benchmark(row: &AnyRow) -> Result<BenchmarkRow, sqlx::Error> {
    Ok(BenchmarkRow {
        need: row.try_get("need")?,
        sites: row.try_get("sites")?,
        today: row.try_get("today")?,
        award: row.try_get("award")?,
        made_at: row.try_get("made_at")?,
        told_from: row.try_get("told_from")?,
    })
}

impl Scope {
    /// All means that approvals have made, to be compared with new ones in the same transaction.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn all_benchmarks(&self, tx: &mut Tx) -> Result<Vec<BenchmarkRow>, Fault> {
        let all = "SELECT * FROM benchmark WHERE tenant_id = $1 ORDER BY made_at, approval_id, need";
        let rows = sqlx::query(all).bind(&self.tenant).fetch_all(&mut **tx).await?;
        Ok(rows.iter().map(benchmark).collect::<Result<_, _>>()?)
    }

    /// The means of one approval.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn benchmarks(&self, approval: &str) -> Result<Vec<BenchmarkRow>, Fault> {
        let mut tx = self.read().await?;
        let own = "SELECT * FROM benchmark WHERE tenant_id = $1 AND approval_id = $2 ORDER BY need";
        let rows = sqlx::query(own).bind(&self.tenant).bind(approval).fetch_all(&mut *tx).await?;
        Ok(rows.iter().map(benchmark).collect::<Result<_, _>>()?)
    }

    /// Keeps the means of an approval.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn add_benchmarks(&self, tx: &mut Tx, approval: &str, means: &[BenchmarkRow]) -> Result<(), Fault> {
        for mean in means {
            sqlx::query(
                "INSERT INTO benchmark (tenant_id, approval_id, need, sites, today, award, made_at, told_from) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&self.tenant)
            .bind(approval)
            .bind(&mean.need)
            .bind(&mean.sites)
            .bind(&mean.today)
            .bind(&mean.award)
            .bind(mean.made_at)
            .bind(mean.told_from)
            .execute(&mut **tx)
            .await?;
        }
        Ok(())
    }
}
