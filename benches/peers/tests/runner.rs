//! The runner, with a shell script in the place of Ballast: it keeps the plan up to date while the program runs, asks it to
//! end at the limit, and takes its last word.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use ballast_peers::run::{Run, run};
use serde_json::Value;

/// Runs `stand-in.sh` in the place of Ballast. In the script `$out` is the file it rewrites, `$plan` the plan.
fn run_with(name: &str, script: &str, improvements: bool, limit: f64) -> (i32, Value, PathBuf) {
    let folder = std::env::temp_dir().join(format!("sourcing-runner-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (tender, plan) = (folder.join("tender.sh"), folder.join("plan.json"));
    fs::write(&tender, format!("plan='{}'\n{script}", plan.display())).unwrap();
    let asked = Run {
        ballast: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/stand-in.sh"),
        tender,
        limit,
        reserve: 0.0,
        wall: 10.0,
        gap: 0.0,
        improvements,
        arguments: Vec::new(),
        plan: plan.clone(),
    };
    let code = run(&asked).unwrap();
    let written = serde_json::from_slice(&fs::read(&plan).unwrap()).unwrap();
    (code, written, folder)
}

fn clean(folder: &Path) {
    fs::remove_dir_all(folder).unwrap();
}

const FIRST: &str = r#"{"value":"2000.00","bound":null,"cpu_seconds":0.25,"lines":[{"site":"h0","need":"n0","product":"p1","share":1}]}"#;
const LAST: &str =
    r#"{"value":"1000.00","bound":"900.00","lines":[{"site":"h0","need":"n0","product":"p2","share":1.0}],"rules":[]}"#;

#[test]
fn the_plan_is_there_while_the_program_still_runs() {
    // The program goes on only when it sees its first award in the plan.
    let script = format!(
        "echo '{FIRST}' > \"$out.n\"; mv \"$out.n\" \"$out\"\n\
         until grep -q '\"claimed_cost_cents\":20,' \"$plan\" 2>/dev/null; do :; done\n\
         cat <<'E'\n{LAST}\nE\n"
    );
    let (code, plan, folder) = run_with("improves", &script, true, 600.0);
    assert_eq!(code, 0);
    assert_eq!(plan["x"].to_string(), "[[2,0,1]]");
    assert_eq!((plan["claimed_cost_cents"].as_i64(), plan["bound_cents"].as_i64()), (Some(10), Some(9)));
    assert_eq!(plan["log"][0].to_string(), r#"{"cpu_s":0.250,"cost_cents":20,"bound_cents":null}"#);
    assert_eq!(plan["log"][1]["cost_cents"], 10);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "the script and the plan are all that is left");
    clean(&folder);
}

#[test]
fn at_the_limit_the_program_is_asked_for_the_best_so_far() {
    // It works until it is asked to end.
    let script = format!("trap 'cat > \"$out\" <<E\n{LAST}\nE\nexit 3' INT\nwhile :; do :; done\n");
    let (code, plan, folder) = run_with("limit", &script, false, 0.3);
    assert_eq!((code, plan["claimed_cost_cents"].as_i64()), (3, Some(10)));
    assert!(plan["log"][0]["cpu_s"].as_f64().unwrap() >= 0.3);
    clean(&folder);
}

/// As where whoever starts it ignores Ctrl-C: without an end to it a comparison would never have one.
#[test]
fn a_program_that_does_not_hear_is_ended() {
    let script = format!("trap '' INT\necho '{FIRST}' > \"$out\"\nwhile :; do :; done\n");
    let (code, plan, folder) = run_with("deaf", &script, false, 0.3);
    assert_eq!((code, plan["claimed_cost_cents"].as_i64()), (1, Some(20)));
    clean(&folder);
}

#[test]
fn a_program_that_dies_leaves_the_plan_of_its_last_award() {
    let script = format!("echo '{FIRST}' > \"$out\"\necho 'no JSON'\nexit 1\n");
    let (code, plan, folder) = run_with("dies", &script, true, 600.0);
    assert_eq!((code, plan["claimed_cost_cents"].as_i64()), (1, Some(20)));
    clean(&folder);
}

#[test]
fn a_program_without_an_award_leaves_a_plan_without_lines() {
    let script = "echo '{\"value\":null,\"bound\":\"500\",\"lines\":[]}' > \"$out\"\nexit 4\n";
    let (code, plan, folder) = run_with("none", script, false, 600.0);
    let held = (plan["x"].to_string(), plan["claimed_cost_cents"].is_null(), plan["bound_cents"].as_i64());
    assert_eq!((code, held), (4, ("[]".to_owned(), true, Some(5))));
    clean(&folder);
}
