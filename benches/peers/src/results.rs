//! The results of many comparisons: a file to which lines are only ever added, and the table made from it.
//!
//! A line is one run of one solver on one instance, as `compare.py` measured and the referee judged it. Runs are compared
//! within one comparison only (one machine, one load); the table takes, for each size, the latest comparison that has it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// One run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// When the comparison was started, UTC; comparisons are told apart by it.
    #[serde(default)]
    pub comparison: String,
    /// The machine.
    #[serde(default)]
    pub machine: String,
    /// The version of the solver.
    #[serde(default)]
    pub version: String,
    /// Such as `S-1`.
    pub instance: String,
    /// Such as `S`.
    pub size: String,
    /// Such as `highs`.
    pub solver: String,
    /// Counted from 1.
    pub repetition: u32,
    /// CPU seconds given.
    pub limit_s: f64,
    /// Load of the machine at the end.
    pub load: f64,
    /// CPU seconds used.
    pub cpu_s: f64,
    /// Seconds by the clock.
    pub wall_s: f64,
    /// Peak memory of the process tree, MiB.
    pub peak_mb: u64,
    /// Why it was killed; empty if it was not.
    pub killed: String,
    /// The referee's verdict.
    pub valid: bool,
    /// The referee's cost.
    pub cost_cents: Option<i64>,
    /// What the solver claims.
    pub claimed_cost_cents: Option<f64>,
    /// Its bound.
    pub bound_cents: Option<f64>,
    /// Under which restriction the bound holds.
    #[serde(default)]
    pub bound_scope: Option<String>,
    /// Rules that the plan breaks.
    #[serde(default)]
    pub broken: BTreeSet<String>,
    /// The same as `compare.py` says it, place by place.
    #[serde(default, skip_serializing)]
    pub violations: Vec<Violation>,
    /// The solver's own log: improvements of cost and bound over CPU seconds.
    #[serde(default)]
    pub log: Vec<Logged>,
}

/// An improvement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Logged {
    /// CPU seconds since the start.
    pub cpu_s: f64,
    /// Claimed cost.
    pub cost_cents: Option<f64>,
    /// Bound.
    pub bound_cents: Option<f64>,
}

/// A rule that a plan breaks somewhere.
#[derive(Debug, Clone, Deserialize)]
pub struct Violation {
    rule: String,
}

#[derive(Deserialize)]
struct Comparison {
    rows: Vec<Outcome>,
}

/// What is said once of all runs of a comparison.
#[derive(Debug, Clone)]
pub struct Circumstances {
    /// When it was started, UTC.
    pub comparison: String,
    /// The machine.
    pub machine: String,
    /// Version by solver.
    pub versions: BTreeMap<String, String>,
}

/// Most entries of a log that are kept: the first, the last, and those at even steps between.
const LOGGED: usize = 40;

fn thinned(log: Vec<Logged>) -> Vec<Logged> {
    let last = log.len().saturating_sub(1);
    let kept: BTreeSet<usize> = (0..LOGGED).map(|k| k * last / (LOGGED - 1)).collect();
    log.into_iter().enumerate().filter(|(i, _)| kept.contains(i)).map(|(_, e)| e).collect()
}

/// Adds the rows that `compare.py --json` wrote to the end of the results; returns how many.
///
/// # Errors
/// If a file cannot be read or written.
pub fn record(comparison: &Path, circumstances: &Circumstances, results: &Path) -> Result<usize, String> {
    let text = fs::read(comparison).map_err(|e| format!("{}: {e}", comparison.display()))?;
    let read: Comparison = serde_json::from_slice(&text).map_err(|e| format!("{}: {e}", comparison.display()))?;
    let mut lines = String::new();
    let count = read.rows.len();
    for row in read.rows {
        let result = Outcome {
            comparison: circumstances.comparison.clone(),
            machine: circumstances.machine.clone(),
            version: circumstances.versions.get(&row.solver).cloned().unwrap_or_default(),
            broken: row.violations.iter().map(|v| v.rule.clone()).collect(),
            log: thinned(row.log),
            ..row
        };
        lines.push_str(&serde_json::to_string(&result).map_err(|e| e.to_string())?);
        lines.push('\n');
    }
    let fault = |e: std::io::Error| format!("{}: {e}", results.display());
    let mut file = fs::OpenOptions::new().create(true).append(true).open(results).map_err(fault)?;
    file.write_all(lines.as_bytes()).map_err(fault)?;
    Ok(count)
}

/// Reads the results.
///
/// # Errors
/// The line that cannot be read.
pub fn read(path: &Path) -> Result<Vec<Outcome>, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty());
    lines.map(|(i, l)| serde_json::from_str(l).map_err(|e| format!("{}:{}: {e}", path.display(), i + 1))).collect()
}

/// The solver whose wins and losses are counted.
const SUBJECT: &str = "ballast";
/// The sizes of the generator.
const SIZES: [&str; 6] = ["XS", "S", "SM", "M", "L", "XL"];
/// The peers for which there is a script.
const PEERS: [&str; 4] = ["highs", "cpsat", "scip", "cbc"];
/// A bound this far above a valid cost is refuted, as in `compare.py`.
const BOUND_SLACK: f64 = 1e-5;
/// Costs closer than this are the same.
const SAME: f64 = 1e-6;

/// The upper median; a run without a value is worse than any with one.
fn median(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let mut values: Vec<f64> = values.map(|v| v.unwrap_or(f64::INFINITY)).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().filter(|v| v.is_finite())
}

fn shown(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"))
}

/// The runs of one size in one comparison.
struct Field<'a>(Vec<&'a Outcome>);

impl Field<'_> {
    fn cost(run: &Outcome) -> Option<f64> {
        run.cost_cents.filter(|_| run.valid).map(|c| c as f64)
    }

    /// The lowest valid cost of other solvers on the instance of a run.
    fn best_peer(&self, run: &Outcome) -> Option<f64> {
        let others = self.0.iter().copied().filter(|r| r.instance == run.instance);
        let others = others.filter(|r| r.solver != run.solver && (run.solver == SUBJECT || r.solver != SUBJECT));
        others.filter_map(Self::cost).min_by(f64::total_cmp)
    }

    fn refuted(&self, run: &Outcome) -> bool {
        let same = self.0.iter().copied().filter(|r| r.instance == run.instance);
        let best = same.filter_map(Self::cost).min_by(f64::total_cmp);
        run.bound_cents.zip(best).is_some_and(|(bound, best)| bound > best * (1.0 + BOUND_SLACK))
    }

    /// By how many whole cents a solver's claim differs from the referee's cost of its valid plan.
    fn claim_error(run: &Outcome) -> Option<f64> {
        Some((run.claimed_cost_cents?.round() - Self::cost(run)?).abs())
    }

    fn gap(&self, run: &Outcome) -> Option<f64> {
        let bound = run.bound_cents.filter(|_| !self.refuted(run))?;
        Self::cost(run).map(|cost| (cost - bound) / cost * 100.0)
    }

    /// The median cost of a solver on an instance.
    fn typical(&self, solver: &str, instance: &str) -> Option<f64> {
        let runs = self.0.iter().copied().filter(|r| r.solver == solver && r.instance == instance);
        median(runs.map(Self::cost))
    }

    fn solvers(&self) -> BTreeSet<&str> {
        self.0.iter().map(|r| r.solver.as_str()).collect()
    }

    fn instances(&self) -> BTreeSet<&str> {
        self.0.iter().map(|r| r.instance.as_str()).collect()
    }

    /// The solvers' own claim of when they had a first plan.
    fn first(run: &Outcome) -> Option<f64> {
        run.log.iter().find(|e| e.cost_cents.is_some()).map(|e| e.cpu_s)
    }

    fn row(&self, solver: &str) -> String {
        let runs: Vec<&Outcome> = self.0.iter().copied().filter(|r| r.solver == solver).collect();
        let of = |value: &dyn Fn(&Outcome) -> Option<f64>| median(runs.iter().map(|r| value(r)));
        let valid = runs.iter().filter(|r| r.valid).count();
        let refuted = runs.iter().filter(|r| self.refuted(r)).count();
        let invalid: BTreeSet<&str> =
            runs.iter().flat_map(|r| &r.broken).map(String::as_str).filter(|b| *b != "no plan").collect();
        let mut notes = Vec::new();
        if !invalid.is_empty() {
            notes.push(format!("invalid: {}", invalid.into_iter().collect::<Vec<_>>().join(", ")));
        }
        if refuted > 0 {
            notes.push(format!("bound refuted in {refuted}"));
        }
        let errors: Vec<f64> = runs.iter().filter_map(|r| Self::claim_error(r)).filter(|e| *e > 0.0).collect();
        if let Some(most) = errors.iter().copied().max_by(f64::total_cmp) {
            notes.push(format!("claim wrong in {}, by up to {most} cents", errors.len()));
        }
        let scopes: BTreeSet<&str> = runs.iter().filter_map(|r| r.bound_scope.as_deref()).collect();
        notes.extend(scopes.into_iter().map(|s| format!("bound for {s}")));
        let killed = runs.iter().filter(|r| !r.killed.is_empty()).count();
        if killed > 0 {
            notes.push(format!("killed at the limit in {killed}"));
        }
        let limits: BTreeSet<String> = runs.iter().map(|r| format!("{}", r.limit_s)).collect();
        let ratio = |run: &Outcome| Some(Self::cost(run)? / self.best_peer(run)?);
        format!(
            "{solver} | {} | {} | {valid} | {} | {} | {} | {} | {} | {} |",
            limits.into_iter().collect::<Vec<_>>().join(", "),
            runs.len(),
            shown(of(&ratio), 4),
            shown(of(&|r| self.gap(r)), 2),
            shown(of(&Self::first), 1),
            shown(of(&|r| Some(r.cpu_s)), 1),
            shown(of(&|r| Some(r.peak_mb as f64)), 0),
            notes.join("; ")
        )
    }

    /// Wins, ties and losses of the subject against one peer, instance by instance, by median cost.
    fn against(&self, peer: &str) -> String {
        let (mut better, mut same, mut worse) = (Vec::new(), Vec::new(), Vec::new());
        let (mut neither, mut smaller, mut wider) = (Vec::new(), 0, Vec::new());
        for instance in self.instances() {
            let has = |solver| self.0.iter().any(|r| r.solver == solver && r.instance == instance);
            if !has(SUBJECT) || !has(peer) {
                continue;
            }
            match (self.typical(SUBJECT, instance), self.typical(peer, instance)) {
                (Some(own), Some(other)) if (own - other).abs() <= SAME * other => same.push(instance),
                (Some(own), Some(other)) if own > other => worse.push(instance),
                (None, Some(_)) => worse.push(instance),
                (Some(_), _) => better.push(instance),
                (None, None) => neither.push(instance),
            }
            let gap = |solver: &str| {
                let runs = self.0.iter().copied().filter(|r| r.solver == solver && r.instance == instance);
                median(runs.map(|r| self.gap(r))).unwrap_or(f64::INFINITY)
            };
            // Gaps below a hundredth of a percent are those at which solvers stop.
            match (gap(SUBJECT), gap(peer)) {
                (own, other) if own <= f64::max(other, 0.01) => smaller += 1,
                _ => wider.push(instance),
            }
        }
        let named = |word: &str, list: &[&str]| match list.len() {
            0 => format!("{word} 0"),
            n => format!("{word} {n} ({})", list.join(", ")),
        };
        let mut text = format!("cheaper {}, {}, {}", better.len(), named("the same", &same), named("dearer", &worse));
        if !neither.is_empty() {
            text.push_str(&format!(", {}", named("neither has a plan", &neither)));
        }
        let wider = named("wider", &wider);
        format!("{text}; gap as small or smaller {smaller}, {wider}")
    }
}

/// The table: for each size the latest comparison, medians over its runs, wins and losses, and what was not run.
pub fn table(results: &[Outcome]) -> String {
    let mut text = String::new();
    text.push_str(
        "| size | instances | solver | limit, CPU s | runs | valid | cost / best peer | gap % | first plan, CPU s (claimed) | CPU s | MiB | notes |\n\
         |---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n",
    );
    let mut fields = Vec::new();
    let mut missing = Vec::new();
    for size in SIZES {
        let latest = results.iter().filter(|r| r.size == size).map(|r| r.comparison.as_str()).max();
        let Some(latest) = latest else {
            missing.push(format!("{size}: nothing was run"));
            continue;
        };
        let field = Field(results.iter().filter(|r| r.size == size && r.comparison == latest).collect());
        let mut solvers: Vec<&str> = field.solvers().into_iter().collect();
        solvers.sort_by_key(|s| (*s != SUBJECT, PEERS.iter().position(|p| p == s), *s));
        for solver in &solvers {
            let instances = field.instances();
            let _ = writeln!(text, "| {size} | {} | {}", instances.len(), field.row(solver));
        }
        let absent: Vec<&str> = [SUBJECT].into_iter().chain(PEERS).filter(|s| !solvers.contains(s)).collect();
        if !absent.is_empty() {
            missing.push(format!("{size}: not run with {}", absent.join(", ")));
        }
        fields.push((size, latest, field));
    }
    text.push_str("\nMedians over all runs of a row; a run without a value counts as worse than any with one. ");
    text.push_str(
        "\"First plan\" is the solver's own claim. The referee alone says what is valid and what it costs.\n",
    );

    let compared: Vec<String> = fields
        .iter()
        .flat_map(|(size, _, field)| {
            let peers = field.solvers().into_iter().filter(|s| *s != SUBJECT && field.solvers().contains(SUBJECT));
            peers.map(|p| format!("- {size}, against {p}: {}.\n", field.against(p))).collect::<Vec<_>>()
        })
        .collect();
    if !compared.is_empty() {
        text.push_str("\nBallast by instance, by median cost and median gap:\n\n");
        text.extend(compared);
    }
    if !missing.is_empty() {
        text.push_str("\nNot run:\n\n");
        missing.iter().for_each(|m| text.push_str(&format!("- {m}.\n")));
    }
    text.push_str("\nCircumstances:\n\n");
    let mut said: BTreeMap<(&str, &str), Circumstance<'_>> = BTreeMap::new();
    for (size, latest, field) in &fields {
        for r in &field.0 {
            let entry = said.entry((latest, &r.machine)).or_default();
            if !entry.sizes.contains(size) {
                entry.sizes.push(size);
            }
            entry.versions.insert(format!("{} {}", r.solver, r.version));
            entry.loads.push(r.load);
        }
    }
    for ((comparison, machine), said) in said {
        let versions = said.versions.into_iter().collect::<Vec<_>>().join("; ");
        let low = said.loads.iter().copied().fold(f64::INFINITY, f64::min);
        let high = said.loads.iter().copied().fold(0.0, f64::max);
        let sizes = said.sizes.join(", ");
        let _ = writeln!(text, "- {sizes}: {comparison}, {machine}, load {low:.1}–{high:.1}. {versions}.");
    }
    text
}

/// What is said of a comparison on one machine.
#[derive(Default)]
struct Circumstance<'a> {
    sizes: Vec<&'a str>,
    versions: BTreeSet<String>,
    loads: Vec<f64>,
}

/// The lines of a page between which the table stands.
pub const BEGIN: &str = "<!-- made by `make peers-table` from benches/peers/results.jsonl -->";
/// Its end.
pub const END: &str = "<!-- end -->";

/// A page with the table between its two marks replaced.
///
/// # Errors
/// If the page has not both marks, in order.
pub fn insert(page: &str, table: &str) -> Result<String, String> {
    let (before, rest) = page.split_once(BEGIN).ok_or_else(|| format!("the page has no line `{BEGIN}`"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| format!("the page has no line `{END}`"))?;
    Ok(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(comparison: &str, solver: &str, instance: &str, cost: Option<i64>, bound: Option<f64>) -> Outcome {
        let size = instance.split('-').next().unwrap().to_owned();
        Outcome {
            comparison: comparison.to_owned(),
            machine: "2 cores".to_owned(),
            version: "1".to_owned(),
            instance: instance.to_owned(),
            size,
            solver: solver.to_owned(),
            repetition: 1,
            limit_s: 40.0,
            load: 1.0,
            cpu_s: 30.0,
            wall_s: 31.0,
            peak_mb: 50,
            killed: String::new(),
            valid: cost.is_some(),
            cost_cents: cost,
            claimed_cost_cents: cost.map(|c| c as f64),
            bound_cents: bound,
            bound_scope: None,
            broken: BTreeSet::new(),
            log: vec![Logged { cpu_s: 2.5, cost_cents: Some(1.0), bound_cents: None }],
            violations: Vec::new(),
        }
    }

    #[test]
    fn losses_stand_as_plain_as_wins() {
        let results = [
            result("b", "ballast", "S-1", Some(1000), Some(990.0)),
            result("b", "highs", "S-1", Some(1100), Some(1089.0)),
            result("b", "ballast", "S-2", Some(1200), Some(600.0)),
            result("b", "highs", "S-2", Some(1000), Some(990.0)),
            result("b", "ballast", "S-3", None, None),
            result("b", "highs", "S-3", Some(1000), Some(1000.0)),
        ];
        let text = table(&results);
        assert!(
            text.contains(
                "S, against highs: cheaper 1, the same 0, dearer 2 (S-2, S-3); gap as small or smaller 1, wider 2 (S-2, S-3)"
            ),
            "{text}"
        );
        // Of 1000/1100, 1200/1000 and none the upper median is 1.2.
        assert!(text.contains("| S | 3 | ballast | 40 | 3 | 2 | 1.2000 | 50.00 | 2.5 | 30.0 | 50 |"), "{text}");
        assert!(text.contains("- XL: nothing was run."), "{text}");
        assert!(text.contains("- S: not run with cpsat, scip, cbc."), "{text}");
    }

    #[test]
    fn the_latest_comparison_of_a_size_counts_and_a_bound_above_a_cost_is_refuted() {
        let results = [
            result("a", "ballast", "S-1", Some(5000), None),
            result("b", "ballast", "S-1", Some(1000), Some(999.0)),
            result("b", "cbc", "S-1", Some(1001), Some(1000.5)),
            result("a", "highs", "XS-1", Some(7), Some(7.0)),
        ];
        let text = table(&results);
        assert!(text.contains("| S | 1 | ballast | 40 | 1 | 1 | 0.9990 | 0.10 |"), "{text}");
        assert!(text.contains("| S | 1 | cbc | 40 | 1 | 1 | – | – |"), "{text}");
        assert!(text.contains("bound refuted in 1"), "{text}");
        assert!(text.contains("| XS | 1 | highs |"), "{text}");
        assert!(text.contains("- XS: a, 2 cores, load 1.0–1.0. highs 1."), "{text}");
    }

    #[test]
    fn a_wrong_claim_is_told_to_the_cent() {
        let mut wrong = result("b", "highs", "S-1", Some(1000), Some(1000.0));
        wrong.claimed_cost_cents = Some(998.6);
        let text = table(&[wrong, result("b", "ballast", "S-1", Some(1000), None)]);
        assert_eq!(text.matches("claim wrong").count(), 1);
        assert!(text.contains("claim wrong in 1, by up to 1 cents"), "{text}");
    }

    #[test]
    fn recording_adds_and_never_takes_away() {
        let folder = std::env::temp_dir().join(format!("sourcing-results-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (json, results) = (folder.join("c.json"), folder.join("results.jsonl"));
        fs::write(
            &json,
            r#"{"rows":[{"instance":"XS-1","size":"XS","solver":"highs","repetition":1,"limit_s":20,"load":1.5,"cpu_s":1.8,
                "wall_s":2,"peak_mb":45,"killed":"","exit":0,"valid":false,"cost_cents":100,"parts_cents":{"goods":1},
                "violations":[{"rule":"capacity","where":"product 1"},{"rule":"capacity","where":"product 2"}],
                "bound_cents":99,"claimed_cost_cents":101,"bound_scope":null,"log":[{"cpu_s":0.5,"cost_cents":101,"bound_cents":null}],
                "gap":null}],"planted":{"XS-1":120}}"#,
        )
        .unwrap();
        let circumstances = Circumstances {
            comparison: "2026-11-22 02:00".to_owned(),
            machine: "2 cores".to_owned(),
            versions: [("highs".to_owned(), "1.15.1".to_owned())].into(),
        };
        assert_eq!(record(&json, &circumstances, &results), Ok(1));
        assert_eq!(record(&json, &circumstances, &results), Ok(1));
        let read = read(&results).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].version.as_str(), read[0].broken.len(), read[0].log.len()), ("1.15.1", 1, 1));
        assert!(table(&read).contains("invalid: capacity"));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_log_is_thinned_but_keeps_its_ends() {
        let log = (0..1000).map(|k| Logged { cpu_s: f64::from(k), cost_cents: None, bound_cents: None }).collect();
        let kept = thinned(log);
        assert_eq!((kept.len(), kept[0].cpu_s, kept[LOGGED - 1].cpu_s), (LOGGED, 0.0, 999.0));
        let short = |n: i32| {
            thinned((0..n).map(|k| Logged { cpu_s: f64::from(k), cost_cents: None, bound_cents: None }).collect())
        };
        assert_eq!((short(0).len(), short(1).len(), short(3).len()), (0, 1, 3));
    }

    #[test]
    fn the_table_takes_the_place_between_the_marks() {
        let page = format!("# Page\n{BEGIN}\nold\n{END}\nrest\n");
        assert_eq!(insert(&page, "new").unwrap(), format!("# Page\n{BEGIN}\n\nnew\n{END}\nrest\n"));
        assert!(insert("nothing", "new").is_err());
    }
}
