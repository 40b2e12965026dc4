//! Where RFC 9110 leaves an answer open, the edge and nginx may differ: every way in which they do, with its section.

use std::ops::Range;

use crate::client::{Answer, Content, Part};
use crate::requests::{Kind, Request};

/// The verdict where there is no difference.
pub(crate) const NONE: &str = "the same";

/// A difference: what it is, and whether two different answers to a request are explained by it.
type Difference = (&'static str, fn(&Request, &Answer, &Answer) -> bool);

const LAWFUL: &[Difference] = &[
    ("14.2: only GET has ranges; nginx lets HEAD have them", |request, ours, theirs| {
        request.method == "HEAD" && request.kind != Kind::Absent && ours.status == 200 && theirs.status != 200
    }),
    (
        "13.1.3, 13.1.4, 13.1.5: what has no modification date meets no condition on one",
        |request, ours, theirs| {
            request.has_date() && [200, 206, 416].contains(&ours.status) && theirs.status != ours.status
        },
    ),
    ("14.2: a malformed header may be ignored (edge) or rejected (nginx)", |request, ours, theirs| {
        request.kind == Kind::Malformed && ours.status == 200 && theirs.status == 416
    }),
    ("14.2: too many ranges may be ignored (edge)", |request, ours, theirs| {
        request.kind == Kind::Many && ours.status == 200 && theirs.status == 206
    }),
    ("5.6.1.2: empty elements of a list are ignored; nginx rejects them", |request, ours, theirs| {
        request.kind == Kind::Gaps && theirs.status == 416 && ours.status != 416
    }),
    (
        "14.1.2, 17.5: a position beyond the end is the end, however great; nginx rejects great ones",
        |request, ours, theirs| request.kind == Kind::Huge && ours.status != 416 && theirs.status == 416,
    ),
    (
        "14.2: ranges may be ignored; nginx does where they make up more than the object",
        |request, ours, theirs| request.kind != Kind::Single && ours.status == 206 && theirs.status == 200,
    ),
    ("14.2: a header may be ignored; nginx does for an empty object", |_, ours, theirs| {
        ours.header("content-range") == Some("bytes */0") && theirs.status == 200
    }),
    (
        "15.3.7.2: ranges that overlap or nearly touch may be sent as one (edge)",
        |request, ours, theirs| match (&ours.content, &theirs.content) {
            (Content::Parts(ours), Content::Parts(theirs)) => {
                request.kind != Kind::Single && is_coalesced(ours, theirs)
            }
            _ => false,
        },
    ),
];

/// All differences that are listed.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    LAWFUL.iter().map(|difference| difference.0)
}

/// [`NONE`], or how the answers differ; `None` where they must not.
pub(crate) fn judge(request: &Request, ours: &Answer, theirs: &Answer) -> Option<&'static str> {
    if is_same(ours, theirs) {
        return Some(NONE);
    }
    LAWFUL.iter().find(|(_, explains)| explains(request, ours, theirs)).map(|difference| difference.0)
}

/// Status, bytes, and what the headers say of them. Lengths of multipart bodies depend on the boundary.
fn is_same(ours: &Answer, theirs: &Answer) -> bool {
    let described = |name: &str| ours.header(name) == theirs.header(name);
    ours.status == theirs.status
        && described("content-range")
        && match (&ours.content, &theirs.content) {
            (Content::Whole(ours), Content::Whole(theirs)) => ours == theirs && described("content-type"),
            (Content::Parts(ours), Content::Parts(theirs)) => ours == theirs,
            (Content::Other, Content::Other) => ours.status != 200 || described("content-length"),
            _ => false,
        }
}

/// Whether `ours` are `theirs` with what is near made one: each of theirs in one of ours, none of ours near another,
/// and in none a gap between theirs that a part's head (80 bytes) fits in.
fn is_coalesced(ours: &[Part], theirs: &[Part]) -> bool {
    let holds =
        |outer: &Range<usize>, inner: &Range<usize>| outer.start <= inner.start && inner.end <= outer.end;
    let is_made_of_theirs = |ours: &Part| {
        let mut inner: Vec<&Range<usize>> =
            theirs.iter().map(|part| &part.range).filter(|part| holds(&ours.range, part)).collect();
        inner.sort_by_key(|range| range.start);
        let end = inner.iter().try_fold(None, |end: Option<usize>, range| {
            let is_near = end.map_or(range.start == ours.range.start, |end| range.start < end + 80);
            is_near.then_some(Some(range.end.max(end.unwrap_or(0))))
        });
        end == Some(Some(ours.range.end))
    };
    let mut sorted: Vec<&Range<usize>> = ours.iter().map(|part| &part.range).collect();
    sorted.sort_by_key(|range| range.start);
    theirs.iter().all(|part| ours.iter().filter(|own| holds(&own.range, &part.range)).count() == 1)
        && ours.iter().all(is_made_of_theirs)
        && sorted.windows(2).all(|pair| pair[0].end + 80 <= pair[1].start)
}
