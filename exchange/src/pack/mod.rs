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
}
