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
    value.as_f64().is_some_and(|v| (v - wanted).abs() < 1e-4 * (1.0 + wanted))
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
