//! Tenders: uploads are read by the command in a process of its own; what is no tender leaves its findings, what is one
//! becomes an immutable revision.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::page::{Ask, Page};
use super::{Key, Made, Service, put};
use crate::clock::iso;
use crate::fault::{Fault, Pointed};
use crate::rights::Caller;
use crate::store::{Revision, Scope, TenderRow, commit};

/// Findings that a refusal shows itself; the rest stand at `findings`.
const SHOWN: usize = 100;

/// A tender.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenderView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Number of the newest revision.
    pub latest: i64,
    /// Who entered it.
    pub created_by: String,
    /// When.
    pub created_at: String,
}

/// A revision of a tender.
#[derive(Debug, Serialize, ToSchema)]
pub struct RevisionView {
    /// The tender.
    pub tender: String,
    /// Counted from 1.
    pub revision: i64,
    /// Hash of the canonical tender: equal tenders have equal hashes, whatever their rendering.
    pub input_hash: String,
    /// Who entered it.
    pub created_by: String,
    /// When.
    pub created_at: String,
    /// Where it stands.
    pub href: String,
    /// Where what reading it found stands.
    pub findings: String,
}

/// What differs between two revisions, row by row.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffView {
    /// From which revision.
    pub from: i64,
    /// To which.
    pub to: i64,
    /// True if the two are the same tender.
    pub equal: bool,
    /// Tables that differ.
    pub tables: Vec<TableDiff>,
}

/// What differs in a table. A changed row is one that was removed and one that was added.
#[derive(Debug, Serialize, ToSchema)]
pub struct TableDiff {
    /// Table.
    pub table: String,
    /// Rows that only the later revision has.
    #[schema(value_type = Vec<Object>)]
    pub added: Vec<Value>,
    /// Rows that only the earlier one has.
    #[schema(value_type = Vec<Object>)]
    pub removed: Vec<Value>,
}

impl From<TenderRow> for TenderView {
    fn from(t: TenderRow) -> Self {
        let created_at = iso(t.created_at);
        Self { id: t.id, name: t.name, latest: t.latest, created_by: t.created_by, created_at }
    }
}

impl From<Revision> for RevisionView {
    fn from(r: Revision) -> Self {
        let href = format!("/v1/tenders/{}/revisions/{}", r.tender_id, r.number);
        Self {
            findings: format!("{href}/findings"),
            href,
            tender: r.tender_id,
            revision: r.number,
            input_hash: r.input_hash,
            created_by: r.created_by,
            created_at: iso(r.created_at),
        }
    }
}

/// What reading an upload gave.
struct Reading {
    /// The check document.
    check: Value,
    /// The canonical body, if it is a tender.
    body: Option<String>,
    /// The workbook with its findings, if it is none and could be opened.
    workbook: Option<Vec<u8>>,
}

/// What the bytes of an upload are, by how they begin: names and media types are often wrong.
fn ending(bytes: &[u8]) -> &'static str {
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|w| w == name);
    match bytes {
        [b'P', b'K', ..] if holds(b"xl/workbook.xml") => "xlsx",
        [b'P', b'K', ..] => "zip",
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "xlsx",
        _ => "json",
    }
}

impl Service {
    async fn read_upload(&self, tenant: &str, bytes: &[u8]) -> Result<Reading, Fault> {
        let folder = self.scratch()?;
        let name = format!("tender.{}", ending(bytes));
        put(folder.path(), &name, bytes).await?;
        let mut args = ["check", "--json", "--quiet", "--out=canonical.json", &name].map(str::to_owned).to_vec();
        if ending(bytes) == "xlsx" {
            args.insert(1, "--annotate=annotated.xlsx".to_owned());
        }
        let ended = self.command.file(tenant, folder.path(), &args).await?;
        let check = ended
            .document()
            .filter(|d| d["schema"] == "ballast.check/1")
            .ok_or_else(|| Fault::Internal(format!("check: {:?}: {}", ended.status, ended.complaint)))?;
        let body = match check["tender"] == json!(true) {
            true => Some(tokio::fs::read_to_string(folder.path().join("canonical.json")).await?),
            false => None,
        };
        // One that could not be opened has no copy.
        let copy = tokio::fs::read(folder.path().join("annotated.xlsx")).await.ok();
        Ok(Reading { check, workbook: copy.filter(|_| body.is_none()), body })
    }

    /// Reads an upload and says what was found, without keeping anything.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub async fn check(&self, caller: &Caller, bytes: &[u8]) -> Result<Value, Fault> {
        Ok(self.read_upload(&caller.tenant, bytes).await?.check)
    }

    /// Enters a tender, or the next revision of one.
    ///
    /// # Errors
    /// Everything that was found, if the upload is no tender.
    pub async fn enter(
        &self,
        caller: &Caller,
        tender: Option<&str>,
        bytes: &[u8],
        key: Option<&Key>,
    ) -> Result<Made<RevisionView>, Fault> {
        let scope = self.scope(caller).await?;
        if let Some(id) = tender {
            scope.tender(id).await?;
        }
        let reading = self.read_upload(&caller.tenant, bytes).await?;
        self.keep_reading(caller, &scope, tender, reading, key).await
    }

    /// Keeps what reading gave: a revision, or a refusal.
    async fn keep_reading(
        &self,
        caller: &Caller,
        scope: &Scope,
        tender: Option<&str>,
        reading: Reading,
        key: Option<&Key>,
    ) -> Result<Made<RevisionView>, Fault> {
        let check = reading.check.to_string();
        let Some(body) = reading.body else {
            let workbook = reading.workbook.map(|bytes| STANDARD.encode(bytes));
            let refusal = scope.add_refusal(&check, workbook.as_deref()).await?;
            return Err(refused(&reading.check, &refusal, workbook.is_some()));
        };
        let canonical: Value = serde_json::from_str(&body)?;
        let name = canonical["tender"]["name"].as_str().unwrap_or("tender").to_owned();
        let hash = reading.check["input_hash"].as_str().unwrap_or_default().to_owned();
        let mut tx = scope.write().await?;
        if let Some(key) = key
            && let Some(made) = scope.made_before(&mut tx, &caller.person, &key.key, &key.fingerprint).await?
        {
            commit(tx).await?;
            let (id, number) = made.split_once('/').unwrap_or((&made, ""));
            let what = scope.revision(id, number.parse().ok()).await?.into();
            return Ok(Made { what, before: true });
        }
        let revision = scope.add_revision(&mut tx, tender, &name, &hash, (&body, &check), &caller.name).await?;
        let what = format!("{}/{}", revision.tender_id, revision.number);
        if let Some(key) = key {
            scope.key_made(&mut tx, &caller.person, &key.key, &what).await?;
        }
        scope.note(&mut tx, &caller.name, "enter_tender", &what, &hash).await?;
        commit(tx).await?;
        Ok(Made { what: revision.into(), before: false })
    }

    /// Tenders.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn tenders(&self, caller: &Caller, ask: &Ask) -> Result<Page<TenderView>, Fault> {
        let found = self.scope(caller).await?.tenders(&ask.after, ask.size + 1).await?;
        Ok(ask.page(found, |t| t.id.clone(), TenderView::from))
    }

    /// A tender.
    ///
    /// # Errors
    /// If there is none.
    pub async fn tender(&self, caller: &Caller, id: &str) -> Result<TenderView, Fault> {
        Ok(self.scope(caller).await?.tender(id).await?.into())
    }

    /// Revisions of a tender.
    ///
    /// # Errors
    /// If there is no such tender.
    pub async fn revisions(&self, caller: &Caller, id: &str, ask: &Ask) -> Result<Page<RevisionView>, Fault> {
        let scope = self.scope(caller).await?;
        scope.tender(id).await?;
        let found = scope.revisions(id, ask.after_number()?, ask.size + 1).await?;
        Ok(ask.page(found, |r| r.number.to_string(), RevisionView::from))
    }

    /// A revision: the canonical body.
    ///
    /// # Errors
    /// If there is none.
    pub async fn revision(&self, caller: &Caller, id: &str, number: i64) -> Result<(String, RevisionView), Fault> {
        let scope = self.scope(caller).await?;
        let revision = scope.revision(id, Some(number)).await?;
        Ok((scope.document(&revision.body_hash).await?, revision.into()))
    }

    /// What reading a revision found, page by page.
    ///
    /// # Errors
    /// If there is no such revision.
    pub async fn findings(&self, caller: &Caller, id: &str, number: i64, ask: &Ask) -> Result<Page<Value>, Fault> {
        let scope = self.scope(caller).await?;
        let revision = scope.revision(id, Some(number)).await?;
        page_of_findings(&scope, &revision.findings_hash, ask).await
    }

    /// What was found in a refused upload, page by page.
    ///
    /// # Errors
    /// If there is no such upload.
    pub async fn refusal(&self, caller: &Caller, id: &str, ask: &Ask) -> Result<Page<Value>, Fault> {
        let scope = self.scope(caller).await?;
        let hash = scope.refusal(id).await?;
        page_of_findings(&scope, &hash, ask).await
    }

    /// The workbook of a refused upload, with the findings at their cells and on a sheet of their own.
    ///
    /// # Errors
    /// If there is no such upload, or it was no workbook that could be opened.
    pub async fn refused_workbook(&self, caller: &Caller, id: &str) -> Result<Vec<u8>, Fault> {
        let scope = self.scope(caller).await?;
        let hash = scope.refused_workbook(id).await?;
        STANDARD.decode(scope.document(&hash).await?).map_err(|e| Fault::Internal(e.to_string()))
    }

    /// Reads the newest revision of a tender anew, as this version of the program understands the format: what comes out
    /// different is entered as the next revision. The second value tells whether it was.
    ///
    /// # Errors
    /// Everything that was found, if it is no tender any more.
    pub async fn upgrade(&self, caller: &Caller, id: &str) -> Result<(RevisionView, bool), Fault> {
        let scope = self.scope(caller).await?;
        let newest = scope.revision(id, None).await?;
        let kept = scope.document(&newest.body_hash).await?;
        let reading = self.read_upload(&caller.tenant, kept.as_bytes()).await?;
        if reading.body.as_ref() == Some(&kept) {
            return Ok((newest.into(), false));
        }
        Ok((self.keep_reading(caller, &scope, Some(id), reading, None).await?.what, true))
    }

    /// What differs between two revisions.
    ///
    /// # Errors
    /// If there is no such revision.
    pub async fn diff(&self, caller: &Caller, id: &str, from: i64, to: i64) -> Result<DiffView, Fault> {
        let scope = self.scope(caller).await?;
        let (before, after) = (scope.revision(id, Some(from)).await?, scope.revision(id, Some(to)).await?);
        let (one, other) = (scope.document(&before.body_hash).await?, scope.document(&after.body_hash).await?);
        let tables = tables_apart(&serde_json::from_str(&one)?, &serde_json::from_str(&other)?);
        Ok(DiffView { from, to, equal: before.input_hash == after.input_hash, tables })
    }
}

async fn page_of_findings(scope: &Scope, hash: &str, ask: &Ask) -> Result<Page<Value>, Fault> {
    let mut check: Value = serde_json::from_str(&scope.document(hash).await?)?;
    let findings = match check["findings"].take() {
        Value::Array(findings) => findings,
        _ => Vec::new(),
    };
    let from = usize::try_from(ask.after_number()?).unwrap_or(usize::MAX);
    let most = usize::try_from(ask.size).unwrap_or(usize::MAX).saturating_add(1);
    let found: Vec<(usize, Value)> = findings.into_iter().enumerate().skip(from).take(most).collect();
    Ok(ask.page(found, |(i, _)| (i + 1).to_string(), |(_, f)| f))
}

/// The refusal of an upload that is no tender.
fn refused(check: &Value, refusal: &str, workbook: bool) -> Fault {
    let findings = check["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let errors = findings.iter().filter(|f| f["severity"] == "error").take(SHOWN).map(pointed).collect();
    let detail = format!("not a tender: {} error(s), {} warning(s)", check["errors"], check["warnings"]);
    let at = |what: &str| format!("/v1/refusals/{refusal}/{what}");
    Fault::Invalid { detail, errors, findings: Some(at("findings")), workbook: workbook.then(|| at("annotated.xlsx")) }
}

/// A finding as a fault of the request: its pointer, or its sheet and cell, or its file and line.
fn pointed(finding: &Value) -> Pointed {
    let text = |key: &str| finding[key].as_str().unwrap_or_default();
    let mut further = json!({ "code": finding["code"], "value": finding["value"], "fix": finding["fix"] });
    for key in ["cell", "line", "column"] {
        if !finding[key].is_null() {
            further[key] = finding[key].clone();
        }
    }
    let (pointer, place) = match (text("pointer"), text("cell")) {
        ("", "") => (String::new(), "file"),
        ("", _) => (String::new(), "sheet"),
        (pointer, _) => (pointer.to_owned(), ""),
    };
    if !place.is_empty() {
        further[place] = finding["file"].clone();
    }
    Pointed { pointer, detail: text("expected").to_owned(), further }
}

/// Rows of each table that only one of two canonical bodies has.
fn tables_apart(one: &Value, other: &Value) -> Vec<TableDiff> {
    let rows = |body: &Value, table: &str| match &body[table] {
        Value::Array(rows) => rows.clone(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    };
    let names = |body: &Value| body.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let mut tables: Vec<String> = names(one).into_iter().chain(names(other)).filter(|n| n != "schema").collect();
    tables.sort();
    tables.dedup();
    let apart = |table: String| {
        let (before, after) = (rows(one, &table), rows(other, &table));
        let only = |these: &[Value], those: &[Value]| {
            let known: std::collections::HashSet<String> = those.iter().map(Value::to_string).collect();
            these.iter().filter(|r| !known.contains(&r.to_string())).cloned().collect::<Vec<_>>()
        };
        let (added, removed) = (only(&after, &before), only(&before, &after));
        (!added.is_empty() || !removed.is_empty()).then_some(TableDiff { table, added, removed })
    };
    tables.into_iter().filter_map(apart).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{ending, tables_apart};

    #[test]
    fn a_changed_row_is_removed_and_added() {
        let one = json!({ "schema": "s", "sites": [{ "site": "A" }, { "site": "B" }], "tender": { "name": "T" } });
        let other = json!({ "schema": "s", "sites": [{ "site": "A" }, { "site": "C" }], "tender": { "name": "T" } });
        let apart = tables_apart(&one, &other);
        assert_eq!(apart.len(), 1);
        assert_eq!(
            (&apart[0].added, &apart[0].removed),
            (&vec![json!({ "site": "C" })], &vec![json!({ "site": "B" })])
        );
    }

    #[test]
    fn uploads_are_told_apart_by_their_bytes() {
        assert_eq!(ending(b"{}"), "json");
        assert_eq!(ending(b"PK\x03\x04 tender.toml"), "zip");
        assert_eq!(ending(b"PK\x03\x04 xl/workbook.xml"), "xlsx");
    }
}
