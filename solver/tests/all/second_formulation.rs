//! The award problem a second time, from the sentences of the format and not from the solver's algebra: every choice of
//! offers used, tiers earned and incumbents kept is enumerated, and what is left is a linear program that another solver
//! (microlp, in Rust) answers. It reads the rows of the tables itself.

use std::collections::{BTreeMap, BTreeSet};

use ballast_solver::Termination;
use good_lp::{Expression, ResolutionError, Solution, SolverModel, Variable, constraint, microlp, variable, variables};
use rust_decimal::prelude::ToPrimitive;

use crate::random::{self, Random, Shape};
use crate::tender::{Book, Row, lines, try_solve};
use crate::trials::{Often, Trial, trials};

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
    offer: usize,
    product: String,
    supplier: String,
    /// Need units, packs and list spend at share 1.
    units: f64,
    packs: f64,
    list: f64,
    /// Capacity units by plant at share 1.
    plants: Vec<(String, f64)>,
    /// Cost of a unit of net spend; cost beside net spend at share 1, a year.
    net_factor: f64,
    beside: f64,
    incumbent: bool,
}

/// Σ coefficient × share over the lines.
type Sum<'a> = dyn Fn(&dyn Fn(&Line) -> f64) -> Expression + 'a;

struct Problem {
    book: Book,
    lines: Vec<Line>,
    years: f64,
}

impl Problem {
    fn rows(&self, table: &str) -> &[Row] {
        self.book.0.get(table).map_or(&[], Vec::as_slice)
    }

    fn new(book: &Book) -> Self {
        let mut problem = Self { book: book.clone(), lines: Vec::new(), years: 1.0 };
        problem.years = number(&problem.rows("tender")[0], "contract_years").unwrap_or(1.0);
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
        let mut beside = 0.0;
        for fee in self.rows("fees").iter().filter(|f| f["payer"] == "buyer" && f["supplier"] == product["supplier"]) {
            match text(fee, "base", "net") {
                "net" => net_factor += number(fee, "percent").unwrap(),
                _ => beside += list * number(fee, "percent").unwrap(),
            }
        }
        // A row for the plant goes before one for the supplier; the tenders here have no other overlap.
        for (plant, part) in &split {
            let of_plant = self.rows("freight").iter().find(|f| text(f, "plant", "") == plant);
            let of_supplier = self.rows("freight").iter().find(|f| text(f, "supplier", "") == product["supplier"]);
            if let Some(f) = of_plant.or(of_supplier) {
                beside += part * packs * number(f, "per_pack").unwrap_or(0.0);
                beside += part * units * number(f, "per_need_unit").unwrap_or(0.0);
                beside += part * list * number(f, "percent_of_list").unwrap_or(0.0);
            }
        }
        Line {
            site: site["site"].clone(),
            member: site["member"].clone(),
            need: demand["need"].clone(),
            offer: offer_ix,
            product: product["product"].clone(),
            supplier: product["supplier"].clone(),
            units,
            packs,
            list,
            plants: split.into_iter().map(|(plant, part)| (plant, part * packs)).collect(),
            net_factor,
            beside,
            incumbent: self.rows("incumbents").iter().any(|i| {
                i["site"] == demand["site"] && i["need"] == demand["need"] && i["product"] == product["product"]
            }),
        }
    }

    /// The least cost, `None` if there is no award; `Err` if there are too many cases.
    fn solve(&self) -> Result<Option<f64>, ()> {
        // Cohorts of schedules, each with the lines counted and priced and the tiers.
        let mut cohorts = Vec::new();
        for schedule in self.rows("schedules") {
            let named = |column| -> Vec<String> {
                text(schedule, column, "").split(';').filter(|t| !t.is_empty()).map(str::to_owned).collect()
            };
            let counts = named("counts_offers");
            let priced = if named("applies_to").is_empty() { counts.clone() } else { named("applies_to") };
            let mode = text(schedule, "cohort_mode", "all");
            let key = |l: &Line| match mode {
                "all" => String::new(),
                "member" => l.member.clone(),
                _ => l.site.clone(),
            };
            let mut tiers: Vec<(f64, f64)> = self
                .rows("tiers")
                .iter()
                .filter(|t| t["schedule"] == schedule["schedule"])
                .map(|t| (number(t, "from").unwrap(), number(t, "value").unwrap()))
                .collect();
            tiers.sort_by(|a, b| a.0.total_cmp(&b.0));
            let keys: BTreeSet<String> = self.lines.iter().map(key).collect();
            for k in keys {
                let of = |offers: &[String]| -> Vec<usize> {
                    let ours = |l: &Line| key(l) == k && offers.contains(&self.rows("offers")[l.offer]["offer"]);
                    (0..self.lines.len()).filter(|i| ours(&self.lines[*i])).collect()
                };
                cohorts.push((schedule.clone(), of(&counts), of(&priced), tiers.clone()));
            }
        }
        // Cells whose switching cost is due whole.
        let whole: Vec<&Row> = self
            .rows("switching")
            .iter()
            .filter(|s| {
                s["mode"] == "whole"
                    && self.rows("incumbents").iter().any(|i| i["site"] == s["site"] && i["need"] == s["need"])
            })
            .collect();
        let offers = self.rows("offers").len();
        let levels: Vec<usize> = cohorts.iter().map(|c| c.3.len() + 1).collect();
        let cases = levels.iter().product::<usize>() << (offers + whole.len());
        if cases > MOST * 8 {
            return Err(());
        }
        let mut best: Option<f64> = None;
        let mut tried = 0;
        for used in 1..1usize << offers {
            let Some(fixed) = self.fixed(used) else { continue };
            for kept in 0..1usize << whole.len() {
                for combination in 0..levels.iter().product::<usize>() {
                    tried += 1;
                    if tried > MOST {
                        return Err(());
                    }
                    let mut rest = combination;
                    let level: Vec<usize> = levels.iter().map(|n| (rest % n, rest /= n).0).collect();
                    if let Some(value) = self.program(used, &whole, kept, &cohorts, &level) {
                        let value = value + fixed;
                        best = Some(best.map_or(value, |b| b.min(value)));
                    }
                }
            }
        }
        Ok(best)
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
    #[allow(clippy::type_complexity)] // the cohorts as `solve` makes them
    fn program(
        &self,
        used: usize,
        whole: &[&Row],
        kept: usize,
        cohorts: &[(Row, Vec<usize>, Vec<usize>, Vec<(f64, f64)>)],
        level: &[usize],
    ) -> Option<f64> {
        let mut vars = variables!();
        let x: Vec<Variable> =
            self.lines.iter().map(|l| vars.add(variable().min(0.0).max((used >> l.offer & 1) as f64))).collect();
        let sum = |which: &dyn Fn(&Line) -> f64| -> Expression {
            self.lines.iter().zip(&x).map(|(l, x)| which(l) * *x).sum()
        };
        let only = |yes: bool, value: f64| if yes { value } else { 0.0 };

        let mut discount = vec![0.0; x.len()];
        for ((schedule, _, priced, tiers), level) in cohorts.iter().zip(level) {
            let Some((_, value)) = level.checked_sub(1).map(|t| tiers[t]) else { continue };
            for &i in priced {
                let l = &self.lines[i];
                discount[i] += if schedule["gives"] == "percent" { l.list * value } else { l.list - l.packs * value };
            }
        }
        let yearly = |(l, d): (&Line, &f64)| self.years * ((l.list - d) * l.net_factor + l.beside);
        let mut cost: Expression = self.lines.iter().zip(&discount).map(yearly).zip(&x).map(|(c, x)| c * *x).sum();
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
                program = program.with(constraint!(sum(&|l| only(l.supplier == s["supplier"], l.list)) >= m));
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
        for ((schedule, counts, _, tiers), level) in cohorts.iter().zip(level) {
            let measure = |basis: &str| -> Expression {
                let counted = |l: &Line| match basis {
                    "packs" => l.packs,
                    "need_units" => l.units,
                    _ => l.list,
                };
                counts.iter().map(|&i| counted(&self.lines[i]) * x[i]).sum()
            };
            if let Some(tier) = level.checked_sub(1) {
                program = program.with(constraint!(measure(&schedule["basis"]) >= tiers[tier].0));
            }
            if let Some(next) = tiers.get(*level) {
                program = program.with(constraint!(measure(&schedule["basis"]) <= next.0));
            }
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

fn run(part: u64) {
    let tally = trials(7_000_000 + part * 1_000_000, Often(60, 300), |seed| {
        let mut book = random::tender(seed, SHAPE);
        book.0.remove("equivalences");
        for need in book.rows("needs") {
            need.remove("max_products_per_site");
        }
        let r = &mut Random::new(seed);
        if r.chance(60) {
            book.push("rules", &rule_row(r));
        }
        let second = Problem::new(&book).solve().ok()?;
        Some(Trial::of(disagreement(&book, second)).note("feasible", second.is_some()))
    });
    tally.at_least("feasible", 50).not_always("feasible");
}

/// What the solver says otherwise than the second formulation.
fn disagreement(book: &Book, second: Option<f64>) -> Option<String> {
    let tender = book.read();
    let report = match try_solve(&tender) {
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
    let found = || report.award.as_ref().map(|(a, _)| lines(&tender, a));
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
    run(0);
}

#[test]
fn another_formulation_and_another_solver_find_the_same_value_second_half() {
    run(1);
}
