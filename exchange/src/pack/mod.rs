//! Disruption packs as TOML files. The format is in `docs/packs.md`.

mod convert;
mod form;
mod reader;

use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::pack as domain;

use convert::convert;
use form::File;
use reader::Reader;

/// The schema name of a pack.
pub const SCHEMA: &str = "ballast.pack/1";

/// Reads a pack file.
///
/// # Errors
/// All that is wrong with it, or the first fault of syntax.
pub fn read(path: &Path) -> Result<domain::Pack, Findings> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text, &file),
        Err(error) => {
            let mut findings = Findings::default();
            findings.error(
                "unreadable",
                Place::file(file),
                "",
                format!("cannot be read: {error}"),
                "name a pack file; scenarios/packs has some",
            );
            Err(findings)
        }
    }
}

/// Parses a pack; `file` is what findings call it.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, file: &str) -> Result<domain::Pack, Findings> {
    let mut findings = Findings::default();
    let parsed: File = match toml::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let line =
                error.span().map(|s| 1 + text[..s.start.min(text.len())].bytes().filter(|b| *b == b'\n').count());
            let place = Place { line: line.and_then(|l| u32::try_from(l).ok()), ..Place::file(file) };
            findings.error("bad_pack", place, "", error.message().to_owned(), "see docs/packs.md");
            return Err(findings);
        }
    };
    let pack = convert(parsed, &mut Reader { text, file, findings: &mut findings });
    if findings.has_errors() { Err(findings) } else { Ok(pack) }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_pack_in_the_documentation_is_a_pack() {
        let text =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/packs.md")).expect("docs/packs.md");
        let toml = text.split("```toml\n").nth(1).and_then(|t| t.split("```").next()).expect("a block");
        let pack = parse(toml, "docs/packs.md").expect("the documented pack parses");
        assert_eq!((pack.hazards.len(), pack.events.len(), pack.relief.len(), pack.demand.len()), (1, 2, 1, 2));
    }

    #[test]
    fn every_fault_of_a_pack_is_named() {
        let text = "schema = 'ballast.pack/1'\nname = 'x'\ntitle = 'x'\nhorizon_weeks = 0\n[[event]]\nid = \"flood\"\nnodes = ['plnt:A']\nweek = -1\nprobability = 2\nsteps = []\nsource = ''\nafter = 'nothing'\n";
        let findings = parse(text, "x.toml").expect_err("it is broken");
        let all: String = findings.0.iter().map(|f| format!("{f}\n")).collect();
        for part in [
            "horizon_weeks",
            "did you mean `plant:…`?",
            "week of flood",
            "probability of flood",
            "steps of flood",
            "after of flood",
            "x.toml:6",
        ] {
            assert!(all.contains(part), "{part} in\n{all}");
        }
    }

    const EVERYTHING: &str = r#"
schema = "ballast.pack/1"
name = "all"
title = "Everything"
horizon_weeks = 60
step = "day"
initial = "up"
allocation = { rule = "history", protect = 1.1 }
release = { shortage_above = 0.2, after_weeks = 1 }
[spot]
lag_weeks = 2
cap = 0.3
multiple = 5
source = "x"
[[hazard]]
id = "h"
nodes = ["lane:east>north", "site_region:north", "site:h1"]
common = true
strikes = 0.5
up = { law = "exponential", mean = 100 }
relapse = { chance = 0.3, up = { law = "weibull", scale = 10, shape = 0.7 } }
down = { law = "mixture", parts = [{ weight = 1, law = "gamma", mean = 4, shape = 2 }, { weight = 2, law = "fixed", weeks = 3 }] }
exit = 0.1
recovery = { shape = "steps", steps = [{ week = 0, level = 0.2 }, { week = 3, level = 0.6 }], weeks = 5 }
season = [0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0, 0]
effect = "transit"
shock = { extra_lead_weeks = 2, price_factor = 1.5, recall = 0.5, hold_weeks = 3, stock_loss = 0, overshoot = 1.25, overshoot_weeks = 4 }
source = "x"
derived = ["up"]
[[event]]
id = "e"
nodes = ["plant:p"]
week = 3
window_weeks = 4
outage = { down = { law = "fixed", weeks = 4 }, recovery = { shape = "logistic", weeks = 3 } }
effect = "export"
source = "x"
[[event]]
id = "f"
nodes = ["plant:p"]
week = 2
after = "e"
from_after = true
steps = [{ week = 0, level = 0.5 }]
source = "x"
[[copula]]
id = "c"
family = "t"
correlation = 0.5
degrees = 4
of = ["h"]
couples = "down"
survival = true
source = "x"
[[relief]]
id = "r"
nodes = ["plant:p"]
steps = [{ week = 3, level = 0.5 }]
since_loss = true
source = "x"
[[hoarding]]
id = "o"
receipts_below = 0.8
lag_weeks = 0
factor = 2
weeks = 3
source = "x"
[[season]]
id = "s"
months = [1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2]
source = "x"
[[demand_law]]
id = "d"
noise = { law = "compound", size = { law = "geometric", chance = 0.5 } }
source = "x"
[[fact]]
id = "k"
text = "it ended in week 33"
role = "outcome"
use = "checked"
mark = "seen"
value = 33
tolerance = 6
measure = "short_until_week"
source = "x"
"#;

    #[test]
    fn everything_that_a_pack_can_say_is_read() {
        use ballast_domain::pack::*;
        let pack = parse(EVERYTHING, "x.toml").expect("it is sound");
        let hazard = &pack.hazards[0];
        assert_eq!((pack.step, pack.allocation.protect), (StepLength::Day, Some(1.1)));
        assert_eq!((hazard.strikes, hazard.exit, hazard.effect), (0.5, 0.1, Effect::Transit));
        assert_eq!((hazard.recovery.weeks(), hazard.shock.overshoot), (5.0, 1.25));
        assert_eq!(hazard.evidence.derived, ["up"]);
        assert_eq!(pack.events[0].outage.as_ref().map(|o| o.recovery.weeks()), Some(3.0));
        assert!(pack.events[1].from_after && pack.relief[0].since_loss && pack.copulas[0].survival);
        assert_eq!(pack.copulas[0].family, Family::T { correlation: 0.5, degrees: 4.0 });
        assert_eq!((pack.demand.len(), pack.facts[0].role), (2, Role::Checked));
        assert!(matches!(&pack.demand_laws[0].noise, Noise::Compound { size: Law::Geometric { .. } }));
    }

    #[test]
    fn every_fault_of_the_rest_is_named_at_once() {
        let mut text = EVERYTHING.to_owned();
        for (sound, broken) in [
            ("strikes = 0.5", "strikes = 1.2"),
            ("exit = 0.1", "exit = -1"),
            ("chance = 0.3, up", "chance = 3, up"),
            ("season = [0, ", "season = ["),
            ("recall = 0.5", "recall = 5"),
            ("stock_loss = 0,", "stock_loss = 7,"),
            ("{ week = 3, level = 0.6 }], weeks = 5", "{ week = 9, level = 1.6 }], weeks = 5"),
            ("id = \"f\"\nnodes = [\"plant:p\"]\nweek = 2", "id = \"f\"\nnodes = [\"plant:p\"]\nweek = 61"),
            ("degrees = 4", "theta = 4"),
            ("of = [\"h\"]", "of = [\"e\"]"),
            ("use = \"checked\"", ""),
            ("measure = \"short_until_week\"", ""),
            ("after = \"e\"", ""),
            ("cap = 0.3", "cap = -0.3"),
            ("factor = 2", "factor = 0.5"),
        ] {
            assert!(text.contains(sound), "{sound}");
            text = text.replace(sound, broken);
        }
        let findings = parse(&text, "x.toml").expect_err("it is broken");
        let all: String = findings.0.iter().map(|f| format!("{f}\n")).collect();
        for part in [
            "strikes of h",
            "exit of h",
            "relapse.chance of h",
            "season of h",
            "shock.recall of h",
            "shock.stock_loss of h",
            "recovery of h",
            "steps of h",
            "week of f",
            "from_after of f",
            "degrees of c",
            "theta of c",
            "of of c",
            "use of k",
            "measure of k",
            "cap of spot",
            "factor of o",
        ] {
            assert!(all.contains(part), "{part} in\n{all}");
        }
    }
}
