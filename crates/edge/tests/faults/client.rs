//! A client that believes nothing.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use fetch::{Client, Flow, Pace, Request};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::world::content;

/// Patience of the client: more than a tier needs to try all its parents.
const PATIENCE: Pace =
    Pace { connect: Duration::from_secs(10), head: Duration::from_secs(30), stall: Duration::from_secs(30) };

/// What the client got.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Got {
    /// Every byte that it asked for, and each the right one. How the edge came by them.
    All(String),
    /// The edge said that it cannot.
    Refused,
    /// The right bytes to some place, and a broken connection; why, as the client sees it.
    Broken(String),
    /// What nobody must get.
    Wrong(String),
}

impl Got {
    pub(crate) fn is_all(&self) -> bool {
        matches!(self, Got::All(_))
    }

    pub(crate) fn is_broken(&self) -> bool {
        matches!(self, Got::Broken(_))
    }
}

/// Asks, and looks at every byte and header of the answer.
pub(crate) async fn get(client: &Client, address: SocketAddr, path: &str, range: Option<Range<u64>>) -> Got {
    let mut headers = HeaderMap::new();
    if let Some(range) = &range {
        let value = format!("bytes={}-{}", range.start, range.end - 1);
        headers.insert("range", HeaderValue::from_str(&value).unwrap());
    }
    let url = format!("http://{address}{path}");
    let mut flow = match client.open(&Request::get(&url).with_headers(headers), &PATIENCE).await {
        Ok(flow) => flow,
        Err(error) => return broken(&error),
    };
    if flow.status == StatusCode::SERVICE_UNAVAILABLE {
        return Got::Refused;
    }
    if let Some(wrong) = wrong_head(&flow, path, range.clone()) {
        return Got::Wrong(wrong);
    }
    let handled = flow.header("cache-status").unwrap_or_default().to_owned();
    let content = content(path);
    let span = range.unwrap_or(0..content.len() as u64);
    let expected = &content[span.start as usize..span.end as usize];
    let mut at = 0;
    loop {
        match flow.next().await {
            Ok(Some(bytes)) if expected[at..].starts_with(&bytes) => at += bytes.len(),
            Ok(Some(_)) => return Got::Wrong(format!("wrong bytes from {at} on")),
            Ok(None) if at == expected.len() => return Got::All(handled),
            Ok(None) => return Got::Wrong(format!("{at} bytes and no word that it broke off")),
            Err(error) => return broken(&error),
        }
    }
}

/// Whoever waits for ever has got nothing either.
fn broken(error: &fetch::Error) -> Got {
    match error {
        fetch::Error::Late { .. } => Got::Wrong(error.to_string()),
        _ => Got::Broken(Chain(error).to_string()),
    }
}

/// An error with what it comes from.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        self.0.source().map_or(Ok(()), |source| write!(f, ": {}", Chain(source)))
    }
}

/// What is wrong with the head of an answer that has bytes.
fn wrong_head(flow: &Flow, path: &str, range: Option<Range<u64>>) -> Option<String> {
    let bytes = content(path).len() as u64;
    let status = if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let part = range.as_ref().map(|range| format!("bytes {}-{}/{bytes}", range.start, range.end - 1));
    let length = range.map_or(bytes, |range| range.end - range.start);
    let expected = [
        ("content-length", Some(length.to_string())),
        ("content-range", part),
        ("etag", Some(format!("\"{bytes:x}-packages{path}\""))),
    ];
    if flow.status != status {
        return Some(format!("status {}", flow.status));
    }
    let wrong = expected.into_iter().find(|(name, value)| flow.header(name) != value.as_deref());
    wrong.map(|(name, value)| format!("{name}: {:?}, not {value:?}", flow.header(name)))
}
