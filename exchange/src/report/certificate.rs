//! The certificate: what was re-computed, and how anyone can do it again.

use serde_json::Value;

use super::sources::Shown;
use super::{Block, Section, Sources};
use crate::figures::{Cell, Table, number};

pub(super) fn section(sources: &Sources<'_>) -> Section {
    let body = &sources.award.body;
    let mut section = Section::new("certificate", "Certificate");
    if let Some(c) = &body.certificate {
        let word = if c.verified { "Verified" } else { "Not verified" };
        let difference = match c.difference {
            Some(d) => format!(
                " The solver's own figure differs by {} {}.",
                number::cents(rust_decimal::Decimal::try_from(d).unwrap_or_default()),
                sources.currency()
            ),
            None => String::new(),
        };
        section.say(format!(
            "{word}. Apart from the solver, cost, prices, tiers and every rule were computed again from the tender in exact fractions. Re-computed cost: {} {}.{difference} \
             The relative tolerance of {} was needed {}; balances, counts and thresholds have none.",
            number::cents(c.value),
            sources.currency(),
            c.tolerance.normalize(),
            match c.tolerance_used {
                0 => "nowhere".to_owned(),
                1 => "once".to_owned(),
                n => format!("{} times", number::count(n)),
            },
        ));
        let mut table = Table::new(["fact", "#checked", "result"]).caption("Facts that were checked.");
        for f in &c.facts {
            table.push([
                Cell::text(f.fact.replace('_', " ")),
                Cell::count(f.checked),
                Cell::text(if f.holds { "holds" } else { "FAILS" }),
            ]);
        }
        let broken = body.rules.iter().filter(|r| !r.holds).count();
        let result = if broken == 0 { "hold".to_owned() } else { format!("{broken} FAIL") };
        table.push([Cell::text("rule instances"), Cell::count(body.rules.len()), Cell::text(result)]);
        section.table(table);
        for failure in &c.failures {
            section.remark(failure.clone());
        }
    }
    let mut table = Table::new(["document", "made by", "#seed", "options", "digest"])
        .caption("The documents shown. Equal input, options and seed give an equal digest.");
    table.push(row("award", &sources.award));
    for e in &sources.exposure {
        table.push(row("exposure", e));
    }
    for s in &sources.stress {
        table.push(row("stress test", s));
    }
    for r in &sources.replay {
        table.push(row("replay", r));
    }
    for r in &sources.reserve {
        table.push(row("reserve", r));
    }
    section.table(table);
    section.say(format!(
        "Input hash of the tender: {}. It names the content, whatever the file format or row order.",
        sources.input_hash
    ));
    section.say("To check this again:");
    let (tender, award) = (quoted(&sources.tender_path), quoted(&sources.award.file));
    let mut lines = vec![format!("ballast certify {tender} {award}")];
    let files = sources.exposure.iter().map(|e| &e.file).chain(sources.stress.iter().map(|s| &s.file));
    let files = files.chain(sources.replay.iter().map(|r| &r.file)).chain(sources.reserve.iter().map(|r| &r.file));
    let files: String = files.map(|f| format!(" {}", quoted(f))).collect();
    lines.push(format!("ballast report {tender} {award}{files} --out report.html"));
    section.blocks.push(Block::Commands(lines));
    section
}

fn row<B>(kind: &str, shown: &Shown<B>) -> Vec<Cell> {
    let options = match shown.document.get("options") {
        Some(Value::Object(map)) => {
            let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
            let set = map.iter().filter(|(_, v)| !v.is_null());
            set.map(|(k, v)| format!("{} {}", k.replace('_', " "), text(v))).collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    let seed = shown.document.get("seed").map_or_else(|| "–".to_owned(), Value::to_string);
    vec![
        Cell::text(kind).note(shown.file.clone()),
        Cell::text(shown.header("build")),
        Cell::text(seed),
        Cell::text(options),
        Cell::text(shown.header("digest")),
    ]
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if !path.is_empty() && path.chars().all(plain) {
        path.to_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}
