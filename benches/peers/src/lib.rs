//! Lets `ballast award` compete with other solvers on the sourcing benchmark through its ordinary door: instances become
//! tenders ([`tender`]), a runner keeps the limit ([`run`]) and turns awards into plans ([`plan`]), and the results of
//! many comparisons become the table of `docs/benchmarks.md` ([`results`]).

pub mod instance;
pub mod plan;
pub mod processes;
pub mod results;
pub mod run;
pub mod tender;
