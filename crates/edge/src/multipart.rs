//! Several ranges in one body: `multipart/byteranges` (RFC 9110 section 14.6).
//!
//! Owns the form of such a body: its boundary, the heads of its parts, its length. Which ranges there are is
//! `cache::range`'s.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, future, stream};
use store::{ByteRange, ByteStream, Key, Store};

/// A body under way.
pub(crate) struct Multipart {
    boundary: String,
    parts: Vec<Part>,
}

/// One of its parts.
struct Part {
    /// Delimiter and headers.
    head: Bytes,
    /// Where its bytes are in what the store has.
    span: ByteRange,
}

impl Multipart {
    /// The body with `ranges` of an object of `bytes` and of `content_type`, which begins at `start` of what the store
    /// has.
    pub(crate) fn new(content_type: &str, bytes: u64, start: u64, ranges: &[Range<u64>]) -> Multipart {
        let boundary = boundary();
        let part = |range: &Range<u64>| Part {
            head: head(&boundary, content_type, bytes, range).into(),
            span: ByteRange { offset: start + range.start, length: range.end - range.start },
        };
        let parts = ranges.iter().map(part).collect();
        Multipart { boundary, parts }
    }

    /// The value of `Content-Type` for it.
    pub(crate) fn content_type(&self) -> String {
        format!("multipart/byteranges; boundary={}", self.boundary)
    }

    /// Its length in bytes.
    pub(crate) fn content_length(&self) -> u64 {
        let parts = self.parts.iter().map(|part| part.head.len() as u64 + part.span.length);
        parts.sum::<u64>() + self.end().len() as u64
    }

    /// The body, its bytes read from the object at `key`: one part after the other, so that no more than a piece of one
    /// is in memory. The first part is opened at once: a store that fails is known before anything is sent.
    pub(crate) async fn read(self, store: &Arc<dyn Store>, key: &Key) -> store::Result<ByteStream> {
        let end = self.end();
        let mut parts = self.parts.into_iter();
        let first = match parts.next() {
            Some(part) => open(Arc::clone(store), key.clone(), part).await?,
            None => stream::empty().boxed(),
        };
        let (store, key) = (Arc::clone(store), key.clone());
        let others = stream::iter(parts).then(move |part| open(Arc::clone(&store), key.clone(), part));
        let end = stream::once(future::ready(Ok(end.into())));
        Ok(first.chain(others.try_flatten()).chain(end).boxed())
    }

    /// What follows the last part.
    fn end(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }
}

async fn open(store: Arc<dyn Store>, key: Key, part: Part) -> store::Result<ByteStream> {
    let bytes = store.read(&key, Some(part.span)).await?;
    Ok(stream::once(future::ready(Ok(part.head))).chain(bytes).boxed())
}

fn head(boundary: &str, content_type: &str, bytes: u64, range: &Range<u64>) -> String {
    let (first, last) = (range.start, range.end - 1);
    format!(
        "\r\n--{boundary}\r\nContent-Type: {content_type}\r\nContent-Range: bytes {first}-{last}/{bytes}\r\n\r\n"
    )
}

/// 128 bits that nobody foresees, from keys of the operating system: they are in no object by accident, and nobody can
/// put them into one on purpose.
fn boundary() -> String {
    let keys = RandomState::new();
    format!("{:016x}{:016x}", keys.hash_one(0), keys.hash_one(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_bodies_have_the_same_boundary() {
        let [a, b] = [boundary(), boundary()];
        assert_ne!(a, b);
        assert!(a.len() == 32 && a.bytes().all(|byte| byte.is_ascii_hexdigit()), "{a}");
    }
}
