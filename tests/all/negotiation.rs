//! The verbs of the negotiator on the tiny tender, whose awards are known by hand.

use serde_json::{Value, json};

use crate::run::{Ran, run};
use crate::tiny::Files;

fn ask(files: &Files, verb: &str, more: &[&str]) -> Ran {
    let folder = files.folder();
    let args = [verb, folder.path().to_str().unwrap(), "--quiet", "--gap", "0"];
    run(args.iter().chain(more))
}

/// The tiny tender without its rule: Bolt sells nothing.
fn free() -> Files {
    let mut files = Files::tiny();
    files.remove("rules.toml");
    files
}

#[test]
fn leverage_sets_both_losses_side_by_side() {
    // Bolt's gloves, one dearer, stand by: without Acme gloves cost 130 more a year, saline 4,200 and 1,050 instead of 3,800
    // and 925, and nobody is taken on for 100: 2 × 655 − 100.
    let mut files = free();
    files.append("products.csv", "bolt-gloves,Bolt,gloves,100,Bolt West\n");
    files.append("offers.csv", "BG,bolt-gloves,11.00,all,,,,\n");
    let document = ask(&files, "leverage", &["--json"]).document();
    assert_eq!(document["schema"], "ballast.leverage/1");
    let rows = document["suppliers"].as_array().unwrap();
    let row = |i: usize, key: &str| rows[i][key].as_str().unwrap().parse::<f64>().unwrap();
    assert_eq!((&rows[0]["supplier"], &rows[1]["supplier"]), (&json!("Acme"), &json!("Bolt")));
    assert_eq!((row(0, "supplier_loses"), row(0, "buyer_loses")), (12_050.0, 1_210.0));
    assert_eq!((row(1, "supplier_loses"), row(1, "buyer_loses")), (0.0, 0.0));
    let proven = &rows[0]["proven"];
    let end = |key: &str| proven[key].as_str().unwrap().parse::<f64>().unwrap();
    assert!(end("low") <= 1_210.0 && 1_210.0 <= end("high") && end("high") - end("low") < 1.0, "{proven}");
    assert_eq!((&rows[1]["without"], &rows[0]["cannot_help"]), (&Value::Null, &json!(true)));
}

#[test]
fn leverage_names_the_needs_of_an_indispensable_supplier() {
    let ran = ask(&free(), "leverage", &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let acme = ran.stdout.lines().find(|l| l.trim_start().starts_with("Acme")).unwrap();
    assert!(
        acme.contains("12,050") && acme.contains("no award") && acme.ends_with("needed for gloves"),
        "{}",
        ran.stdout
    );
    // With the rule saline needs two makers, and gloves have but one.
    let document = ask(&Files::tiny(), "leverage", &["--json"]).document();
    let needed = |i: usize| (&document["suppliers"][i]["supplier"], &document["suppliers"][i]["needed_for"]);
    assert_eq!(needed(0), (&json!("Acme"), &json!(["gloves", "saline"])));
    assert_eq!(needed(1), (&json!("Bolt"), &json!(["saline"])));
    assert!(!document["suppliers"][1]["without"]["detail"].as_str().unwrap().contains("walk-away"));
}

#[test]
fn leverage_of_a_tender_that_cannot_hold_points_to_its_conflicts() {
    let mut files = Files::tiny();
    files.append("rules.toml", "[[rule]]\nid = \"three\"\nmeasure = \"count\"\nof = \"supplier\"\nat_least = 3\n");
    let ran = ask(&files, "leverage", &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(ran.stdout.contains("`ballast conflicts` says why"), "{}", ran.stdout);
}

#[test]
fn leverage_refuses_all_suppliers_that_it_does_not_know_at_once() {
    let mut files = free();
    files.append("suppliers.csv", "Idle,,0\n");
    let ran = ask(&files, "leverage", &["--suppliers", "Akme,Bolt,Nobody,Idle"]);
    assert_eq!(ran.code, Some(2));
    for said in [
        "3 error(s)",
        "--suppliers: `Akme`: one of the tender's suppliers; fix: did you mean `Acme`?",
        "`Nobody`: one of the tender's suppliers; fix: one of: Acme, Bolt, Idle",
        "[serves_nothing] --suppliers: `Idle`",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
}

/// Without schedule: Bolt's saline at 2.10 a bag against 2.00 at S1 and 1.85 at S2, which has a fifth of it.
fn linear() -> Files {
    let mut files = free();
    files.remove("schedules.csv");
    files.remove("tiers.csv");
    files
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap_or_else(|| panic!("no number: {value}")).parse().unwrap()
}

#[test]
fn a_win_curve_encloses_both_flips_and_says_whom_they_displace() {
    let more = ["--supplier", "Bolt", "--from", "-0.2", "--to", "0.1", "--steps", "3"];
    let document = ask(&linear(), "win-curve", &[&more[..], &["--json"]].concat()).document();
    assert_eq!((&document["schema"], &document["counts"]), (&json!("ballast.win-curve/1"), &Value::Null));
    let flips = document["flips"].as_array().unwrap();
    assert_eq!(flips.len(), 2, "{flips:#?}");
    for (flip, (factor, below, above)) in flips.iter().zip([(1.85 / 2.1, 1.0, 0.8), (2.0 / 2.1, 0.8, 0.0)]) {
        assert!(number(&flip["below"]) <= factor && factor <= number(&flip["above"]), "{flip}");
        assert!(number(&flip["above"]) - number(&flip["below"]) < 0.001_001);
        assert_eq!((number(&flip["share_below"]), number(&flip["share_above"])), (below, above));
        assert_eq!((&flip["proven_below"], &flip["proven_above"]), (&json!(true), &json!(true)));
    }
    assert_eq!(document["wins"].as_array().unwrap().len(), 1);
    let first = &document["points"][0];
    // All 2,500 bags at 1.68 over two years.
    assert_eq!((number(&first["factor"]), number(&first["paid"])), (0.8, 8400.0));
    assert_eq!(number(&first["units"][0]["quantity"]), 2500.0);
    let said = ask(&linear(), "win-curve", &more).stdout;
    assert!(said.contains("both ends proven; a year as it falls: Acme -4,000"), "{said}");
    assert!(said.contains("2,500 saline") && said.contains("as it is"), "{said}");
}

#[test]
fn a_win_curve_refuses_everything_that_is_wrong_at_once() {
    let ran = ask(&linear(), "win-curve", &["--offer", "BT", "--from", "0.2", "--to", "0.1", "--width", "0"]);
    assert_eq!(ran.code, Some(2));
    for said in [
        "3 error(s)",
        "--offer: `BT`: one of the tender's offers",
        "--to: `0.1`: more than --from",
        "--width: `0`: a fraction from",
    ] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    assert_eq!(ask(&linear(), "win-curve", &[]).code, Some(2));
}

#[test]
fn a_counter_bid_says_the_price_that_wins_and_the_one_that_does_not() {
    let bid = |more: &[&str]| ask(&linear(), "counter-bid", &[more, &["--json"]].concat()).document();
    for (share, factor) in [("0.8", 2.0 / 2.1), ("0.9", 1.85 / 2.1)] {
        let document = bid(&["--supplier", "Bolt", "--share", share]);
        assert_eq!((&document["schema"], &document["now"]), (&json!("ballast.counter-bid/1"), &json!("loses")));
        let (wins, loses) = (number(&document["proven_winning"]), number(&document["proven_losing"]));
        assert!(wins <= factor && factor <= loses && loses - wins < 0.001_001, "{share}: {wins} {loses}");
        assert!((number(&document["offers"][0]["winning"]) - 25.2 * wins).abs() < 1e-9);
    }
    // Acme keeps half of saline until it loses S1, at 2.10 ÷ 2.00.
    let document = bid(&["--supplier", "Acme", "--share", "0.5", "--need", "saline"]);
    let (wins, loses) = (number(&document["proven_winning"]), number(&document["proven_losing"]));
    assert!(wins <= 1.05 && 1.05 <= loses && loses - wins < 0.001_001, "{wins} {loses}");
    let said = ask(&linear(), "counter-bid", &["--supplier", "Acme", "--share", "0.5", "--need", "saline"]).stdout;
    assert!(said.contains("it has slack: at +") && said.contains("both proven"), "{said}");
    // Nobody else sells gloves.
    let said = ask(&linear(), "counter-bid", &["--supplier", "Acme", "--share", "0.5", "--need", "gloves"]).stdout;
    assert!(said.contains("nobody else can take its share"), "{said}");
}

#[test]
fn a_counter_bid_for_a_share_that_rules_forbid_names_them() {
    let said = ask(&Files::tiny(), "counter-bid", &["--supplier", "Bolt", "--share", "0.9"]).stdout;
    assert!(said.contains("there is no award: rule two-sources") && !said.contains("rule counter-bid"), "{said}");
    assert!(said.contains("no price is the matter"), "{said}");
}

#[test]
fn a_counter_bid_refuses_everything_that_is_wrong_at_once() {
    let ran = ask(&linear(), "counter-bid", &["--supplier", "Bold", "--share", "1.2", "--need", "salin"]);
    assert_eq!(ran.code, Some(2));
    for said in
        ["3 error(s)", "`Bold`: one of the tender's suppliers; fix: did you mean `Bolt`?", "--share: `1.2`", "`salin`"]
    {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    let ran = ask(&linear(), "counter-bid", &["--supplier", "Bolt", "--share", "0.5", "--need", "gloves"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("[serves_nothing]"), "{}", ran.stderr);
}

/// The tiny tender with a third site, so that three systems buy saline and gloves.
fn three() -> Files {
    let mut files = linear();
    files.append("sites.csv", "S3,West,small,West,60\n");
    files.append("demand.csv", "S3,gloves,5000,,,\nS3,saline,1000,,,\n");
    files
}

#[test]
fn a_coalition_says_who_must_commit_and_how_the_saving_may_be_split() {
    // Gloves of all: 180 packs at 10. From 150 on a fifth off: 360 a year, and only North (100) with West (50) reach that,
    // or all. Over two years 720 together; North and West alone reach it with 150: 600; South brings its own 120.
    let mut files = three();
    files.put("schedules.csv", "schedule,basis,mode,counts_products\nlarge,packs,all_units,acme-gloves\n");
    files.put("tiers.csv", "schedule,from,value\nlarge,150,0.2\n");
    // Taking Acme on costs 100 for each system alone.
    files.swap("suppliers.csv", "Acme,Acme Group,100", "Acme,Acme Group,0");
    let document = ask(&files, "coalition", &["--json"]).document();
    assert_eq!((&document["schema"], &document["exact"]), (&json!("ballast.coalition/1"), &json!(true)));
    assert_eq!(number(&document["saves"]), 720.0);
    let names: Vec<&str> =
        document["members"].as_array().unwrap().iter().map(|m| m["member"].as_str().unwrap()).collect();
    assert_eq!(names, ["North", "South", "West"]);
    assert_eq!(document["sets"].as_array().unwrap().len(), 7);
    let tier = &document["tiers"][0];
    assert_eq!((&tier["smallest"], &tier["needed"]), (&json!([["North", "West"]]), &json!(["North", "West"])));
    // South's 120 by thirds, the 600 by halves: 300 + 40, 40, 300 + 40.
    let shapley = document["splits"].as_array().unwrap().iter().find(|s| s["way"] == "shapley").unwrap();
    let gains: Vec<f64> = shapley["shares"].as_array().unwrap().iter().map(|s| number(&s["gains"])).collect();
    assert_eq!(gains, [340.0, 40.0, 340.0]);
    assert_eq!((&shapley["stability"], &document["core"]["empty"]), (&json!("accepted"), &json!(false)));
    let said = ask(&files, "coalition", &[]).stdout;
    assert!(said.contains("no set of members would do better by itself, proven"), "{said}");
    assert!(said.contains("large from 150") && said.contains("North + West"), "{said}");
    // Without West nothing is reached; its joining would bring all.
    let said = ask(&files, "coalition", &["--members", "North,South"]).stdout;
    assert!(said.contains("West is not at the table") && said.contains("its joining brings all 720, proven"), "{said}");
}

#[test]
fn a_coalition_refuses_everything_that_is_wrong_at_once() {
    let mut files = three();
    files.append("sites.csv", "S4,East,small,West,60\n");
    let ran = ask(&files, "coalition", &["--members", "Nord,East,West"]);
    assert_eq!(ran.code, Some(2));
    for said in ["2 error(s)", "`Nord`: one of the tender's members; fix: did you mean `North`?", "[buys_nothing]"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    let ran = ask(&files, "coalition", &["--members", "West"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("2 to 64 members with demand"), "{}", ran.stderr);
}

/// Two years: gloves 13,000 pairs at 10 a hundred from Acme, saline of Acme and Bolt; room on gloves and on Bolt's saline.
fn with_room() -> Files {
    let mut files = linear();
    files.put("room.csv", "offer,supplier,lowest_price\nAG,Acme,9.00\nBS,,24.00\n");
    files
}

#[test]
fn targets_are_the_cheapest_prices_that_reach_the_goal() {
    // 130 packs a year of gloves for two years: down to 9.40 saves 156; Bolt's saline would first have to make up 2.10 to 2.00.
    let document = ask(&with_room(), "targets", &["--save", "156", "--json"]).document();
    assert_eq!((&document["schema"], &document["outcome"]), (&json!("ballast.targets/1"), &json!("reached")));
    let moves = document["moves"].as_array().unwrap();
    assert_eq!((moves.len(), &moves[0]["offer"], &moves[0]["supplier"]), (1, &json!("AG"), &json!("Acme")));
    assert!((number(&moves[0]["target"]) - 9.4).abs() < 0.001, "{moves:?}");
    let (concedes, least) = (number(&document["concedes"]), number(&document["at_least"]));
    assert!(least <= concedes && concedes - least < 0.5 && (concedes - 156.0).abs() < 0.3, "{least} {concedes}");
    let saved = number(&document["base"]["value"]) - number(&document["answer"]["value"]);
    assert!(saved >= 156.0, "{saved}");
    let said = ask(&with_room(), "targets", &["--save", "1%"]).stdout;
    assert!(said.contains("suppliers concede") && said.contains("proven"), "{said}");
}

#[test]
fn targets_beyond_the_room_say_the_most_that_can_be_reached() {
    // Gloves to 9 save 260; saline of Bolt at 2.00 as Acme's saves nothing more.
    let ran = ask(&with_room(), "targets", &["--save", "300"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("[out_of_reach] --save: `300`") && ran.stderr.contains("it is 260"), "{}", ran.stderr);
    let ran = ask(&linear(), "targets", &["--save", "300"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("[empty_table] room"), "{}", ran.stderr);
    assert!(ask(&with_room(), "targets", &["--save", "100%"]).stderr.contains("a part such as 5%"));
    // What is wrong with the table is found with the tender, all at once.
    let mut files = with_room();
    files.put("room.csv", "offer,supplier,lowest_price\nAG,Bolt,9.00\nXX,,1\n");
    let ran = ask(&files, "targets", &["--save", "1"]);
    for said in ["[wrong_owner] ", "[unknown_id] ", "2 error(s)"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
}
