//! The audit log of a tenant: appended in the transaction of what it tells (of people and tokens: before it), each entry holding the hash of the one before.
//!
//! hash(n) = SHA-256 of the parts of entry n, each with its length, with hash(n−1) among them. A chain alone does not show
//! that its end was cut off or that all of it was written anew: `verify` therefore gives the last hash, to be kept where the
//! server cannot write, and takes such a kept hash as anchor.

use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Scope, Tx};
use crate::failpoint::pass;
use crate::fault::Fault;

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Counted from 1.
    pub seq: i64,
    /// When.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub object: String,
    /// Further; never a price.
    pub detail: String,
    /// Hash of the entry before.
    pub previous: String,
    /// Hash of this one.
    pub hash: String,
}

impl Entry {
    fn own_hash(&self) -> String {
        let mut hash = Sha256::new();
        let (seq, at) = (self.seq.to_string(), self.at.to_string());
        for part in [&seq, &at, &self.actor, &self.action, &self.object, &self.detail, &self.previous] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// Where a log does not hold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Broken {
    /// An entry that is not what was written.
    #[error("entry {0} was changed: its hash does not follow from its content")]
    Changed(i64),
    /// Entries that are missing, doubled or in another order.
    #[error("entry {0} does not follow the one before")]
    Gap(i64),
    /// The end was cut off, or the log was written anew.
    #[error("the anchor is not in the log: its end was cut off, or it was written anew")]
    Anchor,
}

/// Verifies entries in order; gives their number and the last hash.
///
/// # Errors
/// The first entry that does not hold.
pub fn verify(entries: &[Entry], anchor: Option<&str>) -> Result<(usize, String), Broken> {
    let mut last = String::new();
    for (entry, expected) in entries.iter().zip(1..) {
        if entry.seq != expected || entry.previous != last {
            return Err(Broken::Gap(entry.seq));
        }
        if entry.own_hash() != entry.hash {
            return Err(Broken::Changed(entry.seq));
        }
        last.clone_from(&entry.hash);
    }
    match anchor {
        Some(anchor) if !entries.iter().any(|e| e.hash == anchor) => Err(Broken::Anchor),
        _ => Ok((entries.len(), last)),
    }
}

impl Scope {
    /// Appends an entry.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn note(&self, tx: &mut Tx, actor: &str, action: &str, object: &str, detail: &str) -> Result<(), Fault> {
        // Locks the head, so that two transactions do not follow the same entry.
        sqlx::query(
            "INSERT INTO audit_head (tenant_id, seq, hash) VALUES ($1, 1, '') \
             ON CONFLICT (tenant_id) DO UPDATE SET seq = audit_head.seq + 1",
        )
        .bind(&self.tenant)
        .execute(&mut **tx)
        .await?;
        pass("write.half");
        let head = sqlx::query("SELECT seq, hash FROM audit_head WHERE tenant_id = $1")
            .bind(&self.tenant)
            .fetch_one(&mut **tx)
            .await?;
        let mut entry = Entry {
            seq: head.try_get("seq")?,
            at: self.now(),
            actor: actor.to_owned(),
            action: action.to_owned(),
            object: object.to_owned(),
            detail: detail.to_owned(),
            previous: head.try_get("hash")?,
            hash: String::new(),
        };
        entry.hash = entry.own_hash();
        sqlx::query(
            "INSERT INTO audit (tenant_id, seq, at, actor, action, object, detail, previous, hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&self.tenant)
        .bind(entry.seq)
        .bind(entry.at)
        .bind(&entry.actor)
        .bind(&entry.action)
        .bind(&entry.object)
        .bind(&entry.detail)
        .bind(&entry.previous)
        .bind(&entry.hash)
        .execute(&mut **tx)
        .await?;
        sqlx::query("UPDATE audit_head SET hash = $1 WHERE tenant_id = $2")
            .bind(&entry.hash)
            .bind(&self.tenant)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// Entries after `after`, at most `count`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn audit(&self, after: i64, count: i64) -> Result<Vec<Entry>, Fault> {
        let mut tx = self.read().await?;
        let rows = sqlx::query("SELECT * FROM audit WHERE tenant_id = $1 AND seq > $2 ORDER BY seq LIMIT $3")
            .bind(&self.tenant)
            .bind(after)
            .bind(count)
            .fetch_all(&mut *tx)
            .await?;
        let entry = |r: &AnyRow| {
            Ok::<_, sqlx::Error>(Entry {
                seq: r.try_get("seq")?,
                at: r.try_get("at")?,
                actor: r.try_get("actor")?,
                action: r.try_get("action")?,
                object: r.try_get("object")?,
                detail: r.try_get("detail")?,
                previous: r.try_get("previous")?,
                hash: r.try_get("hash")?,
            })
        };
        Ok(rows.iter().map(entry).collect::<Result<_, _>>()?)
    }
}
