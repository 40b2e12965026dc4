//! Requests that no honest client sends: the edge answers each one, with a status that fits, and never with more bytes
//! than the object has.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use cache::cmcd::Cmcd;
use cache::range::RANGES_MAX;
use edge::Edge;
use http::{HeaderValue, Request};
use http_body_util::BodyExt;
use stdx::clock::ManualClock;
use stdx::random::Random;
use store::{Key, Memory, Store};

const REQUESTS: usize = 20_000;
const LENGTH: usize = 5000;

/// Bytes around the parts of one answer, at most: each part's head has a boundary, a type and three numbers.
const HEADS_BYTES_MAX: usize = (RANGES_MAX + 1) * 200;

const PATHS: [&str; 6] = ["/a.mp4", "/a.mp4/10-4999", "/a.mp4/5000-4999", "/~x/a.mp4", "/~x", "/b.mp4"];

const METHODS: [&str; 6] = ["GET", "GET", "GET", "HEAD", "POST", "BREW"];

const HEADERS: [&str; 7] =
    ["range", "range", "range", "if-range", "if-match", "if-none-match", "cmcd-session"];

/// What headers are made of.
const PIECES: [&str; 34] = [
    "bytes=",
    "bytes",
    "=",
    "0",
    "1",
    "9",
    "4999",
    "5000",
    "99999999999999999999",
    "18446744073709551615",
    "-",
    "-",
    "-",
    ",",
    ",",
    ",",
    " ",
    "\t",
    "0-0",
    "10-99",
    "-5",
    "4000-",
    "\"",
    "W/",
    "*",
    "\\",
    "sid",
    "nor=",
    "(",
    "\"1388-packages/a.mp4\"",
    "\u{e4}",
    "%",
    "Sun, 06 Nov 1994 08:49:37 GMT",
    "x",
];

const RANGES: [&str; 9] = ["0-0", "10-99", "-5", "4000-", "500-600", "2000-2100", "5000-", "-0", "4990-9999"];

fn pick(random: &mut Random, choices: &[&'static str]) -> &'static str {
    choices[random.between(0, choices.len() - 1)]
}

/// A header's value: a set of ranges, such a set with something put into it, or pieces alone.
fn value(random: &mut Random) -> HeaderValue {
    let list = |random: &mut Random, choices, count: usize, separator: &str| {
        let texts: Vec<&str> = (0..count).map(|_| pick(random, choices)).collect();
        texts.join(separator)
    };
    let count = if random.chance(0.05) { random.between(20, 200) } else { random.between(0, 8) };
    let ranges = format!("bytes={}", list(random, &RANGES, count, ","));
    let pieces = list(random, &PIECES, count, "");
    let mut bytes = match random.between(0, 2) {
        0 => ranges,
        1 => {
            let (before, after) = ranges.split_at(random.between(0, ranges.len()));
            format!("{before}{}{after}", pick(random, &PIECES))
        }
        _ => pieces,
    }
    .into_bytes();
    if random.chance(0.05) {
        bytes.extend(random.bytes(4).iter().map(|byte| byte | 0x80));
    }
    HeaderValue::from_bytes(&bytes).unwrap()
}

fn request(random: &mut Random) -> Request<()> {
    let path = pick(random, &PATHS);
    let query = if random.chance(0.2) { "?CMCD=sid%3D%22a%22%2Cbl%3D4" } else { "" };
    let mut request = Request::builder().method(pick(random, &METHODS)).uri(format!("{path}{query}"));
    for _ in 0..random.between(0, 3) {
        request = request.header(pick(random, &HEADERS), value(random));
    }
    request.body(()).unwrap()
}

/// What is read of it is written so that it is read as the same.
fn check_cmcd(request: &Request<()>) {
    let cmcd = Cmcd::read(request.uri().query(), request.headers().values().map(HeaderValue::as_bytes));
    let text = cmcd.to_string();
    assert_eq!(Cmcd::read(None, [text.as_bytes()]), cmcd, "{request:?}: {text}");
}

#[tokio::test]
async fn every_request_has_an_answer() {
    let store = Memory::new();
    store.put(&Key::new("packages/a.mp4").unwrap(), vec![7; LENGTH].into()).await.unwrap();
    let edge = Edge::origin(Arc::new(store), Key::new("packages").unwrap(), Arc::new(ManualClock::default()));
    let mut random = Random::new(9110);
    let mut multipart = 0;
    for _ in 0..REQUESTS {
        let request = request(&mut random);
        let case = format!("{request:?}");
        check_cmcd(&request);
        let response = edge.respond(request).await;
        let status = response.status().as_u16();
        assert!([200, 206, 304, 404, 405, 412, 416, 501].contains(&status), "{status}: {case}");
        let header =
            |name| response.headers().get(name).map(|value: &HeaderValue| value.to_str().unwrap().to_owned());
        let (length, content_type) = (header("content-length"), header("content-type").unwrap_or_default());
        multipart += usize::from(content_type.starts_with("multipart/"));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        if !case.contains("HEAD") && status != 304 {
            assert_eq!(length, Some(body.len().to_string()), "{status}: {case}");
        }
        assert!(body.len() <= LENGTH + HEADS_BYTES_MAX, "{} bytes: {case}", body.len());
        assert_eq!(body.is_empty(), case.contains("HEAD") || status == 304, "{status}: {case}");
    }
    assert!(multipart > REQUESTS / 500, "enough of them reach the parts: {multipart}");
}
