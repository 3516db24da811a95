//! Shipped tenders, as bodies that post as they are, and shipped packs.

use include_dir::{Dir, include_dir};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Service;
use crate::fault::Fault;
use crate::rights::Caller;

static IV_FLUIDS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios/iv-fluids");
static WOUND_CARE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios/wound-care");
static PACKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../scenarios/packs");

/// A shipped tender.
#[derive(Debug, Serialize, ToSchema)]
pub struct DemoView {
    /// Name.
    pub name: String,
    /// Where its body stands: post it to `/v1/tenders`.
    pub href: String,
}

fn tenders() -> [(&'static str, &'static Dir<'static>); 2] {
    [("iv-fluids", &IV_FLUIDS), ("wound-care", &WOUND_CARE)]
}

/// The text of a shipped pack.
pub fn pack(name: &str) -> Option<&'static str> {
    PACKS.get_file(format!("{name}.toml"))?.contents_utf8()
}

/// The names of shipped packs.
pub fn pack_names() -> Vec<String> {
    let stem = |f: &include_dir::File<'_>| f.path().file_stem().map(|s| s.to_string_lossy().into_owned());
    let mut names: Vec<String> = PACKS.files().filter_map(stem).collect();
    names.sort();
    names
}

/// Shipped tenders.
pub fn list() -> Vec<DemoView> {
    tenders()
        .iter()
        .map(|(name, _)| DemoView { name: (*name).to_owned(), href: format!("/v1/demo-tenders/{name}") })
        .collect()
}

impl Service {
    /// The body of a shipped tender.
    ///
    /// # Errors
    /// If there is none of the name.
    pub async fn demo_tender(&self, caller: &Caller, name: &str) -> Result<Value, Fault> {
        let (_, shipped) =
            tenders().into_iter().find(|(n, _)| *n == name).ok_or(Fault::Missing("demonstration tender"))?;
        let folder = self.scratch()?;
        let tender = folder.path().join("tender");
        std::fs::create_dir(&tender)?;
        shipped.extract(&tender)?;
        let args = ["check", "--json", "--quiet", "--out=canonical.json", "tender"].map(str::to_owned);
        let ended = self.command.file(&caller.tenant, folder.path(), &args).await?;
        let body = tokio::fs::read(folder.path().join("canonical.json")).await;
        let body = body.map_err(|_| Fault::Internal(format!("demonstration {name}: {}", ended.complaint)))?;
        Ok(serde_json::from_slice(&body)?)
    }
}
