//! What is asked, what is answered, and how long and how much at most.

use hyper::body::Bytes;
use hyper::{HeaderMap, Method, StatusCode};
use std::time::Duration;

/// The limits of one exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest time until a connection stands, TLS included.
    pub connect: Duration,
    /// Longest time from the call to the last byte of the answer, redirections included.
    pub total: Duration,
    /// Most bytes of an answer's body.
    pub body_bytes_max: usize,
    /// Most redirections that are followed. At 0 the answer that redirects is the answer.
    pub redirects_max: usize,
}

/// A part of a file that is asked for (RFC 9110, 14.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// First byte.
    pub offset: u64,
    /// Number of bytes; of 0 one is asked, as a range cannot be empty.
    pub length: u64,
}

impl Part {
    pub(crate) fn header(self) -> String {
        let last = self.offset.saturating_add(self.length.max(1) - 1);
        format!("bytes={}-{last}", self.offset)
    }
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) part: Option<Part>,
}

impl Request {
    /// Asks for what is at `url`.
    pub fn get(url: &str) -> Request {
        Request::new(Method::GET, url, Bytes::new())
    }

    /// Asks what is known of what is at `url`.
    pub fn head(url: &str) -> Request {
        Request::new(Method::HEAD, url, Bytes::new())
    }

    /// Sends `body` to `url`. Its media type is among the headers.
    pub fn post(url: &str, body: Bytes) -> Request {
        Request::new(Method::POST, url, body)
    }

    fn new(method: Method, url: &str, body: Bytes) -> Request {
        Request { method, url: url.to_owned(), headers: HeaderMap::new(), body, part: None }
    }

    /// With these headers. They do not go with a redirection to another server.
    pub fn with_headers(self, headers: HeaderMap) -> Request {
        Request { headers, ..self }
    }

    /// For `part` alone. A server that knows no ranges sends the whole; an answer that is a part (206) is read up to the
    /// length that was asked for.
    pub fn of_part(self, part: Part) -> Request {
        Request { part: Some(part), ..self }
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status, whatever it is.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl Answer {
    /// A header's value, where it is there and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
