//! RM1 and RM1-S, the reference models of the simulation, through the general engine: figures, and speed on one thread and on two.
//! Replications a second are told by CPU time of the thread where the system tells it, else by the clock; on two threads by the clock.

use std::time::Instant;

use ballast_simulation::rm1::{ReferenceModel, reference_model, stochastic_reference_model};
use ballast_simulation::{Engine, Instructions, Metrics, Replications, StressError, StressReport, StressTest, Watch};

/// Seconds that this thread has been on a CPU.
fn cpu_seconds() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split(' ').next()?.parse().ok().map(|nanoseconds: f64| nanoseconds * 1e-9)
}

/// A run and its report on so many threads; seconds of CPU (of one thread) and by the clock.
fn run(
    model: &ReferenceModel,
    engine: Engine,
    replications: u64,
    threads: usize,
) -> Result<(StressReport, f64, f64), Box<dyn std::error::Error>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let test = StressTest::new(&model.tender, &model.award, &model.pack, None, 1)?.by(engine);
    let watch = Watch { cancel: None, observe: &|_| {} };
    let (report, cpu, clock) = pool.install(|| -> (Result<StressReport, StressError>, Option<f64>, f64) {
        let (cpu, clock) = (cpu_seconds(), Instant::now());
        let report = test.live(Replications::Fixed(replications), "rm1", watch).and_then(|s| test.report(&s));
        let cpu = cpu_seconds().zip(cpu).map(|(end, begin)| end - begin);
        (report, cpu, clock.elapsed().as_secs_f64())
    });
    Ok((report?, cpu.unwrap_or(clock), clock))
}

/// Most memory that the process has held, MiB.
fn peak_memory() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = told.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let replications: u64 = std::env::args().nth(1).map_or(Ok(20_000), |n| n.parse())?;
    let text = |f: ballast_domain::finding::Findings| f.0.iter().map(|f| format!("{f}\n")).collect::<String>();
    let (plain, random) = (reference_model().map_err(text)?, stochastic_reference_model().map_err(text)?);
    let scalars = Engine { metrics: Metrics::Scalars, ..Engine::default() };
    let common = Engine { instructions: Instructions::Common, ..scalars };
    let first = run(&plain, scalars, replications, 1)?;
    let memory = peak_memory();
    run(&plain, scalars, replications * 4, 1)?;
    let memory_of_more = peak_memory();
    for (name, (report, ..)) in [("RM1", &first), ("RM1-S", &run(&random, scalars, replications, 1)?)] {
        let unmet: f64 = report.needs.iter().map(|n| n.unmet_units.value).sum();
        let items: f64 = report.needs.iter().map(|n| n.p_stockout.value).sum();
        let error = report.total.unmet_units.standard_error;
        println!("{name}, {replications} replications, seed 1");
        println!("  mean total unmet       {unmet:.2} (standard error {error:.2}; RM1 at 200,000: 5555.55)");
        println!("  fill rate              {:.5}", report.total.fill_rate.value);
        println!("  P(any stockout)        {:.4}", report.total.p_stockout.value);
        println!("  items with a stockout  {items:.2}");
    }
    for (what, model, engine) in [
        ("RM1, scalars", &plain, scalars),
        ("RM1, scalars, common instructions", &plain, common),
        ("RM1, all metrics", &plain, Engine::default()),
        ("RM1-S, scalars", &random, scalars),
    ] {
        let (_, cpu, _) = run(model, engine, replications, 1)?;
        println!("{what:36} {:>9.0} replications a CPU second, one thread", replications as f64 / cpu);
    }
    let by_clock = |threads: usize| run(&plain, scalars, replications * 4, threads).map(|(.., clock)| clock);
    let (one, two) = (by_clock(1)?, by_clock(2)?);
    println!("two threads against one, by the clock: {:.2} times as fast", one / two);
    if let (Some(few), Some(more)) = (memory, memory_of_more) {
        println!("memory: {few} MiB after {replications} replications, {more} MiB after four times as many");
    }
    Ok(())
}
