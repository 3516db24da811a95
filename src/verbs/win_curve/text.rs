//! What `ballast win-curve` says to people.

use ballast_domain::Tender;
use ballast_exchange::documents::win_curve::{FlipPart, PointPart, WinCurveBody};
use rust_decimal::Decimal;

use crate::output::{money, table};
use crate::proven::between;
use crate::study::signed;

/// A change of price: `-15 %`, `as it is`.
pub fn change(factor: Decimal) -> String {
    let percent = ((factor - Decimal::ONE) * Decimal::ONE_HUNDRED).normalize();
    match percent.is_zero() {
        true => "as it is".to_owned(),
        false if percent.is_sign_positive() => format!("+{percent} %"),
        false => format!("{percent} %"),
    }
}

fn share(s: Option<Decimal>) -> String {
    s.map_or_else(|| "?".to_owned(), |s| format!("{:.1} %", s * Decimal::ONE_HUNDRED))
}

fn row(part: &PointPart) -> Vec<String> {
    let units: Vec<String> = part.units.iter().map(|u| format!("{} {}", money(u.quantity), u.need)).collect();
    let total = part.answer.value.map_or_else(|| part.answer.termination.replace('_', " "), money);
    vec![
        change(part.factor),
        share(part.share),
        part.paid.map(money).unwrap_or_default(),
        total,
        if part.answer.value.is_some() { between(part.total) } else { String::new() },
        if units.is_empty() && part.share.is_some() { "nothing".to_owned() } else { units.join(", ") },
    ]
}

/// Who has less, and who has more, as its prices fall.
fn displaces(flip: &FlipPart, own: &str) -> String {
    let Some(difference) = &flip.difference else { return String::new() };
    let others = difference.suppliers.iter().filter(|s| s.name != own && money(s.after) != money(s.before));
    let words: Vec<String> = others.map(|s| format!("{} {}", s.name, signed(s.after - s.before))).collect();
    if words.is_empty() { String::new() } else { format!("; a year as it falls: {}", words.join(", ")) }
}

fn line(flip: &FlipPart, own: &str) -> String {
    let proof = match (flip.proven_below, flip.proven_above) {
        (true, true) => "both ends proven",
        (true, false) => "only the lower end proven",
        (false, true) => "only the upper end proven",
        (false, false) => "not proven, a smaller --gap may",
    };
    let way = if flip.share_below < flip.share_above { "rises" } else { "falls" };
    format!(
        "  between {} and {} its share {way} across {}, from {} to {}: {proof}{}\n",
        change(flip.below),
        change(flip.above),
        share(Some(flip.limit)),
        share(flip.share_below),
        share(flip.share_above),
        displaces(flip, own)
    )
}

/// The whole.
pub fn text(tender: &Tender, body: &WinCurveBody) -> String {
    let what = match body.kind.as_str() {
        "supplier" => format!("all prices of {}", body.subject),
        _ => format!("the price of offer {}", body.subject),
    };
    let mut text = format!("{}: {what}, all others as they are\n\n", tender.settings.name);
    let shown = |p: &&PointPart| p.grid || body.flips.iter().any(|f| f.below == p.factor || f.above == p.factor);
    let rows: Vec<Vec<String>> = body.points.iter().filter(shown).map(row).collect();
    text.push_str(&table(&["price", "share", "it is paid", "the buyer pays", "proven", "units a year"], &rows));
    text.push('\n');
    let own = match body.kind.as_str() {
        "supplier" => body.subject.clone(),
        _ => {
            let own = tender.candidates.iter().find(|c| tender.offers[c.offer].id == body.subject);
            own.map(|c| tender.suppliers[c.supplier].id.clone()).unwrap_or_default()
        }
    };
    if body.flips.is_empty() {
        let shares = || body.points.iter().filter_map(|p| p.share);
        text.push_str(match shares().all(|s| Some(s) == shares().next()) {
            true => "  its share is the same at all prices tried\n",
            false => "  its share changes without a jump\n",
        });
    }
    for flip in &body.flips {
        text.push_str(&line(flip, &own));
    }
    let range = |[a, b]: &[Decimal; 2]| match a == b {
        true => change(*a),
        false => format!("{} to {}", change(*a), change(*b)),
    };
    match body.wins.is_empty() {
        true => text.push_str("  it wins at no price tried\n"),
        false => {
            let ranges: Vec<String> = body.wins.iter().map(range).collect();
            text.push_str(&format!("  of the prices tried it wins at {}\n", ranges.join(", and at ")));
        }
    }
    if let Some(why) = &body.counts {
        text.push_str(&format!(
            "  {why}: dearer is not simply dearer, and between prices tried there may be further flips\n"
        ));
    }
    for caveat in &body.caveats {
        text.push_str(&format!("  {caveat}\n"));
    }
    text
}
