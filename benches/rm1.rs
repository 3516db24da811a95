//! RM1, the reference model of the simulation, through the general engine on one thread: figures and speed.

use std::time::Instant;

use ballast_simulation::rm1::reference_model;
use ballast_simulation::{Options, Replications, stress};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let replications: u64 = std::env::args().nth(1).map_or(Ok(20_000), |n| n.parse())?;
    let model = reference_model().map_err(|f| f.0.iter().map(|f| format!("{f}\n")).collect::<String>())?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let options = Options { seed: 1, replications: Replications::Fixed(replications), cancel: None };
    let started = Instant::now();
    let report = pool.install(|| stress(&model.tender, &model.award, &model.pack, None, &options, &|_| {}))?;
    let seconds = started.elapsed().as_secs_f64();
    let unmet: f64 = report.needs.iter().map(|n| n.unmet_units.value).sum();
    let items: f64 = report.needs.iter().map(|n| n.p_stockout.value).sum();
    println!("RM1, {replications} replications, seed 1, one thread");
    println!("  mean total unmet       {unmet:.2} (reference 5555.55 at 200,000)");
    println!("  fill rate              {:.5}", report.total.fill_rate.value);
    println!("  P(any stockout)        {:.4}", report.total.p_stockout.value);
    println!("  items with a stockout  {items:.2}");
    println!("  {:.1} s, {:.0} replications a second", seconds, replications as f64 / seconds);
    Ok(())
}
