//! `ballast sweep`: a grid of tenders, each decided.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ballast_domain::Tender;
use ballast_domain::finding::Place;
use ballast_domain::index::{NeedIx, ProductIx};
use ballast_domain::raw::RawTender;
use ballast_domain::scenario::{Action, Change, Edit, Filter};
use ballast_exchange::documents::study::{AnswerPart, DifferencePart, IntervalPart};
use ballast_exchange::documents::sweep::{AxisPart, CellPart, SweepBody};
use ballast_exchange::scenario::vary::{self, Vary};
use ballast_studies::direction::{difference, direction};
use ballast_studies::sweep::{GridCell, Swept, sweep};
use serde_json::json;

use crate::Common;
use crate::exit::{Failure, Outcome};
use crate::load;
use crate::output::{Output, money, table};
use crate::proven::between;
use crate::study::{self, Desktop, Matter, briefly, signed};

/// Cells that a grid may have: more are a misspelt axis rather than a question.
const MOST: usize = 2_000;

/// Decides a grid of tenders: every combination of the values given. A cell without an award never stops the rest.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// Files that say what varies (`schema = "ballast.vary/1"`).
    #[arg(value_name = "VARY")]
    grids: Vec<PathBuf>,
    /// A column to be set, such as 'needs.max_products[need=saline-1l]=1,2,3' (repeatable: every combination).
    #[arg(long, value_parser = vary::from_flag, value_name = "TABLE.COLUMN[WHERE]=V1,V2,…")]
    vary: Vec<Vary>,
    /// The price of one more choice: 1, 2, … products for each need in turn (or for the needs named).
    #[arg(long, num_args = 0.., value_delimiter = ',', value_name = "NEED", conflicts_with_all = ["vary", "grids"])]
    choices: Option<Vec<String>>,
    #[command(flatten)]
    setup: study::Setup,
}

/// A cell before it is decided.
struct Plan {
    at: Vec<String>,
    edits: Vec<Edit>,
}

fn grid(axes: &[Vary]) -> Result<Vec<Plan>, Failure> {
    let cells = axes.iter().try_fold(1usize, |n, a| n.checked_mul(a.steps.len())).filter(|n| *n <= MOST);
    if cells.is_none() {
        return Err(Failure::input(format!("the grid has more than {MOST} cells; name fewer values")));
    }
    let start = vec![Plan { at: Vec::new(), edits: Vec::new() }];
    Ok(axes.iter().fold(start, |plans, axis| {
        let longer = |plan: &Plan| -> Vec<Plan> {
            let step = |(value, edit): &(String, Edit)| Plan {
                at: plan.at.iter().chain([value]).cloned().collect(),
                edits: plan.edits.iter().chain([edit]).cloned().collect(),
            };
            axis.steps.iter().map(step).collect()
        };
        plans.iter().flat_map(longer).collect()
    }))
}

/// 1, 2, … products for each need, up to all that may serve it.
fn choices(tender: &Tender, asked: &[String]) -> Result<Vec<Plan>, Failure> {
    let known = |id: &String| tender.needs.iter().any(|n| n.id == *id);
    if let Some(unknown) = asked.iter().find(|id| !known(id)) {
        let ids: Vec<&str> = tender.needs.iter().map(|n| n.id.as_str()).collect();
        return Err(Failure::input(format!("--choices {unknown}: no such need; the needs are: {}", ids.join(", "))));
    }
    let mut plans = Vec::new();
    for (ix, need) in tender.needs.enumerate().filter(|(_, n)| asked.is_empty() || asked.contains(&n.id)) {
        let products = |need: NeedIx| -> BTreeSet<ProductIx> {
            tender.candidates.iter().filter(|c| c.need == need).map(|c| c.product).collect()
        };
        for k in 1..=products(ix).len() {
            let action = Action::Cells {
                table: "needs".to_owned(),
                column: "max_products".to_owned(),
                filter: Filter(vec![("need".to_owned(), vec![need.id.clone()])]),
                change: Change::Set(Some(k.to_string())),
            };
            let edit = Edit { name: format!("{k} products"), place: Place::file("--choices"), action };
            plans.push(Plan { at: vec![need.id.clone(), k.to_string()], edits: vec![edit] });
        }
    }
    Ok(plans)
}

/// The word for a cell whose edits leave no tender.
const NO_TENDER: &str = "no_tender";

/// The tender of a cell. An edit that touches nothing is a fault of the question; a tender that does not read is a cell.
fn planned(raw: &RawTender, plan: &Plan) -> Result<(GridCell, Vec<String>), Failure> {
    let name = plan.at.join(", ");
    let edited = ballast_domain::scenario::apply(raw, &plan.edits);
    if edited.findings.has_errors() {
        return Err(load::faults(&format!("the sweep at {name}"), &edited.findings));
    }
    let reading = Tender::read(&edited.raw, ballast_domain::Findings::default());
    let why = || reading.findings.of(ballast_domain::Severity::Error).map(ToString::to_string).collect::<Vec<_>>();
    let tender = reading.tender.clone().ok_or_else(|| why().join("; "));
    Ok((GridCell { name, tender }, edited.edits.into_iter().map(|e| e.sentence).collect()))
}

fn cells(plans: &[Plan], grid: &[(GridCell, Vec<String>)], swept: &[Swept]) -> Vec<CellPart> {
    let mut cells: Vec<CellPart> = Vec::new();
    for (i, (plan, (cell, sentences))) in plans.iter().zip(grid).enumerate() {
        let found = &swept[i];
        // The cell before on the last axis: the same place on all others.
        let before =
            i.checked_sub(1).filter(|&b| plans[b].at.split_last().map(|s| s.1) == plan.at.split_last().map(|s| s.1));
        let decided = |i: usize| Some((grid[i].0.tender.as_ref().ok()?, swept[i].answer.as_ref()?));
        let step = decided(i).zip(before.and_then(decided));
        cells.push(CellPart {
            at: plan.at.clone(),
            sentences: sentences.clone(),
            answer: match (&found.answer, &cell.tender) {
                (Some(answer), _) => study::answer(answer),
                (None, Err(why)) => {
                    AnswerPart { termination: NO_TENDER.to_owned(), detail: why.clone(), ..AnswerPart::default() }
                }
                (None, Ok(_)) => study::answer(&ballast_studies::Answer::Skipped),
            },
            change: found.change,
            direction: study::direction(found.direction),
            proven: study::interval(found.proven),
            step: step.and_then(|((_, a), (_, b))| Some(a.value()? - b.value()?)),
            step_proven: step.map_or_else(IntervalPart::default, |((tender, a), (old, b))| {
                study::interval(difference(b, a, direction(old, tender)))
            }),
            difference: found.difference.as_ref().map(DifferencePart::from),
        });
    }
    cells
}

fn text(tender: &Tender, body: &SweepBody) -> String {
    let base = body.base.value.map_or_else(|| body.base.termination.replace('_', " "), money);
    let mut text = format!("{}: {base} {} as it stands\n\n", tender.settings.name, tender.settings.currency);
    let mut header: Vec<&str> = body.axes.iter().map(|a| a.name.as_str()).collect();
    header.extend(["cost", "against base", "proven", "one step", "what moves"]);
    let rows: Vec<Vec<String>> = body
        .cells
        .iter()
        .map(|c| {
            let shown = |v: &String| if v.is_empty() { "blank".to_owned() } else { v.clone() };
            let mut row: Vec<String> = c.at.iter().map(shown).collect();
            row.extend([
                c.answer.value.map_or_else(|| c.answer.termination.replace('_', " "), money),
                c.change.map(signed).unwrap_or_default(),
                if c.change.is_some() { between(c.proven) } else { String::new() },
                c.step.map(signed).unwrap_or_default(),
                c.difference.as_ref().map_or_else(String::new, briefly),
            ]);
            row
        })
        .collect();
    text.push_str(&table(&header, &rows));
    for cell in body.cells.iter().filter(|c| c.answer.termination == NO_TENDER) {
        text.push_str(&format!("\n  {}: no tender: {}\n", cell.at.join(", "), cell.answer.detail));
    }
    if body.cells.iter().any(|c| c.change.is_some() && c.direction.as_deref().is_some_and(|d| d != "same")) {
        text.push_str("\n  a cell that only tightens the tender cannot save, one that only loosens it cannot cost; proven counts that in\n");
    }
    text
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    let raw = matter.tables();
    let (axes, plans) = match &args.choices {
        Some(asked) => {
            let plans = choices(tender, asked)?;
            let values = |i: usize| {
                let all: BTreeSet<String> = plans.iter().map(|p| p.at[i].clone()).collect();
                all.into_iter().collect()
            };
            let axes = vec![
                AxisPart { name: "need".to_owned(), values: values(0) },
                AxisPart { name: "products".to_owned(), values: values(1) },
            ];
            (axes, plans)
        }
        None => {
            let mut axes = Vec::new();
            for path in &args.grids {
                axes.extend(
                    vary::read(path).map_err(|f| load::faults(&format!("{} cannot be used", path.display()), &f))?,
                );
            }
            axes.extend(args.vary.iter().cloned());
            if axes.is_empty() {
                return Err(Failure::input(
                    "nothing varies: name a file, --vary TABLE.COLUMN[WHERE]=V1,V2 or --choices",
                ));
            }
            let plans = grid(&axes)?;
            let part =
                |a: &Vary| AxisPart { name: a.name.clone(), values: a.steps.iter().map(|(v, _)| v.clone()).collect() };
            (axes.iter().map(part).collect(), plans)
        }
    };
    let planned: Vec<(GridCell, Vec<String>)> =
        plans.iter().map(|p| planned(&raw, p)).collect::<Result<_, Failure>>()?;
    let (grid, sentences): (Vec<GridCell>, Vec<Vec<String>>) = planned.into_iter().unzip();
    let mut desk = Desktop::new(&args.setup.limits, common, output, "sweep")?;
    let (base, swept) = sweep(&*desk.engine, tender, &grid, &desk.settings, &desk.watcher);
    desk.close();

    let planned: Vec<(GridCell, Vec<String>)> = grid.into_iter().zip(sentences).collect();
    let body = SweepBody { base: study::answer(&base), axes, cells: cells(&plans, &planned, &swept) };
    desk.finish(&matter, "sweep", json!({}), &body, &text(tender, &body))?;
    Ok(study::exit(body.cells.iter().map(|c| &c.answer)))
}
