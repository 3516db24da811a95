//! `docs/rules.md` is a test: every block of rules is read against one small tender, and the sentences that stand below the
//! block are those that Ballast reads back. `BALLAST_BLESS=1 cargo test -p ballast-exchange manual` writes them.

use std::collections::BTreeSet;

use ballast_domain::{Severity, Tender};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rules.md");

/// A tender in which every rule of the documentation has something to speak of.
const FILES: [(&str, &str); 12] = [
    ("tender.toml", "name = \"rules\"\ncurrency = \"USD\"\nstarts = \"2026-01-01\"\n"),
    ("sites.csv", "site,member,class,site_region\nS,M1,small,north\nT,M1,teaching,south\nU,M2,small,south\n"),
    (
        "needs.csv",
        "need,category,unit,criticality,reference_price\npump,infusion,piece,1,900\ninfusion-set,infusion,piece,2,4\n\
         filter,infusion,piece,3,2\ncatheter,infusion,piece,2,9\nknee,orthopaedics,implant,1,3000\n",
    ),
    (
        "demand.csv",
        "site,need,quantity\nS,pump,10\nS,infusion-set,4000\nS,filter,2000\nS,catheter,900\nS,knee,80\nT,pump,40\n\
         T,infusion-set,16000\nT,filter,9000\nT,catheter,4000\nT,knee,300\nU,pump,5\nU,infusion-set,1500\nU,filter,700\n\
         U,catheter,300\n",
    ),
    ("suppliers.csv", "supplier,parent,attr.diverse,attr.small\nA,Alpha,no,no\nB,Beta,yes,no\nC,Alpha,yes,yes\n"),
    (
        "plants.csv",
        "plant,supplier,plant_region,country\nA1,A,midwest,US\nB1,B,guangdong,CN\nB2,B,texas,US\nC1,C,bavaria,DE\n",
    ),
    ("inputs.csv", "input,plant,product\nresin,A1,*\nresin,B1,*\ntitanium,C1,*\ntitanium,A1,P\n"),
    (
        "products.csv",
        "product,supplier,need,use_factor,plants,approval,attr.emissions\nA-pump,A,pump,1,A1:1,approved,60\n\
         B-pump,B,pump,1,B1:1,approved,50\nA-set,A,infusion-set,50,A1:1,approved,0.4\n\
         B-set,B,infusion-set,50,B1:0.5;B2:0.5,approved,0.3\nB-filter,B,filter,100,B1:1,approved,0.1\n\
         C-filter,C,filter,100,C1:1,trial,0.1\nA-catheter,A,catheter,25,A1:1,approved,0.8\n\
         B-catheter,B,catheter,25,B2:1,approved,0.7\nP,A,knee,1,A1:1,approved,110\nQ,C,knee,1,C1:1,approved,90\n",
    ),
    (
        "offers.csv",
        "offer,product,price,layer\nA-pump,A-pump,950,gpo\nB-pump,B-pump,890,gpo\nA-set,A-set,210,gpo\nB-set,B-set,190,gpo\n\
         B-filter,B-filter,180,gpo\nC-filter,C-filter,170,local\nA-catheter,A-catheter,230,gpo\nB-catheter,B-catheter,220,regional\n\
         P,P,3100,gpo\nQ,Q,2900,gpo\n",
    ),
    (
        "preferences.csv",
        "site,product,clinician_group,score,weight,acceptable\n*,P,surgeons,0.9,1,yes\n*,Q,surgeons,0.6,1,no\n\
         *,A-pump,nurses,0.8,1,yes\n*,B-pump,nurses,0.7,1,yes\n*,A-set,nurses,0.8,1,yes\n*,B-set,nurses,0.7,1,yes\n",
    ),
    (
        "incumbents.csv",
        "site,need,product,quantity,price\nS,pump,A-pump,10,990\nS,infusion-set,A-set,4000,215\nS,knee,P,80,3300\n\
         T,pump,A-pump,40,980\nT,knee,P,200,3250\nT,knee,Q,100,3000\nU,filter,B-filter,700,190\n",
    ),
    ("rules.toml", ""),
];

/// The tender with these rules, and the faults found in them.
fn read(rules: &str) -> (Option<Tender>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), if name == "rules.toml" { rules } else { text }).expect("written");
    }
    let reading = crate::tender::read(folder.path());
    let about_rules = reading.findings.0.iter().filter(|f| f.severity != Severity::Information);
    let faults = about_rules.map(ToString::to_string).collect();
    (reading.tender, faults)
}

/// The blocks of rules with what stands between each and the next heading, block or paragraph.
fn blocks(text: &str) -> Vec<(String, Vec<String>)> {
    let mut blocks = Vec::new();
    for part in text.split("```toml\n").skip(1) {
        let (rules, after) = part.split_once("```\n").expect("a block ends");
        let quoted = after.trim_start().lines().take_while(|l| l.starts_with("> "));
        blocks.push((rules.to_owned(), quoted.map(ToOwned::to_owned).collect()));
    }
    blocks
}

/// `> `id`: sentence`, a line for each rule.
fn quotes(rules: &str) -> Vec<String> {
    let (tender, faults) = read(rules);
    assert_eq!(faults, Vec::<String>::new(), "{rules}");
    let tender = tender.expect("a tender");
    let mut ids: Vec<&str> = rules.lines().filter_map(|l| l.strip_prefix("id = \"")?.split('"').next()).collect();
    assert_eq!(ids.len(), tender.rules.len());
    let quote = |id: &str| {
        let rule = tender.rules.iter().find(|r| r.id == id).expect("a rule");
        format!("> `{id}`: {}  ", rule.sentence)
    };
    ids.drain(..).map(quote).collect()
}

#[test]
fn the_rules_in_the_documentation_are_read_back_as_it_says() {
    let text = std::fs::read_to_string(PATH).expect("docs/rules.md");
    if std::env::var_os("BALLAST_BLESS").is_some() {
        let mut made = String::new();
        let mut parts = text.split("```toml\n");
        made.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (rules, after) = part.split_once("```\n").expect("a block ends");
            let rest: Vec<&str> = after.trim_start_matches('\n').lines().skip_while(|l| l.starts_with("> ")).collect();
            let rest = rest.join("\n");
            made.push_str(&format!(
                "```toml\n{rules}```\n\n{}\n\n{}",
                quotes(rules).join("\n"),
                rest.trim_start_matches('\n')
            ));
            if after.ends_with('\n') && !made.ends_with('\n') {
                made.push('\n');
            }
        }
        std::fs::write(PATH, made).expect("docs can be written");
    }
    let text = std::fs::read_to_string(PATH).expect("docs/rules.md");
    let blocks = blocks(&text);
    assert!(blocks.len() >= 17, "{} blocks", blocks.len());
    for (rules, quoted) in blocks {
        assert_eq!(quoted, quotes(&rules), "{rules}");
    }
}

#[test]
fn all_sixteen_sentences_and_eleven_rules_of_the_benchmark_are_there_and_all_differ() {
    let text = std::fs::read_to_string(PATH).expect("docs/rules.md");
    let all: String = blocks(&text).into_iter().map(|(rules, _)| rules).collect();
    let (tender, faults) = read(&all);
    assert_eq!(faults, Vec::<String>::new());
    let tender = tender.expect("a tender");
    for (prefix, most) in [("s", 16), ("b", 11)] {
        for n in 1..=most {
            let id = format!("{prefix}{n:02}");
            assert!(tender.rules.iter().any(|r| r.id.starts_with(&id)), "no rule {id}");
        }
    }
    let sentences: BTreeSet<&str> = tender.rules.iter().map(|r| r.sentence.as_str()).collect();
    let twice = tender.rules.len() - sentences.len();
    // 65 % of a critical need and budgets are said twice on purpose.
    assert_eq!(twice, 0, "sentences that stand twice: {twice}");
}
