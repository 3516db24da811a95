//! What `ballast why-not` says to people.

use ballast_exchange::documents::explain::{TriedPart, WhyNotBody};
use rust_decimal::Decimal;

use crate::output::money;
use crate::proven::more_or_less;
use crate::study::{cost, signed};

/// A factor with what it is in percent: `0.85 (15 % lower)`.
fn factor(f: Decimal) -> String {
    let percent = ((f - Decimal::ONE).abs() * Decimal::ONE_HUNDRED).normalize();
    match f.cmp(&Decimal::ONE) {
        std::cmp::Ordering::Less => format!("× {} ({percent} % lower)", f.normalize()),
        std::cmp::Ordering::Equal => "as they are".to_owned(),
        std::cmp::Ordering::Greater => format!("× {} ({percent} % higher)", f.normalize()),
    }
}

fn difference(body: &WhyNotBody) -> String {
    let Some(d) = &body.difference else { return String::new() };
    let apart = d.cost.iter().filter(|p| money(p.before) != money(p.after));
    let parts: Vec<String> = apart.map(|p| format!("{} {}", p.name, signed(p.after - p.before))).collect();
    let mut text = String::new();
    if !parts.is_empty() {
        text.push_str(&format!("  of which  {}\n", parts.join(", ")));
    }
    if !d.newly_binding.is_empty() {
        text.push_str(&format!("  then at their bound  {}\n", d.newly_binding.join("; ")));
    }
    text
}

/// Where the one flip is.
fn one_flip(body: &WhyNotBody) -> String {
    let lowest = body.tried.first();
    match (body.proven_winning, body.proven_losing) {
        (Some(wins), Some(loses)) => {
            let now = if wins >= Decimal::ONE { "it wins already; " } else { "" };
            let between = |t: &&TriedPart| t.verdict == "undecided" && t.factor > wins && t.factor < loses;
            let open = loses - wins > Decimal::new(2, 3) && body.tried.iter().any(|t| between(&t));
            let open = if open { "; what lies between is not decided, a smaller --gap narrows it" } else { "" };
            format!("  {now}with its prices {} it wins, {} it loses, both proven{open}\n", factor(wins), factor(loses))
        }
        (Some(wins), None) => {
            format!("  with its prices {} it wins, proven; at no price tried it was proven to lose\n", factor(wins))
        }
        (None, Some(_)) => match lowest.map(|t| (t.factor, t.verdict.as_str(), t.dearer.low)) {
            Some((f, "loses", Some(more))) if f < Decimal::ONE => format!(
                "  no lower price makes it win: even with its prices {} the award with it costs at least {} more, proven\n",
                factor(f),
                money(more.floor())
            ),
            _ => "  it loses as it is, proven; at no lower price tried it was proven to win\n".to_owned(),
        },
        (None, None) => "  at no price tried it was proven to win or to lose; try a smaller --gap\n".to_owned(),
    }
}

/// What is known factor by factor.
fn many_flips(body: &WhyNotBody, why: &str) -> String {
    let mut text = format!("  {why}: it may flip more than once, so factors are decided one by one\n");
    for t in &body.tried {
        let word = match t.verdict.as_str() {
            "undecided" => "not decided",
            verdict => verdict,
        };
        text.push_str(&format!(
            "    prices × {}  {word}  (with it {})\n",
            t.factor.normalize(),
            more_or_less(t.dearer)
        ));
    }
    let ends = |[a, b]: &[Decimal; 2]| match a == b {
        true => format!("× {}", a.normalize()),
        false => format!("× {} to × {}", a.normalize(), b.normalize()),
    };
    if body.wins.is_empty() {
        let lowest = body.tried.iter().find(|t| t.verdict == "loses").filter(|t| t.factor < Decimal::ONE);
        match lowest.and_then(|t| Some((t.factor, t.dearer.low?))) {
            Some((f, more)) => text.push_str(&format!(
                "  it would not win even at {} its prices: the award with it would still cost at least {} more, proven\n",
                if f == Decimal::new(5, 1) { "half".to_owned() } else { format!("× {}", f.normalize()) },
                money(more.floor())
            )),
            None => text.push_str("  at no factor tried it was proven to win\n"),
        }
    } else {
        let ranges: Vec<String> = body.wins.iter().map(ends).collect();
        let and = "; of what lies between two factors nothing is proven";
        text.push_str(&format!("  every factor tried wins from {}{and}\n", ranges.join(", and from ")));
    }
    text
}

/// The whole.
pub fn text(body: &WhyNotBody) -> String {
    let at = body.site.as_ref().map_or_else(String::new, |s| format!(" at {s}"));
    let share = (body.share * Decimal::ONE_HUNDRED).normalize();
    let mut text = format!(
        "  with {}{at} (at least {share} % of what it may serve)  {}\n  without it  {}\n",
        body.subject,
        cost(&body.with),
        cost(&body.without),
    );
    match (body.with.termination.as_str(), body.without.termination.as_str()) {
        ("infeasible", "infeasible") => {
            text.push_str("  with or without it the tender cannot hold: `ballast conflicts` says why\n");
            return text;
        }
        ("infeasible", _) if body.many_flips.is_none() => {
            text.push_str("  no price changes that: what stands in its way is not money\n");
            return text;
        }
        ("infeasible", _) => {
            text.push_str("  at its prices as they are; others were not tried\n");
            return text;
        }
        (_, "infeasible") if body.with.value.is_some() => {
            text.push_str("  it is needed: no price makes it lose\n");
            return text;
        }
        _ if body.with.value.is_none() || body.without.value.is_none() => {
            text.push_str("  so nothing is known about the difference; try a larger --work or --time-limit\n");
            return text;
        }
        _ => {}
    }
    text.push_str(&format!("  with it the award costs {}, proven\n", more_or_less(body.dearer)));
    text.push_str(&difference(body));
    if let Some(why) = &body.everywhere {
        text.push_str(&format!("  its prices are multiplied wherever it sells, not only{at}: {why}\n"));
    } else if body.site.is_some() {
        text.push_str(&format!("  its prices are multiplied{at} only\n"));
    }
    for caveat in &body.caveats {
        text.push_str(&format!("  {caveat}\n"));
    }
    match &body.many_flips {
        None => text.push_str(&one_flip(body)),
        Some(why) => text.push_str(&many_flips(body, why)),
    }
    text
}
