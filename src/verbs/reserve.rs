//! `ballast reserve`: weeks of stock per need, confirmed on fresh paths.

use std::path::PathBuf;

use ballast_domain::Tender;
use ballast_exchange::documents::reserve::ReserveBody;
use ballast_exchange::documents::{Header, seal};
use ballast_simulation::reserve::reserve;
use ballast_simulation::{Options, Progress, Replications, Target};
use serde_json::{Value, json};

use super::stress::Run;
use crate::Common;
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt::Interrupt;
use crate::load::Awarded;
use crate::output::{Output, money, percent, table};
use crate::{load, out, progress, say};

/// The target where neither the command nor the tender's classes of criticality give one.
const DEFAULT_TARGET: &str = "p_stockout<=0.05@criticality=1,conf=0.95";

/// The target that stands where none is given: the `maximum_shortage` of the most critical class that has one.
pub fn default_target(tender: &Tender) -> String {
    let mut classes = tender.criticality.iter().filter_map(|(class, c)| Some((class, c.maximum_shortage?)));
    classes.next().map_or_else(
        || DEFAULT_TARGET.to_owned(),
        |(class, most)| format!("p_stockout<={most}@criticality={class},conf=0.95"),
    )
}

/// Sizes the reserve: weeks of stock per need, with cost, confirmation and budget-to-protection curve.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    files: load::AwardFiles,
    #[command(flatten)]
    packs: load::PackFiles,
    /// What the reserve must reach, several to reach all of them: p_stockout<=0.02, unmet<=0.5 (weeks), fill>=0.98,
    /// cvar<=2 (weeks), hold>=26 (weeks), each with @criticality=K or @need=ID, joint, conf=0.95; where none is given, the tender's maximum_shortage of the most critical class, else
    /// p_stockout<=0.05@criticality=1,conf=0.95.
    #[arg(long, value_name = "TARGET")]
    target: Vec<String>,
    /// Replications for sizing, and as many fresh ones for confirming.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    replications: u64,
    /// Write the reserve document here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// All targets, or all that is wrong with them.
pub fn parse(targets: &[String]) -> Result<Vec<Target>, Failure> {
    let parsed: Vec<Result<Target, _>> = targets.iter().map(|t| t.parse()).collect();
    let wrong: Vec<String> = parsed.iter().filter_map(|p| Some(p.as_ref().err()?.to_string())).collect();
    match wrong.is_empty() {
        true => Ok(parsed.into_iter().flatten().collect()),
        false => Err(Failure::input(wrong.join("\n"))),
    }
}

/// Sizes the reserve and seals its document.
pub fn make(run: &Run<'_>, targets: &[String], replications: u64) -> Result<(Value, ReserveBody), Failure> {
    let target = targets.join(" ");
    let parsed = parse(targets)?;
    let (pack, hash) = load::packs(run.packs)?;
    let interrupt = Interrupt::listen()?;
    let bar = progress::bar(run.output, replications, "reserve");
    let options = Options {
        seed: run.common.seed,
        replications: Replications::Fixed(replications),
        cancel: Some(interrupt.flag()),
    };
    let observe = |p: Progress| {
        bar.set_message(p.stage);
        bar.set_length(p.planned);
        bar.set_position(p.done);
        crate::watched::tell(|| json!({ "at": p.stage, "done": p.done, "of": p.planned }));
    };
    let started = std::time::Instant::now();
    let report =
        load::on_threads(run.common.threads, || reserve(run.tender, run.award, &pack, &parsed, &options, &observe))?
            .map_err(|e| load::refused(&e))?;
    bar.finish_and_clear();
    let body = say::reserve(run.tender, &report, &target, say::pack(&pack, hash), run.award_digest.clone());
    let header = Header::new(
        run.tender,
        load::build(),
        run.common.seed,
        json!({ "target": target, "replications": replications }),
    )
    .edited(run.what_if);
    let seconds = started.elapsed().as_secs_f64();
    let document =
        seal("reserve", &header, &body, json!({ "elapsed_seconds": seconds, "threads": run.common.threads }))?;
    Ok((document, body))
}

/// What theory says, need by need.
fn theory(body: &ReserveBody) -> String {
    let mut text = String::new();
    for n in &body.needs {
        let Some(c) = &n.closed_form else { continue };
        let least =
            |weeks: Option<f64>, what: &str| weeks.map_or_else(String::new, |w| format!("{w:.1} weeks {what}, "));
        let bound = if c.lower_bound { "; refill is limited, so no less than that" } else { "" };
        text.push_str(&format!(
            "\n  {} by theory (all of it hangs on hazard {}): {}{}with the plan P(stockout) {} and {:.3} weeks unmet{bound}",
            n.need,
            c.hazard,
            least(c.weeks, "keep the target"),
            least(c.least_cost_weeks, "are cheapest"),
            percent(c.p_stockout),
            c.unmet_weeks,
        ));
    }
    text
}

/// The plan for people.
pub fn text(body: &ReserveBody, currency: &str) -> String {
    let mut text = format!("{}\n{}\n\n", body.pack.title, body.sentence);
    let rows: Vec<Vec<String>> = body
        .needs
        .iter()
        .map(|n| {
            let mut remarks = Vec::new();
            if n.limited_by_shelf_life {
                remarks.push(format!("shelf life allows {:.1} weeks of {:.1}", n.weeks, n.required_weeks));
            }
            if n.sample_too_small {
                remarks.push("too few replications for this level".to_owned());
            }
            vec![
                n.need.clone(),
                format!("{:.1}", n.weeks),
                format!("{:.0} {}", n.quantity, n.unit),
                format!("{:.0}", n.held),
                money(n.purchase_value),
                money(n.yearly_cost),
                percent(n.p_stockout_before.value),
                format!(
                    "{} ({}–{})",
                    percent(n.p_stockout_after.value),
                    percent(n.p_stockout_after.low),
                    percent(n.p_stockout_after.high)
                ),
                n.verdict.replace('_', " "),
                remarks.join("; "),
            ]
        })
        .collect();
    let value = format!("value {currency}");
    let header =
        ["need", "weeks", "quantity", "held today", &value, "cost a year", "P before", "P after", "target", ""];
    text.push_str(&table(&header, &rows));
    text.push_str(&theory(body));
    for t in &body.targets {
        let of = t.need.as_ref().map_or_else(String::new, |n| format!(" (need {n})"));
        let before = t.before.map_or_else(String::new, |b| format!("{:.4} → ", b.value));
        text.push_str(&format!(
            "\n  {}: {before}{:.4} ({:.4}–{:.4}){of}: {}",
            t.target,
            t.after.value,
            t.after.low,
            t.after.high,
            t.verdict.replace('_', " ")
        ));
        if let (Some(greedy), Some(least)) = (t.greedy_value, t.least_value) {
            text.push_str(&format!(
                "; greedy stock is worth {greedy:.0}, none that keeps the level less than {least:.0}"
            ));
        }
    }
    text.push('\n');
    if body.reimbursed > rust_decimal::Decimal::ZERO {
        text.push_str(&format!(
            "\n  {} {currency} a year of the policy's stock are reimbursed\n",
            money(body.reimbursed)
        ));
    }
    if body.verdict == "undecided" {
        text.push_str("\n  undecided: the interval spans the level; more --replications narrow it, a lower target or a higher conf= sizes with more room\n");
    }
    text.push_str(&format!(
        "\n  stock to buy worth {} {currency}, {} {currency} a year; on {} fresh replications the target is {}\n",
        money(body.purchase_value),
        money(body.yearly_cost),
        body.replications,
        body.verdict.replace('_', " "),
    ));
    text
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let Awarded { tender, what_if, award, document } = args.files.verified(&[args.out.as_deref()], output)?;
    let award_digest = load::digest(&document);
    let mut target = args.target.clone();
    if target.is_empty() {
        target.push(default_target(&tender));
    }
    let run = Run {
        tender: &tender,
        what_if: &what_if,
        award: &award,
        award_digest,
        packs: &args.packs.files,
        common,
        output,
    };
    let (document, body) = make(&run, &target, args.replications)?;
    if let Some(path) = &args.out {
        out::write(path, &document)?;
    }
    output.result(&document, &text(&body, &tender.settings.currency));
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_domain::quantity::Fraction;
    use ballast_domain::tender::CriticalityClass;
    use rust_decimal::Decimal;

    #[test]
    fn the_most_critical_class_with_a_limit_gives_the_target() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/iv-fluids");
        let mut tender = ballast_exchange::tender::read(&path).tender.expect("the shipped tender");
        assert_eq!(default_target(&tender), DEFAULT_TARGET);
        let class = |cents: Option<i64>| CriticalityClass {
            reserve: None,
            maximum_shortage: cents.map(|c| Fraction(Decimal::new(c, 2))),
        };
        tender.criticality = [(1, class(None)), (2, class(Some(3))), (3, class(Some(20)))].into();
        let target = default_target(&tender);
        assert_eq!(target, "p_stockout<=0.03@criticality=2,conf=0.95");
        let parsed: Target = target.parse().expect("a target");
        assert_eq!((parsed.level, parsed.criticality), (0.03, Some(2)));
    }
}
