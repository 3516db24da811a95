//! Whatever comes in is read or refused, never a panic: every parser of the service on random input, 10,000 times, with
//! `BALLAST_TRIALS=1` a million times.

use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::config;
use crate::http::parse;
use crate::service::approvals::ApprovalInput;
use crate::service::kinds::flags;
use crate::service::page::Ask;
use crate::service::people::{PersonInput, SessionInput, TenantInput, TokenInput};
use crate::service::pieces::{PieceInput, format};
use crate::service::runs::RunInput;
use crate::store::PieceKind;

/// Pieces of what is well formed, in any order, with anything between them.
fn nearly(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let piece = proptest::prop_oneof![
        8 => prop::sample::select(pieces).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => any::<f64>().prop_map(|f| f.to_string()),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|p| p.concat())
}

fn try_all<T: std::fmt::Debug>(input: impl Strategy<Value = T>, parse: impl Fn(&T)) {
    let cases = if std::env::var_os("BALLAST_TRIALS").is_some() { 1_000_000 } else { 10_000 };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]));
    let tried = runner.run(&input, |input| {
        parse(&input);
        Ok(())
    });
    assert!(tried.is_ok(), "{tried:?}");
    println!("trial: {cases} random inputs: no panic");
}

const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"kind\"",
    "\"award\"",
    "\"tender\"",
    "\"options\"",
    "\"gap\"",
    "\"name\"",
    "\"text\"",
    "\"role\"",
    "\"strategist\"",
    "\"run\"",
    "\"label\"",
    "\"days\"",
    "null",
    "true",
    "-1",
    "1e999",
    "\"\\u0000\"",
    "\\",
    " ",
    "\"vary\"",
    "\"choices\"",
    "\"scenarios\"",
    "0.5",
    "\"\\ud800\"",
    "18446744073709551616",
];

const TOML: &[&str] = &[
    "schema = \"ballast.scenario/1\"\n",
    "[[edit]]\n",
    "name = ",
    "\"x\"",
    "\n",
    "extends = ",
    "[\"",
    "../",
    "a.toml",
    "\"]",
    "lock = { award = ",
    "\"/etc/passwd\"",
    "}",
    "{",
    "[",
    "]",
    "=",
    "'",
    "\"\"\"",
    "#",
    "1979-05-27",
    "inf",
    "0x",
    ".",
    "listen = ",
    "store = ",
    "[run]\n",
    "seconds = ",
    "-1",
];

#[test]
fn bodies() {
    try_all(nearly(JSON), |text| {
        let bytes = text.as_bytes();
        if let Ok(run) = parse::<RunInput>(bytes) {
            let _ = flags(run.kind, &run.options);
        }
        let _ = (parse::<PersonInput>(bytes), parse::<TenantInput>(bytes), parse::<SessionInput>(bytes));
        let _ = (parse::<TokenInput>(bytes), parse::<ApprovalInput>(bytes), parse::<PieceInput>(bytes));
    });
}

#[test]
fn scenarios_and_packs() {
    try_all((nearly(TOML), nearly(JSON), any::<bool>()), |(toml, json, first)| {
        let text = if *first { toml } else { json };
        let input = PieceInput { name: "n".to_owned(), text: text.clone() };
        let _ = (format(PieceKind::Scenario, &input), format(PieceKind::Pack, &input));
    });
}

#[test]
fn settings() {
    try_all(nearly(TOML), |text| {
        let _ = toml::from_str::<config::Config>(text);
    });
}

#[test]
fn page_tokens() {
    try_all((any::<Option<i64>>(), any::<String>()), |(size, token)| {
        if let Ok(ask) = Ask::read(*size, Some(token), &["list"]) {
            assert!((1..=500).contains(&ask.size));
            let _ = ask.after_number();
        }
    });
}
