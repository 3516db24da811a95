//! Folder, workbook and JSON body are one tender: every way round gives the same hash, and awards agree.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::run::run;
use crate::tiny::{Files, iv_fluids};

fn hash(tender: &Path) -> String {
    let ran = run([Path::new("check"), tender, Path::new("--json")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    ran.document()["input_hash"].as_str().unwrap().to_owned()
}

/// `export TENDER --out OUT`, which must keep the hash.
fn export(tender: &Path, out: &Path) {
    let ran = run([Path::new("export"), tender, Path::new("--out"), out, Path::new("--json")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.document()["input_hash"].as_str().unwrap(), hash(tender));
}

/// All ways round: folder to workbook to body to workbook to folder to body.
fn survives(tender: &Path) {
    let work = tempfile::tempdir().unwrap();
    let at = |name: &str| work.path().join(name);
    let way: [PathBuf; 5] = [at("1.xlsx"), at("2.json"), at("3.xlsx"), at("4"), at("5.json")];
    let first = hash(tender);
    let mut from = tender.to_owned();
    for to in way {
        export(&from, &to);
        assert_eq!(first, hash(&to), "{} to {}", from.display(), to.display());
        from = to;
    }
    assert_eq!(std::fs::read(at("2.json")).unwrap(), std::fs::read(at("5.json")).unwrap());
}

#[test]
fn the_shipped_tenders_survive_every_rendering() {
    survives(&iv_fluids());
    survives(&Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/hospital-ledger/expected"));
    survives(Files::tiny().folder().path());
}

#[test]
fn awkward_texts_survive_every_rendering() {
    let mut files = Files::tiny();
    files.swap("tender.toml", "\"Tiny\"", "\"Ti\\\"ny, \\\\ #1 – ü 🩺\\nline 2\"");
    files.put(
        "suppliers.csv",
        "supplier,name,attr.note,attr.x\n\
         Acme,\"A \"\"B\"\", C\nsecond line\",\"x; y, 'z' <&>\",_x0041_ _x005F_\n\
         Bolt,007,1e3,TRUE\n",
    );
    files.put("sites.csv", "site,name\nS1,=1+1\nS2,@SUM(A1)\n=S3,\"+1\n\t2\"\n-S4,1.50\n+S5,2026-01-01\n00012,#N/A\n");
    files.swap("offers.csv", "member:North;class:small", "all");
    files.append(
        "rules.toml",
        "[[rule]]\nid = \"why\"\nwhy = '''a \"b\" 'c' \\ d'''\nmeasure = \"spend\"\n\
         scope = { \"supplier.note\" = [\"x\", \"1e3\"] }\nat_most = 123456789012345.123456\n",
    );
    survives(files.folder().path());
}

#[test]
fn an_award_does_not_depend_on_the_rendering() {
    let (folder, work) = (Files::tiny().folder(), tempfile::tempdir().unwrap());
    let book = work.path().join("tiny.xlsx");
    export(folder.path(), &book);
    let award = |path: &Path| -> (Value, Value) {
        let ran = run([Path::new("award"), path, Path::new("--json"), Path::new("--quiet")]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let document = ran.document();
        (document["lines"].clone(), document["value"].clone())
    };
    assert_eq!(award(folder.path()), award(&book));
}

const SCENARIO: &str = r#"
schema = "ballast.scenario/1"
name = "fewer products"
[[edit]]
name = "two products a need"
set = 2
table = "needs"
column = "max_products"
where = { category = "Fluids" }
"#;

/// A zip archive of these files.
fn zipped(files: &Files, prefix: &str, to: &Path) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    let others = [("README.md", &b"not a table"[..]), ("__MACOSX/tender.toml", b"noise")];
    let own = files.0.iter().map(|(name, body)| (format!("{prefix}{name}"), body.as_slice()));
    for (name, body) in own.chain(others.map(|(name, body)| (name.to_owned(), body))) {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, body).unwrap();
    }
    archive.finish().unwrap();
}

#[test]
fn a_zipped_folder_is_the_tender() {
    let (files, work) = (Files::tiny(), tempfile::tempdir().unwrap());
    let path = work.path().join("tiny.zip");
    let expected = hash(files.folder().path());
    for prefix in ["", "tiny/", "a/b/"] {
        zipped(&files, prefix, &path);
        assert_eq!(hash(&path), expected, "in `{prefix}`");
    }
    let mut broken = files.clone();
    broken.swap("offers.csv", "20.00", "twenty");
    zipped(&broken, "tiny/", &path);
    let ran = run([Path::new("check"), &path, Path::new("--json")]);
    let found = ran.document()["findings"][0].clone();
    assert_eq!((ran.code, &found["file"], &found["line"]), (Some(2), &"offers.csv".into(), &3.into()), "{found}");
}

#[test]
fn a_scenario_edits_a_workbook_like_a_folder() {
    let (folder, work) = (Files::tiny().folder(), tempfile::tempdir().unwrap());
    let (book, edit) = (work.path().join("tiny.xlsx"), work.path().join("edit.toml"));
    export(folder.path(), &book);
    std::fs::write(&edit, SCENARIO).unwrap();
    let edited = |tender: &Path| {
        let ran = run([Path::new("check"), tender, Path::new("--scenario"), &edit, Path::new("--json")]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        ran.document()["input_hash"].clone()
    };
    assert_eq!(edited(folder.path()), edited(&book));
    assert_ne!(edited(&book).as_str().unwrap(), hash(&book));
}
