use crate::{Common, exit::{Exit, Outcome}, output::Output};
#[derive(clap::Args)]
pub struct Args {}
pub fn run(_: &Args, _: &Common, _: &Output) -> Outcome { Ok(Exit::Done) }
