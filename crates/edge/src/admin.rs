//! The operator's side of a tier, over HTTP: figures, purging, pinning, hints.
//!
//! Owns the routes and the form of the figures, which is that of OpenMetrics' plainer ancestor, the Prometheus text format
//! 0.0.4. Listens on an address of its own, not where viewers ask.

use std::fmt::Write as _;

use bytes::Bytes;
use cache::freshness::{Content, cache_control};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request};
use listen::{Answer, Body, Handler, Peer};

use crate::tier::{Figures, Tier};

/// Shortest token, in characters: random letters and digits of 128 bits are fewer.
const TOKEN_CHARS_MIN: usize = 24;

/// Plays a second of one folder that anybody expects.
const PLAYS_PER_S_MAX: f64 = 1e6;

const ROUTES: &str = "there are /metrics, /purge, /pin and /hint\n";

/// Answers an operator who has the token. Keys are those of the tier, with the folder that it serves before them.
#[derive(Clone)]
pub struct Admin {
    tier: Tier,
    /// The folder that the tier serves: prefixes are below it.
    folder: String,
    token: String,
}

/// Does not show the token.
impl std::fmt::Debug for Admin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Admin").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Admin {
    /// For `tier`, whose objects are below `folder`. With a `token` of fewer than 24 characters nobody may do anything but
    /// read the figures.
    pub fn new(tier: Tier, folder: &str, token: &str) -> Admin {
        Admin { tier, folder: folder.to_owned(), token: token.to_owned() }
    }

    /// Whether the request shows the token. Takes as long whatever is wrong with it.
    fn may(&self, request: &request::Parts) -> bool {
        let value = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let shown = value.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let differing = shown.bytes().zip(self.token.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
        self.token.len() >= TOKEN_CHARS_MIN && shown.len() == self.token.len() && differing == 0
    }

    async fn change(&self, request: &request::Parts) -> Answer {
        if !self.may(request) {
            let mut answer = told(StatusCode::UNAUTHORIZED, "the operator's token is needed\n".to_owned());
            answer.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return answer;
        }
        let said = |name| said(request.uri.query().unwrap_or_default(), name);
        let Some(path) = said("prefix") else {
            return told(StatusCode::BAD_REQUEST, "say what, as ?prefix=PATH; / is everything\n".to_owned());
        };
        let prefix = format!("{}/{}", self.folder, path.trim_start_matches('/'));
        match (&request.method, request.uri.path()) {
            (&Method::POST, "/purge") => match self.tier.purge(&prefix).await {
                Ok(count) => told(StatusCode::OK, format!("{count} objects purged\n")),
                Err(error) => told(
                    StatusCode::SERVICE_UNAVAILABLE,
                    format!("purged, but they may be back after a restart: {error}\n"),
                ),
            },
            (&Method::POST, "/pin") => {
                self.tier.pin(&prefix);
                told(StatusCode::OK, format!("{prefix} is pinned until the edge is started anew\n"))
            }
            (&Method::DELETE, "/pin") if self.tier.unpin(&prefix) => {
                told(StatusCode::OK, format!("{prefix} is pinned no more\n"))
            }
            (&Method::DELETE, "/pin") => told(StatusCode::NOT_FOUND, format!("{prefix} is not pinned\n")),
            (&Method::POST, "/hint") => match said("plays_per_s").and_then(|text| text.parse::<f64>().ok()) {
                Some(plays_per_s) if (0.0..=PLAYS_PER_S_MAX).contains(&plays_per_s) => {
                    self.tier.hint(prefix.trim_end_matches('/'), plays_per_s);
                    told(StatusCode::OK, format!("{plays_per_s} plays a second are expected of {prefix}\n"))
                }
                _ => told(StatusCode::BAD_REQUEST, "say how many, as &plays_per_s=NUMBER\n".to_owned()),
            },
            _ => told(StatusCode::NOT_FOUND, ROUTES.to_owned()),
        }
    }
}

/// What `query` says of `name`, where that is something.
fn said<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value)
}

impl Handler for Admin {
    async fn answer(&self, request: request::Parts, _: Peer) -> Answer {
        match (&request.method, request.uri.path()) {
            (&Method::GET, "/metrics") => told(StatusCode::OK, metrics(&self.tier.figures())),
            (&Method::GET | &Method::HEAD, _) => told(StatusCode::NOT_FOUND, ROUTES.to_owned()),
            _ => self.change(&request).await,
        }
    }
}

/// Without the headers of media: no page of another origin reads this.
fn told(status: StatusCode, text: String) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control(Content::Passing)));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    Answer { status, headers, body: Body::Bytes(Bytes::from(text)), done: None }
}

/// The figures as text: one line each, with what it is before it.
fn metrics(figures: &Figures) -> String {
    let mut text = String::new();
    let mut tell = |name: &str, kind: &str, help: &str, values: &[(String, u64)]| {
        // A String takes everything.
        let _ = writeln!(text, "# HELP matinee_edge_{name} {help}\n# TYPE matinee_edge_{name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(text, "matinee_edge_{name}{labels} {value}");
        }
    };
    let one = |value: u64| vec![(String::new(), value)];
    tell("hit_bytes_total", "counter", "Bytes that were asked for and kept.", &one(figures.hit_bytes));
    tell(
        "missed_bytes_total",
        "counter",
        "Bytes that were asked for and not kept.",
        &one(figures.missed_bytes),
    );
    let fetched = figures.fetched_bytes.iter();
    let fetched: Vec<_> =
        fetched.map(|(why, bytes)| (format!("{{reason=\"{}\"}}", why.name()), *bytes)).collect();
    tell("fetched_bytes_total", "counter", "Bytes that came from parents, by why.", &fetched);
    tell("kept_objects", "gauge", "Objects that are known.", &one(figures.usage.objects));
    tell("kept_slices", "gauge", "Slices that are kept.", &one(figures.usage.slices));
    tell("kept_bytes", "gauge", "Bytes of slices that are kept.", &one(figures.usage.bytes));
    tell("disk_bytes", "gauge", "Bytes that they take on the disk.", &one(figures.usage.disk_bytes));
    tell("fills", "gauge", "Slices on their way.", &one(figures.fills as u64));
    let parents = figures.parents.iter();
    let parents: Vec<_> = parents
        .map(|parent| (format!("{{parent=\"{}\"}}", quoted(&parent.name)), u64::from(parent.is_well)))
        .collect();
    tell("parent_well", "gauge", "Whether a parent is asked in its turn.", &parents);
    tell(
        "disk_failing",
        "gauge",
        "Whether the disk failed in the last minute.",
        &one(figures.is_disk_failing.into()),
    );
    text
}

/// A label's value.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_queries_say() {
        for (query, name, expected) in [
            ("prefix=/a/&plays_per_s=2", "prefix", Some("/a/")),
            ("prefix=/a/&plays_per_s=2", "plays_per_s", Some("2")),
            ("prefix=", "prefix", None),
            ("", "prefix", None),
            ("xprefix=a", "prefix", None),
        ] {
            assert_eq!(said(query, name), expected, "{query}");
        }
    }
}
