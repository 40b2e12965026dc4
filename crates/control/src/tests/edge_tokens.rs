//! Grants for an edge that asks for tokens.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use cache::access::{self, Denied};
use db::Db;
use serde_json::{Value, json};
use stdx::clock::ManualClock;
use tower::ServiceExt;

use super::{FILES, full, media_at, release, text};
use crate::{EdgeTokens, State, router};

const SECRET: [u8; 32] = [7; 32];

#[tokio::test]
async fn a_grant_carries_a_token_for_its_package_alone() {
    let folder = tempfile::tempdir().unwrap();
    let db = Db::open_file(&folder.path().join("matinee.db")).await.unwrap();
    db.publish(&release("Film", 10, full())).await.unwrap();
    let clock = ManualClock::default();
    clock.advance_ms(5_000_000);
    let tokens = EdgeTokens::new(SECRET, 600, Arc::new(clock));
    let router = router(
        State::new(db, media_at("https://edge.example/films,https://edge.test/films/"))
            .with_edge_tokens(tokens),
        FILES,
    );
    let request = Request::post("/api/titles/film-0a0a0a0a/play").body(Body::empty()).unwrap();
    let grant: Value = serde_json::from_str(&text(router.oneshot(request).await.unwrap()).await).unwrap();

    let base = grant["base_url"].as_str().unwrap();
    let rest = base.strip_prefix("https://edge.example/films/~").unwrap();
    let (token, folder) = rest.split_once('/').unwrap();
    assert_eq!(folder, format!("{}/", "0a".repeat(32)));
    let poster = grant["title"]["poster_url"].as_str().unwrap();
    assert!(poster.starts_with(base), "{poster}");
    let tail = format!("~{token}/{folder}");
    assert_eq!(grant["alternate_base_urls"], json!([format!("https://edge.test/films/{tail}")]));
    let manifests = format!("/api/titles/film-0a0a0a0a/manifests/{tail}");
    assert_eq!(grant["hls_url"], manifests.clone() + "master.m3u8");
    assert_eq!(grant["dash_url"], manifests + "manifest.mpd");
    for (path, now_s, expected) in [
        (format!("/films/{folder}video-360p.mp4"), 5000, Ok(())),
        (format!("/films/{folder}video-360p.mp4"), 5600, Err(Denied::Expired)),
        (format!("/films/{}/video-360p.mp4", "0b".repeat(32)), 5000, Err(Denied::OtherPath)),
    ] {
        assert_eq!(access::check(&SECRET, Some(token), &path, now_s), expected, "{path} at {now_s}");
    }
}
