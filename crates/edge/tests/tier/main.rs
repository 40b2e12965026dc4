//! A tier in front of a real server: what is asked of the parent, what is kept, and that every byte is the origin's.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;

use std::sync::Arc;

use cache::misses::Reason;
use http::StatusCode;
use world::{FILM, OTHER, Origin, Pause, film, get, tier};

const MIB: u64 = 1 << 20;

#[tokio::test]
async fn every_range_is_the_origins_cold_and_warm() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = tier(&folder, &[&world.url()]);
    let ranges =
        ["0-0", "0-", "-1", "1048575-1048576", "1048576-2097151", "3000000-", "100-4000000", "-99999999"];
    for pass in ["cold", "warm"] {
        for range in ranges {
            let (found, body) = get(&edge.edge, FILM, &[("range", &format!("bytes={range}"))]).await;
            let (expected, expected_body) =
                get(&world.edge, FILM, &[("range", &format!("bytes={range}"))]).await;
            assert_eq!(found.status, expected.status, "{pass} {range}");
            for name in
                ["content-range", "content-length", "etag", "content-type", "cache-control", "accept-ranges"]
            {
                assert_eq!(found.headers.get(name), expected.headers.get(name), "{pass} {range}: {name}");
            }
            assert!(body == expected_body, "{pass} {range}");
        }
        edge.settled().await;
        let status = get(&edge.edge, FILM, &[]).await.0.headers["cache-status"].clone();
        assert_eq!(status, "matinee; hit", "{pass}");
    }
    let figures = edge.tier.figures();
    assert_eq!(figures.usage.bytes, film().len() as u64);
    let fetched: u64 = figures.fetched_bytes.iter().map(|(_, bytes)| bytes).sum();
    assert_eq!(fetched, world.sent(), "each byte that came has its reason");
    assert_eq!(fetched, film().len() as u64, "and came once");
}

#[tokio::test]
async fn a_small_range_never_fetches_a_whole_film() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = tier(&folder, &[&world.url()]);
    let (head, body) = get(&edge.edge, FILM, &[("range", "bytes=2097152-2097153")]).await;
    assert_eq!((head.status, body.len()), (StatusCode::PARTIAL_CONTENT, 2));
    assert_eq!(world.sent(), MIB);
}

#[tokio::test]
async fn a_thousand_who_ask_at_once_make_one_fetch() {
    let world = Origin::start(Pause::UntilTold).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = Arc::new(tier(&folder, &[&world.url()]));
    let asked: Vec<_> = (0..1000)
        .map(|_| {
            let edge = edge.clone();
            tokio::spawn(async move { get(&edge.edge, FILM, &[("range", "bytes=0-99999")]).await })
        })
        .collect();
    world.asked().await;
    tokio::task::yield_now().await;
    world.go();
    for asked in asked {
        let (head, body) = asked.await.unwrap();
        assert_eq!(head.status, StatusCode::PARTIAL_CONTENT);
        assert!(body == film()[..100_000]);
    }
    assert_eq!(world.requests(), 1);
}

#[tokio::test]
async fn what_was_kept_is_there_after_a_restart_and_without_parents() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = tier(&folder, &[&world.url()]);
    assert_eq!(get(&edge.edge, FILM, &[]).await.0.status, StatusCode::OK);
    edge.settled().await;
    edge.tier.close().await.unwrap();
    drop(edge);
    let edge = tier(&folder, &[]);
    let (head, body) = get(&edge.edge, FILM, &[]).await;
    assert_eq!(
        (head.status, &head.headers["cache-status"]),
        (StatusCode::OK, &"matinee; hit".parse().unwrap())
    );
    assert!(body == film());
    assert_eq!(get(&edge.edge, "/0f/other.mp4", &[]).await.0.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn what_is_purged_is_fetched_again() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = tier(&folder, &[&world.url()]);
    for (purged, expected) in [(0, 1), (1, 2), (0, 2)] {
        if purged > 0 {
            assert_eq!(edge.tier.purge("packages/0f/film").await.unwrap(), purged);
            assert_eq!(edge.tier.purge("packages/0f/film").await.unwrap(), 0);
        }
        get(&edge.edge, FILM, &[("range", "bytes=0-9")]).await;
        edge.settled().await;
        assert_eq!(world.requests(), expected);
    }
    let figures = edge.tier.figures();
    assert!(figures.fetched_bytes.contains(&(Reason::Cold, MIB)), "{figures:?}");
    assert!(figures.fetched_bytes.contains(&(Reason::Other, MIB)), "{figures:?}");
}

#[tokio::test]
async fn what_is_pinned_stays() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = world::tier_of(&folder, &[&world.url()], 2 * MIB);
    edge.tier.pin("packages/0f/film");
    for _ in 0..2 {
        assert!(get(&edge.edge, FILM, &[]).await.1 == film());
        edge.settled().await;
    }
    assert_eq!(world.sent(), film().len() as u64, "all of it, though the cache is smaller");
    assert!(edge.tier.unpin("packages/0f/film") && !edge.tier.unpin("packages/0f/film"));
}

#[tokio::test]
async fn what_was_kept_before_it_was_pinned_stays_too() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = world::tier_of(&folder, &[&world.url()], 2 * MIB);
    get(&edge.edge, FILM, &[("range", "bytes=0-9")]).await;
    edge.settled().await;
    edge.tier.pin("packages/0f/film");
    for path in [FILM, OTHER, OTHER, OTHER] {
        get(&edge.edge, path, &[]).await;
        edge.settled().await;
    }
    while edge.tier.figures().usage.bytes > film().len() as u64 + 2 * MIB {
        tokio::task::yield_now().await;
    }
    let sent = world.sent();
    assert!(get(&edge.edge, FILM, &[]).await.1 == film());
    assert_eq!(world.sent(), sent, "others have not driven it out");
    edge.tier.close().await.unwrap();
    drop(edge);
    let edge = world::tier_with(&folder, &[&world.url()], 2 * MIB, &["packages/0f/film"]);
    assert!(get(&edge.edge, FILM, &[]).await.1 == film());
    assert_eq!(world.sent(), sent, "nor has the next start");
}

#[tokio::test]
async fn what_is_absent_is_asked_for_once_in_a_while() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = tier(&folder, &[&world.url()]);
    for _ in 0..3 {
        assert_eq!(get(&edge.edge, "/0f/none.mp4", &[]).await.0.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(world.requests(), 1);
    edge.clock.advance_ms(5_000);
    get(&edge.edge, "/0f/none.mp4", &[]).await;
    assert_eq!(world.requests(), 2);
}

#[tokio::test]
async fn heads_and_conditions_fetch_no_bytes() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = tier(&folder, &[&world.url()]);
    let (head, body) = world::ask(&edge.edge, "HEAD", FILM, &[]).await;
    assert_eq!((head.status, body.len()), (StatusCode::OK, 0));
    assert_eq!(head.headers["content-length"], film().len().to_string());
    let tag = head.headers["etag"].to_str().unwrap().to_owned();
    let (head, _) = get(&edge.edge, FILM, &[("if-none-match", &tag)]).await;
    assert_eq!(head.status, StatusCode::NOT_MODIFIED);
    assert_eq!(world.sent(), 0);
}

#[tokio::test]
async fn ages_add_up_over_tiers() {
    let world = Origin::start(Pause::None).await;
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let regional = tier(&folders[0], &[&world.url()]);
    let edge = tier(&folders[1], &[&regional.url().await]);
    get(&regional.edge, FILM, &[]).await;
    regional.clock.advance_ms(7_000);
    assert_eq!(get(&edge.edge, FILM, &[]).await.0.headers["age"], "7");
    edge.clock.advance_ms(2_000);
    assert_eq!(get(&edge.edge, FILM, &[]).await.0.headers["age"], "9");
}

#[tokio::test]
async fn what_a_player_will_ask_for_is_fetched_before() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = tier(&folder, &[&world.url()]);
    let said = [("range", "bytes=0-9"), ("cmcd-request", "nrr=\"2097152-2097161\"")];
    get(&edge.edge, FILM, &said).await;
    edge.settled().await;
    let figures = edge.tier.figures();
    assert!(figures.fetched_bytes.contains(&(Reason::Ahead, MIB)), "{figures:?}");
    let (head, _) = get(&edge.edge, FILM, &[("range", "bytes=2097152-2097161")]).await;
    assert_eq!(head.headers["cache-status"], "matinee; hit");
    assert_eq!(world.requests(), 2);
}

#[tokio::test]
async fn a_small_cache_serves_a_long_film() {
    let world = Origin::start(Pause::None).await;
    let folder = tempfile::tempdir().unwrap();
    let edge = world::tier_of(&folder, &[&world.url()], 2 * MIB);
    for _ in 0..2 {
        assert!(get(&edge.edge, FILM, &[]).await.1 == film());
    }
    edge.settled().await;
    while edge.tier.figures().usage.bytes > 2 * MIB {
        tokio::task::yield_now().await;
    }
    let figures = edge.tier.figures();
    let fetched: u64 = figures.fetched_bytes.iter().map(|(_, bytes)| bytes).sum();
    assert_eq!(fetched, world.sent());
}
