//! `ballast demo`: every verb on the shipped tender, from files to report.

use std::path::{Path, PathBuf};

use ballast_domain::certificate::{certify, default_tolerance};
use ballast_simulation::Replications;
use include_dir::{Dir, include_dir};
use jiff::civil::date;
use serde_json::{Value, json};

use super::stress::Run;
use super::{award, import, report, reserve, stress};
use crate::Common;
use crate::exit::{Exit, Failure, Outcome};
use crate::load;
use crate::output::{Output, money, percent};

static TENDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios/iv-fluids");
static PACKS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios/packs");
static LEDGER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios/hospital-ledger");

/// Gap of the demonstration's award; `ballast award` proves 0.01 % in about a minute.
const GAP: f64 = 0.01;
/// Replications of its stress test and reserve plan.
const REPLICATIONS: u64 = 2_000;

/// Runs all of it on a shipped tender: IV fluids of three health systems in the year of Hurricane Helene.
#[derive(clap::Args)]
pub struct Args {
    /// Folder for everything that is made.
    #[arg(long, default_value = "ballast-demo", value_name = "FOLDER")]
    out: PathBuf,
}

fn unpack(shipped: &Dir<'_>, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to)?;
    shipped.extract(to)?;
    Ok(())
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let at = |name: &str| args.out.join(name);
    let shown = |name: &str| at(name).display().to_string();
    unpack(&TENDER, &at("tender"))?;
    unpack(&PACKS, &at("packs"))?;
    unpack(&LEDGER, &at("ledger"))?;
    let mut steps: Vec<(String, String)> = Vec::new();
    let mut done = |command: String, found: String| {
        output.note(&format!("$ ballast {command}\n  {found}"));
        steps.push((command, found));
    };

    let reading = ballast_exchange::tender::read(&at("tender"));
    let rows: usize = reading.rows.iter().map(|(_, c)| c.read).sum();
    let findings = reading.findings.0.len();
    let (tender, what_if) = load::edited_tender(&at("tender"), &load::Scenarios::default(), output)?;
    done(
        format!("check {}", shown("tender")),
        format!(
            "{rows} rows, {findings} finding(s): {} demand cells, {} candidate lines, {} rules",
            tender.cells.len(),
            tender.candidates.len(),
            tender.rules.len()
        ),
    );

    let limits = award::Limits { gap: GAP, ..award::Limits::standard() };
    let made = award::make((&tender, &what_if), &limits, common, output, Some(&at("award.json")))?;
    let (Some(decided), Some(value), Some(gap)) = (made.award, made.body.value, made.body.gap_money) else {
        return Err(Failure { exit: award::exit(&made.body), message: "the demonstration found no award".to_owned() });
    };
    let suppliers: Vec<&str> = made.body.suppliers.iter().map(|s| s.supplier.as_str()).collect();
    let saving = made.body.baseline.as_ref().map(|b| b.saving).unwrap_or_default();
    done(
        format!("award {} --gap {GAP} --out {}", shown("tender"), shown("award.json")),
        format!(
            "{}: {} {} over {} years, at most {} better exists; saves {} before one-off costs; {}",
            made.body.termination,
            money(value),
            tender.settings.currency,
            tender.settings.contract_years,
            money(gap),
            money(saving),
            suppliers.join(", ")
        ),
    );

    let certificate = certify(&tender, &decided, default_tolerance());
    if !certificate.verified() {
        return Err(Failure { exit: Exit::Failure, message: certificate.failures(&tender).join("; ") });
    }
    done(
        format!("certify {} {}", shown("tender"), shown("award.json")),
        format!(
            "verified: {} facts and {} rule instances hold, cost {}",
            certificate.facts.iter().map(|f| f.checked).sum::<usize>(),
            certificate.rules.len(),
            certificate.costs.value
        ),
    );

    let packs = [at("packs").join("helene-2024.toml")];
    let award_digest = load::digest(&made.document);
    let run = Run { tender: &tender, what_if: &what_if, award: &decided, award_digest, packs: &packs, common, output };
    let (stressed, body) = stress::make(&run, None, Replications::Fixed(REPLICATIONS), None, &[])?;
    award::write(&at("stress.json"), &stressed)?;
    done(
        format!(
            "stress {} {} --pack {} --replications {REPLICATIONS} --out {}",
            shown("tender"),
            shown("award.json"),
            packs[0].display(),
            shown("stress.json")
        ),
        format!(
            "{} of demand served; some need short in {:.1} weeks; worst 5 %: {:.2} weeks of demand unmet",
            percent(body.total.fill_rate.value),
            body.total.weeks_short,
            body.total.cvar95_weeks.value
        ),
    );

    let (reserved, body) = reserve::make(&run, &[reserve::default_target(&tender)], REPLICATIONS)?;
    award::write(&at("reserve.json"), &reserved)?;
    done(
        format!(
            "reserve {} {} --pack {} --replications {REPLICATIONS} --out {}",
            shown("tender"),
            shown("award.json"),
            packs[0].display(),
            shown("reserve.json")
        ),
        format!(
            "stock to buy worth {} at {} a year; target {} on fresh paths",
            money(body.purchase_value),
            money(body.yearly_cost),
            body.verdict.replace('_', " ")
        ),
    );

    let page = report::Args {
        tender: at("tender"),
        scenarios: load::Scenarios::default(),
        award: at("award.json"),
        further: vec![at("stress.json"), at("reserve.json")],
        out: at("report.html"),
    };
    let (_, line) = report::make(&page, output)?;
    done(
        format!(
            "report {} {} {} {} --out {}",
            shown("tender"),
            shown("award.json"),
            shown("stress.json"),
            shown("reserve.json"),
            shown("report.html")
        ),
        line,
    );

    let history = import::Purchases {
        file: at("ledger").join("ledger.csv"),
        mapping: at("ledger").join("mapping.toml"),
        from: date(2025, 1, 1),
        to: date(2025, 12, 31),
        wheres: Vec::new(),
        out: at("imported"),
    };
    import::make(&history)?;
    let imported = ballast_exchange::tender::read(&at("imported"));
    done(
        format!(
            "import purchases {} --mapping {} --from {} --to {} --out {}",
            history.file.display(),
            history.mapping.display(),
            history.from,
            history.to,
            shown("imported")
        ),
        match imported.tender {
            Some(t) => format!(
                "a hospital's ledger as a tender: {} sites, {} needs, {} offers",
                t.sites.len(),
                t.needs.len(),
                t.offers.len()
            ),
            None => "the ledger gave no tender".to_owned(),
        },
    );

    let summary: Vec<Value> =
        steps.iter().map(|(command, found)| json!({ "command": command, "found": found })).collect();
    let document = json!({ "schema": "ballast.demo/1", "build": load::build(), "steps": summary, "folder": args.out.display().to_string() });
    output.result(&document, &format!("all of it is in {}; start with {}", args.out.display(), shown("report.html")));
    Ok(Exit::Done)
}
