//! A parent: another edge, or any HTTP server, as upstream.
//!
//! Owns the request to it, the token that it wants to see, and what in its answer cannot be right.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use cache::access::{self, SECRET_BYTES};
use cache::blocks::{self, BlockDigests, SLICE_BYTES};
use fetch::{Client, Flow, Pace, Part, Request};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderValue, StatusCode};
use stdx::clock::Clock;
use store::Key;

use super::{Coming, Head, Opened, Upstream};
use crate::respond::BLOCK_DIGESTS;
use crate::source::{Chain, Failure};

/// The times that a parent is given. It is a neighbour, or an origin some tenths of a second away; players wait for it.
const PACE: Pace =
    Pace { connect: Duration::from_secs(2), head: Duration::from_secs(5), stall: Duration::from_secs(5) };

/// Bytes that are read in vain, at most, of a server that knows no ranges.
const SKIPPED_MAX: u64 = 64 << 20;

/// Seconds for which a token for the parent is good; a new one is made when half of them are over.
const TOKEN_S: u64 = 600;

/// Header in which CTA-5007 has a token.
const TOKEN_HEADER: &str = "cta-common-access-token";

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
    /// The token, and when it was made, in seconds since 1970 (UTC).
    token: Mutex<Option<(HeaderValue, u64)>>,
    clock: Arc<dyn Clock>,
}

impl Parent {
    /// The server at `base`, where `base/a` is the object `folder/a`.
    pub fn new(client: Client, base: &str, folder: Key, pass: Option<Pass>, clock: Arc<dyn Clock>) -> Parent {
        let base = base.trim_end_matches('/').to_owned();
        Parent { client, base, folder, pass, token: Mutex::default(), clock }
    }

    fn url(&self, key: &Key) -> String {
        let path = key.as_str().strip_prefix(self.folder.as_str()).unwrap_or(key.as_str());
        format!("{}/{}", self.base, path.trim_start_matches('/'))
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
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

    async fn ask(&self, request: Request, key: &Key) -> Result<Flow, Failure> {
        let opened = self.client.open(&request, &PACE).await;
        opened.map_err(|error| self.failure(key, Chain(&error)))
    }
}

#[async_trait]
impl Upstream for Parent {
    fn name(&self) -> &str {
        &self.base
    }

    async fn slice(&self, key: &Key, index: u32) -> Result<Opened, Failure> {
        let mut headers = self.headers();
        headers.insert(BLOCK_DIGESTS, HeaderValue::from_static("?1"));
        let start = u64::from(index) * u64::from(SLICE_BYTES);
        let part = Part { offset: start, length: u64::from(SLICE_BYTES) };
        let request = Request::get(&self.url(key)).with_headers(headers).of_part(part);
        let flow = self.ask(request, key).await?;
        match flow.status {
            StatusCode::PARTIAL_CONTENT => {
                let head = part_head(&flow, index).map_err(|reason| self.failure(key, reason))?;
                Ok(Opened::Present(Box::new(head), coming(flow, key.clone(), 0)))
            }
            StatusCode::OK => {
                let head = whole_head(&flow).map_err(|reason| self.failure(key, reason))?;
                if start > SKIPPED_MAX {
                    return Err(self.failure(key, "the server knows no ranges, and the object is long"));
                }
                Ok(Opened::Present(Box::new(head), coming(flow, key.clone(), start)))
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
        let request = Request::head(&self.url(key)).with_headers(self.headers());
        let flow = self.ask(request, key).await?;
        match flow.status {
            StatusCode::OK => whole_head(&flow).map(Some).map_err(|reason| self.failure(key, reason)),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status => Err(self.failure(key, format_args!("the server answers {status}"))),
        }
    }
}

/// The head of a 206, which must be of the very slice that was asked for.
fn part_head(flow: &Flow, index: u32) -> Result<Head, &'static str> {
    let value = flow.header("content-range").ok_or("an answer of a part does not say of which")?;
    let (range, bytes) = content_range(value).ok_or("an answer's Content-Range cannot be read")?;
    if blocks::bytes_of(index, bytes) != Some(range) {
        return Err("the server sends another part than it was asked for");
    }
    let digests = flow.header(BLOCK_DIGESTS.as_str()).and_then(BlockDigests::parse);
    Ok(Head { digests, ..described(flow, bytes) })
}

fn whole_head(flow: &Flow) -> Result<Head, &'static str> {
    let length = flow.header("content-length").and_then(|value| value.parse().ok());
    Ok(described(flow, length.ok_or("the server does not say how long the object is")?))
}

fn described(flow: &Flow, bytes: u64) -> Head {
    let owned = |name| flow.header(name).map(str::to_owned);
    Head {
        bytes,
        tag: owned("etag"),
        content_type: owned("content-type"),
        cache_control: owned("cache-control"),
        age_s: flow.header("age").and_then(|value| value.parse().ok()).unwrap_or_default(),
        digests: None,
    }
}

/// `bytes 0-9/100`: the range and the length.
fn content_range(value: &str) -> Option<(std::ops::Range<u64>, u64)> {
    let (range, bytes) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, bytes) = (first.parse().ok()?, last.parse::<u64>().ok()?, bytes.parse().ok()?);
    (first <= last && last < bytes).then(|| (first..last + 1, bytes))
}

/// The body, without its first bytes `skipped`, up to the end of a slice.
fn coming(flow: Flow, key: Key, skipped: u64) -> Coming {
    let state = (flow, key, skipped, u64::from(SLICE_BYTES));
    stream::try_unfold(state, async |(mut flow, key, mut skipped, mut left)| {
        while left > 0 {
            let next = flow.next().await.map_err(|error| Failure::reading(&key, &error))?;
            let Some(mut bytes) = next else { return Ok(None) };
            skip(&mut bytes, &mut skipped);
            if bytes.is_empty() {
                continue;
            }
            // Of a server that was asked for no more than a slice, more is wrong; of one that knows no ranges the rest is
            // not taken.
            bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            left -= bytes.len() as u64;
            return Ok(Some((bytes, (flow, key, skipped, left))));
        }
        // To the end, so that the connection serves again.
        let _ = flow.next().await;
        Ok(None)
    })
    .boxed()
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
    fn what_is_skipped() {
        let mut skipped = 5;
        for (bytes, expected, left) in [("012", "", 2), ("3456", "56", 0), ("789", "789", 0)] {
            let mut bytes = Bytes::from_static(bytes.as_bytes());
            skip(&mut bytes, &mut skipped);
            assert_eq!((bytes.as_ref(), skipped), (expected.as_bytes(), left));
        }
    }
}
