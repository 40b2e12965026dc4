//! Which bytes a `Range` header asks for (RFC 9110 section 14).

use std::ops::Range;

/// Most ranges of one header that are served. More than that is "many small ranges" (section 14.2), and the header is
/// ignored: no player asks for more than two or three, and each one costs the store a read.
pub const RANGES_MAX: usize = 16;

/// What the head of one part costs in a multipart body, in bytes, as section 15.3.7.2 reckons it: ranges with a
/// smaller gap between them are sent as one.
const PART_OVERHEAD_BYTES: u64 = 80;

/// What to answer to a `GET` with a `Range` header. Other methods ignore the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Everything: 200.
    Whole,
    /// These bytes, at least one: 206.
    Part(Range<u64>),
    /// These bytes, in the order in which they were asked for: 206 in several parts. From two to [`RANGES_MAX`] ranges,
    /// none empty, none overlapping another: together never more than the object.
    Parts(Vec<Range<u64>>),
    /// There are no such bytes: 416.
    Unsatisfiable,
}

/// What to answer where the value of `Range` is `value` and the object has `length` bytes.
///
/// What is malformed or of another unit is ignored (section 14.2), and so are more than [`RANGES_MAX`] ranges. Of
/// several ranges, those that have no bytes are left out, and those that overlap or nearly touch become one (section
/// 15.3.7.2), so that a small request cannot ask for the same bytes many times over (section 17.15).
pub fn evaluate(value: &[u8], length: u64) -> Answer {
    let Some(specs) = parse_set(value) else { return Answer::Whole };
    // A suffix of an empty object is satisfiable, but no Content-Range can name its bytes.
    if length == 0 && specs.iter().any(|spec| matches!(spec, Spec::Last(1..))) {
        return Answer::Whole;
    }
    let mut ranges = coalesce(specs.iter().filter_map(|spec| spec.within(length)));
    match ranges.len() {
        0 => Answer::Unsatisfiable,
        1 => Answer::Part(ranges.swap_remove(0)),
        _ => Answer::Parts(ranges),
    }
}

/// The first byte that a `Range` header of this value asks for first, where that does not depend on the length.
pub fn first(value: &[u8]) -> Option<u64> {
    match parse_set(value)?.first()? {
        Spec::From(first, _) => Some(*first),
        Spec::Last(_) => None,
    }
}

/// One range of a set.
enum Spec {
    /// From a position to another, included, or to the end.
    From(u64, Option<u64>),
    /// So many bytes at the end.
    Last(u64),
}

impl Spec {
    /// The bytes that it has of an object of `length`; `None` where it has none.
    fn within(&self, length: u64) -> Option<Range<u64>> {
        let range = match *self {
            Spec::From(first, None) => first..length,
            Spec::From(first, Some(last)) => first..last.saturating_add(1).min(length),
            Spec::Last(count) => length.saturating_sub(count)..length,
        };
        Some(range).filter(|range| range.start < range.end)
    }
}

/// The set of ranges in `value`, where it is well-formed and not too long.
fn parse_set(value: &[u8]) -> Option<Vec<Spec>> {
    let (unit, set) = std::str::from_utf8(value).ok()?.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    // Lists may have empty elements (section 5.6.1.2).
    let specs = set.split(',').map(|spec| spec.trim_matches([' ', '\t'])).filter(|spec| !spec.is_empty());
    let specs: Vec<Spec> = specs.take(RANGES_MAX + 1).map(parse).collect::<Option<_>>()?;
    (1..=RANGES_MAX).contains(&specs.len()).then_some(specs)
}

/// `ranges` with those made one that overlap, touch, or are parted by less than a part's head; each stands where the
/// first of those that went into it stood.
fn coalesce(ranges: impl Iterator<Item = Range<u64>>) -> Vec<Range<u64>> {
    let mut apart: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        let is_near = |other: &Range<u64>| is_before_gap(other, &range) && is_before_gap(&range, other);
        let place = apart.iter().position(is_near).unwrap_or(apart.len());
        // Those in `apart` are not near each other, so what joins two of them by way of `range` is near to no third.
        let joined = apart
            .iter()
            .filter(|other| is_near(other))
            .fold(range.clone(), |all, other| all.start.min(other.start)..all.end.max(other.end));
        apart.retain(|other| !is_near(other));
        apart.insert(place, joined);
    }
    apart
}

/// Whether `a` begins before `b` and a gap after it are over.
fn is_before_gap(a: &Range<u64>, b: &Range<u64>) -> bool {
    a.start < b.end.saturating_add(PART_OVERHEAD_BYTES)
}

fn parse(spec: &str) -> Option<Spec> {
    match spec.split_once('-')? {
        ("", count) => Some(Spec::Last(number(count)?)),
        (first, "") => Some(Spec::From(number(first)?, None)),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Spec::From(first, Some(last)))
        }
    }
}

/// A number of any length; one too great to be a position in a file counts as the greatest.
fn number(digits: &str) -> Option<u64> {
    let well_formed = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    well_formed.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::Answer::{Part, Parts, Unsatisfiable, Whole};
    use super::*;

    fn check(length: u64, cases: &[(&str, Answer)]) {
        for (value, expected) in cases {
            assert_eq!(evaluate(value.as_bytes(), length), *expected, "{value:?} of {length}");
        }
    }

    #[test]
    fn the_examples_of_the_specification() {
        // RFC 9110 section 14.1.2, for an object of 10000 bytes.
        check(
            10_000,
            &[
                ("bytes=0-499", Part(0..500)),
                ("bytes=500-999", Part(500..1000)),
                ("bytes=-500", Part(9500..10_000)),
                ("bytes=9500-", Part(9500..10_000)),
                ("bytes=0-0,-1", Parts(vec![0..1, 9999..10_000])),
                ("bytes= 0-999, 4500-5499, -1000", Parts(vec![0..1000, 4500..5500, 9000..10_000])),
                ("bytes=500-600,601-999", Part(500..1000)),
                ("bytes=500-700,601-999", Part(500..1000)),
            ],
        );
    }

    #[test]
    fn bounds() {
        check(
            10,
            &[
                ("bytes=0-", Part(0..10)),
                ("bytes=9-9", Part(9..10)),
                ("bytes=9-10", Part(9..10)),
                ("bytes=0-18446744073709551615", Part(0..10)),
                ("bytes=0-99999999999999999999999", Part(0..10)),
                ("bytes=-1", Part(9..10)),
                ("bytes=-10", Part(0..10)),
                ("bytes=-11", Part(0..10)),
                ("bytes=-99999999999999999999999", Part(0..10)),
                ("bytes=10-", Unsatisfiable),
                ("bytes=10-20", Unsatisfiable),
                ("bytes=99999999999999999999999-", Unsatisfiable),
                ("bytes=-0", Unsatisfiable),
            ],
        );
    }

    #[test]
    fn an_empty_object() {
        check(
            0,
            &[
                ("bytes=0-", Unsatisfiable),
                ("bytes=0-0", Unsatisfiable),
                ("bytes=-0", Unsatisfiable),
                ("bytes=-5", Whole),
                ("bytes=0-0,-5", Whole),
                ("bytes=0-0,5-", Unsatisfiable),
            ],
        );
    }

    #[test]
    fn several_ranges_keep_the_order_in_which_they_were_asked_for() {
        check(
            1000,
            &[
                ("bytes=500-599,0-99", Parts(vec![500..600, 0..100])),
                ("bytes=0-99,1000-,500-599", Parts(vec![0..100, 500..600])),
                ("bytes=-0,0-99,-100", Parts(vec![0..100, 900..1000])),
                ("bytes=0-99,1000-2000", Part(0..100)),
                ("bytes=1000-,2000-", Unsatisfiable),
                ("bytes=0-99,500-599,x", Whole),
                ("bytes=0-99,599-500", Whole),
            ],
        );
    }

    #[test]
    fn what_overlaps_or_nearly_touches_is_one() {
        check(
            10_000,
            &[
                // Gaps of 79 and of 80 bytes: the head of a part is reckoned as 80.
                ("bytes=0-99,179-200", Part(0..201)),
                ("bytes=0-99,180-200", Parts(vec![0..100, 180..201])),
                ("bytes=179-200,0-99", Part(0..201)),
                ("bytes=180-200,0-99", Parts(vec![180..201, 0..100])),
                ("bytes=0-,0-,0-", Part(0..10_000)),
                ("bytes=5000-5099,0-99,5050-5199", Parts(vec![5000..5200, 0..100])),
                // The last one joins the first two.
                ("bytes=900-999,0-99,5000-5099,50-949", Parts(vec![0..1000, 5000..5100])),
                ("bytes=1000-1999,3000-3999,5000-5999,0-", Part(0..10_000)),
                ("bytes=18446744073709551615-,0-0", Part(0..1)),
            ],
        );
        check(u64::MAX, &[("bytes=0-0,18446744073709551614-", Parts(vec![0..1, u64::MAX - 1..u64::MAX]))]);
    }

    #[test]
    fn more_ranges_than_the_limit_are_ignored() {
        for (count, is_served) in [(RANGES_MAX, true), (RANGES_MAX + 1, false), (5000, false)] {
            let ranges: Vec<String> = (0..count).map(|i| format!("{}-{}", i * 200, i * 200 + 9)).collect();
            let answer = evaluate(format!("bytes={}", ranges.join(",")).as_bytes(), 1 << 20);
            assert_eq!(matches!(&answer, Parts(parts) if parts.len() == count), is_served, "{count}");
            assert!(is_served || answer == Whole, "{count}");
        }
    }

    #[test]
    fn spellings() {
        for value in ["BYTES=2-3", "bytes=,2-3", "bytes=2-3 , ", "bytes=02-03"] {
            check(10, &[(value, Part(2..4))]);
        }
    }

    #[test]
    fn what_is_malformed_is_ignored() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes 0-1",
            "bytes =0-1",
            "0-1",
            "bytes=-",
            "bytes=1",
            "bytes=3-2",
            "bytes=a-b",
            "bytes=+1-2",
            "bytes=1-+2",
            "bytes=--1",
            "bytes=1-2-3",
            "bytes=0x1-2",
            "bytes=1 - 2",
            "items=0-1",
            "bytes=0-1;",
        ] {
            check(10, &[(value, Whole)]);
        }
        assert_eq!(evaluate(b"bytes=0-\xff", 10), Whole);
    }
}
