//! The seal of a head: tells the next cache whether what decides over bytes came as it was sent.
//!
//! Owns which headers are sealed. The digests tell of wrong bytes; a wrong length, another version's tag, or a part that came
//! as if it were the whole, they do not.

use cache::blocks::{self, BlockDigests};
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};

/// Asks for the digests of the blocks of the slice that a range is, and brings them, from one cache to the next.
pub(crate) const BLOCK_DIGESTS: HeaderName = HeaderName::from_static("block-digests");

/// Brings the seal to who asked for digests.
const BLOCK_SEAL: HeaderName = HeaderName::from_static("block-seal");

/// What is sealed beside the status. Servers between caches may change others, and may not change these.
const SEALED: [HeaderName; 4] = [header::CONTENT_LENGTH, header::CONTENT_RANGE, header::ETAG, BLOCK_DIGESTS];

/// Seals a head.
pub(crate) fn put(status: StatusCode, headers: &mut HeaderMap) {
    let seal = seal(status, headers).and_then(|text| HeaderValue::from_str(&text).ok());
    headers.extend(seal.map(|seal| (BLOCK_SEAL, seal)));
}

/// Whether a head has a seal that does not agree with it. One without is that of a server of another kind.
pub(crate) fn is_broken(status: StatusCode, headers: &HeaderMap) -> bool {
    headers.get(BLOCK_SEAL).is_some_and(|found| {
        seal(status, headers).is_none_or(|expected| expected.as_bytes() != found.as_bytes())
    })
}

/// The digest of all that is sealed, line by line.
fn seal(status: StatusCode, headers: &HeaderMap) -> Option<String> {
    let mut text = status.as_str().as_bytes().to_vec();
    for name in SEALED {
        for value in headers.get_all(&name) {
            text.push(b'\n');
            text.extend_from_slice(name.as_str().as_bytes());
            text.push(b':');
            text.extend_from_slice(value.as_bytes());
        }
    }
    BlockDigests::from_digests(vec![blocks::digest(&text)]).map(|seal| seal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_until_something_changes() {
        let mut sealed = HeaderMap::new();
        sealed.insert(header::CONTENT_LENGTH, HeaderValue::from_static("10"));
        sealed.insert(header::CONTENT_RANGE, HeaderValue::from_static("bytes 0-9/100"));
        sealed.insert(header::ETAG, HeaderValue::from_static("\"a\""));
        assert!(!is_broken(StatusCode::OK, &sealed), "without a seal");
        put(StatusCode::PARTIAL_CONTENT, &mut sealed);
        let check = |change: &dyn Fn(&mut HeaderMap), expected: bool| {
            let mut headers = sealed.clone();
            change(&mut headers);
            assert_eq!(is_broken(StatusCode::PARTIAL_CONTENT, &headers), expected, "{headers:?}");
        };
        check(&|_| {}, false);
        check(&|headers| drop(headers.insert(header::VIA, HeaderValue::from_static("1.1 x"))), false);
        check(&|headers| drop(headers.insert(header::ETAG, HeaderValue::from_static("\"b\""))), true);
        let twice = |headers: &mut HeaderMap| {
            headers.append(header::ETAG, HeaderValue::from_static("\"a\""));
        };
        check(&twice, true);
        check(&|headers| drop(headers.remove(header::CONTENT_RANGE)), true);
        check(&|headers| drop(headers.insert(BLOCK_DIGESTS, HeaderValue::from_static(""))), true);
        check(&|headers| drop(headers.insert(BLOCK_SEAL, HeaderValue::from_static("?"))), true);
        assert!(is_broken(StatusCode::OK, &sealed), "a part as if it were the whole");
    }
}
