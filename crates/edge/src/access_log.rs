//! The access log: an event for each request, once its answer has been sent or given up.
//!
//! Owns the event's fields. Tokens are in none of them. Where events go is for whoever runs the edge.

use std::sync::Arc;
use std::time::Duration;

use cache::cmcd::{self, Cmcd};
use http::header::{self, HeaderMap, HeaderName};
use http::request;
use listen::Answer;
use stdx::clock::Clock;

use crate::response::CACHE_STATUS;

/// The target of the events: `edge=info` lets them through.
const TARGET: &str = "edge::access";

/// Longest text from a request in an event, in bytes: what a stranger sends must not fill a log.
const TEXT_BYTES_MAX: usize = 512;

/// What is known of a request while its answer is sent.
struct Entry {
    clock: Arc<dyn Clock>,
    start: Duration,
    method: String,
    /// Path below the edge, without a token.
    key: String,
    range: String,
    cmcd: String,
    status: u16,
    /// `Content-Length` of the answer; what was not sent of it is missing in `bytes`.
    length: u64,
    cache: String,
}

/// A log that may be on.
#[derive(Debug, Clone)]
pub(crate) struct AccessLog(Arc<dyn Clock>);

impl AccessLog {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> AccessLog {
        AccessLog(clock)
    }

    /// The moment from which a request's time is counted; `None` where nobody listens.
    pub(crate) fn begin(&self) -> Option<Duration> {
        tracing::enabled!(target: TARGET, tracing::Level::INFO).then(|| self.0.monotonic())
    }

    /// The answer to `request` for `path`, which came at `start`, with an event at its end.
    pub(crate) fn follow(
        &self,
        start: Duration,
        path: &str,
        request: &request::Parts,
        mut answer: Answer,
    ) -> Answer {
        let range = text(&request.headers, header::RANGE);
        let fields = request.headers.iter().filter(|(name, _)| cmcd::HEADERS.contains(&name.as_str()));
        let cmcd = Cmcd::read(request.uri.query(), fields.map(|(_, value)| value.as_bytes()));
        let entry = Entry {
            clock: Arc::clone(&self.0),
            start,
            method: clip(request.method.as_str()),
            key: clip(path.trim_start_matches('/')),
            range: clip(range),
            cmcd: cmcd.to_string(),
            status: answer.status.as_u16(),
            length: text(&answer.headers, header::CONTENT_LENGTH).parse().unwrap_or_default(),
            cache: text(&answer.headers, CACHE_STATUS).to_owned(),
        };
        let done = answer.done.take();
        answer.done = Some(Box::new(move |bytes| {
            entry.tell(bytes);
            if let Some(done) = done {
                done(bytes);
            }
        }));
        answer
    }
}

/// The value of header `name`; empty where there is none that is text.
fn text(headers: &HeaderMap, name: HeaderName) -> &str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// As much of `text` as a log takes.
fn clip(text: &str) -> String {
    text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or_default().to_owned()
}

impl Entry {
    fn tell(self, bytes: u64) {
        let duration = self.clock.monotonic().saturating_sub(self.start);
        tracing::info!(
            target: TARGET,
            method = self.method,
            key = self.key,
            range = self.range,
            status = self.status,
            length = self.length,
            bytes,
            cache = self.cache,
            duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
            cmcd = self.cmcd,
        );
    }
}
