//! Numbers of cells as text and back. A spreadsheet keeps 15 digits; what arithmetic left behind them is no information.

/// Digits that a spreadsheet keeps of a number.
const DIGITS: usize = 15;

/// The shortest text that gives the same number again, in 15 digits at most, without exponent.
pub(super) fn shortest(number: f64) -> String {
    let exact = plain(number);
    if digits(&exact) <= DIGITS {
        return exact;
    }
    // Through the exponent form, because only that counts digits.
    format!("{number:.14e}").parse::<f64>().map_or(exact, plain)
}

fn plain(number: f64) -> String {
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

/// Significant digits of a plain decimal.
fn digits(text: &str) -> usize {
    let all: String = text.chars().filter(char::is_ascii_digit).collect();
    let all = all.trim_start_matches('0');
    if text.contains('.') { all.len() } else { all.trim_end_matches('0').len() }
}

/// The number of a text, if a cell that holds the number gives the same text again.
pub(super) fn lossless(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    (number.is_finite() && shortest(number) == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_the_text_that_was_typed() {
        let known = [
            (12345678905.0, "12345678905"),
            (33.6, "33.6"),
            (0.1 + 0.2, "0.3"),
            (33.599999999999994, "33.6"),
            (1.0 / 3.0, "0.333333333333333"),
            (-0.0, "0"),
            (-2.5, "-2.5"),
            (1e15, "1000000000000000"),
            (1e-7, "0.0000001"),
        ];
        for (number, text) in known {
            assert_eq!(shortest(number), text);
        }
    }

    #[test]
    fn only_what_a_cell_gives_back_is_written_as_a_number() {
        for text in ["7", "33.6", "-0.25", "123456789012345", "0.000001"] {
            assert!(lossless(text).is_some(), "{text}");
        }
        for text in ["007", "1e3", "1.50", "0.1234567890123456", "NaN", "inf", "", "-0", "+1"] {
            assert!(lossless(text).is_none(), "{text}");
        }
    }
}
