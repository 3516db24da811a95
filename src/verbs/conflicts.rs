//! `ballast conflicts`: why no award exists, and what would mend it.

use std::path::PathBuf;

use ballast_domain::Tender;
use ballast_domain::requirement::{Requirement, Side};
use ballast_exchange::documents::conflicts::{ChangePart, ConflictPart, ConflictsBody, MemberPart, RepairPart};
use ballast_exchange::documents::{Header, seal};
use ballast_isolation::Children;
use ballast_solver::conflicts::{Change, ConflictReport, Member, Verdict, conflicts};
use ballast_solver::{Control, Event, Options};
use serde_json::json;

use crate::Common;
use crate::exit::{Exit, Outcome};
use crate::interrupt::Interrupt;
use crate::output::{Output, money};
use crate::{load, out, progress};

/// Explains why no award exists: minimal sets of rules and limits that cannot hold together, and the cheapest repairs.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    #[command(flatten)]
    scenarios: load::Scenarios,
    /// Stop after so much work (1,000 simplex iterations each).
    #[arg(long, value_name = "N")]
    work: Option<u64>,
    /// Gap within which the cost of a repair is told.
    #[arg(long, default_value_t = 0.005, value_parser = super::award::gap, value_name = "G")]
    gap: f64,
    /// Memory limit of the solving process, MiB.
    #[arg(long, default_value_t = super::award::MEMORY_MIB, value_name = "MIB")]
    memory: u64,
    /// Solve in this process instead of a child.
    #[arg(long, hide = true)]
    in_process: bool,
    /// Write the document here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

struct Desk<'a>(&'a Interrupt, &'a Output);

impl Control for Desk<'_> {
    fn cancelled(&self) -> bool {
        self.0.raised()
    }
    fn observe(&self, event: &Event) {
        if let Event::Retried { why } = event {
            self.1.note(&format!("{why}; tried again"));
        }
    }
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let (tender, what_if) = load::edited_tender(&args.tender, &args.scenarios, output)?;
    out::must_be_writable(args.out.as_deref())?;
    let interrupt = Interrupt::listen()?;
    let default = Options::default();
    let options = Options { gap: args.gap, seed: common.seed, work_limit: args.work.or(default.work_limit), ..default };
    let bar = progress::spinner(output, "conflicts: probing");
    let started = std::time::Instant::now();
    let desk = Desk(&interrupt, output);
    let report = match args.in_process {
        true => conflicts(&tender, &options, &desk)?,
        false => {
            let memory_bytes = Some(args.memory.saturating_mul(1 << 20));
            let children = Children { program: std::env::current_exe()?, verb: "worker", memory_bytes };
            children.conflicts(&tender, &options, &desk)?
        }
    };
    bar.finish_and_clear();
    let body = body(&tender, &report);
    let shown = json!({ "gap": options.gap, "work": options.work_limit });
    let header = Header::new(&tender, load::build(), common.seed, shown).edited(&what_if);
    let document = seal("conflicts", &header, &body, json!({ "elapsed_seconds": started.elapsed().as_secs_f64() }))?;
    if let Some(path) = &args.out {
        out::write(path, &document)?;
    }
    output.result(&document, &text(&tender, &body));
    Ok(if report.verdict == Verdict::Inconclusive { Exit::NoAward } else { Exit::Done })
}

fn body(tender: &Tender, report: &ConflictReport) -> ConflictsBody {
    let (verdict, detail) = match (report.verdict, report.complete) {
        (Verdict::Satisfiable, _) => ("satisfiable", "an award exists; nothing is in conflict"),
        (Verdict::Inconclusive, _) if report.probes == 0 => {
            ("inconclusive", "the solving process was stopped before it could say whether an award exists")
        }
        (Verdict::Inconclusive, _) => ("inconclusive", "the work allowed did not show whether an award exists"),
        (Verdict::Conflict, true) => (
            "conflict",
            "each set falls apart once one of its members gives way; with all of them put aside, the rest can hold",
        ),
        (Verdict::Conflict, false) => {
            ("conflict", "each set falls apart once one of its members gives way; there may be further sets")
        }
    };
    let sets = report.sets.iter().map(|s| ConflictPart {
        members: s.members.iter().map(|m| member(tender, m)).collect(),
        minimal: s.minimal(),
        inconclusive: s
            .inconclusive
            .iter()
            .map(|r| member(tender, &Member { requirement: *r, instances: Vec::new() }))
            .collect(),
        needs: s.needs.iter().map(|n| tender.needs[*n].id.clone()).collect(),
    });
    let repairs = report.repairs.iter().map(|r| RepairPart {
        changes: r.changes.iter().map(|c| change(tender, c)).collect(),
        value: r.value,
        bound: r.bound,
    });
    ConflictsBody {
        verdict: verdict.to_owned(),
        detail: detail.to_owned(),
        sets: sets.collect(),
        complete: report.complete,
        repairs: repairs.collect(),
        probes: report.probes,
        inconclusive: report.inconclusive,
        work: report.iterations as f64 / 1000.0,
    }
}

fn member(tender: &Tender, member: &Member) -> MemberPart {
    let (table, id, column) = member.requirement.place(tender);
    let why = match member.requirement {
        Requirement::Rule(r) => tender.rules[r].why.clone(),
        Requirement::Pick(p) => tender.picks[p].why.clone(),
        _ => String::new(),
    };
    MemberPart {
        table: table.to_owned(),
        id,
        column: column.to_owned(),
        words: member.requirement.words(tender),
        why,
        instances: member.instances.clone(),
    }
}

fn change(tender: &Tender, change: &Change) -> ChangePart {
    let (table, id, column) = change.requirement.place(tender);
    let column = match (change.requirement, change.side) {
        (Requirement::Rule(_) | Requirement::Pick(_), Side::Low) => "at_least",
        (Requirement::Rule(_) | Requirement::Pick(_), Side::High) => "at_most",
        _ => column,
    };
    let what = match column {
        "" => change.requirement.words(tender),
        _ => format!("{column} of {} {id}", table.strip_suffix('s').unwrap_or(table)),
    };
    let words = match change.to {
        // What is no number holds or not.
        None if column.is_empty() => format!("without {what}"),
        Some(to) => format!("{what}: {} → {to}", change.from.normalize()),
        None => format!("without {what} ({})", change.from.normalize()),
    };
    ChangePart { table: table.to_owned(), id, column: column.to_owned(), from: change.from, to: change.to, words }
}

/// For people.
fn text(tender: &Tender, body: &ConflictsBody) -> String {
    let mut text = format!("{}: {} ({})\n", tender.settings.name, body.verdict, body.detail);
    for (i, set) in body.sets.iter().enumerate() {
        let word = if set.minimal { "cannot hold together" } else { "cannot hold together, not proven minimal" };
        text.push_str(&format!("\n  conflict {}: these {word}\n", i + 1));
        for member in &set.members {
            text.push_str(&format!("    {}\n", member.words));
            if !member.instances.is_empty() {
                text.push_str(&format!("      for {}\n", member.instances.join("; ")));
            }
        }
        for member in &set.inconclusive {
            text.push_str(&format!("    perhaps: {}\n", member.words));
        }
        if !set.needs.is_empty() {
            text.push_str(&format!("    given the demand of {}\n", set.needs.join(", ")));
        }
    }
    if !body.repairs.is_empty() {
        text.push_str("\n  ways out, the cheapest first\n");
    }
    for repair in &body.repairs {
        let changes: Vec<&str> = repair.changes.iter().map(|c| c.words.as_str()).collect();
        let cost = match (repair.value, repair.bound) {
            (Some(value), Some(bound)) => format!("the award costs {}, at least {}", money(value), money(bound)),
            (Some(value), None) => format!("the award costs {}", money(value)),
            _ => "no award was found within the work allowed".to_owned(),
        };
        text.push_str(&format!("    {}: {cost} {}\n", changes.join(" and "), tender.settings.currency));
    }
    if body.inconclusive > 0 {
        text.push_str(&format!("\n  {} of {} probes were inconclusive\n", body.inconclusive, body.probes));
    }
    text
}
