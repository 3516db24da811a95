use crate::{exit::{Exit, Outcome}, output::Output};
#[derive(clap::Subcommand)]
pub enum Import { Purchases }
pub fn run(_: &Import, _: &Output) -> Outcome { Ok(Exit::Done) }
