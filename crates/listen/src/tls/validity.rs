//! Until when a certificate is valid, read off its DER (RFC 5280, 4.1).

/// The end of a certificate's validity, in milliseconds since 1970; none where it cannot be read.
pub(crate) fn not_after_ms(certificate: &[u8]) -> Option<i64> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut rest, _) = element(certificate)?;
    // [0] version, where it is not the first; serial number, signature, issuer.
    if element(rest)?.0 == 0xa0 {
        rest = element(rest)?.2;
    }
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (_, validity, _) = element(rest)?;
    let (tag, text, _) = element(element(validity)?.2)?;
    time_ms(tag, std::str::from_utf8(text).ok()?)
}

/// Tag, content and what follows of a DER element with a tag of one byte.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let [tag, length, rest @ ..] = bytes else { return None };
    let long = usize::from(length & 0x7f);
    let (length, rest) = match length {
        0..=0x7f => (usize::from(*length), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(long)?;
            (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// A `UTCTime` (23) or `GeneralizedTime` (24) as RFC 5280 wants them: to the second, in UTC.
fn time_ms(tag: u8, text: &str) -> Option<i64> {
    let digits = text.strip_suffix('Z').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let (year, rest) = digits.split_at_checked(match tag {
        23 => 2,
        24 => 4,
        _ => return None,
    })?;
    let year: i64 = year.parse().ok()?;
    let year = match tag {
        23 if year < 50 => 2000 + year,
        23 => 1900 + year,
        _ => year,
    };
    let number = |at: usize| rest.get(at..at + 2).and_then(|pair| pair.parse::<i64>().ok());
    let (month, day) = (number(0)?, number(2)?);
    let second = (number(4)? * 60 + number(6)?) * 60 + number(8)?;
    (rest.len() == 10).then_some((days(year, month, day) * 86_400 + second) * 1000)
}

/// Days from 1970 to a date (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day is their last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_rfc_5280_writes_them() {
        // Seconds from `date -u -d ... +%s`.
        for (tag, text, second) in [
            (23, "941106084937Z", Some(784_111_777)),
            (23, "491231235959Z", Some(2_524_607_999)),
            (23, "500101000000Z", Some(-631_152_000)),
            (24, "20500101000000Z", Some(2_524_608_000)),
            (24, "20000229120000Z", Some(951_825_600)),
            (24, "99991231235959Z", Some(253_402_300_799)),
            (23, "941106084937+0100", None),
            (23, "9411060849Z", None),
            (24, "2050010100000\u{e9}Z", None),
            (22, "941106084937Z", None),
        ] {
            assert_eq!(time_ms(tag, text), second.map(|second: i64| second * 1000), "{text}");
        }
    }

    #[test]
    fn what_is_cut_off_has_no_end() {
        let whole = [0x30, 0x82, 0, 3, 4, 1, 9, 7];
        assert_eq!(element(&whole), Some((0x30, &[4, 1, 9][..], &[7][..])));
        for cut in 0..7 {
            assert_eq!(element(&whole[..cut]), None, "cut at {cut}");
        }
        assert_eq!(element(&[0x30, 0x80, 0, 0]), None, "DER has no indefinite lengths");
    }
}
