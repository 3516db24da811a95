//! What `ballast coalition` says to people.

use ballast_domain::Tender;
use ballast_exchange::documents::coalition::{ChangePart, CoalitionBody, HeldPart, MemberPart, SplitPart};
use rust_decimal::Decimal;

use crate::output::{money, table};
use crate::proven::{between, more_or_less, several};
use crate::study::cost;

fn way(way: &str) -> &'static str {
    match way {
        "volume" => "by volume",
        "shapley" => "Shapley",
        "shapley_sampled" => "Shapley, drawn",
        _ => "least core",
    }
}

/// Members, what each costs apart, and its gain by each split.
fn members(body: &CoalitionBody) -> String {
    let shapley = body.splits.iter().find(|s| s.way.starts_with("shapley"));
    let gain = |split: &SplitPart, i: usize| split.shares[i].gains;
    let row = |(i, (part, leaving)): (usize, (&MemberPart, &ChangePart))| {
        let mut row = vec![
            part.member.clone(),
            part.alone.value.map_or_else(|| part.alone.termination.replace('_', " "), money),
            money(part.volume),
        ];
        for split in &body.splits {
            row.push(money(gain(split, i)));
            if split.way.starts_with("shapley") {
                row.push(between(split.shares[i].proven));
            }
        }
        let rest = leaving.worth.zip(shapley).map(|(worth, s)| worth - gain(s, i));
        row.push(if leaving.impossible { "no award".to_owned() } else { leaving.worth.map(money).unwrap_or_default() });
        row.push(rest.map(money).unwrap_or_default());
        row
    };
    let rows: Vec<Vec<String>> = body.members.iter().zip(&body.leaving).enumerate().map(row).collect();
    let mut header = vec!["member", "apart", "volume"];
    for split in &body.splits {
        header.push(way(&split.way));
        if split.way.starts_with("shapley") {
            header.push(if body.exact { "proven" } else { "95 %" });
        }
    }
    header.extend(["it leaves: all lose", "of which the others"]);
    table(&header, &rows)
}

fn stability(split: &SplitPart) -> String {
    let said = match split.stability.as_str() {
        "accepted" => "no set of members would do better by itself, proven".to_owned(),
        "unopposed" => "no set of those decided would do better by itself".to_owned(),
        "objected" => format!(
            "{} would do better by {}, saving at least {}",
            split.objects.join(" + "),
            if split.objects.len() == 1 { "itself" } else { "themselves" },
            split.by.map(money).unwrap_or_default()
        ),
        _ => "whether some set would do better by itself the gaps leave open; try a smaller --gap".to_owned(),
    };
    format!("  {}: {said}\n", way(&split.way))
}

fn core(body: &CoalitionBody) -> String {
    let Some(core) = &body.core else { return String::new() };
    match core.empty {
        Some(true) => format!(
            "  no split is accepted by every set, proven: the least core still leaves some set {} too dear\n",
            money(core.excess)
        ),
        Some(false) => "  there are splits that every set accepts, proven\n".to_owned(),
        None if !body.exact => {
            "  whether there is a split that every set accepts is not known: not all sets were decided\n".to_owned()
        }
        None => {
            "  whether there is a split that every set accepts the gaps leave open; try a smaller --gap\n".to_owned()
        }
    }
}

fn held(part: &HeldPart) -> Vec<String> {
    let sets: Vec<String> = part.smallest.iter().take(3).map(|s| s.join(" + ")).collect();
    let more = match part.as_small.saturating_sub(sets.len()) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let needed = if part.needed.is_empty() { "nobody in particular".to_owned() } else { part.needed.join(", ") };
    vec![format!("{} from {}", part.schedule, part.from.normalize()), format!("{}{more}", sets.join("; ")), needed]
}

fn joining(part: &ChangePart) -> String {
    let brings = match part.worth {
        _ if part.impossible => "with it there is no award".to_owned(),
        Some(worth) if worth < Decimal::ZERO => {
            format!("its joining costs all {}, proven {}", money(-worth), between(part.proven))
        }
        Some(worth) => format!("its joining brings all {}, proven {}", money(worth), between(part.proven)),
        None => "what its joining brings is not known".to_owned(),
    };
    format!("  {} is not at the table: alone {}; {brings}\n", part.member, cost(&part.alone))
}

/// The whole.
pub fn text(tender: &Tender, body: &CoalitionBody) -> String {
    let names: Vec<&str> = body.members.iter().map(|m| m.member.as_str()).collect();
    let mut text = format!("{}: {} at the table\n", tender.settings.name, names.join(", "));
    text.push_str(&format!("  together  {}\n", cost(&body.together)));
    for part in body.members.iter().filter(|m| m.alone.value.is_none()) {
        text.push_str(&format!("  {} alone  {}\n", part.member, cost(&part.alone)));
    }
    if body.together.termination == "infeasible" {
        text.push_str("  so there is nothing to split; `ballast conflicts` says what cannot hold together\n");
        return text;
    }
    match (body.apart, body.saves) {
        (Some(apart), Some(_)) => text.push_str(&format!(
            "  apart     {}: together they pay {}, proven\n",
            money(apart),
            more_or_less(ballast_exchange::documents::study::IntervalPart {
                low: body.proven.high.map(|d| -d),
                high: body.proven.low.map(|d| -d),
            })
        )),
        _ => text.push_str("  without a cost of each apart nobody's gain is known\n"),
    }
    if body.splits.is_empty() && body.saves.is_some() {
        let open =
            body.sets.iter().filter(|s| s.answer.value.is_none() && s.answer.termination != "infeasible").count();
        text.push_str(&format!("  {} not decided, so no split is known; try a larger --work\n", several(open, "set")));
    }
    text.push_str(&format!("\n{}", members(body)));
    text.push_str(&format!(
        "\n  volume: {}; in the columns of splits: what it gains against buying apart\n",
        body.volume_of
    ));
    body.splits.iter().for_each(|s| text.push_str(&stability(s)));
    text.push_str(&core(body));
    body.joining.iter().for_each(|j| text.push_str(&joining(j)));
    if !body.tiers.is_empty() {
        let rows: Vec<Vec<String>> = body.tiers.iter().map(held).collect();
        let smallest = if body.exact { "smallest sets that hold it" } else { "smallest sets found that hold it" };
        text.push_str(&format!("\n{}", table(&["tier of all together", smallest, "must commit"], &rows)));
    }
    text
}
