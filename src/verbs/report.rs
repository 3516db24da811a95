use crate::{exit::{Exit, Outcome}, output::Output};
#[derive(clap::Args)]
pub struct Args {}
pub fn run(_: &Args, _: &Output) -> Outcome { Ok(Exit::Done) }
