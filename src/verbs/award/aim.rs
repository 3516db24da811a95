//! What `ballast award` may be asked besides the least value: where to start, what to stay close to, what comes second.

use std::path::{Path, PathBuf};

use ballast_domain::{Award, Tender};
use ballast_exchange::documents::aim::{AimPart, SecondBestPart, TiesPart};
use ballast_exchange::documents::award::AwardBody;
use ballast_exchange::documents::read_award;
use ballast_solver::{Aim, Control, Engine, Event, Options, Reached, SolveReport, TIES_UP_TO_COLUMNS, Termination};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::exit::Failure;
use crate::interrupt::Interrupt;
use crate::load;
use crate::output::{Output, money, percent};

/// Flags.
#[derive(clap::Args, Clone)]
pub struct Asked {
    /// Start from this award; one that does not hold any more is a hint.
    #[arg(long, value_name = "AWARD")]
    warm: Option<PathBuf>,
    /// Change as little as possible against this award, at a value at most `--within` above the best.
    #[arg(long, value_name = "AWARD")]
    stay: Option<PathBuf>,
    /// How much dearer than the best an award may be that stays close, as a fraction.
    #[arg(long, value_parser = within, default_value = "0.01", requires = "stay", value_name = "FRACTION")]
    within: Decimal,
    /// Show the best award with other winners, too, and how much dearer it is.
    #[arg(long, conflicts_with = "stay")]
    second_best: bool,
    /// Share of a need from which a supplier that had none of it makes other winners.
    #[arg(long, value_parser = entry, default_value = "0.1", requires = "second_best", value_name = "FRACTION")]
    entry: Decimal,
}

/// Reads a share from which a supplier counts.
pub fn entry(text: &str) -> Result<Decimal, String> {
    let value = Decimal::from_str_exact(text).map_err(|_| "a fraction such as 0.1".to_owned())?;
    // What awards are rounded to must not count as a winner.
    let fits = value >= Decimal::new(1, 3) && value <= Decimal::ONE;
    fits.then_some(value).ok_or_else(|| "a fraction from 0.001 to 1".to_owned())
}

/// Reads a fraction by which an award may be dearer.
pub fn within(text: &str) -> Result<Decimal, String> {
    let value = Decimal::from_str_exact(text).map_err(|_| "a fraction such as 0.01".to_owned())?;
    let fits = !value.is_sign_negative() && value <= Decimal::ONE_HUNDRED;
    fits.then_some(value).ok_or_else(|| "a fraction, 0 or more".to_owned())
}

/// What is asked, read.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Where to start.
    pub start: Option<Award>,
    /// What to aim for.
    pub aim: Aim,
    warm: Option<Value>,
    stay: Option<Value>,
    second_best: Option<Decimal>,
}

impl Asked {
    /// Reads the files.
    pub fn read(&self, tender: &Tender, output: &Output) -> Result<Question, Failure> {
        let read = |path: &Option<PathBuf>| path.as_deref().map(|p| lines_still_known(tender, p, output)).transpose();
        let (warm, stay) = (read(&self.warm)?, read(&self.stay)?);
        let aim = match &stay {
            Some((award, _)) => Aim::Stay { close_to: award.clone(), within: self.within },
            None => Aim::Best,
        };
        let (start, warm) = warm.unzip();
        Ok(Question {
            start,
            aim,
            warm,
            stay: stay.map(|(_, d)| d),
            second_best: self.second_best.then_some(self.entry),
        })
    }
}

/// The award in a file, without lines that the tender no longer has: it is a place to start from, not a result.
fn lines_still_known(tender: &Tender, path: &Path, output: &Output) -> Result<(Award, Value), Failure> {
    let document = load::json(path)?;
    let (award, findings) = read_award(tender, &document, &path.display().to_string());
    if award.lines.is_empty() {
        return Err(load::faults(&format!("{} is not an award for this tender", path.display()), &findings));
    }
    let lost = findings.of(ballast_domain::Severity::Error).count();
    if lost > 0 {
        output.note(&format!("{lost} line(s) of {} do not fit the tender any more and are left out", path.display()));
    }
    Ok((award, document.get("digest").cloned().unwrap_or(Value::Null)))
}

impl Question {
    /// Adds to the options that the document shows.
    pub fn show(&self, shown: &mut Value) {
        if let Some(digest) = &self.warm {
            shown["warm"] = digest.clone();
        }
        if let (Aim::Stay { within, .. }, Some(digest)) = (&self.aim, &self.stay) {
            shown["stay"] = json!({ "award": digest, "within": within });
        }
        if let Some(entry) = self.second_best {
            shown["second_best"] = json!({ "entry": entry });
        }
    }

    /// How ties were dealt with.
    pub fn ties(&self, report: &SolveReport) -> Option<TiesPart> {
        report.award.as_ref()?;
        let decided = matches!(self.aim, Aim::Best) && report.ties_decided();
        let why = match (&self.aim, report.statistics.columns > TIES_UP_TO_COLUMNS) {
            (_, _) if decided => {
                "among awards of equal value this one prefers lower ids, of the supplier, then of the offer"
            }
            (_, true) => {
                "not decided: on a tender of this size the seed decides which of several awards within the gap is found"
            }
            (Aim::Best, false) => "not decided: the search ended before the value was proven, or rules had to give way",
            (_, false) => "not decided: the award was chosen by another aim than the least value",
        };
        Some(TiesPart {
            decided,
            columns: report.statistics.columns,
            up_to_columns: TIES_UP_TO_COLUMNS,
            detail: why.to_owned(),
        })
    }

    /// What the aim reached.
    pub fn reached(&self, report: &SolveReport) -> Option<AimPart> {
        let Reached { share, bound } = report.reached?;
        match &self.aim {
            Aim::Stay { within, .. } => Some(AimPart { aim: "stay".to_owned(), share, bound, within: *within }),
            _ => None,
        }
    }

    /// The best award with other winners, where it was asked for.
    pub fn second_best(
        &self,
        engine: &dyn Engine,
        tender: &Tender,
        options: &Options,
        report: &SolveReport,
        interrupt: &Interrupt,
    ) -> Result<Option<SecondBestPart>, Failure> {
        let (Some(enters), Some((award, certificate))) = (self.second_best, &report.award) else { return Ok(None) };
        let options = Options { aim: Aim::Other { than: vec![award.clone()], enters }, start: None, ..options.clone() };
        let second = engine.award(tender, &options, &Quiet(interrupt))?;
        let gap_money = second.value().map(|v| v - certificate.costs.value);
        let detail = match (&second.termination, second.value()) {
            (_, Some(_)) => format!(
                "the best award in which a supplier drops out of a need, or one that had none of it gets {} % or more",
                (enters * Decimal::ONE_HUNDRED).normalize()
            ),
            (Termination::Infeasible, None) => "proven: no award has other winners".to_owned(),
            _ => "none was found before a limit".to_owned(),
        };
        Ok(Some(SecondBestPart { value: second.value(), bound: second.bound, gap_money, detail }))
    }
}

/// Only Ctrl-C is heard.
struct Quiet<'a>(&'a Interrupt);

impl Control for Quiet<'_> {
    fn cancelled(&self) -> bool {
        self.0.raised()
    }
    fn observe(&self, _: &Event) {}
}

/// For people.
pub fn text(body: &AwardBody) -> String {
    let mut text = String::new();
    if let Some(aim) = &body.aim {
        text.push_str(&format!(
            "  change    {} of the demand (by reference price) leaves its lines; within {} of the best value at least {} must\n",
            percent(aim.share),
            percent((aim.within).try_into().unwrap_or(0.0)),
            percent(aim.bound),
        ));
    }
    if let Some(second) = &body.second_best {
        let line = match (second.value, second.gap_money) {
            (Some(value), Some(gap)) => {
                format!("  second    {} ({} more): {}\n", money(value), money(gap), second.detail)
            }
            _ => format!("  second    {}\n", second.detail),
        };
        text.push_str(&line);
    }
    text
}
