//! RM1 through the general engine: exactly on the streams of the reference, statistically on our own.

use ballast_simulation::draw::{Canvas, Scenery, Spell};
use ballast_simulation::kernel::{Model, State, live};
use ballast_simulation::rm1::{SUPPLIERS, reference_model, stochastic_reference_model, supplier_id};
use ballast_simulation::{Engine, Metrics, Options, Replications, StressTest, Watch, stress};

/// Philox4x32-10 (Salmon et al. 2011).
fn philox(mut c: [u32; 4], mut k: [u32; 2]) -> [u32; 4] {
    for _ in 0..10 {
        let p0 = u64::from(c[0]) * 0xD251_1F53;
        let p1 = u64::from(c[2]) * 0xCD9E_8D57;
        c = [(p1 >> 32) as u32 ^ c[1] ^ k[0], p1 as u32, (p0 >> 32) as u32 ^ c[3] ^ k[1], p0 as u32];
        k = [k[0].wrapping_add(0x9E37_79B9), k[1].wrapping_add(0xBB67_AE85)];
    }
    c
}

/// Outages of a supplier in the reference's own streams.
fn outages(s: usize, replication: u32) -> Vec<(f64, f64)> {
    let (mean, median, sigma) = (60.0 + 5.0 * s as f64, 6.0 + 0.5 * (s % 8) as f64, 0.6 + 0.05 * (s % 5) as f64);
    let (mut t, mut list) = (0.0, Vec::new());
    for k in 0.. {
        let x = philox([k, s as u32, replication, 0], [20_240_927, 0]);
        let u = x.map(|x| (f64::from(x) + 0.5) / 4_294_967_296.0);
        let from = t - u[0].ln() * mean;
        if from >= 52.0 {
            break;
        }
        let z = (-2.0 * u[1].ln()).sqrt() * (2.0 * std::f64::consts::PI * u[2]).cos();
        t = from + median * (sigma * z).exp();
        list.push((from, t));
        if t >= 52.0 {
            break;
        }
    }
    list
}

#[test]
fn philox_passes_its_known_answer() {
    assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
}

#[test]
fn replications_of_the_reference_agree_to_six_decimals() {
    let rm1 = reference_model().unwrap();
    let scenery = Scenery::new(&rm1.tender, &rm1.pack, 0).unwrap();
    let model = Model::new(&rm1.tender, &rm1.award, &scenery, None);
    let (mut canvas, mut state) = (Canvas::new(&scenery), State::new(&model));
    let ids: Vec<(String, String)> =
        (0..SUPPLIERS).map(|s| (format!("outage-{}", supplier_id(s)), supplier_id(s))).collect();
    let mut total = |replication: u32| -> f64 {
        let spells: Vec<Spell<'_>> = (0..SUPPLIERS)
            .flat_map(|s| outages(s, replication).into_iter().map(move |o| (s, o)))
            .map(|(s, (from_week, to_week))| Spell { hazard: &ids[s].0, node: &ids[s].1, from_week, to_week })
            .collect();
        scenery.scripted(&spells, &mut canvas).unwrap();
        live(&model, &canvas.path, &mut state);
        state.record.unmet.iter().sum()
    };
    for (replication, want) in [(0, 3393.127281), (1, 2359.418230), (2, 2848.261415)] {
        let got = total(replication);
        assert!((got - want).abs() < 5e-6, "replication {replication}: {got:.6}, expected {want:.6}");
    }
    // Mean over the reference's first 10,000 replications, known to six decimals.
    let mean = (0..10_000).map(&mut total).sum::<f64>() / 10_000.0;
    assert!((mean - 5_562.561_362).abs() < 5e-6, "{mean:.6}");
}

#[test]
fn our_own_streams_agree_statistically() {
    let rm1 = reference_model().unwrap();
    let options = Options { seed: 1, replications: Replications::Fixed(20_000), cancel: None };
    let started = std::time::Instant::now();
    let report = stress(&rm1.tender, &rm1.award, &rm1.pack, None, &options, &|_| {}).unwrap();
    let e = report.total.unmet_units;
    let items: f64 = report.needs.iter().map(|n| n.p_stockout.value).sum();
    println!(
        "RM1: mean total unmet {:.2} (standard error {:.2}), fill rate {:.4}, P(any stockout) {:.4}, items {:.2}, VaR95 {:.1}, CVaR95 {:.1}, {:.2?} wall for 20,000",
        e.value,
        e.standard_error,
        report.total.fill_rate.value,
        report.total.p_stockout.value,
        items,
        report.total.tail_units.var95.value,
        report.total.tail_units.cvar95.value,
        started.elapsed(),
    );
    assert!((e.value - 5555.55).abs() < 4.0 * (e.standard_error.powi(2) + 11.0 * 11.0).sqrt());
    assert!((report.total.fill_rate.value - 0.9892).abs() < 2e-4);
    assert!((report.total.p_stockout.value - 0.998).abs() < 1.5e-3);
    assert!((items - 19.4).abs() < 0.2);
    assert!((report.total.tail_units.var95.value - 15_277.86).abs() < 500.0);
}

#[test]
fn random_demand_agrees_statistically() {
    let model = stochastic_reference_model().unwrap();
    let scalars = Engine { metrics: Metrics::Scalars, ..Engine::default() };
    let test = StressTest::new(&model.tender, &model.award, &model.pack, None, 1).unwrap().by(scalars);
    let watch = Watch { cancel: None, observe: &|_| {} };
    let report = test.report(&test.live(Replications::Fixed(4_000), "rm1", watch).unwrap()).unwrap();
    // 20,000 replications of the numba baseline, on its own streams. Error rate 6e-5.
    let e = report.total.unmet_units;
    assert!((e.value - 6022.98).abs() < 4.0 * (e.standard_error.powi(2) + 36.24f64.powi(2)).sqrt(), "{e:?}");
    assert!((report.total.fill_rate.value - 0.988_36).abs() < 8e-4);
}
