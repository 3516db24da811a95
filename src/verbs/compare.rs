//! `ballast compare`: scenarios and awards beside the tender as it stands.

use std::path::{Path, PathBuf};

use ballast_domain::certificate::Certificate;
use ballast_domain::raw::RawTender;
use ballast_domain::scenario::Told;
use ballast_domain::{Award, Findings, Tender};
use ballast_exchange::documents::award::{AwardBody, Proof};
use ballast_exchange::documents::compare::{ColumnPart, CompareBody, EditShare};
use ballast_exchange::documents::study::{AnswerPart, DifferencePart, IntervalPart};
use ballast_exchange::hash::input_hash;
use ballast_studies::compare::{Case, Column, compare};
use serde_json::{Value, json};

use crate::Common;
use crate::exit::{Failure, Outcome};
use crate::load;
use crate::output::{Output, money, table};
use crate::proven::{between, several};
use crate::study::{self, Desktop, Matter, signed};

/// Sets scenarios and awards beside the tender as it stands: money, suppliers, formulary, sites, clinicians, rules; the
/// difference edit by edit.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// Scenarios (TOML or JSON) and award documents of this tender.
    #[arg(required = true, value_name = "SCENARIO|AWARD")]
    subjects: Vec<PathBuf>,
    #[command(flatten)]
    setup: study::Setup,
}

/// A column before it is decided.
struct Subject {
    kind: &'static str,
    case: Case,
    /// The edits of each step.
    told: Vec<Vec<Told>>,
}

fn is_award(path: &Path) -> bool {
    let is = |v: &Value| v.get("schema").and_then(Value::as_str) == Some("ballast.award/1");
    path.extension().is_some_and(|e| e == "json") && load::json(path).is_ok_and(|v| is(&v))
}

fn subject(path: &Path, base: &Tender, raw: &RawTender, output: &Output) -> Result<Subject, Failure> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if is_award(path) {
        let (award, _) = load::award(base, path, output)?;
        let case = Case { name, steps: Vec::new(), fixed: Some(award) };
        return Ok(Subject { kind: "award", case, told: Vec::new() });
    }
    let what = format!("{} cannot be used", path.display());
    let (file, found) = ballast_exchange::scenario::read(path);
    let edits = &file.scenario.edits;
    let (last, all) = study::edited(raw, edits, found, &what)?;
    let (mut steps, mut told): (Vec<Tender>, Vec<Vec<Told>>) = (Vec::new(), Vec::new());
    let mut waiting = Vec::new();
    for (n, edit) in all.into_iter().enumerate() {
        waiting.push(edit);
        // Edits that make a tender only with a later one are told together with it.
        if let (true, Ok((tender, _))) =
            (n + 1 < edits.len(), study::edited(raw, &edits[..=n], Findings::default(), &what))
        {
            steps.push(tender);
            told.push(std::mem::take(&mut waiting));
        }
    }
    steps.push(last);
    told.push(waiting);
    Ok(Subject { kind: "scenario", case: Case { name: file.scenario.name, steps, fixed: None }, told })
}

fn decided(part: ColumnPart, tender: &Tender, award: Option<(&Award, &Certificate)>) -> ColumnPart {
    let Some((award, certificate)) = award else { return part };
    let body = AwardBody::without_award("feasible", None, String::new(), Vec::new());
    let body = body.with_award(tender, award, certificate, Proof::default());
    ColumnPart {
        cash: body.cash.map(|c| c.total),
        shadow: Some(body.shadow),
        baseline: body.baseline,
        broken: certificate.failures(tender),
        ..part
    }
}

fn joined(told: &[Told], text: impl Fn(&Told) -> &String) -> String {
    told.iter().map(|t| text(t).as_str()).collect::<Vec<_>>().join(" and ")
}

fn column(base: &Tender, subject: &Subject, column: &Column) -> ColumnPart {
    let tender = subject.case.steps.last().unwrap_or(base);
    let fixed = || AnswerPart {
        termination: "given".to_owned(),
        value: column.award.as_ref().map(|(_, c)| c.costs.value),
        ..AnswerPart::default()
    };
    let part = ColumnPart {
        name: subject.case.name.clone(),
        kind: subject.kind.to_owned(),
        input_hash: input_hash(&tender.draft),
        answer: column.answer.as_ref().map_or_else(fixed, study::answer),
        cash: None,
        shadow: None,
        baseline: None,
        broken: Vec::new(),
        change: column.change,
        direction: study::direction(column.direction),
        proven: study::interval(column.proven),
        difference: column.difference.as_ref().map(DifferencePart::from),
        edits: subject
            .told
            .iter()
            .zip(&column.parts)
            .map(|(told, part)| EditShare {
                name: joined(told, |t| &t.name),
                sentence: joined(told, |t| &t.sentence),
                touched: told.iter().map(|t| t.touched).sum(),
                answer: study::answer(&part.answer),
                change: part.change,
                direction: study::direction(part.direction),
                proven: study::interval(part.proven),
            })
            .collect(),
    };
    decided(part, tender, column.award.as_ref().map(|(a, c)| (a, c)))
}

fn side_by_side(body: &CompareBody) -> String {
    let columns: Vec<&ColumnPart> = [&body.base].into_iter().chain(&body.columns).collect();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut row = |name: &str, cell: &dyn Fn(&ColumnPart) -> String| {
        let cells: Vec<String> = columns.iter().map(|c| cell(c)).collect();
        if cells.iter().any(|c| !c.is_empty()) {
            rows.push([name.to_owned()].into_iter().chain(cells).collect());
        }
    };
    let amount = |a: Option<rust_decimal::Decimal>| a.map(money).unwrap_or_default();
    row("cost", &|c| c.answer.value.map_or_else(|| c.answer.termination.replace('_', " "), money));
    row("no award below", &|c| amount(c.answer.bound));
    row("against base", &|c| c.change.map(signed).unwrap_or_default());
    row("proven", &|c| if c.kind == "base" || c.change.is_none() { String::new() } else { between(c.proven) });
    row("the edits", &|c| match (&c.change, c.direction.as_deref()) {
        (Some(_), Some("tightens")) => "cannot save".to_owned(),
        (Some(_), Some("loosens")) => "cannot cost".to_owned(),
        _ => String::new(),
    });
    row("saves on today", &|c| c.baseline.as_ref().map(|b| money(b.saving)).unwrap_or_default());
    if columns.iter().any(|c| c.shadow.is_some_and(|s| !s.is_zero())) {
        row("cash", &|c| amount(c.cash));
        row("shadow money", &|c| amount(c.shadow));
    }
    let differing = body.columns.iter().filter_map(|c| c.difference.as_ref());
    let mut parts: Vec<String> = differing
        .flat_map(|d| &d.cost)
        .filter(|p| !p.before.is_zero() || !p.after.is_zero())
        .map(|p| p.name.clone())
        .collect();
    parts.sort();
    parts.dedup();
    for part in &parts {
        row(&format!("  {part}"), &|c| {
            let of = |d: &DifferencePart| d.cost.iter().find(|p| p.name == *part).map(|p| p.after);
            match (&c.difference, c.kind.as_str()) {
                (Some(d), _) => of(d).map(money).unwrap_or_default(),
                (None, "base") => {
                    let first = body.columns.iter().find_map(|c| c.difference.as_ref());
                    let before = first.and_then(|d| d.cost.iter().find(|p| p.name == *part)).map(|p| p.before);
                    before.map(money).unwrap_or_default()
                }
                _ => String::new(),
            }
        });
    }
    row("suppliers won", &|c| c.difference.as_ref().map(|d| d.won.join(", ")).unwrap_or_default());
    row("suppliers lost", &|c| c.difference.as_ref().map(|d| d.lost.join(", ")).unwrap_or_default());
    row("formulary changes", &|c| c.difference.as_ref().map(|d| d.formulary.len().to_string()).unwrap_or_default());
    row("volume moved", &|c| c.difference.as_ref().map(|d| format!("{:.1} %", d.moved * 100.0)).unwrap_or_default());
    row("cells, sites", &|c| {
        c.difference.as_ref().map(|d| format!("{}, {}", d.cells.len(), d.sites.len())).unwrap_or_default()
    });
    row("groups worse off", &|c| {
        let worse = |d: &DifferencePart| d.clinicians.iter().filter(|g| g.after < g.before).count();
        c.difference.as_ref().map(|d| format!("{} of {}", worse(d), d.clinicians.len())).unwrap_or_default()
    });
    let names: Vec<&str> = [""].into_iter().chain(columns.iter().map(|c| c.name.as_str())).collect();
    table(&names, &rows)
}

fn details(column: &ColumnPart) -> String {
    let mut text = format!("\n{} ({})\n", column.name, column.answer.termination.replace('_', " "));
    if !column.answer.detail.is_empty() {
        text.push_str(&format!("  {}\n", column.answer.detail));
    }
    for fault in &column.broken {
        text.push_str(&format!("  does not hold: {fault}\n"));
    }
    for edit in &column.edits {
        let change = match (edit.change, edit.answer.termination.as_str()) {
            (Some(change), _) => {
                let cannot = study::cannot(edit.direction.as_ref());
                let cannot = if cannot.is_empty() { String::new() } else { format!("; it {cannot}") };
                format!("{} (proven {}{cannot})", signed(change), between(edit.proven))
            }
            (None, other) => other.replace('_', " "),
        };
        text.push_str(&format!("  {}: {} ({}): {change}\n", edit.name, edit.sentence, several(edit.touched, "cell")));
    }
    let Some(d) = &column.difference else { return text };
    let mut list = |what: &str, items: Vec<String>| {
        const SHOWN: usize = 6;
        if !items.is_empty() {
            let more = items.len().saturating_sub(SHOWN);
            let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
            text.push_str(&format!(
                "  {what}: {}{rest}\n",
                items.into_iter().take(SHOWN).collect::<Vec<_>>().join("; ")
            ));
        }
    };
    list("formulary", d.formulary.iter().map(|f| format!("{} {} {}", f.product, f.change, f.need)).collect());
    // Thresholds of shares are fractions, which `money` would round to 0.
    let threshold = |t: rust_decimal::Decimal| if t.fract().is_zero() { money(t) } else { t.normalize().to_string() };
    let tier = |t: Option<rust_decimal::Decimal>| t.map_or_else(|| "none".to_owned(), threshold);
    let cohort = |c: &str| if c.is_empty() { String::new() } else { format!(" ({c})") };
    list(
        "tiers",
        d.tiers
            .iter()
            .map(|t| format!("{}{} {} → {}", t.schedule, cohort(&t.cohort), tier(t.before), tier(t.after)))
            .collect(),
    );
    let score = |s: Option<f64>| s.map_or_else(|| "unknown".to_owned(), |s| format!("{s:.2}"));
    list(
        "clinicians worse off",
        d.clinicians
            .iter()
            .filter(|c| c.after < c.before)
            .map(|c| format!("{} at {} {} → {}", c.group, c.site, score(c.before), score(c.after)))
            .collect(),
    );
    list("rules newly at their bound", d.newly_binding.clone());
    list("rules no longer at their bound", d.no_longer_binding.clone());
    list("breaks rules of the tender as it stands", d.breaks.clone().unwrap_or_default());
    text
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let base = &matter.tender;
    let raw = matter.tables();
    let subjects: Vec<Subject> =
        args.subjects.iter().map(|path| subject(path, base, &raw, output)).collect::<Result<_, Failure>>()?;
    let (kinds, cases): (Vec<_>, Vec<Case>) = subjects.into_iter().map(|s| ((s.kind, s.told), s.case)).unzip();
    let mut desk = Desktop::new(&args.setup.limits, common, output, "compare")?;
    let comparison = compare(&*desk.engine, base, &cases, &desk.settings, &desk.watcher);
    desk.close();

    let subjects = kinds.into_iter().zip(cases).map(|((kind, told), case)| Subject { kind, case, told });
    let first = ColumnPart {
        name: "as it stands".to_owned(),
        kind: "base".to_owned(),
        input_hash: input_hash(&base.draft),
        answer: study::answer(&comparison.base),
        cash: None,
        shadow: None,
        baseline: None,
        broken: Vec::new(),
        change: None,
        direction: None,
        proven: IntervalPart::default(),
        difference: None,
        edits: Vec::new(),
    };
    let body = CompareBody {
        base: decided(first, base, comparison.base.award()),
        columns: subjects.zip(&comparison.columns).map(|(s, c)| column(base, &s, c)).collect(),
    };
    let mut text = format!(
        "{}: money in {} over {}\n\n",
        base.settings.name,
        base.settings.currency,
        several(base.settings.contract_years as usize, "contract year")
    );
    text.push_str(&side_by_side(&body));
    body.columns.iter().for_each(|c| text.push_str(&details(c)));
    desk.finish(&matter, "compare", json!({}), &body, &text)?;
    Ok(study::exit(body.columns.iter().map(|c| &c.answer)))
}
