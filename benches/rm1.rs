//! RM1, the reference model of the simulation, through the general engine on one thread: figures and speed.

use std::time::Instant;

use ballast_simulation::rm1::reference_model;
use ballast_simulation::{Engine, Instructions, Metrics, Replications, StressError, StressReport, StressTest, Watch};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let replications: u64 = std::env::args().nth(1).map_or(Ok(20_000), |n| n.parse())?;
    let model = reference_model().map_err(|f| f.0.iter().map(|f| format!("{f}\n")).collect::<String>())?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let mut seconds = Vec::new();
    let mut run = |engine: Engine| -> Result<StressReport, StressError> {
        let started = Instant::now();
        let test = StressTest::new(&model.tender, &model.award, &model.pack, None, 1)?.by(engine);
        let watch = Watch { cancel: None, observe: &|_| {} };
        let report = pool.install(|| test.report(&test.live(Replications::Fixed(replications), "rm1", watch)?));
        seconds.push(started.elapsed().as_secs_f64());
        report
    };
    let scalars = Engine { metrics: Metrics::Scalars, ..Engine::default() };
    let report = run(scalars)?;
    run(Engine { instructions: Instructions::Common, ..scalars })?;
    run(Engine::default())?;
    let unmet: f64 = report.needs.iter().map(|n| n.unmet_units.value).sum();
    let items: f64 = report.needs.iter().map(|n| n.p_stockout.value).sum();
    println!("RM1, {replications} replications, seed 1, one thread");
    println!("  mean total unmet       {unmet:.2} (reference 5555.55 at 200,000)");
    println!("  fill rate              {:.5}", report.total.fill_rate.value);
    println!("  P(any stockout)        {:.4}", report.total.p_stockout.value);
    println!("  items with a stockout  {items:.2}");
    for (what, seconds) in ["scalars", "scalars, common instructions", "all metrics"].iter().zip(&seconds) {
        println!("  {what:30} {seconds:.2} s, {:.0} replications a second", replications as f64 / seconds);
    }
    Ok(())
}
