//! What the edge answers to what, on a store in memory and on one in a directory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use edge::Edge;
use http::{Request, Response};
use http_body_util::BodyExt;
use listen::Streamed;
use stdx::clock::ManualClock;
use store::faulty::Faulty;
use store::{Key, Local, Memory, Store};

const PATH: &str = "/0f/video.mp4";
const TAG: &str = "\"a-packages/0f/video.mp4\"";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// A request line with headers, then the expected status line with headers, then the expected body. A header that is
/// expected to be `-` must be absent.
struct Case(
    &'static str,
    &'static [(&'static str, &'static str)],
    u16,
    &'static [(&'static str, &'static str)],
    &'static str,
);

/// The example of RFC 9110 section 5.6.7.
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

const NOTHING: &str = "there is no such object\n";

const CASES: &[Case] = &[
    Case(
        "GET /0f/video.mp4",
        &[],
        200,
        &[
            ("content-length", "10"),
            ("content-type", "video/mp4"),
            ("accept-ranges", "bytes"),
            ("content-range", "-"),
            ("etag", TAG),
            ("cache-control", IMMUTABLE),
            ("access-control-allow-origin", "*"),
            (
                "access-control-expose-headers",
                "Accept-Ranges, Age, Cache-Status, CMSD-Dynamic, Content-Length, Content-Range, Date, ETag, Retry-After",
            ),
            ("cache-status", "matinee; hit"),
            ("timing-allow-origin", "*"),
            ("x-content-type-options", "nosniff"),
        ],
        "0123456789",
    ),
    Case("GET /0f/video.mp4?session=1", &[], 200, &[("etag", TAG)], "0123456789"),
    Case(
        "GET /0f/video.mp4/2-4",
        &[],
        200,
        &[
            ("content-length", "3"),
            ("content-type", "video/mp4"),
            ("content-range", "-"),
            ("etag", "\"a-packages/0f/video.mp4-2-5\""),
            ("cache-control", IMMUTABLE),
        ],
        "234",
    ),
    Case(
        "GET /0f/video.mp4/2-9",
        &[("range", "bytes=1-2")],
        206,
        &[("content-length", "2"), ("content-range", "bytes 1-2/8")],
        "34",
    ),
    Case("GET /0f/video.mp4/2-10", &[], 404, &[], NOTHING),
    Case("HEAD /0f/video.mp4", &[], 200, &[("content-length", "10"), ("etag", TAG)], ""),
    Case("HEAD /0f/video.mp4", &[("range", "bytes=2-4")], 200, &[("content-length", "10")], ""),
    Case("HEAD /0f/video.mp4", &[("range", "bytes=0-0,-1")], 200, &[("content-length", "10")], ""),
    Case("HEAD /0f/absent.mp4", &[], 404, &[("content-length", "24")], ""),
    Case("HEAD /0f/video.mp4", &[("if-match", "\"x\"")], 412, &[("content-length", "26")], ""),
    Case(
        "GET /0f/video.mp4",
        &[("range", "bytes=2-4")],
        206,
        &[
            ("content-length", "3"),
            ("content-range", "bytes 2-4/10"),
            ("content-type", "video/mp4"),
            ("etag", TAG),
            ("cache-control", IMMUTABLE),
            ("cache-status", "matinee; hit"),
            ("access-control-allow-origin", "*"),
        ],
        "234",
    ),
    Case("GET /0f/video.mp4", &[("range", "bytes=7-")], 206, &[("content-range", "bytes 7-9/10")], "789"),
    Case("GET /0f/video.mp4", &[("range", "bytes=-3")], 206, &[("content-range", "bytes 7-9/10")], "789"),
    Case(
        "GET /0f/video.mp4",
        &[("range", "bytes=0-0,5-5")],
        206,
        &[("content-range", "bytes 0-5/10")],
        "012345",
    ),
    Case("GET /0f/video.mp4", &[("range", "bytes=0-0"), ("range", "bytes=5-5")], 200, &[], "0123456789"),
    Case("GET /0f/video.mp4", &[("range", "nonsense")], 200, &[], "0123456789"),
    Case(
        "GET /0f/video.mp4",
        &[("range", "bytes=10-")],
        416,
        &[
            ("content-range", "bytes */10"),
            ("accept-ranges", "bytes"),
            ("cache-control", "no-store"),
            ("cache-status", "-"),
            ("etag", "-"),
        ],
        "the object has no such bytes\n",
    ),
    Case(
        "GET /0f/video.mp4",
        &[("if-none-match", TAG)],
        304,
        &[("etag", TAG), ("cache-control", IMMUTABLE), ("content-type", "-"), ("content-length", "-")],
        "",
    ),
    Case(
        "HEAD /0f/video.mp4",
        &[("if-none-match", "*")],
        304,
        &[("etag", TAG), ("cache-status", "matinee; hit")],
        "",
    ),
    Case("GET /0f/video.mp4", &[("if-none-match", "\"x\""), ("if-none-match", TAG)], 304, &[], ""),
    Case("GET /0f/video.mp4", &[("if-none-match", TAG), ("range", "bytes=10-")], 304, &[], ""),
    Case("GET /0f/video.mp4", &[("if-none-match", "\"x\"")], 200, &[], "0123456789"),
    Case("GET /0f/video.mp4", &[("if-range", TAG), ("range", "bytes=2-4")], 206, &[], "234"),
    Case("GET /0f/video.mp4", &[("if-range", "\"x\""), ("range", "bytes=2-4")], 200, &[], "0123456789"),
    Case("GET /0f/video.mp4", &[("if-match", TAG)], 200, &[], "0123456789"),
    Case("GET /0f/video.mp4", &[("if-match", "\"x\"")], 412, &[], "the object is another one\n"),
    Case(
        "GET /0f/empty.vtt",
        &[],
        200,
        &[("content-length", "0"), ("content-type", "text/vtt; charset=utf-8")],
        "",
    ),
    Case(
        "GET /0f/empty.vtt",
        &[("range", "bytes=0-")],
        416,
        &[("content-range", "bytes */0")],
        "the object has no such bytes\n",
    ),
    Case(
        "GET /0f/absent.mp4",
        &[],
        404,
        &[("cache-control", "public, max-age=5"), ("cache-status", "-"), ("etag", "-")],
        NOTHING,
    ),
    // Conditions hold of what there is (RFC 9110 section 13.2.1), and none of ours has a date (13.1.3, 13.1.4).
    Case("GET /0f/absent.mp4", &[("if-match", "*")], 404, &[], NOTHING),
    Case("GET /0f/absent.mp4", &[("if-none-match", "*")], 404, &[], NOTHING),
    Case("GET /0f/video.mp4", &[("if-modified-since", DATE)], 200, &[("last-modified", "-")], "0123456789"),
    Case("GET /0f/video.mp4", &[("if-unmodified-since", DATE)], 200, &[], "0123456789"),
    Case("GET /0f/video.mp4", &[("if-range", DATE), ("range", "bytes=2-4")], 200, &[], "0123456789"),
    Case("GET /0f", &[], 404, &[], NOTHING),
    Case("GET /", &[], 404, &[], NOTHING),
    Case("GET /../steps/secret", &[], 404, &[], NOTHING),
    Case("GET /%2e%2e/steps/secret", &[], 404, &[], NOTHING),
    Case("GET /..%2fsteps%2fsecret", &[], 404, &[], NOTHING),
    Case("GET /0f%2fvideo.mp4", &[], 404, &[], NOTHING),
    Case("GET /0f/video.mp4%00", &[], 404, &[], NOTHING),
    Case("GET /0f/video.mp4/", &[], 404, &[], NOTHING),
    Case("GET /steps/secret", &[], 404, &[], NOTHING),
    Case(
        "POST /0f/video.mp4",
        &[],
        405,
        &[("allow", "GET, HEAD, OPTIONS"), ("cache-control", "no-store")],
        "objects can only be read\n",
    ),
    Case("DELETE /0f/video.mp4", &[], 405, &[], "objects can only be read\n"),
    Case("TRACE /0f/video.mp4", &[], 405, &[], "objects can only be read\n"),
    Case("PROPFIND /0f/video.mp4", &[], 501, &[("cache-control", "no-store")], "there is no such method\n"),
    Case(
        "OPTIONS /0f/video.mp4",
        &[
            ("origin", "https://example.com"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", "range"),
        ],
        204,
        &[
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "GET, HEAD, OPTIONS"),
            (
                "access-control-allow-headers",
                "Range, If-Match, If-None-Match, If-Range, CTA-Common-Access-Token, \
                 CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status",
            ),
            ("access-control-max-age", "86400"),
        ],
        "",
    ),
];

async fn fill(store: &dyn Store) {
    for (key, bytes) in
        [("packages/0f/video.mp4", "0123456789"), ("packages/0f/empty.vtt", ""), ("steps/secret", "secret")]
    {
        store.put(&Key::new(key).unwrap(), bytes.into()).await.unwrap();
    }
}

fn edge(store: Arc<dyn Store>) -> Edge {
    Edge::origin(store, Key::new("packages").unwrap(), Arc::new(ManualClock::default()))
}

fn request(line: &str, headers: &[(&str, &str)]) -> Request<()> {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap()
}

async fn body_of(response: Response<Streamed>) -> std::io::Result<String> {
    Ok(String::from_utf8(response.into_body().collect().await?.to_bytes().to_vec()).unwrap())
}

async fn check(store: Arc<dyn Store>) {
    fill(&*store).await;
    let edge = edge(store);
    for Case(line, sent, status, expected, body) in CASES {
        let response = edge.respond(request(line, sent)).await;
        let case = format!("{line} {sent:?}");
        assert_eq!(response.status().as_u16(), *status, "{case}");
        for (name, value) in *expected {
            let found = response.headers().get(*name).map_or("-", |found| found.to_str().unwrap());
            assert_eq!(found, *value, "{name} of {case}");
        }
        assert_eq!(body_of(response).await.unwrap(), *body, "{case}");
    }
}

#[tokio::test]
async fn from_memory() {
    check(Arc::new(Memory::new())).await;
}

#[tokio::test]
async fn from_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    check(Arc::new(Local::open(folder.path()).await.unwrap())).await;
}

#[tokio::test]
async fn a_store_that_fails_is_no_absent_object() {
    for failing in [1, 2] {
        let memory = Arc::new(Memory::new());
        fill(&*memory).await;
        let edge = edge(Arc::new(Faulty::new(memory, failing)));
        let response = edge.respond(request(&format!("GET {PATH}"), &[])).await;
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["cache-control"], "no-store");
        assert_eq!(response.headers()["retry-after"], "2");
        let again = edge.respond(request(&format!("GET {PATH}"), &[])).await;
        assert_eq!(body_of(again).await.unwrap(), "0123456789", "it is asked again");
    }
}
