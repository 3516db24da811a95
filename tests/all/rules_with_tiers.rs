//! All rules of `docs/rules.md` together on a tender with tiers and a rebate: what they say of money holds after discounts.

use std::path::Path;

use ballast_solver::{Control, Engine, Event, InProcess, Options, Termination};

/// Four sites that buy everything today. A and B sell all of infusion, A and C knees. Knees and pumps of A are dearer than the
/// others', so that the small site S pays too much above the mean unless their tiers are reached.
const FILES: [(&str, &str); 14] = [
    ("tender.toml", "name = \"rules\"\ncurrency = \"USD\"\nstarts = \"2026-01-01\"\n"),
    (
        "sites.csv",
        "site,member,class,site_region\nS,M1,small,north\nT,M1,large,south\nU,M2,large,south\nV,M2,large,north\n",
    ),
    (
        "needs.csv",
        "need,category,unit,criticality,reference_price\npump,infusion,piece,1,900\ninfusion-set,infusion,piece,2,4\n\
         filter,infusion,piece,3,2\ncatheter,infusion,piece,2,9\nknee,orthopaedics,implant,1,3000\n",
    ),
    (
        "demand.csv",
        "site,need,quantity\nS,pump,10\nS,infusion-set,4000\nS,filter,2000\nS,catheter,900\nS,knee,80\nT,pump,40\n\
         T,infusion-set,16000\nT,filter,9000\nT,catheter,4000\nT,knee,100\nU,pump,30\nU,infusion-set,8000\n\
         U,filter,4000\nU,catheter,2000\nU,knee,100\nV,pump,30\nV,infusion-set,8000\nV,filter,4000\nV,catheter,2000\n\
         V,knee,120\n",
    ),
    ("suppliers.csv", "supplier,parent,attr.diverse,attr.small\nA,Alpha,no,no\nB,Beta,no,no\nC,Gamma,yes,yes\n"),
    (
        "plants.csv",
        "plant,supplier,plant_region,country\nA1,A,midwest,US\nB1,B,bavaria,DE\nB2,B,texas,US\nC1,C,guangdong,CN\n",
    ),
    ("inputs.csv", "input,plant,product\nresin,A1,*\ntitanium,A1,P\n"),
    (
        "products.csv",
        "product,supplier,need,use_factor,plants,approval,attr.emissions\nA-pump,A,pump,1,A1:1,approved,60\n\
         B-pump,B,pump,1,B1:0.5;B2:0.5,approved,60\nA-set,A,infusion-set,50,A1:1,approved,0.4\n\
         B-set,B,infusion-set,50,B1:0.5;B2:0.5,approved,0.4\nA-filter,A,filter,100,A1:1,approved,0.1\n\
         B-filter,B,filter,100,B1:1,approved,0.1\nC-filter,C,filter,100,C1:1,trial,0.1\n\
         A-catheter,A,catheter,25,A1:1,approved,0.8\nB-catheter,B,catheter,25,B2:1,approved,0.8\n\
         P,A,knee,1,A1:1,approved,110\nQ,C,knee,1,C1:1,approved,70\n",
    ),
    (
        "offers.csv",
        "offer,product,price\nA-pump,A-pump,950\nB-pump,B-pump,890\nA-set,A-set,200\nB-set,B-set,195\n\
         A-filter,A-filter,180\nB-filter,B-filter,176\nC-filter,C-filter,100\nA-catheter,A-catheter,228\n\
         B-catheter,B-catheter,224\nP,P,3100\nQ,Q,2900\n",
    ),
    (
        "schedules.csv",
        "schedule,kind,basis,mode,gives,counts_offers\nknees,discount,packs,all_units,percent,P\n\
         pumps,discount,packs,all_units,percent,A-pump\nback,rebate,spend,all_units,percent,Q\n",
    ),
    ("tiers.csv", "schedule,from,value\nknees,150,0.03\npumps,45,0.02\nback,500000,0.02\n"),
    (
        "preferences.csv",
        "site,product,clinician_group,score,weight,acceptable\n*,P,surgeons,0.9,1,yes\n*,Q,surgeons,0.75,1,yes\n\
         *,A-pump,nurses,0.8,1,yes\n*,B-pump,nurses,0.8,1,yes\n*,A-set,nurses,0.8,1,yes\n*,B-set,nurses,0.8,1,yes\n\
         *,C-filter,nurses,0.1,1,no\n",
    ),
    (
        "incumbents.csv",
        "site,need,product,quantity,price\nS,pump,A-pump,10,990\nT,pump,A-pump,40,990\nU,pump,B-pump,30,990\n\
         V,pump,B-pump,30,990\nS,infusion-set,A-set,4000,215\nT,infusion-set,A-set,16000,215\n\
         U,infusion-set,B-set,8000,215\nV,infusion-set,B-set,8000,215\nS,filter,A-filter,2000,190\n\
         T,filter,A-filter,9000,190\nU,filter,B-filter,4000,190\nV,filter,B-filter,4000,190\n\
         S,catheter,A-catheter,900,240\nT,catheter,A-catheter,4000,240\nU,catheter,B-catheter,2000,240\n\
         V,catheter,B-catheter,2000,240\nS,knee,P,80,3300\nT,knee,P,100,3300\nU,knee,Q,100,3000\nV,knee,P,120,3300\n",
    ),
    ("rules.toml", ""),
];

struct Quiet;

impl Control for Quiet {
    fn cancelled(&self) -> bool {
        false
    }
    fn observe(&self, _: &Event) {}
}

/// The blocks of rules of the page.
fn blocks() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let text = std::fs::read_to_string(page).expect("the page");
    let block = |part: &str| part.split_once("```\n").expect("a block ends").0.to_owned();
    text.split("```toml\n").skip(1).map(block).collect()
}

fn tender(rules: &str, tiers: bool) -> ballast_domain::Tender {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in FILES {
        if tiers || name != "schedules.csv" && name != "tiers.csv" {
            let text = if name == "rules.toml" { rules } else { text };
            std::fs::write(folder.path().join(name), text).expect("written");
        }
    }
    let reading = ballast_exchange::tender::read(folder.path());
    let findings: Vec<String> = reading.findings.0.iter().map(ToString::to_string).collect();
    reading.tender.unwrap_or_else(|| panic!("{findings:#?}\n{rules}"))
}

#[test]
fn all_rules_of_the_documentation_hold_together_after_discounts() {
    let all: String = blocks().into_iter().collect();
    let with_tiers = tender(&all, true);
    let report = InProcess.award(&with_tiers, &Options::default(), &Quiet).expect("an answer");
    let Some((award, certificate)) = &report.award else {
        panic!("{:?}: {:#?}", report.termination, report.reasons);
    };
    assert!(certificate.verified(), "{:?}", certificate.failures(&with_tiers));
    assert_eq!(report.termination, Termination::Optimal);
    assert!(certificate.rules.iter().all(|r| r.holds || r.may_give_way));
    for prefix in (1..=16).map(|n| format!("s{n:02}")).chain((1..=11).map(|n| format!("b{n:02}"))) {
        let of = |r: &&ballast_domain::rules::RuleCheck| with_tiers.rules[r.rule].id.starts_with(&prefix);
        assert!(certificate.rules.iter().any(|r| of(&r)), "{prefix} reads nothing");
    }
    // The two tiers without which S would pay too much are reached.
    for id in ["knees", "pumps"] {
        let used =
            certificate.schedules.iter().find(|u| with_tiers.schedules[u.schedule].id == id).expect("a schedule");
        assert_eq!(used.tier, Some(0), "{id}");
    }
    assert!(!award.lines.is_empty());
    // Without them no award keeps all rules.
    let without = tender(&all, false);
    let report = InProcess.award(&without, &Options::default(), &Quiet).expect("an answer");
    assert_eq!(report.termination, Termination::Infeasible);
}

#[test]
fn each_rule_of_the_documentation_alone_has_a_certified_award() {
    for block in blocks() {
        let tender = tender(&block, true);
        let report = InProcess.award(&tender, &Options::default(), &Quiet).expect("an answer");
        let (_, certificate) = report.award.unwrap_or_else(|| panic!("{:?} of\n{block}", report.termination));
        assert!(certificate.verified(), "{:?}", certificate.failures(&tender));
    }
}
