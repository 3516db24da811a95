//! What clauses on failure to supply pay back, from the file to the answer.

use crate::run::run;
use crate::tiny::Files;

/// The tiny tender, all saline with a clause at Acme, and a pack in which Acme stops for twelve weeks.
fn with_clause() -> tempfile::TempDir {
    let mut files = Files::tiny();
    files.put(
        "offers.csv",
        "offer,product,price,cohort,failure_to_supply,failure_to_supply_cap\n\
         AG,acme-gloves,10.00,all,1,\n\
         AS,acme-saline,20.00,all,0.5,\n\
         AS-S2,acme-saline,18.50,site:S2,0.5,0.20\n\
         BS,bolt-saline,25.20,all,,\n",
    );
    files.put(
        "pack.toml",
        "schema = \"ballast.pack/1\"\nname = \"stop\"\ntitle = \"Acme stops\"\nhorizon_weeks = 52\ninitial = \"up\"\n\
         recourse = [\"reserve\"]\nrationing = \"criticality\"\n\
         [allocation]\nrule = \"contract\"\n[spare]\nlag_weeks = 4\nsurge = 0.0\n\
         [[event]]\nid = \"stop\"\nnodes = [\"supplier:Acme\"]\nweek = 10\n\
         steps = [{ week = 0, level = 0.0 }, { week = 12, level = 1.0 }]\nsource = \"made up\"\n",
    );
    files.folder()
}

#[test]
fn what_suppliers_pay_back_stands_in_document_and_text() {
    let folder = with_clause();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (tender, award, pack) = (at(""), at("award.json"), at("pack.toml"));
    assert_eq!(run(["award", &tender, "--out", &award]).code, Some(0));
    let base = ["stress", &tender, &award, "--pack", &pack, "--replications", "20"];
    let ran = run(base.into_iter().chain(["--json"]));
    let document = ran.document();
    let clauses = &document["failure_to_supply"];
    let figure = |name: &str| clauses[name]["value"].as_f64().unwrap();
    let (excess, credit, borne) = (figure("excess"), figure("credit"), figure("borne"));
    assert!(excess > 0.0 && credit > 0.0 && credit <= 0.5 * excess + 1e-9, "{clauses}");
    assert!((excess - credit - borne).abs() < 1e-6, "{clauses}");
    // The path is scripted, so the interval has no width.
    assert!((clauses["credit"]["low"].as_f64().unwrap() - credit).abs() < 1e-6 * credit, "{clauses}");
    // Nobody else bids for gloves: both of their lines have a clause without a price.
    assert_eq!((clauses["lines"].as_u64(), clauses["lines_without_price"].as_u64()), (Some(4), Some(2)));
    assert_eq!(clauses["suppliers"][0]["supplier"], "Acme");
    let text = run(base).stdout;
    assert!(text.contains("failure to supply: replacements cost") && text.contains("2 of 4 lines"), "{text}");
}
