//! An origin in front of a real object store (SeaweedFS): what it fetches, keeps, and tells other tiers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod weed;

use std::sync::Arc;

use edge::tier::{Options, Parent, Upstream};
use edge::{Edge, Tier};
use fetch::{Client, Signer, Trust};
use http::StatusCode;
use http::response::Parts;
use http_body_util::BodyExt;
use slices::Slices;
use stdx::clock::{Clock, SystemClock};
use store::Key;
use weed::Weed;

/// A slice and a half, in a pattern that shows a shift.
fn film() -> Vec<u8> {
    (0..(3_u32 << 19)).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

fn edge(folder: &std::path::Path, weed: &Weed, secret: &str) -> Edge {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let packages = Key::new("packages").unwrap();
    let signer =
        Signer { region: "us-east-1".to_owned(), key_id: weed::KEY_ID.to_owned(), secret: secret.to_owned() };
    let client = Client::new(Trust::public()).unwrap();
    let base = format!("{}/films/packages", weed.url());
    let store = Parent::store(client, &base, packages.clone(), signer, clock.clone());
    let (slices, _) = Slices::open(slices::Options::new(folder)).unwrap();
    let tier = Tier::new(Options {
        slices,
        capacity_bytes: 1 << 30,
        memory_bytes: 64 << 20,
        parents: vec![(Arc::new(store) as Arc<dyn Upstream>, 0)],
        pinned: Vec::new(),
        is_guarded: false,
        clock,
    });
    Edge::new(Arc::new(tier), packages)
}

async fn get(edge: &Edge, path: &str, headers: &[(&str, &str)]) -> (Parts, Vec<u8>) {
    let mut request = http::Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, body) = edge.respond(request.body(()).unwrap()).await.into_parts();
    (head, body.collect().await.unwrap().to_bytes().to_vec())
}

#[tokio::test]
async fn an_origin_serves_what_is_in_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let Some(weed) = Weed::start(folder.path()).await else {
        eprintln!("SKIPPED: .tools/bin/weed is not here; `cargo xtask setup` fetches it");
        return;
    };
    weed.put("films", "packages/0f/film.mp4", &film()).await;
    weed.put("films", "packages/0f/empty.vtt", &[]).await;

    let edge_folder = folder.path().join("edge");
    let origin = edge(&edge_folder, &weed, weed::SECRET);
    let (head, body) = get(&origin, "/0f/film.mp4", &[("range", "bytes=1000-1048999")]).await;
    assert_eq!(head.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(head.headers["content-type"], "video/mp4", "by its name");
    assert_eq!(head.headers["cache-control"], "public, max-age=31536000, immutable");
    assert!(body == film()[1000..1_049_000]);
    // Who checks gets digests, though the store has none.
    let asking = [("range", "bytes=0-1048575"), ("block-digests", "?1")];
    let (head, body) = get(&origin, "/0f/film.mp4", &asking).await;
    let digests = cache::blocks::BlockDigests::parse(head.headers["block-digests"].to_str().unwrap());
    assert_eq!(digests, cache::blocks::BlockDigests::of(&body));

    let (head, body) = get(&origin, "/0f/empty.vtt", &[]).await;
    assert_eq!((head.status, body.len()), (StatusCode::OK, 0));
    assert_eq!(get(&origin, "/0f/none.mp4", &[]).await.0.status, StatusCode::NOT_FOUND);
    drop(origin);

    let refused = edge(&folder.path().join("refused"), &weed, "another secret");
    assert_eq!(get(&refused, "/0f/film.mp4", &[]).await.0.status, StatusCode::SERVICE_UNAVAILABLE);
}
