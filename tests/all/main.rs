//! The command as people use it: the real binary on real files, judged by exit code and by what it prints.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bad_input;
mod book;
mod care;
mod command;
mod compare;
mod documentation;
mod explain;
mod explaining;
mod failure_to_supply;
mod lots;
mod objective_flag;
mod risk;
mod round_trip;
mod rules_with_tiers;
mod run;
mod scenarios;
mod service_award;
mod service_jobs;
mod service_rights;
mod service_runs;
mod service_server;
mod signals;
mod sourcing;
mod structure;
mod studies;
mod ties;
mod tiny;
mod workbook_annotate;
mod workbook_bids;
mod workbook_cells;
mod workbook_export;
mod workbook_hostile;
mod workbook_looks;
mod workbook_round_trip;
mod workbook_template;
