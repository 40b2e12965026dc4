//! One fault after the other, for good, between an edge and one of its parents, or between that one and the origin.

use crate::proxy::{Fault, Proxy};
use crate::world::{FILM, World};

/// Where faults are put into a body: at once, in a block, at the end of one, in the last.
const PLACES: [u64; 4] = [0, 1000, 65_536, 1_048_575];

/// With the parent that is asked first in trouble, every client has its bytes, whatever the trouble is.
async fn check(line: impl Fn(&World, usize) -> &Proxy) {
    let world = World::start().await;
    let first = world.first(FILM).await;
    let proxy = line(&world, first);
    let mut failures = Vec::new();
    for fault in faults() {
        let before = proxy.spoilt();
        proxy.set(fault);
        for range in [Some(1_048_000..1_200_000), None] {
            if fault.is_slow() && range.is_none() {
                continue;
            }
            world.purge().await;
            let got = world.get(FILM, range.clone()).await;
            if !got.is_all() {
                failures.push(format!("{fault:?}, {range:?}: {got:?}"));
            }
        }
        assert!(proxy.spoilt() > before, "{fault:?} was never met");
        // Whoever was left alone is asked again.
        world.pass_ms(60_000);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// All faults at some places; those that cost patience at one.
fn faults() -> Vec<Fault> {
    let all = PLACES.iter().flat_map(|&at| Fault::all(at).into_iter().map(move |fault| (at, fault)));
    let mut faults = Vec::new();
    for (at, fault) in all {
        if !faults.contains(&fault) && (at == 1000 || !fault.is_slow()) {
            faults.push(fault);
        }
    }
    faults
}

#[tokio::test]
async fn a_parent_that_fails_is_passed_over() {
    check(|world, first| &world.between[first]).await;
}

#[tokio::test]
async fn a_parent_that_its_own_parent_fails_is_passed_over() {
    check(|world, first| &world.above[first]).await;
}
