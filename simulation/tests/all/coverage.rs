//! How often intervals hold what they are about. 200 repetitions, 1,000 with BALLAST_TRIALS=1; a 95 % interval fails here if it
//! holds in fewer than 95 % less four standard deviations of the count: by chance once in 30,000 checks. Seeds are fixed.

use ballast_domain::Pack;
use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::{Event, Law};
use ballast_simulation::metric::{Estimate, mean, proportion, tail, upper_quantile_rank};
use ballast_simulation::{Options, Replications, StressTest, Watch, stress};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::fixture::{award, calm, event, hazard, node, one, tender};

fn repetitions() -> u64 {
    if std::env::var("BALLAST_TRIALS").is_ok() { 1_000 } else { 200 }
}

/// Checks that intervals hold a value in at least this part of repetitions, within the error stated above.
fn covers(what: &str, nominal: f64, truth: f64, interval: impl Fn(u64) -> Estimate) {
    let n = repetitions();
    let held = (0..n).map(interval).filter(|e| e.low <= truth && truth <= e.high).count() as f64 / n as f64;
    let least = nominal - 4.0 * (nominal * (1.0 - nominal) / n as f64).sqrt();
    assert!(held >= least, "{what}: held in {held} of {n}, at least {least} expected");
    println!(
        "trial: {what}: {n} intervals, {:.1} % hold what they are about, stated {:.1} %",
        100.0 * held,
        100.0 * nominal
    );
}

fn rng(stream: u64, seed: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}

/// Exponential with mean 1.
fn exponential(stream: u64, n: usize) -> Vec<f64> {
    let mut rng = rng(stream, 41);
    (0..n).map(|_| -(1.0 - rng.random::<f64>()).ln()).collect()
}

#[test]
fn means() {
    covers("mean of 500 exponentials", 0.95, 1.0, |r| mean(&exponential(r, 500)));
    // Nothing in 7 of 10 draws, as shortages are.
    let shortage = |r: u64| -> Vec<f64> {
        let mut rng = rng(r, 42);
        (0..1_000).map(|_| if rng.random::<f64>() < 0.3 { 10.0 * rng.random::<f64>() } else { 0.0 }).collect()
    };
    covers("mean of 1,000 shortages", 0.95, 1.5, |r| mean(&shortage(r)));
}

#[test]
fn probabilities_down_to_rare_ones() {
    for (p, n) in [(0.3, 400), (0.02, 1_000), (0.001, 1_000), (0.0001, 1_000)] {
        covers(&format!("probability {p} of {n}"), 0.95, p, |r| {
            let mut rng = rng(r, 43);
            proportion((0..n).filter(|_| rng.random::<f64>() < p).count() as u64, n)
        });
    }
}

#[test]
fn value_at_risk_and_its_tail() {
    let of = |r: u64| {
        let mut sample = exponential(r, 4_000);
        sample.sort_by(f64::total_cmp);
        tail(&sample)
    };
    // VaR 95 = ln 20, and what is above it is exponential again.
    covers("VaR 95", 0.95, 20f64.ln(), |r| of(r).var95);
    covers("CVaR 95", 0.95, 20f64.ln() + 1.0, |r| of(r).cvar95);
}

#[test]
fn quantiles_at_the_confidence_asked_for() {
    for (p, confidence) in [(0.95, 0.95), (0.98, 0.9), (0.5, 0.99)] {
        let rank = upper_quantile_rank(1_000, p, confidence).unwrap();
        covers(&format!("upper {p} quantile"), confidence, -(1.0f64 - p).ln(), |r| {
            let mut sample = exponential(r, 1_000);
            sample.sort_by(f64::total_cmp);
            Estimate { low: 0.0, high: sample[rank - 1], ..Estimate::default() }
        });
    }
}

fn run(seed: u64, n: u64) -> Options<'static> {
    Options { seed, replications: Replications::Fixed(n), cancel: None }
}

#[test]
fn a_stress_test_holds_its_known_answers() {
    // Availability 40 ÷ 50 is the fill rate of an award without stock.
    let (t, a) = one(0.0, 1.0, 0.0);
    let law = |mean| Law::Exponential { mean };
    let outages = Pack { hazards: vec![hazard("x", NodeKind::Supplier, "s", law(40.0), law(10.0))], ..calm(52) };
    covers("fill rate", 0.95, 0.8, |seed| {
        stress(&t, &a, &outages, None, &run(seed, 300), &|_| {}).unwrap().total.fill_rate
    });
    // Out for 6 weeks with a chance of 0.3: one of them lasts on stock, 50 units go unmet.
    let (t, a) = one(1.0, 1.2, 0.0);
    let out = Event { probability: 0.3, ..event("out", node(NodeKind::Supplier, "s"), 5.0, &[(0.0, 0.0), (6.0, 1.0)]) };
    let pack = Pack { events: vec![out], ..calm(20) };
    let reports: Vec<_> =
        (0..repetitions()).map(|seed| stress(&t, &a, &pack, None, &run(seed, 300), &|_| {}).unwrap()).collect();
    covers("P(stockout)", 0.95, 0.3, |r| reports[r as usize].total.p_stockout);
    covers("mean unmet", 0.95, 15.0, |r| reports[r as usize].needs[0].unmet_units);
    // The 95 % quantile of a value that is 50 in 30 % of draws is 50, and so is the mean above it.
    covers("VaR of two values", 0.95, 50.0, |r| reports[r as usize].needs[0].tail_units.var95);
    covers("money", 0.95, 30.0, |r| reports[r as usize].money.unwrap().unmet);
    covers("P(stockout) in week 8", 0.95, 0.3, |r| reports[r as usize].weeks[8].p_stockout);
}

#[test]
fn paired_differences() {
    // A, out with a chance of 0.3 for 5 weeks; the first award buys half from it, the second all. Without stock 2.5 or 5 weeks of 10 units
    // are missing then: the difference is 7.5 units in the mean, and the first is better in 3 of 10 draws.
    let t = tender(&[
        ("tender", "name currency starts", &["two EUR 2026-01-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit", &["n c unit"]),
        ("demand", "site need quantity", &["h n 520"]),
        ("suppliers", "supplier", &["a", "b"]),
        ("products", "product supplier need use_factor", &["an a n 1", "bn b n 1"]),
        ("offers", "offer product price", &["oa an 2", "ob bn 3"]),
        ("policies", "site need working_stock headroom reserve", &["* * 0 1 0"]),
    ]);
    let half = award(&t, &[("h", "n", "an", 260.0), ("h", "n", "bn", 260.0)]);
    let all = award(&t, &[("h", "n", "an", 520.0)]);
    let out = Event { probability: 0.3, ..event("out", node(NodeKind::Supplier, "a"), 5.0, &[(0.0, 0.0), (5.0, 1.0)]) };
    let pack = Pack { events: vec![out], ..calm(20) };
    let pair = |seed: u64| {
        let quiet = Watch { cancel: None, observe: &|_| {} };
        let test = |award| StressTest::new(&t, award, &pack, None, seed).unwrap();
        let live = |award| test(award).live(Replications::Fixed(300), "pair", quiet).unwrap();
        test(&half).against(&live(&half), &live(&all))[0].clone()
    };
    let pairs: Vec<_> = (0..repetitions()).map(pair).collect();
    covers("paired difference", 0.95, 7.5, |r| pairs[r as usize].difference);
    covers("part of draws", 0.95, 0.3, |r| pairs[r as usize].first_better);
    assert!(pairs.iter().all(|p| p.second_better.value == 0.0 && (p.first_better.value + p.equal - 1.0).abs() < 1e-12));
    assert!(pairs.iter().all(|p| p.gain > 1.5), "common paths make it surer");
}

#[test]
fn precision_stops_at_the_same_replication_on_any_number_of_threads_and_its_interval_holds() {
    let (t, a) = one(0.0, 1.0, 0.0);
    let law = |mean| Law::Exponential { mean };
    let pack = Pack { hazards: vec![hazard("x", NodeKind::Supplier, "s", law(40.0), law(10.0))], ..calm(52) };
    let until = |seed, relative, threads| {
        let options = Options { replications: Replications::Precision { relative, at_most: 64_000 }, ..run(seed, 1) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| stress(&t, &a, &pack, None, &options, &|_| {}).unwrap())
    };
    let one = until(3, 0.02, 1);
    assert!(one.replications > 2_000 && one.replications < 64_000, "{}", one.replications);
    assert!(until(3, 0.02, 2) == one && until(3, 0.02, 8) == one);
    let pack = Pack { horizon_weeks: 13, ..pack.clone() };
    // Stops at the first or second look; the interval at the stop still holds the availability.
    covers("after stopping", 0.95, 0.8, |seed| {
        let options =
            Options { replications: Replications::Precision { relative: 0.06, at_most: 64_000 }, ..run(seed, 1) };
        stress(&t, &a, &pack, None, &options, &|_| {}).unwrap().total.fill_rate
    });
}
