//! Whether the client has the bytes already (RFC 9110 section 13).
//!
//! Knows entity tags only: our objects have no modification date, so conditions on dates are never met.

use std::fmt;

/// An entity tag (section 8.8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntityTag<'a> {
    /// Whether it only promises the same meaning and not the same bytes.
    pub weak: bool,
    /// What stands between the quotes.
    pub opaque: &'a [u8],
}

impl<'a> EntityTag<'a> {
    /// The tag that promises the same bytes.
    pub fn strong(opaque: &'a str) -> EntityTag<'a> {
        EntityTag { weak: false, opaque: opaque.as_bytes() }
    }

    /// The tag that `value` of a header `ETag` is; `None` where that is malformed.
    pub fn parse(value: &'a [u8]) -> Option<EntityTag<'a>> {
        take_tag(value).and_then(|(tag, rest)| rest.is_empty().then_some(tag))
    }

    /// Strong comparison (section 8.8.3.2): the same bytes.
    fn is_same(&self, other: &EntityTag<'_>) -> bool {
        !self.weak && !other.weak && self.opaque == other.opaque
    }

    /// Weak comparison: the same meaning.
    fn is_equivalent(&self, other: &EntityTag<'_>) -> bool {
        self.opaque == other.opaque
    }
}

impl fmt::Display for EntityTag<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weak = if self.weak { "W/" } else { "" };
        write!(f, "{weak}\"{}\"", String::from_utf8_lossy(self.opaque))
    }
}

/// What to answer to a `GET` or `HEAD` for an object that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As if there were no condition.
    Proceed,
    /// The client has it: 304.
    NotModified,
    /// It is not what the client wants more of: 412.
    Failed,
}

/// What to answer where the request has these values of `If-Match` and `If-None-Match` and the object has the tag
/// `current`, or none; in the order of section 13.2.2. A malformed value matches nothing from the fault on.
pub fn evaluate(
    if_match: Option<&[u8]>,
    if_none_match: Option<&[u8]>,
    current: Option<&EntityTag<'_>>,
) -> Verdict {
    if if_match.is_some_and(|value| !matches(value, |tag| current.is_some_and(|it| tag.is_same(it)))) {
        return Verdict::Failed;
    }
    let is_equivalent = |tag: &EntityTag<'_>| current.is_some_and(|current| tag.is_equivalent(current));
    if if_none_match.is_some_and(|value| matches(value, is_equivalent)) {
        return Verdict::NotModified;
    }
    Verdict::Proceed
}

/// Whether a `Range` header counts where the request has this value of `If-Range` (section 13.1.5).
pub fn range_applies(if_range: Option<&[u8]>, current: Option<&EntityTag<'_>>) -> bool {
    let Some(value) = if_range else { return true };
    EntityTag::parse(value).is_some_and(|tag| current.is_some_and(|current| tag.is_same(current)))
}

/// Whether a list of tags has one for which `wanted` holds, or is `*`.
fn matches(value: &[u8], wanted: impl Fn(&EntityTag<'_>) -> bool) -> bool {
    if value.trim_ascii() == b"*" {
        return true;
    }
    let mut rest = value;
    loop {
        // Lists may have empty elements (section 5.6.1.2).
        let start = rest.iter().position(|byte| !b", \t".contains(byte));
        let Some((tag, after)) = start.and_then(|start| take_tag(&rest[start..])) else { return false };
        if wanted(&tag) {
            return true;
        }
        rest = after;
    }
}

/// The tag at the start of `value`, and what follows it.
fn take_tag(value: &[u8]) -> Option<(EntityTag<'_>, &[u8])> {
    let (weak, quoted) = match value.strip_prefix(b"W/") {
        Some(rest) => (true, rest),
        None => (false, value),
    };
    let rest = quoted.strip_prefix(b"\"")?;
    let end = rest.iter().position(|&byte| byte == b'"')?;
    let opaque = &rest[..end];
    opaque.iter().all(is_allowed).then_some((EntityTag { weak, opaque }, &rest[end + 1..]))
}

/// `etagc` without the quote: no spaces, no controls.
fn is_allowed(byte: &u8) -> bool {
    *byte > b' ' && *byte != 0x7f
}

#[cfg(test)]
mod tests {
    use super::Verdict::{Failed, NotModified, Proceed};
    use super::*;

    const CURRENT: EntityTag<'static> = EntityTag { weak: false, opaque: b"xyzzy" };

    #[test]
    fn comparison_as_in_the_specification() {
        // The table of RFC 9110 section 8.8.3.2.
        for (a_weak, a, b_weak, b, strong, weak) in [
            (true, "1", true, "1", false, true),
            (true, "1", true, "2", false, false),
            (true, "1", false, "1", false, true),
            (false, "1", false, "1", true, true),
        ] {
            let a = EntityTag { weak: a_weak, opaque: a.as_bytes() };
            let b = EntityTag { weak: b_weak, opaque: b.as_bytes() };
            assert_eq!((a.is_same(&b), a.is_equivalent(&b)), (strong, weak), "{a} {b}");
        }
    }

    #[test]
    fn if_none_match() {
        for (value, expected) in [
            (r#""xyzzy""#, NotModified),
            (r#"W/"xyzzy""#, NotModified),
            (r#""xyzzy", "r2d2xxxx", "c3piozzzz""#, NotModified),
            (r#"W/"r2d2xxxx" ,,	"a,b","xyzzy""#, NotModified),
            ("*", NotModified),
            (r#""XYZZY""#, Proceed),
            (r#""""#, Proceed),
            ("xyzzy", Proceed),
            (r#""xyzzy"#, Proceed),
            (r#"w/"xyzzy""#, Proceed),
            (r#""x y","xyzzy""#, Proceed),
            ("", Proceed),
        ] {
            assert_eq!(evaluate(None, Some(value.as_bytes()), Some(&CURRENT)), expected, "{value}");
        }
    }

    #[test]
    fn if_match_comes_first_and_compares_strongly() {
        for (if_match, expected) in [
            (r#""xyzzy""#, NotModified),
            ("*", NotModified),
            (r#""other", "xyzzy""#, NotModified),
            (r#"W/"xyzzy""#, Failed),
            (r#""other""#, Failed),
            ("", Failed),
        ] {
            assert_eq!(
                evaluate(Some(if_match.as_bytes()), Some(b"*"), Some(&CURRENT)),
                expected,
                "{if_match}"
            );
        }
        assert_eq!(evaluate(None, None, Some(&CURRENT)), Proceed);
    }

    #[test]
    fn if_range() {
        for (value, expected) in [
            (r#""xyzzy""#, true),
            (r#"W/"xyzzy""#, false),
            (r#""other""#, false),
            (r#""other", "xyzzy""#, false),
            ("*", false),
            ("Sat, 29 Oct 1994 19:43:31 GMT", false),
            ("", false),
        ] {
            assert_eq!(range_applies(Some(value.as_bytes()), Some(&CURRENT)), expected, "{value}");
        }
        assert!(range_applies(None, Some(&CURRENT)));
    }

    #[test]
    fn tags_are_written_as_they_are_read() {
        for text in [r#""xyzzy""#, r#"W/"xyzzy""#, r#""""#] {
            assert_eq!(take_tag(text.as_bytes()).unwrap().0.to_string(), text);
        }
        assert_eq!(EntityTag::strong("xyzzy"), CURRENT);
    }
}
