//! What schedules of any kind, stage, basis and mode leave of the list price where it is settled which tiers are earned.
//! Then all is affine in the shares of the lines: what a group of lines costs after each step, and what it takes to earn
//! exactly these tiers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Line, Problem, number, text};
use crate::tender::Row;

/// Part of a threshold by which the tier below it stays below.
const BELOW: f64 = 1e-6;

/// Σ at\[line\] × share + constant.
#[derive(Debug, Clone)]
pub struct Affine {
    pub at: Vec<f64>,
    pub constant: f64,
}

impl Affine {
    pub fn zero(lines: usize) -> Self {
        Self { at: vec![0.0; lines], constant: 0.0 }
    }

    pub fn add(&mut self, other: &Self, weight: f64) {
        for (own, other) in self.at.iter_mut().zip(&other.at) {
            *own += other * weight;
        }
        self.constant += other.constant * weight;
    }

    fn times(mut self, by: f64) -> Self {
        self.at.iter_mut().for_each(|v| *v *= by);
        self.constant *= by;
        self
    }
}

/// What a share is a part of.
struct Whole {
    constant: f64,
    lines: Vec<usize>,
}

/// A schedule for one cohort, in contract years that are alike for it.
pub struct Ladder {
    row: Row,
    counts: Vec<usize>,
    applies_to: Vec<usize>,
    whole: Option<Whole>,
    /// Threshold and value.
    tiers: Vec<(f64, f64)>,
    /// Positions of the years.
    years: Vec<usize>,
}

impl Ladder {
    /// Tiers, and none.
    pub fn levels(&self) -> usize {
        self.tiers.len() + 1
    }

    fn is(&self, column: &str, word: &str) -> bool {
        self.row.get(column).is_some_and(|cell| cell == word)
    }

    /// Discounts by stage, then rebates by stage.
    fn step(&self) -> (bool, u64) {
        (self.is("kind", "rebate"), text(&self.row, "stage", "1").parse().unwrap())
    }

    fn counts_net(&self) -> bool {
        let default = if self.is("kind", "rebate") { "net" } else { "list" };
        text(&self.row, "spend_level", default) == "net"
    }
}

/// Years that cost the same, each with how many there are and the price of each offer ÷ its price in the first year.
pub fn year_classes(problem: &Problem) -> Vec<(f64, Vec<f64>)> {
    let factor = |offer: &Row, year: usize| {
        let rises: Vec<f64> =
            text(offer, "escalator", "").split(';').filter(|t| !t.is_empty()).map(|t| t.parse().unwrap()).collect();
        let rise = |y: usize| rises.get(y).or(rises.last().filter(|_| rises.len() == 1)).copied().unwrap_or(0.0);
        (0..year).fold(1.0, |f, y| f * (1.0 + rise(y)))
    };
    let all: Vec<Vec<f64>> = (0..problem.years as usize)
        .map(|year| problem.rows("offers").iter().map(|o| factor(o, year)).collect())
        .collect();
    match all.windows(2).all(|two| two[0] == two[1]) {
        true => vec![(problem.years, all[0].clone())],
        false => all.into_iter().map(|factors| (1.0, factors)).collect(),
    }
}

/// Every schedule for every cohort, in the order in which they apply.
pub fn ladders(problem: &Problem, years: usize) -> Vec<Ladder> {
    let mut ladders = Vec::new();
    for row in problem.rows("schedules") {
        let named = |column| -> Vec<&str> { text(row, column, "").split(';').filter(|t| !t.is_empty()).collect() };
        let takes_part = |l: &Line| match text(row, "cohort", "all").split_once(':') {
            Some(("member", m)) => l.member == m,
            Some((_, s)) => l.site == s,
            None => true,
        };
        let key = |l: &Line| match text(row, "cohort_mode", "all") {
            "all" => String::new(),
            "member" => l.member.clone(),
            _ => l.site.clone(),
        };
        let counted = |l: &Line| {
            let (offers, suppliers, categories) =
                (named("counts_offers"), named("counts_suppliers"), named("counts_categories"));
            let of_category = categories.is_empty() || categories.contains(&l.category.as_str());
            let by_both = match (suppliers.is_empty(), categories.is_empty()) {
                (true, true) => false,
                (true, false) => of_category,
                (false, _) => of_category && suppliers.contains(&l.supplier.as_str()),
            };
            by_both || offers.contains(&l.offer_id.as_str())
        };
        let priced = named("applies_to");
        let applies = |l: &Line| match priced.is_empty() {
            true => counted(l),
            false => priced.contains(&l.offer_id.as_str()),
        };
        let mut tiers: Vec<(f64, f64)> = problem
            .rows("tiers")
            .iter()
            .filter(|t| t["schedule"] == row["schedule"])
            .map(|t| (number(t, "from").unwrap(), number(t, "value").unwrap()))
            .collect();
        tiers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let money = row["basis"] == "spend" || row["basis"] == "share" && text(row, "weight", "") == "spend";
        let periods: Vec<Vec<usize>> = match money {
            true => (0..years).map(|y| vec![y]).collect(),
            false => vec![(0..years).collect()],
        };
        let keys: BTreeSet<String> = problem.lines.iter().filter(|l| takes_part(l)).map(key).collect();
        for cohort in keys {
            let lines = |which: &dyn Fn(&Line) -> bool| -> Vec<usize> {
                let ours = |l: &Line| takes_part(l) && key(l) == cohort && which(l);
                (0..problem.lines.len()).filter(|i| ours(&problem.lines[*i])).collect()
            };
            for years in &periods {
                ladders.push(Ladder {
                    row: row.clone(),
                    counts: lines(&counted),
                    applies_to: lines(&applies),
                    whole: (row["basis"] == "share").then(|| whole(problem, row, &lines)),
                    tiers: tiers.clone(),
                    years: years.clone(),
                });
            }
        }
    }
    ladders.sort_by_key(Ladder::step);
    ladders
}

/// Those lines of a cohort for which something holds.
type Lines<'a> = dyn Fn(&dyn Fn(&Line) -> bool) -> Vec<usize> + 'a;

/// The demand of needs and categories (by spend: what is spent on them), the other purchases of products and suppliers.
fn whole(problem: &Problem, row: &Row, lines: &Lines<'_>) -> Whole {
    let parts: Vec<(&str, &str)> = row["share_of"].split(';').map(|p| p.split_once(':').unwrap()).collect();
    let demanded =
        |l: &Line| parts.contains(&("need", l.need.as_str())) || parts.contains(&("category", l.category.as_str()));
    let bought = |l: &Line| {
        parts.contains(&("product", l.product.as_str())) || parts.contains(&("supplier", l.supplier.as_str()))
    };
    if text(row, "weight", "") == "spend" {
        return Whole { constant: 0.0, lines: lines(&|l| demanded(l) || bought(l)) };
    }
    // One line of each cell tells what the cell demands; a cell that nobody serves has no award anyway.
    let mut cells: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for i in lines(&demanded) {
        let l = &problem.lines[i];
        cells.insert((&l.site, &l.need), l.units * weight(row, l));
    }
    Whole { constant: cells.values().sum(), lines: lines(&|l| !demanded(l) && bought(l)) }
}

/// What a need unit weighs in a share.
fn weight(row: &Row, l: &Line) -> f64 {
    if text(row, "weight", "reference") == "units" { 1.0 } else { l.reference }
}

/// What the lines of a class of years are worth, in groups that steps keep together.
struct Worth<'a> {
    lines: &'a [Line],
    factors: &'a [f64],
    groups: Vec<(Vec<usize>, Affine)>,
}

impl<'a> Worth<'a> {
    fn new(lines: &'a [Line], factors: &'a [f64]) -> Self {
        let mut worth = Self { lines, factors, groups: Vec::new() };
        worth.groups = (0..lines.len()).map(|i| (vec![i], worth.sum(&[i], |l, f| l.list * f))).collect();
        worth
    }

    /// Σ of something per share over lines; the function sees the factor of the price.
    fn sum(&self, which: &[usize], of: impl Fn(&Line, f64) -> f64) -> Affine {
        let mut sum = Affine::zero(self.lines.len());
        for &i in which {
            sum.at[i] = of(&self.lines[i], self.factors[self.lines[i].offer]);
        }
        sum
    }

    /// Positions of the groups that consist of these lines.
    fn of(&self, which: &[usize]) -> Vec<usize> {
        let inside = |(lines, _): &(Vec<usize>, Affine)| {
            let n = lines.iter().filter(|i| which.contains(i)).count();
            assert!(n == 0 || n == lines.len(), "a step sees a part of what lies together");
            n > 0
        };
        (0..self.groups.len()).filter(|g| inside(&self.groups[*g])).collect()
    }

    /// What lines are worth now.
    fn net(&self, which: &[usize]) -> Affine {
        let mut sum = Affine::zero(self.lines.len());
        for g in self.of(which) {
            sum.add(&self.groups[g].1, 1.0);
        }
        sum
    }

    /// What a ladder counts of lines.
    fn counted(&self, ladder: &Ladder, which: &[usize]) -> Affine {
        match ladder.row["basis"].as_str() {
            "packs" => self.sum(which, |l, _| l.packs),
            "need_units" => self.sum(which, |l, _| l.units),
            "share" if text(&ladder.row, "weight", "") != "spend" => {
                self.sum(which, |l, _| l.units * weight(&ladder.row, l))
            }
            _ if ladder.counts_net() => self.net(which),
            _ => self.sum(which, |l, f| l.list * f),
        }
    }

    /// What must be ≥ 0 for exactly this level to be earned.
    fn earns(&self, ladder: &Ladder, level: usize) -> Vec<Affine> {
        let part = self.counted(ladder, &ladder.counts);
        let against = |from: f64, sign: f64| {
            let mut sum = part.clone().times(sign);
            match &ladder.whole {
                None => sum.constant -= sign * from,
                Some(whole) => {
                    sum.constant -= sign * from * whole.constant;
                    sum.add(&self.counted(ladder, &whole.lines), -sign * from);
                }
            }
            sum
        };
        let reached = level.checked_sub(1).map(|t| against(ladder.tiers[t].0, 1.0));
        let missed = ladder.tiers.get(level).map(|next| {
            // Slices have no jump, so they may meet.
            let off = if ladder.is("mode", "incremental") { 0.0 } else { BELOW };
            against(next.0 * (1.0 - off), -1.0)
        });
        reached.into_iter().chain(missed).collect()
    }

    /// What the groups that a ladder changes are worth after it; lines that it puts together stand together.
    fn after(&self, ladder: &Ladder, tier: usize) -> Vec<(Vec<usize>, Affine)> {
        let value = ladder.tiers[tier].1;
        let of = |g: usize| self.groups[g].clone();
        if ladder.is("mode", "incremental") {
            return vec![(ladder.applies_to.clone(), self.slices(ladder, tier))];
        }
        let groups = self.of(&ladder.applies_to).into_iter();
        match ladder.row["gives"].as_str() {
            "percent" => groups.map(|g| (of(g).0, of(g).1.times(1.0 - value))).collect(),
            _ => groups.map(|g| (of(g).0, self.sum(&of(g).0, |l, f| l.packs * value * rise(ladder, f)))).collect(),
        }
    }

    /// Each slice at its own price.
    fn slices(&self, ladder: &Ladder, tier: usize) -> Affine {
        let by_price = ladder.is("gives", "price");
        let measured = if by_price { self.counted(ladder, &ladder.counts) } else { self.net(&ladder.applies_to) };
        let first = &self.lines[ladder.applies_to[0]];
        let factor = self.factors[first.offer];
        // What a unit costs below the first slice, and in a slice.
        let own = if by_price { first.list / first.packs * factor } else { 1.0 };
        let unit = |t: usize| if by_price { ladder.tiers[t].1 * rise(ladder, factor) } else { 1.0 - ladder.tiers[t].1 };
        let mut at_threshold = own * ladder.tiers[0].0;
        for t in 1..=tier {
            at_threshold += unit(t - 1) * (ladder.tiers[t].0 - ladder.tiers[t - 1].0);
        }
        let mut left = measured.times(unit(tier));
        left.constant += at_threshold - unit(tier) * ladder.tiers[tier].0;
        left
    }
}

/// By how much the prices of a ladder have risen.
fn rise(ladder: &Ladder, factor: f64) -> f64 {
    if ladder.is("escalates", "yes") { factor } else { 1.0 }
}

/// The purchases of the whole contract with these levels earned, and what must be ≥ 0 for that.
pub fn purchases(problem: &Problem, ladders: &[Ladder], levels: &[usize]) -> (Affine, Vec<Affine>) {
    let lines = &problem.lines;
    let mut cost = Affine::zero(lines.len());
    let mut earned = Vec::new();
    for (year, (weight, factors)) in problem.classes.iter().enumerate() {
        let mut worth = Worth::new(lines, factors);
        let mut own = Affine::zero(lines.len());
        let ours: Vec<(&Ladder, usize)> =
            ladders.iter().zip(levels.iter().copied()).filter(|(l, _)| l.years.contains(&year)).collect();
        let steps: BTreeSet<(bool, u64)> = ours.iter().map(|(l, _)| l.step()).collect();
        let (discounts, rebates): (Vec<_>, Vec<_>) = steps.into_iter().partition(|s| !s.0);
        for (steps, rebate) in [(discounts, false), (rebates, true)] {
            for step in steps {
                let mut after = Vec::new();
                for (ladder, level) in ours.iter().filter(|(l, _)| l.step() == step) {
                    earned.extend(worth.earns(ladder, *level));
                    let Some(tier) = level.checked_sub(1) else { continue };
                    match ladder.is("gives", "sum") {
                        true => own.constant -= ladder.tiers[tier].1,
                        false if ladder.applies_to.is_empty() => {}
                        false => after.extend(worth.after(ladder, tier)),
                    }
                }
                for (together, value) in after {
                    worth.groups.retain(|(lines, _)| !lines.iter().any(|i| together.contains(i)));
                    worth.groups.push((together, value));
                }
            }
            if !rebate {
                // Mark-up and fees are of what discounts leave.
                for (together, net) in &worth.groups {
                    let factor = lines[together[0]].net_factor;
                    assert!(together.iter().all(|i| lines[*i].net_factor == factor), "mark-ups differ in a slice");
                    own.add(net, factor - 1.0);
                }
            }
        }
        for (_, left) in &worth.groups {
            own.add(left, 1.0);
        }
        let all: Vec<usize> = (0..lines.len()).collect();
        own.add(&worth.sum(&all, |l, f| l.beside + l.beside_of_list * f), 1.0);
        cost.add(&own, *weight);
    }
    (cost, earned)
}
