//! What the access log says of a request.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cache::access::{Pass, token};
use edge::{Edge, Guard};
use http::Request;
use http_body_util::BodyExt;
use listen::{Handler as _, Peer};
use stdx::clock::ManualClock;
use store::{Key, Memory, Store};

const SECRET: [u8; 32] = [7; 32];

/// Where the log goes.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Has a request answered in 40 ms, of whose answer a client takes all or only the head.
async fn ask(line: &str, headers: &[(&str, &str)], is_read: bool) {
    let store = Memory::default();
    store.put(&Key::new("packages/0f/a.mp4").unwrap(), "0123456789".into()).await.unwrap();
    let clock = Arc::new(ManualClock::default());
    clock.advance_ms(1_500_000);
    let guard = Guard::new(SECRET, "/media", &["a.mp4"], clock.clone());
    let edge = Edge::origin(Arc::new(store), Key::new("packages").unwrap(), clock.clone())
        .guarded(guard)
        .logged(clock.clone());

    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = edge.respond(request.body(()).unwrap()).await;
    clock.advance_ms(40);
    if is_read {
        response.into_body().collect().await.unwrap();
    }
}

async fn check(line: &str, headers: &[(&str, &str)], is_read: bool, expected: &str) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .without_time()
        .with_level(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    ask(line, headers, is_read).await;
    drop(guard);
    let found = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert_eq!(found.trim_end(), format!("edge::access: {expected}"), "{line} {headers:?}");
}

// One test: which events are wanted is settled for the whole process.
#[tokio::test]
async fn an_event_for_each_request() {
    let pass = Pass { path_prefix: "/media/0f/", from_s: 1000, until_s: 2000 };
    let token = token(&SECRET, &pass).unwrap();
    check(
        &format!("GET /~{token}/0f/a.mp4?CAT={token}&CMCD=bl%3D900"),
        &[("range", "bytes=2-4"), ("cmcd-session", "sid=\"s 1\",cid=\"c\"")],
        true,
        r#"method="GET" key="0f/a.mp4" range="bytes=2-4" status=206 length=3 bytes=3 cache="matinee; hit" duration_ms=40 cmcd="bl=900,cid=\"c\",sid=\"s 1\"""#,
    )
    .await;
    check(
        "GET /0f/a.mp4",
        &[],
        false,
        r#"method="GET" key="0f/a.mp4" range="" status=200 length=10 bytes=0 cache="matinee; hit" duration_ms=40 cmcd="""#,
    )
    .await;
    check(
        "HEAD /0f/b.mp4",
        &[],
        true,
        r#"method="HEAD" key="0f/b.mp4" range="" status=401 length=26 bytes=0 cache="" duration_ms=40 cmcd="""#,
    )
    .await;
    let long = "a".repeat(600);
    check(
        &format!("PROPFIND /~{token}/0f/{long}"),
        &[("range", &long)],
        true,
        &format!(
            r#"method="PROPFIND" key="0f/{}" range="{}" status=501 length=24 bytes=24 cache="" duration_ms=40 cmcd="""#,
            &long[..509],
            &long[..512]
        ),
    )
    .await;
}

#[tokio::test]
async fn players_that_tell_of_themselves_are_told() {
    let store = Memory::default();
    store.put(&Key::new("packages/0f/a.mp4").unwrap(), "0123456789".into()).await.unwrap();
    let clock = Arc::new(ManualClock::default());
    let edge = Edge::origin(Arc::new(store), Key::new("packages").unwrap(), clock.clone());
    let edge = edge.named("edge-1").logged(clock);
    for (path, header, expected) in [
        ("/0f/a.mp4", "cmcd-request", Some("\"edge-1\";rd=0")),
        ("/0f/a.mp4?CMCD=bs", "accept", Some("\"edge-1\";rd=0")),
        ("/0f/a.mp4", "accept", None),
    ] {
        let request = Request::builder().uri(path).header(header, "su").body(()).unwrap();
        let response = edge.respond(request).await;
        let told = response.headers().get("cmsd-dynamic").map(|value| value.to_str().unwrap());
        assert_eq!(told, expected, "{path} {header}");
    }

    let way = listen::Path { round_trip: Duration::from_millis(20), window_bytes: 100_000 };
    for (path, expected) in [(Some(way), "\"edge-1\";etp=40000;rd=0;rtt=20"), (None, "\"edge-1\";rd=0")] {
        let address = "192.0.2.1:4000".parse().unwrap();
        let peer = Peer { address, connection: 1, secure: false, path };
        let (request, ()) = Request::builder().uri("/0f/a.mp4?CMCD=bs").body(()).unwrap().into_parts();
        let answer = edge.answer(request, peer).await;
        assert_eq!(answer.headers["cmsd-dynamic"], expected);
    }
}
