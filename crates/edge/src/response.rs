//! Responses: bodies, and the headers that all of them carry.

use bytes::Bytes;
use cache::freshness::{Content, cache_control};
use futures_util::TryStreamExt;
use http::header::{self, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};

/// A response's body: pieces of an object as they are read.
pub type Body = UnsyncBoxBody<Bytes, store::Error>;

/// How caches handled a request (RFC 9211).
pub(crate) const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Response headers that pages of other origins may read: what players ask for, and what shows how they were served.
const EXPOSED: &str = "Accept-Ranges, Cache-Status, Content-Length, Content-Range, Date, ETag, Retry-After";

/// Headers of every response. Objects are public, and pages of other origins may play them: any origin may read them,
/// with their lengths and how long they took, and embed them in isolated pages. Nothing is to be guessed to be a page.
const COMMON: [(HeaderName, &str); 5] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED),
    (HeaderName::from_static("timing-allow-origin"), "*"),
    (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// A response under way: status and headers, then a body.
#[derive(Debug)]
pub(crate) struct Builder(Response<()>);

impl Builder {
    /// A response with `status`, to be kept as long as `content` may.
    pub(crate) fn new(status: StatusCode, content: Content) -> Builder {
        let mut response = Response::new(());
        *response.status_mut() = status;
        for (name, value) in COMMON {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        Builder(response).fixed(header::CACHE_CONTROL, cache_control(content))
    }

    /// Sets a header to a value known beforehand.
    pub(crate) fn fixed(mut self, name: HeaderName, value: &'static str) -> Builder {
        self.0.headers_mut().insert(name, HeaderValue::from_static(value));
        self
    }

    /// Sets a header. `value` holds what keys and numbers are made of.
    pub(crate) fn computed(mut self, name: HeaderName, value: &str) -> Builder {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.0.headers_mut().insert(name, value);
        }
        self
    }

    /// Without a body.
    pub(crate) fn empty(self) -> Response<Body> {
        self.0.map(|()| no_body())
    }

    /// With a line for people.
    pub(crate) fn text(self, line: &'static str) -> Response<Body> {
        let length = HeaderValue::from(line.len());
        let mut response = self.fixed(header::CONTENT_TYPE, "text/plain; charset=utf-8").0;
        response.headers_mut().insert(header::CONTENT_LENGTH, length);
        response.map(|()| Full::from(line).map_err(|never| match never {}).boxed_unsync())
    }

    /// With the bytes of an object. Where reading fails under way the connection breaks, so that nobody takes the
    /// beginning for the whole.
    pub(crate) fn stream(self, pieces: store::ByteStream) -> Response<Body> {
        let frames = pieces.inspect_err(log_broken_body).map_ok(Frame::data);
        self.0.map(|()| StreamBody::new(frames).boxed_unsync())
    }
}

/// The body of an answer to `HEAD` (RFC 9110 section 9.3.2), and of those that have none.
pub(crate) fn no_body() -> Body {
    Empty::new().map_err(|never| match never {}).boxed_unsync()
}

fn log_broken_body(error: &store::Error) {
    tracing::error!(error = error as &dyn std::error::Error, "a response broke off");
}
