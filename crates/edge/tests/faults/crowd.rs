//! A thousand who ask at once, over a thousand connections.

use std::sync::Arc;

use crate::proxy::{Fault, Proxy};
use crate::world::{FILM, World};

/// Who ask; each takes two descriptors of this process.
const CROWD: usize = 1000;

/// Descriptors for all else.
const OTHERS: usize = 200;

/// All ask for the beginning of the film at once. Requests that this makes to the regional tiers, and to the origin.
async fn check(world: World, between: u64, above: u64) {
    let allowed = descriptors();
    let crowd = CROWD.min(allowed.saturating_sub(OTHERS) / 2);
    if crowd < CROWD {
        eprintln!(
            "CUT DOWN: {crowd} clients, not {CROWD}: no more than {allowed} descriptors are allowed here"
        );
    }
    let world = Arc::new(world);
    let ask = |_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.get(FILM, Some(5..70_000)).await })
    };
    let asked: Vec<_> = (0..crowd).map(ask).collect();
    for asked in asked {
        let got = asked.await.unwrap();
        assert!(got.is_all(), "{got:?}");
    }
    let requests = |proxies: &[Proxy; 2]| proxies.iter().map(Proxy::requests).sum::<u64>();
    assert_eq!((requests(&world.between), requests(&world.above)), (between, above));
}

/// Descriptors that this process may have.
fn descriptors() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    line.split_whitespace().nth(3).unwrap().parse().unwrap_or(usize::MAX)
}

#[tokio::test]
async fn a_cold_crowd_makes_one_fetch() {
    check(World::patient().await, 1, 1).await;
}

#[tokio::test]
async fn a_crowd_whose_fetch_breaks_off_makes_the_next() {
    let world = World::patient().await;
    for proxy in &world.between {
        let mut once = Some(Fault::Cut(65_000));
        proxy.plan(move || once.take().unwrap_or(Fault::None));
    }
    // One parent, the other, and the first again; each of them has asked the origin once.
    check(world, 3, 2).await;
}
