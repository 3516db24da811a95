//! Small and middling tenders go straight to HiGHS: build, solve, polish, certify.

mod aim;
mod annealed;
mod cap;
mod goal;
mod ladder;
mod levels;
mod start;
mod ties;
mod watch;

use std::time::Instant;

use ballast_domain::Tender;
use ballast_domain::award::{Award, SHARE_DECIMALS};
use ballast_domain::certificate::{Certificate, certify};
use ballast_domain::exact::{round, whole};
use ballast_domain::index::Ix;
use ballast_domain::overlap;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use crate::conflicts;
use crate::highs::{self, Settings, Status};
use crate::model::{self, AwardModel};
use crate::repair;
use crate::report::{
    Aim, Control, Engine, EngineError, Event, Limit, LogEntry, Options, Reached, Reason, SolveReport, Statistics,
    TIES_UP_TO_COLUMNS, Termination,
};
use annealed::{Annealing, Beyond};
use goal::{Before, Bound, Found, Goal, Job, Run, pursue};

/// Solves in this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcess;

/// Part of the value that rounding to the grid and stating the bound outwards may take of a gap, at most half of it.
const ROUNDING: f64 = 5e-5;

/// The bound is stated lower by this part: it covers the solver's tolerances and the quanta of the model.
const OUTWARDS: f64 = 1e-6;

/// Money that rounding to the cent may add to the difference of value and bound: half a cent for each of thirteen
/// components and a cent for the bound.
const STATED: f64 = 0.08;

impl Engine for InProcess {
    fn award(&self, tender: &Tender, options: &Options, control: &dyn Control) -> Result<SolveReport, EngineError> {
        if highs::version() != highs::VERSION {
            return Err(EngineError::Solver(format!(
                "HiGHS {} is linked, {} is expected",
                highs::version(),
                highs::VERSION
            )));
        }
        let reasons: Vec<Reason> = uncovered(tender);
        if !reasons.is_empty() {
            return Ok(no_award(Termination::Infeasible, reasons, Statistics::default(), Vec::new()));
        }
        let job = Job { tender, options, control, since: Instant::now() };
        let mut report = match &options.aim {
            Aim::Best => Self::search(tender, options, control),
            Aim::Differ { from, within } => differ(&job, from, *within),
            Aim::Stay { close_to, within } => stay(&job, close_to, *within),
            Aim::Other { than, enters } => other(&job, than, *enters),
        }?;
        if report.termination == Termination::Infeasible && report.reasons.is_empty() {
            report.reasons = conflict(tender, options, control);
        }
        Ok(report)
    }
}

impl InProcess {
    /// The award of least value; no reasons if there is none.
    pub(crate) fn search(
        tender: &Tender,
        options: &Options,
        control: &dyn Control,
    ) -> Result<SolveReport, EngineError> {
        let job = Job { tender, options, control, since: Instant::now() };
        let one_level = tender.objective.as_ref().is_none_or(|o| o.levels.len() < 2);
        let start = options.start.as_ref();
        let known = known(&job, start);
        let begun = match annealed::instead_of_highs(&job, start, known.as_ref(), one_level) {
            Beyond::Ended(report) => return Ok(*report),
            // What annealing did not find it would not find again.
            Beyond::Lost => Begun { known, annealing: None, limit: None },
            Beyond::No => annealed::before_highs(&job, start, known),
        };
        if one_level && let Some(report) = begun.ended() {
            return Ok(report);
        }
        let (report, model, settings, spent) = least_value(&job, start, begun)?;
        levels::descend(&job, report, model, &settings, spent)
    }
}

/// Why there is no award, in words.
fn conflict(tender: &Tender, options: &Options, control: &dyn Control) -> Vec<Reason> {
    let reason = |text: String| Reason { kind: "conflict", text };
    let Some(set) = conflicts::first(tender, options, control) else {
        return vec![reason(
            "the requirements exclude each other; which of them was not found within the work allowed".to_owned(),
        )];
    };
    let words = |m: &conflicts::Member| match m.instances.is_empty() {
        true => m.requirement.words(tender),
        false => format!("{} ({})", m.requirement.words(tender), m.instances.join("; ")),
    };
    let mut reasons: Vec<Reason> = set.members.iter().map(|m| reason(words(m))).collect();
    reasons.extend(set.inconclusive.iter().map(|r| reason(format!("perhaps {}", r.words(tender)))));
    reasons
}

/// Settings of the solver for a model.
fn settings(options: &Options, model: &AwardModel) -> Settings {
    Settings {
        time_limit: options.time_limit.map(|d| d.as_secs_f64()),
        // Less than what is asked for, so that rounding to the grid and the outward bound stay within it.
        gap: if small(model) { 0.0 } else { (options.gap - ROUNDING).max(options.gap / 2.0) },
        absolute_gap: 1e-6,
        seed: u32::try_from((options.seed.wrapping_add(u64::from(options.attempt))) & 0x7fff_ffff).unwrap_or(0),
        presolve: options.attempt < 2,
        fragile_heuristics: options.attempt == 0,
    }
}

fn small(model: &AwardModel) -> bool {
    model.model.columns() <= TIES_UP_TO_COLUMNS
}

/// The award, if it names lines of this tender and its certificate holds.
fn holding(job: &Job<'_>, award: &Award) -> Option<(Award, Certificate)> {
    let known = award.lines.iter().all(|l| l.candidate.ix() < job.tender.candidates.len());
    let certificate = known.then(|| certify(job.tender, award, job.options.tolerance))?;
    certificate.verified().then(|| (award.clone(), certificate))
}

/// What is known before HiGHS has its turn.
struct Begun<'a> {
    /// The best award.
    known: Option<Found>,
    /// Where the tender is large enough for it.
    annealing: Option<Annealing<'a>>,
    /// What ended it, if anything did.
    limit: Option<Limit>,
}

impl Begun<'_> {
    /// Moves of annealing.
    fn moves(&self) -> u64 {
        self.annealing.as_ref().map_or(0, Annealing::moves)
    }

    /// The report, where a limit leaves no time for more than what is known.
    fn ended(&self) -> Option<SolveReport> {
        let (best, limit) = self.known.clone().zip(self.limit)?;
        let at = LogEntry { work: 0.0, value: Some(best.score), bound: None };
        let statistics = Statistics { moves: self.moves(), ..Statistics::default() };
        let empty = no_award(Termination::Feasible(limit), Vec::new(), statistics, vec![at]);
        Some(SolveReport { award: Some((best.award, best.certificate)), ..empty })
    }
}

/// The start, if it holds; whoever listens hears of it.
fn known(job: &Job<'_>, start: Option<&Award>) -> Option<Found> {
    // A start in which rules gave way says nothing of whether they have to.
    let holding = start.and_then(|a| holding(job, a)).filter(|(_, certificate)| !certificate.gives_way(job.tender));
    holding.map(|(award, certificate)| {
        let score = certificate.costs.value;
        let at = LogEntry { work: 0.0, value: Some(score), bound: None };
        job.control.observe(&Event::Improved { award: award.clone(), at });
        Found { award, certificate, score }
    })
}

/// The award of least value, with what later phases need: the model and the work so far.
fn least_value(
    job: &Job<'_>,
    start: Option<&Award>,
    mut begun: Begun<'_>,
) -> Result<(SolveReport, AwardModel, Settings, i64), EngineError> {
    let known = begun.known.take();
    let start = known.as_ref().map(|k| &k.award).or(start).cloned();
    let model = model::build(job.tender);
    let mut settings = settings(job.options, &model);
    settings.time_limit = settings.time_limit.map(|t| (t - job.since.elapsed().as_secs_f64()).max(0.0));
    let (point, spent) = start.map_or((None, 0), |a| start::point(job.tender, &model, &a, &settings));
    let goal = Goal::value();
    let before = Before { best: known, spent, annealing: begun.annealing.as_mut() };
    let mut run = pursue(job, &model, &goal, &settings, point.as_deref(), before)?;
    settings.time_limit = settings.time_limit.map(|t| (t - run.seconds).max(0.0));
    if run.status == Status::Infeasible
        && run.best.is_none()
        && let Some((report, open, spent)) = ladder::walk(job, &settings, run.spent)?
    {
        return Ok((report, open, settings, spent));
    }
    if small(&model) && run.status == Status::Optimal {
        run.best = run.best.map(|best| ties::preferred(job, &model, best, &settings));
    }
    let spent = run.spent;
    let mut report = report(job, &model, run)?;
    report.statistics.moves = begun.moves();
    Ok((report, model, settings, spent))
}

fn report(job: &Job<'_>, model: &AwardModel, mut run: Run) -> Result<SolveReport, EngineError> {
    let value = run.best.as_ref().map(|b| b.certificate.costs.value);
    let bound = in_money(model, run.bound).map(|b| value.map_or(b, |v| b.min(v)));
    let termination = match (run.status, run.limit(), &run.best) {
        (Status::Optimal, _, Some(_)) => Termination::Optimal,
        (_, Some(limit), Some(_)) => Termination::Feasible(limit),
        (_, Some(limit), None) => Termination::NoAward(limit),
        // A start that holds by the tolerance alone may be outside of the model.
        (Status::Infeasible, None, Some(_)) => Termination::Feasible(Limit::Precision),
        (Status::Infeasible, None, None) => Termination::Infeasible,
        (status, ..) => return Err(EngineError::Solver(format!("it ended with {status:?}"))),
    };
    let Some(best) = run.best.take() else {
        return Ok(no_award(termination, Vec::new(), run.statistics, run.log));
    };
    let report = SolveReport {
        termination,
        award: Some((best.award, best.certificate)),
        bound: bound.filter(|_| run.status != Status::Infeasible),
        reached: None,
        reasons: Vec::new(),
        log: run.log,
        statistics: run.statistics,
        ladder: Vec::new(),
        level_bounds: Vec::new(),
    };
    // Proven means proven for the award that is shown, after rounding.
    match report.termination == Termination::Optimal && !proven(&report, job.options.gap) {
        true => Ok(SolveReport { termination: Termination::Feasible(Limit::Precision), ..report }),
        false => Ok(report),
    }
}

/// Winners as different as possible from those of awards, the first of which sets the cap.
fn differ(job: &Job<'_>, from: &[Award], within: Decimal) -> Result<SolveReport, EngineError> {
    let Some((award, certificate)) = from.first().and_then(|a| holding(job, a)) else {
        return Err(EngineError::Solver("the first award to differ from does not hold for the tender".to_owned()));
    };
    let most = certificate.costs.value * (Decimal::ONE + within);
    let model = model::build(job.tender);
    let capped = aim::differ(job.tender, &model, from, most.to_f64().unwrap_or(f64::MAX));
    let score = |award: &Award| round(&overlap::same_winners(job.tender, award, from), SHARE_DECIMALS);
    let goal = capped_goal(most, None, &score);
    let settings = aim_settings(settings(job.options, &model), job.options);
    let (point, spent) = start::point(job.tender, &capped, &award, &settings);
    let known = Found { score: score(&award), award, certificate };
    share_report(
        pursue(job, &capped, &goal, &settings, point.as_deref(), Before::of(Some(known), spent))?,
        &capped,
        None,
    )
}

/// As little change as possible.
fn stay(job: &Job<'_>, close_to: &Award, within: Decimal) -> Result<SolveReport, EngineError> {
    let start = job.options.start.as_ref().or(Some(close_to));
    let (first, model, settings, spent) =
        least_value(job, start, annealed::before_highs(job, start, known(job, start)))?;
    let Some((award, certificate)) = first.award.clone() else { return Ok(first) };
    let most = certificate.costs.value * (Decimal::ONE + within);
    let capped = aim::stay(job.tender, &model, close_to, most.to_f64().unwrap_or(f64::MAX));
    let score = |a: &Award| round(&(whole(1) - overlap::same_lines(job.tender, a, close_to)), SHARE_DECIMALS);
    let goal = capped_goal(most, first.bound, &score);
    let settings = aim_settings(settings, job.options);
    let (point, more) = start::point(job.tender, &capped, close_to, &settings);
    let known = Found { score: score(&award), award, certificate };
    let run = pursue(job, &capped, &goal, &settings, point.as_deref(), Before::of(Some(known), spent + more))?;
    let mut report = share_report(run, &capped, first.bound)?;
    report.log.splice(0..0, first.log);
    // Proven only if the cap is.
    if report.termination == Termination::Optimal {
        report.termination = first.termination;
    }
    Ok(report)
}

/// The best award with other winners than in each of some awards.
fn other(job: &Job<'_>, than: &[Award], enters: Decimal) -> Result<SolveReport, EngineError> {
    let enters = enters.to_f64().filter(|e| *e > 0.0 && *e <= 1.0);
    let enters =
        enters.ok_or_else(|| EngineError::Solver("the share of another winner is above 0 and at most 1".to_owned()))?;
    let model = aim::other(job.tender, &model::build(job.tender), than, enters);
    let settings = settings(job.options, &model);
    let score = |award: &Award, certificate: &Certificate| {
        aim::is_other(job.tender, award, than, enters).then_some(certificate.costs.value)
    };
    let goal = Goal { score: Box::new(score), bound: Bound::OfTheRun };
    let start = job.options.start.as_ref();
    let (point, spent) = start.map_or((None, 0), |a| start::point(job.tender, &model, a, &settings));
    let run = pursue(job, &model, &goal, &settings, point.as_deref(), Before::of(None, spent))?;
    if run.status == Status::Infeasible {
        let reasons = vec![Reason { kind: "conflict", text: "no award that holds has other winners".to_owned() }];
        return Ok(no_award(Termination::Infeasible, reasons, run.statistics, run.log));
    }
    report(job, &model, run)
}

/// An aim that is a share is met within a thousandth of the demand.
fn aim_settings(settings: Settings, options: &Options) -> Settings {
    Settings { gap: 0.0, absolute_gap: aim::SCALE * options.gap.max(1e-3) / 2.0, ..settings }
}

/// Less of a share is better, below a cap on the value.
fn capped_goal<'a>(most: Decimal, bound: Option<Decimal>, score: &'a dyn Fn(&Award) -> Decimal) -> Goal<'a> {
    let most = most * (Decimal::ONE + Decimal::new(3, 6)) + Decimal::new(5, 2);
    Goal {
        score: Box::new(move |award, certificate| (certificate.costs.value <= most).then(|| score(award))),
        bound: Bound::Known(bound),
    }
}

fn share_report(run: Run, model: &AwardModel, bound: Option<Decimal>) -> Result<SolveReport, EngineError> {
    let termination = match (run.status, run.limit()) {
        (Status::Optimal, _) => Termination::Optimal,
        (_, Some(limit)) => Termination::Feasible(limit),
        // The award that sets the cap may reach it by rounding alone.
        (Status::Infeasible, None) => Termination::Feasible(Limit::Precision),
        (status, None) => return Err(EngineError::Solver(format!("it ended with {status:?}"))),
    };
    let share = run.best.as_ref().and_then(|b| b.score.to_f64());
    let least = if run.bound.is_finite() { (run.bound * model.model.money_scale - OUTWARDS).max(0.0) } else { 0.0 };
    Ok(SolveReport {
        termination,
        reached: share.map(|share| Reached { share, bound: least.min(share) }),
        award: run.best.map(|b| (b.award, b.certificate)),
        bound,
        reasons: Vec::new(),
        log: run.log,
        statistics: run.statistics,
        ladder: Vec::new(),
        level_bounds: Vec::new(),
    })
}

/// True if the bound proves the award within the gap, apart from what stating both costs: the bound is moved outwards and
/// to the cent, thresholds are raised, and each component of the value is rounded to the cent.
fn proven(report: &SolveReport, gap: f64) -> bool {
    report.value().zip(report.bound).is_some_and(|(value, bound)| proven_between(value, bound, gap))
}

fn proven_between(value: Decimal, bound: Decimal, gap: f64) -> bool {
    let (Some(between), Some(value)) = ((value - bound).to_f64(), value.to_f64()) else { return false };
    between <= (gap + OUTWARDS + 2.0 * repair::RISE) * value.abs() + STATED
}

fn no_award(termination: Termination, reasons: Vec<Reason>, statistics: Statistics, log: Vec<LogEntry>) -> SolveReport {
    SolveReport {
        termination,
        award: None,
        bound: None,
        reached: None,
        reasons,
        log,
        statistics,
        ladder: Vec::new(),
        level_bounds: Vec::new(),
    }
}

fn uncovered(tender: &Tender) -> Vec<Reason> {
    let must = |need| tender.needs[need].shortage_cost.is_none();
    let empty = tender.cells.iter().filter(|c| c.candidates.is_empty() && must(c.need));
    empty
        .map(|c| Reason {
            kind: "structure",
            text: format!(
                "no valid offer may serve need {} at site {}",
                tender.needs[c.need].id, tender.sites[c.site].id
            ),
        })
        .collect()
}

fn statistics(model: &AwardModel, outcome: &highs::Outcome) -> Statistics {
    Statistics {
        columns: model.model.columns(),
        integers: model.model.integer.iter().filter(|i| **i).count(),
        rows: model.model.rows(),
        nonzeros: model.model.index.len(),
        nodes: outcome.nodes,
        iterations: outcome.iterations,
        moves: 0,
        blocks: 0,
        solver_value: None,
    }
}

/// The model's objective of a point, in money.
fn objective(model: &AwardModel, point: &[f64]) -> f64 {
    let m = &model.model;
    (m.offset + m.cost.iter().zip(point).map(|(c, x)| c * x).sum::<f64>()) * m.money_scale
}

/// A bound of the model in money, stated outwards to the cent; `None` if there is none.
pub(crate) fn in_money(model: &AwardModel, bound: f64) -> Option<Decimal> {
    if !bound.is_finite() {
        return None;
    }
    let money = bound * model.model.money_scale;
    let outwards = money - OUTWARDS * money.abs();
    Decimal::from_f64((outwards * 100.0).floor() / 100.0).filter(|d| d.to_f64().is_some()).map(|d| d.round_dp(2))
}
