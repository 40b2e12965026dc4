//! What a request asks its source for.
//!
//! Owns what of a request bears on where bytes come from: who asks, where it begins, what will be asked next.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::ops::Range;

use cache::cmcd::{self, Cmcd};
use cache::range;
use http::header::{self, HeaderName};
use http::{HeaderMap, Method, request};
use store::Key;

use crate::path::key_of;
use crate::source::Asked;

/// Asks for the object `key` below `folder`, which stands at `path` of the edge. `connection` tells connections apart.
pub(crate) fn asked(
    request: &request::Parts,
    key: Key,
    path: &str,
    folder: &Key,
    connection: Option<u64>,
) -> Asked {
    let fields = request.headers.iter().filter(|(name, _)| cmcd::HEADERS.contains(&name.as_str()));
    let cmcd = Cmcd::read(request.uri.query(), fields.map(|(_, value)| value.as_bytes()));
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let walker = cmcd.text("sid").map(|sid| hasher.hash_one(sid)).or(connection);
    let first = match joined(&request.headers, header::RANGE) {
        // Its answer needs none of the object's bytes.
        _ if request.method == Method::HEAD => None,
        Some(value) => range::first(&value),
        None => Some(0),
    };
    let next = next(&cmcd, &key, path, folder);
    Asked { key, first, walker, next }
}

/// The values of header `name` as one list (RFC 9110 section 5.3).
pub(crate) fn joined(headers: &HeaderMap, name: HeaderName) -> Option<Vec<u8>> {
    let mut values = headers.get_all(name).iter().map(|value| value.as_bytes());
    let first = values.next()?.to_vec();
    Some(values.fold(first, |all, value| [&all, &b", "[..], value].concat()))
}

/// What the player says it will ask for next (CTA-5004: `nor` beside this request's path, `nrr`).
fn next(cmcd: &Cmcd, key: &Key, path: &str, folder: &Key) -> Option<(Key, Option<Range<u64>>)> {
    let bytes = cmcd.text("nrr").and_then(|text| span(&text));
    match cmcd.text("nor") {
        Some(reference) => {
            let reference = String::from_utf8(cmcd::decoded(&reference)?).ok()?;
            let path = beside(path, &reference)?;
            Some((key_of(&path, folder)?, bytes))
        }
        None => bytes.map(|bytes| (key.clone(), Some(bytes))),
    }
}

/// `700-1699`: first byte and last.
fn span(text: &str) -> Option<Range<u64>> {
    let (first, last) = text.split_once('-')?;
    let (first, last) = (first.parse().ok()?, last.parse::<u64>().ok()?);
    (first <= last).then(|| first..last.saturating_add(1))
}

/// The path that `reference` names beside `path` (RFC 3986 section 5.2, for paths alone).
fn beside(path: &str, reference: &str) -> Option<String> {
    let reference = reference.split(['?', '#']).next()?;
    if reference.starts_with('/') {
        return None;
    }
    let mut segments: Vec<&str> = path.split('/').collect();
    segments.pop();
    for segment in reference.split('/') {
        match segment {
            "." => {}
            ".." => {
                segments.pop()?;
            }
            segment => segments.push(segment),
        }
    }
    Some(segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next() {
        for (said, expected) in [
            (r#"nor="a2.mp4""#, Some(("p/0f/a2.mp4", None))),
            (r#"nor="..%2F1f%2Fb.mp4",nrr="0-99""#, Some(("p/1f/b.mp4", Some(0..100)))),
            (r#"nrr="100-199""#, Some(("p/0f/a.mp4", Some(100..200)))),
            (r#"nrr="100-""#, None),
            (r#"nrr="9-1""#, None),
            (r#"nor="../../../a""#, None),
            (r#"nor="/0f/a.mp4""#, None),
            (r#"nor="%zz""#, None),
            (r#"nor="a%+1.mp4""#, None),
            (r#"nor="a%""#, None),
            ("nor=3", None),
            ("bs", None),
        ] {
            let folder = Key::new("p").unwrap();
            let key = folder.join("0f/a.mp4").unwrap();
            let found = next(&Cmcd::read(None, [said.as_bytes()]), &key, "/0f/a.mp4", &folder);
            let found = found.as_ref().map(|(key, bytes)| (key.as_str(), bytes.clone()));
            assert_eq!(found, expected, "{said}");
        }
    }

    #[test]
    fn who_asks_and_from_where() {
        let parts = |range: Option<&str>, cmcd: &str| {
            let mut request = http::Request::builder().header("cmcd-session", cmcd);
            if let Some(range) = range {
                request = request.header("range", range);
            }
            request.body(()).unwrap().into_parts().0
        };
        let folder = Key::new("p").unwrap();
        let of = |range, cmcd, connection| {
            asked(&parts(range, cmcd), folder.join("a").unwrap(), "/a", &folder, connection)
        };
        assert_eq!(of(None, "", Some(7)).walker, Some(7));
        assert_eq!(of(None, "", None).walker, None);
        let one = of(None, "sid=\"x\"", Some(7)).walker;
        assert!(one.is_some() && one == of(None, "sid=\"x\"", Some(8)).walker);
        assert_ne!(one, of(None, "sid=\"y\"", Some(7)).walker);
        for (range, first) in [
            (None, Some(0)),
            (Some("bytes=5-9"), Some(5)),
            (Some("bytes=5-,1-2"), Some(5)),
            (Some("bytes=-5"), None),
        ] {
            assert_eq!(of(range, "", None).first, first, "{range:?}");
        }
    }
}
