//! Exposure, partial stress tests, replays and comparisons through the command.

use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::run::{Ran, run};
use crate::tiny::Files;

/// A tender with its award and files beside it.
struct Case {
    folder: TempDir,
}

impl Case {
    fn new() -> Self {
        let case = Self { folder: Files::tiny().folder() };
        let ran = case.ballast("award", &[], &["--quiet", "--out", &case.path("award.json")]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        case
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn path(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }

    fn ballast(&self, verb: &str, files: &[&str], more: &[&str]) -> Ran {
        let tender = self.folder.path().display().to_string();
        let files: Vec<String> = files.iter().map(|f| self.path(f)).collect();
        let args = [verb.to_owned(), tender].into_iter().chain(files).chain(more.iter().map(|m| (*m).to_owned()));
        run(args)
    }

    fn document(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.file(name)).unwrap()).unwrap()
    }
}

fn near(value: &Value, wanted: f64) -> bool {
    value.as_f64().is_some_and(|v| (v - wanted).abs() < 1e-4 * (1.0 + wanted.abs()))
}

#[test]
fn exposure_of_the_tiny_tender_by_hand() {
    let case = Case::new();
    let ran = case.ballast("exposure", &["award.json"], &["--json", "--quiet", "--out", &case.path("exposure.json")]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let document = ran.document();
    assert_eq!(document["schema"], "ballast.exposure/1");
    // One week of stock everywhere, 18 weeks assumed. Without Acme: 17 weeks of 250 pairs at 0.10; at S1 three quarters of 2,000 bags a
    // year for 18 weeks less one week's stock, at S2 17 weeks of 500 bags a year, at 2.00.
    let acme = document["nodes"].as_array().unwrap().iter().find(|n| n["node"] == "supplier:Acme").unwrap();
    let loss = 425.0 + 2.0 * (12.5 * 2000.0 / 52.0 + 17.0 * 500.0 / 52.0);
    assert!(
        near(&acme["fixed"]["loss"]["money"], loss) && near(&acme["fixed"]["time_to_survive_weeks"], 1.0),
        "{acme:#}"
    );
    // Bolt can send saline to both sites at once, gloves nobody.
    assert!(near(&acme["best"]["loss"]["money"], 425.0) && acme["best"]["exact"] == true, "{acme:#}");
    let bolt = document["nodes"].as_array().unwrap().iter().find(|n| n["node"] == "supplier:Bolt").unwrap();
    assert!(near(&bolt["fixed"]["time_to_survive_weeks"], 4.0) && bolt["best"]["time_to_survive_weeks"].is_null());
    // The file and the stream are the same document but for the run.
    assert_eq!(case.document("exposure.json")["digest"], document["digest"]);
    let text = case.ballast("exposure", &["award.json"], &["--quiet"]).stdout;
    assert!(text.contains("supplier:Acme") && text.contains("at best") && text.contains("proven"), "{text}");

    let page = case.path("report.html");
    let ran = case.ballast("report", &["award.json", "exposure.json"], &["--quiet", "--out", &page]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("id=\"exposure-1\"") && page.contains("supplier Acme"));
}

#[test]
fn exposure_refuses_all_that_is_out_of_range_at_once() {
    let case = Case::new();
    let ran =
        case.ballast("exposure", &["award.json"], &["--optimism", "0", "--assume-recovery", "900", "--worst", "7"]);
    assert_eq!(ran.code, Some(2));
    for said in ["optimism factor is 0", "900 weeks", "7 nodes"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    let ran = case.ballast("exposure", &["sites.csv"], &[]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
}

/// Outages of both suppliers, late deliveries, conservation.
const PACK: &str = r#"
schema = "ballast.pack/1"
name = "rough"
title = "Rough years"
horizon_weeks = 30
recourse = ["transfer", "reserve"]

[[hazard]]
id = "outage"
nodes = ["supplier:*"]
up = { law = "exponential", mean = 40 }
down = { law = "lognormal", median = 4, sigma = 0.6 }
capacity = 0.0
recovery = { shape = "step" }
effect = "capacity"
source = "made up"
assumed = ["*"]

[[conservation]]
id = "thrift"
receipts_below = 0.8
lag_weeks = 1
factor = 0.9
source = "made up"
assumed = ["*"]
"#;

fn with_pack() -> Case {
    let case = Case::new();
    std::fs::write(case.file("pack.toml"), PACK).unwrap();
    case
}

#[test]
fn parts_made_by_other_processes_on_any_threads_join_to_the_same_document() {
    let case = with_pack();
    let pack = case.path("pack.toml");
    let stress = |more: &[&str]| {
        let args: Vec<&str> =
            ["--quiet", "--json", "--replications", "2100", "--pack", &pack].iter().chain(more).copied().collect();
        let ran = case.ballast("stress", &["award.json"], &args);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.document()
    };
    let whole = stress(&["--threads", "1"]);
    for threads in ["2", "8"] {
        assert_eq!(stress(&["--threads", threads])["digest"], whole["digest"], "{threads} threads");
    }
    let mut files = Vec::new();
    for (blocks, threads) in [("6..9", "2"), ("0..1", "8"), ("1..6", "1")] {
        let file = case.path(&format!("part-{}.json", blocks.replace("..", "-")));
        stress(&["--blocks", blocks, "--threads", threads, "--out", &file]);
        files.push(file);
    }
    let merge = |files: &[String]| {
        run(["merge".to_owned(), "--json".to_owned(), "--quiet".to_owned()].into_iter().chain(files.iter().cloned()))
    };
    let merged = merge(&files);
    assert_eq!(merged.code, Some(0), "{}", merged.stderr);
    let merged = merged.document();
    assert_eq!(merged["digest"], whole["digest"]);
    let plain = |mut document: Value| {
        document.as_object_mut().unwrap().remove("run");
        document
    };
    assert_eq!(plain(merged), plain(whole.clone()), "all but the run is the same");
    assert!(whole["total"]["unmet"]["value"].as_f64().unwrap() > 0.0);

    // One missing, one twice, one of another run, one touched: all of it at once where it can be told at once.
    let gap = merge(&[files[0].clone(), files[1].clone(), files[1].clone()]);
    assert_eq!(gap.code, Some(2));
    for said in ["blocks 1..6 are in no file", "make them with --blocks 1..6", "blocks 0..1 are in another file, too"] {
        assert!(gap.stderr.contains(said), "{said}: {}", gap.stderr);
    }
    let other = case.path("other.json");
    stress(&["--blocks", "1..6", "--seed", "2", "--out", &other]);
    let ran = merge(&[files[0].clone(), files[1].clone(), other]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("same tender, award, packs, seed"), "{}", ran.stderr);
    let mut touched: Value = serde_json::from_slice(&std::fs::read(&files[2]).unwrap()).unwrap();
    touched["sums"]["stockouts"][0] = 999.into();
    std::fs::write(case.file("touched.json"), touched.to_string()).unwrap();
    let ran = merge(&[files[0].clone(), case.path("touched.json"), case.path("award.json")]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("was changed after it was written") && ran.stderr.contains("ballast.award/1"),
        "{}",
        ran.stderr
    );
}

#[test]
fn blocks_that_do_not_exist_are_refused() {
    let case = with_pack();
    let pack = case.path("pack.toml");
    for (blocks, said) in [("3..12", "the blocks 0..4"), ("5..5", "no range of blocks"), ("a..b", "no range of blocks")]
    {
        let ran =
            case.ballast("stress", &["award.json"], &["--pack", &pack, "--replications", "1000", "--blocks", blocks]);
        assert_eq!(ran.code, Some(2), "{blocks}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{blocks}: {}", ran.stderr);
    }
}

#[test]
fn the_worst_replication_can_be_replayed() {
    let case = with_pack();
    let pack = case.path("pack.toml");
    let stressed = case
        .ballast("stress", &["award.json"], &["--quiet", "--json", "--replications", "500", "--pack", &pack])
        .document();
    let worst = &stressed["worst"][0];
    let number = worst["replication"].to_string();
    let picture = case.path("worst.svg");
    let replay = ["--quiet", "--pack", &pack, "--replication", &number];
    let more: Vec<&str> = replay.iter().copied().chain(["--json", "--picture", &picture]).collect();
    let ran = case.ballast("replay", &["award.json"], &more);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    assert_eq!((&document["schema"], document["needs"].as_array().unwrap().len()), (&"ballast.replay/1".into(), 2));
    // Weighted with reference prices, the weeks of the replay are the shortage that the stress test names.
    let price = |need: &Value| if need["need"] == "gloves" { 0.1 } else { 2.0 };
    let (mut unmet, mut week) = (0.0, 0.0);
    for need in document["needs"].as_array().unwrap() {
        assert_eq!(need["weeks"].as_array().unwrap().len(), 30);
        unmet +=
            price(need) * need["weeks"].as_array().unwrap().iter().map(|w| w["unmet"].as_f64().unwrap()).sum::<f64>();
        week += price(need) * need["mean_weekly_demand"].as_f64().unwrap();
    }
    assert!(near(&worst["shortage_weeks"], unmet / week), "{} against {worst}", unmet / week);
    let svg = std::fs::read_to_string(picture).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("weeks with unmet demand"));
    let text = case.ballast("replay", &["award.json"], &[&replay[..], &["--need", "saline"]].concat()).stdout;
    assert!(text.contains("saline, bag a week") && text.contains("supplier:"), "{text}");
    let ran = case.ballast("replay", &["award.json"], &[&replay[..], &["--need", "salin"]].concat());
    assert!(ran.code == Some(2) && ran.stderr.contains("did you mean `saline`"), "{}", ran.stderr);
}

#[test]
fn two_awards_meet_the_same_paths() {
    let case = with_pack();
    let pack = case.path("pack.toml");
    // A second award without Bolt: saline has one source.
    let mut one_source = case.document("award.json");
    let lines = one_source["lines"].as_array_mut().unwrap();
    lines.retain(|l| l["supplier"] != "Bolt");
    let line = lines.iter_mut().find(|l| l["site"] == "S1" && l["need"] == "saline").unwrap();
    line["need_units"] = "2000".into();
    std::fs::write(case.file("one-source.json"), one_source.to_string()).unwrap();
    let mut files = Files::tiny();
    files.remove("rules.toml");
    files.write(case.folder.path());
    std::fs::remove_file(case.file("rules.toml")).unwrap();
    let stress = |first: &str, second: &str| {
        let more = ["--quiet", "--json", "--replications", "1000", "--pack", &pack, "--against", &case.path(second)];
        let ran = case.ballast("stress", &[first], &more);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        ran.document()
    };
    let document = stress("award.json", "one-source.json");
    let pairs = document["against"]["scopes"].as_array().unwrap();
    let of = |scope: &str| pairs.iter().find(|p| p["scope"] == scope).unwrap();
    let saline = of("saline");
    assert!(saline["difference"]["low"].as_f64().unwrap() > 0.0, "two sources leave less unmet: {saline:#}");
    assert!(saline["better"]["value"].as_f64().unwrap() > saline["worse"]["value"].as_f64().unwrap());
    assert!(saline["narrower"].as_f64().unwrap() > 1.0);
    assert!(near(&of("gloves")["equal"], 1.0), "gloves are bought alike");
    // Against itself nothing differs; the other way round the sign turns.
    let turned = stress("one-source.json", "award.json");
    let back = turned["against"]["scopes"].as_array().unwrap().iter().find(|p| p["scope"] == "saline").unwrap().clone();
    assert!(near(&back["difference"]["value"], -saline["difference"]["value"].as_f64().unwrap()));
    let same = stress("award.json", "award.json");
    assert!(same["against"]["scopes"].as_array().unwrap().iter().all(|p| p["equal"] == 1.0));
}

#[test]
fn reserves_for_several_targets_and_all_that_is_wrong_with_them() {
    let case = with_pack();
    let pack = case.path("pack.toml");
    let reserve = |targets: &[&str]| {
        let mut more = vec!["--json", "--quiet", "--replications", "600", "--pack", &pack];
        targets.iter().for_each(|t| more.extend(["--target", t]));
        case.ballast("reserve", &["award.json"], &more)
    };
    let ran = reserve(&["hold>=2@need=saline,reimburse=0.4", "cvar<=3@conf=0.9", "fill>=0.97@criticality=2"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    let targets = document["targets"].as_array().unwrap();
    assert_eq!(targets.len(), 3);
    assert!(targets[0]["verdict"] == "met" && targets[0]["before"].is_null() && targets[0]["need"] == "saline");
    assert!(
        targets[1]["need"].is_null()
            && targets[1]["least_value"].as_f64().unwrap() <= targets[1]["greedy_value"].as_f64().unwrap() + 1e-6
    );
    assert_eq!(targets[2]["need"], "gloves");
    let weeks = |need: &str| {
        let needs = document["needs"].as_array().unwrap();
        needs.iter().find(|n| n["need"] == need).unwrap()["weeks"].as_f64().unwrap()
    };
    assert!(weeks("saline") >= 2.0 && weeks("gloves") > 0.0);
    let ran = reserve(&["var<=3", "p_stockout<=2", "unmet<=1"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("`var` is not a metric") && ran.stderr.contains("between 0 and 1"), "{}", ran.stderr);
}

#[test]
fn what_is_required_is_told_with_its_verdict() {
    let case = with_pack();
    let pack = case.path("pack.toml");
    let stress = |targets: &[&str]| {
        let mut more = vec!["--json", "--quiet", "--replications", "1000", "--pack", &pack];
        targets.iter().for_each(|t| more.extend(["--require", t]));
        case.ballast("stress", &["award.json"], &more)
    };
    let ran = stress(&["fill>=0.5@prob=0.5", "fill>=0.999@need=saline,prob=0.99", "p_stockout<=0.98@joint"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    let verdicts: Vec<&str> =
        document["required"].as_array().unwrap().iter().map(|r| r["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["met", "not_met", "met"]);
    // A joint chance of a stockout is that of all needs together.
    assert_eq!(document["required"][2]["after"]["value"], document["total"]["p_stockout"]["value"]);
    assert_eq!(document["required"][1]["need"], "saline");
    for (targets, said) in [("hold>=4", "cannot tell weeks that are held"), ("fill>=1.2", "between 0 and 1")] {
        let ran = stress(&[targets]);
        assert!(ran.code == Some(2) && ran.stderr.contains(said), "{}", ran.stderr);
    }
    let sized = ["--quiet", "--pack", &pack, "--target", "fill>=0.9@prob=0.9"];
    let ran = case.ballast("reserve", &["award.json"], &sized);
    assert!(ran.code == Some(2) && ran.stderr.contains("ballast stress --require"), "{}", ran.stderr);
}

#[test]
fn chances_to_be_cut_off_however_small() {
    let case = with_pack();
    // Each supplier is down for a ten-thousandth of all time.
    let rare = "schema = \"ballast.pack/1\"\nname = \"rare\"\ntitle = \"Rare\"\nhorizon_weeks = 52\n[[hazard]]\nid = \"stop\"\nnodes = [\"supplier:*\"]\n\
        up = { law = \"exponential\", mean = 9999 }\ndown = { law = \"fixed\", weeks = 1 }\ncapacity = 0.0\nrecovery = { shape = \"step\" }\n\
        effect = \"capacity\"\nsource = \"made up\"\nassumed = [\"*\"]\n";
    std::fs::write(case.file("rare.toml"), rare).unwrap();
    let ran = case.ballast(
        "exposure",
        &["award.json"],
        &["--json", "--quiet", "--pack", &case.path("rare.toml"), "--draws", "500"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    let of = |need: &str| {
        let needs = document["cut_off"]["needs"].as_array().unwrap();
        needs.iter().find(|n| n["need"] == need).unwrap().clone()
    };
    // Gloves have one supplier, saline two.
    for (need, chance) in [("gloves", 1e-4), ("saline", 1e-8)] {
        let found = of(need);
        for value in [&found["exact"], &found["sampled"]["value"]] {
            assert!((value.as_f64().unwrap() / chance - 1.0).abs() < 1e-6, "{need}: {found:#}");
        }
        assert!((found["effective_sample"].as_f64().unwrap() - 500.0).abs() < 1e-6);
    }
    let ran = case.ballast("exposure", &["award.json"], &["--pack", &case.path("rare.toml"), "--draws", "0"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("not 0"), "{}", ran.stderr);
}
