//! The title block: what a committee must know if it reads nothing else.

use jiff::ToSpan;
use serde::Serialize;

use super::Sources;
use crate::documents::stress::ScopePart;
use crate::figures::number;

/// Title block.
#[derive(Debug, Clone, Serialize)]
pub struct Title {
    /// The tender.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Currency, period, size.
    pub facts: Vec<String>,
    /// Large figures.
    pub key_figures: Vec<KeyFigure>,
    /// Proof, stress tests and reserves in a line each.
    pub verdicts: Vec<Verdict>,
}

/// A large figure.
#[derive(Debug, Clone, Serialize)]
pub struct KeyFigure {
    /// What it is.
    pub label: String,
    /// The figure.
    pub value: String,
    /// What else to know.
    pub note: String,
}

/// A verdict in a line.
#[derive(Debug, Clone, Serialize)]
pub struct Verdict {
    /// What was asked.
    pub label: String,
    /// `ok`, `open` or `bad`: class in the style sheet.
    pub state: &'static str,
    /// One or two words for it.
    pub word: String,
    /// The line.
    pub text: String,
}

/// The class of needs that a reader looks at first: the most critical one that the test knows.
pub(super) fn first_class(scopes: &[ScopePart]) -> Option<&ScopePart> {
    scopes.iter().min_by(|a, b| a.scope.cmp(&b.scope))
}

pub(super) fn title(sources: &Sources<'_>) -> Title {
    let settings = &sources.tender.settings;
    let years = i64::from(settings.contract_years);
    let end = settings.starts.checked_add(years.years()).and_then(|d| d.checked_sub(1.day()));
    let period = match end {
        Ok(end) => format!("{} to {}", settings.starts.strftime("%-d %B %Y"), end.strftime("%-d %B %Y")),
        Err(_) => format!("from {}", settings.starts.strftime("%-d %B %Y")),
    };
    let t = sources.tender;
    let facts = vec![
        period,
        format!(
            "all money in {}, over {}",
            settings.currency,
            number::plural(years as usize, "contract year", "contract years")
        ),
        format!(
            "{}, {}, {}",
            number::plural(t.sites.len(), "site", "sites"),
            number::plural(t.needs.len(), "need", "needs"),
            number::plural(t.suppliers.len(), "supplier that bids", "suppliers that bid")
        ),
    ];
    Title {
        name: settings.name.clone(),
        description: settings.description.clone(),
        facts,
        key_figures: key_figures(sources),
        verdicts: verdicts(sources),
    }
}

fn key_figures(sources: &Sources<'_>) -> Vec<KeyFigure> {
    let (body, currency) = (&sources.award.body, sources.currency());
    let mut figures = Vec::new();
    let mut add = |label: String, value: String, note: String| figures.push(KeyFigure { label, value, note });
    if let Some(value) = sources.cost() {
        add("Cost of the award".to_owned(), number::short(value), sources.money(value));
    }
    if let Some(b) = &body.baseline {
        let saves = !b.saving_after_one_off.is_sign_negative();
        let label = if saves { "Saving against today" } else { "More than today" };
        let part =
            number::part_of(b.saving_after_one_off.abs(), b.at_todays_prices).map(number::percent).unwrap_or_default();
        add(
            label.to_owned(),
            number::short(b.saving_after_one_off.abs()),
            format!("{part} of today's cost, after one-off costs"),
        );
    }
    match (body.gap_money, body.gap) {
        (Some(gap), Some(part)) => {
            add(
                "Better by at most, proven".to_owned(),
                if body.objective.is_some() { number::amount(gap) } else { number::money(gap) },
                match &body.objective {
                    Some(o) => {
                        format!("level 1 of the objective {}, {} % of it", o.name, number::measure(part * 100.0))
                    }
                    None => format!("{currency}, {} % of the cost", number::measure(part * 100.0)),
                },
            );
        }
        _ => add(
            "Better by at most, proven".to_owned(),
            "unknown".to_owned(),
            "no bound is proven for this award".to_owned(),
        ),
    }
    let products: std::collections::BTreeSet<&str> = body.formulary.iter().map(|f| f.product.as_str()).collect();
    add(
        "Suppliers that win".to_owned(),
        format!("{} of {}", body.suppliers.len(), sources.tender.suppliers.len()),
        number::plural(products.len(), "product", "products"),
    );
    let classes = sources.stress.iter().filter_map(|s| Some((s, first_class(&s.body.criticality)?)));
    if let Some((stress, class)) = classes.min_by(|a, b| a.1.fill_rate.value.total_cmp(&b.1.fill_rate.value)) {
        let held = if stress.body.reserve_weeks.is_empty() { "without further reserve" } else { "with reserve" };
        add(
            "Critical demand served".to_owned(),
            number::percent(class.fill_rate.value),
            format!("worst test: {}, {held}", stress.body.pack.name),
        );
    }
    if let Some(reserve) = sources.reserve.first() {
        let b = &reserve.body;
        add(
            "Reserve stock to buy".to_owned(),
            number::short(b.purchase_value),
            format!("once; holding it costs {} a year", sources.money(b.yearly_cost)),
        );
    }
    figures
}

fn verdicts(sources: &Sources<'_>) -> Vec<Verdict> {
    let body = &sources.award.body;
    let mut verdicts = Vec::new();
    let mut add = |label: &str, state, word: &str, text| {
        verdicts.push(Verdict { label: label.to_owned(), state, word: word.to_owned(), text })
    };
    let certified = body.certificate.as_ref().is_some_and(|c| c.verified);
    let checked: usize = body.certificate.iter().flat_map(|c| &c.facts).map(|f| f.checked).sum();
    let proof = match (body.termination.as_str(), body.bound) {
        ("optimal", Some(bound)) => format!("{}.", sources.none_below("No award that keeps the rules", bound)),
        (_, Some(bound)) => {
            format!("{}; {}.", capital(&body.detail), sources.none_below("no award that keeps the rules", bound))
        }
        (_, None) => format!("{}.", capital(&body.detail)),
    };
    let rules = number::plural(body.rules.len(), "rule instance", "rule instances");
    let (state, word, hold) =
        if certified { ("ok", "verified", "hold") } else { ("bad", "not verified", "were checked; not all hold") };
    add(
        "Certificate",
        state,
        word,
        format!("{proof} Re-computed independently: {} facts and {rules} {hold}.", number::count(checked)),
    );
    for shown in &sources.stress {
        let b = &shown.body;
        let Some(class) = first_class(&b.criticality) else { continue };
        let (state, word) = match class.p_stockout.value {
            p if p <= 0.05 => ("ok", "holds"),
            p if p <= 0.5 => ("open", "at risk"),
            _ => ("bad", "stockout likely"),
        };
        let held = if b.reserve_weeks.is_empty() { "" } else { " With the reserve plan held." };
        let text = format!(
            "{}. Needs of {}: chance of a stockout {}, demand served {}; in the worst 5 % of cases {} weeks of demand are missing on average.{held}",
            b.pack.title,
            class.scope,
            number::interval(&class.p_stockout, number::percent),
            number::interval(&class.fill_rate, number::percent),
            number::measure(class.cvar95_weeks.value),
        );
        add("Stress test", state, word, text);
    }
    for shown in &sources.reserve {
        let b = &shown.body;
        let (state, word) = verdict(&b.verdict);
        let shown = match b.verdict.as_str() {
            "met" => "reaches it",
            "undecided" => "may reach it, the sample does not decide",
            _ => "does not reach it",
        };
        let (value, cost) = (sources.money(b.purchase_value), sources.money(b.yearly_cost));
        let text = format!("{} On fresh paths, stock worth {value} (kept for {cost} a year) {shown}.", b.sentence);
        add("Reserve", state, word, text);
    }
    verdicts
}

/// Class and words of a reserve verdict.
pub(super) fn verdict(word: &str) -> (&'static str, &'static str) {
    match word {
        "met" => ("ok", "target met"),
        "undecided" => ("open", "undecided"),
        _ => ("bad", "target not met"),
    }
}

/// With a capital first letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}
