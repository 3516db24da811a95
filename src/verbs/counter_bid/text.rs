//! What `ballast counter-bid` says to people.

use ballast_exchange::documents::counter_bid::CounterBidBody;
use rust_decimal::Decimal;

use crate::output::{money, table};
use crate::proven::more_or_less;
use crate::study::{briefly, cost, interval_less};
use crate::verbs::win_curve::change;

/// What the interval means to the two sides.
fn ends(body: &CounterBidBody) -> String {
    match (body.proven_winning, body.proven_losing) {
        (Some(wins), Some(loses)) if wins > Decimal::ONE && body.now == "loses" => format!(
            "  it must ask more: at {} it wins the share, at {} it does not, both proven\n",
            change(wins),
            change(loses)
        ),
        (Some(wins), Some(loses)) if wins >= Decimal::ONE => format!(
            "  it has slack: at {} it still wins the share, at {} it loses it, both proven\n",
            change(wins),
            change(loses)
        ),
        (Some(wins), Some(loses)) => {
            format!(
                "  it must come down: at {} it wins the share, at {} it does not, both proven\n",
                change(wins),
                change(loses)
            )
        }
        (Some(wins), None) => {
            format!(
                "  at {} it wins the share, proven; at no higher price tried it was proven to lose it\n",
                change(wins)
            )
        }
        (None, Some(loses)) => {
            format!(
                "  at {} it does not win the share, proven; at no lower price tried it was proven to win it\n",
                change(loses)
            )
        }
        (None, None) => "  at no price tried it was proven to win or to lose; try a smaller --gap\n".to_owned(),
    }
}

/// The whole.
pub fn text(body: &CounterBidBody) -> String {
    let share = (body.share * Decimal::ONE_HUNDRED).normalize();
    let of = body.need.as_ref().map_or_else(String::new, |n| format!(" of {n}"));
    let mut text = format!(
        "  {} with at least {share} % of what it may serve{of}  {}\n  with less  {}\n",
        body.supplier,
        cost(&body.with),
        cost(&body.less),
    );
    match (body.with.termination.as_str(), body.less.termination.as_str()) {
        ("infeasible", "infeasible") => {
            text.push_str("  with the share or with less the tender cannot hold: `ballast conflicts` says why\n");
            return text;
        }
        ("infeasible", _) | (_, "infeasible") if body.counts.is_some() => return text + &elsewhere(body),
        ("infeasible", _) => {
            text.push_str("  no price is the matter while that stands in the way\n");
            return text;
        }
        (_, "infeasible") if body.with.value.is_some() => {
            text.push_str("  nobody else can take its share: no price makes it lose it\n");
            return text;
        }
        _ if body.with.value.is_none() || body.less.value.is_none() => {
            text.push_str("  so nothing is known about the difference; try a larger --work or --time-limit\n");
            return text;
        }
        _ => {}
    }
    text.push_str(&format!(
        "  with the share the award costs {}, proven\n",
        more_or_less(interval_less(&body.with, &body.less))
    ));
    text.push_str(&ends(body));
    text + &winning(body)
}

/// Where the prices of now leave one of the two no award, and limits in money may be why: what other prices bring.
fn elsewhere(body: &CounterBidBody) -> String {
    if body.proven_winning.is_none() {
        let tried: Vec<String> = body.tried.iter().map(|t| change(t.factor)).collect();
        let counts = body.counts.as_deref().unwrap_or_default();
        return format!("  at none of the prices tried it is proven to win ({}); {counts}\n", tried.join(", "));
    }
    ends(body) + &winning(body)
}

/// The prices at which it wins, and what goes with them.
fn winning(body: &CounterBidBody) -> String {
    let mut text = String::new();
    if let Some(paid) = body.paid {
        let difference = body.difference.as_ref().map_or_else(String::new, |d| format!("; {}", briefly(d)));
        text.push_str(&format!("  at the winning price it is paid {}{difference}\n", money(paid)));
    }
    if body.proven_winning.is_some() {
        let price = |p: Decimal| p.round_dp(4).normalize().to_string();
        let rows: Vec<Vec<String>> = body
            .offers
            .iter()
            .map(|o| vec![o.offer.clone(), price(o.now), o.winning.map(price).unwrap_or_default()])
            .collect();
        text.push_str(&format!("\n{}\n", table(&["offer", "now", "winning"], &rows).trim_end()));
    }
    if let Some(why) = &body.counts {
        text.push_str(&format!("  {why}: it may flip at other prices, too; `ballast win-curve` shows them\n"));
    }
    for caveat in &body.caveats {
        text.push_str(&format!("  {caveat}\n"));
    }
    text
}
