//! Claims of proof tried on random tenders of two sites, two needs and three sellers, whose true values the solver gives to
//! the cent: which way edits can only go, and where a bidder flips, at one site and everywhere. The tender with other prices
//! is written anew here, with an offer for each site, so that nothing is shared with how the study changes prices.

use ballast_domain::Tender;
use ballast_domain::raw::RawTender;
use ballast_solver::InProcess;
use ballast_studies::direction::{Direction, direction};
use ballast_studies::why_not::{Question, Subject, Verdict, why_not};
use ballast_studies::{Answer, Probe, ask_one};
use rust_decimal::Decimal;

use crate::tender::{Nobody, read, settings, tables};

/// A small generator (splitmix64): a seed names the same tender for ever.
struct Random(u64);

impl Random {
    fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + (z ^ (z >> 31)) % (high - low + 1)
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.between(1, 100) <= percent
    }
}

/// What is drawn: list prices by seller and need in cents, and what else there is.
#[derive(Clone)]
struct Drawn {
    prices: [[u64; 2]; 3],
    /// Most packs of each seller's gauze.
    most: [Option<u64>; 3],
    capacity: [Option<u64>; 3],
    share: Option<u64>,
    few: Option<u64>,
    freight: u64,
    onboarding: u64,
    /// From so many packs of seller 2 on so many percent off.
    tier: Option<(u64, u64)>,
}

impl Drawn {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let mut some = |percent, low, high| random.chance(percent).then(|| random.between(low, high));
        Self {
            most: [some(30, 40, 200), some(30, 40, 200), None],
            capacity: [some(30, 100, 400), some(30, 100, 400), None],
            share: some(40, 5, 9),
            few: some(30, 2, 3),
            tier: some(50, 30, 200).map(|from| (from, from % 20)),
            prices: std::array::from_fn(|_| std::array::from_fn(|_| random.between(800, 1400))),
            freight: random.between(0, 200),
            onboarding: random.between(0, 150),
        }
    }

    /// The tender in which seller 2 asks so many times its price at sites A and B.
    fn raw(&self, at_a: Decimal, at_b: Decimal) -> RawTender {
        let mut rows: Vec<(&str, String)> = vec![
            ("sites", "site=B member=M1".into()),
            ("needs", "need=tape category=wound unit=roll reference_price=2".into()),
            ("demand", "site=A need=tape quantity=60".into()),
            ("demand", "site=B need=gauze quantity=80".into()),
            ("demand", "site=B need=tape quantity=40".into()),
            (
                "freight",
                format!("freight=far supplier=S2 site=A per_need_unit={}", Decimal::new(self.freight as i64, 2)),
            ),
        ];
        for s in 0..3 {
            let name = s + 1;
            let capacity = self.capacity[s].map_or(String::new(), |c| format!(" capacity={c}"));
            let onboarding = if s == 1 { self.onboarding } else { 0 };
            rows.push(("suppliers", format!("supplier=S{name} onboarding_cost={onboarding}{capacity}")));
            for (n, need) in ["gauze", "tape"].into_iter().enumerate() {
                let most = self.most[s].filter(|_| n == 0);
                // Of both sites together, however many offers there are.
                let packs = most.map_or(String::new(), |m| format!(" capacity_packs={m}"));
                rows.push((
                    "products",
                    format!("product={need}{name} supplier=S{name} need={need} use_factor=1{packs}"),
                ));
                let list = Decimal::new(self.prices[s][n] as i64, 2);
                for (site, factor) in [("A", at_a), ("B", at_b)] {
                    let price = if s == 1 { list * factor } else { list };
                    rows.push((
                        "offers",
                        format!("offer={need}{name}{site} product={need}{name} price={price} cohort=site:{site}"),
                    ));
                }
            }
        }
        if let Some((from, percent)) = self.tier {
            rows.push(("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S2".into()));
            rows.push(("tiers", format!("schedule=T from={from} value={}", Decimal::new(percent as i64, 2))));
        }
        if let Some(tenths) = self.share {
            let most = Decimal::new(tenths as i64, 1);
            rows.push(("rules", format!("id=share measure=share each=supplier;need within=need at_most={most}")));
        }
        if let Some(few) = self.few {
            rows.push(("rules", format!("id=few measure=count of=supplier at_most={few}")));
        }
        tables(&rows.iter().map(|(t, c)| (*t, c.as_str())).collect::<Vec<_>>())
    }

    /// The same with one offer for both sites, as it would be written, and its most packs as a limit of the offer.
    fn joined(&self) -> RawTender {
        let mut raw = self.raw(Decimal::ONE, Decimal::ONE);
        let limits: Vec<(String, Option<String>)> = (0..3)
            .flat_map(|s| [(format!("gauze{}", s + 1), self.most[s]), (format!("tape{}", s + 1), None)])
            .map(|(product, most)| (product, most.map(|m| m.to_string())))
            .collect();
        for table in &mut raw.tables {
            let at = |columns: &[String], name: &str| columns.iter().position(|c| c == name);
            if table.name == "products"
                && let Some(packs) = at(&table.columns, "capacity_packs")
            {
                table.rows.iter_mut().for_each(|r| r.cells[packs] = None);
            }
            if table.name == "offers" {
                let (offer, cohort) = (at(&table.columns, "offer").unwrap(), at(&table.columns, "cohort").unwrap());
                table.rows.retain(|r| r.cells[offer].as_ref().unwrap().ends_with('A'));
                let most = table.column("max_packs");
                for row in &mut table.rows {
                    let product = row.cells[offer].as_ref().unwrap().trim_end_matches('A').to_owned();
                    row.cells[cohort] = Some("all".to_owned());
                    row.cells[most] = limits.iter().find(|(p, _)| *p == product).unwrap().1.clone();
                    row.cells[offer] = Some(product);
                }
            }
        }
        raw
    }
}

fn ruled(raw: &RawTender, sites: &str, bound: &str) -> Tender {
    let mut raw = raw.clone();
    let cells = format!(
        "id=why measure=share scope.supplier=S2 scope.site={sites} scope.need=gauze;tape within=need;site weight=reference {bound}"
    );
    let one = tables(&[("rules", &cells)]);
    let rule = one.tables.iter().find(|t| t.name == "rules").unwrap();
    let cells: Vec<(String, String)> =
        rule.columns.iter().cloned().zip(rule.rows[0].cells.iter().map(|c| c.clone().unwrap_or_default())).collect();
    match raw.tables.iter_mut().find(|t| t.name == "rules") {
        Some(table) => table.push(rule.rows[0].place.clone(), cells),
        None => raw.tables.push(rule.clone()),
    }
    read(&raw)
}

fn decided(tender: &Tender) -> Answer {
    ask_one(&InProcess, Probe::new("tried", tender), &settings(), &Nobody)
}

#[test]
fn a_flip_that_is_proven_is_one() {
    let (mut checked, mut at_site) = (0, 0);
    for seed in 0..8 {
        let drawn = Drawn::new(seed);
        let raw = drawn.joined();
        let site = (seed % 2 == 0).then_some("A");
        let question = Question {
            subject: Subject::Supplier("S2".to_owned()),
            site: site.map(str::to_owned),
            share: Decimal::new(2, 1),
        };
        let found = why_not(&InProcess, &raw, &read(&raw), &question, &settings(), &Nobody).unwrap();
        assert_eq!((&found.many_flips, &found.everywhere), (&None, &None), "seed {seed}");
        let sites = site.unwrap_or("A;B");
        let prices = |factor: Decimal| drawn.raw(factor, if site.is_some() { Decimal::ONE } else { factor });
        for tried in &found.tried {
            let with = decided(&ruled(&prices(tried.factor), sites, "at_least=0.2"));
            let without = decided(&ruled(&prices(tried.factor), sites, "at_most=0"));
            let dearer = with.value().unwrap() - without.value().unwrap();
            let cents = Decimal::new(3, 2);
            match tried.verdict {
                Verdict::Wins => assert!(dearer <= cents, "seed {seed}: × {} {dearer}", tried.factor),
                Verdict::Loses => assert!(dearer >= -cents, "seed {seed}: × {} {dearer}", tried.factor),
                Verdict::Undecided => {}
            }
            assert!(tried.with.low.is_none_or(|low| with.value() >= Some(low - cents)), "seed {seed}");
            assert!(tried.with.high.is_none_or(|high| decided_bound(&with) <= high + cents), "seed {seed}");
            checked += 1;
        }
        at_site += usize::from(site.is_some() && found.flip.0.is_some() && found.flip.1.is_some());
    }
    assert!(checked >= 15 && at_site >= 2, "{checked} {at_site}");
}

fn decided_bound(answer: &Answer) -> Decimal {
    answer.interval().low.unwrap()
}

#[test]
fn an_edit_goes_the_way_that_is_claimed() {
    let mut claimed = [0; 3];
    for seed in 100..150 {
        let mut random = Random(seed);
        let before = Drawn::new(seed);
        let mut after = before.clone();
        for _ in 0..random.between(1, 2) {
            let seller = random.between(0, 2) as usize;
            match random.between(0, 6) {
                0 => after.prices[seller][0] = random.between(800, 1400),
                1 => after.most[seller] = random.chance(50).then(|| random.between(40, 200)),
                2 => after.capacity[seller] = random.chance(50).then(|| random.between(100, 400)),
                3 => after.share = random.chance(50).then(|| random.between(5, 9)),
                4 => after.few = random.chance(50).then(|| random.between(2, 3)),
                5 => after.freight = random.between(0, 200),
                _ => after.onboarding = random.between(0, 150),
            }
        }
        let (old, new) = (read(&before.joined()), read(&after.joined()));
        let Some(way) = direction(&old, &new) else { continue };
        let (z0, z1) = (decided(&old), decided(&new));
        let cents = Decimal::new(2, 2);
        // No award at all is the dearest of all.
        let no_more = |a: &Answer, b: &Answer| match (a.value(), b.value()) {
            (Some(a), Some(b)) => a <= b + cents,
            (a, b) => a.is_some() || b.is_none(),
        };
        match way {
            Direction::Same => assert!(no_more(&z0, &z1) && no_more(&z1, &z0), "seed {seed}"),
            Direction::Tightens => assert!(no_more(&z0, &z1), "seed {seed}: {:?} {:?}", z0.value(), z1.value()),
            Direction::Loosens => assert!(no_more(&z1, &z0), "seed {seed}: {:?} {:?}", z0.value(), z1.value()),
        }
        claimed[way as usize] += 1;
    }
    assert!(claimed[1] >= 10 && claimed[2] >= 10, "{claimed:?}");
}
