//! Values of attributes: durations, ranges and rates.

use media::ByteRange;

/// `xs:duration` in seconds; `None` where it is none. Years and months have no fixed length and are not used in manifests.
pub(super) fn duration_s(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix('P')?;
    if rest.is_empty() || rest.ends_with('T') {
        return None;
    }
    let mut seconds = 0.0;
    let mut in_time = false;
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T').filter(|_| !in_time) {
            (rest, in_time) = (time, true);
            continue;
        }
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next()?;
        let unit_s = match (unit, in_time) {
            ('Y', false) => 365.0 * 86_400.0,
            ('M', false) => 30.0 * 86_400.0,
            ('D', false) => 86_400.0,
            ('H', true) => 3600.0,
            ('M', true) => 60.0,
            ('S', true) => 1.0,
            _ => return None,
        };
        seconds += number * unit_s;
        rest = &rest[end + 1..];
    }
    Some(seconds)
}

/// `first-last`, both included.
pub(super) fn range(text: &str) -> Option<ByteRange> {
    let (first, last) = text.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let length = last.checked_sub(first)?.checked_add(1)?;
    Some(ByteRange { offset: first, length })
}

/// `30` or `30000/1001` frames a second.
pub(super) fn frame_rate(text: &str) -> Option<f64> {
    let (frames, seconds) = text.split_once('/').unwrap_or((text, "1"));
    let (frames, seconds): (f64, f64) = (frames.trim().parse().ok()?, seconds.trim().parse().ok()?);
    (seconds > 0.0).then(|| frames / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, expected) in [
            ("PT10.5S", Some(10.5)),
            ("PT1H2M3S", Some(3723.0)),
            ("P1DT1S", Some(86_401.0)),
            ("PT0S", Some(0.0)),
            ("P", None),
            ("PT", None),
            ("10", None),
            ("PT5", None),
            ("P5S", None),
            ("PT-5S", None),
            ("PTéS", None),
        ] {
            assert_eq!(duration_s(text), expected, "{text}");
        }
    }

    #[test]
    fn ranges() {
        for (text, expected) in
            [("0-99", Some((0, 100))), ("5-4", None), ("5-", None), ("5", None), ("7-7", Some((7, 1)))]
        {
            assert_eq!(range(text).map(|range| (range.offset, range.length)), expected, "{text}");
        }
        assert_eq!(range("0-18446744073709551615"), None);
    }
}
