//! Answers under way: the headers that all of them carry, and those that depend on what is sent.

use std::borrow::Cow;

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

/// What a cache calls itself.
#[derive(Debug)]
pub(crate) struct CacheName {
    name: Box<str>,
    /// What most answers say, made once.
    hit: Option<HeaderValue>,
}

impl CacheName {
    /// `name` is letters, digits and `-_.` (a token of RFC 8941).
    pub(crate) fn new(name: &str) -> CacheName {
        let mut named = CacheName { name: name.into(), hit: None };
        named.hit = HeaderValue::from_str(&named.status(Handled::Hit)).ok();
        named
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.name
    }

    fn status(&self, handled: Handled) -> String {
        format!("{}; {handled}", self.name)
    }
}

/// An answer under way: status and headers, then a body.
#[derive(Debug)]
pub(crate) struct Builder(StatusCode, HeaderMap);

impl Builder {
    /// An answer with `status`, to be kept as long as `content` may.
    pub(crate) fn new(status: StatusCode, content: Content) -> Builder {
        let mut headers = HeaderMap::with_capacity(HEADERS);
        headers.extend(COMMON.map(|(name, value)| (name, HeaderValue::from_static(value))));
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

    /// Sets a header to text that may be known beforehand.
    pub(crate) fn text_of(self, name: HeaderName, value: Cow<'static, str>) -> Builder {
        match value {
            Cow::Borrowed(value) => self.fixed(name, value),
            Cow::Owned(value) => self.computed(name, &value),
        }
    }

    /// Sets a header to a number.
    pub(crate) fn number(mut self, name: HeaderName, value: u64) -> Builder {
        self.1.insert(name, value.into());
        self
    }

    /// Says how `cache` handled the request. Answers that it makes up itself, such as 404, do not (RFC 9211 section 2).
    pub(crate) fn handled(mut self, cache: &CacheName, handled: Handled) -> Builder {
        match (&cache.hit, handled) {
            (Some(hit), Handled::Hit) => {
                self.1.insert(CACHE_STATUS, hit.clone());
                self
            }
            _ => self.computed(CACHE_STATUS, &cache.status(handled)),
        }
    }

    /// Without a body.
    pub(crate) fn empty(self) -> Answer {
        self.with(Body::Empty)
    }

    /// With a line for people.
    pub(crate) fn text(self, line: &'static str) -> Answer {
        self.fixed(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .number(header::CONTENT_LENGTH, line.len() as u64)
            .with(Body::Bytes(Bytes::from_static(line.as_bytes())))
    }

    /// With the bytes of an object.
    pub(crate) fn with(self, body: Body) -> Answer {
        Answer { status: self.0, headers: self.1, body, done: None }
    }
}
