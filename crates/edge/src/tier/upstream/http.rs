//! A parent: another edge, or any HTTP server, as upstream.
//!
//! Owns the request to it, the token that it wants to see, and what in its answer cannot be right.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cache::access::{self, SECRET_BYTES};
use cache::blocks::{self, BLOCK_BYTES, BlockDigests, SLICE_BYTES};
use cache::freshness::{Content, cache_control};
use fetch::{Client, Flow, Pace, Part, Request, Signer};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode};
use stdx::clock::Clock;
use store::Key;
use tokio::time::{Interval, interval, timeout};

use super::{Coming, Head, Opened, Upstream};
use crate::seal::{self, BLOCK_DIGESTS};
use crate::source::{Chain, Failure};

/// The times that a parent is given. It is a neighbour, or an origin some tenths of a second away; players wait for it. The
/// last is for each block of a slice: what comes slower than that, 13 kB/s, plays nothing.
const PACE: Pace =
    Pace { connect: Duration::from_secs(2), head: Duration::from_secs(5), stall: Duration::from_secs(5) };

/// Bytes that are read in vain, at most, of a server that knows no ranges.
const SKIPPED_MAX: u64 = 64 << 20;

/// Seconds for which a token for the parent is good; a new one is made when half of them are over.
const TOKEN_S: u64 = 600;

/// Header in which CTA-5007 has a token.
const TOKEN_HEADER: &str = "cta-common-access-token";

/// Content codings that change nothing. The second is what some object stores say of uploads that came in chunks.
const PLAIN: [&str; 2] = ["identity", "aws-chunked"];

/// The right to read at a parent that is guarded.
#[derive(Clone)]
pub struct Pass {
    /// What signs its tokens.
    pub secret: [u8; SECRET_BYTES],
    /// The path below which it serves, such as `/media`, without a slash at its end.
    pub mount: String,
}

/// Does not show the secret.
impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pass").field("mount", &self.mount).finish_non_exhaustive()
    }
}

/// An HTTP server as upstream.
#[derive(Debug)]
pub struct Parent {
    client: Client,
    /// Its URL without a slash at its end.
    base: String,
    /// The folder that the URL stands for: it is not in the paths below it.
    folder: Key,
    pass: Option<Pass>,
    /// Who asks, where it is an object store.
    signer: Option<Signer>,
    pace: Pace,
    /// The token, and when it was made, in seconds since 1970 (UTC).
    token: Mutex<Option<(HeaderValue, u64)>>,
    clock: Arc<dyn Clock>,
}

impl Parent {
    /// The server at `base`, where `base/a` is the object `folder/a`.
    pub fn new(client: Client, base: &str, folder: Key, pass: Option<Pass>, clock: Arc<dyn Clock>) -> Parent {
        let base = base.trim_end_matches('/').to_owned();
        Parent { client, base, folder, pass, signer: None, pace: PACE, token: Mutex::default(), clock }
    }

    /// An object store of the S3 kind, of which `signer` may read: `base` ends in the bucket. What it has is taken never to
    /// change, as all that is published, and its media types are those of the names.
    pub fn store(client: Client, base: &str, folder: Key, signer: Signer, clock: Arc<dyn Clock>) -> Parent {
        Parent { signer: Some(signer), ..Parent::new(client, base, folder, None, clock) }
    }

    /// Waits for it otherwise than a player would: `stall` is the longest time for a block of 64 KiB.
    pub fn with_pace(self, pace: Pace) -> Parent {
        Parent { pace, ..self }
    }

    fn url(&self, key: &Key) -> String {
        let path = key.as_str().strip_prefix(self.folder.as_str()).unwrap_or(key.as_str());
        format!("{}/{}", self.base, path.trim_start_matches('/'))
    }

    /// What every request says: who asks, and that it wants to check the answer.
    fn headers(&self, method: &str, key: &Key) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(signer) = &self.signer {
            let url = self.url(key);
            let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            signer.sign(method, host, path, &mut headers, self.clock.now_ms());
            return headers;
        }
        headers.insert(BLOCK_DIGESTS, HeaderValue::from_static("?1"));
        if let Some(token) = self.token() {
            headers.insert(TOKEN_HEADER, token);
        }
        headers
    }

    fn token(&self) -> Option<HeaderValue> {
        let pass = self.pass.as_ref()?;
        let now_s = u64::try_from(self.clock.now_ms() / 1000).unwrap_or_default();
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((value, made_s)) = &*token
            && (*made_s..made_s + TOKEN_S / 2).contains(&now_s)
        {
            return Some(value.clone());
        }
        let path_prefix = &format!("{}/", pass.mount);
        // Clocks of neighbours differ by a little.
        let from_s = now_s.saturating_sub(TOKEN_S / 2);
        let text =
            access::token(&pass.secret, &access::Pass { path_prefix, from_s, until_s: now_s + TOKEN_S })?;
        let value = HeaderValue::from_str(&text).ok()?;
        *token = Some((value.clone(), now_s));
        Some(value)
    }

    fn failure(&self, key: &Key, reason: impl std::fmt::Display) -> Failure {
        Failure { doing: format!("fetching {key} from {}", self.base), reason: reason.to_string() }
    }

    /// A head with what is known of the server beside it.
    fn known(&self, head: Head) -> Head {
        if self.signer.is_none() {
            return head;
        }
        let cache_control = Some(cache_control(Content::Immutable).to_owned());
        Head { content_type: None, cache_control, age_s: 0, ..head }
    }

    async fn ask(&self, request: Request, key: &Key) -> Result<Flow, Failure> {
        let opened = self.client.open(&request, &self.pace).await;
        let flow = opened.map_err(|error| self.failure(key, Chain(&error)))?;
        if seal::is_broken(flow.status, &flow.headers) {
            return Err(self.failure(key, "another answer came than was sent"));
        }
        if flow.header("content-encoding").is_some_and(|coding| !PLAIN.contains(&coding)) {
            return Err(self.failure(key, "the server compresses, though nobody asked it to"));
        }
        Ok(flow)
    }
}

#[async_trait]
impl Upstream for Parent {
    fn name(&self) -> &str {
        &self.base
    }

    async fn slice(&self, key: &Key, index: u32) -> Result<Opened, Failure> {
        let start = u64::from(index) * u64::from(SLICE_BYTES);
        let part = Part { offset: start, length: u64::from(SLICE_BYTES) };
        let request = Request::get(&self.url(key)).with_headers(self.headers("GET", key)).of_part(part);
        let flow = self.ask(request, key).await?;
        match flow.status {
            StatusCode::PARTIAL_CONTENT => {
                let head = part_head(&flow, index).map_err(|reason| self.failure(key, reason))?;
                let head = self.known(head);
                Ok(Opened::Present(Box::new(head), coming(flow, key.clone(), 0, self.pace.stall)))
            }
            StatusCode::OK => {
                let head = whole_head(&flow).map_err(|reason| self.failure(key, reason))?;
                if start > SKIPPED_MAX {
                    return Err(self.failure(key, "the server knows no ranges, and the object is long"));
                }
                let head = self.known(head);
                Ok(Opened::Present(Box::new(head), coming(flow, key.clone(), start, self.pace.stall)))
            }
            StatusCode::RANGE_NOT_SATISFIABLE => match self.look(key).await? {
                Some(head) if head.bytes <= start => {
                    Ok(Opened::Present(Box::new(head), stream::empty().boxed()))
                }
                Some(_) => Err(self.failure(key, "the server has not the bytes that it says it has")),
                None => Ok(Opened::Absent),
            },
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Opened::Absent),
            status => Err(self.failure(key, format_args!("the server answers {status}"))),
        }
    }

    async fn look(&self, key: &Key) -> Result<Option<Head>, Failure> {
        let request = Request::head(&self.url(key)).with_headers(self.headers("HEAD", key));
        let flow = self.ask(request, key).await?;
        match flow.status {
            StatusCode::OK => {
                let head = whole_head(&flow).map_err(|reason| self.failure(key, reason))?;
                Ok(Some(self.known(head)))
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status => Err(self.failure(key, format_args!("the server answers {status}"))),
        }
    }
}

/// The head of a 206, which must be of the very slice that was asked for.
fn part_head(flow: &Flow, index: u32) -> Result<Head, &'static str> {
    let value = flow.header("content-range").ok_or("an answer of a part does not say of which")?;
    let (range, bytes) = content_range(value).ok_or("an answer's Content-Range cannot be read")?;
    if blocks::bytes_of(index, bytes) != Some(range.clone()) {
        return Err("the server sends another part than it was asked for");
    }
    let digests = flow.header(BLOCK_DIGESTS.as_str()).map(|text| {
        let digests =
            BlockDigests::parse(text).filter(|digests| digests.fit((range.end - range.start) as u32));
        digests.ok_or("an answer's digests cannot be read")
    });
    Ok(Head { digests: digests.transpose()?, ..described(flow, bytes) })
}

fn whole_head(flow: &Flow) -> Result<Head, &'static str> {
    let length = flow.header("content-length").and_then(|value| value.parse().ok());
    Ok(described(flow, length.ok_or("the server does not say how long the object is")?))
}

fn described(flow: &Flow, bytes: u64) -> Head {
    let owned = |name| flow.header(name).map(str::to_owned);
    Head {
        bytes,
        tag: owned("etag").or_else(|| flow.header("last-modified").map(dated)),
        content_type: owned("content-type"),
        cache_control: owned("cache-control"),
        age_s: flow.header("age").and_then(|value| value.parse().ok()).unwrap_or_default(),
        digests: None,
    }
}

/// An entity tag for what has a date alone: weak, since two contents may be of the same second.
fn dated(last_modified: &str) -> String {
    let letters: String = last_modified.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("W/\"{letters}\"")
}

/// `bytes 0-9/100`: the range and the length.
fn content_range(value: &str) -> Option<(std::ops::Range<u64>, u64)> {
    let (range, bytes) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, bytes) = (first.parse().ok()?, last.parse::<u64>().ok()?, bytes.parse().ok()?);
    (first <= last && last < bytes).then(|| (first..last + 1, bytes))
}

/// The body, without its first bytes `skipped`, up to the end of a slice. Each block has to come within `block_time`.
fn coming(flow: Flow, key: Key, skipped: u64, block_time: Duration) -> Coming {
    let mut late = interval(block_time);
    late.reset();
    let state =
        Body { flow, key, skipped, left: u64::from(SLICE_BYTES), block_time, block_left: BLOCK, late };
    stream::try_unfold(state, async |mut body| Ok(body.next().await?.map(|bytes| (bytes, body)))).boxed()
}

/// [`BLOCK_BYTES`], to count down.
const BLOCK: u64 = BLOCK_BYTES as u64;

/// A body that is read.
struct Body {
    flow: Flow,
    key: Key,
    /// Bytes before the slice.
    skipped: u64,
    /// Bytes of the slice.
    left: u64,
    block_time: Duration,
    /// Bytes of the block.
    block_left: u64,
    /// Ticks when the block should have come.
    late: Interval,
}

impl Body {
    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        while self.left > 0 {
            let next = tokio::select! {
                biased;
                next = self.flow.next() => next.map_err(|error| Failure::reading(&self.key, &error))?,
                _ = self.late.tick() => return Err(self.slow()),
            };
            let Some(mut bytes) = next else { return Ok(None) };
            self.count(bytes.len() as u64);
            skip(&mut bytes, &mut self.skipped);
            if bytes.is_empty() {
                continue;
            }
            // Of a server that was asked for no more than a slice, more is wrong; of one that knows no ranges the rest is
            // not taken.
            bytes.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
            self.left -= bytes.len() as u64;
            return Ok(Some(bytes));
        }
        // To the end, so that the connection serves again.
        let _ = timeout(self.block_time, self.flow.next()).await;
        Ok(None)
    }

    fn count(&mut self, bytes: u64) {
        match self.block_left.checked_sub(bytes) {
            Some(left) if left > 0 => self.block_left = left,
            _ => {
                self.block_left = BLOCK;
                self.late.reset();
            }
        }
    }

    fn slow(&self) -> Failure {
        let reason = format!("64 KiB did not come in {:?}", self.block_time);
        Failure { doing: format!("reading object {}", self.key), reason }
    }
}

fn skip(bytes: &mut Bytes, skipped: &mut u64) {
    let now = usize::try_from(*skipped).unwrap_or(usize::MAX).min(bytes.len());
    bytes::Buf::advance(bytes, now);
    *skipped -= now as u64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges() {
        for (value, expected) in [
            ("bytes 0-9/100", Some((0..10, 100))),
            ("bytes 99-99/100", Some((99..100, 100))),
            ("bytes 0-99/99", None),
            ("bytes 9-8/100", None),
            ("bytes */100", None),
            ("bytes 0-9/*", None),
            ("0-9/100", None),
            ("bytes 0-18446744073709551615/100", None),
        ] {
            assert_eq!(content_range(value), expected, "{value}");
        }
    }

    #[test]
    fn dates_become_tags() {
        assert_eq!(dated("Sun, 06 Nov 1994 08:49:37 GMT"), "W/\"Sun06Nov1994084937GMT\"");
    }

    #[test]
    fn what_is_skipped() {
        let mut skipped = 5;
        for (bytes, expected, left) in [("012", "", 2), ("3456", "56", 0), ("789", "789", 0)] {
            let mut bytes = Bytes::from_static(bytes.as_bytes());
            skip(&mut bytes, &mut skipped);
            assert_eq!((bytes.as_ref(), skipped), (expected.as_bytes(), left));
        }
    }
}
