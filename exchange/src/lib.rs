//! Files in and out: tenders as folders and JSON bodies, packs, result documents, purchase histories, the report.

pub mod archive;
pub mod award_tables;
pub mod documents;
pub mod figures;
pub mod hash;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod hostile;
pub mod manual;
pub mod pack;
pub mod purchases;
pub mod report;
pub mod scenario;
pub mod tender;
