//! Answers under way: the headers that all of them carry, and those that depend on what is sent.

use bytes::Bytes;
use cache::freshness::{Content, cache_control};
use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use listen::{Answer, Body};

use crate::source::Handled;

/// How caches handled a request (RFC 9211).
pub(crate) const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Response headers that pages of other origins may read: what players ask for, and what shows how they were served.
const EXPOSED: &str =
    "Accept-Ranges, Age, Cache-Status, CMSD-Dynamic, Content-Length, Content-Range, Date, ETag, Retry-After";

/// Headers that most answers have, with room for those of the connection.
const HEADERS: usize = 20;

/// Headers of every response. Objects are public, and pages of other origins may play them: any origin may read them,
/// with their lengths and how long they took, and embed them in isolated pages. Nothing is to be guessed to be a page.
const COMMON: [(HeaderName, &str); 5] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
    (HeaderName::from_static("timing-allow-origin"), "*"),
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// An answer under way: status and headers, then a body.
#[derive(Debug)]
pub(crate) struct Builder(StatusCode, HeaderMap);

impl Builder {
    /// An answer with `status`, to be kept as long as `content` may.
    pub(crate) fn new(status: StatusCode, content: Content) -> Builder {
        let mut headers = HeaderMap::with_capacity(HEADERS);
        for (name, value) in COMMON {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Builder(status, headers).fixed(header::CACHE_CONTROL, cache_control(content))
    }

    /// Sets a header to a value known beforehand.
    pub(crate) fn fixed(mut self, name: HeaderName, value: &'static str) -> Builder {
        self.1.insert(name, HeaderValue::from_static(value));
        self
    }

    /// Sets a header. `value` holds what keys and numbers are made of.
    pub(crate) fn computed(mut self, name: HeaderName, value: &str) -> Builder {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.1.insert(name, value);
        }
        self
    }

    /// Says how the cache called `cache` handled the request. Answers that it makes up itself, such as 404, do not
    /// (RFC 9211 section 2).
    pub(crate) fn handled(self, cache: &str, handled: Handled) -> Builder {
        self.computed(CACHE_STATUS, &format!("{cache}; {handled}"))
    }

    /// Without a body.
    pub(crate) fn empty(self) -> Answer {
        self.with(Body::Empty)
    }

    /// With a line for people.
    pub(crate) fn text(self, line: &'static str) -> Answer {
        self.fixed(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .computed(header::CONTENT_LENGTH, &line.len().to_string())
            .with(Body::Bytes(Bytes::from_static(line.as_bytes())))
    }

    /// With the bytes of an object.
    pub(crate) fn with(self, body: Body) -> Answer {
        Answer { status: self.0, headers: self.1, body, done: None }
    }
}
