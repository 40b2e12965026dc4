//! Parents that are gone, all of them: what is kept is served, as long as it may be.

use std::sync::Arc;

use crate::client::Got;
use crate::proxy::{Fault, Proxy};
use crate::world::{FILM, World};

const MIB: u64 = 1 << 20;

/// How an edge says that it has something from what it keeps.
fn hit() -> Got {
    Got::All("matinee; hit".to_owned())
}

fn all_gone(world: &World) {
    world.between.iter().for_each(|proxy| proxy.set(Fault::Refuse));
}

#[tokio::test]
async fn what_is_kept_is_served_and_no_more() {
    let world = World::start().await;
    assert!(world.get(FILM, Some(0..MIB)).await.is_all());
    world.edge().settled().await;
    all_gone(&world);
    assert_eq!(world.get(FILM, Some(100..MIB)).await, hit());
    assert_eq!(world.get(FILM, Some(MIB..MIB + 1)).await, Got::Refused);
    assert!(world.get(FILM, None).await.is_broken(), "the first slice, and never a short film");
    assert_eq!(world.get("/1f/film.mp4", None).await, Got::Refused);
    world.between.iter().for_each(|proxy| proxy.set(Fault::None));
    assert!(world.get(FILM, None).await.is_all());
}

#[tokio::test]
async fn what_is_not_fresh_is_served_as_long_as_it_may_be() {
    let world = World::start().await;
    let first = world.first(FILM).await;
    let alive =
        || world.between.iter().for_each(|proxy| proxy.set(Fault::Lives("max-age=10, stale-if-error=60")));
    alive();
    world.purge().await;
    assert!(world.get(FILM, None).await.is_all());
    world.edge().settled().await;
    all_gone(&world);
    assert_eq!(world.get(FILM, None).await, hit(), "it is fresh");

    world.pass_ms(10_000);
    let stale = || Got::All("matinee; hit; detail=stale".to_owned());
    for _ in 0..3 {
        assert_eq!(world.get(FILM, None).await, stale());
    }
    let before = world.between[first].requests();
    assert_eq!(world.get(FILM, None).await, stale());
    assert_eq!(world.between[first].requests(), before, "who fails again and again is not waited for");

    alive();
    world.pass_ms(40_000);
    for node in &world.regional {
        // What comes from there is of this moment then.
        node.tier.purge("").await.unwrap();
    }
    assert_eq!(world.get(FILM, None).await, Got::All("matinee; fwd=stale".to_owned()));
    world.edge().settled().await;
    assert_eq!(world.get(FILM, None).await, hit(), "it is fresh again");

    all_gone(&world);
    world.pass_ms(70_000);
    assert_eq!(world.get(FILM, None).await, Got::Refused, "nobody says that it is so still");
}

#[tokio::test]
async fn a_crowd_asks_once_whether_it_is_the_same() {
    let world = Arc::new(World::patient().await);
    world.between.iter().for_each(|proxy| proxy.set(Fault::Lives("no-cache")));
    assert!(world.get(FILM, None).await.is_all());
    world.edge().settled().await;
    let requests = || world.between.iter().map(Proxy::requests).sum::<u64>();
    let before = requests();
    // Late enough for all to come while one is asked.
    world.between.iter().for_each(|proxy| proxy.set(Fault::Delay));
    let ask = |_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.get(FILM, Some(5..10)).await })
    };
    let asked: Vec<_> = (0..50).map(ask).collect();
    for asked in asked {
        assert!(asked.await.unwrap().is_all());
    }
    let more = requests() - before;
    assert!(more <= 3, "{more} requests of 50 clients");
}

#[tokio::test]
async fn one_word_does_not_take_an_object_away() {
    let world = World::start().await;
    let first = world.first(FILM).await;
    assert!(world.get(FILM, Some(0..MIB)).await.is_all());
    world.edge().settled().await;
    world.between[first].set(Fault::Status(404));
    assert!(world.get(FILM, Some(0..2 * MIB)).await.is_all(), "the other parent has it");
    world.edge().settled().await;
    all_gone(&world);
    assert_eq!(world.get(FILM, Some(0..2 * MIB)).await, hit());
}
