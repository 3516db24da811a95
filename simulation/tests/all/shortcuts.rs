//! Quick ways through a step do what the step in full does.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::*;
use ballast_simulation::draw::{Canvas, Path, Scenery};
use ballast_simulation::kernel::{Model, Outcome, Record, State, live, live_in_short};
use ballast_simulation::rm1::{reference_model, stochastic_reference_model};
use ballast_simulation::{Engine, Instructions, Metrics, Replications, StressTest, Watch};
use proptest::prelude::*;

use crate::fixture::{award, calm, event, hazard, node, tender};

fn assert_alike(quick: &Record, full: &Record) {
    let close = |a: &[f64], b: &[f64]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + b.abs()))
    };
    for (name, a, b) in [
        ("demand", &quick.demand, &full.demand),
        ("received", &quick.received, &full.received),
        ("spare", &quick.spare, &full.spare),
        ("gained", &quick.gained, &full.gained),
        ("short", &quick.short, &full.short),
        ("reserve drawn", &quick.reserve_drawn, &full.reserve_drawn),
        ("unmet", &quick.unmet, &full.unmet),
        ("stock", &quick.stock, &full.stock),
    ] {
        assert!(close(a, b), "{name}:\n{a:?}\n{b:?}");
    }
}

/// One path in every way there is: in full, quick with a record, in short with either instructions.
struct Ways {
    models: [Model; 3],
    states: [State; 3],
}

impl Ways {
    fn new(model: &Model) -> Self {
        let models = [model.clone().in_full(), model.clone(), model.clone().with(Instructions::Common)];
        Self { states: [0, 1, 2].map(|i| State::new(&models[i])), models }
    }

    /// The record is that of the steps in full, up to dust; outcomes are the same to the bit whether a record is kept or not and
    /// whatever they are worked out with.
    fn agree(&mut self, path: &Path) {
        let [full, quick, common] = &mut self.states;
        live(&self.models[0], path, full);
        live(&self.models[1], path, quick);
        assert_alike(&quick.record, &full.record);
        quick.sum_up(&self.models[1]);
        full.sum_up(&self.models[0]);
        let recorded = quick.outcome.clone();
        assert_close(&recorded, &full.outcome);
        live_in_short(&self.models[1], path, quick);
        live_in_short(&self.models[2], path, common);
        assert_eq!(quick.outcome, recorded);
        assert_eq!(common.outcome, recorded);
    }
}

fn assert_close(quick: &Outcome, full: &Outcome) {
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
    let all = |a: &[f64], b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(*a, *b));
    assert!(all(&quick.demand, &full.demand) && all(&quick.drawn, &full.drawn), "{quick:?}\n{full:?}");
    let unmet = |o: &Outcome| o.shortages.iter().map(|s| s.unmet).sum::<f64>();
    assert!(close(unmet(quick), unmet(full)), "{quick:?}\n{full:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plain_steps_are_the_steps_in_full(
        seed in 0u64..1000,
        share in 0.05f64..0.95,
        working in 0.0f64..3.0,
        reserve in 0.0f64..3.0,
        headroom in 1.0f64..2.0,
        on_hand in 0u32..60,
        cv in 0.0f64..0.5,
        days in any::<bool>(),
        uses_reserve in any::<bool>(),
        delays in any::<bool>(),
    ) {
        let policy = format!("* * {working:.3} {headroom:.3} {reserve:.3}");
        let (noisy, stock) = (format!("h m 1040 {cv:.3}"), format!("store pa {on_hand}"));
        let t = tender(&[
            ("tender", "name currency starts", &["two EUR 2026-01-01"]),
            ("sites", "site", &["h"]),
            ("needs", "need category unit", &["n c unit", "m c unit"]),
            ("demand", "site need quantity weekly_cv", &["h n 520 0.1", &noisy]),
            ("suppliers", "supplier", &["a", "b"]),
            ("products", "product supplier need use_factor", &["pa a n 1", "pb b n 1", "ma a m 1", "mb b m 1"]),
            ("offers", "offer product price", &["o1 pa 1", "o2 pb 1", "o3 ma 1", "o4 mb 1"]),
            ("places", "place kind site", &["store site h"]),
            ("stock", "place product on_hand", &[&stock]),
            ("policies", "site need working_stock headroom reserve", &[&policy]),
        ]);
        let a = award(&t, &[
            ("h", "n", "pa", 520.0 * share), ("h", "n", "pb", 520.0 * (1.0 - share)),
            ("h", "m", "ma", 1040.0 * (1.0 - share)), ("h", "m", "mb", 1040.0 * share),
        ]);
        let x = hazard("x", NodeKind::Supplier, "*", Law::Exponential { mean: 12.0 }, Law::Lognormal { median: 3.0, sigma: 0.8 });
        let late = Hazard { effect: Effect::Delay, ..hazard("y", NodeKind::Supplier, "b", Law::Exponential { mean: 9.0 }, Law::Fixed { weeks: 2.0 }) };
        let pack = Pack {
            step: if days { StepLength::Day } else { StepLength::Week },
            recourse: if uses_reserve { vec![Recourse::Equivalences, Recourse::Reserve] } else { vec![] },
            hazards: if delays { vec![x, late] } else { vec![x] },
            events: vec![event("half", node(NodeKind::Supplier, "a"), 20.0, &[(0.0, 0.5), (4.0, 1.0)])],
            ..calm(40)
        };
        let scenery = Scenery::new(&t, &pack, seed).unwrap();
        let model = Model::new(&t, &a, &scenery, None);
        let (mut canvas, mut ways) = (Canvas::new(&scenery), Ways::new(&model));
        for replication in 0..5 {
            scenery.draw(replication, &mut canvas);
            ways.agree(&canvas.path);
        }
    }

    /// Twenty-one cells, that is three octets, of which most rest most of the time.
    #[test]
    fn cells_at_rest_are_the_cells_in_full(
        seed in 0u64..1000,
        working in 0.0f64..3.0,
        reserve in 0.0f64..3.0,
        headroom in 1.0f64..1.5,
        on_hand in 0u32..60,
        cv in prop_oneof![Just(0.0), 0.0f64..0.5],
        surge in any::<bool>(),
        rare in 20.0f64..400.0,
    ) {
        let policy = format!("* * {working:.3} {headroom:.3} {reserve:.3}");
        let stock = format!("store p0 {on_hand}");
        let rows = |of: &dyn Fn(usize, usize) -> String| -> Vec<String> {
            (0..3).flat_map(|h| (0..7).map(move |n| (h, n))).map(|(h, n)| of(h, n)).collect()
        };
        let demand = rows(&|h, n| format!("h{h} n{n} {} {:.3}", 260 + 52 * n, if h == 1 { cv } else { 0.0 }));
        let needs: Vec<String> = (0..7).map(|n| format!("n{n} c unit")).collect();
        let products: Vec<String> = (0..7).flat_map(|n| [format!("p{n} s{} n{n} 1", n % 3), format!("q{n} s{} n{n} 1", (n + 1) % 4)]).collect();
        let offers: Vec<String> = (0..7).flat_map(|n| [format!("o{n} p{n} 1"), format!("u{n} q{n} 1")]).collect();
        let texts = |v: &'_ [String]| -> Vec<String> { v.to_vec() };
        let (demand, needs, products, offers) = (texts(&demand), texts(&needs), texts(&products), texts(&offers));
        fn refs(v: &[String]) -> Vec<&str> { v.iter().map(String::as_str).collect() }
        let t = tender(&[
            ("tender", "name currency starts", &["many EUR 2026-01-01"]),
            ("sites", "site", &["h0", "h1", "h2"]),
            ("needs", "need category unit", &refs(&needs)),
            ("demand", "site need quantity weekly_cv", &refs(&demand)),
            ("suppliers", "supplier", &["s0", "s1", "s2", "s3"]),
            ("products", "product supplier need use_factor", &refs(&products)),
            ("offers", "offer product price", &refs(&offers)),
            ("places", "place kind site", &["store site h0"]),
            ("stock", "place product on_hand", &[&stock]),
            ("policies", "site need working_stock headroom reserve", &[&policy]),
        ]);
        let volumes: Vec<(String, String, String, f64)> = (0..3)
            .flat_map(|h| (0..7).map(move |n| (h, n)))
            .flat_map(|(h, n)| {
                let (site, need, volume) = (format!("h{h}"), format!("n{n}"), (260 + 52 * n) as f64);
                [(site.clone(), need.clone(), format!("p{n}"), 0.7 * volume), (site, need, format!("q{n}"), 0.3 * volume)]
            })
            .collect();
        let volumes: Vec<(&str, &str, &str, f64)> =
            volumes.iter().map(|(h, n, p, v)| (h.as_str(), n.as_str(), p.as_str(), *v)).collect();
        let a = award(&t, &volumes);
        let demand = DemandEffect::Surge { id: "surge".into(), on: NeedSelector::default(), from_week: 9.5, weeks: 4.0, factor: 1.3, evidence: Evidence::default() };
        let pack = Pack {
            recourse: vec![Recourse::Reserve],
            demand: if surge { vec![demand] } else { vec![] },
            hazards: vec![hazard("x", NodeKind::Supplier, "*", Law::Exponential { mean: rare }, Law::Lognormal { median: 3.0, sigma: 0.8 })],
            ..calm(40)
        };
        let scenery = Scenery::new(&t, &pack, seed).unwrap();
        let (mut canvas, mut ways) = (Canvas::new(&scenery), Ways::new(&Model::new(&t, &a, &scenery, None)));
        for replication in 0..8 {
            scenery.draw(replication, &mut canvas);
            ways.agree(&canvas.path);
        }
    }
}

#[test]
fn plain_steps_of_the_reference_models() {
    for rm1 in [reference_model().unwrap(), stochastic_reference_model().unwrap()] {
        let scenery = Scenery::new(&rm1.tender, &rm1.pack, 6).unwrap();
        let model = Model::new(&rm1.tender, &rm1.award, &scenery, None);
        let (mut canvas, mut ways) = (Canvas::new(&scenery), Ways::new(&model));
        for replication in 0..30 {
            scenery.draw(replication, &mut canvas);
            ways.agree(&canvas.path);
        }
    }
}

#[test]
fn neither_instructions_nor_what_is_asked_change_a_figure() {
    let rm1 = reference_model().unwrap();
    let test = StressTest::new(&rm1.tender, &rm1.award, &rm1.pack, None, 8).unwrap();
    let lived = |engine| {
        let test = test.clone().by(engine);
        let watch = Watch { cancel: None, observe: &|_| {} };
        let summary = test.live(Replications::Fixed(600), "test", watch).unwrap();
        let report = test.report(&summary).unwrap();
        (summary, report)
    };
    let (all, scalars) = (Engine::default(), Engine { metrics: Metrics::Scalars, ..Engine::default() });
    let widest = lived(scalars);
    assert_eq!(widest, lived(Engine { instructions: Instructions::Common, ..scalars }));
    let (_, mut everything) = lived(all);
    assert_eq!(everything, lived(Engine { instructions: Instructions::Common, ..all }).1);
    assert_eq!(everything.fans.len(), rm1.tender.needs.len());
    assert_eq!(everything.inventory.len(), rm1.tender.needs.len());
    everything.fans.clear();
    everything.inventory.clear();
    assert_eq!(everything, widest.1);
}
