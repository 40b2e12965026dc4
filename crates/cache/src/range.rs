//! Which bytes a `Range` header asks for (RFC 9110 section 14).

use std::ops::Range;

/// What to answer to a `GET` with a `Range` header. Other methods ignore the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Everything: 200.
    Whole,
    /// These bytes, at least one: 206.
    Part(Range<u64>),
    /// There are no such bytes: 416.
    Unsatisfiable,
}

/// What to answer where the value of `Range` is `value` and the object has `length` bytes.
///
/// What is malformed or of another unit is ignored, and several ranges get the whole object; a server may do both
/// (section 14.2), and no player asks for several.
pub fn evaluate(value: &[u8], length: u64) -> Answer {
    match single(value) {
        Some(Spec::From(first, last)) if first < length => {
            Answer::Part(first..last.map_or(length, |last| last.saturating_add(1).min(length)))
        }
        Some(Spec::From(..) | Spec::Last(0)) => Answer::Unsatisfiable,
        // A suffix of an empty object is satisfiable, but no Content-Range can name its bytes.
        Some(Spec::Last(_)) if length == 0 => Answer::Whole,
        Some(Spec::Last(count)) => Answer::Part(length.saturating_sub(count)..length),
        None => Answer::Whole,
    }
}

/// One range of a set.
enum Spec {
    /// From a position to another, included, or to the end.
    From(u64, Option<u64>),
    /// So many bytes at the end.
    Last(u64),
}

/// The range in `value`, where it is a well-formed set of exactly one.
fn single(value: &[u8]) -> Option<Spec> {
    let (unit, set) = std::str::from_utf8(value).ok()?.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    // Lists may have empty elements (section 5.6.1.2).
    let mut specs = set.split(',').map(|spec| spec.trim_matches([' ', '\t'])).filter(|spec| !spec.is_empty());
    match (specs.next(), specs.next()) {
        (Some(only), None) => parse(only),
        _ => None,
    }
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
    use super::Answer::{Part, Unsatisfiable, Whole};
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
                ("bytes=0-0,-1", Whole),
                ("bytes= 0-999, 4500-5499, -1000", Whole),
                ("bytes=500-600,601-999", Whole),
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
        check(0, &[("bytes=0-", Unsatisfiable), ("bytes=0-0", Unsatisfiable), ("bytes=-5", Whole)]);
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
