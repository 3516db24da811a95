//! What `ballast targets` says to people.

use ballast_domain::Tender;
use ballast_exchange::documents::targets::{MovePart, TargetsBody};
use rust_decimal::Decimal;

use crate::output::{money, table};
use crate::study::{briefly, cost};
use crate::verbs::win_curve::change;

fn row(part: &MovePart) -> Vec<String> {
    let factor = if part.now.is_zero() { Decimal::ONE } else { (part.target / part.now).round_dp(4) };
    vec![
        part.supplier.clone(),
        part.offer.clone(),
        part.now.to_string(),
        part.target.to_string(),
        change(factor),
        part.lowest.to_string(),
        money(part.gives),
    ]
}

/// The whole.
pub fn text(tender: &Tender, body: &TargetsBody) -> String {
    let (name, currency) = (&tender.settings.name, &tender.settings.currency);
    let Some((value, goal)) = body.base.value.zip(body.goal) else {
        return format!("{name}: at the prices of now {}\n", cost(&body.base));
    };
    let mut text = format!("{name}: {} {currency} at the prices of now, {} to be saved\n", money(value), money(goal));
    let (Some(answer), Some(concedes)) = (&body.answer, body.concedes) else {
        let most =
            body.most.map_or_else(|| "nothing is known".to_owned(), |m| format!("{} is the most found", money(m)));
        text.push_str(&format!(
            "  no prices within the room were found that reach it; with all at their lowest {most}\n"
        ));
        return text;
    };
    let rows: Vec<Vec<String>> = body.moves.iter().map(row).collect();
    text.push_str(&format!(
        "\n{}",
        table(&["supplier", "offer", "now", "ask for", "change", "lowest", "it gives"], &rows)
    ));
    text.push_str(&format!("\n  then the award costs {}", cost(answer)));
    if let Some(difference) = &body.difference {
        text.push_str(&format!("; {}", briefly(difference)));
    }
    text.push_str(&format!("\n  suppliers concede {} in all", money(concedes)));
    match body.at_least {
        Some(least) if money(least.ceil()) == money(concedes.ceil()) => {
            text.push_str("; nothing less reaches the goal, proven\n")
        }
        Some(least) if !least.is_zero() => {
            text.push_str(&format!("; less than {} does not reach the goal, proven\n", money(least.floor())))
        }
        _ => text.push('\n'),
    }
    if let Some(why) = &body.counts {
        text.push_str(&format!("  {why}: prices between now and lowest may do better than those tried\n"));
    }
    text
}
