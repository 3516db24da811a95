//! Scenarios, grids and packs: texts with a name and a version.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Scope, Tx};
use crate::fault::Fault;
use crate::secret;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// Edits over a tender.
    Scenario,
    /// A disruption pack.
    Pack,
}

impl PieceKind {
    /// The word in the store.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Pack => "pack",
        }
    }

    /// The beginning of its ids.
    fn prefix(self) -> &'static str {
        match self {
            Self::Scenario => "scn",
            Self::Pack => "pck",
        }
    }
}

/// A text.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `toml` or `json`.
    pub format: String,
    /// Hash of its content.
    pub body_hash: String,
    /// Counted from 1.
    pub version: i64,
    /// Who entered it.
    pub created_by: String,
    /// When.
    pub created_at: i64,
    /// Last change.
    pub changed_at: i64,
}

fn piece(row: &AnyRow) -> Result<Piece, sqlx::Error> {
    Ok(Piece {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        format: row.try_get("format")?,
        body_hash: row.try_get("body_hash")?,
        version: row.try_get("version")?,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
        changed_at: row.try_get("changed_at")?,
    })
}

impl Scope {
    /// Enters a text.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn add_piece(
        &self,
        tx: &mut Tx,
        kind: PieceKind,
        name: &str,
        (format, body): (&str, &str),
        by: &str,
    ) -> Result<Piece, Fault> {
        let (id, body_hash, now) = (secret::id(kind.prefix())?, self.keep(tx, body).await?, self.now());
        sqlx::query(
            "INSERT INTO piece (tenant_id, id, kind, name, format, body_hash, version, created_by, created_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $8)",
        )
        .bind(&self.tenant)
        .bind(&id)
        .bind(kind.word())
        .bind(name)
        .bind(format)
        .bind(&body_hash)
        .bind(by)
        .bind(now)
        .execute(&mut **tx)
        .await?;
        let (name, format, created_by) = (name.to_owned(), format.to_owned(), by.to_owned());
        Ok(Piece { id, name, format, body_hash, version: 1, created_by, created_at: now, changed_at: now })
    }

    /// A text.
    ///
    /// # Errors
    /// If there is none.
    pub async fn piece(&self, kind: PieceKind, id: &str) -> Result<Piece, Fault> {
        let mut tx = self.read().await?;
        let row = sqlx::query("SELECT * FROM piece WHERE tenant_id = $1 AND kind = $2 AND id = $3")
            .bind(&self.tenant)
            .bind(kind.word())
            .bind(id)
            .fetch_optional(&mut *tx)
            .await?;
        Ok(piece(&row.ok_or(Fault::Missing(kind.word()))?)?)
    }

    /// Texts after an id, at most `count`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn pieces(&self, kind: PieceKind, after: &str, count: i64) -> Result<Vec<Piece>, Fault> {
        let mut tx = self.read().await?;
        let rows =
            sqlx::query("SELECT * FROM piece WHERE tenant_id = $1 AND kind = $2 AND id > $3 ORDER BY id LIMIT $4")
                .bind(&self.tenant)
                .bind(kind.word())
                .bind(after)
                .bind(count)
                .fetch_all(&mut *tx)
                .await?;
        Ok(rows.iter().map(piece).collect::<Result<_, _>>()?)
    }

    /// Replaces a text, if `version` is the newest or none is named.
    ///
    /// # Errors
    /// If it is not.
    pub async fn replace_piece(
        &self,
        tx: &mut Tx,
        old: &Piece,
        version: Option<i64>,
        name: &str,
        (format, body): (&str, &str),
    ) -> Result<(), Fault> {
        let hash = self.keep(tx, body).await?;
        let changed = sqlx::query(
            "UPDATE piece SET name = $1, format = $2, body_hash = $3, version = version + 1, changed_at = $4 \
             WHERE tenant_id = $5 AND id = $6 AND ($7 = 0 OR version = $7)",
        )
        .bind(name)
        .bind(format)
        .bind(hash)
        .bind(self.now())
        .bind(&self.tenant)
        .bind(&old.id)
        .bind(version.unwrap_or(0))
        .execute(&mut **tx)
        .await?;
        if changed.rows_affected() == 0 { Err(Fault::Stale) } else { Ok(()) }
    }

    /// Takes a text away, if `version` is the newest or none is named. Runs keep what they were given.
    ///
    /// # Errors
    /// If it is not.
    pub async fn remove_piece(&self, tx: &mut Tx, id: &str, version: Option<i64>) -> Result<(), Fault> {
        let removed = sqlx::query("DELETE FROM piece WHERE tenant_id = $1 AND id = $2 AND ($3 = 0 OR version = $3)")
            .bind(&self.tenant)
            .bind(id)
            .bind(version.unwrap_or(0))
            .execute(&mut **tx)
            .await?;
        if removed.rows_affected() == 0 { Err(Fault::Stale) } else { Ok(()) }
    }
}
