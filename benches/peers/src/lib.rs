//! Lets `ballast award` compete with other solvers on the sourcing benchmark through its ordinary door: instances become
//! tenders ([`tender`]), awards become plans ([`plan`]), a runner keeps the limit and the log ([`run`]), and the results
//! of many runs become the table of `docs/benchmarks.md` ([`results`]).

pub mod instance;
pub mod tender;
