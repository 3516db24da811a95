//! `ballast merge`: parts of a stress test, made by `ballast stress --blocks`, joined to the document of the whole.

use std::path::{Path, PathBuf};

use ballast_domain::finding::Place;
use ballast_domain::{Findings, Tender};
use ballast_exchange::documents::partial::{PartialBody, SCHEMA};
use ballast_exchange::documents::{digest_of, read_award, seal};
use ballast_exchange::tender::from_body;
use ballast_simulation::{ReservePlan, StressTest, blocks_of};
use serde_json::{Value, json};

use super::stress::text;
use crate::Common;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::Output;
use crate::{load, out, say};

/// Joins parts of a stress test (`ballast stress --blocks A..B`) to the document that one run would have written.
#[derive(clap::Args)]
pub struct Args {
    /// Partial documents, in any order; together they must have every block once.
    #[arg(required = true, value_name = "PARTIAL")]
    partials: Vec<PathBuf>,
    /// Write the stress document here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

struct Part {
    file: String,
    seed: u64,
    body: PartialBody,
}

fn read(path: &Path, findings: &mut Findings) -> Option<Part> {
    let file = path.display().to_string();
    let mut fault = |column: &str, value: String, expected: String| {
        let place = Place::file(&file).column(column);
        findings.error("bad_partial", place, value, expected, "make it again with `ballast stress --blocks --out`");
        None
    };
    let document = match load::json(path) {
        Ok(document) => document,
        Err(failure) => return fault("", String::new(), failure.message),
    };
    let schema = document.get("schema").and_then(Value::as_str).unwrap_or("").to_owned();
    if schema != SCHEMA {
        return fault("schema", schema, format!("expected `{SCHEMA}`"));
    }
    if document.get("digest") != Some(&Value::from(digest_of(&document))) {
        return fault("digest", String::new(), "the file was changed after it was written".to_owned());
    }
    let seed = document.get("seed").and_then(Value::as_u64);
    match (serde_json::from_value::<PartialBody>(document), seed) {
        (Ok(body), Some(seed)) => Some(Part { file, seed, body }),
        (Ok(_), None) => fault("seed", String::new(), "expected the seed of the run".to_owned()),
        (Err(error), _) => fault("", String::new(), error.to_string()),
    }
}

/// What keeps parts from being one run: other inputs, blocks twice, blocks missing.
fn together(parts: &[Part], findings: &mut Findings) {
    let Some(first) = parts.first() else { return };
    for part in &parts[1..] {
        let same = (part.body.replications, &part.body.inputs) == (first.body.replications, &first.body.inputs);
        if !same {
            findings.error(
                "another_run",
                Place::file(&part.file).column("inputs"),
                "",
                format!("expected the same tender, award, packs, seed and replications as in {}", first.file),
                "merge parts of one run",
            );
        }
    }
    let mut next = 0;
    for part in parts {
        let [from, to] = part.body.blocks;
        let place = || Place::file(&part.file).column("blocks");
        let range = format!("{from}..{to}");
        if from > next {
            let expected = format!("blocks {next}..{from} are in no file");
            findings.error(
                "missing_blocks",
                place(),
                range,
                expected,
                format!("make them with --blocks {next}..{from}"),
            );
        } else if from < next {
            let expected = format!("blocks {from}..{} are in another file, too", next.min(to));
            findings.error("doubled_blocks", place(), range, expected, "leave one of the files out");
        }
        next = next.max(to);
    }
    let all = blocks_of(first.body.replications);
    if next != all {
        let place = Place::file(parts.last().map_or("", |p| p.file.as_str())).column("blocks");
        let expected = format!("the run of {} replications has the blocks 0..{all}", first.body.replications);
        findings.error(
            "missing_blocks",
            place,
            format!("0..{next}"),
            expected,
            format!("make --blocks {next}..{all}, too"),
        );
    }
}

/// The tender inside a part.
fn tender(part: &Part) -> Result<Tender, Failure> {
    let mut findings = Findings::default();
    let bytes = part.body.inputs.tender.to_string();
    let raw = from_body(bytes.as_bytes(), &part.file, &mut findings);
    let reading = Tender::read(&raw, findings);
    reading.tender.ok_or_else(|| load::faults(&format!("{} holds no tender", part.file), &reading.findings))
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    out::must_be_writable(args.out.as_deref())?;
    let started = std::time::Instant::now();
    let mut findings = Findings::default();
    let mut parts: Vec<Part> = args.partials.iter().filter_map(|p| read(p, &mut findings)).collect();
    parts.sort_by_key(|p| p.body.blocks);
    if !findings.has_errors() {
        together(&parts, &mut findings);
    }
    let Some(first) = parts.first().filter(|_| !findings.has_errors()) else {
        return Err(load::faults("the parts cannot be joined", &findings));
    };
    let inputs = &first.body.inputs;
    let tender = tender(first)?;
    let (award, findings) = read_award(&tender, &inputs.award, &first.file);
    if findings.has_errors() {
        return Err(load::faults(&format!("{} holds no award", first.file), &findings));
    }
    load::must_verify(&tender, &award)?;
    let texts: Vec<(String, String)> = inputs.packs.iter().map(|t| (first.file.clone(), t.clone())).collect();
    let (pack, hash) = load::packs_of(&texts)?;
    let plan = match &inputs.reserve {
        None => None,
        Some(weeks) => Some(
            ReservePlan::stated(&tender, weeks.iter().map(|(n, w)| (n.as_str(), *w)))
                .map_err(|f| load::faults(&format!("{} holds no reserve plan", first.file), &f))?,
        ),
    };
    let test = StressTest::new(&tender, &award, &pack, plan.as_ref(), first.seed).map_err(|e| load::refused(&e))?;
    let summary = |part: &Part| {
        let unreadable = || Failure::input(format!("{}: the sums cannot be read", part.file));
        say::partial::summary(&part.body.sums).ok_or_else(unreadable)
    };
    let mut whole = summary(first)?;
    for part in &parts[1..] {
        whole.join(&summary(part)?);
    }
    let report = test.report(&whole).map_err(|e| load::refused(&e))?;
    let award_digest = load::digest(&inputs.award);
    let body = say::stress(&tender, &report, say::pack(&pack, hash), award_digest, plan.as_ref());
    let run =
        json!({ "elapsed_seconds": started.elapsed().as_secs_f64(), "threads": common.threads, "parts": parts.len() });
    let document = seal("stress", &inputs.header, &body, run)?;
    if let Some(path) = &args.out {
        out::write(path, &document)?;
    }
    output.result(&document, &text(&body));
    Ok(Exit::Done)
}
