//! Several ranges in one body: `multipart/byteranges` (RFC 9110 section 14.6).
//!
//! Owns the form of such a body: its boundary, the heads of its parts, its length. Which ranges there are is
//! `cache::range`'s.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use bytes::Bytes;
use futures_util::{StreamExt, future, stream};
use listen::{Body, Piece, Pieces};

use crate::source::{Asked, Failure, Found, Handled, Reading, Source};

/// A body under way.
pub(crate) struct Multipart {
    boundary: String,
    parts: Vec<Part>,
}

/// One of its parts.
struct Part {
    /// Delimiter and headers.
    head: Bytes,
    /// Where its bytes are in what the source has.
    span: Range<u64>,
}

impl Multipart {
    /// The body with `ranges` of an object of `bytes` and of `content_type`, which begins at `start` of what the source
    /// has.
    pub(crate) fn new(content_type: &str, bytes: u64, start: u64, ranges: &[Range<u64>]) -> Multipart {
        let boundary = boundary();
        let part = |range: &Range<u64>| Part {
            head: head(&boundary, content_type, bytes, range).into(),
            span: start + range.start..start + range.end,
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
        let parts = self.parts.iter().map(|part| part.head.len() as u64 + part.span.end - part.span.start);
        parts.sum::<u64>() + self.end().len() as u64
    }

    /// The body, its bytes read from the object that was found. All parts are asked for before anything is sent: a
    /// source that fails is known by then.
    pub(crate) async fn read(
        self,
        source: &dyn Source,
        asked: &Asked,
        found: &Found,
    ) -> Result<Reading, Failure> {
        let end = self.end();
        let mut bodies = Vec::with_capacity(self.parts.len());
        let mut handled = Handled::Hit;
        for part in self.parts {
            let reading = source.read(asked, found, part.span).await?;
            handled = if reading.handled == Handled::Hit { handled } else { reading.handled };
            bodies.push(memory(part.head).chain(pieces(reading.body)));
        }
        let body = stream::iter(bodies).flatten().chain(memory(end.into()));
        Ok(Reading { body: Body::Pieces(body.boxed()), handled, done: None })
    }

    /// What follows the last part.
    fn end(&self) -> String {
        format!("\r\n--{}--\r\n", self.boundary)
    }
}

fn memory(bytes: Bytes) -> Pieces {
    stream::once(future::ready(Ok(Piece::Memory(bytes)))).boxed()
}

fn pieces(body: Body) -> Pieces {
    match body {
        Body::Empty => stream::empty().boxed(),
        Body::Bytes(bytes) => memory(bytes),
        Body::File(part) => stream::once(future::ready(Ok(Piece::File(part)))).boxed(),
        Body::Pieces(pieces) => pieces,
    }
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
