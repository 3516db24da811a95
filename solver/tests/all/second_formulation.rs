//! The award problem a second time, from the sentences of the format and not from the solver's algebra: every choice of
//! offers used, tiers earned in each year and incumbents kept is enumerated, and what is left is a linear program that
//! another solver (microlp, in Rust) answers. It reads the rows of the tables itself.

mod ladders;

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::tender::Tender;
use ballast_solver::Termination;
use good_lp::{Expression, ResolutionError, Solution, SolverModel, Variable, constraint, microlp, variable, variables};
use rust_decimal::prelude::ToPrimitive;

use self::ladders::{Affine, Ladder};
use crate::random::{self, Random, Shape};
use crate::tender::{Book, Row, lines, try_solve};
use crate::trials::{Often, Tally, Trial, trials};

const SHAPE: Shape = Shape {
    whole: None,
    sites: 2,
    needs: 2,
    fixed_charges: true,
    odd_tiers: false,
    plain_offers: false,
    stacked: false,
    rules: 0,
};

/// More linear programs than this are not tried; the seed is skipped.
const MOST: usize = 2500;

fn number(row: &Row, column: &str) -> Option<f64> {
    row.get(column).filter(|t| !t.is_empty()).map(|t| t.parse().unwrap())
}

fn text<'a>(row: &'a Row, column: &str, default: &'a str) -> &'a str {
    row.get(column).map(String::as_str).filter(|t| !t.is_empty()).unwrap_or(default)
}

/// One offer at one demand cell; x is the share of the cell.
struct Line {
    site: String,
    member: String,
    need: String,
    category: String,
    offer: usize,
    offer_id: String,
    product: String,
    supplier: String,
    /// Need units, packs and list spend in the first year at share 1.
    units: f64,
    packs: f64,
    list: f64,
    /// Reference price of a need unit.
    reference: f64,
    /// Capacity units by plant at share 1.
    plants: Vec<(String, f64)>,
    /// Cost of a unit of net spend; cost beside net spend at share 1, in the first year, as it is and as it rises with the
    /// list price.
    net_factor: f64,
    beside: f64,
    beside_of_list: f64,
    incumbent: bool,
}

/// Σ coefficient × share over the lines.
type Sum<'a> = dyn Fn(&dyn Fn(&Line) -> f64) -> Expression + 'a;

struct Problem {
    book: Book,
    lines: Vec<Line>,
    years: f64,
    /// Years that cost the same: how many, and the price of each offer ÷ that of the first year.
    classes: Vec<(f64, Vec<f64>)>,
}

impl Problem {
    fn rows(&self, table: &str) -> &[Row] {
        self.book.0.get(table).map_or(&[], Vec::as_slice)
    }

    fn new(book: &Book) -> Self {
        let mut problem = Self { book: book.clone(), lines: Vec::new(), years: 1.0, classes: Vec::new() };
        problem.years = number(&problem.rows("tender")[0], "contract_years").unwrap_or(1.0);
        problem.classes = ladders::year_classes(&problem);
        let mut lines = Vec::new();
        for demand in problem.rows("demand") {
            let site = problem.rows("sites").iter().find(|s| s["site"] == demand["site"]).unwrap();
            for (offer_ix, offer) in problem.rows("offers").iter().enumerate() {
                let product = problem.rows("products").iter().find(|p| p["product"] == offer["product"]).unwrap();
                let may = match text(offer, "cohort", "all").split_once(':') {
                    Some(("member", m)) => site["member"] == m,
                    Some((_, s)) => site["site"] == s,
                    None => true,
                };
                if product["need"] != demand["need"] || !may {
                    continue;
                }
                lines.push(problem.line(demand, site, offer_ix, offer, product));
            }
        }
        problem.lines = lines;
        problem
    }

    fn line(&self, demand: &Row, site: &Row, offer_ix: usize, offer: &Row, product: &Row) -> Line {
        let units = number(demand, "quantity").unwrap();
        let factor = number(product, "use_factor").unwrap();
        let packs = units / factor;
        let list = packs * number(offer, "price").unwrap();
        let split: Vec<(String, f64)> = product["plants"]
            .split(';')
            .map(|p| p.split_once(':').map(|(plant, part)| (plant.to_owned(), part.parse().unwrap())).unwrap())
            .collect();
        let mut net_factor = 1.0 + number(offer, "markup").unwrap_or(0.0);
        let (mut beside, mut beside_of_list) = (0.0, 0.0);
        for fee in self.rows("fees").iter().filter(|f| f["payer"] == "buyer" && f["supplier"] == product["supplier"]) {
            match text(fee, "base", "net") {
                "net" => net_factor += number(fee, "percent").unwrap(),
                _ => beside_of_list += list * number(fee, "percent").unwrap(),
            }
        }
        // A row for the plant goes before one for the supplier; the tenders here have no other overlap.
        for (plant, part) in &split {
            let of_plant = self.rows("freight").iter().find(|f| text(f, "plant", "") == plant);
            let of_supplier = self.rows("freight").iter().find(|f| text(f, "supplier", "") == product["supplier"]);
            if let Some(f) = of_plant.or(of_supplier) {
                beside += part * packs * number(f, "per_pack").unwrap_or(0.0);
                beside += part * units * number(f, "per_need_unit").unwrap_or(0.0);
                beside_of_list += part * list * number(f, "percent_of_list").unwrap_or(0.0);
            }
        }
        let need = self.rows("needs").iter().find(|n| n["need"] == demand["need"]).unwrap();
        Line {
            site: site["site"].clone(),
            member: site["member"].clone(),
            need: demand["need"].clone(),
            category: need["category"].clone(),
            offer: offer_ix,
            offer_id: offer["offer"].clone(),
            product: product["product"].clone(),
            supplier: product["supplier"].clone(),
            units,
            packs,
            list,
            reference: number(need, "reference_price").unwrap(),
            plants: split.into_iter().map(|(plant, part)| (plant, part * packs)).collect(),
            net_factor,
            beside,
            beside_of_list,
            incumbent: self.rows("incumbents").iter().any(|i| {
                i["site"] == demand["site"] && i["need"] == demand["need"] && i["product"] == product["product"]
            }),
        }
    }

    /// The least cost, `None` if there is no award; `Err` if there are too many cases.
    fn solve(&self) -> Result<Option<f64>, ()> {
        let ladders = ladders::ladders(self, self.classes.len());
        // Cells whose switching cost is due whole.
        let whole: Vec<&Row> = self
            .rows("switching")
            .iter()
            .filter(|s| {
                s["mode"] == "whole"
                    && self.rows("incumbents").iter().any(|i| i["site"] == s["site"] && i["need"] == s["need"])
            })
            .collect();
        let levels: Vec<usize> = ladders.iter().map(Ladder::levels).collect();
        let combinations = levels.iter().try_fold(1usize, |all, n| all.checked_mul(*n)).ok_or(())?;
        // Only where something hangs on whether an offer is used at all does it matter.
        let open: Vec<usize> = (0..self.rows("offers").len()).filter(|o| self.is_charged(*o)).collect();
        let free = self.lines.iter().filter(|l| !open.contains(&l.offer)).fold(0, |used, l| used | 1 << l.offer);
        if combinations.saturating_mul(1 << (open.len() + whole.len())) > MOST * 8 {
            return Err(());
        }
        let mut best: Option<f64> = None;
        let mut tried = 0;
        for chosen in 0..1usize << open.len() {
            let used = open.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1).fold(free, |u, (_, o)| u | 1 << o);
            let Some(fixed) = self.fixed(used) else { continue };
            for kept in 0..1usize << whole.len() {
                for combination in 0..combinations {
                    tried += 1;
                    if tried > MOST {
                        return Err(());
                    }
                    let mut rest = combination;
                    let level: Vec<usize> = levels.iter().map(|n| (rest % n, rest /= n).0).collect();
                    if let Some(value) = self.program(used, &whole, kept, &ladders, &level) {
                        let value = value + fixed;
                        best = Some(best.map_or(value, |b| b.min(value)));
                    }
                }
            }
        }
        Ok(best)
    }

    /// Whether it costs or needs something that an offer is used at all.
    fn is_charged(&self, offer: usize) -> bool {
        let row = &self.rows("offers")[offer];
        let product = self.rows("products").iter().find(|p| p["product"] == row["product"]).unwrap();
        let supplier = self.rows("suppliers").iter().find(|s| s["supplier"] == product["supplier"]).unwrap();
        let need = self.rows("needs").iter().find(|n| n["need"] == product["need"]).unwrap();
        let stands = |row: &Row, column| number(row, column).is_some();
        stands(row, "minimum_if_used")
            || stands(supplier, "onboarding_cost")
            || stands(supplier, "minimum_award")
            || stands(need, "max_products")
    }

    /// Onboarding of the suppliers of these offers, and `None` if the offers leave a cell without any, or too many products.
    fn fixed(&self, used: usize) -> Option<f64> {
        let lines: Vec<&Line> = self.lines.iter().filter(|l| used >> l.offer & 1 == 1).collect();
        for demand in self.rows("demand") {
            if !lines.iter().any(|l| l.site == demand["site"] && l.need == demand["need"]) {
                return None;
            }
        }
        for need in self.rows("needs") {
            let products: BTreeSet<&String> =
                lines.iter().filter(|l| l.need == need["need"]).map(|l| &l.product).collect();
            if number(need, "max_products").is_some_and(|most| products.len() as f64 > most) {
                return None;
            }
        }
        let won: BTreeSet<&String> = lines.iter().map(|l| &l.supplier).collect();
        let cost = |s: &Row| number(s, "onboarding_cost").unwrap_or(0.0);
        Some(self.rows("suppliers").iter().filter(|s| won.contains(&s["supplier"])).map(cost).sum())
    }

    /// The linear program of one case; everything but onboarding.
    fn program(&self, used: usize, whole: &[&Row], kept: usize, ladders: &[Ladder], level: &[usize]) -> Option<f64> {
        let mut vars = variables!();
        let x: Vec<Variable> =
            self.lines.iter().map(|l| vars.add(variable().min(0.0).max((used >> l.offer & 1) as f64))).collect();
        let sum = |which: &dyn Fn(&Line) -> f64| -> Expression {
            self.lines.iter().zip(&x).map(|(l, x)| which(l) * *x).sum()
        };
        let only = |yes: bool, value: f64| if yes { value } else { 0.0 };
        let affine =
            |a: &Affine| -> Expression { a.at.iter().zip(&x).map(|(v, x)| *v * *x).sum::<Expression>() + a.constant };

        let (bought, earned) = ladders::purchases(self, ladders, level);
        let mut cost = affine(&bought);
        for s in self.rows("switching") {
            let incumbents: Expression = sum(&|l| only(l.incumbent && l.site == s["site"] && l.need == s["need"], 1.0));
            let any = self.rows("incumbents").iter().any(|i| i["site"] == s["site"] && i["need"] == s["need"]);
            let amount = number(s, "cost").unwrap();
            match whole.iter().position(|w| *w == s) {
                Some(w) if kept >> w & 1 == 0 => cost += amount,
                None if any => cost += amount - amount * incumbents,
                _ => {}
            }
        }
        let mut program = vars.minimise(cost.clone()).using(microlp);
        for demand in self.rows("demand") {
            program = program
                .with(constraint!(sum(&|l| only(l.site == demand["site"] && l.need == demand["need"], 1.0)) == 1.0));
        }
        for (w, s) in whole.iter().enumerate() {
            if kept >> w & 1 == 1 {
                program = program.with(constraint!(
                    sum(&|l| only(l.incumbent && l.site == s["site"] && l.need == s["need"], 1.0)) >= 1.0
                ));
            }
        }
        // Capacities and minima; the suppliers and offers of this case count as used.
        let won: BTreeSet<&String> =
            self.lines.iter().filter(|l| used >> l.offer & 1 == 1).map(|l| &l.supplier).collect();
        for s in self.rows("suppliers") {
            if let Some(k) = number(s, "capacity") {
                program = program.with(constraint!(sum(&|l| only(l.supplier == s["supplier"], l.packs)) <= k));
            }
            if let Some(m) = number(s, "minimum_award").filter(|_| won.contains(&s["supplier"])) {
                // List spend a year, the mean over the contract.
                let rise = |l: &Line| self.classes.iter().map(|(n, f)| n * f[l.offer]).sum::<f64>() / self.years;
                program = program.with(constraint!(sum(&|l| only(l.supplier == s["supplier"], l.list * rise(l))) >= m));
            }
        }
        for p in self.rows("plants") {
            if let Some(k) = number(p, "capacity") {
                let units = |l: &Line| l.plants.iter().filter(|(id, _)| *id == p["plant"]).map(|(_, u)| u).sum();
                program = program.with(constraint!(sum(&units) <= k));
            }
        }
        for p in self.rows("products") {
            if let Some(k) = number(p, "capacity_packs") {
                program = program.with(constraint!(sum(&|l| only(l.product == p["product"], l.packs)) <= k));
            }
        }
        for (ix, o) in self.rows("offers").iter().enumerate() {
            if let Some(k) = number(o, "max_packs") {
                program = program.with(constraint!(sum(&|l| only(l.offer == ix, l.packs)) <= k));
            }
            if let Some(m) = number(o, "minimum_if_used").filter(|_| used >> ix & 1 == 1) {
                program = program.with(constraint!(sum(&|l| only(l.offer == ix, l.packs)) >= m));
            }
        }
        for condition in &earned {
            program = program.with(constraint!(affine(condition) >= 0.0));
        }
        for rule in self.rows("rules") {
            program = self.rule(rule, &sum).into_iter().fold(program, SolverModel::with);
        }
        match program.solve() {
            Ok(solution) => Some(solution.eval(&cost)),
            Err(ResolutionError::Infeasible) => None,
            Err(e) => panic!("microlp: {e}"),
        }
    }

    /// The four kinds of rule that `rule_row` makes.
    fn rule(&self, rule: &Row, sum: &Sum<'_>) -> Vec<good_lp::Constraint> {
        let only = |yes: bool, value: f64| if yes { value } else { 0.0 };
        let suppliers: Vec<&String> = self.rows("suppliers").iter().map(|s| &s["supplier"]).collect();
        let mut rows = Vec::new();
        match (rule["measure"].as_str(), text(rule, "each", "")) {
            ("share", "supplier;need") => {
                let most = number(rule, "at_most").unwrap();
                for (s, n) in suppliers.iter().flat_map(|s| self.rows("needs").iter().map(move |n| (*s, &n["need"]))) {
                    rows.push(constraint!(
                        sum(&|l| only(l.supplier == *s && l.need == *n, l.units))
                            <= most * sum(&|l| only(l.need == *n, l.units))
                    ));
                }
            }
            ("share", "") => {
                let least = number(rule, "at_least").unwrap();
                let reference: BTreeMap<&String, f64> =
                    self.rows("needs").iter().map(|n| (&n["need"], number(n, "reference_price").unwrap())).collect();
                rows.push(constraint!(
                    sum(&|l| only(l.supplier == rule["scope.supplier"], l.units * reference[&l.need]))
                        >= least * sum(&|l| l.units * reference[&l.need])
                ));
            }
            ("share", _) => {
                // By site; different needs are added up by reference price.
                let least = number(rule, "at_least").unwrap();
                let reference: BTreeMap<&String, f64> =
                    self.rows("needs").iter().map(|n| (&n["need"], number(n, "reference_price").unwrap())).collect();
                for s in self.rows("sites") {
                    rows.push(constraint!(
                        sum(&|l| only(l.incumbent && l.site == s["site"], l.units * reference[&l.need]))
                            >= least * sum(&|l| only(l.site == s["site"], l.units * reference[&l.need]))
                    ));
                }
            }
            _ => {
                let most = number(rule, "at_most").unwrap();
                for s in suppliers {
                    rows.push(constraint!(sum(&|l| only(l.supplier == *s, l.units)) <= most));
                }
            }
        }
        rows
    }
}

/// A rule that the second formulation knows.
fn rule_row(r: &mut Random) -> String {
    match r.between(0, 3) {
        0 => format!("id=r measure=share each=supplier;need within=need at_most=0.{}", r.between(5, 9)),
        1 => format!("id=r measure=share scope.supplier=S{} at_least=0.25", r.between(1, 3)),
        2 => "id=r measure=share scope.incumbent=yes each=site within=site at_least=0.3".to_owned(),
        _ => format!("id=r measure=units each=supplier at_most={}", r.between(10, 50) * 10),
    }
}

fn run(first: u64, often: Often, shape: Shape) -> Tally {
    trials(first, often, |seed| {
        let mut book = random::tender(seed, shape);
        book.0.remove("equivalences");
        for need in book.rows("needs") {
            need.remove("max_products_per_site");
        }
        let r = &mut Random::new(seed);
        if r.chance(60) {
            book.push("rules", &rule_row(r));
        }
        let tender = Tender::read(&book.raw(), Default::default()).tender?;
        let problem = Problem::new(&book);
        let second = problem.solve().ok()?;
        let of = |column: &str, word: &str| problem.rows("schedules").iter().any(|s| text(s, column, "") == word);
        let trial = Trial::of(disagreement(&book, &tender, second)).note("feasible", second.is_some());
        Some(
            trial
                .note("rebates", of("kind", "rebate"))
                .note("slices", of("mode", "incremental"))
                .note("sums", of("gives", "sum"))
                .note("shares", of("basis", "share"))
                .note("stages", of("stage", "2"))
                .note("years apart", problem.classes.len() > 1),
        )
    })
}

/// What the solver says otherwise than the second formulation.
fn disagreement(book: &Book, tender: &Tender, second: Option<f64>) -> Option<String> {
    let report = match try_solve(tender) {
        Ok(report) => report,
        Err(e) => return Some(format!("engine error: {e}; second {second:?}\n{book}")),
    };
    let first = report.value().and_then(|v| v.to_f64());
    let agrees = match (first, second) {
        (None, None) => report.termination == Termination::Infeasible,
        (Some(a), Some(b)) => {
            let bound = report.bound.and_then(|b| b.to_f64()).unwrap();
            report.termination == Termination::Optimal
                && (a - b).abs() <= 0.05 + 1e-5 * b.abs()
                && bound <= b + 1e-6 * b.abs()
        }
        _ => false,
    };
    let found = || report.award.as_ref().map(|(a, _)| lines(tender, a));
    (!agrees).then(|| {
        format!(
            "solver {first:?} {:?} ({:?}, bound {:?}), second {second:?}\n{book}",
            found(),
            report.termination,
            report.bound
        )
    })
}

#[test]
fn another_formulation_and_another_solver_find_the_same_value_first_half() {
    run(7_000_000, Often(60, 300), SHAPE).at_least("feasible", 50).not_always("feasible");
}

#[test]
fn another_formulation_and_another_solver_find_the_same_value_second_half() {
    run(8_000_000, Often(60, 300), SHAPE).at_least("feasible", 50).not_always("feasible");
}

/// Schedules of every form.
fn run_stacked(first: u64) {
    let mut tally = run(first, Often(40, 300), Shape { stacked: true, ..SHAPE }).at_least("feasible", 50);
    for name in ["rebates", "slices", "sums", "shares", "stages", "years apart"] {
        tally = tally.at_least(name, 10);
    }
}

#[test]
fn stacked_schedules_have_the_same_value_in_another_formulation_first_half() {
    run_stacked(9_000_000);
}

#[test]
fn stacked_schedules_have_the_same_value_in_another_formulation_second_half() {
    run_stacked(10_000_000);
}
