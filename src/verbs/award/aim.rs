//! What `ballast award` may be asked besides the least value: where to start, what to stay close to, what comes second.

use std::path::{Path, PathBuf};

use ballast_domain::{Award, Tender};
use ballast_exchange::documents::aim::{AimPart, SecondBestPart};
use ballast_exchange::documents::award::AwardBody;
use ballast_exchange::documents::read_award;
use ballast_solver::{Aim, Control, Engine, Event, Options, Reached, SolveReport, Termination};
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
    second_best: bool,
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
        Ok(Question { start, aim, warm, stay: stay.map(|(_, d)| d), second_best: self.second_best })
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
        if self.second_best {
            shown["second_best"] = Value::from(true);
        }
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
        let (true, Some((award, certificate))) = (self.second_best, &report.award) else { return Ok(None) };
        let options = Options { aim: Aim::Other { than: award.clone() }, start: None, ..options.clone() };
        let second = engine.award(tender, &options, &Quiet(interrupt))?;
        let gap_money = second.value().map(|v| v - certificate.costs.value);
        let detail = match (&second.termination, second.value()) {
            (_, Some(_)) => {
                "the best award in which a supplier drops out of a need, or one that had none of it gets 10 % or more"
            }
            (Termination::Infeasible, None) => "proven: no award has other winners",
            _ => "none was found before a limit",
        };
        Ok(Some(SecondBestPart { value: second.value(), bound: second.bound, gap_money, detail: detail.to_owned() }))
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
