//! How a proven interval is said: rounded outwards, so that what is printed is proven as well.

use ballast_exchange::documents::study::IntervalPart;
use rust_decimal::Decimal;

use crate::output::money;

/// `120 to 3,400`; one figure where both ends are the same to the unit of money.
pub fn between(i: IntervalPart) -> String {
    match (i.low, i.high) {
        (None, None) => "nothing proven".to_owned(),
        (Some(low), Some(high)) if money(low) == money(high) => money(low),
        (Some(low), Some(high)) => format!("{} to {}", money(low.floor()), money(high.ceil())),
        (Some(low), None) => format!("at least {}", money(low.floor())),
        (None, Some(high)) => format!("at most {}", money(high.ceil())),
    }
}

/// A difference as `403 to 404 less` or `4,203 more`.
pub fn more_or_less(i: IntervalPart) -> String {
    let zero = |d: Decimal| money(d) == "0";
    let less = IntervalPart { low: i.high.map(|d| -d), high: i.low.map(|d| -d) };
    match (i.low, i.high) {
        (None, None) => "nothing proven".to_owned(),
        (Some(low), Some(high)) if zero(low) && zero(high) => "as much".to_owned(),
        (Some(low), _) if low >= Decimal::ZERO || zero(low) => format!("{} more", between(i)),
        (_, Some(high)) if high <= Decimal::ZERO || zero(high) => format!("{} less", between(less)),
        (Some(low), Some(high)) => format!("from {} less to {} more", money((-low).ceil()), money(high.ceil())),
        (Some(low), None) => format!("at most {} less", money((-low).ceil())),
        (None, Some(high)) => format!("at most {} more", money(high.ceil())),
    }
}

/// `1 cell`, `2 cells`.
pub fn several(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(low: Option<&str>, high: Option<&str>) -> IntervalPart {
        let read = |t: Option<&str>| t.map(|t| t.parse().unwrap());
        IntervalPart { low: read(low), high: read(high) }
    }

    #[test]
    fn an_interval_is_rounded_outwards() {
        assert_eq!(between(part(Some("403.4"), Some("403.6"))), "403 to 404");
        assert_eq!(between(part(Some("5085.61"), Some("5085.62"))), "5,086");
        assert_eq!(between(part(Some("-921.6"), Some("-920.4"))), "-922 to -920");
        assert_eq!(between(part(Some("0"), None)), "at least 0");
        assert_eq!(between(part(None, Some("7.2"))), "at most 8");
        assert_eq!(between(part(None, None)), "nothing proven");
    }

    #[test]
    fn a_difference_says_which_way_it_goes() {
        assert_eq!(more_or_less(part(Some("4203"), Some("4203.01"))), "4,203 more");
        assert_eq!(more_or_less(part(Some("-403.6"), Some("-403.4"))), "403 to 404 less");
        assert_eq!(more_or_less(part(Some("-3.2"), Some("5.1"))), "from 4 less to 6 more");
        assert_eq!(more_or_less(part(Some("-0.01"), Some("0.01"))), "as much");
        assert_eq!(more_or_less(part(Some("0"), Some("5.1"))), "0 to 6 more");
        assert_eq!(more_or_less(part(Some("12.5"), None)), "at least 12 more");
        assert_eq!(more_or_less(part(None, Some("-12.5"))), "at least 12 less");
        assert_eq!(more_or_less(part(Some("-3"), None)), "at most 3 less");
    }

    #[test]
    fn one_is_no_plural() {
        assert_eq!((several(1, "cell"), several(2, "cell")), ("1 cell".to_owned(), "2 cells".to_owned()));
    }
}
