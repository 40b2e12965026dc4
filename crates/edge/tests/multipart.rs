//! Several ranges at once: the parts, their heads, and the length to the byte.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use edge::Edge;
use http::{Request, Response};
use http_body_util::BodyExt;
use listen::Streamed;
use stdx::clock::ManualClock;
use store::faulty::Faulty;
use store::{Key, Memory, Store};

const OBJECT: &str = "packages/0f/a.vtt";
const LENGTH: usize = 1000;

/// Byte `i` of the object.
fn byte(i: usize) -> u8 {
    b'a' + (i % 23) as u8
}

async fn edge(failing: u64) -> Edge {
    let memory = Memory::new();
    let bytes: Vec<u8> = (0..LENGTH).map(byte).collect();
    memory.put(&Key::new(OBJECT).unwrap(), bytes.into()).await.unwrap();
    Edge::origin(
        Arc::new(Faulty::new(Arc::new(memory), failing)),
        Key::new("packages").unwrap(),
        Arc::new(ManualClock::default()),
    )
}

async fn get(edge: &Edge, path: &str, headers: &[(&str, &str)]) -> Response<Streamed> {
    let mut request = Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    edge.respond(request.body(()).unwrap()).await
}

fn header<'a>(response: &'a Response<Streamed>, name: &str) -> &'a str {
    response.headers().get(name).map_or("-", |value| value.to_str().unwrap())
}

/// The body with `parts` as section 14.6 of RFC 9110 has it, written by hand.
fn expected(boundary: &str, object: std::ops::Range<usize>, parts: &[(usize, usize)]) -> String {
    let part = |&(first, last): &(usize, usize)| {
        let bytes: Vec<u8> = (object.start + first..=object.start + last).map(byte).collect();
        format!(
            "\r\n--{boundary}\r\nContent-Type: text/vtt; charset=utf-8\r\n\
             Content-Range: bytes {first}-{last}/{}\r\n\r\n{}",
            object.len(),
            String::from_utf8(bytes).unwrap()
        )
    };
    parts.iter().map(part).chain([format!("\r\n--{boundary}--\r\n")]).collect()
}

async fn check(path: &str, range: &str, object: std::ops::Range<usize>, parts: &[(usize, usize)]) -> String {
    let response = get(&edge(0).await, path, &[("range", range)]).await;
    assert_eq!(response.status(), 206, "{range}");
    assert_eq!(header(&response, "content-range"), "-", "{range}: section 15.3.7.2 forbids it");
    let content_type = header(&response, "content-type").to_owned();
    let boundary = content_type.strip_prefix("multipart/byteranges; boundary=").unwrap().to_owned();
    let length = header(&response, "content-length").to_owned();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(length, body.len().to_string(), "{range}");
    assert_eq!(std::str::from_utf8(&body).unwrap(), expected(&boundary, object, parts), "{range}");
    boundary
}

#[tokio::test]
async fn each_range_is_a_part() {
    let mut boundaries = BTreeSet::new();
    for (range, parts) in [
        ("bytes=0-1,500-509,-3", &[(0, 1), (500, 509), (997, 999)][..]),
        ("bytes=-3,500-509,0-1", &[(997, 999), (500, 509), (0, 1)]),
        ("bytes=0-0,1000-,990-", &[(0, 0), (990, 999)]),
        ("bytes=0-99,300-399,350-449", &[(0, 99), (300, 449)]),
    ] {
        boundaries.insert(check("/0f/a.vtt", range, 0..LENGTH, parts).await);
    }
    assert_eq!(boundaries.len(), 4, "a boundary for each answer");
    check("/0f/a.vtt/100-899", "bytes=0-9,-10", 100..900, &[(0, 9), (790, 799)]).await;
}

#[tokio::test]
async fn one_range_that_is_left_is_no_part() {
    for (range, status, content_range) in [
        ("bytes=0-1,1000-", 206, "bytes 0-1/1000"),
        ("bytes=0-499,400-599", 206, "bytes 0-599/1000"),
        ("bytes=1000-,2000-", 416, "bytes */1000"),
    ] {
        let response = get(&edge(0).await, "/0f/a.vtt", &[("range", range)]).await;
        assert_eq!(
            (response.status().as_u16(), header(&response, "content-range")),
            (status, content_range),
            "{range}"
        );
    }
}

#[tokio::test]
async fn conditions_come_before_ranges() {
    let edge = edge(0).await;
    let tag = header(&get(&edge, "/0f/a.vtt", &[]).await, "etag").to_owned();
    for (name, value, status) in [
        ("if-range", tag.as_str(), 206),
        ("if-range", "\"other\"", 200),
        ("if-match", "\"other\"", 412),
        ("if-none-match", &tag, 304),
    ] {
        let response = get(&edge, "/0f/a.vtt", &[("range", "bytes=0-1,-3"), (name, value)]).await;
        assert_eq!(response.status(), status, "{name}: {value}");
    }
}

#[tokio::test]
async fn a_store_that_fails_is_known_before_anything_is_sent() {
    // Operations: head, then a read for each of three parts. All are opened before anything is sent.
    for failing in 1..=4 {
        let response = get(&edge(failing).await, "/0f/a.vtt", &[("range", "bytes=0-1,500-501,-3")]).await;
        assert_eq!((response.status().as_u16(), header(&response, "retry-after")), (503, "2"), "{failing}");
    }
}
