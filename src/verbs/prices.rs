//! `ballast prices`: what each rule and limit costs.

use std::path::PathBuf;

use ballast_domain::cell::nearest;
use ballast_domain::finding::Place;
use ballast_domain::raw::RawTender;
use ballast_domain::rules::Rule;
use ballast_domain::scenario::{Action, Change, Edit, Filter};
use ballast_domain::tables::Approval;
use ballast_domain::{Findings, Tender};
use ballast_exchange::documents::prices::{PricePart, PricesBody};
use ballast_exchange::documents::study::DifferencePart;
use ballast_studies::direction::{Direction, direction};
use ballast_studies::prices::{Without, prices};
use rust_decimal::Decimal;
use serde_json::json;

use crate::Common;
use crate::exit::{Failure, Outcome};
use crate::output::{Output, money, table};
use crate::proven::between;
use crate::study::{self, Desktop, Matter, briefly};

/// Columns that limit an award, by table, with the column that names the row.
const LIMITS: [(&str, &str, &[&str]); 5] = [
    ("needs", "need", &["max_products", "max_products_per_site", "formulary_limit"]),
    ("suppliers", "supplier", &["capacity", "minimum_award"]),
    ("plants", "plant", &["capacity"]),
    ("products", "product", &["capacity_packs"]),
    ("offers", "offer", &["max_packs", "minimum_if_used"]),
];

/// What each rule costs: the award without it, the difference in money with what is proven about it, and what moves. Also
/// what it costs to wait for the approval of each product on trial.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// Only these rules.
    #[arg(long, value_delimiter = ',', value_name = "RULE,…")]
    rules: Vec<String>,
    /// These rules together, too (repeatable).
    #[arg(long, value_name = "A,B")]
    pairs: Vec<String>,
    /// All pairs of the rules priced.
    #[arg(long)]
    all_pairs: bool,
    /// Limits that are columns, too: products of a need, capacities, minima.
    #[arg(long)]
    limits: bool,
    #[command(flatten)]
    setup: study::Setup,
}

/// One thing to be priced.
struct Question {
    kind: &'static str,
    sentence: String,
    joins: Vec<usize>,
    edit: Edit,
}

fn question(kind: &'static str, name: String, sentence: String, action: Action) -> Question {
    let edit = Edit { name, place: Place::file("prices"), action };
    Question { kind, sentence, joins: Vec::new(), edit }
}

fn cell(table: &str, key: (&str, &str), column: &str, to: Option<&str>) -> Action {
    Action::Cells {
        table: table.to_owned(),
        column: column.to_owned(),
        filter: Filter(vec![(key.0.to_owned(), vec![key.1.to_owned()])]),
        change: Change::Set(to.map(str::to_owned)),
    }
}

fn known<'a>(tender: &'a Tender, id: &str) -> Result<&'a Rule, Failure> {
    tender.rules.iter().find(|r| r.id == id).ok_or_else(|| {
        let ids: Vec<&str> = tender.rules.iter().map(|r| r.id.as_str()).collect();
        let cure = nearest(id, ids.iter().copied())
            .map_or_else(|| format!("the rules are: {}", ids.join(", ")), |n| format!("did you mean `{n}`?"));
        Failure::input(format!("the tender has no rule `{id}`; {cure}"))
    })
}

/// The rules asked for, all if none is named.
fn rules(tender: &Tender, args: &Args) -> Result<Vec<Question>, Failure> {
    let asked: Vec<&Rule> = match args.rules.is_empty() {
        true => tender.rules.iter().collect(),
        false => args.rules.iter().map(|id| known(tender, id)).collect::<Result<_, _>>()?,
    };
    let single = |r: &&Rule| question("rule", r.id.clone(), r.sentence.clone(), Action::RuleOff(vec![r.id.clone()]));
    let mut questions: Vec<Question> = asked.iter().map(single).collect();
    let mut pairs: Vec<Vec<String>> = Vec::new();
    for pair in &args.pairs {
        let ids: Vec<String> = pair.split(',').map(|id| id.trim().to_owned()).collect();
        if ids.len() < 2 {
            return Err(Failure::input(format!("--pairs {pair}: name at least two rules, such as --pairs a,b")));
        }
        pairs.push(ids);
    }
    if args.all_pairs {
        for (i, a) in asked.iter().enumerate() {
            pairs.extend(asked[i + 1..].iter().map(|b| vec![a.id.clone(), b.id.clone()]));
        }
    }
    for ids in pairs {
        let mut joins = Vec::new();
        let mut sentences = Vec::new();
        for id in &ids {
            let rule = known(tender, id)?;
            let at = questions.iter().position(|q| q.kind == "rule" && q.edit.name == *id).unwrap_or_else(|| {
                questions.push(single(&rule));
                questions.len() - 1
            });
            joins.push(at);
            sentences.push(rule.sentence.clone());
        }
        let together = question("rules", ids.join(" + "), sentences.join(" "), Action::RuleOff(ids));
        questions.push(Question { joins, ..together });
    }
    Ok(questions)
}

/// Limits that are filled cells, one by one.
fn limits(raw: &RawTender) -> Vec<Question> {
    let mut questions = Vec::new();
    for (name, key, columns) in LIMITS {
        let Some(table) = raw.tables.iter().find(|t| t.name == name) else { continue };
        let Some(id) = table.columns.iter().position(|c| c == key) else { continue };
        for column in columns {
            let Some(at) = table.columns.iter().position(|c| c == column) else { continue };
            for row in &table.rows {
                if let (Some(id), Some(value)) = (&row.cells[id], &row.cells[at]) {
                    let sentence = format!("`{column}` of {key} {id} is {value}.");
                    let action = cell(name, (key, id), column, None);
                    questions.push(question("limit", format!("{column} of {id}"), sentence, action));
                }
            }
        }
    }
    questions
}

/// Products on trial, as if they were approved.
fn waiting(tender: &Tender) -> Vec<Question> {
    let trial = tender.products.iter().filter(|p| p.approval == Approval::Trial);
    trial
        .map(|p| {
            let sentence = format!("Product {} is on trial; rules on products on trial hold for it.", p.id);
            let action = cell("products", ("product", &p.id), "approval", Some("approved"));
            question("waiting", format!("waiting for {}", p.id), sentence, action)
        })
        .collect()
}

fn text(tender: &Tender, body: &PricesBody) -> String {
    let currency = &tender.settings.currency;
    let mut text = match (body.base.value, body.base.bound) {
        (Some(value), Some(bound)) => format!(
            "{}: {} {currency} with everything, no award costs less than {}\n\n",
            tender.settings.name,
            money(value),
            money(bound)
        ),
        _ if body.base.termination == "infeasible" => format!(
            "{}: no award keeps everything, so nothing has a price; `ballast conflicts` says what cannot hold together\n\n",
            tender.settings.name
        ),
        _ => format!(
            "{}: no award was found with everything ({}), so nothing has a price\n\n",
            tender.settings.name, body.base.detail
        ),
    };
    let mut parts: Vec<&PricePart> = body.prices.iter().collect();
    parts.sort_by_key(|p| std::cmp::Reverse(p.price));
    let rows: Vec<Vec<String>> = parts
        .iter()
        .map(|p| {
            let price = p.price.map_or_else(|| p.answer.termination.replace('_', " "), money);
            // Without a base award there is no price, but the award without the rule is worth knowing.
            let price = match (p.price, p.answer.value) {
                (None, Some(value)) => format!("award at {}", money(value)),
                _ => price,
            };
            vec![
                p.name.clone(),
                price,
                if p.price.is_some() { between(p.proven) } else { String::new() },
                p.beyond_sum.map(money).unwrap_or_default(),
                p.difference.as_ref().map_or_else(String::new, briefly),
            ]
        })
        .collect();
    text.push_str(&table(&["without", "price", "proven", "beyond sum", "what moves"], &rows));
    let some = body.prices.iter().any(|p| p.answer.value.is_some());
    text.push_str(match body.base.value {
        None if !some => "\n  none of them, taken away by itself, leaves a tender of which an award was found\n",
        Some(_) => "\n  price: what the best awards found with and without it differ by; proven: in which interval the true price lies\n",
        None => "\n  `award at`: taken away by itself, it leaves a tender that has an award, which costs so much\n",
    });
    text
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    let raw = matter.tables();
    let mut asked = rules(tender, args)?;
    if args.limits {
        asked.extend(limits(&raw));
    }
    asked.extend(waiting(tender));
    if asked.is_empty() {
        return Err(Failure::input(
            "the tender has no rules and nothing on trial; --limits prices limits that are columns",
        ));
    }
    let mut questions = Vec::new();
    for q in &asked {
        let (without, _) = study::edited(
            &raw,
            std::slice::from_ref(&q.edit),
            Findings::default(),
            &format!("without {}", q.edit.name),
        )?;
        questions.push(Without {
            name: q.edit.name.clone(),
            // A row on trial, an end of a ladder: what is not known to loosen has its two proofs only.
            loosens: matches!(direction(tender, &without), Some(Direction::Loosens | Direction::Same)),
            joins: q.joins.clone(),
            tender: without,
        });
    }
    let mut desk = Desktop::new(&args.setup.limits, common, output, "prices")?;
    let found = prices(&*desk.engine, tender, &questions, &desk.settings, &desk.watcher);
    desk.close();

    let part = |(q, p): (&Question, &ballast_studies::prices::Price)| PricePart {
        name: q.edit.name.clone(),
        kind: q.kind.to_owned(),
        sentence: q.sentence.clone(),
        answer: study::answer(&p.answer),
        price: p.price,
        proven: study::interval(p.proven),
        beyond_sum: p.beyond,
        difference: p.difference.as_ref().map(DifferencePart::from),
    };
    let mut base = study::answer(&found.base);
    base.bound = found.bound;
    base.gap_money = base.value.zip(base.bound).map(|(v, b)| (v - b).max(Decimal::ZERO));
    let body = PricesBody { base, prices: asked.iter().zip(&found.prices).map(part).collect() };
    desk.finish(&matter, "prices", json!({}), &body, &text(tender, &body))?;
    Ok(study::exit([&body.base].into_iter()))
}
