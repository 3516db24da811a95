//! Results in the forms that people take away: a workbook, CSV files, the report. Made by the command from the frozen
//! inputs of the run.

use std::path::Path;

use ballast_exchange::archive::pack;

use super::runs::Frozen;
use super::{Service, put};
use crate::fault::Fault;
use crate::rights::Caller;
use crate::store::{Scope, commit};

/// What an export is made as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A workbook of the award.
    Workbook,
    /// A zip archive of CSV files of the award.
    Csv,
    /// The report, with runs about the same award as further sections.
    Report,
}

impl Form {
    /// Media type and name of the file.
    pub fn media(self) -> (&'static str, &'static str) {
        match self {
            Self::Workbook => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "award.xlsx"),
            Self::Csv => ("application/zip", "award-csv.zip"),
            Self::Report => ("text/html; charset=utf-8", "report.html"),
        }
    }
}

/// Writes the files of a run to a folder.
///
/// # Errors
/// If one cannot be written.
pub async fn lay_out(scope: &Scope, frozen: &Frozen, folder: &Path) -> Result<(), Fault> {
    for (name, hash) in &frozen.files {
        put(folder, name, scope.document(hash).await?).await?;
    }
    Ok(())
}

impl Service {
    /// Makes an export of a run of kind `award`; `further` are runs about it for the report.
    ///
    /// # Errors
    /// If the run is of another kind or has no award.
    pub async fn export(&self, caller: &Caller, id: &str, form: Form, further: &[String]) -> Result<Vec<u8>, Fault> {
        let scope = self.scope(caller).await?;
        let run = scope.run(id).await?;
        let hash = match (&run.document_hash, run.kind.as_str()) {
            (Some(hash), "award") => hash.clone(),
            (None, "award") => return Err(Fault::Conflict(format!("this run has no result: it is {}", run.state))),
            _ => return Err(Fault::Conflict("only runs of kind award are exported".to_owned())),
        };
        let frozen: Frozen = serde_json::from_str(&run.frozen)?;
        let folder = self.scratch()?;
        lay_out(&scope, &frozen, folder.path()).await?;
        put(folder.path(), "result.json", scope.document(&hash).await?).await?;
        // What the tender was edited by belongs to the export, too.
        let edits: Vec<String> = frozen
            .args
            .iter()
            .filter(|a| a.starts_with("--scenario=") || a.starts_with("--objective="))
            .cloned()
            .collect();
        let mut args: Vec<String> = vec!["--quiet".to_owned()];
        match form {
            Form::Workbook => {
                args.extend(["export".to_owned(), "--award=result.json".to_owned(), "--out=award.xlsx".to_owned()]);
            }
            Form::Csv => args.extend(["export", "--award=result.json", "--csv=csv", "--excel-safe"].map(str::to_owned)),
            Form::Report => args.extend(["report".to_owned(), "--out=report.html".to_owned()]),
        }
        args.extend(edits);
        args.extend(["--".to_owned(), "tender.json".to_owned()]);
        if form == Form::Report {
            args.push("result.json".to_owned());
            for (i, other) in further.iter().enumerate() {
                let other = scope.run(other).await?;
                let Some(hash) =
                    other.document_hash.filter(|_| matches!(other.kind.as_str(), "stress" | "reserve" | "exposure"))
                else {
                    return Err(Fault::invalid(
                        "/with",
                        "expected runs of kind stress, reserve or exposure that have a result",
                    ));
                };
                let name = format!("further-{}.json", i + 1);
                put(folder.path(), &name, scope.document(&hash).await?).await?;
                args.push(name);
            }
        }
        let ended = self.command.file(&scope.tenant, folder.path(), &args).await?;
        if !ended.status.success() {
            return Err(Fault::Conflict(format!("this result cannot be exported: {}", ended.complaint)));
        }
        let mut tx = scope.write().await?;
        scope.note(&mut tx, &caller.name, "export", id, form.media().1).await?;
        commit(tx).await?;
        match form {
            Form::Workbook => Ok(tokio::fs::read(folder.path().join("award.xlsx")).await?),
            Form::Report => Ok(tokio::fs::read(folder.path().join("report.html")).await?),
            Form::Csv => {
                let csv = folder.path().join("csv");
                let packed = tokio::task::spawn_blocking(move || pack(&csv)).await;
                Ok(packed.map_err(|e| Fault::Internal(e.to_string()))??)
            }
        }
    }
}
