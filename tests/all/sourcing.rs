//! Instances of the sourcing benchmark as tenders: what the certificate says of a plan is what the benchmark's referee
//! says of it, to the cent and rule by rule. Skipped, loudly, where the benchmark is not there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ballast_peers::instance::Instance;
use ballast_peers::run::{Run, run as compete};
use ballast_peers::tender;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::run::run;

/// The benchmark's folder, or nothing with a word about it.
fn benchmark() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/benchmark/sourcing");
    let python = Command::new("python3").arg("--version").output().is_ok_and(|o| o.status.success());
    if folder.join("referee.py").exists() && python {
        return Some(folder);
    }
    eprintln!("SKIPPED: the sourcing benchmark is not at {}, or there is no python3", folder.display());
    None
}

/// An instance, converted.
struct Case {
    benchmark: PathBuf,
    folder: TempDir,
    instance: Instance,
}

/// A product, a site, a share in basis points.
type Share = (usize, usize, u64);

impl Case {
    fn new(benchmark: &Path, size: &str, seed: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("instance.json");
        let arguments = [benchmark.join("generate.py"), size.into(), seed.to_string().into(), file.clone()];
        assert!(Command::new("python3").args(arguments).status().unwrap().success());
        let instance = Instance::read(&file).unwrap();
        let to = fs::File::create(folder.path().join("tender.json")).unwrap();
        tender::write(&instance, std::io::BufWriter::new(to)).unwrap();
        Self { benchmark: benchmark.to_owned(), folder, instance }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// What the referee says of the plan file: cost in cents, rules broken.
    fn refereed(&self) -> (i64, BTreeSet<String>, Value) {
        let judged = Command::new("python3")
            .arg(self.benchmark.join("referee.py"))
            .args([self.path("instance.json"), self.path("plan.json")])
            .output()
            .unwrap();
        let verdict: Value = serde_json::from_slice(&judged.stdout)
            .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&judged.stderr)));
        let broken = verdict["violations"].as_array().unwrap().iter();
        let broken = broken.map(|v| v["rule"].as_str().unwrap().to_owned()).collect();
        (verdict["cost_cents"].as_i64().unwrap(), broken, verdict)
    }

    /// The same of shares, and what `certify` says of them as an award.
    fn both(&self, shares: &[Share]) -> [(i64, BTreeSet<String>); 2] {
        let entries: Vec<Value> = shares.iter().map(|(p, h, bps)| json!([p, h, *bps as f64 / 1e4])).collect();
        fs::write(self.path("plan.json"), json!({ "x": entries }).to_string()).unwrap();
        let (cost, broken, _) = self.refereed();

        let line = |&(p, h, bps): &Share| {
            let need = self.instance.products[p].need;
            let units = self.instance.needs[need].demand[h] * bps;
            let units = format!("{}.{:04}", units / 10_000, units % 10_000);
            json!({ "site": format!("h{h}"), "need": format!("n{need}"), "offer": format!("p{p}"), "need_units": units })
        };
        let lines: Vec<Value> = shares.iter().map(line).collect();
        let award = json!({ "schema": "ballast.award/1", "lines": lines });
        fs::write(self.path("award.json"), award.to_string()).unwrap();
        let ran = run([
            Path::new("certify"),
            &self.path("tender.json"),
            &self.path("award.json"),
            Path::new("--json"),
            // That of the referee's rules.
            Path::new("--tolerance"),
            Path::new("0.00001"),
        ]);
        let document = ran.document();
        let value = document["value"].as_str().unwrap();
        let (units, behind) = value.split_once('.').unwrap();
        let hundredths: i64 = format!("{units}{behind}").parse().unwrap();
        // Hundredths of hundredths of a cent; half a cent rounds up, as with the referee.
        let cents = (hundredths * 2 + 10_000).div_euclid(20_000);
        let failures = document["certificate"]["failures"].as_array().unwrap().iter();
        [(cost, broken), (cents, failures.map(|f| rule(f.as_str().unwrap())).collect())]
    }

    fn products_of(&self, need: usize) -> Vec<usize> {
        (0..self.instance.products.len()).filter(|p| self.instance.products[*p].need == need).collect()
    }

    /// Every cell served by the product that comes first in an order.
    fn by<K: Ord>(&self, order: impl Fn(usize, usize) -> K) -> Vec<Share> {
        let mut shares = Vec::new();
        for need in 0..self.instance.needs.len() {
            let products = self.products_of(need);
            for (site, _) in self.instance.sites_of(need) {
                let first = products.iter().copied().min_by_key(|p| (order(*p, site), *p)).unwrap();
                shares.push((first, site, 10_000));
            }
        }
        shares
    }
}

/// The referee's word for what a failure of the certificate speaks of.
fn rule(failure: &str) -> String {
    let words = [
        ("balance:", "demand"),
        ("standardization:", "formulary"),
        ("product capacity:", "capacity"),
        ("rule minimum-share", "minimum share"),
        ("rule maximum-share", "maximum share"),
        ("rule minimum-award", "minimum award"),
        ("rule supplier-count", "supplier count"),
        ("rule small-suppliers", "small suppliers"),
        ("rule preference", "preference"),
        ("rule carve-out", "carve-out"),
        ("rule incumbents-kept", "incumbents kept"),
    ];
    let found = words.iter().find(|(beginning, _)| failure.starts_with(beginning));
    found.unwrap_or_else(|| panic!("no rule of the benchmark: {failure}")).1.to_owned()
}

#[test]
fn planted_plans_cost_what_the_referee_says_and_pass() {
    let Some(benchmark) = benchmark() else { return };
    for (size, seed) in [("XS", 1), ("XS", 2), ("S", 1), ("S", 7)] {
        let case = Case::new(&benchmark, size, seed);
        let planted: Vec<Share> = case.instance.planted_plan.clone();
        assert!(!planted.is_empty());
        let [(cost, broken), certified] = case.both(&planted);
        assert_eq!((cost, broken.clone()), certified, "{size}-{seed}");
        assert!(broken.is_empty(), "{size}-{seed}");
    }
}

/// Plans that break the rules one by one and several at once: the certificate names the same rules as the referee, all of
/// them and no others, and computes the same cost.
#[test]
fn each_of_the_eleven_rules_is_refused_by_name_where_the_referee_refuses_it() {
    let Some(benchmark) = benchmark() else { return };
    let case = Case::new(&benchmark, "S", 1);
    let i = &case.instance;
    let planted: Vec<Share> = i.planted_plan.clone();
    let supplier = |p: usize| i.products[p].supplier;
    let incumbent = |p: usize, h: usize| i.incumbent[i.products[p].need][h] == p as i64;
    let category = |p: usize| i.needs[i.products[p].need].category;

    // One unit in a hundred of some site moves to a product that the need does not use.
    let mut trickle = planted.clone();
    let position = trickle.iter().position(|s| s.2 == 10_000).unwrap();
    let (p, h, _) = trickle[position];
    let other = case.products_of(i.products[p].need).into_iter().find(|q| planted.iter().all(|s| s.0 != *q)).unwrap();
    trickle[position].2 = 9_900;
    trickle.push((other, h, 100));

    let plans: Vec<(&str, Vec<Share>)> = vec![
        ("demand", planted[1..].to_vec()),
        ("formulary", {
            let need =
                (0..i.needs.len()).find(|n| case.products_of(*n).len() as u64 > i.needs[*n].most_products).unwrap();
            let products = case.products_of(need);
            let mut shares: Vec<Share> = planted.iter().copied().filter(|s| i.products[s.0].need != need).collect();
            for (site, _) in i.sites_of(need) {
                let part = 10_000 / products.len() as u64;
                let first = 10_000 - part * (products.len() as u64 - 1);
                shares.extend(products.iter().map(|p| (*p, site, if *p == products[0] { first } else { part })));
            }
            shares
        }),
        ("minimum share", trickle),
        ("capacity", case.by(|p, _| i.products[p].cap_units)),
        ("maximum share", case.by(|p, _| p)),
        ("minimum award", {
            // A supplier that has nothing of a category yet gets a thousandth of one cell there.
            let mut shares = planted.clone();
            let bought: BTreeSet<_> = planted.iter().map(|s| (supplier(s.0), category(s.0))).collect();
            let new = |p: &usize| !bought.contains(&(supplier(*p), category(*p)));
            let product = (0..i.products.len()).filter(new).min_by_key(|p| i.products[*p].list_cents).unwrap();
            let position = shares.iter().position(|s| i.products[s.0].need == i.products[product].need && s.2 > 10);
            let position = position.unwrap();
            shares[position].2 -= 10;
            shares.push((product, shares[position].1, 10));
            shares
        }),
        ("supplier count", case.by(|p, h| (supplier(p) + h) % i.suppliers.len())),
        ("small suppliers", case.by(|p, _| i.suppliers[supplier(p)].small)),
        ("preference", case.by(|p, h| i.products[p].pref[h])),
        ("carve-out", case.by(|p, h| i.products[p].pref[h] >= i.accept_pct[h][category(p)])),
        ("incumbents kept", case.by(incumbent)),
    ];
    for (wanted, shares) in plans {
        let [referee, certificate] = case.both(&shares);
        assert!(referee.1.contains(wanted), "the plan made to break {wanted} breaks {:?}", referee.1);
        assert_eq!(certificate, referee, "the plan made to break {wanted}");
    }
}

/// The whole way: the converted instance, `ballast award`, the plan, the referee.
#[test]
fn an_award_becomes_a_plan_whose_claim_is_the_referees_cost() {
    let Some(benchmark) = benchmark() else { return };
    let case = Case::new(&benchmark, "XS", 1);
    let asked = Run {
        ballast: env!("CARGO_BIN_EXE_ballast").into(),
        tender: case.path("tender.json"),
        limit: 600.0,
        reserve: 1.0,
        wall: 10.0,
        gap: 1e-4,
        improvements: false,
        arguments: Vec::new(),
        plan: case.path("plan.json"),
    };
    assert_eq!(compete(&asked), Ok(0));
    let (cost, broken, verdict) = case.refereed();
    assert!(broken.is_empty(), "{broken:?}");
    assert_eq!(verdict["claim_error_cents"], 0);
    // HiGHS, SCIP and Gurobi agree on 5,921.79 thousand.
    let optimum = 592_178_751;
    assert!(cost >= optimum && cost as f64 <= optimum as f64 * 1.0001, "{cost}");
    let plan: Value = serde_json::from_slice(&fs::read(case.path("plan.json")).unwrap()).unwrap();
    let bound = plan["bound_cents"].as_i64().unwrap();
    assert!(bound <= optimum && bound as f64 >= cost as f64 * 0.9999, "{bound}");
    let last = plan["log"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["cost_cents"], &last["bound_cents"]), (&json!(cost), &json!(bound)));
}

/// At the limit the runner asks for the best so far, and what there is becomes the plan.
#[test]
fn at_the_limit_the_best_so_far_is_the_plan() {
    let Some(benchmark) = benchmark() else { return };
    let case = Case::new(&benchmark, "S", 2);
    let asked = Run {
        ballast: env!("CARGO_BIN_EXE_ballast").into(),
        tender: case.path("tender.json"),
        limit: 2.0,
        reserve: 0.5,
        wall: 100.0,
        gap: 0.0,
        improvements: false,
        arguments: Vec::new(),
        plan: case.path("plan.json"),
    };
    compete(&asked).unwrap();
    let plan: Value = serde_json::from_slice(&fs::read(case.path("plan.json")).unwrap()).unwrap();
    assert!(plan["log"].is_array() && plan["x"].is_array(), "{plan}");
    assert!(!case.path("plan.json.award").exists());
}
