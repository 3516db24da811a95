//! Cost against something else: end points, points between by a bound on the measure (epsilon constraint), dominated ones
//! left out, the knee marked.
//!
//! The cheap end is the tender as it stands. The other end is decided in steps: first every unit short of the ideal is paid
//! for at ten times the best value; then a measure a little beyond what that gave is asked for, until it is proven that none
//! is there; last the least value at the best measure found. The knee is the point farthest from the line between the ends, both axes scaled to one.

use ballast_domain::Tender;
use ballast_domain::exact::float;
use ballast_domain::finding::{Findings, Place};
use ballast_domain::raw::RawTender;
use ballast_domain::rules::NOTHING_TO_MEASURE;
use ballast_domain::scenario::{Action, Edit, apply};
use ballast_solver::Engine;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use crate::{Answer, Desk, Probe, Settings, ask, ask_one};

/// Id of the rule that a point adds.
const RULE: &str = "frontier";
/// The price of a unit of the measure at the far end, in values of the best award.
const DEAR: i64 = 10;
/// The price rises this much where an award is found beyond what it gave.
const DEARER: i64 = 100;
/// Times that something beyond the far end is asked for.
const BEYOND: usize = 4;
/// A knee lies at least this far from the line between the ends, both axes scaled to one.
const BENT: f64 = 1e-3;
/// The far end of concentration, a share of the demand, is known within this.
const NARROW: f64 = 1e-4;
/// How far beyond, as a part of the distance between the ends.
const LITTLE: f64 = 1e-3;

/// What cost is set against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// Mean preference of clinicians, by reference price: more is better.
    Preference,
    /// Number of suppliers: fewer.
    Suppliers,
    /// Mean of the product attribute `emissions`, by reference price: less.
    Emissions,
    /// The largest share of a supplier, by reference price: less.
    Concentration,
    /// The part of the volume that leaves its incumbents: less.
    Moved,
}

impl Against {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Preference => "mean preference",
            Self::Suppliers => "number of suppliers",
            Self::Emissions => "mean emissions",
            Self::Concentration => "largest share of a supplier",
            Self::Moved => "part of the volume moved",
        }
    }

    /// True where more is better.
    pub fn more(self) -> bool {
        self == Self::Preference
    }

    fn cells(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Preference => vec![("measure", "mean"), ("of", "preference"), ("weight", "reference")],
            Self::Suppliers => vec![("measure", "count"), ("of", "supplier")],
            Self::Emissions => vec![("measure", "mean"), ("of", "product.emissions"), ("weight", "reference")],
            Self::Concentration => vec![("measure", "share"), ("each", "supplier"), ("weight", "reference")],
            Self::Moved => vec![("measure", "moved"), ("weight", "reference")],
        }
    }

    fn bound(self) -> &'static str {
        if self.more() { "at_least" } else { "at_most" }
    }
}

/// A point.
#[derive(Debug, Clone)]
pub struct Point {
    /// The bound on the measure; `None` at the cheap end.
    pub asked: Option<Decimal>,
    /// The measure of the award.
    pub measure: f64,
    /// The award.
    pub answer: Answer,
    /// True if it is the knee.
    pub knee: bool,
}

/// The frontier.
#[derive(Debug, Clone)]
pub struct Frontier {
    /// Points from the cheap end on; none dominates another.
    pub points: Vec<Point>,
    /// Points that were decided and are dominated.
    pub dominated: usize,
    /// Proven: no award has a measure as good as this.
    pub nothing_at: Option<f64>,
    /// Bounds for which no award exists, or none was found.
    pub without_award: Vec<(Decimal, Answer)>,
}

/// The tender with a rule on the measure, or what is wrong with that.
fn ruled(base: &RawTender, against: Against, bound: Decimal, price: Option<Decimal>) -> Result<Tender, Findings> {
    let mut row: Vec<(String, String)> =
        against.cells().into_iter().map(|(c, v)| (c.to_owned(), v.to_owned())).collect();
    row.push(("id".to_owned(), RULE.to_owned()));
    row.push((against.bound().to_owned(), bound.normalize().to_string()));
    if let Some(price) = price {
        row.push(("force".to_owned(), "priced".to_owned()));
        row.push(("price".to_owned(), price.normalize().to_string()));
    }
    let action = Action::AddRows { table: "rules".to_owned(), rows: vec![row] };
    let edit = Edit { name: RULE.to_owned(), place: Place::file(RULE), action };
    let edited = apply(base, &[edit]);
    if edited.findings.has_errors() {
        return Err(edited.findings);
    }
    let reading = Tender::read(&edited.raw, Findings::default());
    reading.tender.ok_or(reading.findings)
}

/// Neither this award nor, then, any other has what is asked for.
fn nothing_to_measure(against: Against) -> Findings {
    let fix = match against {
        Against::Preference => "give scores in `preferences`",
        Against::Emissions => "give products the attribute `emissions`",
        Against::Moved => "give today's products in `incumbents`",
        Against::Suppliers | Against::Concentration => "give demand",
    };
    let mut findings = Findings::default();
    let expected = format!("the tender says nothing from which the {} follows", against.words());
    findings.error(NOTHING_TO_MEASURE, Place::file("--against"), against.words(), expected, fix);
    findings
}

/// The measure of an award: that of the rule added to the tender.
fn measured(tender: &Tender, answer: &Answer) -> Option<f64> {
    let (_, certificate) = answer.award()?;
    let ours = certificate.rules.iter().filter(|c| tender.rules[c.rule].id == RULE);
    let values: Vec<f64> = ours.filter_map(|c| c.value.as_ref().map(float)).collect();
    values.into_iter().reduce(f64::max)
}

/// A bound as a short decimal that the award it came from meets.
fn short(value: f64, against: Against) -> Option<Decimal> {
    let strategy = match against.more() {
        true => rust_decimal::RoundingStrategy::ToNegativeInfinity,
        false => rust_decimal::RoundingStrategy::ToPositiveInfinity,
    };
    Decimal::from_f64(value).map(|d| d.round_dp(9).round_dp_with_strategy(6, strategy).normalize())
}

/// Decides `points` points.
///
/// # Errors
/// If the measure cannot be asked of this tender (nobody has a score, no product says its emissions).
pub fn frontier(
    engine: &(dyn Engine + Sync),
    base: &RawTender,
    against: Against,
    points: usize,
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<Frontier, Findings> {
    // A bound that always holds, so that the measure is told.
    let (loose, ideal) = match against {
        Against::Preference => (Decimal::ZERO, Decimal::ONE),
        Against::Suppliers | Against::Emissions => (Decimal::from(1_000_000_000), Decimal::ZERO),
        Against::Concentration | Against::Moved => (Decimal::ONE, Decimal::ZERO),
    };
    let tender = ruled(base, against, loose, None)?;
    let cheap = ask_one(engine, Probe::new("the cheap end", &tender), settings, desk);
    let mut frontier = Frontier { points: Vec::new(), dominated: 0, nothing_at: None, without_award: Vec::new() };
    let Some(value) = cheap.value() else {
        frontier.without_award.push((loose, cheap));
        return Ok(frontier);
    };
    let from = measured(&tender, &cheap).ok_or_else(|| nothing_to_measure(against))?;
    let asker = Asker { engine, base, against, near: (&tender, &cheap), settings, desk };
    let Far { best: far, nothing_at } = asker.far_end(ideal, value, from)?;
    frontier.nothing_at = nothing_at;

    let mut bounds: Vec<Decimal> = Vec::new();
    if let Some(to) = far {
        let steps = points.saturating_sub(1).max(1);
        let at = |i: usize| from + (to - from) * i as f64 / steps as f64;
        let step = |v: f64| if against == Against::Suppliers { v.floor() } else { v };
        bounds.extend((1..steps).filter_map(|i| short(step(at(i)), against)));
        bounds.extend(short(to, against));
        bounds.dedup();
        let further = |b: &Decimal| b.to_f64().is_some_and(|b| if against.more() { b > from } else { b < from });
        bounds.retain(further);
    }
    let tenders: Vec<Tender> = bounds.iter().map(|b| ruled(base, against, *b, None)).collect::<Result<_, _>>()?;
    let names: Vec<String> = bounds.iter().map(|b| format!("{} {b}", against.words())).collect();
    let probes: Vec<Probe<'_>> =
        tenders.iter().zip(&names).map(|(t, name)| Probe::new(name, t).near(&tender, &cheap)).collect();
    let answers = ask(engine, &probes, settings, desk);

    let mut all = vec![Point { asked: None, measure: from, answer: cheap, knee: false }];
    for ((bound, tender), answer) in bounds.into_iter().zip(&tenders).zip(answers) {
        match measured(tender, &answer) {
            Some(measure) => all.push(Point { asked: Some(bound), measure, answer, knee: false }),
            None => frontier.without_award.push((bound, answer)),
        }
    }
    let decided = all.len();
    frontier.points = undominated(all, against);
    frontier.dominated = decided - frontier.points.len();
    mark_knee(&mut frontier.points);
    Ok(frontier)
}

/// Asks for the far end.
struct Asker<'a> {
    engine: &'a (dyn Engine + Sync),
    base: &'a RawTender,
    against: Against,
    near: (&'a Tender, &'a Answer),
    settings: &'a Settings,
    desk: &'a dyn Desk,
}

/// The far end: the best measure found, and a measure of which it is proven that no award has it.
struct Far {
    best: Option<f64>,
    nothing_at: Option<f64>,
}

impl Asker<'_> {
    /// The measure of the best award under a bound, and whether it is proven that there is none.
    fn measure(&self, bound: Decimal, price: Option<Decimal>) -> Result<(Option<f64>, bool), Findings> {
        let tender = ruled(self.base, self.against, bound, price)?;
        let probe = Probe::new("the far end", &tender).near(self.near.0, self.near.1);
        let answer = ask_one(self.engine, probe, self.settings, self.desk);
        Ok((measured(&tender, &answer), answer.infeasible()))
    }

    fn far_end(&self, ideal: Decimal, value: Decimal, from: f64) -> Result<Far, Findings> {
        if self.against == Against::Concentration {
            return self.least_concentration(from);
        }
        let mut price = (value.abs() * Decimal::from(DEAR)).round().max(Decimal::ONE_HUNDRED);
        let mut best = self.measure(ideal, Some(price))?.0;
        let target = ideal.to_f64().unwrap_or(0.0);
        for _ in 0..BEYOND {
            let Some(at) = best.filter(|at| (at - target).abs() > 1e-9) else { break };
            let little = match self.against {
                Against::Suppliers => 1.0,
                _ => ((at - from).abs() * LITTLE).max(1e-6),
            };
            let beyond = if self.against.more() { at + little } else { at - little };
            let Some(bound) = short(beyond, self.against).filter(|b| !b.is_sign_negative()) else { break };
            match self.measure(bound, None)? {
                (Some(further), _) => {
                    price *= Decimal::from(DEARER);
                    let paid = self.measure(ideal, Some(price))?.0.into_iter().chain([further]);
                    best = paid.reduce(if self.against.more() { f64::max } else { f64::min });
                }
                (None, true) => return Ok(Far { best, nothing_at: bound.to_f64() }),
                (None, false) => break,
            }
        }
        Ok(Far { best, nothing_at: None })
    }

    /// By halves, to [`NARROW`]: what is paid for is a sum over suppliers, and the largest share is none.
    fn least_concentration(&self, from: f64) -> Result<Far, Findings> {
        let (mut low, mut high, mut nothing_at) = (0.0, from, None);
        while high - low > NARROW {
            let middle = (low + high) / 2.0;
            let Some(bound) = short(middle, Against::Concentration) else { break };
            match self.measure(bound, None)? {
                (Some(measure), _) => high = measure.min(middle),
                (None, proven) => {
                    low = middle;
                    // Above one that was not decided nothing is known of those between.
                    if proven {
                        nothing_at = bound.to_f64();
                    }
                }
            }
        }
        Ok(Far { best: Some(high), nothing_at })
    }
}

/// Points that no other beats in both, the cheapest first.
fn undominated(mut points: Vec<Point>, against: Against) -> Vec<Point> {
    let better = |a: f64, b: f64| if against.more() { a > b + 1e-9 } else { a < b - 1e-9 };
    points.sort_by(|a, b| {
        let measure = a.measure.total_cmp(&b.measure);
        a.answer.value().cmp(&b.answer.value()).then(if against.more() { measure.reverse() } else { measure })
    });
    let mut kept: Vec<Point> = Vec::new();
    for point in points {
        if kept.last().is_none_or(|last| better(point.measure, last.measure)) {
            kept.push(point);
        }
    }
    kept
}

/// Marks the point farthest from the line between the ends.
fn mark_knee(points: &mut [Point]) {
    let place = |p: &Point| (p.answer.value().and_then(|v| v.to_f64()).unwrap_or(f64::NAN), p.measure);
    let (Some(first), Some(last)) = (points.first().map(place), points.last().map(place)) else { return };
    let (wide, high) = (last.0 - first.0, last.1 - first.1);
    if points.len() < 3 || wide == 0.0 || high == 0.0 {
        return;
    }
    let distance = |p: &Point| {
        let (x, y) = place(p);
        // Below the line in cost for what it gives: the gain so far less the cost so far.
        (y - first.1) / high - (x - first.0) / wide
    };
    let knee = (1..points.len() - 1).max_by(|a, b| distance(&points[*a]).total_cmp(&distance(&points[*b])));
    // On a straight line there is none; money comes in cents.
    if let Some(knee) = knee.filter(|k| distance(&points[*k]) > BENT) {
        points[knee].knee = true;
    }
}
