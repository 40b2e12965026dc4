//! Clock times as SubRip, WebVTT and SubStation Alpha write them.

/// Microseconds of a second.
pub(crate) const SECOND_US: i64 = 1_000_000;

/// Largest hour, minute or second that is taken: none is so large, and sums of them stay far from overflow.
const FIELD_MAX: i64 = 1_000_000;

/// `[-][hours:]minutes:seconds[.fraction]` in microseconds. The fraction follows one of `marks` and has exactly
/// `fraction_digits`, or is not there.
pub(crate) fn clock(text: &str, marks: &[char], fraction_digits: usize) -> Option<i64> {
    let text = text.trim();
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = text.split_once(marks).map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let fields: Vec<i64> = whole.split(':').map(field).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match fields[..] {
        [minutes, seconds] => (0, minutes, seconds),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    let fraction_us = match fraction {
        None => 0,
        Some(digits) if digits.len() == fraction_digits => {
            field(digits)? * SECOND_US / 10i64.checked_pow(fraction_digits as u32)?
        }
        Some(_) => return None,
    };
    Some(sign * ((hours * 3600 + minutes * 60 + seconds) * SECOND_US + fraction_us))
}

/// A number in decimal digits alone.
pub(crate) fn field(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|value| is_number && *value <= FIELD_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        for (text, expected) in [
            ("00:00:01,234", Some(1_234_000)),
            ("01:02:03.004", Some(3_723_004_000)),
            ("00:01,234", Some(1_234_000)),
            (" 00:00:02 ", Some(2_000_000)),
            ("00:00:013,567", Some(13_567_000)),
            ("100:00:00,000", Some(360_000_000_000)),
            ("-00:00:01,500", Some(-1_500_000)),
            ("00:00:03,4560", None),
            ("02:00:08,90", None),
            ("02.345", None),
            ("0.0.0", None),
            ("", None),
            ("1:2:3:4,000", None),
            ("00:+1:00,000", None),
            ("99999999999999999999:00:00,000", None),
        ] {
            assert_eq!(clock(text, &[',', '.'], 3), expected, "{text:?}");
        }
    }
}
