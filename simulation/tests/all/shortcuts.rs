//! Quick ways through a step do what the step in full does.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::*;
use ballast_simulation::draw::{Canvas, Scenery};
use ballast_simulation::kernel::{Model, Record, State, live};
use ballast_simulation::rm1::reference_model;
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
        let full = model.clone().in_full();
        let (mut canvas, mut quick_state, mut full_state) = (Canvas::new(&scenery), State::new(&model), State::new(&full));
        for replication in 0..5 {
            scenery.draw(replication, &mut canvas);
            live(&model, &canvas.path, &mut quick_state);
            live(&full, &canvas.path, &mut full_state);
            assert_alike(&quick_state.record, &full_state.record);
        }
    }
}

#[test]
fn plain_steps_of_the_reference_model() {
    let rm1 = reference_model().unwrap();
    let scenery = Scenery::new(&rm1.tender, &rm1.pack, 6).unwrap();
    let model = Model::new(&rm1.tender, &rm1.award, &scenery, None);
    let full = model.clone().in_full();
    let (mut canvas, mut quick_state, mut full_state) = (Canvas::new(&scenery), State::new(&model), State::new(&full));
    for replication in 0..30 {
        scenery.draw(replication, &mut canvas);
        live(&model, &canvas.path, &mut quick_state);
        live(&full, &canvas.path, &mut full_state);
        assert_alike(&quick_state.record, &full_state.record);
    }
}
