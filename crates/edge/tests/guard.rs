//! Who gets past the guard.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use cache::access::{Pass, token};
use edge::{Edge, Guard};
use http::Request;
use stdx::clock::ManualClock;
use store::{Key, Memory, Store};

const SECRET: [u8; 32] = [7; 32];

async fn edge(now_ms: i64) -> Edge {
    let store = Memory::default();
    for name in ["packages/0f/a.mp4", "packages/0f/poster.jpg", "packages/10/a.mp4"] {
        store.put(&Key::new(name).unwrap(), "0123456789".into()).await.unwrap();
    }
    let clock = ManualClock::default();
    clock.advance_ms(now_ms);
    let guard = Guard::new(SECRET, "/media", &["poster.jpg"], Arc::new(clock));
    Edge::origin(Arc::new(store), Key::new("packages").unwrap(), Arc::new(ManualClock::default()))
        .guarded(guard)
}

async fn check(line: &str, header: Option<&str>, now_ms: i64, status: u16, cache_control: &str) {
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    if let Some(token) = header {
        request = request.header("CTA-Common-Access-Token", token);
    }
    let response = edge(now_ms).await.respond(request.body(()).unwrap()).await;
    let found = response.headers().get("cache-control").map_or("-", |value| value.to_str().unwrap());
    assert_eq!((response.status().as_u16(), found), (status, cache_control), "{line} at {now_ms}");
    let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap());
    assert_eq!(challenge, (status == 401).then_some("CTA-Common-Access-Token"), "{line}");
    assert_eq!(response.headers()["access-control-allow-origin"], "*", "{line}: players must see the status");
}

#[tokio::test]
async fn segments_are_for_who_has_a_token() {
    const NOW_MS: i64 = 1_500_000;
    const KEPT: &str = "private, max-age=31536000, immutable";
    let pass = Pass { path_prefix: "/media/0f/", from_s: 1000, until_s: 2000 };
    let ours = token(&SECRET, &pass).unwrap();
    let forged = token(&[8; 32], &pass).unwrap();
    let own = |token: &str, path: &str| format!("GET /~{token}{path}");

    check("GET /0f/a.mp4", None, NOW_MS, 401, "no-store").await;
    check("HEAD /0f/a.mp4", None, NOW_MS, 401, "no-store").await;
    check("GET /no/such", None, NOW_MS, 401, "no-store").await;
    check("GET /0f/a.mp4", Some(&ours), NOW_MS, 200, KEPT).await;
    check("GET /0f/a.mp4", Some(&forged), NOW_MS, 401, "no-store").await;
    check(&own(&ours, "/0f/a.mp4"), None, NOW_MS, 200, KEPT).await;
    check(&own(&forged, "/0f/a.mp4"), None, NOW_MS, 401, "no-store").await;
    check(&own(&ours, "/10/a.mp4"), None, NOW_MS, 403, "no-store").await;
    check(&own(&ours, "/0f/../10/a.mp4"), None, NOW_MS, 404, "public, max-age=5").await;
    check(&format!("GET /0f/a.mp4?x=1&CAT={ours}"), None, NOW_MS, 200, KEPT).await;
    check(&own(&ours, "/0f/a.mp4"), None, 2_000_000, 401, "no-store").await;
    check(&own(&ours, "/0f/a.mp4"), None, 999_000, 401, "no-store").await;
    check("OPTIONS /0f/a.mp4", None, NOW_MS, 204, "no-store").await;
    check("GET /0f/poster.jpg", None, NOW_MS, 200, "public, max-age=31536000, immutable").await;
}
